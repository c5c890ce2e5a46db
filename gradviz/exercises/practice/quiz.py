"""A figure with blanks, and what is said to answers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradviz.exercises.practice import picture, telling
from gradviz.exercises.practice.blanks import Blank, asked, found
from gradviz.exercises.practice.circuits import Circuit, unseen
from gradviz.exercises.practice.judge import Judge, Verdict
from gradviz.exercises.practice.result import Result
from gradviz.export.formats import format_of
from gradviz.export.html import page
from gradviz.export.sheets import Theme, checked
from gradviz.figure import Figure
from gradviz.figure.page.alive import alive
from gradviz.figure.spoken import spoken
from gradviz.graph import Graph, Run
from gradviz.numerals import UNKNOWN, numeral
from gradviz.scene.layout import Layout
from gradviz.scene.words.titles import summary
from gradviz.words import listed, say

if TYPE_CHECKING:
    from gradviz.live.practice import Practice

FORMAT = "gradviz-practice/1"
MOST_NODES = 60
MOST_CIRCUITS = 30  # in a page


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
        self._ask = ask
        if len(self.graph.nodes) > MOST_NODES:
            raise ValueError(
                f"one practises on a graph of at most {MOST_NODES} nodes; {self.graph.name} has "
                f"{len(self.graph.nodes)}"
            )
        self.blanks: list[Blank] = asked(self.run, ask)
        if not self.blanks:
            raise ValueError(f"there is nothing to ask of {self.graph.name}")
        self._judge: Judge = Judge(self.run, self.blanks, self._tell)
        self._live: Practice | None = None

    @property
    def graph(self) -> Graph:
        """The graph that is practised on."""
        return self.run.graph

    @property
    def result(self) -> Result:
        """What came of it so far."""
        return Result.of(self._judge.records.values())

    @property
    def open(self) -> list[Blank]:
        """The blanks that are still to be found."""
        return self._judge.open

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
        return self._judge.answer(blank, number)

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
        blank = found(self.run, self.blanks, value=value, local=local, gradient=gradient)
        return self._judge.hint(blank)

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
        blank = found(self.run, self.blanks, value=value, local=local, gradient=gradient)
        return self._judge.show(blank)

    def act(self, place: int, act: str, text: str = "") -> None:
        """Do what a person does in the live figure at the blank of this place: ``"answer"`` with
        what was typed, ``"hint"`` or ``"show"``.
        """
        blank = self.blanks[place]
        if act == "answer":
            self._judge.answer(blank, text)
        elif act == "hint":
            self._judge.hint(blank)
        elif act == "show":
            self._judge.show(blank)

    def _tell(self) -> None:
        if self._live is not None:
            self._live.tell()

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
        circuits: int = 1,
        theme: Theme | None = None,
        scale: float = 2,
        live: bool = True,
    ) -> Path:
        """Write it to a file: as a page, ``.html``, it judges by itself, in any browser, without
        Python and without a network; nothing is found there yet, and the page holds all answers.
        Of an unseen circuit it may hold so many `circuits`, up to 30: this one and the next of its
        level. In any other format, or with ``live=False``, it is the still picture with dots, as
        :meth:`Figure.save` writes one.

        Raises ValueError for more circuits than that, or for more than one of a function of yours,
        and as :meth:`Figure.save` does.

        >>> import tempfile
        >>> import gradviz as gv
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     gv.practice(level=3, random_state=7).save(f"{folder}/practice.html").name
        'practice.html'
        """
        path, theme = Path(path), checked(theme)
        made_as, quizzes = format_of(path.name), self._and_next(circuits)
        if not (live and made_as.can_live):
            scene = picture.scene(self.run, self.layout, self.open)
            path.write_bytes(made_as.written(scene, theme, scale))
            return path
        told = telling.words_and([quiz.told_alone for quiz in quizzes])
        title = self.title if circuits == 1 else self._title_of_level
        path.write_text(self.page_of(title, told, theme), encoding="utf-8")
        return path

    def page_of(self, title: str, told: Mapping[str, Any], theme: Theme | None = None) -> str:
        """A live page of what it is told, as text; its still picture is of this quiz."""
        scene = replace(picture.scene(self.run, self.layout, self.blanks), title=title)
        return page(scene, checked(theme), alive(told, theme=checked(theme)))

    def _and_next(self, count: int) -> "list[Quiz]":
        if not 1 <= count <= MOST_CIRCUITS or (count > 1 and self.circuit is None):
            raise ValueError(
                f"a page holds from 1 to {MOST_CIRCUITS} unseen circuits, or one of your own, not "
                f"{count}"
            )
        first = self.circuit
        if first is None or count == 1:
            return [self]
        states = range(first.random_state + 1, first.random_state + count)
        following = [unseen(first.level, state) for state in states]
        return [self, *(Quiz(each.graph, self._ask, each) for each in following)]

    @property
    def title(self) -> str:
        """What is practised, without a number that is asked for."""
        inputs = [f"{node.label} = {numeral(self.run.primals[node])}" for node in self.graph.inputs]
        output = self.graph.output.label
        return say("practice.at_inputs", output=output, inputs=listed(inputs))

    @property
    def _title_of_level(self) -> str:
        return say("practice.page", level=self.circuit.level if self.circuit else 0)

    @property
    def told_alone(self) -> dict[str, Any]:
        """All that there is to know of it, for a page that judges by itself."""
        level = self.circuit.level if self.circuit else None
        return {"level": level, **telling.alone(self.run, self.layout, self._judge.keys)}

    def told(self) -> dict[str, Any]:
        """What a page without Python is told of it."""
        return telling.words_and([self.told_alone])

    def given(self) -> dict[str, Any]:
        """What the live figure is told once: its picture, and what is asked."""
        return telling.given(self.run, self.layout, self.blanks)

    def numbers(self) -> bytes:
        """The numbers that the live figure shows."""
        return telling.numbers(self.run, self.open)

    def states(self) -> list[dict[str, Any]]:
        """What became of each blank so far."""
        records, replies = self._judge.records, self._judge.replies
        return [telling.state(records[blank], replies.get(blank)) for blank in self.blanks]

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data, with what each mistake gives at each blank: whoever has it can
        judge answers without Python. What was answered is not in it.
        """
        told = telling.document(self.run, self._judge.keys)
        circuit = self.circuit and {
            "level": self.circuit.level,
            "random_state": self.circuit.random_state,
            "source": self.circuit.source,
        }
        return {"format": FORMAT, "circuit": circuit, **told}

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
