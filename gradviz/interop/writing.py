"""How an operation of a model is written: text, and numbers of its operands, joined into parts."""

from collections.abc import Sequence

Part = str | int
Parts = Sequence[Part]


def joined(parts: Parts) -> tuple[Part, ...]:
    """The parts, texts that follow one another as one.

    >>> joined(["relu", "(", 0, ")"])
    ('relu(', 0, ')')
    """
    made: list[Part] = []
    for part in parts:
        if isinstance(part, str) and made and isinstance(made[-1], str):
            made[-1] += part
        else:
            made.append(part)
    return tuple(made)


def listed(many: Sequence[Parts]) -> list[Part]:
    """One after another, with commas between them."""
    return [part for each in many for part in (", ", *each)][1:]


def between(sign: str, left: Parts, right: Parts) -> tuple[str, tuple[Part, ...]]:
    """What a card says of a sign between two operands, and how it is written; a constant stands
    with its sign.

    >>> between("×", ["2"], [0])
    ('×2', ('2 × ', 0))
    """
    before, after = ("" if isinstance(side[0], int) else side[0] for side in (left, right))
    symbol = f"{sign}{before}" if sign in "+×" and before else f"{before}{sign}{after}"
    return symbol, joined([*left, f" {sign} ", *right])


def applied(name: str, arguments: Sequence[Parts], part: int | None) -> tuple[Part, ...]:
    """A function of arguments; `part` is which of several results is meant."""
    tail = ")" if part is None else f")[{part}]"
    return joined([f"{name}(", *listed(arguments), tail])
