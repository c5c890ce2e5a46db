"""What an exercise says."""

import numpy as np

from gradviz.exercises import _answers, check, question


def replies(exercise, capsys):
    """To no answer, the right one, its negative, a large one, and two of another kind; and what it
    asks.
    """
    numbers = _answers()[exercise].numbers
    for guess in (None, numbers, -np.asarray(numbers), 1e6 + np.asarray(numbers), "?", (1, 2)):
        check(exercise, guess)
    said = [*capsys.readouterr().out.splitlines(), question(exercise)]
    assert len(said) == 7
    return said
