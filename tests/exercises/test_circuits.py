"""Unseen circuits: the same everywhere, workable in the head, and such that mistakes part."""

import math
import random
from collections import Counter

import numpy as np
import pytest

from gradviz.exercises.practice.blanks import every, flat
from gradviz.exercises.practice.circuits import LEVELS, unseen

GOLDEN = """
1 0 | return p ** 2 | p = 4.0 | 16.0
1 1 | return 2 * p | p = -2.0 | -4.0
1 2 | return a * b | a = -3.0, b = 4.0 | -12.0
1 7 | return 4 * x | x = -5.0 | -20.0
1 30 | return p + q | p = -5.0, q = 3.0 | -2.0
2 0 | s = 3 * p; return s - 2 | p = -5.0 | -17.0
2 1 | u = x + 3; return 4 * u | x = -5.0 | -8.0
2 2 | s = p - 2; return 2 * s | p = -3.0 | -10.0
2 7 | z = 4 * p; return z + 2 | p = -2.0 | -6.0
2 30 | u = x + y; return u ** 2 | x = -4.0, y = -5.0 | 81.0
3 0 | z = p * q; t = z - r; return t ** 2 | p = 2.0, q = 5.0, r = 3.0 | 49.0
3 1 | z = p * q; return z * r | p = -2.0, q = -4.0, r = -5.0 | -40.0
3 2 | u = p - q; return u * r | p = 3.0, q = -2.0, r = 4.0 | 20.0
3 7 | s = a + 2; h = b + 2; return s * h | a = -3.0, b = -5.0 | 3.0
3 30 | s = x + 5; h = y + 3; return s * h | x = 4.0, y = -5.0 | -18.0
4 0 | u = a - b; return u * a | a = -4.0, b = 5.0 | 36.0
4 1 | z = a - b; return z * z | a = 2.0, b = -5.0 | 49.0
4 2 | s = x ** 2; h = s * y; return h - x | x = 3.0, y = -4.0 | -39.0
4 7 | z = a + b; return z * a | a = 4.0, b = 3.0 | 28.0
4 30 | z = p * q; return z - p | p = 5.0, q = 3.0 | 10.0
5 0 | u = x + y; v = 1 / u; return v * w | x = 2.0, y = -4.0, w = -5.0 | 2.5
5 1 | u = a - b; v = np.exp(u); return v * c | a = -2.0, b = -2.0, c = -4.0 | -4.0
5 2 | u = a * b; v = u - c; return np.exp(v) | a = 3.0, b = 4.0, c = 12.0 | 1.0
5 7 | u = a * b; v = gv.relu(u); return v + c | a = 4.0, b = 5.0, c = 2.0 | 22.0
5 30 | s = x - y; h = 1 / s; return h * w | x = -3.0, y = -5.0, w = -4.0 | -2.0
6 0 | s = p * q; h = s + r; return np.mean(h) | p = [-2.0, -4.0], q = [2.0, -5.0], r = [-4.0, -3.0] | 4.5
6 1 | s = a - b; h = s ** 2; return np.mean(h) | a = [-5.0, 4.0], b = [3.0, -5.0] | 72.5
6 2 | s = p * q; h = s - r; return np.mean(h) | p = [2.0, -3.0], q = [4.0, 5.0], r = [-2.0, 5.0] | -5.0
6 7 | u = a - b; v = u ** 2; return np.mean(v) | a = [-2.0, 5.0], b = [5.0, 2.0] | 29.0
6 30 | z = p * q; t = z + p; return np.sum(t) | p = [5.0, 3.0], q = [-4.0, -3.0] | -21.0
"""  # noqa: E501 (level, random_state, lines, inputs, value)
EACH = [(level, state) for level in LEVELS for state in range(5)]


def written(circuit):
    lines = "; ".join(line.strip() for line in circuit.source.splitlines()[1:])
    inputs = {name: np.asarray(number).tolist() for name, number in circuit.inputs.items()}
    given = ", ".join(f"{name} = {number}" for name, number in inputs.items())
    value = circuit.graph.example.value
    return f"{circuit.level} {circuit.random_state} | {lines} | {given} | {value}"


@pytest.mark.parametrize("golden", GOLDEN.strip().splitlines())
def test_the_same_everywhere(golden):
    level, random_state = map(int, golden.split()[:2])
    assert written(unseen(level, random_state)) == golden


def test_nothing_else_is_drawn(monkeypatch):
    """Whatever the state of the module, and by no other of its methods."""
    for name in ("choice", "randrange", "randint", "shuffle", "sample", "uniform", "gauss"):
        monkeypatch.setattr(random.Random, name, None)
    random.seed(1)
    before = random.getstate()
    assert unseen(3, 5).source == unseen(3, 5).source
    assert random.getstate() == before


@pytest.mark.parametrize(("level", "random_state"), EACH)
def test_numbers_for_the_head(level, random_state):
    circuit = unseen(level, random_state)
    run = circuit.graph.example
    numbers = [each for number in run.numbers for each in flat(number)]
    assert all(abs(each) <= 150 and round(each, 4) == each for each in numbers)
    assert len(every(run)) >= 2
    for node in circuit.graph.nodes:
        assert node.name is not None or node is circuit.graph.output
    slope = 1e-6
    for name, number in circuit.inputs.items():  # and they are right: by central differences
        for place in range(np.size(number)):
            step = np.zeros(np.shape(number))
            step[np.unravel_index(place, np.shape(number))] = slope
            up, down = (
                circuit.function(**{**circuit.inputs, name: number + way * step}) for way in (1, -1)
            )
            found = flat(run.grads[name])[place]
            assert found == pytest.approx((float(up) - float(down)) / 2 / slope, abs=1e-6, rel=1e-6)


def test_each_level_adds_one_idea():
    graphs = {level: [unseen(level, state).graph for state in range(12)] for level in LEVELS}
    operations = {
        level: {node.gate.name for graph in graphs[level] for node in graph.operations}
        for level in LEVELS
    }
    arithmetic = {"add", "subtract", "multiply", "power"}
    assert operations[1] | operations[2] == operations[3] | operations[4] == arithmetic
    assert operations[5] >= {"divide", "exp", "sigmoid", "relu"}
    assert operations[6] >= {"mean", "sum"}
    for level, each in graphs.items():
        sizes = [len(graph.operations) for graph in each]
        assert (max(sizes) == 1) if level == 1 else (min(sizes) >= 2)
        uses = [max(Counter(edge.source for edge in graph.edges).values()) for graph in each]
        assert (max(uses) == 1) if level < 4 else (min(uses) >= 2) if level == 4 else True


@pytest.mark.long
def test_there_is_no_end_of_them():
    seen = {
        (circuit.source, str(circuit.inputs))
        for circuit in (unseen(level, state) for level in (3, 4, 5) for state in range(20))
    }
    assert len(seen) >= 57


def test_random_states_and_levels_that_there_are_not():
    with pytest.raises(ValueError, match="level is one of 1, 2, 3, 4, 5, 6, not 7"):
        unseen(7)
    with pytest.raises(ValueError, match="random_state is a whole number from 0 on, not -1"):
        unseen(1, -1)
    with pytest.raises(TypeError):
        unseen(1, 0.5)
    assert unseen(np.int64(2), np.int64(4)).source == unseen(2, 4).source
    assert math.isfinite(unseen(1, 10**30).graph.example.value)
