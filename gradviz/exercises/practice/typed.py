"""Numbers as people type them, and when one is the number that is asked for.

>>> [agrees(read(text), 0.5904) for text in ("0.59", "0,59", "0.590", "0.6", "0.58", "5.904e-1")]
[True, True, True, False, False, True]
>>> [agrees(read(text), 1 / 3) for text in ("1/3", "0.33", "0.3", "1/4", "one third")]
[True, True, False, False, False]
"""

import math
import re
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

LONGEST = 80  # characters that are read
EXACT = 1e-9  # of its size: an expression that comes so near is the number
NOTHING = 1e-12  # what is as small comes of rounding
FEWEST = 2  # digits of a number that may be rounded

NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
TOKEN = re.compile(rf"\s*({NUMBER}|\*\*|[-+*/^()])", re.ASCII)
PLAIN = re.compile(r"[+-]?\s*(?:(\d*)\.(\d+)|(\d+)\.?)(?:[eE]([+-]?\d+))?", re.ASCII)
GROUPED = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:[, ]\d{3})+(?!\d)", re.ASCII)
MIXED = re.compile(r"\d[.,]\d*[.,]", re.ASCII)  # two points or commas in a number
DECIMAL = re.compile(r"(?<!\d),(?=\d)|(?<=\d),(?=\d)", re.ASCII)
AS_TYPED = {"−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "÷": "/", "⁄": "/", "∕": "/"}
AS_TYPED |= {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)}  # of full width
AS_TYPED |= {"\u3000": " ", "\u00a0": " ", "\u202f": " ", "\u2009": " "}
CHARACTERS = str.maketrans(AS_TYPED)


class Typed(NamedTuple):
    """A number that was typed. `unit` is that of its last digit, where it may have been rounded
    there; None if it has to be exact.
    """

    number: float
    unit: float | None = None


class Unread(NamedTuple):
    """What could not be read, and why: there is `nothing`, it is no `number`, the comma may stand
    before `thousands` or before decimals, or there are `several` numbers or too few.
    """

    why: Literal["nothing", "number", "thousands", "several"]


def read(given: object) -> Typed | Unread:
    """One number, typed or as Python has it. Whatever is given, nothing is raised.

    >>> read("2*3"), read("−0.59"), read("1,000"), read("six")
    (Typed(number=6.0, unit=None), Typed(number=-0.59, unit=0.01), Unread(why='thousands'), \
Unread(why='number'))
    """
    if given is None:
        return Unread("nothing")
    if isinstance(given, str):
        return _read(given)
    return _number(given)


def read_all(given: object, count: int) -> tuple[Typed, ...] | Unread:
    """So many numbers: a list or an array of them, or text with commas or semicolons between.

    >>> [typed.number for typed in read_all("(1, 1/2)", 2)]
    [1.0, 0.5]
    >>> read_all([1, 2], 3)
    Unread(why='several')
    """
    parts: Iterable[object] = [given]
    if isinstance(given, str):
        inside = given.translate(CHARACTERS).strip()
        if inside[:1] in ("(", "[") and inside[-1:] in (")", "]"):
            inside = inside[1:-1] if count > 1 else inside
        if count > 1:
            parts = inside.split(";" if ";" in inside else ",")
            parts = [part for part in parts if str(part).strip()]
    else:
        try:
            tolist: Any = getattr(given, "tolist", None)
            plain = tolist() if callable(tolist) else given
            if isinstance(plain, list | tuple):
                parts = _flat(plain)
        except Exception:  # whatever it is, it is not a list of numbers
            return Unread("number")
    found = [read(part) for part in parts]
    for each in found:
        if isinstance(each, Unread):
            return each
    if len(found) != count:
        return Unread("several")
    return tuple(each for each in found if isinstance(each, Typed))


