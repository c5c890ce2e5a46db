"""Tracing: a Python function and its inputs become a Graph, with names, source lines, blocks and
the decisions taken.

A trace is only as good as what it saw. Whatever leaves it as a plain value (a comparison, `.value`)
is noted as a guard and checked on every replay; where it would come out otherwise, the function is
traced anew."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import wraps
from typing import Any, overload

import numpy as np

from gradviz.autodiff.modes.reachable import reachable
from gradviz.autodiff.programs import interpreter
from gradviz.autodiff.programs.sweeps import Guard
from gradviz.autodiff.tape import naming
from gradviz.autodiff.tape.constants import constant, snapshot
from gradviz.autodiff.tape.plain import Plain
from gradviz.autodiff.tape.refusals import explain, where
from gradviz.autodiff.tape.sources import Place, compiled, look_again
from gradviz.autodiff.tape.tape import GAP, LEAF, Page, recording_on, state
from gradviz.autodiff.tape.variable import Variable, input_of
from gradviz.autodiff.tracing import arguments, pickling
from gradviz.autodiff.tracing.recording import Nodes
from gradviz.autodiff.tracing.scalars import Openable
from gradviz.graph import Block, Graph, Node, Run, Source
from gradviz.numerals import numeric


class TracePage(Page):
    """A page that notes of every operation the name and the source line, and of the function its
    decisions.
    """

    __slots__ = ("decisions", "places", "returns", "title")
    is_trace = True

    def __init__(self, title: str) -> None:
        super().__init__()
        self.entries: list[Any] = []
        self.room: Iterator[int] = self._numbers()
        self.title: str = title
        self.places: list[Place | None] = []  # in the user's code
        self.returns: dict[int, tuple[Source, ...]] = {}
        self.decisions: list[
            tuple[int, Plain, tuple[tuple[bool, Any], ...], Any, Source | None]
        ] = []

    def _numbers(self) -> Iterator[int]:
        while True:
            self.places.append(naming.placed())
            self.entries.append(GAP)
            yield len(self.entries) - 1

    @property
    def count(self) -> int:
        return len(self.entries)

    def place(self, variable: Variable) -> int:
        raise ValueError(
            f"{self.title} uses {variable.name or repr(variable)}, a Variable from outside the "
            "function, so its gradient would be lost; "
            "make it an argument of the function and pass it to gv.trace" + where()
        )

    def decide(self, what: Plain, operands: tuple[Any, ...], outcome: Any) -> None:
        """Note a decision of the function."""
        sides = []
        for operand in operands:
            if isinstance(operand, Variable):
                sides.append((True, operand.index if operand.page is self else self.place(operand)))
            else:
                plain = constant(operand, f"an operand of {what.name}")
                sides.append((False, snapshot(plain)))
        outcome = deepcopy(outcome)  # the function may change an array of them
        self.decisions.append((self.count, what, tuple(sides), outcome, naming.here()))

    def return_here(self, index: int, part: tuple[int, ...] = ()) -> None:
        """Note that a block returns the entry here, as that part of what it returns; it takes the
        name that it is given here, unless it has one of its own.
        """
        own, (frame, _) = self.places[index], naming.user_frame()
        if own is None or frame is None or self.entry(index).operation == LEAF:
            return
        here = naming.here()
        if here is not None:
            self.returns[index] = (*self.returned_to(index), here)
        if own.name is None:
            self.places[index] = replace(own, name=naming.name_at(frame, part))

    def returned_to(self, index: int) -> tuple[Source, ...]:
        return self.returns.get(index, ())

    def settle_names(self) -> None:
        """Give the entries the names that the user's code gives them; of a sum(), only its last
        result has the name.
        """
        for index, place in enumerate(self.places):
            if place is None or place.name is None or (self.names and index in self.names):
                continue
            entry = self.entry(index)
            if entry.operation == LEAF:
                continue
            if place.accumulates and entry.operation.positions:
                before = entry.operands[entry.operation.positions[0]]
                if (
                    self.names
                    and self.names.get(before) == place.name
                    and self.places[before] is place
                ):
                    del self.names[before]
            self.rename(index, place.name)

    def source(self, index: int) -> Source | None:
        place = self.places[index]
        return place and place.source


def trace(
    function: Callable[..., Any], values: Mapping[str, Any] | None = None, /, **inputs: Any
) -> Graph:
    """Call `function` once with these inputs and record its computational graph.

    Inputs are keyword arguments by the function's own argument names, or one dict. Arguments that
    are left out keep their defaults. Other names go to the function's ``**options``, as in a plain
    call; where it has none, to its ``*args``, in the order in which they are given. Intermediate
    values are named as the function's own variables are; what another function returns has the name
    that it is given there, unless it has one of its own.

    What is no input, such as a random draw, a global variable or an attribute, stays in the graph
    as it was in this call.

    Raises TypeError if an input is missing, unknown or not a real number, or if the function
    returns no single number.

    >>> import gradviz as gv
    >>> def f(x, y):
    ...     z = x + y
    ...     return z**2
    >>> graph = gv.trace(f, x=1.0, y=2.0)
    >>> graph.example.grads
    {'x': 6.0, 'y': 6.0}
    >>> print(graph)
    name  operation  value  gradient
    ────────────────────────────────
    x     input          1         6
    y     input          2         6
    z     x + y          3         6
    f     z²             9         1
    """
    if not callable(function):
        raise TypeError(
            f"trace needs a function and its inputs, not the {type(function).__name__} "
            f"{function!r:.40}"
        )
    if values is not None and not isinstance(values, Mapping):
        raise TypeError(
            "trace takes inputs by name, as in gv.trace(f, x=1.0), or as one dict, not "
            f"{values!r:.40}"
        )
    title = _title(function)
    look_again()
    given = {**(values or {}), **inputs}
    numbers = {name: numeric(value, f"input {name!r} of {title}") for name, value in given.items()}
    numbers = {
        name: value.copy(order="K") if isinstance(value, np.ndarray) else value
        for name, value in numbers.items()
    }
    return _traced(function, title, arguments.in_order(function, numbers))


def _traced(function: Callable[..., Any], title: str, numbers: dict[str, Any]) -> Graph:
    page = TracePage(title)
    with (
        recording_on(page),
        np.errstate(all="ignore"),
    ):  # as in every run: nan and infinity are values to be shown
        variables = {name: input_of(value) for name, value in numbers.items()}
        for name, variable in variables.items():
            variable.leaf.name = name
        by_position, by_keyword = arguments.bound(function, title, variables)
        try:
            output = function(*by_position, **by_keyword)
        except Exception as error:
            explain(error)
            raise
        if not isinstance(output, Variable):
            try:
                output = Variable(output)
            except TypeError:
                raise TypeError(
                    f"{title} must return one number, a Variable; it returned the "
                    f"{type(output).__name__} {output!r:.60}"
                ) from None
        if output.shape:
            raise TypeError(
                f"{title} must return a single number, not an array of shape {output.shape}; "
                "return its sum or mean, or one of its elements"
            )
        last = output.index if output.page is page else page.place(output)
    page.settle_names()
    return _graph(function, title, page, variables, last)


def _graph(
    function: Callable[..., Any],
    title: str,
    page: TracePage,
    variables: Mapping[str, Variable],
    last: int,
) -> Graph:
    names, inputs = list(variables), list(variables.values())
    sides = [
        side
        for _, _, operands, _, _ in page.decisions
        for is_variable, side in operands
        if is_variable
    ]
    in_graph = reachable([(page, last)])[page]
    in_order = reachable([(page, last), *((page, side) for side in sides)])[page]

    nodes = Nodes()
    made: list[Node] = [
        nodes.add_input(variable.leaf, variable._value, name)
        for variable, name in zip(inputs, names)
    ]
    order = dict(enumerate(made))
    for index in _marked(in_graph, len(inputs)):
        order[index] = nodes.add_operation(len(made), page, index, title if index == last else None)
        made.append(order[index])
    for index in _marked(in_order, len(inputs)):
        if (
            index not in order
        ):  # only decisions need it: its number and its name come after those of the graph
            order[index] = nodes.add_operation(len(order), page, index)
    order = dict(sorted(order.items()))
    position = {index: count for count, index in enumerate(order)}

    guards = []
    for _, what, operands, outcome, source in page.decisions:
        ends = [position[side] + 1 for is_variable, side in operands if is_variable]
        sides = tuple(
            nodes.at(page, side) if is_variable else side for is_variable, side in operands
        )
        guards.append((max(ends, default=0), Guard(what, sides, outcome, source)))
    guards.sort(key=lambda guard: guard[0])

    asides = {node: page.value(index) for index, node in order.items() if node.index >= len(made)}
    blocks = {block for node in made if node.block is not None for block in node.block.path}
    calls = {
        block: tuple(
            nodes.at(page, index)
            for index in block.arguments
            if index < len(in_graph) and in_graph[index]
        )
        for block in blocks
    }
    graph = Graph(
        title,
        tuple(made),
        nodes.at(page, last),
        calls,
        tuple(order.values()),
        tuple(guards),
        asides,
        _beginning(function),
        tuple(page.value(index) for index, node in order.items() if node.index < len(made)),
        Traced(function, title),
    )
    numbers = interpreter.interpret(graph, [variable._value for variable in inputs])
    return replace(graph, example_numbers=numbers)


def _beginning(function: Callable[..., Any]) -> Source | None:
    """The line where a function begins."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return code and compiled(code, inspect.unwrap(function).__globals__).source(code.co_firstlineno)


