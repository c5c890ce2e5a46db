"""Python: single numbers by their operators and the math module, arrays by NumPy."""

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradviz.autodiff.primitives.printers.printer import CARRIED, Printer, Written, substituted
from gradviz.autodiff.primitives.symbols import (
    ATOM,
    DIFFERENCE,
    EQUAL,
    GREATER,
    GREATER_EQUAL,
    LESS,
    LESS_EQUAL,
    MATRIX_PRODUCT,
    NEGATION,
    NOT_EQUAL,
    OR,
    PRODUCT,
    QUOTIENT,
    SUM,
    Symbol,
)

SIGNS = {
    SUM: " + ", DIFFERENCE: " - ", PRODUCT: " * ", QUOTIENT: " / ", NEGATION: "-",
    GREATER: " > ", GREATER_EQUAL: " >= ", LESS: " < ", LESS_EQUAL: " <= ",
    EQUAL: " == ", NOT_EQUAL: " != ",
}  # fmt: skip

SPELLED = {
    abs: "abs(x)",
    math.floor: "math.copysign(math.floor(x), x)",
    math.ceil: "math.copysign(math.ceil(x), x)",
    math.trunc: "math.copysign(math.trunc(x), x)",
    round: "math.copysign(round(x), x)",
    float.__round__: "round(x, int(y))",
    operator.floordiv: "x // y",
    operator.mod: "x % y",
}  # beside the functions of math, which it calls by their names
ON_ARRAYS = {abs: "abs(x)", operator.floordiv: "x // y", operator.mod: "x % y"}
SIGNS_ON_FLOATS = {**SIGNS, OR: " or "}
SIGNS_ON_ARRAYS = {**SIGNS, OR: " | ", MATRIX_PRODUCT: " @ "}


class Python(Printer):
    """Each expression by what it is: a single number, or an array."""

    def applied(self, symbol: Symbol, operands: Sequence[Written]) -> Written:
        printer = FLOATS if symbol.primitive.is_elementwise and symbol.shape == () else ARRAYS
        return printer.applied(symbol, operands)

    def choice(self, condition: str, x: str, y: str) -> str:
        return f"({x} if {condition} else {y})"

    def literal(self, number: Any) -> Written:
        return literal(number), ATOM

    def function(self, function: Callable[..., Any], primitive: Any) -> Written:
        if function in CARRIED.values():
            return f"{function.__name__}({primitive.parameters})", ATOM
        return super().function(function, primitive)


class Floats(Python):
    """Single numbers."""

    signs, spelled = SIGNS_ON_FLOATS, SPELLED

    def applied(self, symbol: Symbol, operands: Sequence[Written]) -> Written:
        if symbol.primitive.syntax in self.signs:
            return self.signed(symbol.primitive.syntax, operands)
        return called(symbol, operands, on_arrays=False)

    def function(self, function: Callable[..., Any], primitive: Any) -> Written:
        if getattr(function, "__module__", "") == "math" and function not in self.spelled:
            return f"math.{function.__name__}({primitive.parameters})", ATOM
        return super().function(function, primitive)


class Arrays(Python):
    """Arrays, and what is not elementwise."""

    signs, spelled = SIGNS_ON_ARRAYS, ON_ARRAYS

    def applied(self, symbol: Symbol, operands: Sequence[Written]) -> Written:
        syntax = symbol.primitive.syntax
        if syntax is OR:  # binds more tightly than what it stands between
            operands = [(f"({text})", ATOM) for text, _ in operands]
        text, binds = (
            self.signed(syntax, operands)
            if syntax in self.signs
            else called(symbol, operands, on_arrays=True)
        )
        if symbol.shape == () and not symbol.primitive.is_elementwise:  # NumPy's number
            return f"float({text})", ATOM
        return text, binds

    def row(self, primitive: Any) -> Written:
        if primitive.helper is not None:
            return f"{primitive.helper.__name__}({primitive.parameters})", ATOM
        if primitive.ufunc is None or primitive.function in self.spelled:
            return super().row(primitive)
        if primitive.syntax in self.signs:
            return super().row(primitive)
        return f"np.{primitive.name}({primitive.parameters})", ATOM

    def function(self, function: Callable[..., Any], primitive: Any) -> Written:
        if function in self.spelled or function in CARRIED.values():
            return super().function(function, primitive)
        names = ["a", "b"][: primitive.arity]
        one_by_one = f"lambda {', '.join(names)}: {substituted(FLOATS.row(primitive)[0], names)}"
        kind = "x.dtype" if primitive.arity == 1 else "float"
        return f"np.vectorize({one_by_one}, otypes=[{kind}])({primitive.parameters})", ATOM

    def example(self) -> Any:
        return np.ones(1)


def called(symbol: Symbol, operands: Sequence[Written], on_arrays: bool) -> Written:
    """A primitive that is no sign."""
    primitive = symbol.primitive
    is_call = primitive.is_call(on_arrays)
    texts = [text if binds == ATOM or is_call else f"({text})" for text, binds in operands]
    return primitive.python(texts, symbol.params, on_arrays), primitive.binds(on_arrays)


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


FLOATS, ARRAYS, PYTHON = Floats(), Arrays(), Python()

NAMESPACE: dict[str, Any] = {
    "math": math,
    "np": np,
    **CARRIED,
}  # what generated code may use
