"""The ground: a computational graph, and one run of it.

A :class:`Graph` is the score: which operations feed which. A :class:`Run` is one performance: every
primal, local derivative and adjoint at given inputs. Nobody writes on the score. A graph is data;
a :class:`Runner` performs it, and an :class:`Origin` says which graph it shows, if it is folded,
opened or a part."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from gradviz.graph.bumping import bumped
from gradviz.graph.flows import flows
from gradviz.graph.inputs import checked, looked_at, mapping, settings
from gradviz.graph.nodes import Edge, Node
from gradviz.graph.numbers import Numbers, Places, gradients_of, picker, read_only
from gradviz.graph.origin import Origin
from gradviz.graph.runner import Lines, Runner
from gradviz.graph.structure import Structure
from gradviz.graph.table import table
from gradviz.numerals import Value, numeral

ORIGINAL: Origin["Graph", "Run"] = Origin()


@dataclass(frozen=True, eq=False, repr=False)
class Graph(Structure):
    """A computational graph with one output: `nodes` in an order of evaluation, the inputs first.

    `runner` performs it; `origin` says which graph it shows, if it is folded, opened or a part."""

    runner: Runner["Graph", "Run"] | None = None
    origin: Origin["Graph", "Run"] = ORIGINAL
    example_flows: tuple[Any, ...] | None = None  # where they do not follow from the numbers

    from_dict: ClassVar[Callable[[Mapping[str, Any]], "Graph"]]
    to_dict: ClassVar[Callable[..., dict[str, Any]]]

    @cached_property
    def example(self) -> "Run":
        """The run at the inputs that the graph was traced with."""
        base = self.origin.base
        base = None if base is None else base.example
        return Run(self, self.example_numbers, flows=self.example_flows, base=base)

    @property
    def whole(self) -> "Graph":
        """The graph that this one shows, as it was traced: itself if it shows no other."""
        return self if self.origin.base is None else self.origin.base.whole

    @property
    def unfolded(self) -> "Graph":
        """The graph with all its blocks open, of which the program is."""
        base = self.origin.base
        return self if base is None or self.origin.has_program else base.unfolded

    @property
    def performer(self) -> Runner["Graph", "Run"]:
        """What performs it.

        Raises TypeError if nothing does."""
        if self.runner is None:
            raise TypeError(f"{self.name} is a graph that nothing can run: it only has numbers")
        return self.runner

    @cached_property
    def _example_inputs(self) -> dict[str, Any]:
        return dict(zip(self.input_names, self.example_numbers))

    @cached_property
    def _in_order(self) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
        return picker(self.input_names)

    @cached_property
    def _is_plain(self) -> bool:
        return all(type(number) is float for number in self._example_inputs.values())

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
        if self.origin.is_excerpt:  # its inputs are those of the whole
            return self.shown(self.whole.run(values, **inputs))
        if type(values) is dict and not inputs:
            given: Mapping[str, Any] = values
        else:
            given = inputs if values is None else {**mapping(values, "run"), **inputs}
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
                return self._performed(numbers)
        return self._looked_at(given)

    def _looked_at(self, given: Mapping[str, Any]) -> "Run":
        """A run at inputs that may be anything."""
        values, misfit = looked_at(self.name, self._example_inputs, given)
        if misfit is not None:
            return self.shown(self.whole.performer.anew(self.whole, values, misfit))
        return self._performed(values)

    def _performed(self, values: Sequence[Any]) -> "Run":
        """A run of the graph that it shows, as one of this."""
        base = self.origin.base
        if base is None or (self.origin.has_program and not self.whole.guards):
            return self.performer.run(self, values)
        return self.shown(base._performed(values))

    def shown(self, run: "Run") -> "Run":
        """A run of the graph that it shows, or of a new trace of that, as one of this."""
        base = self.origin.base
        if base is None or run.graph is self:
            return run
        if run.graph is not base:
            run = base.shown(run)
        if run.graph is base:
            return self.origin.shown(run)
        again = self.origin.again(run.graph)
        return run if again is run.graph else again.origin.shown(run)

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
        if self.origin.is_excerpt:  # one number for each setting has no place in a box of many
            raise TypeError(
                f"this is an excerpt of {self.name}: sweep the whole graph, its `whole`"
            )
        inputs = self.checked({**mapping({} if values is None else values, "sweep"), **inputs})
        arguments, count = settings(self._example_inputs, inputs)
        graph = self.unfolded
        return self.shown(graph.performer.sweep(graph, [*arguments.values()], count))

    def checked(self, inputs: Mapping[str, object]) -> dict[str, Value]:
        """These inputs as floats and arrays of floats.

        Raises TypeError, naming the input, if the graph has none of that name or the value is no
        number."""
        return checked(self.name, self._example_inputs, inputs)

    def code(self, target: str = "python", *, mode: Any = "reverse", wrt: Any = None) -> str:
        """Both sweeps as straight-line code that runs: a function that returns the value and the
        gradients; with `mode` "forward", the value and its tangent along `wrt`. `target` is
        "python" or "javascript": there, arrays are flat, row by row, and null is returned where the
        traced function would decide otherwise. Raises NotImplementedError for what it lacks.

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
        >>> import numpy as np
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
        return "\n".join(line for line, _ in self.listing(target, mode, wrt)) + "\n"

    def listing(self, target: str = "python", mode: Any = "reverse", wrt: Any = None) -> Lines:
        """The lines of its code, each with what it works out."""
        return self.unfolded.performer.listing(self.unfolded, target, mode, wrt)

    def is_openable(self, node: Node) -> bool:
        """Whether `opened` can open a node."""
        base = self.origin.base
        if base is None:
            return self.performer.is_openable(self, node)
        there = self.origin.in_base(node)
        return there is not None and base.is_openable(there)

    def opened(self, labels: Collection[str]) -> "Graph":
        """The graph with the arrays of these labels worked out by gates of single numbers, each in
        a block of its own.

        Raises ValueError for a node of which that can't be done, and says why.
        """
        base = self.origin.base
        if base is None or self.origin.has_program:
            return self.performer.opened(self, labels)
        return self.origin.again(base.opened(labels))

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
        return self.whole.performer.cost(self.whole)

    def __reduce__(self) -> tuple[Callable[..., "Graph"], tuple[Any, ...]]:
        if self.origin.base is not None:
            return self.origin.remaking()
        return self.performer.pickled(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Graph":
        return self  # nobody writes on it, so one is enough

    def __copy__(self) -> "Graph":
        return self

    def __str__(self) -> str:
        """The table of nodes at the inputs of the trace."""
        return str(self.example)


class Run:
    """One performance of a graph: all numbers of a forward and a reverse sweep, at given inputs.

    A number is a float, or an array where the graph has one; None is not known, or is none. Arrays
    are read-only: copy one to change it. `retraced` is None, or says which decision of the function
    came out otherwise, so that `graph` is a new trace."""

    to_dict: ClassVar[Callable[..., dict[str, Any]]]
    forward: ClassVar[Callable[..., Any]]  # its tangents: see gradviz/graph/forward.py
    second: ClassVar[str] = "adjoint"  # what stands beside a value, and …
    along: ClassVar[str] = "flow"  # … what goes along an edge

    __slots__ = ("_flows", "_numbers", "base", "distinct", "graph", "places", "retraced")

    def __init__(
        self,
        graph: Graph,
        distinct: tuple[Any, ...],
        places: "Places | None" = None,
        retraced: str | None = None,
        flows: tuple[Any, ...] | None = None,
        base: "Run | None" = None,
    ) -> None:
        self.graph: Graph = graph
        self.base: Run | None = base  # the run of the graph that `graph` shows
        self.distinct: tuple[Any, ...] = distinct  # the primals, and what else is not among them
        self.places: Places | None = places  # where each number stands among the distinct ones
        self.retraced: str | None = retraced
        self._numbers: tuple[Any, ...] | None = None
        self._flows = flows

    def __reduce__(self) -> tuple[Callable[..., "Run"], tuple[Any, ...]]:
        return Run, (self.graph, self.numbers, None, self.retraced, self._flows, self.base)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Run":
        return self  # as a graph is

    def __copy__(self) -> "Run":
        return self

    @property
    def whole(self) -> "Run":
        """The run of the graph as it was traced, of which this one may be a folded, an opened or a
        partial one.
        """
        if self.graph.origin.base is None:
            return self
        if self.base is not None:
            return self.base.whole
        return self.graph.whole.run(self.inputs)

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
            places.gradients = gradients_of(self.graph, places)
        return places.gradients(self.distinct)

    @property
    def primals(self) -> "Numbers[Node]":
        """The value of each node; look up by node or by name."""
        return Numbers(self.graph.nodes, self.numbers, 0, self.graph.by_label)

    @property
    def locals(self) -> "Numbers[Edge]":
        """The local derivative along each edge, element by element; None where it is no number (a
        sum, a product of matrices).
        """
        return Numbers(self.graph.edges, self.numbers, len(self.graph.nodes))

    @property
    def adjoints(self) -> "Numbers[Node]":
        """The derivative of the output with respect to each node; None before a reverse sweep."""
        return Numbers(
            self.graph.nodes, self.numbers, self.graph.first_adjoint, self.graph.by_label
        )

    @property
    def flows(self) -> "Numbers[Edge]":
        """What goes back along each edge: upstream adjoint × local derivative. A node's adjoint is
        the sum over its edges.
        """
        if self._flows is None:
            nodes, edges = len(self.graph.nodes), len(self.graph.edges)
            locals_, adjoints = self.numbers[nodes : nodes + edges], self.numbers[nodes + edges :]
            found = flows(self.graph, self.primals, locals_, adjoints)
            self._flows = tuple(map(read_only, found))
        return Numbers(self.graph.edges, self._flows)

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
        return bumped(self.graph, self.numbers, node, by, evaluated)

    def __repr__(self) -> str:
        inputs = ", ".join(
            f"{node.label}={numeral(self.numbers[node.index])}" for node in self.graph.inputs
        )
        return f"<Run {self.graph.name}({inputs}) = {numeral(self.value)}>"

    def __str__(self) -> str:
        """The table of nodes: name, operation, value and adjoint; the text twin of every figure."""
        words = ((node.label, node.expression) for node in self.graph.nodes)
        return table(words, self.primals.numbers, self.adjoints.numbers, self.second)
