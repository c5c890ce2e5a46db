"""Who judges the answers to the blanks of a run, and remembers what became of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Literal, NamedTuple, Protocol

from gradviz.exercises.practice.blanks import Blank
from gradviz.exercises.practice.faulty import Faulty
from gradviz.exercises.practice.fits import Fit, Key
from gradviz.exercises.practice.hints import HINTS, LINE, Said
from gradviz.exercises.practice.picture import covered
from gradviz.exercises.practice.result import Record
from gradviz.exercises.practice.typed import Typed, Unread, read_all
from gradviz.graph import Edge, Run
from gradviz.numerals import numeral
from gradviz.scene.words.formula import State
from gradviz.words import say

Mood = Literal["right", "wrong", "unread", "hint", "shown", "done"]


class Printer(Protocol):
    """What IPython prints with."""

    def text(self, obj: str) -> None: ...


class Told(str):
    """A text that notebooks show without quotes."""

    def _repr_pretty_(self, printer: Printer, cycle: bool) -> None:
        printer.text(self)


@dataclass(frozen=True)
class Verdict:
    """What is said to an answer: whether it is right; the ids of the mistakes that it fits; if that
    is one, the wire on which it is made, as the names of its ends; and the words.
    """

    correct: bool
    mistakes: tuple[str, ...]
    wire: tuple[str, str] | None
    says: str

    def __str__(self) -> str:
        return self.says

    def _repr_pretty_(self, printer: Printer, cycle: bool) -> None:
        printer.text(self.says)


class Reply(NamedTuple):
    """What was said of a blank, by what says it in any language; and the wire on which the mistake
    is made that was named.
    """

    mood: Mood
    saying: Callable[[], str]
    wire: Edge | None = None

    @property
    def says(self) -> str:
        """The words, with `LINE` where the worked line is to stand."""
        return self.saying()


class Judge:
    """It calls `told` whenever it has said something. (``web/practice/judge.js`` is the same for
    pages without Python.)
    """

    def __init__(self, run: Run, blanks: Sequence[Blank], told: Callable[[], object]) -> None:
        self.run: Run = run
        self.told: Callable[[], object] = told
        self.records: dict[Blank, Record] = {blank: Record() for blank in blanks}
        self.replies: dict[Blank, Reply] = {}  # what was said of each last

    @cached_property
    def keys(self) -> dict[Blank, Key]:
        """What answers are compared with, blank by blank."""
        faulty = Faulty(self.run)
        return {
            blank: Key(blank.right(self.run), tuple(faulty.at(blank))) for blank in self.records
        }

    @property
    def open(self) -> list[Blank]:
        """The blanks that are still to be found."""
        return [blank for blank, record in self.records.items() if record.is_open]

    @property
    def said(self) -> Said:
        """What can be said of the blanks."""
        return Said(self.run)

    def answer(self, blank: Blank, number: object) -> Verdict:
        """Judge a number, as it was typed or as Python has it."""
        key, record = self.keys[blank], self.records[blank]
        typed = read_all(number, len(key.right))
        if isinstance(typed, Unread):
            says = self._spoke(blank, "unread", partial(_unread, typed, len(key.right)))
            return Verdict(False, (), None, says)
        fit = key.fit(typed)
        if not record.is_open:
            says = self._spoke(blank, "done", partial(say, "practice.done_already", line=LINE))
            return Verdict(fit.sort == "right", fit.mistakes, _ends(fit.wire), says)
        if fit.sort == "right":
            record.is_right = True
            says = self._spoke(blank, "right", partial(say, "practice.right", line=LINE))
            return Verdict(True, (), None, says)
        record.tries += 1
        if fit.sort == "mistake":
            record.mistakes += fit.mistakes
        says = self._spoke(blank, "wrong", self._wrong(blank, fit, typed), fit.wire)
        return Verdict(False, fit.mistakes, _ends(fit.wire), says)

    def hint(self, blank: Blank) -> str:
        """The next hint."""
        record = self.records[blank]
        if not record.is_open:
            return self._spoke(blank, "done", partial(say, "practice.done_already", line=LINE))
        hint = partial(self.said.hint, blank, record.hints)
        record.hints = min(record.hints + 1, HINTS)
        return self._spoke(blank, "hint", hint)

    def show(self, blank: Blank) -> str:
        """Fill a blank in, and say its worked line."""
        if self.records[blank].is_open:
            self.records[blank].is_shown = True
        return self._spoke(blank, "shown", lambda: LINE)

    def _spoke(
        self, blank: Blank, mood: Mood, saying: Callable[[], str], wire: Edge | None = None
    ) -> str:
        self.replies[blank] = reply = Reply(mood, saying, wire)
        self.told()
        return Told(reply.says.replace(LINE, self.line(blank)))

    def line(self, blank: Blank) -> str:
        """The worked line of a blank; of an open one without its end."""
        formula = self.said.hinted(blank) if blank in self.open else self.said.formula(blank)
        return State(covered(self.run, self.open)).text(formula)

    def _wrong(self, blank: Blank, fit: Fit, typed: Sequence[Typed]) -> Callable[[], str]:
        said, wire = self.said, fit.wire
        if fit.sort == "mistake" and wire is not None:
            number = numeral(typed[0].number) if len(typed) == 1 else _listed(typed)
            return lambda: _fits(*said.mistake(fit.mistakes[0], wire, number))
        record = self.records[blank]
        is_first = record.tries - len(record.mistakes) == 1  # that nothing explains
        ask = said.sign if fit.sort == "sign" else said.question if is_first else said.again
        return lambda: say("practice.wrong", ask=ask(blank))


def _fits(fits: str, ask: str) -> str:
    return say("practice.fits", fits=fits, ask=ask)


def _ends(wire: Edge | None) -> tuple[str, str] | None:
    return None if wire is None else (wire.source.label, wire.target.label)


def _listed(typed: Sequence[Typed]) -> str:
    return f"({', '.join(numeral(each.number) for each in typed)})"


def _unread(unread: Unread, count: int) -> str:
    if unread.why == "several" or (unread.why == "number" and count > 1):
        return say("practice.unread.several", n=count, example=tuple(range(1, count + 1)))
    return say(f"practice.unread.{unread.why}")
