"""What came of a practice: counts only. No name is kept, and nothing is sent anywhere.

>>> first = Result(first_try=5, after_tries=1, after_hints=0, shown=1, open=0)
>>> first.share, first.is_complete
(0.8571428571428571, False)
>>> print(csv([first, first.to_dict()]))
number,first_try,after_tries,after_hints,shown,open
1,5,1,0,1,0
2,5,1,0,1,0
<BLANKLINE>
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, cast

from gradviz.exercises.practice.mistakes import MISTAKES
from gradviz.words import listed, say


@dataclass
class Record:
    """What happened at a blank."""

    tries: int = 0  # that were wrong
    hints: int = 0
    is_shown: bool = False
    is_right: bool = False
    mistakes: list[str] = field(default_factory=list)  # that a try fitted alone

    @property
    def is_open(self) -> bool:
        return not (self.is_right or self.is_shown)

    @property
    def outcome(self) -> str:
        """Under which name it is counted."""
        if self.is_open:
            return "open"
        if self.is_shown:
            return "shown"
        return "after_hints" if self.hints else "after_tries" if self.tries else "first_try"


@dataclass(frozen=True)
class Result:
    """How many blanks were right at the first try, after wrong tries, after hints; how many were
    shown, how many are still open; and which mistakes fitted, how often.

    An autograder such as nbgrader or otter-grader asserts ``quiz.result.is_complete``, or
    ``quiz.result.share >= 0.8``. It runs the cells anew, and knows the answers that stand in them,
    ``quiz.answer("4", gradient="z")``, but not what was typed into the figure.
    """

    first_try: int = 0
    after_tries: int = 0
    after_hints: int = 0
    shown: int = 0
    open: int = 0
    mistakes: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Iterable[Record]) -> "Result":
        """The result of these blanks."""
        records = [*records]
        outcomes = Counter(record.outcome for record in records)
        mistakes = Counter(mistake for record in records for mistake in record.mistakes)
        return cls(**outcomes, mistakes=dict(mistakes))

    @property
    def total(self) -> int:
        """How many blanks there are."""
        return sum(getattr(self, name) for name in COUNTS)

    @property
    def found(self) -> int:
        """How many were found: at the first try, after others, or after hints."""
        return self.first_try + self.after_tries + self.after_hints

    @property
    def share(self) -> float:
        """Which part was found."""
        return self.found / self.total if self.total else 0.0

    @property
    def is_complete(self) -> bool:
        """Whether all were found, and none was shown."""
        return 0 < self.total == self.found

    def __add__(self, other: "Result") -> "Result":
        counts = {name: getattr(self, name) + getattr(other, name) for name in COUNTS}
        return Result(**counts, mistakes=dict(Counter(self.mistakes) + Counter(other.mistakes)))

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data, of which :func:`csv` makes a table."""
        return {**{name: getattr(self, name) for name in COUNTS}, "mistakes": dict(self.mistakes)}

    def __str__(self) -> str:
        counts = {
            "right": self.first_try,
            "tries": self.after_tries,
            "hints": self.after_hints,
            "shown": self.shown,
            "open": self.open,
        }
        lines = [say("practice.result", n=self.total, **counts)]
        if self.mistakes:
            named = listed(
                say("practice.result.mistake", mistake=mistake, n=n)
                for mistake, n in self.mistakes.items()
            )
            lines.append(say("practice.result.mistakes", mistakes=named))
        return "\n".join(lines)


COUNTS = tuple(each.name for each in fields(Result) if each.name != "mistakes")


def csv(results: Iterable[Result | Mapping[str, Any]]) -> str:
    """A table of many results, a line each, under the names of the counts and of the mistakes that
    fitted anywhere; lines are numbered in the order in which they are given.
    """
    told = [each.to_dict() if isinstance(each, Result) else each for each in results]
    of_mistakes = [cast(Mapping[str, Any], each.get("mistakes", {})) for each in told]
    mistakes = [id for id in MISTAKES if any(id in each for each in of_mistakes)]
    rows: list[list[object]] = [["number", *COUNTS, *mistakes]]
    for number, (each, made) in enumerate(zip(told, of_mistakes), start=1):
        counts = [int(each.get(name, 0)) for name in COUNTS]
        rows.append([number, *counts, *(int(made.get(id, 0)) for id in mistakes)])
    return "".join(",".join(map(str, row)) + "\n" for row in rows)
