"""Compiled programs: the same bits as eager work, and nothing of a user's that runs."""

import math
import struct

import numpy as np
import pytest
from circuit import INPUTS, circuit
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lengths import short

import gradviz as gv
from gradviz.autodiff.programs import program

NASTY = [
    "x);import os#",
    'a"b\n->c',
    "<script>alert(1)</script>",
    "class",
    "math",
    "1st",
    "",
    "__import__",
    "损失",
    "z₂",
    "adj_x",
    "{x}",
    "x\\",
    "﹍",
    "ﬁ",
    "fi",
    "f",
]


@st.composite
def programs(draw):
    """A random function of three numbers, as a list of steps that uses values again."""
    unary = [
        np.exp,
        np.sin,
        np.tanh,
        np.sqrt,
        np.log,
        abs,
        lambda v: -v,
        lambda v: v * v,
        lambda v: 1 / v,
        lambda v: v**2,
        lambda v: v + 1,
    ]
    binary = [
        lambda u, v: u + v,
        lambda u, v: u - v,
        lambda u, v: u * v,
        lambda u, v: u / v,
        np.maximum,
        np.minimum,
        lambda u, v: u if u > v else v * 0.5,
    ]
    steps = draw(
        st.lists(
            st.tuples(st.sampled_from(unary + binary), st.integers(0, 30), st.integers(0, 30)),
            min_size=1,
            max_size=15,
        )
    )

    @gv.block
    def step(function, values, i, j):
        return (
            function(values[i % len(values)])
            if function in unary
            else function(values[i % len(values)], values[j % len(values)])
        )

    def function(x, y, z):
        values = [x, y, z]
        for operation, i, j in steps:
            values.append(step(operation, values, i, j))
        return values[-1]

    return function


def bits(numbers):
    return [struct.pack("d", number) if number == number else "nan" for number in numbers]


@pytest.mark.parametrize("examples", short(1, [80, 1000]))
def test_program_interpreter_and_eager_work_give_the_same_bits(examples):
    @settings(max_examples=examples, deadline=None)
    @given(programs(), st.tuples(*[st.floats(-4, 4)] * 3), st.tuples(*[st.floats(-4, 4)] * 3))
    def check(function, traced_at, run_at):
        with np.errstate(all="ignore"):
            graph = gv.trace(function, dict(zip("xyz", traced_at)))
            run = graph.run(dict(zip("xyz", run_at)))
            variables = [gv.Variable(value) for value in run_at]
            output = function(*variables)
            if type(output) is not gv.Variable:
                return
            output.backward()
            fresh = gv.trace(function, dict(zip("xyz", run_at))).example
        assert bits([run.value]) == bits([output.value])
        assert bits(run.grads.values()) == bits(
            [0.0 if variable.grad is None else variable.grad for variable in variables]
        )
        assert bits(run.numbers) == bits(fresh.numbers)

    check()


@settings(max_examples=200, deadline=None)
@given(programs(), st.tuples(*[st.floats(0.2, 3)] * 3))
@pytest.mark.long
def test_random_programs_against_central_differences(function, at):
    def value(*point):
        with np.errstate(all="ignore"):
            return gv.trace(function, dict(zip("xyz", point))).example.value

    run = gv.trace(function, dict(zip("xyz", at))).example

    def number(operand):
        return operand if isinstance(operand, float) else run.primals[operand]

    choices = (
        node.operands
        for node in run.graph.operations
        if node.operation.name in ("maximum", "minimum")
    )
    assume(all(abs(number(x) - number(y)) > 1e-3 for x, y in choices))  # both the same is a kink
    for position, name in enumerate("xyz"):
        step = 1e-5
        above, below = list(at), list(at)
        above[position] += step
        below[position] -= step
        left, right = (run.value - value(*below)) / step, (value(*above) - run.value) / step
        slope = (left + right) / 2
        scale = max(1.0, abs(run.value), abs(slope))
        if (
            not all(map(math.isfinite, (slope, *run.locals.values())))
            or abs(left - right) > 1e-2 * scale
            or scale > 1e3
        ):
            continue  # a kink, a pole, or too steep for differences
        curvature = abs(left - right) / step
        assert run.grads[name] == pytest.approx(slope, abs=1e-5 * scale + 1e-3 * step * curvature)


