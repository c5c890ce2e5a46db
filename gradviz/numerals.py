"""How a number is printed, everywhere: one rule, the same in the page's JavaScript
(``web/numbers/numeral.js``); and how it is read.

>>> numeral(0.19661193324148185), numeral(-8.0), numeral(123456.0), numeral(1.5e-7)
('0.1966', '−8', '123456', '1.5e−7')
"""

from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from math import isinf, isnan
from numbers import Real

import numpy as np

Value = float | np.ndarray  # what a node of a graph is worth: a number, or an array of them

UNKNOWN = "•"
FEW = 4  # elements of a vector that are printed one by one


def numeral(number: Value | None, digits: int = 4, few: int = FEW) -> str:
    """`number` as a reader wants it: rounded to `digits` significant digits, but never inside its
    integer part.

    A number that is not known yet (``None``) is a dot. Trailing zeros go; the minus sign is a real
    one (U+2212). From 10⁶ up and below 10⁻³ the notation is scientific. Ties round away from zero,
    as ``Number.toFixed`` does in a browser.

    >>> [numeral(x) for x in (None, float("nan"), float("-inf"), 0.0, 0.00099999, 2.0625, 999999.7)]
    ['•', 'nan', '−∞', '0', '0.001', '2.063', '1e6']
    >>> numeral(0.19661193324148185, digits=3)
    '0.197'

    A vector is its numbers, if they are not more than `few`; other arrays are their shape.

    >>> numeral(np.array([1.0, 2.5])), numeral(np.ones(10)), numeral(np.ones((784, 128)))
    ('[1, 2.5]', '(10,)', '784×128')
    """
    if number is None:
        return UNKNOWN
    if isinstance(number, np.ndarray):
        if number.ndim == 1:
            return (
                f"[{', '.join(numeral(element, digits) for element in number.tolist())}]"
                if number.size <= few
                else f"({number.size},)"
            )
        return "×".join(map(str, number.shape))
    return _numeral(number, digits)


@lru_cache(maxsize=512)  # a figure says the same number in many places
def _numeral(number: float, digits: int) -> str:
    if isnan(number):
        return "nan"
    if isinf(number):
        return "∞" if number > 0 else "−∞"
    if number == 0:
        return "0"
    with localcontext(prec=800):
        exact = abs(Decimal(number))
        exponent = _rounded(exact, exact.adjusted() - digits + 1).adjusted()
        fixed = _rounded(exact, min(0, exponent - digits + 1))
        if exponent >= -3 and fixed < 1_000_000:
            text = _without_trailing_zeros(f"{fixed:f}")
        else:
            mantissa, _, power = f"{_rounded(exact, exponent - digits + 1):e}".partition("e")
            text = f"{_without_trailing_zeros(mantissa)}e{int(power)}".replace("-", "−")
    return "−" + text if number < 0 else text


def _rounded(number: Decimal, exponent: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(exponent), rounding=ROUND_HALF_UP)


def _without_trailing_zeros(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def real(value: object, what: str) -> float:
    """`value` as a float; `what` names it if it is not a real number.

    >>> real(3, "input x")
    3.0
    >>> real("3", "input x")
    Traceback (most recent call last):
    TypeError: input x must be a real number, not the str '3'
    """
    if type(value) is float:
        return value
    if getattr(value, "shape", None) == ():  # NumPy's scalars and arrays without dimensions
        value = getattr(value, "item", lambda: value)()
    if not isinstance(value, Real):
        kind = f"the {type(value).__name__} {value!r:.40}" if value is not None else "None"
        raise TypeError(f"{what} must be a real number, not {kind}")
    try:
        return float(value)
    except OverflowError:
        size = f": an integer of {value.bit_length()} bits" if isinstance(value, int) else ""
        raise OverflowError(f"{what} is too large for a float{size}") from None


def numeric(value: object, what: str) -> Value:
    """`value` as a float, or as an array of floats (float64, but float32 is kept); `what` names it
    if it can be neither.

    >>> numeric([1, 2], "input x")
    array([1., 2.])
    """
    if type(value) is float:
        return value
    if isinstance(value, np.ndarray | list | tuple) or (
        hasattr(value, "__array__") and getattr(value, "shape", ())
    ):
        try:
            array = np.asarray(value)
        except ValueError:
            raise TypeError(
                f"{what} must be a number or an array of numbers: its rows differ in length"
            ) from None
        if array.dtype.kind not in "biuf":
            raise TypeError(f"{what} must hold real numbers, not {array.dtype}: {value!r:.60}")
        if array.ndim:
            return array.astype(np.float32 if array.dtype == np.float32 else float, copy=False)
        value = array.item()
    return real(value, what)
