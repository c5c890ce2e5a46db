"""The compiled program once more, in JavaScript: so that a page can work out a move itself and show
it before Python has answered.
"""

import keyword
import re

from gradviz.autodiff.program import RESERVED, Recording, replayed

SAME = (
    "exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "hypot",
    "sin", "cos", "tan", "asin", "acos", "atan", "atan2",
    "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
)  # fmt: skip
IN_JAVASCRIPT = {
    **{f"math.{name}": f"Math.{name}" for name in SAME},
    "math.fabs": "Math.abs",
    "abs": "Math.abs",
    "math.pow": "pow",
    "math.inf": "Infinity",
    "math.nan": "NaN",
}
# IEEE's power, as Python has it; JavaScript's own is NaN at these
POW = (
    "const pow = (x, y) => x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : Math.pow(x, y);"
)
TOKENS = re.compile(
    r"(?P<plain>\d[\d.]*(?:e[+-]?\d+)?|[-+*/(),=\s])|(?P<function>math\.\w+|abs(?=\())|(?P<name>[^\W\d]\w*)|(?P<other>.)"
)


def javascript(recording: Recording) -> str | None:
    """The program as the body of a JavaScript function of the inputs, that returns the distinct
    numbers of a Run; for a page that shows a move before Python has answered. None where it has
    decisions, arrays, or functions that JavaScript does not have."""
    first, *lines = replayed(recording)
    body = [("const [", first.partition("(")[2].rpartition(")")[0], "] = inputs;")]
    for line in map(str.strip, lines):
        if line.startswith("return ("):
            body.append(("return [", line[8:-1], "];"))
        elif line and not line.startswith("#"):
            body.append(("var ", line, ";"))
    translated = [_translated(code) for _, code, _ in body]
    if None in translated:
        return None
    lines = [f"{before}{code}{after}" for (before, _, after), code in zip(body, translated)]
    return "\n".join([POW, *lines] if any("math.pow" in code for _, code, _ in body) else lines)


def _translated(code: str) -> str | None:
    """Names, numbers, arithmetic and calls in JavaScript; names get a sign before them, so that
    none means anything else there.
    """
    if any(sign in code for sign in ("--", "++", "**", "//")):  # mean other things there
        return None
    parts = []
    for token in TOKENS.finditer(code):
        plain, function, name, _ = token.groups()
        if name is not None and (name in RESERVED or keyword.iskeyword(name)):
            return None
        part = plain or IN_JAVASCRIPT.get(function) or (name and f"${name}")
        if part is None:
            return None
        parts.append(part)
    return "".join(parts)
