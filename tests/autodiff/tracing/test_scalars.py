"""An array's node opened into gates of single numbers: the same value and the same gradients."""

import numpy as np
import pytest

import gradviz as gv
from gradviz.scene.folding import fold
from gradviz.scene.folding.blocks import blocks_of

RNG = np.random.default_rng(3)
CASES = {
    "elementwise": (lambda w, x: np.sum(np.tanh(w) * x), {"w": RNG.normal(size=(2, 3)), "x": 0.5}),
    "broadcast": (
        lambda w, b: np.sum((w + b) ** 2),
        {"w": RNG.normal(size=(3, 2)), "b": RNG.normal(size=2)},
    ),
    "columns": (
        lambda w, b: np.sum(w * b),
        {"w": RNG.normal(size=(3, 2)), "b": RNG.normal(size=(3, 1))},
    ),
    "matrix and vector": (
        lambda w, x: np.mean(np.exp(w @ x)),
        {"w": RNG.normal(size=(3, 4)), "x": RNG.normal(size=4)},
    ),
    "vector and matrix": (
        lambda w, x: np.mean(np.exp(x @ w)),
        {"w": RNG.normal(size=(3, 4)), "x": RNG.normal(size=3)},
    ),
    "matrices": (
        lambda a, b: np.sum(np.sin(a @ b)),
        {"a": RNG.normal(size=(2, 3)), "b": RNG.normal(size=(3, 2))},
    ),
    "dot": (lambda a, b: a @ b, {"a": RNG.normal(size=3), "b": RNG.normal(size=3)}),
    "sum along": (lambda a: np.sum(np.sum(a**3, axis=0) ** 2), {"a": RNG.normal(size=(3, 2))}),
    "mean along, kept": (
        lambda a: np.sum((a - np.mean(a, axis=1, keepdims=True)) ** 2),
        {"a": RNG.normal(size=(2, 3))},
    ),
    "constant": (
        lambda a: np.sum(a * np.array([[1.0, 2.0], [3.0, 4.0]])),
        {"a": RNG.normal(size=(2, 2))},
    ),
    "the document's mean(2x)": (lambda x: np.mean(2 * x), {"x": np.array([1.0, 2.0, 3.0])}),
}


@pytest.mark.parametrize("name", CASES)
def test_opened_nodes_give_the_same_gradients(name):
    function, inputs = CASES[name]
    graph = gv.trace(function, inputs)
    openable = [node.label for node in graph.nodes if graph.is_openable(node)]
    assert openable
    moved = {
        name: np.asarray(value) + 0.1 if np.shape(value) else value + 0.1
        for name, value in inputs.items()
    }
    for labels in ([openable[0]], openable[-1:], openable):
        opened = graph.opened(labels)
        assert len(opened.nodes) > len(graph.nodes) or len(openable) == 1
        for run, whole in ((opened.example, graph.example), (opened.run(moved), graph.run(moved))):
            assert run.value == pytest.approx(whole.value, rel=1e-13)
            for each, gradient in whole.grads.items():
                np.testing.assert_allclose(run.grads[each], gradient, rtol=1e-12, atol=1e-15)
    gates = [node for node in opened.operations if node.block is not None]
    assert {node.block.name for node in gates} <= {
        node.label if node.name else node.expression for node in graph.nodes
    }
    assert all(
        node.operation.name in ("stack", "reshape", "getitem")
        or np.shape(opened.example.primals[node]) == ()
        for node in gates
    )


def layer(w, x, b):
    z = w @ x + b
    h = np.tanh(z)
    return np.mean(h**2)


INPUTS = {"w": [[0.5, -1.0, 0.2], [1.0, 0.3, -0.4]], "x": [1.0, 2.0, -1.0], "b": [0.1, -0.2]}


def test_draw_opens_an_array_by_its_name():
    figure = gv.draw(gv.trace(layer, INPUTS), expand=["h"])
    assert "h[0]  tanh(z[0])" in " ".join(str(figure).split("  ")) or "tanh(z[0])" in str(figure)
    assert figure.explain("h[1]").startswith("∂layer/∂h[1] = ")
    assert [block.name for block, _ in figure.layout.blocks] == ["h"]
    closed = fold.fold(figure.graph, blocks_of(figure.graph))
    assert "▸ h" in gv.draw(closed).svg


def test_what_cannot_be_opened_says_why():
    graph = gv.trace(lambda a: np.sum(np.linalg.inv(a)) + np.sum(np.cumsum(a)), a=np.eye(2) * 2)
    with pytest.raises(
        ValueError, match=r"can't be opened into gates of single numbers: inv has no parts"
    ):
        gv.draw(graph, expand=[graph.operations[0].label])
    wide = gv.trace(lambda a: np.sum(a**2), a=np.ones(37))
    with pytest.raises(ValueError, match="more than 36 elements"):
        gv.draw(wide, expand=[wide.operations[0].label])
    with pytest.raises(ValueError, match="has no block called 'q'"):
        gv.draw(wide, expand=["q"])
    with pytest.raises(ValueError, match="has no block called 'q'"):
        gv.draw(gv.trace(layer, INPUTS), expand=["h", "q"])


def test_a_live_figure_opens_and_closes_an_array():
    explorer = gv.explore(layer, {name: np.array(value) for name, value in INPUTS.items()})
    view = explorer.view
    (h,) = (node for node in view.structure["nodes"] if node["label"] == "h")
    assert h["openable"]
    view.opened = ["h"]
    assert [node["label"] for node in view.structure["nodes"]].count("h[0]") == 1
    run = view.update(b=[0.3, 0.4])
    expected = gv.trace(layer, {**INPUTS, "b": [0.3, 0.4]}).example
    assert run.value == pytest.approx(expected.value, rel=1e-14)
    np.testing.assert_allclose(run.grads["w"], expected.grads["w"], rtol=1e-13)
    view.closed = [0]
    assert [node["label"] for node in view.structure["nodes"]].count("h[0]") == 0
    assert view.run.value == run.value


def branching(w):
    h = w * 2
    return np.sum(h if w[0] > 0 else h * h)


def test_where_the_function_decides_otherwise_the_array_stays_open():
    view = gv.View(gv.trace(branching, w=[1.0, 2.0]))
    view.opened = ["h"]
    run = view.update(w=[-1.0, 2.0])
    assert run.retraced
    assert run.value == 20.0
    assert run.grads["w"].tolist() == [-8.0, 16.0]
    assert any(node.label == "h[0]" for node in run.graph.nodes)
