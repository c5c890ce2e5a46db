"""Nodes and their numbers as a table of text."""

from collections.abc import Iterable

from gradviz.numerals import Value, numeral
from gradviz.words import say

COLUMNS = ("name", "operation", "value", "gradient")
WIDEST = 200  # characters of an operation: a sum of thousands is longer


def table(nodes: Iterable[tuple[str, str, Value | None, Value | None]]) -> str:
    """Rows of name, operation, value and gradient, under their headings."""
    rows = [
        tuple(say(f"figure.table.{column}") for column in COLUMNS),
        *(
            (label, _cut(operation), numeral(value), numeral(gradient))
            for label, operation, value, gradient in nodes
        ),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}  {d:>{widths[3]}}".rstrip()
        for a, b, c, d in rows
    ]
    return "\n".join([lines[0], "─" * (sum(widths) + 6), *lines[1:]])


def _cut(text: str) -> str:
    """A text that is not so long that a column has no room for others."""
    return text if len(text) <= WIDEST else text[: WIDEST - 2] + " …"