class Traced(Openable):
    """Replays a trace, and traces the function anew where it does not hold."""

    def __init__(self, function: Callable[..., Any], title: str) -> None:
        super().__init__()
        self.function = function
        self.title = title

    def anew(self, graph: Graph, values: Sequence[Any], why: str) -> Run:
        """A run of a new trace at these values."""
        anew = _traced(self.function, self.title, dict(zip(graph.example.inputs, values)))
        return Run(anew, anew.example_numbers, retraced=why)

    def pickled(self, graph: Graph) -> tuple[Callable[..., Graph], tuple[Any, ...]]:
        function = pickling.Function.of(self.function, self.title)
        return unpickled, (pickling.packed(graph), function)


def unpickled(parts: tuple[Any, ...], function: pickling.Function) -> Graph:
    """A traced graph out of its pickle."""
    return pickling.unpacked(parts, Traced(function.found(), function.title))


def _marked(marks: Sequence[bool], start: int) -> list[int]:
    return [index for index in range(start, len(marks)) if marks[index]]


def _title(function: Callable[..., Any]) -> str:
    function = getattr(function, "func", function)  # of a functools.partial
    name = getattr(function, "__name__", type(function).__name__)
    return "f" if name == "<lambda>" else name


@overload
def block(function: Callable[..., Any], /) -> Callable[..., Any]: ...
@overload
def block(*, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]: ...
def block(
    function: Callable[..., Any] | None = None, /, *, name: str | None = None
) -> Callable[..., Any]:
    """Draw the gates of each call of the decorated function in one box, labelled with the
    function's name or `name`.

    >>> import gradviz as gv
    >>> @gv.block
    ... def sigmoid(t):
    ...     return 1 / (1 + np.exp(-t))
    >>> [node.block.name for node in gv.trace(lambda x: sigmoid(2 * x), x=0.0).nodes if node.block]
    ['sigmoid', 'sigmoid', 'sigmoid', 'sigmoid']
    """
    if function is None:
        return lambda function: block_of(function, name or _title(function))
    return block_of(function, name or _title(function))


