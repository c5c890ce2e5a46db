"""The gate that a closed block is."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from gradviz.graph import Block, External, Node, applied_derivative
from gradviz.numerals import Value


class Inside:
    """The operation that a closed block is: what one node that leaves it makes of the values that
    come in.
    """

    def __init__(self, block: Block, gates: Sequence[Node], operands: Sequence[Node]) -> None:
        self.block = block
        self.name: str = block.name
        self.gates = gates  # in the order of the work, the last being the one that leaves
        self.operands = operands
        self.is_from_elsewhere: bool = any(isinstance(each.operation, External) for each in gates)
        self.is_handwritten: bool = any(gate.is_handwritten for gate in gates)

    def sign(self, constants: Sequence[str | None]) -> str:
        return f"▸ {self.name}"

    def marks(self, constants: Sequence[str | None]) -> tuple[str, ...]:
        return ("",) * len(self.operands)

    def expression(self, operands: Sequence[str | Value]) -> str:
        return f"{self.name}({', '.join(map(str, operands))})"

    def local_expression(self, position: int, operands: Sequence[str | Value], result: str) -> str:
        return applied_derivative(self.name, position, operands)

    is_choice = False

    def is_flat(self, position: int, operands: Sequence[Any]) -> bool:
        return self.operands[position] not in self._reached

    @cached_property
    def _reached(self) -> set[Node]:
        """To what an adjoint of the block's result is handed back."""
        reached = {self.gates[-1]}
        for gate in reversed(self.gates):
            if gate in reached:
                reached |= {operand for operand, _ in self._arriving(gate)}
        return reached

    def _arriving(self, gate: Node) -> Iterator[tuple[Node, int]]:
        """The operands to which a gate hands something back, with their positions."""
        for position, operand in enumerate(gate.operands):
            if isinstance(operand, Node) and not gate.gate.is_flat(position, gate.operands):
                yield operand, position

    def number(self, *operands: Any) -> Any:
        return self.values(operands)[self.gates[-1]]

    def values(self, operands: Sequence[Any]) -> dict[Node, Any]:
        values = dict(zip(self.operands, operands, strict=True))
        for gate in self.gates:
            values[gate] = gate.gate.number(*gate.operands_at(values))
        return values

    def flow(self, position: int, adjoint: Any, operands: Sequence[Any], result: Any) -> Any:
        return self.flows(adjoint, self.values(operands))[self.operands[position]]

    def pullback(
        self, positions: Sequence[int], adjoint: Any, operands: Sequence[Any], result: Any
    ) -> dict[int, Any]:
        flows = self.flows(adjoint, self.values(operands))
        return {position: flows[self.operands[position]] for position in positions}

    def flows(self, adjoint: Any, values: dict[Node, Any]) -> dict[Node, Any]:
        """What an adjoint hands back to each value that comes in, at these values of all the
        gates.
        """
        adjoints = {self.gates[-1]: adjoint}
        for gate in reversed(self.gates):
            if gate not in adjoints:
                continue
            operands = gate.operands_at(values)
            for operand, position in self._arriving(gate):
                flow = gate.gate.flow(position, adjoints[gate], operands, values[gate])
                adjoints[operand] = adjoints[operand] + flow if operand in adjoints else flow
        for operand in self.operands:
            if operand not in adjoints:
                adjoints[operand] = 0.0 * values[operand] if np.ndim(values[operand]) else 0.0
        return adjoints
