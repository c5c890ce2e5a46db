"""Tracing: a Python function and its inputs become a Graph, with names, source lines, blocks and the decisions taken.

A trace is only as good as what it saw. Whatever leaves it as a plain value (a comparison, `.value`) is noted as a guard and
checked on every replay; where it would come out otherwise, the function is traced anew.
"""

import inspect
import linecache
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any, overload

import numpy as np

from gradviz.autodiff import naming, primitives, program
from gradviz.autodiff.program import Guard, Recording
from gradviz.autodiff.recording import Nodes, reachable
from gradviz.autodiff.variable import Page, Variable, current_page, exchange_page
from gradviz.graph import Block, Graph, Node, Run, Source
from gradviz.numerals import real

NOT_THE_USERS = tuple(str(Path(file).parent) for file in (np.__file__, Path(naming.__file__).parent))


class TracePage(Page):
    """A page that notes of every operation the name, the source line and the block, and of the function its decisions."""

    __slots__ = ("decisions", "title")

    def __init__(self, title: str) -> None:
        super().__init__()
        self.length = -1  # every operation is reported to `turn`
        self.title = title
        self.decisions: list[tuple[int, str, int | float, int | float, bool, Source | None]] = []

    def enrol(self, variable: Variable) -> int:
        index = self.foreign.get(id(variable))
        if index is None:
            name = variable.name or repr(variable)
            raise ValueError(
                f"{self.title} uses {name}, a Variable from outside the function, so its gradient would be lost; "
                f"make it an argument of the function and pass it to gv.trace"
            )
        return index

    def adopt(self, variable: Variable) -> None:
        """Take in a Variable that the traced function made of a plain number: a constant."""
        variable.page, variable.index = self, len(self.entries) >> 2
        self.entries += (primitives.constant, variable._value, None, variable._value)
        if variable._name:
            self.names[variable.index] = variable._name

    def turn(self, index: int) -> None:
        frame, through_ufunc = _user_frame()
        if frame is None:
            return
        place = naming.place(frame.f_code, frame.f_lasti)
        self.sources[index] = place.source
        if place.name is None:
            return
        if place.accumulates and not through_ufunc:  # sum(): only its last result has the name
            before = next((operand for operand in self.entries[4 * index + 1 : 4 * index + 3] if type(operand) is int), None)
            if before is not None and self.names.get(before) == place.name and self.sources.get(before) is place.source:
                del self.names[before]
        self.names[index] = place.name

    def decide(self, relation: str, left: object, right: object, outcome: bool) -> None:
        """Note a decision of the function."""
        frame, _ = _user_frame()
        source = naming.place(frame.f_code, frame.f_lasti).source if frame else None
        sides = (
            (side.index if side.page is self else self.enrol(side)) if type(side) is Variable else real(side, "a side of the comparison")
            for side in (left, right)
        )
        self.decisions.append((len(self.entries) >> 2, relation, *sides, outcome, source))


def _user_frame() -> tuple[FrameType | None, bool]:
    """The innermost frame that is the user's, and whether it came here through NumPy."""
    frame, through_ufunc = sys._getframe(2), False
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith(NOT_THE_USERS):
            return frame, through_ufunc
        through_ufunc = through_ufunc or frame.f_code.co_name == "__array_ufunc__"
        frame = frame.f_back
    return None, through_ufunc


