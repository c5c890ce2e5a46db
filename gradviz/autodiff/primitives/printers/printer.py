"""What all printers have in common: signs, brackets and choices."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import FunctionType
from typing import Any

from gradviz.autodiff.primitives.printers import numpy_helpers
from gradviz.autodiff.primitives.symbols import ATOM, CHOICE, Symbol, Syntax

OPERANDS = ("x", "y")
CALL = re.compile(r"[\w.]+\(.*\)")
Written = tuple[str, int]  # a text, and how tightly it binds
CARRIED = {  # functions of ours, by name: programs that call them carry their source
    name: function
    for name, function in vars(numpy_helpers).items()
    if isinstance(function, FunctionType)
}


class Unspelled(Exception):
    """A language has no word for this function, or this kind of value."""


class Printer:
    """Writes Symbols in one language. `signs` stand between operands, or before one; `spelled` are
    functions as calls and the like, in which x and y stand for the operands.
    """

    signs: Mapping[Syntax, str]
    spelled: Mapping[Callable[..., Any], str]

    def text(self, symbol: Any) -> str:
        return self.written(symbol)[0]

    def written(self, symbol: Any) -> Written:
        """An expression, and how tightly it binds."""
        if not isinstance(symbol, Symbol):
            return self.literal(symbol)
        if symbol.is_name:
            return symbol.name, ATOM
        operands = [self.written(operand) for operand in symbol.operands]
        if symbol.primitive.syntax is CHOICE and symbol.shape == ():
            return self.choice(*(text for text, _ in operands)), ATOM
        return self.applied(symbol, operands)

    def applied(self, symbol: Symbol, operands: Sequence[Written]) -> Written:
        """A primitive applied to operands that are written already."""
        raise NotImplementedError

    def literal(self, number: Any) -> Written:
        """A constant, of the same bits."""
        raise NotImplementedError

    def choice(self, condition: str, x: str, y: str) -> str:
        """One of two single numbers."""
        raise NotImplementedError

    def signed(self, syntax: Syntax, operands: Sequence[Written]) -> Written:
        """Operands and a sign, in the order of evaluation, which decides about the last bit."""
        sign = self.signs[syntax]
        if len(operands) == 1:
            text, binds = operands[0]
            return sign + (f"({text})" if binds <= syntax.binds else text), syntax.binds
        return sign.join(bracketed(syntax.binds, operands, in_order=True)), syntax.binds

    def row(self, primitive: Any) -> Written:
        """The value of an elementwise row, of x and y."""
        return _row(self, primitive)

    def function(self, function: Callable[..., Any], primitive: Any) -> Written:
        """How a function is spelled that is no function of other rows."""
        if function not in self.spelled:
            raise Unspelled(primitive.name)
        text = self.spelled[function]
        return text, ATOM if CALL.fullmatch(text) else 0

    def example(self) -> Any:
        """What the operands of a row are examples of: None for single numbers."""
        return None


@cache
def _row(printer: Printer, primitive: Any) -> Written:
    operands = [Symbol.named(name, printer.example()) for name in OPERANDS[: primitive.arity]]
    if primitive.syntax in printer.signs:
        return printer.signed(primitive.syntax, [printer.written(operand) for operand in operands])
    if primitive.is_of_rows:
        return printer.written(primitive.function(*operands))
    return printer.function(primitive.function, primitive)


def bracketed(binds: int, operands: Sequence[Written], in_order: bool) -> list[str]:
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


def substituted(template: str, operands: Sequence[str]) -> str:
    """`template` with the operands in place of its x and y."""
    return _format(template).format(*operands)


@cache
def _format(template: str) -> str:
    return re.sub(
        r"(?<![A-Za-z.])[xy](?![A-Za-z])",
        lambda operand: "{" + str(OPERANDS.index(operand[0])) + "}",
        template.replace("{", "{{").replace("}", "}}"),
    )
