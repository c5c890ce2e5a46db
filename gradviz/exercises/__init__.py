"""Exercises in a notebook: feedback on an answer, without giving the right one away.

Those of the lessons have ids, such as ``"3.2"`` for lesson 3's second. Their right answers, and
typical wrong ones, stand in ``answers.json``, the same in every language; their questions and
hints, and what is said to the wrong ones, in the catalogue of words.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, overload

import numpy as np

from gradviz.exercises.engine import check_engine
from gradviz.export import published
from gradviz.numerals import Value, numeral, numeric
from gradviz.words import for_the_page, say

__all__ = ["check", "check_engine", "needed", "question"]

SIZE = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
POWER = re.compile(rf"([+-]?)({SIZE})(?:\s*(?:\*\*|\^)\s*([+-]?{SIZE}))?", re.ASCII)
CLOSE = 1e-3  # of its size: an answer that was rounded to four digits is right
EXACT = 1e-9  # a whole number has to be it, but for the rounding of arithmetic


class Answer(NamedTuple):
    """A right answer: a number or several. `within` is how far from 0 is right too, if 0 is among
    them, `close` how far in parts of their size; if that is not said, whole numbers are exact.
    It is typed, or what the learner's code comes to; `mistakes` are typical wrong ones by id.
    """

    numbers: Value
    within: float = 1e-9
    is_typed: bool = True
    close: float | None = None
    mistakes: Mapping[str, Value] = {}

    @property
    def nearness(self) -> tuple[float, float]:
        """How far from them is right, in parts of their size and beside."""
        is_whole = bool(np.all(np.equal(self.numbers, np.round(self.numbers))))
        close = (EXACT if is_whole else CLOSE) if self.close is None else self.close
        return close, self.within if np.any(np.equal(self.numbers, 0)) else 0.0


class NotInstalled(ImportError):
    """A library that a notebook needs is not installed: a notebook shows the sentence alone."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def needed(library: str, install: str) -> None:
    """Stop a notebook here, with a sentence, where a library is not installed: if all cells are
    run, those below keep what was stored with them.

    Raises ImportError if it is not installed.

    >>> needed("numpy", "pip install numpy")
    """
    if find_spec(library) is None:
        raise NotInstalled(say("exercise.needed", library=library, install=install))


@overload
def check(exercise: str, guess: object, /) -> None: ...
@overload
def check(guess: object, answer: object, hint: str) -> None: ...
def check(guess: Any, answer: Any, hint: str | None = None) -> None:
    """Print whether a guess is right: "Not answered yet." for None, "Right.", or what to look at.

    ``check("3.2", guess)`` is for an exercise of the lessons, ``check(guess, answer, hint)`` for
    one of your own. Numbers may be rounded to about four digits, but whole ones may not, and be
    given as text, such as "1/3"; several come as a list, a tuple or an array. A typical mistake is
    answered by what is to be said to it, and a guess that is right but for its sign is told so; any
    other wrong one gets the hint. Nothing that is given as a guess raises anything.

    Raises ValueError for an exercise that there is not, naming those of its lesson; TypeError for
    one that is not named by text, or for an answer of your own that is no number.

    >>> check("3.2", None)
    Not answered yet.
    >>> check("3.2", 4)
    Not yet. That comes back by way of the sum alone. The product uses x directly, too.
    >>> check("3.2", 7)
    Not yet. x has two users, the product and the sum. What does each hand back?
    >>> check(6, 6.0, "Which rule?")
    Right.
    >>> check("-6", 6.0, "Which rule?")
    Not yet. The size is right; look at the sign.
    >>> check((1, 2), 6.0, "Which rule?")
    Not yet. The answer is one number.
    """
    if hint is not None:
        right, hinted, of = Answer(_read(answer)), lambda _: hint, ""
    else:
        exercise, guess = guess, answer
        right, of = _answer(exercise), f"exercise.{exercise}"
        hinted = lambda said: say(f"exercise.{exercise}.hint", guess=said)  # noqa: E731
    reply = _reply(guess, right, hinted, of)
    if guess is None and published.is_wanted():
        _ask(right, hinted, of, reply)
    else:
        print(reply)


def question(exercise: str) -> str:
    """The text of an exercise of the lessons, in the language that is set.

    Raises ValueError and TypeError as :func:`check` does.

    >>> question("3.2")
    'What is the adjoint of `x` in `h` at x = 4?'
    """
    _answer(exercise)
    return say(f"exercise.{exercise}.question")


def _ask(answer: Answer, hint: Callable[[str], str], exercise: str, reply: str) -> None:
    """Hand the page what it takes to judge an answer that is typed there."""
    from IPython.display import display  # only kernels are asked

    handed = published.handed(lambda: _told(answer, hint, exercise))
    display({"text/plain": reply, **handed}, raw=True)


