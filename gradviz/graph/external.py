"""Operations of a model that was made elsewhere: how they are written is known, and their numbers
are those that were recorded. There is no program that works them out again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from gradviz.numerals import Value


class Untold(TypeError):
    """A number can't be worked out of what is told."""


@dataclass(frozen=True, slots=True)
class External:
    """An operation of a model from elsewhere.

    `symbol` is what its card says, `written` how it is applied: text, and numbers of its operands.
    Along the operands at `stops` nothing goes back: they are whole numbers, or frozen, or used
    where no gradient is asked for.

    >>> External("linear", "linear", ("linear(", 0, ", ", 1, ")")).expression(["x", "w"])
    'linear(x, w)'
    """

    name: str
    symbol: str
    written: tuple[str | int, ...]
    stops: tuple[int, ...] = ()

    @property
    def is_handwritten(self) -> bool:
        return False

    @property
    def is_choice(self) -> bool:
        return False

    def is_flat(self, position: int, operands: Sequence[Any]) -> bool:
        return position in self.stops

    def sign(self, constants: Sequence[str | None]) -> str:
        return self.symbol

    def marks(self, constants: Sequence[str | None]) -> tuple[str, ...]:
        return ("",) * len(constants)

    def expression(self, operands: Sequence[str | Value]) -> str:
        return "".join(
            part if isinstance(part, str) else str(operands[part]) for part in self.written
        )

    def local_expression(self, position: int, operands: Sequence[str | Value], result: str) -> str:
        return ""

    def number(self, *operands: Any) -> NoReturn:
        raise Untold("a model from elsewhere")

    def flow(self, position: int, adjoint: Any, operands: Sequence[Any], result: Any) -> NoReturn:
        self.number()

    def pullback(
        self, positions: Sequence[int], adjoint: Any, operands: Sequence[Any], result: Any
    ) -> Mapping[int, Any]:
        self.number()


def is_from_elsewhere(graph: Any) -> bool:
    """Whether a graph, or the one that it shows, is of a model from elsewhere."""
    while graph.origin.base is not None:
        graph = graph.origin.base
    return any(isinstance(node.operation, External) for node in graph.nodes)
