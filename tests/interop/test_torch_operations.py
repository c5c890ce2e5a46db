"""Operation by operation, by `torch.export`: the same gradients to the bit, in the same boxes."""

import numpy as np
import pytest
from torch_checks import assert_right, own_gradients

import gradviz as gv

pytestmark = [
    pytest.mark.long,
    pytest.mark.usefixtures("torch"),
    pytest.mark.filterwarnings("ignore:The tensor attributes:UserWarning"),  # of LSTM, by export
]
NAMES = ["mlp", "cnn", "lstm", "encoder", "encoder in use", "gpt", "shared", "parts"]


@pytest.mark.parametrize("name", NAMES)
def test_every_gradient_is_the_frameworks_own_and_the_model_is_as_it_was(torch, case, name):
    assert_right(torch, *case(name), detail="operations")


def test_operations_are_atens_in_the_boxes_of_modules(torch, case):
    model, inputs = case("encoder")
    graph = gv.trace_torch(model, *inputs, detail="operations")
    attention = [node for node in graph.operations if node.label.startswith("self_attn")]
    names = [node.gate.name for node in attention]
    assert "scaled_dot_product_attention" in names
    assert names.count("linear") == 2
    assert {node.block.path[0].name for node in attention} == {"self_attn"}
    assert len(graph.nodes) > len(gv.trace_torch(model, *inputs).nodes)
    model, inputs = case("resnet18")
    node = gv.trace_torch(model, *inputs, detail="operations").by_label["layer2.0.conv1"]
    assert [block.name for block in node.block.path] == ["layer2", "Basic 0", "conv1"]
    assert node.source.text == "y = self.relu(self.bn1(self.conv1(x)))"
    model, inputs = case("shared")
    graph = gv.trace_torch(model, *inputs, detail="operations")
    calls = [node.block for node in graph.operations if node.gate.name == "linear"]
    assert len({*calls}) == 3  # one box for each call of the layer


def test_it_runs_anew_at_other_shapes_and_in_another_mode(torch, case):
    model, inputs = case("encoder")
    graph = gv.trace_torch(model, *inputs, detail="operations")
    assert graph.run().value == graph.example.value
    x = torch.randn(3, 5, 16)
    model.eval()
    value, _, (expected,) = own_gradients(torch, model, (x,))
    run = graph.run(src=x.numpy())
    assert run.value == pytest.approx(value, abs=1e-5)
    assert np.allclose(run.grads["src"], expected.numpy(), 1e-4, 1e-6)


def test_what_export_cannot_take_apart_is_refused(torch, case):
    model, inputs = case("branch")
    with pytest.raises(ValueError, match=r"can't take Branch apart.*use detail='functions'") as no:
        gv.trace_torch(model, *inputs, detail="operations")
    assert "\n" not in str(no.value)
    with pytest.raises(ValueError, match=r"takes a torch\.nn\.Module"):
        gv.trace_torch(torch.sum, torch.ones(2), detail="operations")
    with pytest.raises(ValueError, match="'functions' or 'operations'"):
        gv.trace_torch(model, *inputs, detail="gates")
