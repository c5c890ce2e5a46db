"""Mistakes against numbers that were worked out by hand, and against sweeps written out here."""

import math

import numpy as np
import pytest

import gradviz as gv
from gradviz.exercises.practice.blanks import Blank, every, found
from gradviz.exercises.practice.circuits import unseen
from gradviz.exercises.practice.faulty import Faulty
from gradviz.exercises.practice.mistakes import MISTAKES
from gradviz.words import catalogue


def twice(x, y):  # at 3, 2: z is 5, f is 15; to z comes 3, to x 3 by way of z, and 5
    z = x + y
    return z * x


def chain(x):  # at 2: z is 6
    z = 3 * x
    return 4 * z


def plus(x):
    z = x + 3
    return z**2


def minus(x, y):
    return x - y


def power(x):
    return x**2


def inverse(x):
    return 1 / x


def turned(x):
    return -x


def quotient(x, y):
    return x / y


def e(x):
    return np.exp(x)


def sigmoid(x):
    return gv.sigmoid(x)


def gate(x):
    return gv.relu(x)


def mean(x):
    return np.mean(x)


def total(x):
    return np.sum(x)


def products(x, y):
    z = x * y
    return z * y


PAIR = np.array([1.0, 5.0])
BY_HAND = [  # function, inputs, blank, right, mistake, what it gives, its wire
    (minus, (2, 5), {"value": "minus"}, -3, "operands_swapped", 3, "y minus"),
    (quotient, (6, 2), {"value": "quotient"}, 3, "operands_swapped", 1 / 3, "y quotient"),
    (minus, (2, 5), {"value": "minus"}, -3, "minus_lost_in_value", 7, "y minus"),
    (turned, (2,), {"value": "turned"}, -2, "minus_lost_in_value", 2, "x turned"),
    (twice, (3, 2), {"value": "twice"}, 15, "added_in_a_product", 8, "x twice"),
    (twice, (3, 2), {"value": "z"}, 5, "multiplied_in_a_sum", 6, "y z"),
    (twice, (3, 2), {"value": "twice"}, 15, "multiplied_in_a_sum", 18, "y z"),
    (power, (5,), {"value": "power"}, 25, "doubled_for_squared", 10, "x power"),
    (plus, (2,), {"value": "z"}, 5, "constant_left_out", 2, "x z"),
    (mean, (PAIR,), {"value": "mean"}, 3, "sum_for_mean", 6, "x mean"),
    (twice, (3, 2), {"local": ("z", "twice")}, 3, "own_value_for_the_other", 5, "z twice"),
    (twice, (3, 2), {"gradient": "z"}, 3, "own_value_for_the_other", 5, "z twice"),
    (twice, (3, 2), {"gradient": "y"}, 3, "own_value_for_the_other", 5, "z twice"),
    (twice, (3, 2), {"local": ("x", "z")}, 1, "value_for_derivative", 5, "x z"),
    (minus, (2, 5), {"local": ("y", "minus")}, -1, "lost_minus", 1, "y minus"),
    (minus, (2, 5), {"gradient": "y"}, -1, "lost_minus", 1, "y minus"),
    (inverse, (4,), {"local": ("x", "inverse")}, -1 / 16, "lost_minus", 1 / 16, "x inverse"),
    (power, (5,), {"local": ("x", "power")}, 10, "factor_left_out", 5, "x power"),
    (power, (5,), {"local": ("x", "power")}, 10, "power_kept", 50, "x power"),
    (inverse, (4,), {"gradient": "x"}, -1 / 16, "square_left_out", -1 / 4, "x inverse"),
    (e, (2,), {"gradient": "x"}, math.e**2, "exp_as_a_power", 2 * math.e, "x e"),
    (sigmoid, (0,), {"gradient": "x"}, 0.25, "slope_at_the_input", 0, "x sigmoid"),
    (sigmoid, (0,), {"gradient": "x"}, 0.25, "half_the_sigmoid", 0.5, "x sigmoid"),
    (gate, (-2,), {"gradient": "x"}, 0, "closed_gate_open", 1, "x gate"),
    (chain, (2,), {"local": ("x", "z")}, 3, "constant_taken_for_input", 5, "x z"),
    (plus, (2,), {"local": ("z", "plus")}, 10, "outer_at_x", 4, "z plus"),
    (twice, (3, 2), {"gradient": "y"}, 3, "upstream_left_out", 1, "y z"),
    (chain, (2,), {"gradient": "x"}, 12, "local_left_out", 4, "x z"),
    (chain, (2,), {"gradient": "x"}, 12, "local_left_out", 1, "x z"),
    (twice, (3, 2), {"gradient": "y"}, 3, "added_for_multiplied", 4, "y z"),
    (chain, (2,), {"gradient": "x"}, 12, "added_for_multiplied", 7, "x z"),
    (chain, (2,), {"gradient": "x"}, 12, "added_for_multiplied", 8, "x z"),
    (twice, (3, 2), {"gradient": "y"}, 3, "split_the_sum", 1.5, "y z"),
    (mean, (PAIR,), {"gradient": "x"}, (0.5, 0.5), "mean_hands_back_all", (1, 1), "x mean"),
    (total, (PAIR,), {"gradient": "x"}, (1, 1), "sum_hands_back_a_share", (0.5, 0.5), "x total"),
    (twice, (3, 2), {"gradient": "x"}, 8, "only_the_last_path", 5, "x z"),
    (twice, (3, 2), {"gradient": "x"}, 8, "only_the_first_path", 3, "x twice"),
    (twice, (3, 2), {"gradient": "x"}, 8, "paths_multiplied", 15, "x z"),
    (twice, (3, 2), {"gradient": "x"}, 8, "paths_averaged", 4, "x z"),
    (products, (1.26, 1.27), {"value": "z"}, 1.6002, "rounded_too_early", 1.69, "y z"),
    (products, (1.26, 1.27), {"gradient": "x"}, 1.6129, "rounded_too_early", 1.69, "x z"),
]


