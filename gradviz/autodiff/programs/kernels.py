"""What a page's programs are made of: the rows of the table as JavaScript, by the names under which
instructions call them. A name is chosen by the primitive itself: what a user calls a gate of their
own is never asked.
"""

import operator
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from gradviz.autodiff.primitives import symbols
from gradviz.autodiff.primitives import table as primitives
from gradviz.autodiff.primitives.elementwise import Elementwise
from gradviz.autodiff.primitives.printers.javascript import HELPERS, JAVASCRIPT
from gradviz.autodiff.primitives.printers.printer import OPERANDS, Unspelled
from gradviz.autodiff.primitives.symbols import Relation, Symbol

CHOICE = "choice"
HEAD = """\
// @ts-nocheck: truths are added as the numbers 0 and 1
// The rows of the table, as gradviz/autodiff/programs/kernels.py writes them into this file.

import {{ {helpers} }} from "../../autodiff/primitives/printers/helpers.js";

/** @type {{Record<string, Row>}} */
export const TABLE = {{
{table}}};
"""
TESTS = {
    np.isnan: ("isnan", "x !== x"),
    np.isfinite: ("isfinite", "Number.isFinite(x)"),
    np.isinf: ("isinf", "Math.abs(x) === Infinity"),
}
RELATIONS = {
    operator.lt: symbols.less, operator.le: symbols.less_equal, operator.gt: symbols.greater,
    operator.ge: symbols.greater_equal, operator.eq: symbols.equal, operator.ne: symbols.not_equal,
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A row in JavaScript: under which name instructions call it, and its value."""

    name: str
    parameters: str
    text: str

    @property
    def function(self) -> str:
        return f"({self.parameters}) => {self.text}"


@cache
def rows() -> dict[Any, Row]:
    """The rows that JavaScript can do."""
    found: dict[Any, Row] = {
        primitives.where: Row(CHOICE, "x, y, w", "(x !== 0 ? y : w)"),
        **{test: Row(name, "x", text) for test, (name, text) in TESTS.items()},
    }
    for row in (*vars(primitives).values(), *vars(symbols).values()):
        if isinstance(row, Elementwise | Relation) and row not in found:
            names = OPERANDS[: 2 if isinstance(row, Relation) else row.arity]
            try:
                text = JAVASCRIPT.text(Symbol(row, tuple(map(Symbol.named, names))))
            except Unspelled:
                continue
            found[row] = Row(row.name, ", ".join(names), text)
    return found


def javascript() -> str:
    """The table of rows as a module of the page, which stands in ``web/numbers/table.js``."""
    table = "".join(f"  {row.name}: {row.function},\n" for row in rows().values())
    used = sorted(name for name in HELPERS if re.search(rf"\b(?<!\.){name}\(", table))
    return HEAD.format(helpers=", ".join(used), table=table)
