"""Models of PyTorch: the framework's own gradients, to the bit; and the model is as it was."""

import doctest
import json
import pickle
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch_checks import assert_right, own_gradients

import gradviz as gv
from gradviz.audit import audit
from gradviz.figure.figure import Figure
from gradviz.graph import is_from_elsewhere

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("torch")]
NAMES = [
    "mlp", "cnn", "lstm", "encoder", "encoder in use", "gpt", "branch", "shared", "in place",
    "parts", "resnet18",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_gradient_is_the_frameworks_own_and_the_model_is_as_it_was(torch, case, name):
    assert_right(torch, *case(name))


def test_gradients_that_were_there_stay(torch, case):
    model, inputs = case("mlp")
    model(*inputs).sum().backward()
    assert_right(torch, model, inputs)


def layers(torch, draw):
    """A random module of vectors of four: layers, one after another, around or twice."""
    nn = torch.nn
    width = 4

    class Twice(nn.Module):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def forward(self, x):
            return self.inner(self.inner(x)) + x

    class Around(nn.Module):
        def __init__(self, one, other):
            super().__init__()
            self.one, self.other = one, other

        def forward(self, x):
            y = self.one(x)
            return y * torch.sigmoid(self.other(x)) if y.sum() > 0 else torch.cat([x, y], 1)[:, 2:6]

    simple = st.sampled_from(
        [
            lambda: nn.Linear(width, width),
            lambda: nn.Linear(width, width, bias=False),
            lambda: nn.ReLU(inplace=True),
            lambda: nn.Tanh(),
            lambda: nn.GELU(),
            lambda: nn.Softmax(dim=1),
            lambda: nn.LayerNorm(width),
            lambda: nn.BatchNorm1d(width),
            lambda: nn.Dropout(0.3),
            lambda: nn.Identity(),
            lambda: nn.LeakyReLU(0.1),
            lambda: nn.Bilinear(width, width, width),
        ]
    ).map(lambda make: make())
    one = simple.filter(lambda layer: not isinstance(layer, nn.Bilinear))
    module = st.recursive(
        one,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(
                lambda many: nn.Sequential(nn.Linear(width, width), *many)
            ),
            inner.map(lambda each: Twice(nn.Sequential(nn.Linear(width, width), each))),
            st.tuples(inner, inner).map(
                lambda two: Around(*(nn.Sequential(nn.Linear(width, width), of) for of in two))
            ),
        ),
        max_leaves=5,
    )
    return nn.Sequential(nn.Linear(width, width), draw(module))


def test_random_modules(torch):
    @settings(max_examples=30, deadline=None)
    @given(st.data())
    def holds(data):
        torch.manual_seed(1)
        model, x = layers(torch, data.draw), torch.randn(3, 4)
        try:
            model(x).sum().backward()
        except RuntimeError:  # what works in place has written over what PyTorch itself needs
            assume(False)
        model.zero_grad()
        assert_right(torch, model, (x,))

    holds()


def test_a_loss_is_the_output(torch, case):
    model, inputs = case("mlp")
    target = torch.tensor([0, 1, 2, 1, 0])

    def loss(logits):
        return torch.nn.functional.cross_entropy(logits, target)

    graph = assert_right(torch, model, inputs, loss)
    assert graph.output.gate.name == "cross_entropy"
    assert "return torch.nn.functional.cross_entropy" in graph.output.source.text


def test_names_boxes_and_lines_are_those_of_the_code(torch, case):
    model, inputs = case("resnet18")
    graph = gv.trace_torch(model, *inputs)
    node = graph.by_label["layer2.0.conv1"]
    assert [block.name for block in node.block.path] == ["layer2", "Basic 0", "conv1"]
    assert node.source.text == "y = self.relu(self.bn1(self.conv1(x)))"
    weight = graph.by_label["layer2.0.conv1.weight"]
    assert weight.operation is None
    assert weight.block is node.block
    figure = gv.draw(graph)
    assert [card.label for card in figure.graph.nodes] == [
        "x", "conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4", "avgpool",
        "flatten", "fc", "sum",
    ]  # fmt: skip
    inside = figure.inside("layer2")
    assert "Basic 0" in str(inside)
    assert len(figure.inside("layer1").graph.nodes) <= 30


def test_repeated_layers_look_alike(torch, case):
    model, inputs = case("gpt")
    graph = gv.trace_torch(model, *inputs)
    kinds = [
        [node.sign for node in graph.operations if node.label.startswith(f"h.{layer}.")]
        for layer in (0, 1)
    ]
    assert kinds[0] == kinds[1]
    assert len(kinds[0]) > 10


