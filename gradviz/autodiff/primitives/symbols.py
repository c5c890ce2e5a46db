"""Rules read as text: a Symbol takes the place of a number or an array, and what a rule does to it
becomes an expression, which printers write in some language.

>>> from gradviz.autodiff.primitives.printers.python import PYTHON
>>> PYTHON.text((lambda x: 1.0 - x * x)(Symbol.named("x")))
'1.0 - x * x'
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradviz.autodiff.tape.protocols import Operand

ATOM = 9


@dataclass(frozen=True, eq=False)
class Syntax:
    """How an operation is written that is no call: by a sign between its two operands, or before
    its one. A row has it as a field; a gate of the user's own has none, whatever its name.
    """

    binds: int  # how tightly
    paper: str = ""  # its sign there; each printer has its own
    in_order: bool = False  # whether on paper, too, brackets on the right matter


SUM = Syntax(1, " + ")
DIFFERENCE = Syntax(1, " − ", in_order=True)
PRODUCT = Syntax(2, "·")
QUOTIENT = Syntax(2, "/", in_order=True)
MATRIX_PRODUCT = Syntax(2, " @ ")
NEGATION = Syntax(3, "−")
POWER = Syntax(ATOM, "^")
LOOSE, TIGHT = Syntax(1), Syntax(2)  # written out, and binding as sums and products
CHOICE = Syntax(ATOM)
GREATER, GREATER_EQUAL = Syntax(0, " > "), Syntax(0, " ≥ ")
LESS, LESS_EQUAL = Syntax(0, " < "), Syntax(0, " ≤ ")
EQUAL, NOT_EQUAL = Syntax(0, " = "), Syntax(0, " ≠ ")
OR = Syntax(-1, " or ")


class Symbol(Operand):
    """A name, or a primitive applied to symbols and constants. Operators and NumPy's functions work
    as on Variables.

    `example` is an array of its shape, or None for a single number: rules ask for shapes, never for
    what stands in them."""

    __slots__ = ("example", "name", "operands", "params", "primitive")

    def __init__(
        self,
        primitive: Any,
        operands: tuple[Any, ...] = (),
        params: dict[str, Any] | None = None,
        name: str = "",
        example: Any = None,
    ) -> None:
        self.primitive: Any = primitive
        self.operands: tuple[Any, ...] = operands
        self.params: dict[str, Any] = params or {}
        self.name: str = name
        self.example: np.ndarray | None = example

    @classmethod
    def named(cls, name: str, example: Any = None) -> "Symbol":
        return cls(None, name=name, example=example if isinstance(example, np.ndarray) else None)

    @property
    def is_name(self) -> bool:
        return self.primitive is None

    @property
    def shape(self) -> tuple[int, ...]:
        return () if self.example is None else self.example.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(float) if self.example is None else self.example.dtype

    def __gt__(self, other: Any) -> "Symbol":
        return greater(self, other)

    def __ge__(self, other: Any) -> "Symbol":
        return greater_equal(self, other)

    def __lt__(self, other: Any) -> "Symbol":
        return less(self, other)

    def __le__(self, other: Any) -> "Symbol":
        return less_equal(self, other)


@dataclass(frozen=True, eq=False)
class Relation:
    """A comparison in a rule: true or false, which is 1 or 0 in arithmetic."""

    name: str
    number: Callable[[Any, Any], Any]
    syntax: Syntax
    is_elementwise: bool = True

    def helpers(self, on_arrays: bool) -> tuple[Callable[..., Any], ...]:
        return ()

    def __call__(self, x: Any, y: Any) -> Symbol:
        return apply(self, (x, y), {})


greater: Relation = Relation("greater", operator.gt, GREATER)
greater_equal: Relation = Relation("greater_equal", operator.ge, GREATER_EQUAL)
less: Relation = Relation("less", operator.lt, LESS)
less_equal: Relation = Relation("less_equal", operator.le, LESS_EQUAL)
equal: Relation = Relation("equal", operator.eq, EQUAL)
not_equal: Relation = Relation("not_equal", operator.ne, NOT_EQUAL)
logical_or: Relation = Relation("logical_or", operator.or_, OR)


def apply(primitive: Any, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
    """`primitive` applied, without what changes no bit: times one, to the power of one."""
    if primitive.syntax is PRODUCT:
        x, y = operands
        if _is_number(x, 1.0) or _is_number(y, 1.0):
            return y if _is_number(x, 1.0) else x
        if _is_number(x, -1.0) or _is_number(y, -1.0):
            return -(y if _is_number(x, -1.0) else x)
    if primitive.syntax is POWER and _is_number(operands[1], 1.0):
        return operands[0]
    return Symbol(primitive, operands, params, example=_example(primitive, operands, params))


def _is_number(operand: Any, number: float) -> bool:
    return type(operand) is float and operand == number


def _example(primitive: Any, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
    if primitive.is_elementwise and not any(getattr(operand, "shape", ()) for operand in operands):
        return None
    examples = (
        operand
        if not isinstance(operand, Symbol)
        else 1.0
        if operand.example is None
        else operand.example
        for operand in operands
    )
    with np.errstate(all="ignore"):
        example = primitive.number(*examples, **params)
    return example if isinstance(example, np.ndarray) else None
