"""Practice in a live notebook: one types into cards and wires, and Python judges."""

from typing import Any, Protocol

import traitlets

from gradviz import web, words
from gradviz.export import published
from gradviz.export.sheets import style_sheet
from gradviz.figure.page.alive import SHEETS
from gradviz.live.shown import Answering, Bundle
from gradviz.live.sliders import Change


class Asked(Protocol):
    """What is practised: see :class:`gradviz.Quiz`."""

    @property
    def html(self) -> str: ...
    def given(self) -> dict[str, Any]: ...
    def numbers(self) -> bytes: ...
    def states(self) -> list[dict[str, Any]]: ...
    def told(self) -> dict[str, Any]: ...
    def act(self, place: int, act: str, text: str = "") -> None: ...


class Practice(Answering):
    """The live figure of a quiz. What is typed is judged by the quiz, and what becomes of it is
    told, as is what happens to the quiz elsewhere.

    >>> import gradviz as gv
    >>> quiz = gv.practice(lambda x, y: x * y, x=2.0, y=3.0)
    >>> quiz.live.acts = [["an id of its own", 0, "answer", "6"]]  # as the page says it
    >>> quiz.result.first_try, quiz.live.blanks[0]["mood"]
    (1, 'right')
    """

    _esm = web.module("notebook/practice")
    _css = style_sheet("figure") + "".join(map(web.style_sheet, SHEETS["practice"]))

    # of the quiz: its picture, and what is asked
    given: "traitlets.Dict[str, Any]" = traitlets.Dict().tag(sync=True)
    # of its run, as 64-bit floats, nan in place of what is asked
    numbers: traitlets.Bytes = traitlets.Bytes().tag(sync=True)
    # what became of each blank
    blanks: "traitlets.List[dict[str, Any]]" = traitlets.List().tag(sync=True)
    # from the page, what a person did: an id, the blank, the act, what was typed. All of it, since
    # of what the page tells a busy kernel the last is kept
    acts: "traitlets.List[list[Any]]" = traitlets.List().tag(sync=True)

    def __init__(self, quiz: Asked, **options: Any) -> None:
        self._quiz = quiz
        self._dealt_with: set[str] = set()
        super().__init__(**options)
        self.given = quiz.given()
        self.tell()

    def spoken(self) -> dict[str, Any]:
        return words.for_the_page("page.practice", "practice")

    def retell(self) -> None:
        self.given = self._quiz.given()
        self.tell()

    def tell(self) -> None:
        """Send what is known, and what became of each blank."""
        with self.hold_sync():
            self.numbers = self._quiz.numbers()
            self.blanks = self._quiz.states()

    @traitlets.observe("acts")
    def _take(self, change: Change) -> None:
        for name, place, act, text in self.acts:
            if name not in self._dealt_with:
                self._dealt_with.add(name)
                self._quiz.act(place, act, text)

    @property
    def figure(self) -> Asked:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The quiz, whose still picture is shown where nothing lives."""
        return self._quiz

    def picture(self) -> Bundle:
        still = {"text/html": self._quiz.html, "text/plain": str(self._quiz)}
        return still | published.handed(self.told), {}

    def told(self) -> dict[str, Any]:
        """What a page without Python is told of it."""
        return self._quiz.told()
