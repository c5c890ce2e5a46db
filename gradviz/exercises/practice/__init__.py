"""Practice: a figure with blanks, which knows the mistakes that one makes.

``gv.practice(f, x=3.0, y=1.0)`` asks for the numbers of one's own function,
``gv.practice(level=3)`` for those of a circuit that nobody has seen.
"""

import random
from collections.abc import Callable, Mapping
from typing import Any

from gradviz.autodiff.tracing.trace import trace
from gradviz.exercises.practice.circuits import unseen
from gradviz.exercises.practice.judge import Verdict
from gradviz.exercises.practice.quiz import Quiz
from gradviz.exercises.practice.result import Result, csv
from gradviz.exercises.practice.series import Series
from gradviz.graph import Graph, Run

__all__ = ["Quiz", "Result", "Series", "Verdict", "csv", "practice", "unseen"]

STATES = 10**6  # that are drawn from, if none is given


def practice(
    what: Callable[..., Any] | Graph | Run | None = None,
    values: Mapping[str, Any] | None = None,
    /,
    *,
    level: int | None = None,
    random_state: int | None = None,
    ask: object = None,
    **inputs: Any,
) -> Quiz:
    """A quiz about a function at these inputs, a graph or a run; or, without any, about an unseen
    circuit of a `level` from 1 to 6, which is the same for the same `random_state` everywhere.

    `ask` says which numbers are asked: ``"values"``, ``"locals"``, ``"gradients"``, a list of
    these, or a dict by name, as in ``{"gradient": ["x", "z"]}``; by itself all.

    Raises TypeError or ValueError as :func:`gradviz.trace` does, and ValueError for a level or a
    blank that there is not.

    >>> import gradviz as gv
    >>> def f(x, y):
    ...     z = x * y
    ...     return z * 6
    >>> quiz = gv.practice(f, x=3.0, y=1.0)
    >>> quiz.answer(6.0, gradient="x").correct
    True
    >>> verdict = quiz.answer("18", gradient="z")
    >>> verdict.mistakes
    ('value_for_derivative',)
    >>> print(verdict)
    Not yet. 18 fits if the value of f stands in place of its derivative by z. Not how large f is, \
but how fast it moves with z: how fast?
    >>> print(quiz.result)
    1 of 8 right at the first try, 0 after tries, 0 after hints, 0 shown, 7 open
    mistakes that fitted: value_for_derivative (1)
    """
    if what is None:
        if values is not None or inputs:
            raise TypeError("practice takes a function with its inputs, or a level")
        state = random.SystemRandom().randrange(STATES) if random_state is None else random_state
        circuit = unseen(1 if level is None else level, state)
        return Quiz(circuit.graph, ask, circuit)
    if level is not None or random_state is not None:
        raise TypeError("level and random_state are for unseen circuits, without a function")
    if isinstance(what, Graph | Run):
        if values is not None or inputs:
            what = (what if isinstance(what, Graph) else what.graph).run(values, **inputs)
        return Quiz(what, ask)
    return Quiz(trace(what, values, **inputs), ask)
