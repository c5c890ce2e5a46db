"""What is printed where a terminal, a file or a pipe has not all of Unicode: signs of mathematics
become plain ones, and no print fails.
"""

import codecs
import io
import sys
from itertools import groupby
from typing import Any
from unicodedata import decomposition

PLAIN = {
    "−": "-", "─": "-", "—": "-", "·": "*", "×": "*", "÷": "/", "±": "+-", "≠": "!=", "∞": "inf",
    "∂": "d", "Δ": "D", "Σ": "sum", "√": "sqrt", "∛": "cbrt", "→": "->", "↦": "->", "′": "'",
    "…": "...", "•": "*", "▸": ">", "▾": "v", "◂": "<", "µ": "u", "⌊": "floor(", "⌋": ")",
    "⌈": "ceil(", "⌉": ")", "⟦": "[", "⟧": "]",
}  # fmt: skip
REFUSING = "strict", "surrogateescape"  # others were chosen by the user
RAISED = {"<super>": "^", "<sub>": "_"}


def plain(text: str) -> str:
    """Text without the signs that few encodings have; what is not known here becomes its number.

    >>> plain("∂z₁₂/∂x = −2·x⁻¹ → √(学)")
    'dz_12/dx = -2*x^-1 -> sqrt(\\\\u5b66)'
    """
    parts = []
    for kind, signs in groupby(text, lambda sign: decomposition(sign).partition(" ")[0]):
        if kind in RAISED:
            codes = (decomposition(sign).split()[1] for sign in signs)
            raised = "".join(chr(int(code, 16)) for code in codes)
            parts.append(RAISED[kind] + plain(raised))
        else:
            parts += [PLAIN.get(sign, sign) for sign in signs]
    return "".join(parts).encode("ascii", "backslashreplace").decode()


def _plainly(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return plain(error.object[error.start : error.end]), error.end


codecs.register_error("gradviz.plain", _plainly)


def fit_standard_output() -> None:
    """Have `print` write plain signs in place of those that the encoding of standard output has
    not, where it would fail: tables and figures as text are full of such signs.
    """
    stream: Any = sys.stdout  # a notebook's is of another kind, and has all of Unicode
    if not isinstance(stream, io.TextIOWrapper) or stream.errors not in REFUSING:
        return
    try:
        "−²学".encode(stream.encoding)
    except UnicodeError:
        stream.reconfigure(errors="gradviz.plain")
