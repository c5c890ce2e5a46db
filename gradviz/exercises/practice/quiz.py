"""A figure with blanks, and what is said to answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from gradviz.exercises.practice import picture, telling
from gradviz.exercises.practice.blanks import Blank, asked, found
from gradviz.exercises.practice.circuits import Circuit
from gradviz.exercises.practice.faulty import Faulty
from gradviz.exercises.practice.fits import Fit, Key
from gradviz.exercises.practice.hints import HINTS, LINE, Said
from gradviz.exercises.practice.result import Record, Result
from gradviz.exercises.practice.typed import Typed, Unread, read_all
from gradviz.export.formats import format_of
from gradviz.export.html import page
from gradviz.export.sheets import Theme, checked
from gradviz.figure import Figure
from gradviz.figure.page.alive import alive
from gradviz.figure.spoken import spoken
from gradviz.graph import Edge, Graph, Run
from gradviz.numerals import UNKNOWN, numeral
from gradviz.scene.layout import Layout
from gradviz.scene.words.formula import State
from gradviz.scene.words.titles import summary
from gradviz.words import listed, say

if TYPE_CHECKING:
    from gradviz.live.practice import Practice

FORMAT = "gradviz-practice/1"
MOST_NODES = 60


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


class Quiz:
    """A graph in a run, of which some numbers are asked: ``gv.practice`` makes one.

    As text and as a picture it has dots where a number is not found yet.

    >>> import gradviz as gv
    >>> quiz = gv.practice(lambda x, y: (x + y) * x, x=3.0, y=1.0, ask="gradients")
    >>> print(quiz)
    f = 12 at x = 3, y = 1
    3 blanks: 3 to find
    <BLANKLINE>
    name  operation  value  gradient
    ────────────────────────────────
    x     input          3         •
    y     input          1         •
    v2    x + y          4         •
    f     v2·x          12         1
    >>> print(quiz.answer(12, gradient="x"))
    Not yet. 12 fits if what the uses of x hand back is multiplied. Factors follow each other \