def test_closed_modules_hand_back_what_their_gates_do(torch, case):
    model, inputs = case("mlp")
    graph = gv.trace_torch(model, *inputs)
    closed = gv.draw(graph, collapse=True).run
    assert [node.label for node in closed.graph.nodes] == ["x", "fc1", "tanh", "fc2", "sum"]
    for edge in closed.graph.edges:
        assert np.array_equal(closed.flows[edge], closed.adjoints[edge.source])
    _, _, (expected,) = own_gradients(torch, model, inputs)
    assert np.array_equal(closed.adjoints["x"], expected.numpy())


def test_cards_say_nothing_twice_and_are_cut_once(torch, case):
    model, inputs = case("resnet18")
    figure = gv.draw(gv.trace_torch(model, *inputs))
    for shown in (figure, figure.inside("layer2").inside("Basic 0")):
        for card in shown.scene.cards:
            texts = [text.words for text in card.heading]
            assert len({*texts}) == len(texts)
            assert all(text.count("…") <= 1 for text in texts)
    named = {card.label: [text.words for text in card.heading] for card in shown.scene.cards}
    assert named["layer2.0.bn2.weight"] == ["weight"]
    assert named["layer2.0.bn2"] == ["bn2", "batch_norm"]
    model, inputs = case("encoder")
    scene = gv.draw(gv.trace_torch(model, *inputs)).scene
    headings = {card.label: [text.words for text in card.heading] for card in scene.cards}
    assert (headings["norm1"], headings["relu"]) == (["norm1", "▸"], ["relu"])


def test_it_runs_anew_at_other_inputs(torch, case):
    model, inputs = case("mlp")
    graph = gv.trace_torch(model, *inputs)
    x, weight = torch.randn(5, 4), torch.randn(8, 4)
    run = graph.run({"x": x.numpy(), "fc1.weight": weight.numpy()})
    with torch.no_grad():
        before = model.fc1.weight.clone()
        model.fc1.weight.copy_(weight)
    value, parameters, _ = own_gradients(torch, model, (x,))
    assert run.graph is graph
    assert run.value == value
    assert np.array_equal(run.grads["fc2.weight"], parameters["fc2.weight"].numpy())
    with torch.no_grad():
        model.fc1.weight.copy_(before)
    assert graph.run().value == graph.example.value
    assert torch.equal(model.fc1.weight, before)


def test_it_takes_the_branch_of_its_inputs(torch, case):
    model, _ = case("branch")
    graph = gv.trace_torch(model, torch.ones(2, 4))
    run = graph.run(x=-np.ones((2, 4)))
    assert run.retraced
    assert [graph.nodes[-2].gate.name, run.graph.nodes[-2].gate.name] == ["mul", "neg"]
    assert graph.run(x=np.ones((3, 4))).value == pytest.approx(
        float(model(torch.ones(3, 4)).sum().detach())
    )


def test_random_draws_are_those_of_the_trace(torch):
    model = torch.nn.Sequential(torch.nn.Linear(4, 50), torch.nn.Dropout(0.5))
    graph = gv.trace_torch(model, torch.ones(1, 4))
    assert graph.run().value == graph.example.value


@pytest.mark.parametrize("name", ["mlp", "encoder", "lstm"])
def test_document_page_and_check(torch, case, name, tmp_path):
    model, inputs = case(name)
    graph = gv.trace_torch(model, *inputs)
    document = json.dumps(graph.to_dict(), allow_nan=False)
    again = gv.Graph.from_dict(json.loads(document))
    assert str(again) == str(graph)
    assert is_from_elsewhere(again)
    with pytest.raises(TypeError, match="a model from elsewhere"):
        again.run()
    report = audit(document)
    assert not report.failures, str(report)
    assert "a model from elsewhere" in " ".join(report.remarks)
    figure = gv.draw(graph)
    assert len(figure.graph.nodes) <= 20
    assert not audit(figure.svg).failures
    page = figure.save(tmp_path / "model.html").read_text(encoding="utf-8")
    assert not audit(page).failures
    assert str(pickle.loads(pickle.dumps(graph))) == str(graph)


def test_the_check_finds_flows_that_do_not_add_up(torch, case):
    model, inputs = case("mlp")
    document = gv.trace_torch(model, *inputs).to_dict()
    document["derived"]["flows"][3]["data"][3] += 0.5  # fc1 → tanh
    assert [each.at for each in audit(json.dumps(document)).failures] == ["fc1"]


def test_what_needs_a_program_says_so(torch, case):
    model, inputs = case("mlp")
    graph = gv.trace_torch(model, *inputs)
    for asked in (graph.code, graph.cost, lambda: graph.sweep(x=np.zeros((2, 5, 4)))):
        with pytest.raises(TypeError, match="which gradviz has no program of"):
            asked()


