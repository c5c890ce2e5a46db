"""The operations of a figure, by the names that it holds: rows of the table, and nothing else, are
worked out again.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any, NoReturn

import numpy as np

from gradviz.autodiff.primitives import table as primitives
from gradviz.autodiff.primitives.handwritten import HandWritten
from gradviz.autodiff.primitives.operation import Operation
from gradviz.autodiff.primitives.primitive import Primitive
from gradviz.document.told import Own, Untold
from gradviz.graph import Block, External, Node
from gradviz.numerals import Value
from gradviz.scene import data
from gradviz.scene.folding.inside import Inside
from gradviz.scene.unheld import Unheld

TABLE = {row.name: row for row in vars(primitives).values() if isinstance(row, Primitive)}
LARGEST = 2**26  # elements that a file may make us work out at once
TOO_LARGE = "too large to be worked out"


def need(*numbers: object) -> None:
    """Raises Untold if one of the numbers is an array that is not held."""
    if any(isinstance(number, Unheld) for number in numbers):
        raise Untold("an array that is not held in full is needed")


class Careful(Operation):
    """An operation of a file: it does not work on what is not held, nor on more than there is room
    for.
    """

    __slots__ = ()

    def number(self, *operands: Any) -> Any:
        self._consider(operands)
        return super().number(*operands)

    def local(self, position: int, operands: Sequence[Any], result: Any) -> Any:
        self._consider(operands, result)
        return super().local(position, operands, result)

    def flow(self, position: int, adjoint: Any, operands: Sequence[Any], result: Any) -> Any:
        self._consider((*operands, adjoint), result)
        return super().flow(position, adjoint, operands, result)

    def pullback(
        self, positions: Sequence[int], adjoint: Any, operands: Sequence[Any], result: Any
    ) -> dict[int, Any]:
        self._consider((*operands, adjoint), result)
        return super().pullback(positions, adjoint, operands, result)

    def _consider(self, numbers: Sequence[Any], result: Any = None) -> None:
        if isinstance(self.primitive, HandWritten):
            raise Untold("a primitive written by hand")
        if self.primitive.is_elementwise and not self.params and set(map(type, numbers)) == {float}:
            return  # nearly all of them, and quickly seen
        params = [*_parts([*self.params.values()])]
        need(*numbers, *params, result)
        sizes, extents = [max(1, np.size(number)) for number in numbers], [*map(_extent, params)]
        match self.name:
            case "concatenate" | "stack":
                size = sum(sizes)
            case "diag":
                size = (sum(sizes) + sum(extents)) ** 2
            case _ if self.primitive.is_elementwise:
                size = prod(np.broadcast_shapes(*map(np.shape, numbers)))
            case _:
                size = prod(sizes) * prod(extents)
        if size > LARGEST:
            raise Untold(TOO_LARGE)


def _parts(value: object) -> Iterator[object]:
    """The parts of a parameter."""
    if isinstance(value, list | tuple):
        for part in value:
            yield from _parts(part)
    else:
        yield value


def _extent(part: object) -> int:
    """How many times larger an array may become by a part of a parameter."""
    if isinstance(part, np.ndarray):
        return max(1, part.size) * (1 + int(np.max(np.abs(part), initial=0)))
    return 1 + abs(part) if isinstance(part, int) else 1


class Elsewhere:
    """The operation of what stands for a part of a graph that is not drawn; how it is written is
    all that a file holds of it.
    """

    is_handwritten = False
    is_choice = False

    def is_flat(self, position: int, operands: Sequence[Any]) -> bool:
        return False

    def __init__(self, name: str, sign: str, expression: str) -> None:
        self.name: str = name
        self._sign, self._expression = sign, expression

    def sign(self, constants: Sequence[str | None]) -> str:
        return self._sign

    def marks(self, constants: Sequence[str | None]) -> tuple[str, ...]:
        return ("",) * len(constants)

    def expression(self, operands: Sequence[str | Value]) -> str:
        return self._expression

    def local_expression(self, position: int, operands: Sequence[str | Value], result: str) -> str:
        return ""

    def number(self, *operands: Any) -> NoReturn:
        raise Untold("a part of the graph that is not drawn")

    def flow(self, position: int, adjoint: Any, operands: Sequence[Any], result: Any) -> NoReturn:
        self.number()

    def pullback(
        self, positions: Sequence[int], adjoint: Any, operands: Sequence[Any], result: Any
    ) -> NoReturn:
        self.number()


class Hidden(Inside):
    """The operation that a closed block is, if what it hides is held."""

    def values(self, operands: Sequence[Any]) -> dict[Node, Any]:
        if not self.gates:
            raise Untold(f"more than {data.MOST_GATES} gates in a closed block")
        return super().values(operands)


# ── from what a figure holds ──
# All of these raise KeyError, ValueError or TypeError where that makes no sense.


def operation_in(
    held: Mapping[str, str], operands: Sequence[Node | Value]
) -> Careful | Hidden | Elsewhere | External | None:
    """The operation of a card, with its operands; None of an input."""
    name = held.get("operation")
    if name is None:
        return None
    if "gates" in held:
        return _inside(name, json.loads(held["gates"] or "[]"), len(operands))
    if "words" in held:
        sign, expression = map(str, json.loads(held["words"]))
        if "stops" in held:
            return External(name, sign, (expression,), tuple(json.loads(held["stops"])))
        return Elsewhere(name, sign, expression)
    return _operation(name, operands, json.loads(held.get("params", "{}")), held.get("handwritten"))


def constant(held: data.Json) -> Value:
    """A number or an array."""
    value = data.revived(held)
    if type(value) is int:
        value = float(value)
    if not isinstance(value, float | bool | np.ndarray):
        raise ValueError(f"{held!r:.60} is no constant")
    return value


def _operation(
    name: str, operands: Sequence[Node | Value], params: data.Json, handwritten: data.Json
) -> Careful:
    positions = tuple(
        position for position, operand in enumerate(operands) if isinstance(operand, Node)
    )
    if handwritten is not None:
        return Careful(Own(name, len(operands), handwritten == "derivative"), positions)
    if name not in TABLE:
        raise ValueError(f"{name!r:.60} is no operation")
    if not operands or getattr(TABLE[name], "arity", None) not in (None, len(operands)):
        raise ValueError(f"{name} does not take {len(operands)} operands")
    return Careful(
        TABLE[name], positions, {key: data.revived(value) for key, value in dict(params).items()}
    )


def _inside(name: str, gates: list[data.Json], count: int) -> Hidden:
    """A closed block into which so many values come."""
    coming = [Node(position, f"v{position}") for position in range(count)]
    made: list[Node] = []

    def operand(held: data.Json) -> Node | Value:
        match held:
            case {"in": int(place)} if 0 <= place < len(coming):
                return coming[place]
            case {"gate": int(place)} if 0 <= place < len(made):
                return made[place]
        return constant(held)

    for gate in gates:
        operands = tuple(map(operand, gate["operands"]))
        operation = _operation(
            gate["operation"], operands, gate.get("params", {}), gate.get("handwritten")
        )
        made.append(Node(count + len(made), f"v{count + len(made)}", operation, operands))
    return Hidden(Block(name), made, coming)