def agrees(typed: Typed | Unread, number: float) -> bool:
    """Whether what was typed is this number: exactly, or, of one that is not whole, rounded to the
    digits that were typed, which are two at least.

    >>> agrees(read("10"), 10.1), agrees(read("65.05"), 65.0), agrees(read("0.2"), 0.2)
    (False, False, True)
    """
    if isinstance(typed, Unread) or not math.isfinite(number):
        return False
    exact = EXACT if typed.unit is None else NOTHING  # digits that stand there are meant
    if abs(typed.number - number) <= (exact * abs(number) if number else NOTHING):
        return True
    if typed.unit is None or abs(number - round(number)) <= EXACT * abs(number):
        return False
    return abs(typed.number - number) <= typed.unit / 2 * (1 + EXACT)


def _flat(parts: Iterable[Any], depth: int = 4) -> list[object]:
    flat: list[object] = []
    for part in parts:
        flat += _flat(part, depth - 1) if isinstance(part, list | tuple) and depth else [part]
    return flat


def _number(given: object) -> Typed | Unread:
    """A number of Python's, as it would be typed."""
    if isinstance(given, bool | bytes | bytearray):
        return Unread("number")
    try:
        number = float(given)  # pyright: ignore[reportArgumentType]
    except Exception:  # whatever it is, it is no number
        return Unread("number")
    if not math.isfinite(number):
        return Unread("number")
    return _read(repr(number).removesuffix(".0"))


def _read(text: str) -> Typed | Unread:
    text = text[: LONGEST + 1].translate(CHARACTERS).strip()
    text = text.removeprefix("=").removeprefix("≈").strip()
    if not text:
        return Unread("nothing")
    if len(text) > LONGEST:
        return Unread("number")
    if GROUPED.search(text):
        return Unread("thousands")
    if re.search(r"\d\s*,\s+[-+.\d]|;", text):
        return Unread("several")
    if "," in text and MIXED.search(text):
        return Unread("thousands" if "." in text else "several")
    text = DECIMAL.sub(".", text)
    try:
        number = _Expression(text).value()
    except (ValueError, ArithmeticError):
        return Unread("number")
    if not math.isfinite(number):
        return Unread("number")
    return Typed(number, _unit(text))


def _unit(text: str) -> float | None:
    """What the last digit of a plain number counts, if it has digits enough to be rounded."""
    found = PLAIN.fullmatch(text)
    if found is None:
        return None
    before, after, whole, exponent = found.groups()
    digits = (whole or before + after).lstrip("0")
    fills = after is None and digits.endswith("0")  # in 10, the zero may only fill a place
    if len(digits) - fills < FEWEST:
        return None
    unit = float(f"1e{int(exponent or 0) - len(after or '')}")
    return unit if math.isfinite(unit) else None


class _Expression:
    """A sum of products of powers, read from left to right."""

    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        place = 0
        while place < len(text):
            found = TOKEN.match(text, place)
            if found is None:
                raise ValueError
            self.tokens.append("^" if found[1] == "**" else found[1])
            place = found.end()
        self.tokens.reverse()  # the next one is the last

    def value(self) -> float:
        value = self._sum()
        if self.tokens:
            raise ValueError
        return value

    def _takes(self, *which: str) -> str:
        return self.tokens.pop() if self.tokens and self.tokens[-1] in which else ""

    def _sum(self) -> float:
        total = self._product()
        while sign := self._takes("+", "-"):
            term = self._product()
            total = total + term if sign == "+" else total - term
        return total

    def _product(self) -> float:
        product = self._signed()
        while sign := self._takes("*", "/"):
            factor = self._signed()
            product = product * factor if sign == "*" else product / factor
        return product

    def _signed(self) -> float:
        sign = self._takes("+", "-")
        return -self._power() if sign == "-" else self._power()

    def _power(self) -> float:
        base = self._atom()
        return math.pow(base, self._signed()) if self._takes("^") else base

    def _atom(self) -> float:
        if self._takes("("):
            value = self._sum()
            if not self._takes(")"):
                raise ValueError
            return value
        if not self.tokens or not re.fullmatch(NUMBER, self.tokens[-1], re.ASCII):
            raise ValueError
        return float(self.tokens.pop())
