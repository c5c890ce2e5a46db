"""What is said to typical wrong answers of each exercise whose answer is typed: of six and more
each, at most one in five gets the general hint. And answers of any kind raise nothing.
"""

import math
import re
from fractions import Fraction

import numpy as np
import pytest

from gradviz.exercises import _answers, _told, check
from gradviz.words import catalogue, say

SIGMOID = 1 / (1 + math.exp(-0.9))
HINT, SIGN, KIND = "hint", "sign", "kind"  # else the id of a mistake
TYPICAL = {
    "0.1": {4: "own", 12: "product", 17: "total", 5: "postage", 1: "one", -3: SIGN, 0: HINT},
    "0.2": {3: "before", 4: "own", 28: "product", 33: "total", 5: "postage", -7: SIGN, 1: HINT},
    "0.3": {5: "own", 17: "total", 0: "nothing", 3: "amount", 4: "price", -1: SIGN, 12: HINT},
    "1.1": {
        10: "limit", 5.1: "half", 2 * 3 + 0.1: "before", 5.1**2 - 25: "difference",
        5.1**2: "value", 2 * 5 + 2 * 0.1: "two_steps", "10,1,": KIND, 101: HINT,
    },
    "1.2": {
        0.25: SIGN, 1 / 2: "value", -1 / 2: "root", -(2**2): "inverse", 4: "inverse_turned",
        round((1 / 2.1 - 1 / 2) / 0.1, 3): "large_step", -2: HINT,
    },
    "2.1": {
        (4, 5): "used_once", (4, 8): "constants", (4, 7): "a_constant", (6, 4): "swapped",
        (3, 5): "no_square", (6, 6): "inputs", 4: KIND, (4, 3): HINT,
    },
    "3.2": {5: "product", 4: "sum", 4 * 5: "multiplied", (4 + 5) / 2: "averaged", 2 * 4: "square",
            -9: SIGN, 16: HINT},
    "4.1": {
        0.9: "output", 0.1: "half", 1 - 0.9**2: "tanh", 0.9**2: "square",
        SIGMOID * (1 - SIGMOID): "as_input", 0.25: "steepest", -0.09: SIGN, 0.99: HINT,
    },
    "4.3": {0.25: "slope", 0: "input", 1: "end", 0.9: "saturated", 0.1: "other_side",
            -0.5: SIGN, 2: HINT},
    "5.1": {
        (25, 10): "swapped", (8 + 5, 8 * 5): "split", (9, 18): "edges", (5, 25): "operations",
        (10, 10): "same", (10, 50): "all_by_five", 10: KIND, (5, 5): HINT,
    },
    "5.2": {
        sum(range(1, 11)): "no_first", 10 + 100: "all_again", 100: "all_without_first",
        10 + 10: "one_each", 9 + 9 + sum(range(1, 10)): "nine",
        9 + sum(range(1, 10)): "nine_without_first", 64: "one_short", 66: HINT,
    },
    "6.1": {3: "sum", "1/6": "no_factor", 1: "one", 2: "turned", 6: "count", 18: "total",
            -0.5: SIGN, 0: HINT},
    "6.2": {
        64 * 32 + 32 * 10: "no_biases", 64 * 32 + 32 * 10 + 10: "no_hidden_biases",
        64 * 32 + 32 * 10 + 32: "no_last_biases", 64 + 32 + 10: "neurons",
        64 * 32 * 10: "product", 64 * 32 + 32: "first_layer",
        64 + 2048 + 32 + 320 + 10: "pixel_biases", 2411: HINT,
    },
    "6.3": {
        0.25: "one", 9 * 0.25: "added", 0.25**8: "eight", 0.25**10: "ten", "0.5**9": "outputs",
        0.25 / 9: "shared", 0: HINT,
    },
    "7.1": {(-2) ** 3: "value", 4: "square", 3 * (-2) ** 3: "power_kept", 3 * -2: "double",
            3: "factor", -12: SIGN, 6: HINT},
    "7.2": {3: "product", 2: "sum", 2 * 3: "multiplied", (2 + 3) / 2: "averaged", 4: "square",
            -5: SIGN, 1: HINT},
    "7.3": {1: "sizes", 0.5: "first", -0.5: "last", 0.5 * -0.5: "multiplied",
            0.25: "multiplied_sizes", 2: HINT},
    "7.4": {
        0.2 * 0.8: "no_upstream", 10: "no_local", 10 * 0.2: "output", 10 * 0.8: "half",
        10 + 0.2 * 0.8: "added", 0.2: "own", -1.6: SIGN, 50: HINT,
    },
    "7.5": {
        (5, 5): "c_once", (5, 4): "both_once", (3, 6): "operations", (6, 5): "swapped",
        (4, 6): "no_output", (3, 5): "operations_once", 5: KIND, (7, 6): HINT,
    },
    "7.6": {0.5: "one", 10 * 0.5: "added", 0.5 / 10: "shared", 0.5**9: "nine", 0.5**11: "eleven",
            2**10: "turned", 0: HINT},
    "8.1": {math.e: "one_use", 1 + math.e: "own", math.e * math.e: "multiplied", 2: "no_exp",
            -2 * math.e: SIGN, 0: HINT},
    "8.2": {2 * 3: "right_engine", 3 * 3: "value", 0: "nothing", 1: "seed", -3: SIGN, 12: HINT},
    "8.3": {5: "cleared", 5 + 5: "two_calls", 5**3: "multiplied", 5 + 3: "added", 3: "calls",
            -15: SIGN, 0: HINT},
    "9.1": {(32, 10): "turned", (10, 33): "with_biases", 10: KIND, 320: KIND, (10, -32): SIGN,
            (1, 32): HINT},
    "9.2": {0.2: "passed", 0.2 / 2: "half", 1: "one", 0.2 / 4: "sigmoid", -0.2: "turned", 5: HINT},
    "9.3": {4: "one_short", 6: "one_more", 250: "added", 3: "tenths", -5: SIGN, 10: "halves"},
}  # fmt: skip


