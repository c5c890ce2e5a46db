"""Numbers as people type them, for tests in Python and, by tests/vectors/typed.json, in node."""

import math
import random
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Context, Decimal

# what is typed, the number that is asked for, and whether it is that
RIGHT_OR_NOT = [
    ("-0.59", -0.5904, True),
    ("−0,59", -0.5904, True),
    ("1/3", 1 / 3, True),
    ("1/3", 0.3333, False),
    ("1e-3", 0.001, True),
    ("1.0e-3", 0.00104, True),
    ("2*3", 6.0, True),
    ("2×3", 6.0, True),
    ("12÷2", 6.0, True),
    (" 6 ", 6.0, True),
    ("= 6", 6.0, True),
    ("6.0", 6.0, True),
    ("６", 6.0, True),
    ("0.5**9", 1 / 512, True),
    ("2^-9", 1 / 512, True),
    ("-0.5**2", -0.25, True),
    ("2*(3+1)", 8.0, True),
    ("10", 10.1, False),
    ("10", 10.0, True),
    ("65.05", 65.0, False),
    ("2410", 2410.0, True),
    ("2.4e3", 2410.0, False),
    ("2400", 2410.5, False),
    ("1200", 1234.5, False),
    ("120", 120.4, True),
    ("300", 299.6, True),
    ("20", 19.7, False),
    ("0.2", 0.1966, False),
    ("0.20", 0.1966, True),
    ("0.1966", 0.19661193324148185, True),
    ("0.1967", 0.19661193324148185, False),
    ("3.8e-6", 1 / 262144, True),
    ("4e-6", 1 / 262144, False),
    ("0", 0.0, True),
    ("0.00", 0.004, False),
    ("-0", 0.0, True),
    ("0.1+0.2", 0.3, True),
    (".25", 0.25, True),
    (",25", 0.25, True),
    ("0,250", 0.25, True),
    ("12.5", 12.49, True),
]
# what can't be read, and why
NOT_READ = [
    ("", "nothing"),
    ("  ", "nothing"),
    ("1,000", "thousands"),
    ("12,345", "thousands"),
    ("-1,000", "thousands"),
    ("1 000", "thousands"),
    ("1,000,000", "thousands"),
    ("1,000.5", "thousands"),
    ("1.000,5", "thousands"),
    ("1, 2", "several"),
    ("1,2,3", "several"),
    ("1; 2", "several"),
    ("six", "number"),
    ("nan", "number"),
    ("inf", "number"),
    ("1e999", "number"),
    ("10**400", "number"),
    ("9**9**9**9", "number"),
    ("1/0", "number"),
    ("(-8)^(1/3)", "number"),
    ("--1", "number"),
    ("3 4", "number"),
    ("2(3)", "number"),
    ("1_000", "number"),
    ("0x10", "number"),
    ("½", "number"),
    ("٣", "number"),
    ("(" * 79 + "1", "number"),
    ("1" * 5000, "number"),
    ("__import__('os')", "number"),
]

ALPHABET = "0123456789.,-−+*/^() eE×÷naif\n\x00½٣١'"
WAYS = (lambda text: text, lambda text: text.replace("-", "−"), lambda text: text.replace(".", ","))


def drawn(count: int) -> Iterator[tuple[str, float, bool]]:
    """Answers of many kinds, each with the number that is asked for, and whether it is right."""
    draw = random.Random(20).random
    for number in range(count):
        right = (draw() - 0.5) * 10.0 ** int(9 * draw() - 4)
        digits = 2 + int(6 * draw())
        rounded = Context(prec=digits, rounding=ROUND_HALF_EVEN).create_decimal(right)
        way = WAYS[number % 3]
        match number % 5:
            case 0:
                text = str(rounded)
                yield way(text), right, not (len(text.strip("-")) == 2 and text.endswith("0"))
            case 1:
                by = 1 + int(8 * draw())
                yield (
                    way(str(rounded + by * Decimal((0, (1,), rounded.as_tuple()[2])))),
                    right,
                    False,
                )
            case 2:
                over, under = int(200 * draw()) - 100, 1 + int(60 * draw())
                yield f"{over}/{under}", over / under, True
                yield f"{over}/{under}", over / under + 1e-6, False
            case 3:
                whole = float(int(draw() * 10**digits))
                yield str(int(whole)), whole, True
                yield str(int(whole)), whole + 1, False
                yield f"{whole + draw() / 2 + 0.001:.3f}", whole, False
            case _:
                junk = "".join(
                    ALPHABET[int(draw() * len(ALPHABET))] for _ in range(int(12 * draw()))
                )
                yield junk, math.inf, False
