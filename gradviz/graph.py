"""The ground: a computational graph, and one run of it.

A :class:`Graph` is the score: which operations feed which. A :class:`Run` is one performance: every
primal, local derivative and adjoint at given inputs. Nobody writes on the score. Neither knows any
calculus: operations are known by the small protocol :class:`Operation`, and a graph is handed its
`evaluate` by whoever made it (:func:`gradviz.trace`)."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any, Protocol, TypeVar

import numpy as np

from gradviz.numerals import Value, numeral, numeric

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
FEW = 30  # inputs, whose gradients are read by a function of their own
WIDEST = 200  # characters of an operation in a table: a sum of thousands is longer


class Operation(Protocol):
    """What a graph asks of an operation: how to write it, and what an adjoint hands back.

    `operands` are names, or numbers and arrays for constants; `constants` has the constants as
    text, and None for what arrives by an edge."""

    @property
    def name(self) -> str:
        """What it is called in the field: ``add``."""
        ...

    @property
    def is_handwritten(self) -> bool:
        """Whether a user wrote its derivative."""
        ...

    @property
    def is_choice(self) -> bool:
        """Whether it chooses among its operands, so that a local derivative of 0 means that one was
        not chosen.
        """
        ...

    def is_flat(self, position: int, operands: Sequence[Any]) -> bool:
        """Whether its local derivative by the operand at `position` is 0 whatever the numbers, the
        constants among the operands excepted.
        """
        ...

    def number(self, *operands: Any) -> Any:
        """The value at operands that are numbers and arrays."""
        ...

    def sign(self, constants: Sequence[str | None]) -> str:
        """The operation on a card: ``+``, ``×2``, ``exp``."""
        ...

    def marks(self, constants: Sequence[str | None]) -> tuple[str, ...]:
        """A mark for each operand where their order matters, else empty strings."""
        ...

    def expression(self, operands: Sequence[str | Value]) -> str:
        """The operation applied: ``x + y``."""
        ...

    def local_expression(self, position: int, operands: Sequence[str | Value], result: str) -> str:
        """The local derivative with respect to the operand at `position`, in symbols: ``2·x``;
        empty where it is no number.
        """
        ...

    def flow(self, position: int, adjoint: Any, operands: Sequence[Any], result: Any) -> Any:
        """What an adjoint of the result hands back to the operand at `position`; here operands are
        numbers and arrays.
        """
        ...

    def pullback(
        self, positions: Sequence[int], adjoint: Any, operands: Sequence[Any], result: Any
    ) -> Mapping[int, Any]:
        """The same to each of several operands, by position."""
        ...


Lines = Sequence[tuple[str, tuple[str, "Node | Edge"] | None]]  # of code, with what each works out


class Evaluator(Protocol):
    """What a graph asks of whoever made it: to perform it."""

    def run(self, graph: "Graph", values: Sequence[Value]) -> "Run":
        """Both sweeps at these values of the inputs."""
        ...

    def prepare(self, graph: "Graph") -> None:
        """Make ready for many runs."""
        ...

    def anew(self, graph: "Graph", values: Sequence[Value], why: str) -> "Run":
        """Both sweeps of a new graph of the same function."""
        ...

    def sweep(self, graph: "Graph", values: Sequence[Value], count: int) -> "Run":
        """Both sweeps at many values of the inputs at once."""
        ...

    def listing(self, graph: "Graph", target: str) -> Lines:
        """Both sweeps in a language, line by line, each with what it works out: the "value" or
        "adjoint" of a node, the "local" of an edge.
        """
        ...

    def instructions(self, graph: "Graph") -> Any | None:
        """The program by which a page works out what a figure is sent of a run; None where there
        can be none.
        """
        ...

    def origin(self, graph: "Graph") -> "Source | None":
        """Where the function begins."""
        ...

    def cost(self, graph: "Graph") -> Any:
        """What each way of differentiating evaluates."""
        ...

    def is_openable(self, graph: "Graph", node: "Node") -> bool:
        """Whether `opened` can open a node."""
        ...

    def opened(self, graph: "Graph", labels: Collection[str]) -> "Graph":
        """The graph with the arrays of these labels worked out by gates of single numbers, each in
        a block of its own.

        Raises ValueError for a node of which that can't be done.
        """
        ...

    def pickled(self, graph: "Graph") -> tuple[Callable[..., "Graph"], tuple[Any, ...]]:
        """A function and arguments that make the graph again, without nodes that hold others."""
        ...


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The lines of the user's function, or statement, as they were compiled; where they are not to
    be had, why.
    """

    first: int
    lines: tuple[str, ...]
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A line of the user's code, and what stands around it."""

    file: str
    line: int
    text: str
    around: Excerpt = field(default=Excerpt(0, ()), compare=False, repr=False)

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}" if self.text else f"line {self.line}"


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One call of a function decorated with :func:`gradviz.block`; its gates are drawn in one box.

    `arguments` are the numbers under which a trace knows what the function was called with.
    """

    name: str
    parent: "Block | None" = None
    arguments: tuple[int, ...] = ()

    @property
    def path(self) -> tuple["Block", ...]:
        """The blocks around this one, outermost first, itself last."""
        return (*self.parent.path, self) if self.parent else (self,)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Node:
    """An input (`operation` is None) or one operation; `operands` are nodes, or numbers and arrays
    where the code has a constant.

    `name` is what the user's code calls it, if it does; `label` is unique in its graph and
    printable on one line. `source` is the line that computed it, `returned_to` the lines to which
    blocks returned it."""

    index: int
    label: str
    operation: Operation | None = None
    operands: tuple["Node | Value", ...] = ()
    name: str | None = None
    source: Source | None = None
    block: Block | None = None
    returned_to: tuple[Source, ...] = ()

    @property
    def gate(self) -> Operation:
        """Its operation, for whoever knows that it has one.

        Raises TypeError of an input."""
        if self.operation is None:
            raise TypeError(f"{self.label} is an input, which no operation works out")
        return self.operation

    @property
    def is_handwritten(self) -> bool:
        """Whether a user wrote the derivative of its operation."""
        return self.operation is not None and self.operation.is_handwritten

    @property
    def constants(self) -> tuple[str | None, ...]:
        """The operands that are constants, as text; None for those that arrive by an edge."""
        return tuple(
            None
            if isinstance(operand, Node)
            else f"[{numeral(operand)}]"
            if np.ndim(operand) > 1
            else numeral(operand)
            for operand in self.operands
        )

    @property
    def sign(self) -> str:
        """The operation with its constants, as on a card: ``×2``; empty for an input."""
        return self.operation.sign(self.constants) if self.operation else ""

    @property
    def expression(self) -> str:
        """The operation applied to its operands' labels: ``w0·x0``; ``input`` for an input."""
        return self.operation.expression(self.operand_labels) if self.operation else "input"

    @property
    def operand_labels(self) -> tuple[str | Value, ...]:
        """Its operands: labels of nodes, and constants as they are."""
        return tuple(
            operand.label if isinstance(operand, Node) else operand for operand in self.operands
        )

    def operands_at(self, values: Mapping["Node", Any]) -> list[Any]:
        """Its operands: the values of nodes, and constants as they are."""
        return [values[of] if isinstance(of, Node) else of for of in self.operands]

    def __repr__(self) -> str:
        return (
            f"<Node {self.label} = {self.expression}>"
            if self.operation
            else f"<Node {self.label}: input>"
        )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Edge:
    """The value of `source` arriving at `target` as operand number `position`: ``a + a`` has two
    of them.
    """

    index: int
    source: Node
    target: Node
    position: int

    @property
    def operation(self) -> Operation:
        """The operation at which it arrives."""
        return self.target.gate

    @property
    def is_flat(self) -> bool:
        """Whether nothing ever goes back along this edge: its local derivative is 0 whatever the
        numbers.
        """
        return self.operation.is_flat(self.position, self.target.operands)

    def carried(self, adjoint: Value, local: Value) -> Value:
        """What an adjoint, a single number or one for each setting, hands back along this edge:
        upstream × local; nothing to what a choice left aside, even where the adjoint is infinite.
        """
        if not self.operation.is_choice:
            return adjoint * local
        if isinstance(local, np.ndarray):
            return np.where(local == 0.0, 0.0, adjoint * local)
        return 0.0 if local == 0.0 else adjoint * local

    @property
    def mark(self) -> str:
        """Which operand this is, where the order matters: on the edge of what is subtracted,
        ``−``.
        """
        return self.operation.marks(self.target.constants)[self.position]

    @property
    def local_expression(self) -> str:
        """The local derivative along this edge, in symbols."""
        return self.operation.local_expression(
            self.position, self.target.operand_labels, self.target.label
        )

    def __repr__(self) -> str:
        return f"<Edge {self.source.label} → {self.target.label}>"