def faulty_at(function, numbers, which):
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    run = gv.trace(function, dict(zip(names, numbers))).example
    blank = found(run, every(run), **which)
    return run, blank, Faulty(run).at(blank)


@pytest.mark.parametrize(
    ("function", "numbers", "which", "right", "mistake", "wrong", "wire"),
    BY_HAND,
    ids=[f"{row[4]}-{place}" for place, row in enumerate(BY_HAND)],
)
def test_by_hand(function, numbers, which, right, mistake, wrong, wire):
    numbers = [each if isinstance(each, np.ndarray) else float(each) for each in numbers]
    run, blank, made = faulty_at(function, numbers, which)
    assert blank.right(run) == pytest.approx(np.ravel(right))
    here = [each for each in made if each.mistake == mistake]
    (fitting,) = [each for each in here if np.allclose(each.numbers, np.ravel(wrong), rtol=1e-12)]
    assert f"{fitting.wire.source.label} {fitting.wire.target.label}" == wire


def test_each_mistake_was_worked_out_by_hand():
    assert {row[4] for row in BY_HAND} == MISTAKES.keys()
    assert len(MISTAKES) == 30


def test_each_mistake_has_its_words_and_what_to_ask_next():
    texts = catalogue("en").texts
    for part in ("mistake", "next"):
        ids = {each.split(".")[-1] for each in texts if each.startswith(f"practice.{part}.")}
        assert ids == MISTAKES.keys()


# Sweeps written out once more, all the way, on circuits of single numbers


def swept(run, flow, together=sum):
    adjoints = {run.graph.output: 1.0}
    for node in reversed(run.graph.nodes):
        leaving = [edge for edge in run.graph.edges if edge.source is node]
        if leaving:
            adjoints[node] = together(
                [flow(run, edge, adjoints[edge.target], run.locals[edge]) for edge in leaving]
            )
    return adjoints


def chained(run, edge, up, local):
    return up * local


def own_value(run, edge, up, local):
    return up * (run.primals[edge.source] if edge.target.gate.name == "multiply" else local)


SWEEPS = {
    "upstream_left_out": (lambda run, edge, up, local: local, sum),
    "local_left_out": (lambda run, edge, up, local: up, sum),
    "added_for_multiplied": (lambda run, edge, up, local: up + local, sum),
    "own_value_for_the_other": (own_value, sum),
    "only_the_last_path": (chained, lambda flows: flows[-1]),
    "only_the_first_path": (chained, lambda flows: flows[0]),
    "paths_multiplied": (chained, math.prod),
    "paths_averaged": (chained, lambda flows: sum(flows) / len(flows)),
}


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_sweeps_written_out(level):
    for random_state in range(8):
        run = unseen(level, random_state).graph.example
        if any(node.gate.name == "relu" for node in run.graph.operations):
            continue  # nothing goes back where it is shut, whatever the rule
        faulty = Faulty(run)
        right = swept(run, chained)
        for mistake, (flow, together) in SWEEPS.items():
            for node, number in swept(run, flow, together).items():
                made = [
                    each.numbers
                    for each in faulty.at(Blank("gradient", node))
                    if each.mistake == mistake
                ]
                if abs(number - right[node]) > 1e-9:
                    assert any(each == pytest.approx((number,)) for each in made)


def test_arrays_that_are_broadcast_and_what_is_not_a_number():
    def f(x, y):
        return np.mean(x * y) + np.log(y - 2.0)

    run = gv.trace(f, x=np.array([1.0, 2.0]), y=2.0).example
    assert not math.isfinite(run.value)
    faulty = Faulty(run)
    for blank in every(run):
        for wrong in faulty.at(blank):
            assert np.isfinite(wrong.numbers).all()
            assert len(wrong.numbers) == len(blank.right(run))


def test_a_gate_of_ones_own_is_none_of_the_table_whatever_it_is_called():
    @gv.primitive
    def multiply(x, y):
        return x + 3 * y

    multiply.derivative(lambda x, y, out: 1.0, lambda x, y, out: 3.0)
    quiz = gv.practice(lambda x, y: multiply(x, y) * 2, x=5.0, y=7.0)
    assert quiz.answer(5.0, local=("x", "v2")).mistakes == ()  # no factor, in place of the other
    assert quiz.answer(35.0, value="v2").mistakes == ()
    assert [quiz.hint(local=("y", "v2")) for _ in range(2)][
        1
    ] == "In symbols: ∂v2/∂y = multiply′₂(x, y)"
