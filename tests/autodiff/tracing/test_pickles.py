"""Graphs and runs that were pickled or copied: they come back and read, run and draw as before."""

import copy
import pickle

import numpy as np
import pytest
from circuit import INPUTS, circuit

import gradviz as gv
from gradviz.scene.folding import fold
from gradviz.scene.folding.blocks import blocks_of


@gv.block
def inner(t):
    return np.tanh(t) * 2


def branching(x, w):
    h = inner(w) * x
    return np.sum(h if x > 0 else h * h)


@gv.primitive
def cube(t):
    return t**3


cube.derivative(lambda t, out: 3 * t * t)


def with_own_gate(x):
    return cube(2 * x) + gv.grad(cube)(x)


def through(thing):
    return pickle.loads(pickle.dumps(thing))


CASES = {
    "circuit": (circuit, INPUTS),
    "branch, arrays, a block": (branching, {"x": 1.0, "w": np.array([0.5, -1.0])}),
    "a gate of one's own": (with_own_gate, {"x": 1.5}),
    "many operands": (lambda *xs: np.sum(np.stack(xs)), {f"x{i}": float(i) for i in range(50)}),
}


def same(numbers, others):
    assert len(numbers) == len(others)
    for one, other in zip(numbers, others):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", CASES)
def test_a_graph_that_was_pickled_is_the_same(name):
    graph = gv.trace(*CASES[name])
    again = through(graph)
    assert (str(again), again.code(), repr(again)) == (str(graph), graph.code(), repr(graph))
    same(again.example.numbers, graph.example.numbers)
    moved = {name: np.asarray(value) + 0.25 for name, value in CASES[name][1].items()}
    same(again.run(moved).numbers, graph.run(moved).numbers)
    assert gv.draw(again).svg == gv.draw(graph).svg
    assert [node.source for node in again.nodes] == [node.source for node in graph.nodes]


def test_a_run_that_was_pickled_is_the_same():
    run = gv.trace(circuit, INPUTS).run(w0=0.5)
    again = through(run)
    assert (again.value, again.grads, str(again)) == (run.value, run.grads, str(run))
    assert [*again.flows.values()] == [*run.flows.values()]
    assert again.graph.run(w0=0.5).grads == run.grads
    runs = through(gv.trace(circuit, INPUTS).sweep(w0=[1.0, 2.0]))
    assert runs.value.shape == (2,)


def test_the_function_comes_along_where_it_has_a_name():
    again = through(gv.trace(branching, x=1.0, w=np.array([0.5, -1.0])))
    run = again.run(x=-1.0)
    assert "x > 0 was True" in run.retraced
    assert run.value == pytest.approx(np.sum((2 * np.tanh([0.5, -1.0])) ** 2))


def test_a_function_without_a_name_stays_behind_and_the_graph_says_so():
    graph = gv.trace(lambda x: x if x > 0 else -x, x=1.0)
    again = through(through(graph))
    assert again.run(x=3.0).grads == {"x": 1.0}
    assert "<svg" in gv.draw(again).svg
    with pytest.raises(TypeError, match=r"was pickled and its function .* trace it again with gv"):
        again.run(x=-1.0)


def test_a_gate_without_a_name_cannot_go():
    @gv.primitive
    def square(t):
        return t * t

    square.derivative(lambda t, out: 2 * t)
    with pytest.raises((pickle.PicklingError, AttributeError), match="square"):
        pickle.dumps(gv.trace(lambda x: square(x), x=1.0))


def test_graphs_of_every_kind():
    x = gv.Variable(2.0, name="x")
    y = x * np.sin(x)
    y.backward()
    eager = gv.draw(y).graph
    again = through(eager)
    assert (str(again), again.code()) == (str(eager), eager.code())
    with pytest.raises(TypeError, match=r"use gv\.trace"):
        again.run(x=1.0)

    graph = gv.trace(branching, x=1.0, w=np.array([0.5, -1.0]))
    folded = fold.fold(graph, blocks_of(graph))
    assert str(through(folded)) == str(folded)
    assert through(folded).run(x=2.0).value == folded.run(x=2.0).value
    opened = gv.draw(graph, expand=[graph.output.operands[0].label]).graph
    assert str(through(opened)) == str(opened)
    assert through(opened).run(x=2.0).value == opened.run(x=2.0).value
    overview = gv.draw(graph, detail="boxes").graph
    assert str(through(overview)) == str(overview)
    assert through(overview).run(x=2.0).value == overview.run(x=2.0).value


def test_a_long_graph_goes_without_recursion():
    def long(x):
        for _ in range(5_000):
            x = x * 1.0001 + 0.001
        return x

    again = through(gv.trace(long, x=1.0))
    assert again.run(x=2.0).grads["x"] == pytest.approx(1.0001**5_000)


def test_a_copy_of_what_nobody_writes_on_is_itself():
    graph = gv.trace(circuit, INPUTS)
    run = graph.run()
    for copied in (copy.copy, copy.deepcopy):
        assert copied(graph) is graph
        assert copied(run) is run
        assert copied({"graph": [graph]})["graph"][0] is graph
