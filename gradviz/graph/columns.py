"""Columns of text where each letter has the same room, and Chinese ones twice that."""

import re

# letters of twice the width (Unicode's East Asian Width W and F), found without a look at each
WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f"
    "\uff01-\uff60\uffe0-\uffe6\U0001f300-\U0001faff\U00020000-\U0003fffd]"
)


def room(text: str) -> int:
    """How many places a text takes in a terminal.

    >>> room("value"), room("梯度")
    (5, 4)
    """
    return len(text) + len(WIDE.findall(text))


def left(text: str, width: int) -> str:
    """A text at the left of a column."""
    return text + " " * (width - room(text))


def right(text: str, width: int) -> str:
    """A text at the right of a column.

    >>> right("梯度", 6)
    '  梯度'
    """
    return " " * (width - room(text)) + text
