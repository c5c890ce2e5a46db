"""Nodes and their numbers as a table of text."""

from collections.abc import Iterable

from gradviz.graph.columns import left, right, room
from gradviz.numerals import Value, numeral
from gradviz.words import say

COLUMNS = ("name", "operation", "value")  # and what SECOND says
STAND = left, left, right, right
SECOND = {"adjoint": "figure.table.gradient", "tangent": "forward.table.tangent"}
WIDEST = 200  # characters of an operation: a sum of thousands is longer


def table(
    words: Iterable[tuple[str, str]],
    values: Iterable[Value | None],
    others: Iterable[Value | None],
    second: str,
) -> str:
    """Rows of name, operation, value and gradient, or tangent, under their headings."""
    rows = [
        (*(say(f"figure.table.{column}") for column in COLUMNS), say(SECOND[second])),
        *(
            (label, _cut(operation), numeral(value), numeral(other))
            for (label, operation), value, other in zip(words, values, others)
        ),
    ]
    widths = [max(room(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join(stand(cell, width) for stand, cell, width in zip(STAND, row, widths)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "─" * (sum(widths) + 6), *lines[1:]])


def _cut(text: str) -> str:
    """A text that is not so long that a column has no room for others."""
    return text if len(text) <= WIDEST else text[: WIDEST - 2] + " …"