along one path. What happens where paths meet?
    >>> quiz.answer("7", gradient="x").correct
    True
    >>> print(quiz.hint(gradient="v2"))
    What comes back to f, and by what does the wire from v2 multiply it?
    """

    def __init__(
        self, what: Graph | Run, ask: object = None, circuit: Circuit | None = None
    ) -> None:
        self.run: Run = what if isinstance(what, Run) else what.example
        self.circuit: Circuit | None = circuit
        if len(self.graph.nodes) > MOST_NODES:
            raise ValueError(
                f"one practises on a graph of at most {MOST_NODES} nodes; {self.graph.name} has "
                f"{len(self.graph.nodes)}"
            )
        self.blanks: list[Blank] = asked(self.run, ask)
        if not self.blanks:
            raise ValueError(f"there is nothing to ask of {self.graph.name}")
        self.records: dict[Blank, Record] = {blank: Record() for blank in self.blanks}
        self.replies: dict[Blank, telling.Reply] = {}  # what was said of each last
        self._live: Practice | None = None

    @property
    def graph(self) -> Graph:
        """The graph that is practised on."""
        return self.run.graph

    @property
    def result(self) -> Result:
        """What came of it so far."""
        return Result.of(self.records.values())

    @property
    def open(self) -> list[Blank]:
        """The blanks that are still to be found."""
        return [blank for blank, record in self.records.items() if record.is_open]

    @cached_property
    def keys(self) -> dict[Blank, Key]:
        """What answers are compared with, blank by blank."""
        faulty = Faulty(self.run)
        return {blank: Key(blank.right(self.run), tuple(faulty.at(blank))) for blank in self.blanks}

    def answer(
        self,
        number: object,
        *,
        value: str | None = None,
        local: Sequence[Any] | None = None,
        gradient: str | None = None,
    ) -> Verdict:
        """Judge a number, as it was typed or as Python has it, for one blank: ``value="z"``,
        ``local=("x", "z")`` or ``gradient="x"``.

        A right one is taken up by the figure; of a wrong one it is said which mistake it fits, if
        that is exactly one, and asked what helps next. What can't be read is no try. Nothing that
        is given as a number raises anything.

        Raises TypeError if no blank is named or several are, ValueError for a blank that there is
        not.
        """
        blank = found(self.run, self.blanks, value=value, local=local, gradient=gradient)
        return self._judged(blank, number)

    def hint(
        self,
        *,
        value: str | None = None,
        local: Sequence[Any] | None = None,
        gradient: str | None = None,
    ) -> str:
        """The next hint for a blank: first a question, then the rule, then the worked line, as far
        as its numbers are known, without its end. It is counted.

        Raises as :meth:`answer` does.
        """
        return self._hinted(
            found(self.run, self.blanks, value=value, local=local, gradient=gradient)
        )

    def show(
        self,
        *,
        value: str | None = None,
        local: Sequence[Any] | None = None,
        gradient: str | None = None,
    ) -> str:
        """Fill a blank in, and say its worked line. It is counted.

        Raises as :meth:`answer` does.
        """
        return self._shown(
            found(self.run, self.blanks, value=value, local=local, gradient=gradient)
        )

    def act(self, place: int, act: str, text: str = "") -> None:
        """Do what a person does in the live figure at the blank of this place: ``"answer"`` with
        what was typed, ``"hint"`` or ``"show"``.
        """
        blank = self.blanks[place]
        if act == "answer":
            self._judged(blank, text)
        elif act == "hint":
            self._hinted(blank)
        elif act == "show":
            self._shown(blank)

    def _judged(self, blank: Blank, number: object) -> Verdict:
        key, record = self.keys[blank], self.records[blank]
        typed = read_all(number, len(key.right))
        if isinstance(typed, Unread):
            says = self._reply(blank, "unread", _unread(typed, len(key.right)))
            return Verdict(False, (), None, says)
        fit = key.fit(typed)
        if not record.is_open:
            says = self._reply(blank, "done", say("practice.done_already", line=LINE))
            return Verdict(fit.sort == "right", fit.mistakes, _ends(fit.wire), says)
        if fit.sort == "right":
            record.is_right = True
            return Verdict(
                True, (), None, self._reply(blank, "right", say("practice.right", line=LINE))
            )
        record.tries += 1
        if fit.sort == "mistake":
            record.mistakes += fit.mistakes
        says = self._reply(blank, "wrong", self._wrong(blank, fit, typed), fit.wire)
        return Verdict(False, fit.mistakes, _ends(fit.wire), says)

    def _hinted(self, blank: Blank) -> str:
        record = self.records[blank]
        if not record.is_open:
            return self._reply(blank, "done", say("practice.done_already", line=LINE))
        hint = self.said.hint(blank, record.hints)
        record.hints = min(record.hints + 1, HINTS)
        return self._reply(blank, "hint", hint)

    def _shown(self, blank: Blank) -> str:
        if self.records[blank].is_open:
            self.records[blank].is_shown = True
        return self._reply(blank, "shown", LINE)

    def _reply(
        self, blank: Blank, mood: telling.Mood, says: str, wire: Edge | None = None
    ) -> str:
        """Say something of a blank, also in the live figure if there is one."""
        self.replies[blank] = telling.Reply(mood, says, wire)
        if self._live is not None:
            self._live.tell()
        return Told(says.replace(LINE, self._line(blank)))

    def _line(self, blank: Blank) -> str:
        """The worked line of a blank; of an open one without its end."""
        formula = self.said.hinted(blank) if blank in self.open else self.said.formula(blank)
        return State(self.known).text(formula)

    @property
    def figure(self) -> Figure:
        """The figure that it is asked of, with all its numbers."""
        return Figure(self.run)

    @spoken
    def layout(self) -> Layout:
        """The places of everything, with room to type."""
        return picture.places(self.graph)

    @property
    def known(self) -> Run:
        """The run without the numbers that are still to be found."""
        return picture.covered(self.run, self.open)

    @property
    def svg(self) -> str:
        """The picture as an SVG document, with dots for what is still to be found."""
        return picture.svg(self.run, self.layout, self.open)

    @property
    def html(self) -> str:
        """The same as an HTML image that needs nothing else."""
        return picture.image(self.svg, str(self))

    @property
    def said(self) -> Said:
        """What can be said of its blanks."""
        return Said(self.run)

    @property
    def live(self) -> "Practice":
        """The live figure, into which one types; it is what a cell shows."""
        if self._live is None:
            from gradviz.live.practice import Practice

            self._live = Practice(self)
        return self._live

    def save(
        self,
        path: str | PathLike[str],
        *,
        theme: Theme | None = None,
        scale: float = 2,
        live: bool = True,
    ) -> Path:
        """Write it to a file: as a page, ``.html``, it judges by itself, in any browser, without
        Python and without a network; nothing is found there yet, and the page holds all answers.
        In any other format, or with ``live=False``, it is the still picture with dots, as
        :meth:`Figure.save` writes one.

        >>> import tempfile
        >>> import gradviz as gv
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     gv.practice(level=3, random_state=7).save(f"{folder}/practice.html").name
        'practice.html'
        """
        path, theme = Path(path), checked(theme)
        made_as = format_of(path.name)
        if live and made_as.can_live:
            scene = picture.scene(self.run, self.layout, self.blanks)
            path.write_text(page(scene, theme, alive(self.told(), theme=theme)), encoding="utf-8")
        else:
            scene = picture.scene(self.run, self.layout, self.open)
            path.write_bytes(made_as.written(scene, theme, scale))
        return path

    def told(self) -> dict[str, Any]:
        """What a page without Python is told of it."""
        return {
            "kind": "practice",
            "words": telling.words(),
            "quizzes": [telling.alone(self.run, self.layout, self.keys)],
        }

    def given(self) -> dict[str, Any]:
        """What the live figure is told once: its picture, and what is asked."""
        return telling.given(self.run, self.layout, self.blanks)

    def numbers(self) -> bytes:
        """The numbers that the live figure shows."""
        return telling.numbers(self.run, self.open)

    def states(self) -> list[dict[str, Any]]:
        """What became of each blank so far."""
        return [
            telling.state(self.records[blank], self.replies.get(blank)) for blank in self.blanks
        ]

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data, with what each mistake gives at each blank: whoever has it can
        judge answers without Python. What was answered is not in it.
        """
        circuit = self.circuit and {
            "level": self.circuit.level,
            "random_state": self.circuit.random_state,
            "source": self.circuit.source,
        }
        said = self.said
        return {
            "format": FORMAT,
            "graph": self.run.to_dict(),
            "circuit": circuit,
            "blanks": [
                telling.place(blank) | telling.key(said, blank, key)
                for blank, key in self.keys.items()
            ],
        }

    def _wrong(self, blank: Blank, fit: Fit, typed: Sequence[Typed]) -> str:
        if fit.sort == "mistake" and fit.wire is not None:
            number = numeral(typed[0].number) if len(typed) == 1 else _listed(typed)
            fits, ask = self.said.mistake(fit.mistakes[0], fit.wire, number)
            return say("practice.fits", fits=fits, ask=ask)
        said = self.said
        record = self.records[blank]
        is_first = record.tries - len(record.mistakes) == 1  # that nothing explains
        ask = said.sign if fit.sort == "sign" else said.question if is_first else said.again
        return say("practice.wrong", ask=ask(blank))

    def __str__(self) -> str:
        known, open = self.known, self.open
        count = say("practice.blanks", n=len(self.blanks))
        state = "practice.title" if open else "practice.done"
        told = [summary(known), say(state, count=count, open=len(open))]
        if self.circuit:
            level, random_state = self.circuit.level, self.circuit.random_state
            told.insert(0, say("practice.level", level=level, random_state=random_state))
        locals_ = [
            f"{blank.name(self.run)} = {UNKNOWN if blank in open else numeral(blank.number(known))}"
            for blank in self.blanks
            if blank.kind == "local"
        ]
        return "\n".join([*told, "", str(known), *(["", listed(locals_)] if locals_ else [])])

    __repr__ = __str__

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.live._repr_mimebundle_(**options)


def _ends(wire: Edge | None) -> tuple[str, str] | None:
    return None if wire is None else (wire.source.label, wire.target.label)


def _listed(typed: Sequence[Typed]) -> str:
    return f"({', '.join(numeral(each.number) for each in typed)})"


def _unread(unread: Unread, count: int) -> str:
    if unread.why == "several" or (unread.why == "number" and count > 1):
        return say("practice.unread.several", n=count, example=tuple(range(1, count + 1)))
    return say(f"practice.unread.{unread.why}")
