"""Of some tests the README's command runs a part only; the long part runs all of it."""

import pytest


def short(count, cases):
    """Cases for `pytest.mark.parametrize`, of which those after the first `count` are long."""
    return [
        case
        if place < count
        else pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.long)
        for place, case in enumerate(cases)
    ]
