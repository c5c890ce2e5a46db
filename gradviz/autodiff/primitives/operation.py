"""An operation: a row of the table with its parameters, as it stands on the tape and in a graph."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np

from gradviz.autodiff.primitives.printers.paper import PAPER
from gradviz.autodiff.primitives.symbols import Symbol
from gradviz.autodiff.tape.constants import settled
from gradviz.autodiff.tape.tape import UNREACHED, VALUE
from gradviz.graph import Node


class Operation:
    """A primitive with its parameters, applied to operands of which those at `positions` are
    variable.
    """

    __slots__ = ("code", "params", "positions", "primitive", "pull")

    def __init__(
        self,
        primitive: Any,
        positions: tuple[int, ...],
        params: dict[str, Any] | None = None,
        pull: Callable[..., Any] | None = None,
    ) -> None:
        self.primitive: Any = primitive
        self.positions: tuple[int, ...] = positions
        self.params: dict[str, Any] = params or {}
        self.pull: Callable[..., None] = pull or self.pull_by_rule

    def pull_by_rule(
        self,
        adjoint: Any,
        z: Any,
        operands: tuple[Any, ...],
        entries: list[Any],
        adjoints: list[Any],
    ) -> None:
        """Hand an adjoint back to the operands: add what flows to each to its own adjoint."""
        plain, positions = self.primals(operands, entries), self.handing_back(operands)
        flows = self.primitive.pullback(positions, adjoint, z, plain, self.params)
        for position, flow in zip(positions, flows):
            place = operands[position]
            before = adjoints[place]
            adjoints[place] = flow if before is UNREACHED else before + flow

    def primals(self, operands: Sequence[Any], entries: Sequence[Any]) -> list[Any]:
        """Operands of an entry of the tape as numbers and arrays."""
        return self.standing(operands, lambda place: entries[place][VALUE])

    def standing(self, operands: Sequence[Any], at: Callable[[int], Any]) -> list[Any]:
        """Operands of an entry of the tape: what is `at` the places of the variable ones, constants
        as they are.
        """
        found = [*operands]
        for position in self.positions:
            found[position] = at(operands[position])
        return found

    def operands(self, entry: Sequence[Any]) -> tuple[Any, ...]:
        """The operands of an entry of the tape: numbers of entries at `positions`, constants
        elsewhere.
        """
        _, a, local, b, last, _ = entry
        if local is None:
            return a
        if self.primitive.arity == 1:
            return (a,)
        return (a, b) if b is not None else (a, last) if self.positions == (0,) else (last, a)

    # ── gradviz.graph.Operation ──

    @property
    def name(self) -> str:
        return self.primitive.name

    @property
    def is_handwritten(self) -> bool:
        return self.primitive.is_handwritten

    def number(self, *operands: Any) -> Any:
        """The value, by IEEE's rules."""
        return self.primitive.number(*operands, **self.params)

    def is_flat(self, position: int, operands: Sequence[Any]) -> bool:
        """Whether the local derivative by the operand at `position` is the number 0 as it is
        written, with the constants among the operands as they are: then nothing is handed back.
        """
        return self.primitive.is_flat(position, operands, self.positions)

    def handing_back(self, operands: Sequence[Any]) -> Sequence[int]:
        """The positions of the operands to which something is handed back."""
        if not self.primitive.can_be_flat:
            return self.positions
        return [
            p for p in self.positions if not self.primitive.is_flat(p, operands, self.positions)
        ]

    @property
    def is_choice(self) -> bool:
        return self.primitive.is_choice

    def local(self, position: int, operands: Sequence[Any], result: Any) -> Any:
        """The local derivative by the operand at `position`; None where it is not one number for
        each element.
        """
        if not self.primitive.has_locals:
            return None
        if self.is_flat(position, operands):
            return 0.0
        return self.primitive.local(position, operands, result)

    def flow(self, position: int, adjoint: Any, operands: Sequence[Any], result: Any) -> Any:
        """What an adjoint hands back to the operand at `position`."""
        if self.is_flat(position, operands):
            return (
                np.zeros_like(operands[position], float)[()] if _shape(operands[position]) else 0.0
            )
        with np.errstate(all="ignore"):
            return settled(self.primitive.vjp(position, adjoint, result, operands, self.params))

    def pullback(
        self, positions: Sequence[int], adjoint: Any, operands: Sequence[Any], result: Any
    ) -> dict[int, Any]:
        """The same to each of several operands, by position."""
        with np.errstate(all="ignore"):
            flows = self.primitive.pullback(positions, adjoint, result, operands, self.params)
        return dict(zip(positions, map(settled, flows)))

    def sign(self, constants: Sequence[str | None]) -> str:
        return self.primitive.sign(constants, self.params)

    def marks(self, constants: Sequence[str | None]) -> tuple[str, ...]:
        return self.primitive.marks(constants)

    def expression(self, operands: Sequence[Any]) -> str:
        return PAPER.text(Symbol(self.primitive, tuple(_named(operands)), self.params))

    def local_expression(self, position: int, operands: Sequence[Any], result: str) -> str:
        if not self.primitive.has_locals:
            return ""
        return PAPER.text(
            self.primitive.derivative_by(position, _named(operands), Symbol.named(result))
        )

    def __repr__(self) -> str:
        return f"<operation {self.name}>"


def operation_of(node: Node) -> Operation:
    """The operation of a node that is no input, in a graph that was made here."""
    return cast(Operation, node.operation)


def _named(operands: Sequence[Any]) -> list[Any]:
    return [Symbol.named(operand) if isinstance(operand, str) else operand for operand in operands]


def _shape(operand: Any) -> tuple[int, ...]:
    return getattr(operand, "shape", ())