@dataclass(frozen=True, eq=False, repr=False)
class Graph:
    """A computational graph with one output: `nodes` in an order of evaluation, the inputs first.

    `evaluator` performs the runs; `example` is the run at the inputs of the trace, which printing
    and drawing use. `calls` says of blocks which nodes they were called with, in the order of the
    call."""

    name: str
    nodes: tuple[Node, ...]
    output: Node
    evaluator: "Evaluator"
    example_numbers: tuple[Any, ...]
    calls: Mapping[Block, tuple[Node, ...]] = field(default_factory=dict)

    @cached_property
    def inputs(self) -> tuple[Node, ...]:
        """The nodes that are inputs, in the order of the function's arguments."""
        return tuple(node for node in self.nodes if node.operation is None)

    @cached_property
    def operations(self) -> tuple[Node, ...]:
        """The nodes that are operations, in an order of evaluation."""
        return self.nodes[len(self.inputs) :]

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """One for each operand that is not a constant, in the order of the nodes they arrive at."""
        arrivals = (
            (operand, node, position)
            for node in self.nodes
            for position, operand in enumerate(node.operands)
            if isinstance(operand, Node)
        )
        return tuple(Edge(index, *arrival) for index, arrival in enumerate(arrivals))

    @cached_property
    def idle(self) -> frozenset[Edge]:
        """The edges along which nothing ever goes back: flat ones, and those that lead on only to
        flat ones.
        """
        reached, idle = {self.output}, set()
        for edge in reversed(self.edges):
            if edge.target not in reached or edge.is_flat:
                idle.add(edge)
            else:
                reached.add(edge.source)
        return frozenset(idle)

    @cached_property
    def example(self) -> "Run":
        """The run at the inputs that the graph was traced with."""
        return Run(self, self.example_numbers)

    @cached_property
    def has_arrays(self) -> bool:
        """Whether any of its values is an array, or any of its operations has no local
        derivative.
        """
        locals_ = self.example_numbers[len(self.nodes) : len(self.nodes) + len(self.edges)]
        return (
            any(isinstance(number, np.ndarray) for number in self.example_numbers)
            or None in locals_
        )

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """What the inputs are called where they are given: by the function's own argument names."""
        return tuple(node.label if node.name is None else node.name for node in self.inputs)

    @cached_property
    def _example_inputs(self) -> dict[str, Any]:
        return dict(zip(self.input_names, self.example_numbers))

    @cached_property
    def _in_order(self) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
        return _picker(self.input_names)

    @cached_property
    def _is_plain(self) -> bool:
        return all(type(number) is float for number in self._example_inputs.values())

    @cached_property
    def _by_label(self) -> dict[str, Node]:
        return {node.label: node for node in reversed(self.nodes)}

    @cached_property
    def _first_adjoint(self) -> int:
        return len(self.nodes) + len(self.edges)  # where adjoints begin among a run's numbers

    def run(self, values: Mapping[str, Any] | None = None, /, **inputs: Any) -> "Run":
        """Both sweeps at new inputs, by compiled straight-line code. An input that is left out
        keeps its value of the trace.

        Where the function would take another branch at these inputs, or an array has another shape,
        the trace no longer holds: the function is traced anew, the result's `graph` is the new
        graph, and its `retraced` says why.

        Inputs are keyword arguments, or one dict where a name is no identifier.

        >>> import gradviz as gv
        >>> graph = gv.trace(lambda x, y: (x + y) ** 2, x=1.0, y=2.0)
        >>> run = graph.run(x=3.0)
        >>> run.value, run.grads
        (25.0, {'x': 10.0, 'y': 10.0})
        """
        if type(values) is dict and not inputs:
            given: Mapping[str, Any] = values
        else:
            given = inputs if values is None else {**_mapping(values, "run"), **inputs}
        examples, every = self._example_inputs, given
        if len(given) != len(examples):
            every = {**examples, **given}
            if len(every) > len(examples):
                self.checked(given)
        try:
            numbers = self._in_order(every)
        except KeyError:
            self.checked(given)
            raise
        if self._is_plain:
            for number in numbers:
                if type(number) is not float:
                    break
            else:  # nothing to look at: what most runs are
                return self.evaluator.run(self, numbers)
        every, misfit = {**examples, **given}, None
        for name, value in given.items():
            value = numeric(value, f"input {name!r} of {self.name}")
            if isinstance(value, np.ndarray):  # the user may change it later
                value = value.copy(order="K")
            if _kind(value) != _kind(examples[name]):
                misfit = f"input {name!r} was {_kind(examples[name])} when traced, and no longer is"
            every[name] = value
        numbers = [*every.values()]
        if misfit is not None:
            return self.evaluator.anew(self, numbers, misfit)
        return self.evaluator.run(self, numbers)

    def sweep(self, values: Mapping[str, Any] | None = None, /, **inputs: Any) -> "Run":
        """Both sweeps at many settings of the inputs at once: each input is one value for all, or
        an array with one for each.

        The numbers of the run that is returned are arrays, with one number for each setting. At
        settings where the function takes another branch, it is traced anew: there only the value
        and the gradients are known, the rest is nan.

        Raises ValueError if the arrays differ in length, and TypeError as `run` does.

        >>> import gradviz as gv
        >>> runs = gv.trace(lambda x, y: x**2 + y, x=1.0, y=1.0).sweep(x=[1, 2, 3], y=0.5)
        >>> runs.value, runs.grads["x"]
        (array([1.5, 4.5, 9.5]), array([2., 4., 6.]))
        """
        inputs = self.checked({**_mapping({} if values is None else values, "sweep"), **inputs})
        arguments, counts = {**self._example_inputs}, {}
        for name, value in inputs.items():
            before = arguments[name]
            if np.ndim(value) == np.ndim(before) + 1:
                counts[name] = len(value)
            elif np.ndim(value) != np.ndim(before):
                raise ValueError(
                    f"input {name!r} must be {_kind(before)}, or one such for each setting; it has "
                    f"the shape {np.shape(value)}"
                )
            arguments[name] = value
        if len(set(counts.values())) != 1:
            raise ValueError(
                "sweep needs arrays of one and the same number of settings; it got "
                f"{counts or 'none'}"
            )
        for name, value in arguments.items():
            if name not in counts and np.ndim(value):
                arguments[name] = np.broadcast_to(value, (*set(counts.values()), *value.shape))
        return self.evaluator.sweep(self, [*arguments.values()], *set(counts.values()))

    def checked(self, inputs: Mapping[str, object]) -> dict[str, Value]:
        """These inputs as floats and arrays of floats.

        Raises TypeError, naming the input, if the graph has none of that name or the value is no
        number."""
        for name in inputs:
            if name not in self._example_inputs:
                raise TypeError(
                    f"{self.name} has no input {name!r}; its inputs are "
                    f"{', '.join(self._example_inputs)}"
                )
        return {
            name: numeric(value, f"input {name!r} of {self.name}") for name, value in inputs.items()
        }

    def code(self, target: str = "python") -> str:
        """Both sweeps as straight-line code, which runs as it stands: the function returns the
        value and the gradients. `target` is "python" or "javascript"; there, arrays are flat, row
        by row, and the function returns null where the traced function would decide otherwise.

        Raises NotImplementedError where JavaScript lacks something, and says what.

        >>> import gradviz as gv
        >>> print(gv.trace(lambda x: x**2 + 1, x=3.0).code())
        import math
        <BLANKLINE>
        def f(x):
            v1 = math.pow(x, 2.0)
            f = v1 + 1.0
        <BLANKLINE>
            # backward: adj_v is the derivative of f with respect to v
            adj_f = 1.0
            # adj_v1 is adj_f, ∂f/∂v1
            dv1_dx = 2.0 * x
            adj_x = adj_f * dv1_dx  # ∂f/∂x = ∂f/∂v1·∂v1/∂x
        <BLANKLINE>
            return f, {'x': adj_x}
        <BLANKLINE>
        >>> print(gv.trace(lambda x: np.tanh(x), x=3.0).code("javascript"))
        function f(x) {
            let f = Math.tanh(x);
        <BLANKLINE>
            // backward: adj_v is the derivative of f with respect to v
            let adj_f = 1.0;
            let df_dx = 1.0 - f * f;
            // adj_x is df_dx, ∂f/∂x
        <BLANKLINE>
            return [f, { "x": df_dx }];
        }
        <BLANKLINE>
        """
        return "\n".join(line for line, _ in self.evaluator.listing(self, target)) + "\n"

    def cost(self) -> Any:
        """What each way of differentiating evaluates on this graph, counted while it is done:
        reverse sweep, forward mode, bumping, and where there are not too many, the sum over paths.
        `print` shows a table.

        Raises TypeError for a graph of arrays: a Ledger counts those.

        >>> import gradviz as gv
        >>> cost = gv.trace(lambda x, y: (x + y) ** 2, x=1.0, y=2.0).cost()
        >>> cost.n, cost.p, cost.edges, cost.reverse, cost.forward, cost.bumping, cost.paths
        (2, 2, 3, 3, 4, 6, 2)
        """
        return self.evaluator.cost(self)

    def __reduce__(self) -> tuple[Callable[..., "Graph"], tuple[Any, ...]]:
        return self.evaluator.pickled(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Graph":
        return self  # nobody writes on it, so one is enough

    def __copy__(self) -> "Graph":
        return self

    def __repr__(self) -> str:
        counts = [
            (len(self.inputs), "input"),
            (len(self.operations), "operation"),
            (len(self.edges), "edge"),
        ]
        return (
            f"<Graph {self.name}: "
            + ", ".join(f"{n} {what}{'s' * (n != 1)}" for n, what in counts)
            + ">"
        )

    def __str__(self) -> str:
        """The table of nodes at the inputs of the trace."""
        return str(self.example)


def _mapping(values: object, what: str) -> Mapping[str, Any]:
    if type(values) is not dict and not isinstance(values, Mapping):
        raise TypeError(
            f"{what} takes inputs by name, as in graph.{what}(x=1.0), or as one dict, not "
            f"{values!r:.40}"
        )
    return values


def read_only(number: Any) -> Any:
    """A number as it is; an array so that nobody writes into it."""
    if type(number) is float or not isinstance(number, np.ndarray) or not number.flags.writeable:
        return number
    view = number.view()
    view.flags.writeable = False
    return view


def _cut(text: str) -> str:
    """A text that is not so long that a column has no room for others."""
    return text if len(text) <= WIDEST else text[: WIDEST - 2] + " …"


def _kind(value: Value) -> str:
    return (
        f"an array of shape {value.shape} of {value.dtype}"
        if isinstance(value, np.ndarray)
        else "a single number"
    )


class Run:
    """One performance of a graph: all numbers of a forward and a reverse sweep, at given inputs.

    A number is a float, or an array where the graph has one; None is not known, or is none.
    Arrays are read-only, for all who read the run and for later runs: copy one to change it.
    `retraced` is None, or says which decision of the function came out otherwise, so that `graph`
    is a new trace."""

    __slots__ = ("_flows", "_numbers", "distinct", "graph", "places", "retraced")

    def __init__(
        self,
        graph: Graph,
        distinct: tuple[Any, ...],
        places: "Places | None" = None,
        retraced: str | None = None,
        flows: tuple[Any, ...] | None = None,
    ) -> None:
        self.graph: Graph = graph
        self.distinct: tuple[Any, ...] = distinct  # the primals, and what else is not among them
        self.places: Places | None = places  # where each number stands among the distinct ones
        self.retraced: str | None = retraced
        self._numbers: tuple[Any, ...] | None = None
        self._flows = flows

    def __reduce__(self) -> tuple[Callable[..., "Run"], tuple[Any, ...]]:
        return Run, (self.graph, self.numbers, None, self.retraced, self._flows)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Run":
        return self  # as a graph is

    def __copy__(self) -> "Run":
        return self

    @property
    def value(self) -> Any:
        """The output."""
        place, places = self.graph.output.index, self.places
        number = self.distinct[place if places is None else places[place]]
        return number if type(number) is float else read_only(number)

    @property
    def inputs(self) -> dict[str, Any]:
        """The inputs by name."""
        return dict(zip(self.graph.input_names, self.primals.numbers))

    @property
    def grads(self) -> dict[str, Any]:
        """The derivative of the output with respect to each input, by name."""
        places = self.places
        if places is None:
            return dict(zip(self.graph.input_names, self.adjoints.numbers))
        if places.gradients is None:
            places.gradients = self._reader_of_gradients(places)
        return places.gradients(self.distinct)

    def _reader_of_gradients(self, places: "Places") -> Callable[[tuple[Any, ...]], dict[str, Any]]:
        """What takes them out of the distinct numbers of runs like this one, and no others."""
        names, first = self.graph.input_names, self.graph._first_adjoint
        pick = _picker(places[first : first + len(names)])
        if self.graph.has_arrays:
            return lambda distinct: dict(zip(names, map(read_only, pick(distinct))))
        if len(names) > FEW:
            return lambda distinct: dict(zip(names, pick(distinct)))
        items = (f"{name!r}: distinct[{places[first + n]}]" for n, name in enumerate(names))
        return eval(f"lambda distinct: {{{', '.join(items)}}}")  # written out, in half the time

    @property
    def primals(self) -> "Numbers[Node]":
        """The value of each node; look up by node or by name."""
        return Numbers(self.graph.nodes, self.numbers, 0, self.graph)

    @property
    def locals(self) -> "Numbers[Edge]":
        """The local derivative along each edge, element by element; None where it is no number (a
        sum, a product of matrices).
        """
        return Numbers(self.graph.edges, self.numbers, len(self.graph.nodes))

    @property
    def adjoints(self) -> "Numbers[Node]":
        """The derivative of the output with respect to each node; None before a reverse sweep."""
        return Numbers(self.graph.nodes, self.numbers, self.graph._first_adjoint, self.graph)

    @property
    def flows(self) -> "Numbers[Edge]":
        """What goes back along each edge: upstream adjoint × local derivative. A node's adjoint is
        the sum over its edges.
        """
        if self._flows is None:
            nodes, edges = self.graph.nodes, self.graph.edges
            adjoints = self.numbers[self.graph._first_adjoint :]
            locals_ = self.numbers[len(nodes) : len(nodes) + len(edges)]
            if self.graph.has_arrays:
                self._flows = tuple(map(read_only, self._whole_flows(adjoints, locals_)))
            else:
                idle = self.graph.idle
                known = (
                    (edge, adjoints[edge.target.index], local)
                    for edge, local in zip(edges, locals_)
                )
                self._flows = tuple(
                    None
                    if adjoint is None or local is None
                    else read_only(_zero(adjoint) if edge in idle else edge.carried(adjoint, local))
                    for edge, adjoint, local in known
                )
        return Numbers(self.graph.edges, self._flows)

    def _whole_flows(self, adjoints: Sequence[Any], locals_: Sequence[Any]) -> Iterator[Any]:
        """The flow along each edge of a graph of arrays."""
        idle = self.graph.idle
        uses = Counter(edge.source for edge in self.graph.edges if edge not in idle)
        primals = self.primals
        handed_back: dict[Node, Mapping[int, Any]] = {}
        for edge, local in zip(self.graph.edges, locals_):
            node, adjoint = edge.target, adjoints[edge.target.index]
            if adjoint is None:
                yield None
            elif edge in idle:
                yield _zero(primals[edge.source])
            elif uses[edge.source] == 1:
                yield adjoints[edge.source.index]  # nothing else flows there
            elif local is not None and type(adjoint) is float:
                yield edge.carried(adjoint, local)
            else:
                if node not in handed_back:
                    handed_back[node] = node.gate.pullback(
                        [p for p, of in enumerate(node.operands) if isinstance(of, Node)],
                        adjoint,
                        node.operands_at(primals),
                        primals[node],
                    )
                yield handed_back[node][edge.position]

    @property
    def numbers(self) -> tuple[Any, ...]:
        """All of it flat: primals by node, local derivatives by edge, adjoints by node."""
        if self._numbers is None:
            numbers = self.distinct if self.places is None else self.places(self.distinct)
            if self.graph.has_arrays or type(numbers[0]) is not float:  # a sweep's are all arrays
                numbers = tuple(map(read_only, numbers))
            self._numbers = numbers
        return self._numbers

    def bumped(self, node: Node, by: Value, evaluated: Callable[..., None] | None = None) -> Any:
        """The output if the value of `node` were greater by `by` and everything after it were
        worked out again.

        Decisions of the function are not looked at: it takes the branch that it took in the trace.
        `evaluated` is told of each operation that is worked out, with its operands and result.
        """
        values = dict(zip(self.graph.nodes, self.numbers))
        values[node] = values[node] + by
        moved = {node}
        for later in self.graph.nodes[node.index + 1 :]:
            if not moved.isdisjoint(
                operand for operand in later.operands if isinstance(operand, Node)
            ):
                moved.add(later)
                operands = later.operands_at(values)
                values[later] = later.gate.number(*operands)
                if evaluated is not None:
                    evaluated(later.gate, operands, values[later])
        return values[self.graph.output]

    def __repr__(self) -> str:
        inputs = ", ".join(
            f"{node.label}={numeral(self.numbers[node.index])}" for node in self.graph.inputs
        )
        return f"<Run {self.graph.name}({inputs}) = {numeral(self.value)}>"

    def __str__(self) -> str:
        """The table of nodes: name, operation, value and adjoint; the text twin of every figure."""
        primals, adjoints = self.primals, self.adjoints
        rows = [("name", "operation", "value", "gradient")]
        rows += [
            (n.label, _cut(n.expression), numeral(primals[n]), numeral(adjoints[n]))
            for n in self.graph.nodes
        ]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        lines = [
            f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}  {d:>{widths[3]}}".rstrip()
            for a, b, c, d in rows
        ]
        return "\n".join([lines[0], "─" * (sum(widths) + 6), *lines[1:]])


