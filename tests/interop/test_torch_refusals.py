"""What PyTorch's own models do wrong: a sentence names the layer, and shows what was recorded."""

import numpy as np
import pytest

import gradviz as gv
from gradviz.interop.performing import Untraceable

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("torch")]


def refused(*given, **options):
    with pytest.raises(Untraceable) as caught:
        gv.trace_torch(*given, **options)
    assert "\n" not in str(caught.value)
    assert "gv.draw(sys.last_value.recorded)" in str(caught.value)
    return caught.value


def assert_shown(graph):
    """It is drawn, explained, opened in a view and written, what is not known left open."""
    figure = gv.draw(graph)
    assert "•" in str(figure)
    assert figure.svg.startswith("<svg")
    view = gv.View(graph)
    view.selected = f"n{len(view.run.graph.nodes) - 1}"
    again = gv.Graph.from_dict(graph.to_dict())
    assert str(again) == str(graph)


def test_a_failure_on_the_way_back_names_the_layer_that_pytorch_stops_at(torch):
    nn = torch.nn
    model = nn.Sequential(nn.Linear(4, 4), nn.Sigmoid(), nn.ReLU(inplace=True), nn.Linear(4, 2))
    x = torch.ones(2, 4)
    with pytest.raises(RuntimeError, match=r"in-?place") as own:
        model(x).sum().backward()
    error = refused(model, x)
    assert "in 1 (Sigmoid)" in str(error)
    assert type(error.__cause__) is RuntimeError
    assert str(own.value)[:60] in str(error)
    run = error.recorded.example
    assert run.value == float(model(x).detach().sum())
    weight = model[3].weight.detach().numpy()
    assert np.allclose(run.adjoints["2"], weight.sum(0))  # until there it is known
    assert run.adjoints["0"] is None
    assert run.grads["0.weight"] is None
    assert_shown(error.recorded)


def test_a_failure_on_the_way_forward_shows_what_came_before_it(torch):
    nn = torch.nn
    model = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Sequential(nn.Linear(3, 2)))
    x = torch.ones(2, 4)
    error = refused(model, x)
    assert "in 2.0 (Linear): RuntimeError: mat1 and mat2 shapes" in str(error)
    h = model[1](model[0](x)).detach().numpy()
    assert np.array_equal(error.recorded.example.value, h)
    assert [node.label for node in error.recorded.operations] == ["0", "1"]
    assert_shown(error.recorded)


def test_what_cannot_be_followed_shows_what_could(torch):
    class Part(torch.nn.Module):
        def forward(self, x):
            y = x * 1
            y[:, 0].mul_(2)
            return y

    error = refused(torch.nn.Sequential(torch.nn.Linear(4, 4), Part()), torch.ones(2, 4))
    assert "in 1 (Part)" in str(error)
    assert "mul" in [node.gate.name for node in error.recorded.operations]
    assert_shown(error.recorded)


def test_a_loss_that_is_no_number_shows_the_model(torch):
    error = refused(torch.nn.Linear(4, 2), torch.ones(2, 4), loss=lambda y: y * 2)
    assert "one single number" in str(error)
    assert error.recorded.output.gate.name == "mul"


def test_a_wrong_call_is_pythons_own_error(torch):
    with pytest.raises(TypeError, match="positional argument"):
        gv.trace_torch(torch.nn.Linear(4, 2), torch.ones(2, 4), 3)