@pytest.mark.parametrize("exercise", TYPICAL)
def test_typical_wrong_answers(exercise, capsys):
    for guess, expected in TYPICAL[exercise].items():
        check(exercise, guess)
        said = capsys.readouterr().out.strip()
        hint = {
            HINT: f"exercise.{exercise}.hint",
            SIGN: "exercise.sign",
        }.get(expected, f"exercise.{exercise}.mistake.{expected}")
        if expected == KIND:
            assert said.startswith("Not yet. The answer is ")
        else:
            told = say(hint)
            assert said == (told if expected == SIGN else f"Not yet. {told}")


@pytest.mark.parametrize("guess", ["5.43", "5.44", "5.4", 5.4366, 2 * math.e])
def test_a_multiple_of_e_may_be_rounded_or_cut(guess, capsys):
    check("8.1", guess)
    assert capsys.readouterr().out == "Right.\n"


def test_at_most_one_in_five_gets_the_general_hint():
    assert all(len(typical) >= 6 for typical in TYPICAL.values())
    said = [each for typical in TYPICAL.values() for each in typical.values()]
    assert said.count(HINT) <= len(said) / 5


def test_each_exercise_that_is_typed_is_here_with_all_its_mistakes():
    answers = {each: answer for each, answer in _answers().items() if answer.is_typed}
    assert TYPICAL.keys() == answers.keys()
    texts = catalogue("en").texts
    for exercise, answer in answers.items():
        known = {each for each in TYPICAL[exercise].values() if each not in (HINT, SIGN, KIND)}
        said = {
            text.split(".")[-1] for text in texts if text.startswith(f"exercise.{exercise}.mistake")
        }
        assert known == answer.mistakes.keys() == said


def test_nothing_that_is_said_gives_the_answer():
    for exercise, answer in _answers().items():
        for mistake in answer.mistakes:
            said = say(f"exercise.{exercise}.mistake.{mistake}").replace("−", "-")
            numbers = {float(Fraction(each)) for each in re.findall(r"-?\d+(?:\.\d+)?", said)}
            right = np.ravel(answer.numbers)
            assert right.size > 1 or right[0] in (0, 1) or right[0] not in numbers


@pytest.mark.parametrize(
    ("exercise", "guess", "is_right"),
    [
        ("5.2", 65.05, False),
        ("5.2", "65.05", False),
        ("5.2", 65 + 1e-12, True),
        ("6.2", 2411, False),
        ("1.1", 10, False),
        ("1.1", 10.1, True),
        ("5.1", (10, 25.01), False),
        ("6.3", "3.8e-6", True),
        ("6.3", "3.81e-6", True),
        ("6.3", "4e-6", False),
        ("6.3", 0, False),
        ("7.6", 0.00098, True),
        ("7.6", 0.001, False),
        ("7.3", 1e-12, True),
        ("7.3", 1e-3, False),
        ("4.1", 0.09, True),
    ],
)
def test_how_near_is_right(exercise, guess, is_right, capsys):
    check(exercise, guess)
    assert (capsys.readouterr().out == "Right.\n") is is_right


def test_small_answers_of_your_own(capsys):
    for guess in (0, 1.1e-10, -1e-10, 2e-9):
        check(guess, 1e-10, "Look again.")
    check(1.0001e-10, 1e-10, "Look again.")
    assert [line == "Right." for line in capsys.readouterr().out.splitlines()] == [False] * 4 + [
        True
    ]


class Odd:
    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("not today")

    def __float__(self):
        raise RuntimeError("nor this")


@pytest.mark.parametrize(
    "guess",
    [
        Odd(), print, {}, set(), b"6", "", "six", "1,000", "((((", "1/0", "9" * 5000, "\x00", "½",
        1j, 10**400, [], [[]], [None], [[1], [2, 3]], ["1", [2]], (1, "x"), np.zeros((0, 2)),
        np.array(["a"]), np.array([print, 1]), float("nan"), float("inf"), True,
    ],
    ids=lambda guess: type(guess).__name__,
)  # fmt: skip
@pytest.mark.parametrize("exercise", ["3.2", "2.1", "1.3"])
def test_no_answer_raises(exercise, guess, capsys):
    check(exercise, guess)
    assert re.fullmatch(r"Not yet\. .+\n", capsys.readouterr().out)


def test_a_page_is_told_how_near_is_right():
    told = {
        each: _told(_answers()[each], str, f"exercise.{each}")
        for each in ("5.2", "6.3", "7.3", "1.2")
    }
    assert [(each["close"], each["within"]) for each in told.values()] == [
        (1e-9, 0.0),
        (0.005, 0.0),
        (1e-9, 1e-9),
        (1e-3, 0.0),
    ]
