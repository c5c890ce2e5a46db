"""Blocks that are closed: the same gradients, at another granularity."""

import numpy as np
import pytest
from circuit import GRADIENTS, INPUTS, circuit
from hypothesis import given, settings
from hypothesis import strategies as st

import gradviz as gv
from gradviz.scene.folding import blocks, fold


def in_a_block(function):
    return gv.block(function)


def by_hand(function, *derivatives):
    primitive = gv.primitive(function)
    return primitive.derivative(*derivatives)


def logistic(t):
    return 1 / (1 + np.exp(-t))


def length(a, b):
    square = a * a + b * b
    return np.sqrt(square)


def swish(t):
    return t * logistic(t)


GATES = {
    "logistic": (logistic, 1, [lambda t, out: out * (1 - out)]),
    "length": (length, 2, [lambda a, b, out: a / out, lambda a, b, out: b / out]),
    "swish": (swish, 1, [lambda t, out: logistic(t) + t * logistic(t) * (1 - logistic(t))]),
}


@pytest.mark.parametrize("name", GATES)
@given(a=st.floats(-5, 5), b=st.floats(0.1, 5))
def test_a_closed_block_is_the_same_as_a_primitive_written_by_hand(name, a, b):
    function, arity, derivatives = GATES[name]

    def with_gate(gate):
        if arity == 1:
            return lambda x, y: gate(x * y) * y + gate(x)
        return lambda x, y: gate(x * y, y) * gate(x, y)

    closed = gv.draw(gv.trace(with_gate(in_a_block(function)), x=a, y=b), collapse=[name]).run
    written = gv.trace(with_gate(by_hand(function, *derivatives)), x=a, y=b).example
    assert [node.sign.removeprefix("▸ ") for node in closed.graph.nodes] == [
        node.sign for node in written.graph.nodes
    ]
    for kind in ("primals", "locals", "adjoints", "flows"):
        ours, theirs = (list(getattr(run, kind).values()) for run in (closed, written))
        assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-12)


def test_the_sigmoid_of_the_circuit():
    figure = gv.draw(gv.trace(circuit, INPUTS), collapse=["sigmoid"])
    run = figure.run
    assert len(run.graph.operations) == 5
    assert run.locals[run.graph.edges[-1]] == pytest.approx(0.1966119332414819, rel=1e-14)
    assert run.grads == pytest.approx(GRADIENTS, abs=1e-7)
    assert "▸ sigmoid" in figure.svg
    assert 'class="gv-block"' not in figure.svg
    assert "sigmoid(t)" in str(figure)
    assert (
        figure.explain("circuit", detail="full").split("\n")[1]
        == "∂circuit/∂t = sigmoid′(t) = sigmoid′(1) = 0.1966"
    )


@gv.block
def pair(a, b):
    s = np.sin(a) * b
    return s, s + a * b


@gv.block
def outer(x, y):
    p, q = pair(x, y)
    r, s = pair(p, q)
    return r + s * x


def nested(x, y):
    h = outer(x, y)
    return h * outer(y, h) + pair(h, x)[1]


SETTINGS = [["pair"], ["outer"], True, []]


@pytest.mark.parametrize("collapse", SETTINGS, ids=str)
@settings(max_examples=30)
@given(x=st.floats(-2, 2), y=st.floats(-2, 2))
def test_what_is_left_keeps_its_gradient(collapse, x, y):
    graph = gv.trace(nested, x=0.5, y=0.7)
    full = graph.run(x=x, y=y)
    closed = fold.fold(graph, blocks.chosen(graph, collapse, ())).run(x=x, y=y)
    adjoints = {node.label: full.adjoints[node] for node in graph.nodes}
    assert closed.value == full.value
    for node in closed.graph.nodes:
        assert closed.adjoints[node] == adjoints[node.label]
        back = [closed.flows[edge] for edge in closed.graph.edges if edge.source is node]
        if node is not closed.graph.output:
            assert sum(back) == pytest.approx(adjoints[node.label], rel=1e-11, abs=1e-11)


