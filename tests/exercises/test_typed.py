"""Numbers as people type them: right ones are never called wrong, and no wrong one right."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from typing_people import NOT_READ, RIGHT_OR_NOT, drawn

from gradviz.exercises.practice.typed import Typed, Unread, agrees, read, read_all


@pytest.mark.parametrize(("text", "right", "is_right"), RIGHT_OR_NOT)
def test_cases(text, right, is_right):
    assert isinstance(read(text), Typed)
    assert agrees(read(text), right) is is_right


@pytest.mark.parametrize(("text", "why"), NOT_READ)
def test_what_cannot_be_read_is_asked_back(text, why):
    assert read(text) == Unread(why)


class Odd:
    def __float__(self):
        raise RuntimeError

    def tolist(self):
        raise RuntimeError


@pytest.mark.parametrize(
    "given",
    [True, None, print, Odd(), 10**400, float("nan"), math.inf, 1j, {}, [], [[1], [2, 3]], b"6"],
    ids=lambda given: type(given).__name__,
)
def test_nothing_that_is_given_raises(given):
    assert isinstance(read(given), Unread)
    assert isinstance(read_all(given, 1), Unread)


@pytest.mark.parametrize(
    "given", [6, 6.0, np.float32(6), np.array(6.0), np.array([6]), [6], Fraction(6), Decimal(6)]
)
def test_numbers_of_python(given):
    assert [agrees(each, 6.0) for each in read_all(given, 1)] == [True]


def test_a_number_of_python_has_the_digits_that_one_would_type():
    assert agrees(read(0.1966), 0.19661193)
    assert not agrees(read(0.2), 0.19661193)
    assert not agrees(read(5.0), 5.04)
    assert agrees(read(1 / 3), 1 / 3)


@pytest.mark.parametrize(
    ("given", "numbers"),
    [
        ("(10, 25)", [10, 25]),
        ("10 ,25", [10, 25]),
        ("1,5; 2", [1.5, 2]),
        ("[1/2, −3]", [0.5, -3]),
        ([1, "1/2"], [1, 0.5]),
        (np.array([[1.0], [2.0]]), [1, 2]),
    ],
)
def test_several(given, numbers):
    assert [typed.number for typed in read_all(given, 2)] == numbers


@pytest.mark.parametrize("given", ["1", "1, 2, 3", [1], "1,"])
def test_too_few_and_too_many(given):
    assert read_all(given, 2) == Unread("several")


def test_ten_thousand_answers():
    wrong = [
        (text, right, is_right)
        for text, right, is_right in drawn(7200)
        if not (isinstance(read(text), Unread) and read(text).why == "thousands")
        and agrees(read(text), right) is not is_right
    ]
    assert wrong == []
    assert sum(1 for _ in drawn(7200)) >= 10_000