def block_of(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    @wraps(function)
    def inside(*given: Any, **options: Any) -> Any:
        page = state.page
        around = page.blocks[-1][1]
        variables = _variables((*given, *options.values())) if page.is_trace else ()
        _enter(Block(name, around, tuple(each.index for each in variables if each.page is page)))
        try:
            result = function(*given, **options)
        finally:
            _enter(around)
        if state.page.is_trace:
            for part, variable in _parts(result):
                if variable.page is state.page:
                    state.page.return_here(variable.index, part)
        return result

    return inside


def _parts(result: Any, part: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Variable]]:
    """The Variables in a result, a tuple of tuples perhaps, and where in it they stand."""
    if isinstance(result, Variable):
        yield part, result
    elif isinstance(result, tuple):
        for index, each in enumerate(result):
            yield from _parts(each, (*part, index))


def _variables(given: Iterable[Any]) -> Iterator[Variable]:
    """The Variables among arguments, and in lists, tuples and dicts among them."""
    for argument in given:
        if isinstance(argument, Variable):
            yield argument
        elif isinstance(argument, list | tuple | dict):
            yield from _variables(argument.values() if isinstance(argument, dict) else argument)


def _enter(block: Block | None) -> None:
    page = state.page
    start = page.count
    if page.blocks[-1][0] == start:
        page.blocks.pop()  # nothing was recorded there
    page.blocks.append((start, block))
