"""Texts that agree: character by character, but for numbers, which may differ by a billionth of
their size.
"""

import base64
import math
import re

NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:\.\d+)?(?:[eE][-+−]?\d+)?")
EMBEDDED = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")
PIXELS = re.compile(r"(data:image/png;base64),[A-Za-z0-9+/=]+")  # another FreeType's are others
PAINTER = re.compile(
    r'(&quot;|")painter\1:\1[^"&]*\1'
)  # another Graphviz, if the picture is the same
TOLERANCE = 1e-9


def agree(text: str, other: str) -> bool:
    """Whether two texts are the same, up to the rounding of the numbers in them.

    Coordinates in a figure have one decimal, so for them this is equality; so it is for numbers of
    a few digits."""
    if text == other:
        return True
    text, other = decoded(text), decoded(other)
    if NUMBER.sub("#", text) != NUMBER.sub("#", other):
        return False
    pairs = zip(NUMBER.findall(text), NUMBER.findall(other), strict=True)
    return all(a == b or math.isclose(_float(a), _float(b), rel_tol=TOLERANCE) for a, b in pairs)


def forgive_rounding(test: list, reference: list) -> list:
    """The outputs of a test run; a text that agrees with its stored one is replaced by that."""
    if len(test) != len(reference):
        return test
    return [_forgiven(new, stored) for new, stored in zip(test, reference)]


def _forgiven(new, stored):
    if isinstance(new, dict) and isinstance(stored, dict):
        return type(new)(
            {
                key: _forgiven(value, stored[key]) if key in stored else value
                for key, value in new.items()
            }
        )
    return (
        stored if isinstance(new, str) and isinstance(stored, str) and agree(new, stored) else new
    )


def decoded(text: str) -> str:
    """With embedded pictures as text, and without those of pixels, which nbval compares nowhere."""
    drawn = EMBEDDED.sub(lambda found: base64.b64decode(found[1]).decode(), text)
    return PAINTER.sub("", PIXELS.sub(r"\1", drawn))


def _float(text: str) -> float:
    return float(text.replace("−", "-"))
