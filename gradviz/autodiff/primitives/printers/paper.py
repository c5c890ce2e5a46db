"""Mathematical notation, as one writes it on paper."""

from typing import Any

import numpy as np

from gradviz.autodiff.primitives.printers.printer import Printer, Written, bracketed
from gradviz.autodiff.primitives.symbols import ATOM, NEGATION, POWER, PRODUCT, Symbol
from gradviz.numerals import numeral

SUPERSCRIPTS = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


class Paper(Printer):
    """Formulas.

    >>> x = Symbol.named("x")
    >>> PAPER.text(1.0 - x * x)
    '1 − x²'
    """

    def literal(self, number: Any) -> Written:
        if isinstance(number, np.ndarray):
            return numeral(number), ATOM
        return numeral(number), ATOM if number >= 0 else NEGATION.binds

    def written(self, symbol: Any) -> Written:
        if not isinstance(symbol, Symbol) or symbol.is_name:
            return super().written(symbol)
        return self.applied(symbol, [self.written(operand) for operand in symbol.operands])

    def applied(self, symbol: Symbol, operands: Any) -> Written:
        syntax, (first, *_) = symbol.primitive.syntax, symbol.operands
        if syntax is PRODUCT and first is symbol.operands[1]:
            return self.power(operands[0], 2.0)
        if syntax is POWER:
            return self.power(operands[0], symbol.operands[1])
        binds = syntax.binds if syntax is not None else ATOM
        texts = bracketed(binds, operands, syntax is not None and syntax.in_order)
        if syntax is None or not syntax.paper:
            return symbol.primitive.notation(texts, symbol.params), binds
        return syntax.paper.join(texts) if len(texts) == 2 else syntax.paper + texts[0], binds

    def power(self, base: Written, exponent: Any) -> Written:
        text, binds = base
        above, above_binds = self.written(exponent)
        raised = (
            above.translate(SUPERSCRIPTS)
            if above.lstrip("−").isdigit()
            else f"^{above}"
            if above_binds == ATOM
            else f"^({above})"
        )
        return (f"({text})" if binds < ATOM else text) + raised, ATOM


PAPER = Paper()
