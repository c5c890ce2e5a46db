"""What an answer fits: the right number, what one of the mistakes would give, or nothing known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from gradviz.exercises.practice.faulty import Wrong
from gradviz.exercises.practice.typed import Typed, agrees, read
from gradviz.graph import Edge

Sort = Literal["right", "mistake", "several", "sign", "unknown"]


class Fit(NamedTuple):
    """Of what sort an answer is, the ids of the mistakes that it fits, and on which wire the one
    that it fits alone is made.
    """

    sort: Sort
    mistakes: tuple[str, ...] = ()
    wire: Edge | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """What answers to a blank are compared with: the right numbers, and wrong ones."""

    right: tuple[float, ...]
    wrong: tuple[Wrong, ...]

    def fit(self, typed: Sequence[Typed]) -> Fit:
        """What was typed fits only what it cannot be told from.

        >>> from gradviz.exercises.practice.typed import read_all
        >>> key = Key((6.0,), (Wrong("added_for_multiplied", (5.0,), None),))
        >>> [key.fit(read_all(text, 1)).sort for text in ("6", "5", "-6", "7")]
        ['right', 'mistake', 'sign', 'unknown']
        """
        if _are(typed, self.right):
            return Fit("right")
        fitting = [wrong for wrong in self.wrong if _are(typed, wrong.numbers)]
        mistakes = tuple(dict.fromkeys(wrong.mistake for wrong in fitting))
        if len(mistakes) == 1:
            return Fit("mistake", mistakes, fitting[0].wire)
        if mistakes:
            return Fit("several", mistakes)
        turned = [each._replace(number=-each.number) for each in typed]
        return Fit("sign") if _are(turned, self.right) else Fit("unknown")

    def own(self, mistake: str) -> list[Wrong]:
        """What only this mistake gives, also to who types it."""
        return [
            wrong
            for wrong in self.wrong
            if wrong.mistake == mistake
            and self.fit([each for each in map(read, wrong.numbers) if isinstance(each, Typed)])[:2]
            == ("mistake", (mistake,))
        ]


def share_of_own(keys: Iterable[Key]) -> float:
    """Which part of the wrong numbers is that of one mistake alone; 1 if there are none."""
    alone = several = 0
    for key in keys:
        makers: dict[tuple[float, ...], set[str]] = {}
        for wrong in key.wrong:
            makers.setdefault(tuple(round(each, 6) for each in wrong.numbers), set()).add(
                wrong.mistake
            )
        alone += sum(len(ids) == 1 for ids in makers.values())
        several += sum(len(ids) > 1 for ids in makers.values())
    return alone / (alone + several) if alone + several else 1.0


def _are(typed: Sequence[Typed], numbers: Sequence[float]) -> bool:
    return len(typed) == len(numbers) and all(map(agrees, typed, numbers))
