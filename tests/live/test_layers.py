"""The layers of a graph: what leaves each, how large it is, and what is wrong with it."""

import numpy as np
import pytest
from needs import needed

import gradviz as gv
from gradviz.live.plots.scales import layers_of


@gv.block
def layer(w, x):
    return np.tanh(x @ w)


def chain(x, w):
    for _ in range(5):
        x = layer(w, x)
    return np.sum(x)


X = np.random.default_rng(1).normal(size=(4, 3))


def rows(plot):
    return [line.rsplit("%", 1)[-1].strip() for line in plot.text.split("\n")[1:]]


def test_each_box_is_a_layer_with_the_numbers_that_leave_it():
    graph = gv.trace(chain, x=X, w=0.1 * np.eye(3))
    found = layers_of(graph)
    assert len(found) == 5
    h, adjoint = X, None
    for each in found:
        h = np.tanh(h @ (0.1 * np.eye(3)))
        assert each.scale == pytest.approx(np.sqrt(np.mean(h**2)))
    last = graph.output.operands[0]
    adjoint = graph.example.adjoints[last]
    assert found[-1].norm == pytest.approx(np.linalg.norm(adjoint))


def test_vanishing_and_exploding_gradients_are_marked():
    plot = gv.plot.layers(gv.trace(chain, x=X, w=0.1 * np.eye(3)))
    assert rows(plot) == ["vanishing", "vanishing", "", "", ""]
    large = gv.trace(
        lambda x: np.sum(x * 1e2 * 1e2 * 1e2), x=1e-9 * X
    )  # each operation is a layer of its own
    assert rows(gv.plot.layers(large)) == ["exploding", "", ""]
    assert gv.plot.layers(large.run(x=X)).text != gv.plot.layers(large).text


def test_dead_units_and_layers():
    x = np.array([[1.0, -1.0, -2.0], [2.0, -3.0, 4.0]])
    (relu,) = layers_of(gv.trace(lambda x: np.sum(gv.relu(x)), x=x))
    assert relu.dead == 1 / 3
    assert relu.value.zeros == 0.5
    plot = gv.plot.layers(gv.trace(lambda x: np.sum(gv.relu(x * 2 - 9.0) * 3), x=x))
    assert rows(plot) == ["no gradient", "no gradient", "dead: only zeros"]
    with np.errstate(all="ignore"):
        nan = gv.plot.layers(gv.trace(lambda x: np.sum(np.log(x) / np.log(x)), x=x))
    assert set(rows(nan)) == {"⚠ nan"}


def test_too_many_layers_side_by_side_are_refused():
    def long(x):
        for _ in range(60):
            x = np.sin(x)
        return np.sum(x)

    graph = gv.trace(long, x=X)
    with pytest.raises(ValueError, match=r"60 operations side by side.*@gv\.block"):
        gv.plot.layers(graph)
    with pytest.raises(TypeError, match="not for a graph"):
        gv.plot.layers(graph, w=1.0)


@pytest.mark.long
def test_layers_of_a_model_are_its_modules():
    torch = needed("torch", "PyTorch is not installed: no layers of a model of it were plotted")
    from torch_models import case

    model, inputs = case("mlp")
    graph = gv.trace_torch(model, *inputs)
    fc1, tanh, fc2 = layers_of(graph)
    assert [fc1.name, tanh.name, fc2.name] == ["fc1", "tanh", "fc2"]
    h = model.fc1(inputs[0]).detach().requires_grad_()
    model.fc2(torch.tanh(h)).sum().backward()
    assert fc1.norm == pytest.approx(float(h.grad.norm()), rel=1e-6)
    assert fc1.scale == pytest.approx(float(h.detach().square().mean().sqrt()), rel=1e-6)
    model, inputs = case("resnet18")
    names = [each.name for each in layers_of(gv.trace_torch(model, *inputs))]
    assert names[:4] == ["conv1", "bn1", "relu", "maxpool"]
    assert len(names) <= 40
    model = torch.nn.Sequential(
        *(m for _ in range(8) for m in (torch.nn.Linear(20, 20), torch.nn.Sigmoid()))
    )
    found = gv.plot.layers(gv.trace_torch(model, torch.randn(9, 20)))
    assert rows(found)[0] == "vanishing"
    assert rows(found)[-1] == ""