def trace(function: Callable[..., Any], values: Mapping[str, float] | None = None, /, **inputs: float) -> Graph:
    """Call `function` once with these inputs and record its computational graph.

    Inputs are keyword arguments by the function's own argument names, or one dict. Arguments that are left out keep their
    defaults. Intermediate values are named as the function's own variables are.

    Raises TypeError if an input is missing, unknown or not a real number, or if the function returns no single number.

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
        raise TypeError(f"trace needs a function and its inputs, not the {type(function).__name__} {function!r:.40}")
    if values is not None and not isinstance(values, Mapping):
        raise TypeError(f"trace takes inputs by name, as in gv.trace(f, x=1.0), or as one dict, not {values!r:.40}")
    title = _title(function)
    linecache.checkcache(getattr(getattr(function, "__code__", None), "co_filename", ""))  # it may have been edited and loaded again
    given = {**(values or {}), **inputs}
    numbers = {name: real(value, f"input {name!r} of {title}") for name, value in given.items()}
    own = _parameters(function)
    return _traced(function, title, dict(sorted(numbers.items(), key=lambda item: own.index(item[0]) if item[0] in own else len(own))))


def _traced(function: Callable[..., Any], title: str, numbers: dict[str, float]) -> Graph:
    page = TracePage(title)
    before = exchange_page(Page())  # a trace inside another one has inputs of its own
    try:
        variables = {name: Variable(value, name) for name, value in numbers.items()}
        for variable in variables.values():
            Page.enrol(page, variable)
        by_position, by_keyword = _bound(function, title, variables)
        exchange_page(page)
        output = function(*by_position, **by_keyword)
        if type(output) is not Variable:
            try:
                output = Variable(output)
            except TypeError:
                raise TypeError(f"{title} must return one number, a Variable; it returned the {type(output).__name__} {output!r:.60}") from None
    finally:
        exchange_page(before)
    return _graph(function, title, page, variables, output)


def _graph(function: Callable[..., Any], title: str, page: TracePage, variables: Mapping[str, Variable], output: Variable) -> Graph:
    names, inputs = list(variables), list(variables.values())
    last = output.index if output.page is page else page.enrol(output)
    sides = [side for _, _, left, right, _, _ in page.decisions for side in (left, right) if type(side) is int]
    in_graph = reachable([(page, last)])[page]
    in_order = reachable([(page, last), *((page, side) for side in sides)])[page]

    nodes = Nodes()
    made: list[Node] = [nodes.add_input(variable, variable._value, name) for variable, name in zip(inputs, names)]
    order = dict(enumerate(made))
    for index in _marked(in_graph, len(inputs)):
        order[index] = nodes.add_operation(len(made), page, index, title if index == last else None)
        made.append(order[index])
    for index in _marked(in_order, len(inputs)):
        if index not in order:  # only decisions need it: its number and its name come after those of the graph
            order[index] = nodes.add_operation(len(order), page, index)
    order = dict(sorted(order.items()))
    position = {index: count for count, index in enumerate(order)}

    guards = []
    for _, relation, left, right, outcome, source in page.decisions:
        ends = [position[side] + 1 for side in (left, right) if type(side) is int]
        operands = (nodes.at(page, side) if type(side) is int else side for side in (left, right))
        guards.append((max(ends, default=0), Guard(relation, *operands, outcome, source)))
    guards.sort(key=lambda guard: guard[0])

    replay = Replay(function, title, tuple(order.values()), tuple(guards))
    graph = Graph(title, tuple(made), nodes.at(page, last), replay, ())
    numbers = program.interpret(replay.recording(graph), [variable._value for variable in inputs])
    return replace(graph, example_numbers=numbers)


def _marked(marks: Sequence[bool], start: int) -> list[int]:
    return [index for index in range(start, len(marks)) if marks[index]]


class Replay:
    """The evaluator of a traced graph: replays it by its compiled program, and traces anew where the trace does not hold."""

    def __init__(self, function: Callable[..., Any], title: str, order: tuple[Node, ...], guards: tuple[tuple[int, Guard], ...]) -> None:
        self.function = function
        self.title = title
        self.order = order
        self.guards = guards
        self.program: Callable[..., tuple[float, ...]] | None = None
        self.expand: Callable[..., tuple[float, ...]] | None = None

    def recording(self, graph: Graph) -> Recording:
        return Recording(graph, self.order, self.guards)

    def run(self, graph: Graph, values: Sequence[float]) -> Run:
        if self.program is None:
            self._compile(graph)
        try:
            try:
                return Run(graph, self.program(*values), self.expand)
            except (ArithmeticError, ValueError):
                return Run(graph, program.interpret(self.recording(graph), values))
        except AssertionError as error:
            broken = str(error)
        anew = _traced(self.function, self.title, dict(zip((node.name for node in graph.inputs), values)))
        return Run(anew, anew.example_numbers, retraced=broken)

    def _compile(self, graph: Graph) -> None:
        recording = self.recording(graph)
        if len(self.order) > program.LONGEST_COMPILED:
            self.program = lambda *values: program.interpret(recording, values)
        else:
            self.program, self.expand = program.compiled(recording)

    def code(self, graph: Graph) -> str:
        return program.source(self.recording(graph))


def _title(function: Callable[..., Any]) -> str:
    function = getattr(function, "func", function)  # of a functools.partial
    name = getattr(function, "__name__", type(function).__name__)
    return "f" if name == "<lambda>" else name


def _parameters(function: Callable[..., Any]) -> list[str]:
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):  # some callables written in C have no signature
        return []


def _bound(function: Callable[..., Any], title: str, variables: Mapping[str, Variable]) -> tuple[list[Variable], dict[str, Variable]]:
    """The positional and the keyword arguments to call `function` with."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some callables written in C have no signature: by position
        return list(variables.values()), {}
    by_position, by_keyword, rest = [], {}, dict(variables)
    missing = []
    for parameter in parameters:
        if parameter.kind is parameter.VAR_POSITIONAL:
            by_position += rest.values()
            rest = {}
        elif parameter.kind is parameter.VAR_KEYWORD:
            by_keyword |= rest
            rest = {}
        elif parameter.name in rest:
            if parameter.kind is parameter.KEYWORD_ONLY:
                by_keyword[parameter.name] = rest.pop(parameter.name)
            else:
                by_position.append(rest.pop(parameter.name))
        elif parameter.default is parameter.empty:
            missing.append(parameter.name)
        elif parameter.kind is not parameter.KEYWORD_ONLY:
            by_position.append(parameter.default)
    own = ", ".join(parameter.name for parameter in parameters)
    if rest:
        raise TypeError(f"{title} has no argument {', '.join(map(repr, rest))}; its arguments are {own}")
    if missing:
        raise TypeError(f"{title} needs a value for {', '.join(map(repr, missing))}: gv.trace({title}, {missing[0]}=1.0)")
    return by_position, by_keyword


@overload
def block(function: Callable[..., Any], /) -> Callable[..., Any]: ...
@overload
def block(*, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]: ...
def block(function: Callable[..., Any] | None = None, /, *, name: str | None = None) -> Callable[..., Any]:
    """Draw the gates of each call of the decorated function in one box, labelled with the function's name or `name`.

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
    def inside(*arguments: Any, **options: Any) -> Any:
        around = current_page().blocks[-1][1]
        _enter(Block(name, around))
        try:
            return function(*arguments, **options)
        finally:
            _enter(around)

    return inside


def _enter(block: Block | None) -> None:
    page = current_page()
    start = len(page.entries) >> 2
    if page.blocks[-1][0] == start:
        page.blocks.pop()  # nothing was recorded there
    page.blocks.append((start, block))
