"""A run of ten unseen circuits of mixed levels, in which what was missed comes back."""

from collections.abc import Iterator
from os import PathLike
from pathlib import Path

from gradviz.exercises.practice.circuits import unseen
from gradviz.exercises.practice.quiz import Quiz
from gradviz.exercises.practice.result import Result
from gradviz.exercises.practice.telling import words_and
from gradviz.export.formats import format_of
from gradviz.export.sheets import Theme
from gradviz.words import say

MIXED = (1, 2, 3, 2, 4, 3, 5, 4, 6, 5)  # levels: what is new is followed by what is known
LATER = 2  # circuits between one that was missed and the next of its level
MOST = 2 * len(MIXED)


class Series(Iterator[Quiz]):
    """Ten quizzes, one after another, and for each in which something was missed one more of its
    level, twenty in all at most.

    What was missed is what was not right at the first try, or is still open when one goes on.

    >>> series = Series(random_state=7)
    >>> quiz = next(series)
    >>> quiz.circuit.level
    1
    >>> [next(series).circuit.level for _ in range(3)]  # the first was left open
    [2, 3, 1]
    """

    def __init__(self, random_state: int = 0, ask: object = None) -> None:
        self.random_state: int = random_state
        self.ask: object = ask
        self.quizzes: list[Quiz] = []
        self._coming: list[int] = [*MIXED]
        self._missed: list[tuple[int, int]] = []  # from which place on, and of which level

    def __next__(self) -> Quiz:
        place = len(self.quizzes)
        if self.quizzes:
            self._look_back(self.quizzes[-1], place)
        due = next((each for each in self._missed if each[0] <= place or not self._coming), None)
        if place >= MOST or (due is None and not self._coming):
            raise StopIteration
        if due is None:
            level = self._coming.pop(0)
        else:
            self._missed.remove(due)
            level = due[1]
        self.quizzes.append(self._quiz(level, place))
        return self.quizzes[-1]

    def _quiz(self, level: int, place: int) -> Quiz:
        circuit = unseen(level, MOST * self.random_state + place)
        return Quiz(circuit.graph, self.ask, circuit)

    def _look_back(self, quiz: Quiz, place: int) -> None:
        result = quiz.result
        if result.first_try < result.total and quiz.circuit:
            self._missed.append((place + LATER, quiz.circuit.level))

    @property
    def result(self) -> Result:
        """What came of all so far."""
        return sum((quiz.result for quiz in self.quizzes), Result())

    def save(self, path: str | PathLike[str], *, theme: Theme | None = None) -> Path:
        """Write the run from its beginning to a page, ``.html``, which needs no Python: what is
        missed comes back there too.

        Raises ValueError for any other ending, or another theme than "light", "dark" and None.

        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Series(random_state=7).save(f"{folder}/ten.html").name
        'ten.html'
        """
        path = Path(path)
        if not format_of(path.name).can_live:
            raise ValueError(f"a run of circuits is saved as .html, not as {path.name!r:.40}")
        first, *others = [self._quiz(level, place) for place, level in enumerate((*MIXED, *MIXED))]
        told = [quiz.told_alone for quiz in (first, *others)]
        page = words_and(told[: len(MIXED)], told[len(MIXED) :])
        path.write_text(first.page_of(say("practice.run"), page, theme), encoding="utf-8")
        return path
