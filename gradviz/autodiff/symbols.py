"""Rules read as text: a Symbol takes the place of a number or an array, and what a rule does to it
becomes an expression.

>>> x = Symbol.named("x")
>>> rule = lambda x: 1.0 - x * x
>>> rule(x).python(), rule(x).formula()
('1.0 - x * x', '1 − x²')
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gradviz.autodiff.protocols import Operand
from gradviz.numerals import numeral

ATOM = 9


@dataclass(frozen=True)
class Syntax:
    """How an operation is written that is no call: by a sign between its two operands, or before
    its one. A row has it as a field; a gate of the user's own has none, whatever its name.
    """

    binds: int  # how tightly
    code: str  # in Python; empty where it is a call there
    paper: str
    in_order: bool = False  # whether on paper, too, brackets on the right matter


SUM = Syntax(1, " + ", " + ")
DIFFERENCE = Syntax(1, " - ", " − ", in_order=True)
PRODUCT = Syntax(2, " * ", "·")
QUOTIENT = Syntax(2, " / ", "/", in_order=True)
MATRIX_PRODUCT = Syntax(2, " @ ", " @ ")
NEGATION = Syntax(3, "-", "−")
POWER = Syntax(ATOM, "", "^")
LOOSE, TIGHT = Syntax(1, "", ""), Syntax(2, "", "")  # written out, and binding as sums and products
SUPERSCRIPTS = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


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

    def python(self) -> str:
        """The expression as Python code."""
        return python(self)[0]

    def formula(self) -> str:
        """The expression as one writes it on paper."""
        return formula(self)[0]


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


def python(symbol: Any) -> tuple[str, int]:
    """Python code and how tightly it binds."""
    if not isinstance(symbol, Symbol):
        return literal(symbol), ATOM
    if symbol.is_name:
        return symbol.name, ATOM
    primitive, operands = symbol.primitive, [python(operand) for operand in symbol.operands]
    becomes_a_number = not primitive.is_elementwise and symbol.shape == ()
    syntax = primitive.syntax
    if syntax is not None and syntax.code:
        # in the order of evaluation, which decides about the last bit
        texts = _bracketed(syntax.binds, operands, in_order=True)
        text = syntax.code.join(texts) if len(texts) == 2 else syntax.code + texts[0]
        return (f"float({text})", ATOM) if becomes_a_number else (text, syntax.binds)
    on_arrays = not primitive.is_elementwise or symbol.shape != ()
    is_call = primitive.is_call(on_arrays)
    texts = [text if bind == ATOM or is_call else f"({text})" for text, bind in operands]
    text = primitive.python(texts, symbol.params, on_arrays)
    if becomes_a_number:
        text = f"float({text})"
    return text, ATOM if is_call or len(operands) == 1 else 0


def formula(symbol: Any) -> tuple[str, int]:
    """Mathematical notation and how tightly it binds."""
    if isinstance(symbol, np.ndarray):
        return numeral(symbol), ATOM
    if not isinstance(symbol, Symbol):
        return numeral(symbol), ATOM if symbol >= 0 else NEGATION.binds
    if symbol.is_name:
        return symbol.name, ATOM
    syntax, operands = symbol.primitive.syntax, symbol.operands
    if syntax is PRODUCT and operands[0] is operands[1]:
        return _power(formula(operands[0]), 2.0)
    if syntax is POWER:
        return _power(formula(operands[0]), operands[1])
    binds = syntax.binds if syntax is not None else ATOM
    in_order = syntax is not None and syntax.in_order
    texts = _bracketed(binds, [formula(operand) for operand in operands], in_order)
    if syntax is None or not syntax.paper:
        return symbol.primitive.notation(texts, symbol.params), binds
    return syntax.paper.join(texts) if len(texts) == 2 else syntax.paper + texts[0], binds


def literal(number: Any) -> str:
    """A constant as Python code that gives the same bits."""
    if isinstance(number, np.ndarray) and not number.size:
        return f"np.zeros({number.shape}, dtype={str(number.dtype)!r})"
    if isinstance(number, np.ndarray):
        return f"np.array({_listed(number)}, dtype={str(number.dtype)!r})"
    if not isinstance(number, float):
        return repr(number)
    text = repr(float(number))
    return (
        f"math.{text.lstrip('-')}"
        if text in ("inf", "nan")
        else "-math.inf"
        if text == "-inf"
        else text
    )


def _listed(array: np.ndarray) -> str:
    if array.ndim == 0:
        return literal(array.item())
    return "[" + ", ".join(_listed(part) for part in array) + "]"


def _power(base: tuple[str, int], exponent: Any) -> tuple[str, int]:
    text, bind = base
    above, above_bind = formula(exponent)
    raised = (
        above.translate(SUPERSCRIPTS)
        if above.lstrip("−").isdigit()
        else f"^{above}"
        if above_bind == ATOM
        else f"^({above})"
    )
    return (f"({text})" if bind < ATOM else text) + raised, ATOM


def _bracketed(binds: int, operands: list[tuple[str, int]], in_order: bool) -> list[str]:
    """Operands in brackets where they bind less tightly; if `in_order`, on the right also where as
    tightly.
    """
    if binds == ATOM:
        return [text for text, _ in operands]
    first, *rest = operands
    texts = [f"({first[0]})" if first[1] < binds else first[0]]
    return texts + [
        f"({text})" if b < binds or (in_order and b == binds) else text for text, b in rest
    ]
