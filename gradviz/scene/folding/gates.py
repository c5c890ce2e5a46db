"""What stands for many operations, or for all others, where a graph is drawn as boxes."""

from collections.abc import Sequence
from typing import Any, NoReturn

from gradviz.numerals import Value
from gradviz.scene.folding.boxes import Part
from gradviz.words import say


class Drawn:
    """An operation that is drawn, and can't be worked out from what comes in."""

    is_handwritten = False
    is_choice = False

    def is_flat(self, position: int, operands: Sequence[Any]) -> bool:
        return False

    def marks(self, constants: Sequence[str | None]) -> tuple[str, ...]:
        return ("",) * len(constants)

    def local_expression(self, position: int, operands: Sequence[str | Value], result: str) -> str:
        return ""

    def number(self, *operands: Any) -> NoReturn:
        raise TypeError(
            "this is a part of a graph, which can't be worked out by itself: run the whole graph"
        )

    def flow(self, position: int, adjoint: Any, operands: Sequence[Any], result: Any) -> NoReturn:
        self.number()

    def pullback(
        self, positions: Sequence[int], adjoint: Any, operands: Sequence[Any], result: Any
    ) -> NoReturn:
        self.number()


class Many(Drawn):
    """What a box of operations is."""

    name = "many"

    def __init__(self, part: Part, is_output: bool) -> None:
        self.part = part
        self.is_output = is_output

    def sign(self, constants: Sequence[str | None]) -> str:
        count = len(self.part.nodes)
        return (
            self.part.nodes[0].sign
            if count == 1
            else f"▸ {self.part.name}"
            if self.is_output
            else f"▸ {count}"
        )

    def expression(self, operands: Sequence[str | Value]) -> str:
        if not self.part.size:
            return say("figure.operation.inputs", n=len(self.part.nodes))
        if self.part.size == 1:  # what is with it are its inputs
            return next(node for node in self.part.nodes if node.operation).expression
        return say("figure.operation.operations", n=self.part.size)


class Rest(Drawn):
    """What everything else is, where one box is drawn by itself: it hands back all that flows back
    from there.
    """

    name = "rest"

    def sign(self, constants: Sequence[str | None]) -> str:
        return say("figure.sign.rest")

    def expression(self, operands: Sequence[str | Value]) -> str:
        return say("figure.operation.rest")
