"""Exercises in a notebook: feedback on an answer, without giving the right one away."""

from collections.abc import Sequence

import numpy as np

from gradviz.numerals import Value, numeric

CLOSE = 1e-3  # of its size: an answer that was rounded to four digits is right


def check(guess: object, answer: Value | Sequence[float], hint: str) -> None:
    """Print whether `guess` is right: "Not answered yet." for None, "Right.", or what to look at.

    Numbers may be rounded to about four digits; several numbers come as a list, a tuple or an
    array. A guess that is right but for its sign is told so; any other wrong one gets the `hint`.

    >>> check(None, 6.0, "Which rule?")
    Not answered yet.
    >>> check(6, 6.0, "Which rule?")
    Right.
    >>> check(-6, 6.0, "Which rule?")
    Not yet. The size is right; look at the sign.
    >>> check(5, 6.0, "Which rule?")
    Not yet. Which rule?
    >>> check((1, 2), 6.0, "Which rule?")
    Not yet. The answer is one number.
    """
    if guess is None:
        return print("Not answered yet.")
    count = np.size(answer)
    kind = (
        "one number"
        if np.shape(answer) == ()
        else f"{count} numbers, such as {tuple(range(1, 1 + count))}"
    )
    try:
        values = numeric(guess, "the answer")
    except (TypeError, OverflowError):
        return print(f"Not yet. The answer is {kind}.")
    if np.shape(values) != np.shape(answer):
        return print(f"Not yet. The answer is {kind}.")
    if np.allclose(values, answer, rtol=CLOSE, atol=1e-9):
        print("Right.")
    elif np.allclose(np.abs(values), np.abs(answer), rtol=CLOSE, atol=1e-9):
        print("Not yet. The size is right; look at the sign.")
    else:
        print("Not yet.", hint)