def test_code_runs_as_it_stands():
    graph = gv.trace(circuit, INPUTS)
    namespace = {}
    exec(graph.code(), namespace)
    value, gradients = namespace["circuit"](*INPUTS.values())
    run = graph.run(INPUTS)
    assert bits([value]) == bits([run.value])
    assert gradients == run.grads


def test_code_says_where_it_does_not_hold():
    namespace = {}
    exec(gv.trace(lambda x: x if x > 0 else 0.1 * x, x=-1.0).code(), namespace)
    assert namespace["f"](-2.0) == (-0.2, {"x": 0.1})
    with pytest.raises(AssertionError, match="x > 0 was False when traced"):
        namespace["f"](2.0)


@pytest.mark.parametrize("name", NASTY)
def test_names_are_data(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    graph = gv.trace(lambda *xs: xs[0] * xs[1] + xs[0], {name: 2.0, "y": 3.0})
    run = graph.run({name: 4.0})
    assert (run.value, run.grads) == (16.0, {name: 4.0, "y": 4.0})
    namespace = {}
    exec(graph.code(), namespace)
    assert namespace["f"](4.0, 3.0) == (16.0, {name: 4.0, "y": 4.0})


def test_names_that_are_the_same_to_python():
    graph = gv.trace(lambda *xs: xs[0] - xs[1] * xs[2], {"ﬁ": 1.0, "fi": 2.0, "f": 3.0})
    assert graph.run({"fi": 5.0}).grads == {"ﬁ": 1.0, "fi": -3.0, "f": -5.0}


def test_a_function_called_like_a_module():
    def math(abs, float):
        return np.exp(abs) * float + np.abs(float)

    graph = gv.trace(math, {"abs": 0.0, "float": 2.0})
    assert graph.run({"abs": 0.0}).value == 4.0


def test_long_graphs_are_interpreted_at_first_and_give_the_same_bits():
    def long(x):
        for _ in range(program.LONG):
            x = x * 1.0001 + 0.001
        return x

    graph = gv.trace(long, x=1.0)
    runs = [graph.run(x=2.0) for _ in range(program.PATIENCE + 2)]
    assert [run.places is None for run in runs] == [True] * program.PATIENCE + [False] * 2
    assert runs[0].grads["x"] == pytest.approx(1.0001**program.LONG, rel=1e-9)
    assert {tuple(bits(run.numbers)) for run in runs} == {tuple(bits(runs[0].numbers))}


def test_large_sums_compile():
    def wide(x):
        return sum([x * i for i in range(1, 1400)])

    run = gv.trace(wide, x=1.0).run(x=2.0)
    assert run.grads == {"x": 1399 * 1400 / 2}


def test_constants_that_are_not_finite():
    graph = gv.trace(lambda x: np.minimum(x, math.inf) * 1.0 + (x - math.nan) * 0.0, x=1.0)
    assert math.isnan(graph.run(x=2.0).value)
    assert graph.run(x=2.0).primals[graph.nodes[1]] == 2.0


def test_a_recorded_graph_does_not_run_again():
    x = gv.Variable(2.0, name="x")
    graph = gv.draw(x * x).graph
    with pytest.raises(TypeError, match=r"use gv\.trace"):
        graph.run(x=1.0)
    assert "x * x" in graph.code()


@pytest.mark.parametrize(("x", "reciprocal"), [(0.0, math.inf), (-0.0, -math.inf), (2.0, 0.5)])
def test_where_floats_refuse_numbers_stand_where_the_program_has_them(x, reciprocal):
    graph = gv.trace(lambda x: 1.0 / x + x, x=2.0)
    run = graph.run(x=x)
    assert run.places == graph.run(x=3.0).places
    assert run.value == reciprocal + x
    assert run.grads["x"] == 1.0 - reciprocal**2
    assert run.distinct == run.places.compressed(run.numbers)
