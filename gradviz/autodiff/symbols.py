"""Rules read as text: a Symbol takes the place of a number, and what a rule does to it becomes an expression.

>>> x = Symbol.named("x")
>>> rule = lambda x: 1.0 - x * x
>>> rule(x).python(), rule(x).formula()
('1.0 - x * x', '1 − x²')
"""

from typing import Any

from gradviz.numerals import numeral

ATOM = 9
PRECEDENCE = {"add": 1, "subtract": 1, "lowered": 1, "xlogy": 2, "multiply": 2, "divide": 2, "negative": 3}
INFIX = {"add": (" + ", " + "), "subtract": (" - ", " − "), "multiply": (" * ", "·"), "divide": (" / ", "/")}
SUPERSCRIPTS = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


class Symbol:
    """A name, or a primitive applied to symbols and numbers. Operators come from the table of primitives, as Variable's do."""

    __slots__ = ("name", "operands", "primitive")

    def __init__(self, primitive: Any, operands: tuple["Symbol | float", ...] = (), name: str = "") -> None:
        self.primitive = primitive
        self.operands = operands
        self.name = name

    @classmethod
    def named(cls, name: str) -> "Symbol":
        return cls(None, name=name)

    @property
    def is_name(self) -> bool:
        return self.primitive is None

    def python(self) -> str:
        """The expression as Python code."""
        return python(self)[0]

    def formula(self) -> str:
        """The expression as one writes it on paper."""
        return formula(self)[0]


def apply(primitive: Any, operands: tuple["Symbol | float", ...]) -> "Symbol | float":
    """`primitive` applied, without what changes no bit: times one, to the power of one."""
    if primitive.name == "multiply":
        x, y = operands
        if x == 1.0 or y == 1.0:
            return y if x == 1.0 else x
        if x == -1.0 or y == -1.0:
            return -(y if x == -1.0 else x)
    if primitive.name == "power" and operands[1] == 1.0:
        return operands[0]
    return Symbol(primitive, operands)


def python(symbol: "Symbol | float") -> tuple[str, int]:
    """Python code and how tightly it binds."""
    if not isinstance(symbol, Symbol):
        return literal(symbol), ATOM
    if symbol.is_name:
        return symbol.name, ATOM
    name, operands = symbol.primitive.name, [python(operand) for operand in symbol.operands]
    if name in INFIX or name == "negative":
        bind = PRECEDENCE[name]
        texts = _bracketed(bind, operands, strict=True)  # the order of evaluation decides about the last bit
        return INFIX[name][0].join(texts) if name in INFIX else f"-{texts[0]}", bind
    texts = [text if bind == ATOM or symbol.primitive.is_call else f"({text})" for text, bind in operands]
    return symbol.primitive.python(*texts), ATOM if symbol.primitive.is_call or len(operands) == 1 else 0


def formula(symbol: "Symbol | float") -> tuple[str, int]:
    """Mathematical notation and how tightly it binds."""
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
    texts = _bracketed(bind, [formula(operand) for operand in operands], strict=name in ("subtract", "divide"))
    if name in INFIX:
        return INFIX[name][1].join(texts), bind
    return f"−{texts[0]}" if name == "negative" else symbol.primitive.notation(*texts), bind


def literal(number: float) -> str:
    """A float as Python code that gives the same bits."""
    text = repr(float(number))
    return f"math.{text.lstrip('-')}" if text in ("inf", "nan") else "-math.inf" if text == "-inf" else text


def _power(base: tuple[str, int], exponent: "Symbol | float") -> tuple[str, int]:
    text, bind = base
    above, above_bind = formula(exponent)
    raised = above.translate(SUPERSCRIPTS) if above.lstrip("−").isdigit() else f"^{above}" if above_bind == ATOM else f"^({above})"
    return (f"({text})" if bind < ATOM else text) + raised, ATOM


def _bracketed(bind: int, operands: list[tuple[str, int]], strict: bool) -> list[str]:
    """Operands in brackets where they bind less tightly; if `strict`, on the right also where as tightly."""
    if bind == ATOM:
        return [text for text, _ in operands]
    first, *rest = operands
    texts = [f"({first[0]})" if first[1] < bind else first[0]]
    return texts + [f"({text})" if b < bind or (strict and b == bind) else text for text, b in rest]