def _told(answer: Answer, hint: Callable[[str], str], exercise: str = "") -> dict[str, Any]:
    """What a page is told of a question: `says` is what it replies, with a place for a guess."""
    return {
        "kind": "question",
        "words": for_the_page(),
        **_near(answer),
        "is_one": np.shape(answer.numbers) == (),
        "is_typed": answer.is_typed,
        "mistakes": [
            {**_near(Answer(wrong)), "says": _said_to(exercise, mistake)}
            for mistake, wrong in answer.mistakes.items()
            if np.shape(wrong) == np.shape(answer.numbers)
        ],
        "says": {
            "unanswered": say("exercise.unanswered"),
            "right": say("exercise.right"),
            "sign": say("exercise.sign"),
            "kind": _kind(answer.numbers),
            "wrong": say("exercise.wrong", hint=hint("{guess}")),
        },
    }


def _near(answer: Answer) -> dict[str, Any]:
    close, within = answer.nearness
    return {"numbers": np.ravel(answer.numbers).tolist(), "within": within, "close": close}


def _said_to(exercise: str, mistake: str) -> str:
    return say("exercise.wrong", hint=say(f"{exercise}.mistake.{mistake}"))


def _reply(guess: object, answer: Answer, hint: Callable[[str], str], exercise: str = "") -> str:
    """What is said to a guess; to a typical mistake what stands under the id of the exercise."""
    if guess is None:
        return say("exercise.unanswered")
    try:
        numbers = _read(guess)
    except Exception:  # whatever it is, it is no number
        numbers = None
    if numbers is None or np.shape(numbers) != np.shape(answer.numbers):
        return _kind(answer.numbers)
    if _agree(numbers, answer):
        return say("exercise.right")
    for mistake, wrong in answer.mistakes.items():
        if np.shape(wrong) == np.shape(numbers) and _agree(numbers, Answer(wrong)):
            return _said_to(exercise, mistake)
    if _agree(np.abs(numbers), answer._replace(numbers=np.abs(answer.numbers))):
        return say("exercise.sign")
    return say("exercise.wrong", hint=hint(_written(numbers)))


def _agree(numbers: Value, answer: Answer) -> bool:
    close, within = answer.nearness
    return np.allclose(numbers, answer.numbers, rtol=close, atol=within)


def _kind(numbers: Value) -> str:
    """That the answer is of another kind: one number, or so many."""
    if np.shape(numbers) == ():
        return say("exercise.one_number")
    count = np.size(numbers)
    return say("exercise.numbers", n=count, example=tuple(range(1, 1 + count)))


def _read(given: object) -> Value:
    """Numbers, also as people write them: "−0.59", "1/3", "0.5**9", "10, 25". The page does the
    same: web/alone/questions.js.
    """
    if isinstance(given, str):
        parts = given.strip().removeprefix("(").removesuffix(")").split(",")
        return (
            _quotient(given) if len(parts) == 1 else np.array([_quotient(each) for each in parts])
        )
    if isinstance(given, list | tuple) and any(isinstance(each, str) for each in given):
        given = [_read(each) for each in given]
    return numeric(given, "the answer")


def _quotient(text: str) -> float:
    over, stroke, under = text.replace("−", "-").partition("/")
    try:
        quotient = _power(over) / (_power(under) if stroke else 1.0)
    except (ValueError, ArithmeticError):
        quotient = math.nan
    if not math.isfinite(quotient):
        raise TypeError(f"the answer must be a number, not {text!r:.40}")
    return quotient


def _power(text: str) -> float:
    found = POWER.fullmatch(text.strip())
    if found is None:
        raise ValueError
    sign, base, exponent = found.groups()
    size = float(base) if exponent is None else math.pow(float(base), float(exponent))
    return -size if sign == "-" else size


def _written(numbers: Value) -> str:
    if isinstance(numbers, np.ndarray):
        return f"({', '.join(numeral(each) for each in numbers.ravel().tolist())})"
    return numeral(numbers)


def _answer(exercise: str) -> Answer:
    """The right answer of an exercise of the lessons."""
    if not isinstance(exercise, str):
        raise TypeError(
            f'check("3.2", guess) is for an exercise of the lessons, named by text, not by '
            f"{exercise!r:.40}; for one of your own: check(guess, answer, hint)"
        )
    answers = _answers()
    if exercise not in answers:
        lesson, ids = exercise.split(".")[0], sorted(answers)
        own = [each for each in ids if each.split(".")[0] == lesson]
        there = f"lesson {lesson} has {', '.join(own)}" if own else f"there are {', '.join(ids)}"
        raise ValueError(f"there is no exercise {exercise!r:.40}; {there}")
    return answers[exercise]


@cache
def _answers() -> dict[str, Answer]:
    stored = json.loads((Path(__file__).parent / "answers.json").read_text(encoding="utf-8"))
    return {exercise: _of_data(each) for exercise, each in stored.items()}


def _of_data(stored: Any) -> Answer:
    if not isinstance(stored, dict):
        return Answer(_read(stored))
    wrong = {mistake: _read(each) for mistake, each in stored.get("mistakes", {}).items()}
    return Answer(**{**stored, "numbers": _read(stored["numbers"]), "mistakes": wrong})
