"""Columns of text where each letter has the same room, and Chinese ones twice that."""

import unicodedata


def room(text: str) -> int:
    """How many places a text takes in a terminal.

    >>> room("value"), room("梯度")
    (5, 4)
    """
    return len(text) if text.isascii() else sum(map(_places, text))


def left(text: str, width: int) -> str:
    """A text at the left of a column."""
    return text + " " * (width - room(text))


def right(text: str, width: int) -> str:
    """A text at the right of a column.

    >>> right("梯度", 6)
    '  梯度'
    """
    return " " * (width - room(text)) + text


def _places(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1
