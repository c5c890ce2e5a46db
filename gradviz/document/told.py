"""What a document only tells of: gates that a user wrote, and graphs that nothing can run."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from gradviz.autodiff.primitives.handwritten import Derivative, HandWritten
from gradviz.autodiff.tracing.runner import Unrunnable
from gradviz.document.writing import to_dict
from gradviz.graph import Graph, Lines, Untold, is_from_elsewhere


class Own(HandWritten):
    """A primitive that a user wrote by hand: of it a document holds no more than the name."""

    def __init__(self, name: str, arity: int, has_locals: bool) -> None:
        self.name: str = name
        self.arity: int = arity
        self.has_locals: bool = has_locals
        self.token: str = ""
        self.derivatives: tuple[Derivative, ...] = tuple(
            Derivative(self, position, lambda *operands: 1.0) for position in range(arity)
        )

    def number(self, *operands: Any, **params: Any) -> NoReturn:
        raise Untold(f"{self.name} is a primitive written by hand, of which there is but the name")

    def vjp(
        self,
        position: int,
        adjoint: Any,
        z: Any,
        operands: Sequence[Any],
        params: Mapping[str, Any],
    ) -> NoReturn:
        self.number()


class Told(Unrunnable):
    """What there is of a graph that can't be run: the numbers that were written down."""

    def __init__(self, why: str, knows_decisions: bool, read: Callable[..., Graph]) -> None:
        super().__init__()
        self.why = why
        self.read = read
        self.knows_decisions = knows_decisions

    def refusal(self, graph: Graph) -> Untold:
        return Untold(f"{graph.name} has no numbers but those of its document: {self.why}")

    def listing(self, graph: Graph, target: str, mode: Any, wrt: Any) -> Lines:
        if is_from_elsewhere(graph):
            raise self.refusal(graph)
        return super().listing(graph, target, mode, wrt)

    def pickled(self, graph: Graph) -> tuple[Callable[..., Graph], tuple[Any, ...]]:
        return self.read, (to_dict(graph),)
