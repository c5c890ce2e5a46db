"""JavaScript: single numbers, by its operators, its Math and a few functions of our own."""

import math
import operator
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gradviz.autodiff.primitives.printers.printer import (
    CALL,
    Printer,
    Unspelled,
    Written,
    substituted,
)
from gradviz.autodiff.primitives.printers.python import SIGNS
from gradviz.autodiff.primitives.symbols import ATOM, EQUAL, NEGATION, NOT_EQUAL, OR, Symbol


def _functions(name: str) -> dict[str, str]:
    """The functions in a module beside this one, by their names."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8").replace("export ", "")
    return {
        name: part.strip()
        for part in text.split("\n\n")
        for name in re.findall(r"^function (\w+)", part, re.MULTILINE)
    }


HELPERS = _functions("helpers.js")  # of numbers: what JavaScript lacks or has otherwise
FUNCTIONS = {**HELPERS, **_functions("arrays.js")}
SAME = {
    math.exp, math.expm1, math.log, math.log1p, math.log2, math.log10, math.sqrt, math.cbrt,
    math.sin, math.cos, math.tan, math.asin, math.acos, math.atan, math.atan2,
    math.sinh, math.cosh, math.tanh, math.asinh, math.acosh, math.atanh,
    math.hypot, math.floor, math.ceil, math.trunc,
}  # fmt: skip

SPELLED = {
    abs: "Math.abs(x)",
    math.fabs: "Math.abs(x)",
    math.pow: "pow(x, y)",
    math.exp2: "pow(2, x)",
    math.copysign: "copysign(x, y)",
    math.fmod: "x % y",
    math.radians: f"x * {math.pi / 180!r}",
    math.degrees: f"x * {180 / math.pi!r}",
    round: "rint(x)",
    float.__round__: "round(x, y)",
    operator.floordiv: "floordiv(x, y)",
    operator.mod: "mod(x, y)",
}
SIGNS_THERE = {**SIGNS, OR: " || ", EQUAL: " === ", NOT_EQUAL: " !== "}


class JavaScript(Printer):
    """Single numbers. Raises Unspelled for arrays and for what only Python can do."""

    signs, spelled = SIGNS_THERE, SPELLED

    def applied(self, symbol: Symbol, operands: Sequence[Written]) -> Written:
        primitive = symbol.primitive
        if symbol.shape or not primitive.is_elementwise:
            raise Unspelled(primitive.name)
        if primitive.syntax in self.signs:
            return self.signed(primitive.syntax, operands)
        text, binds = self.row(primitive)
        is_call = CALL.fullmatch(text) is not None and text.count("(") == 1
        texts = [t if b == ATOM or is_call else f"({t})" for t, b in operands]
        return substituted(text, texts), binds

    def function(self, function: Callable[..., Any], primitive: Any) -> Written:
        if function in SAME:
            return f"Math.{function.__name__}({primitive.parameters})", ATOM
        return super().function(function, primitive)

    def literal(self, number: Any) -> Written:
        if not isinstance(number, float):
            raise Unspelled(type(number).__name__)
        text = repr(float(number)).replace("inf", "Infinity").replace("nan", "NaN")
        return text, NEGATION.binds if text.startswith("-") else ATOM

    def choice(self, condition: str, x: str, y: str) -> str:
        return f"({condition} ? {x} : {y})"


def helpers(text: str) -> list[str]:
    """The functions of ours that a text calls, and that these call."""
    used: dict[str, str] = {}

    def find(text: str) -> None:
        for name, function in FUNCTIONS.items():
            if name not in used and re.search(rf"\b(?<!\.){name}\(", text):
                find(re.sub(r"^function \w+", "", function, flags=re.MULTILINE))
                used[name] = function

    find(text)
    return [*used.values()]


JAVASCRIPT = JavaScript()