def test_which_blocks():
    graph = gv.trace(nested, x=0.5, y=0.7)
    names = [block.name for block in blocks.blocks_of(graph)]
    assert names == ["outer", "pair", "pair", "outer", "pair", "pair", "pair"]
    assert len(gv.draw(graph, collapse=True).graph.operations) == 5
    assert (
        len(gv.draw(graph, collapse="outer").graph.operations)
        < len(gv.draw(graph, collapse=True, expand=["outer"]).graph.operations)
        < len(graph.operations)
    )
    keys = blocks.keys(graph)
    assert len(set(keys.values())) == 7
    assert keys == blocks.keys(graph)
    with pytest.raises(
        ValueError, match=r"nested has no block called 'inner'; there are outer, pair"
    ):
        gv.draw(graph, collapse=["inner"])
    with pytest.raises(ValueError, match=r"there are none; decorate a function with @gv\.block"):
        gv.draw(gv.trace(lambda x: x * 2, x=1.0), collapse=["inner"])
    with pytest.raises(TypeError, match="collapse takes names of blocks"):
        gv.draw(graph, collapse=3)


def test_a_folded_graph_is_a_graph():
    graph = gv.trace(circuit, INPUTS)
    closed = gv.draw(graph, collapse=True).graph
    assert closed.code() == graph.code()
    runs, swept = [closed.run(w0=w0) for w0 in (1.0, 2.0, 3.0)], closed.sweep(w0=[1.0, 2.0, 3.0])
    assert swept.value.tolist() == pytest.approx([run.value for run in runs])
    assert swept.locals[closed.edges[-1]].tolist() == pytest.approx(
        [run.locals[closed.edges[-1]] for run in runs]
    )
    assert closed.unfolded is graph
    assert gv.draw(closed).graph is closed
    assert len(gv.draw(closed.run(w0=1.0), collapse=True, expand="sigmoid").graph.nodes) == len(
        graph.nodes
    )
    assert fold.fold(closed, ()) is graph
    with pytest.raises(TypeError, match="no input 'q'"):
        closed.run(q=1.0)


@gv.block
def rectified(x):
    return x * 2 if x > 0 else -x * x * x


def test_a_branch_inside_a_closed_block():
    closed = gv.draw(
        gv.trace(lambda x: rectified(x) + rectified(x - 3), x=1.0), collapse=True
    ).graph
    run = closed.run(x=4.0)
    assert run.retraced
    assert [node.operation.name for node in run.graph.operations] == [
        "rectified",
        "subtract",
        "rectified",
        "add",
    ]
    assert run.grads == {"x": 4.0}


def test_poles_inside_a_closed_block():
    @gv.block
    def inverse(x):
        return 1 / (x * x)

    closed = gv.draw(gv.trace(lambda x: inverse(x) + x, x=1.0), collapse=True).graph
    assert closed.run(x=0.0).value == np.inf
    assert closed.run(x=2.0).grads == {"x": 1 - 2 / 8}
    assert gv.View(closed).update(x=0.0).value == np.inf


@gv.block
def layer(w, x, b):
    return np.tanh(w @ x + b)


def test_arrays_in_closed_blocks():
    rng = np.random.default_rng(0)
    inputs = {"w": rng.normal(size=(3, 2)), "x": rng.normal(size=2), "b": rng.normal(size=3)}
    graph = gv.trace(lambda w, x, b: np.sum(layer(w, x, b) ** 2), inputs)
    figure = gv.draw(graph, collapse=True)
    run = figure.run
    assert run.graph.operations[0].operation.name == "layer"
    assert len(run.graph.operations) == 3
    for node in run.graph.inputs:
        (edge,) = (edge for edge in run.graph.edges if edge.source is node)
        assert run.locals[edge] is None
        assert np.allclose(run.flows[edge], graph.example.grads[node.name], rtol=1e-14)
    again = run.graph.run(x=[1.0, 2.0])
    assert np.allclose(again.grads["w"], graph.run(x=[1.0, 2.0]).grads["w"], rtol=1e-14)
    assert "▸ layer" in figure.svg


def test_a_variable_with_closed_blocks():
    x = gv.Variable(0.5, name="x")
    y = gv.block(logistic)(x * 2)
    assert len(gv.draw(y, collapse=True).graph.operations) == 2
    y.backward()
    assert gv.draw(y, collapse=True).run.adjoints["x"] == x.grad


def test_the_name_that_a_call_is_given():
    def f(x):
        h = outer(x, x)
        return h * h

    assert [node.label for node in gv.draw(gv.trace(f, x=0.5), collapse=True).graph.nodes] == [
        "x",
        "h",
        "f",
    ]
