"""What is written at wires can be read: it lies on nothing else. Measured from the geometry of the
picture; a label stands in a gap of its own wire.
"""

import random

import numpy as np
import pytest
from gallery import FIGURES
from lengths import short
from overlaps import overlaps

import gradviz as gv

STEPS = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / (b * b + 1),
    lambda a, b: np.sin(a),
    lambda a, b: np.maximum(a, b),
    lambda a, b: (a * a + 1) ** b,
    lambda a, b: -a,
    lambda a, b: a * 2.5,
    lambda a, b: np.tanh(b),
]


def at_random(seed):
    """A graph in which values have several uses, near and far."""
    rng = random.Random(seed)
    count = rng.randint(3, 40)

    def f(*inputs):
        values = [*inputs]
        for _ in range(count):
            near, far = rng.choice([*values[-5:], *values[:2]]), rng.choice(values)
            values.append(rng.choice(STEPS)(near, far))
        return sum(values[-4:-1], values[-1])

    return gv.trace(f, {f"x{place}": 0.3 + 0.1 * place for place in range(rng.randint(1, 4))})


def chain(x):
    for _ in range(30):
        x = np.tanh(np.sin(x) * 1.1)
    return x


def five(made):
    """A gate of five operands, each of which has a mark."""
    gate = gv.primitive(made)
    gate.derivative(*[lambda a, b, c, d, e, out: 1.5] * 5)
    return gate


@five
def gate(a, b, c, d, e):
    return a * b - c * d / e


OF_FIVE = {
    "five inputs": (lambda a, b, c, d, e: gate(a, b, c, d, e), "abcde"),
    "and one of them again": (lambda a, b, c, d, e: gate(a, b, c, d, e) + a, "abcde"),
    "two inputs": (lambda a, b: gate(a, b, a * b, b, a) - a, "ab"),
    "one input": (lambda a: gate(a, a, a, a, a) * a, "a"),
}


@pytest.mark.parametrize("name", short(12, sorted(FIGURES, key="two-hundred-nodes".__eq__)))
def test_nothing_lies_on_labels_in_figures(name):
    assert [*overlaps(FIGURES[name]().svg)] == []


@pytest.mark.parametrize("name", OF_FIVE)
def test_nor_at_gates_of_five_operands(name):
    function, names = OF_FIVE[name]
    values = {each: 1.0 + place for place, each in enumerate(names)}
    assert [*overlaps(gv.draw(gv.trace(function, values), detail="full").svg)] == []


@pytest.mark.parametrize("count", short(1, [6, 300]))
def test_nor_in_graphs_at_random(count):
    for seed in range(count):
        assert [*overlaps(gv.draw(at_random(seed), detail="full").svg)] == [], seed


def test_nor_in_rows():
    figure = gv.draw(gv.trace(chain, x=0.5), detail="full")
    assert figure.scene.width < 1000  # and not 10,000
    assert [*overlaps(figure.svg)] == []


def test_a_label_that_lies_on_something_is_found():
    """The measure measures."""
    svg = FIGURES["circuit"]().svg
    moved = svg.replace('data-edge="11"', 'data-edge="0"')  # in the gap of another wire
    assert moved != svg
    assert [*overlaps(moved)]
