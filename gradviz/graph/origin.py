"""Where a graph comes from."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from gradviz.graph.nodes import Block, Node
from gradviz.graph.numbers import Places
from gradviz.graph.structure import Structure

G = TypeVar("G", bound=Structure)  # Graph
R = TypeVar("R")  # Run


class Origin(Generic[G, R]):
    """Where a graph comes from. This one says that it shows no other; folded and opened graphs and
    parts of graphs have origins with a `base`, the graph that they show.
    """

    base: G | None = None
    has_program: bool = True  # of its own, or else its base's is that of all its numbers
    is_excerpt: bool = False  # whether it shows a part of its base, or boxes of it
    closed: frozenset[Block] = frozenset()  # blocks of the open graph
    labels: tuple[str, ...] = ()  # of nodes that are opened
    path: tuple[int, ...] = ()  # which box of which was opened
    names: tuple[str, ...] = ()  # of those boxes
    boxes: Mapping[str, int] = {}  # that can be opened, by their labels
    coming: frozenset[int] = frozenset()  # inputs here that are none of the base, by index
    # where each input of the base is shown by itself, if not as it stands there
    inputs: Sequence[int | None] | None = None

    def again(self, base: G) -> G:
        """Another graph of the same function shown in the same way."""
        return base

    def shown(self, run: R) -> R:
        """A run of the base as one of the graph that shows it."""
        return run

    def shown_as(self, graph: G) -> tuple[list[int], dict[int, int]]:
        """Where the graph that has the program is to be seen in this one. For each of its nodes, an
        index: if it is hidden, of the node that it leads to. For each of its edges that is not
        hidden, by index, the index here.
        """
        return [node.index for node in graph.nodes], {e.index: e.index for e in graph.edges}

    @property
    def places(self) -> Places | None:
        """Where the numbers of the graph that has the program stand among the distinct ones of a
        run here, if they all do.
        """
        return None

    def in_base(self, node: Node) -> Node | None:
        """The node of the base that a node is, if it is one."""
        return None

    def in_a_page(self, program: Any) -> Any:
        """The page's program of the open graph, as one of the graph that shows it; None if there
        is none.
        """
        return program

    @property
    def note(self) -> dict[str, Any]:
        """What was done to the base, as plain data."""
        return {}

    def remaking(self) -> tuple[Callable[..., G], tuple[Any, ...]]:
        """A function and arguments that make the graph again."""
        raise NotImplementedError