def test_a_view_opens_boxes_and_modules(torch, case):
    view = gv.View(gv.trace_torch(*_with(case("resnet18"))))
    assert view.structure["path"] == []
    view.part = [view.run.graph.origin.boxes["layer1"]]
    assert view.structure["path"] == ["layer1"]
    view = gv.View(gv.trace_torch(*_with(case("mlp"))))
    view.closed = [0]
    assert [node["label"] for node in view.structure["nodes"]][:2] == ["x", "fc2.weight"]
    view.selected = "n2"
    assert view.update(x=np.zeros((5, 4))) is not None


def _with(case):
    model, inputs = case
    return model, *inputs


def test_refusals_name_the_layer(torch):
    class Own(torch.autograd.Function):
        @staticmethod
        def forward(context, x):
            return x * 2

        @staticmethod
        def backward(context, gradient):
            return gradient * 2

    class Inner(torch.nn.Module):
        def __init__(self, function):
            super().__init__()
            self.function = function

        def forward(self, x):
            return self.function(x)

    def part(x):
        y = x * 1
        y[:, 0].mul_(2)
        return y

    for function, why in (
        (lambda x: Own.apply(x) + 1, "autograd.Function"),
        (part, "in place"),
        (lambda x: torch.fft.fft(x).real, "complex"),
    ):
        model = torch.nn.Sequential(torch.nn.Linear(4, 4), Inner(function))
        with pytest.raises(ValueError, match=why) as refused:
            gv.trace_torch(model, torch.ones(2, 4))
        assert "in 1 (Inner)" in str(refused.value)
        assert "\n" not in str(refused.value)
    with pytest.raises(ValueError, match="asks for a gradient"):
        gv.trace_torch(torch.nn.Identity(), torch.tensor([1, 2]))


def test_a_function_and_what_it_uses(torch):
    w = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)

    def f(x, scale):
        h = torch.tanh(x @ w)
        return (h * scale["by"]).sum()

    x = torch.tensor([[1.0, -1.0]])
    graph = gv.trace_torch(f, x, scale={"by": torch.tensor(2.0)})
    assert set(graph.input_names) == {"x", "scale['by']", "w"}
    (torch.tanh(x @ w) * 2.0).sum().backward()
    assert np.array_equal(graph.example.grads["w"], w.grad.numpy())
    assert "h" in graph.by_label


def test_a_large_model_is_drawn_saved_and_small(torch, case):
    model, inputs = case("resnet18")
    graph = gv.trace_torch(model, *inputs)
    assert len(json.dumps(graph.to_dict())) < 2_000_000
    run = graph.example
    held = {}  # each array once, by where it lies: what stands for zeros takes nothing
    for numbers in (run.primals, run.adjoints, run.flows):
        for each in map(np.asarray, numbers.values()):
            size = each.nbytes if all(each.strides) else each.itemsize
            held[each.__array_interface__["data"][0]] = size
    assert sum(held.values()) <= 3 * sum(np.asarray(each).nbytes for each in run.primals.values())
    with tempfile.TemporaryDirectory() as folder:
        page = gv.draw(graph).save(f"{folder}/model.html")
        assert page.stat().st_size < 2_000_000


def test_modules_in_a_row_stand_side_by_side(torch):
    """Parameters stand behind what their module takes, so that no module lies above another."""
    nn = torch.nn
    row = nn.Sequential(nn.Linear(4, 9), nn.LayerNorm(9), nn.Tanh(), nn.Linear(9, 9), nn.GELU())
    run = gv.trace_torch(row, torch.randn(3, 4), loss=torch.sum).example
    for labels in (True, False):
        figure = Figure(run, labels=labels)
        cards = figure.scene.cards
        frames = sorted((frame.box for frame in figure.scene.frames), key=lambda box: box.x)
        assert len(frames) == 5
        for one, other in pairwise(frames):
            assert one.x + one.width <= other.x
        for edge in run.graph.edges:
            arrives = edge.target.block not in (None, edge.source.block)
            for node in run.graph.inputs if arrives else ():
                if node.block == edge.target.block:
                    box = cards[edge.source.index].box
                    assert box.x + box.width <= cards[node.index].box.x


def test_its_example_runs():
    text = gv.trace_torch.__doc__.replace("# doctest: +SKIP", "")
    example = doctest.DocTestParser().get_doctest(text, {}, "trace_torch", None, None)
    assert not doctest.DocTestRunner().run(example).failed


def test_importing_gradviz_does_not_import_torch():
    code = "import gradviz, sys; gradviz.trace_torch; assert 'torch' not in sys.modules"
    root = Path(gv.__file__).parents[1]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)