class Places(tuple[int, ...]):
    """Where each number stands among the distinct ones; called with those, it gives all."""

    gradients: Callable[[tuple[Any, ...]], dict[str, Any]] | None = None  # takes them out, by name

    @cached_property
    def _all(self) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
        return _picker(self)

    def __call__(self, distinct: tuple[Any, ...]) -> tuple[Any, ...]:
        return self._all(distinct)

    def compressed(self, numbers: Sequence[Any]) -> tuple[Any, ...]:
        """The distinct numbers, out of all."""
        first = dict(zip(reversed(self), reversed(range(len(self)))))
        return tuple(numbers[first[place]] for place in range(len(first)))


Key = TypeVar("Key", Node, Edge)


def _zero(like: Value) -> Value:
    return np.zeros_like(like) if isinstance(like, np.ndarray) else 0.0


class Numbers(Mapping[Key, Any]):
    """Numbers by node or edge, read-only; nodes also by their name. `numbers` has them in their
    order.
    """

    __slots__ = ("_all", "_first", "_graph", "_keys")

    def __init__(
        self,
        keys: Sequence[Key],
        numbers: Sequence[Any],
        first: int = 0,
        graph: Graph | None = None,
    ) -> None:
        self._keys = keys
        self._all = numbers  # of which those from `first` on are meant
        self._first = first
        self._graph = graph  # where nodes have names

    @property
    def numbers(self) -> Sequence[Any]:
        return self._all[self._first : self._first + len(self._keys)]

    def __getitem__(self, key: Key | str) -> Any:
        if isinstance(key, str):
            labels = self._graph._by_label if self._graph is not None else {}
            if key not in labels:
                raise KeyError(
                    f"no node is called {key!r}; there are "
                    f"{', '.join(getattr(k, 'label', repr(k)) for k in self._keys)}"
                )
            return self._all[self._first + labels[key].index]
        if not (key.index < len(self._keys) and self._keys[key.index] is key):
            raise KeyError(
                f"{key!r} belongs to another graph: this run may have been traced anew (see its "
                "`retraced`)"
            )
        return self._all[self._first + key.index]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        lines = [f"{key!r}: {numeral(value)}" for key, value in self.items()]
        return "{" + (", " if len(lines) < 4 else ",\n ").join(lines) + "}"


def _picker(places: Sequence[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """A function that picks the numbers at these places of a tuple, or by these names."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda numbers: tuple(numbers[place] for place in places)


def applied_derivative(name: str, position: int, operands: Sequence[Any]) -> str:
    """The derivative of a function by its operand at `position`, applied: ``sigmoid′(t)``,
    ``swish′₁(a, b)``.
    """
    number = "" if len(operands) == 1 else str(position + 1).translate(SUBSCRIPTS)
    return f"{name}′{number}({', '.join(map(str, operands))})"


BREAKS = "\u2028\u2029"  # ends of lines and paragraphs, also of a line of JavaScript


def printable(text: str) -> str:
    """`text` without what a line of text, XML or a reader can't bear: control characters, ends of
    lines, marks that turn the direction.
    """
    if text.isprintable():  # as most texts are, and long ones are seen quickly
        return text
    other = (
        ord(each) for each in set(text) if unicodedata.category(each)[:1] == "C" or each in BREAKS
    )
    return text.translate(dict.fromkeys(other, " "))
