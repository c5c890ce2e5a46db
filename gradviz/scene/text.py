"""How wide a text is, roughly, on any machine; and how it is cut to fit."""

import unicodedata
from itertools import accumulate

from gradviz.graph import printable

NARROW = set("iljtfrI.,:;|!'()[]/\\ ·−-")
WIDE = set("mwMW@%—→")


def width(text: str, size: float = 12) -> float:
    """About how many pixels `text` takes in a sans-serif font of this size; rather too many than
    too few.
    """
    return sum(_em(character) for character in text) * size


def _fits(text: str, room: float, size: float) -> bool:
    """Whether it needs no more room, as can be seen of the beginning of a long one."""
    return all(taken * size <= room for taken in accumulate(map(_em, text)))


def _em(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.02
    return (
        0.38
        if character in NARROW
        else 0.9
        if character in WIDE
        else 0.72
        if character.isupper()
        else 0.59
    )


def cut(text: str, room: float, size: float = 12) -> str:
    """`text`, or as much of its beginning as fits into `room` pixels with an ellipsis; on one line.

    >>> cut("temperature", 50)
    'temper…'
    """
    text = printable(text)
    taken, ellipsis, most = 0.0, _em("…"), -1
    for end, character in enumerate(text):
        taken += _em(character)
        if most < 0 and (taken + ellipsis) * size > room:
            most = end
        if taken * size > room:
            return text[:most] + "…"
    return text


def wrapped(formula: str, room: float, size: float = 12) -> list[str]:
    """A chain of equations on as many lines as it needs; a line begins with its sign of equality.

    >>> wrapped("z = x + y = 1 + 2 = 3", 70)
    ['z = x + y', '= 1 + 2 = 3']
    """
    lines: list[str] = []
    for count, part in enumerate(formula.split(" = ") if formula else []):
        part = f"= {part}" if count else part
        if lines and _fits(f"{lines[-1]} {part}", room, size):
            lines[-1] += f" {part}"
        else:
            lines.append(part)
    return lines


def clean(text: str) -> str:
    """`text` with its lines, but each of them printable."""
    return "\n".join(map(printable, text.split("\n")))
