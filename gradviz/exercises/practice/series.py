"""A run of ten unseen circuits of mixed levels, in which what was missed comes back."""

from collections.abc import Iterator

from gradviz.exercises.practice.circuits import unseen
from gradviz.exercises.practice.quiz import Quiz
from gradviz.exercises.practice.result import Result

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
        circuit = unseen(level, MOST * self.random_state + place)
        self.quizzes.append(Quiz(circuit.graph, self.ask, circuit))
        return self.quizzes[-1]

    def _look_back(self, quiz: Quiz, place: int) -> None:
        result = quiz.result
        if result.first_try < result.total and quiz.circuit:
            self._missed.append((place + LATER, quiz.circuit.level))

    @property
    def result(self) -> Result:
        """What came of all so far."""
        return sum((quiz.result for quiz in self.quizzes), Result())
