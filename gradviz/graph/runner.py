"""What performs a graph, as the graph sees it."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, Protocol, TypeVar

from gradviz.graph.nodes import Edge, Node
from gradviz.numerals import Value

G = TypeVar("G")  # Graph
R = TypeVar("R", covariant=True)  # Run
Lines = Sequence[tuple[str, tuple[str, Node | Edge] | None]]  # of code, with what each works out


class Runner(Protocol[G, R]):
    """What performs a graph."""

    @property
    def can_run(self) -> bool:
        """Whether it can, or only knows what was written down."""
        ...

    @property
    def knows_decisions(self) -> bool:
        """Whether all decisions of the function are among the guards of its graph."""
        ...

    def run(self, graph: G, values: Sequence[Value]) -> R:
        """Both sweeps at these values of the inputs."""
        ...

    def anew(self, graph: G, values: Sequence[Value], why: str) -> R:
        """Both sweeps of a new graph of the same function."""
        ...

    def sweep(self, graph: G, values: Sequence[Value], count: int) -> R:
        """Both sweeps at many values of the inputs at once."""
        ...

    def prepare(self, graph: G) -> None:
        """Make ready for many runs."""
        ...

    def cost(self, graph: G) -> Any:
        """What each way of differentiating evaluates."""
        ...

    def listing(self, graph: G, target: str, mode: Any, wrt: Any) -> Lines:
        """Both sweeps in a language, line by line, each with what it works out: the "value" or
        "adjoint" of a node, the "local" of an edge. Or forward mode along `wrt`, with each
        "tangent".
        """
        ...

    def is_openable(self, graph: G, node: Node) -> bool:
        """Whether `opened` can open a node of a graph that shows no other."""
        ...

    def opened(self, graph: G, labels: Collection[str]) -> G:
        """The graph with the arrays of these labels worked out by gates of single numbers, each in
        a block of its own.

        Raises ValueError for a node of which that can't be done.
        """
        ...

    def pickled(self, graph: G) -> tuple[Callable[..., G], tuple[Any, ...]]:
        """A function and arguments that make the graph again, without nodes that hold others."""
        ...
