"""Rules read as text: a Symbol takes the place of a number or an array, and what a rule does to it
becomes an expression.

>>> x = Symbol.named("x")
>>> rule = lambda x: 1.0 - x * x
>>> rule(x).python(), rule(x).formula()
('1.0 - x * x', '1 − x²')
"""

from typing import Any

import numpy as np

from gradviz.autodiff.protocols import Operand
from gradviz.numerals import numeral

ATOM = 9
PRECEDENCE = {
    "add": 1,
    "subtract": 1,
    "lowered": 1,
    "xlogy": 2,
    "multiply": 2,
    "divide": 2,
    "matmul": 2,
    "negative": 3,
}
INFIX = {
    "add": (" + ", " + "),
    "subtract": (" - ", " − "),
    "multiply": (" * ", "·"),
    "divide": (" / ", "/"),
    "matmul": (" @ ", " @ "),
}
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
    if primitive.name == "multiply":
        x, y = operands
        if _is_number(x, 1.0) or _is_number(y, 1.0):
            return y if _is_number(x, 1.0) else x
        if _is_number(x, -1.0) or _is_number(y, -1.0):
            return -(y if _is_number(x, -1.0) else x)
    if primitive.name == "power" and _is_number(operands[1], 1.0):
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
    name, operands = symbol.primitive.name, [python(operand) for operand in symbol.operands]
    if name in INFIX or name == "negative":
        bind = PRECEDENCE[name]
        texts = _bracketed(
            bind, operands, strict=True
        )  # the order of evaluation decides about the last bit
        text = INFIX[name][0].join(texts) if name in INFIX else f"-{texts[0]}"
        return (f"float({text})", ATOM) if name == "matmul" and symbol.shape == () else (text, bind)
    on_arrays = not symbol.primitive.is_elementwise or symbol.shape != ()
    is_call = symbol.primitive.is_call(on_arrays)
    texts = [text if bind == ATOM or is_call else f"({text})" for text, bind in operands]
    text = symbol.primitive.python(texts, symbol.params, on_arrays)
    if not symbol.primitive.is_elementwise and symbol.shape == ():
        text = f"float({text})"
    return text, ATOM if is_call or len(operands) == 1 else 0


def formula(symbol: Any) -> tuple[str, int]:
    """Mathematical notation and how tightly it binds."""
    if isinstance(symbol, np.ndarray):
        return numeral(symbol), ATOM
    if not isinstance(symbol, Symbol):
        return numeral(symbol), ATOM if symbol >= 0 else PRECEDENCE["negative"]
    if symbol.is_name:
        return symbol.name, ATOM
    name, operands = symbol.primitive.name, symbol.operands
    bind = PRECEDENCE.get(name, ATOM)
    if name == "multiply" and operands[0] is operands[1]:
        return _power(formula(operands[0]), 2.0)
    if name == "power":
        return _power(formula(operands[0]), operands[1])
    texts = _bracketed(
        bind, [formula(operand) for operand in operands], strict=name in ("subtract", "divide")
    )
    if name in INFIX:
        return INFIX[name][1].join(texts), bind
    return f"−{texts[0]}" if name == "negative" else symbol.primitive.notation(
        texts, symbol.params
    ), bind


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


def _bracketed(bind: int, operands: list[tuple[str, int]], strict: bool) -> list[str]:
    """Operands in brackets where they bind less tightly; if `strict`, on the right also where as
    tightly.
    """
    if bind == ATOM:
        return [text for text, _ in operands]
    first, *rest = operands
    texts = [f"({first[0]})" if first[1] < bind else first[0]]
    return texts + [f"({text})" if b < bind or (strict and b == bind) else text for text, b in rest]
