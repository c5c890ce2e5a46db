"""Numbers are printed by one rule: the golden table, here in Python and in tests/web in the page's
JavaScript.
"""

import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.numerals import numeral, real

GOLDEN = json.loads(
    (Path(__file__).parent / "golden" / "numerals.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: f"{row['number']}-{row['digits']}")
def test_golden_table(row):
    assert numeral(float(row["number"]), row["digits"]) == row["text"]


@given(st.floats(-1e307, 1e307), st.integers(1, 6))
def test_is_as_near_as_its_digits_allow(number, digits):
    shown = float(numeral(number, digits).replace("−", "-"))
    assert math.isclose(shown, number, rel_tol=0.5000001 * 10.0 ** (1 - digits), abs_tol=5e-324)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (3, 3.0),
        (True, 1.0),
        (np.float32(0.5), 0.5),
        (np.int8(-2), -2.0),
        (np.array(2.5), 2.5),
        (Fraction(1, 4), 0.25),
    ],
)
def test_real_numbers_become_floats(value, number):
    assert real(value, "x") == number
    assert type(real(value, "x")) is float


@pytest.mark.parametrize("value", ["3", None, 1j, [1.0], np.array([1.0]), object])
def test_others_are_refused_by_name(value):
    with pytest.raises(TypeError, match="input 'x' must be a real number"):
        real(value, "input 'x'")


def test_an_integer_beyond_all_floats():
    with pytest.raises(OverflowError, match="input 'x' is too large"):
        real(10**400, "input 'x'")
