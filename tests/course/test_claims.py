"""What the lessons say in words of numbers that no cell shows, worked out here."""

import base64
import re
from itertools import pairwise
from xml.etree import ElementTree

import nbformat
import numpy as np
import pytest
from lesson_code import PATHS
from needs import needed

import gradviz as gv


@pytest.fixture(scope="module")
def digits():
    table = np.loadtxt(PATHS[0].parent / "data/digits.csv.gz", delimiter=",")
    return table[:, :64] / 16, table[:, 64].astype(int)


def times_the_loss(loss, argnums, *inputs):
    """How many floating-point operations the gradient takes, for each one of the loss."""
    with gv.Ledger() as ledger:
        gv.value_and_grad(loss, argnums)(*inputs)
    return ledger.derivative_flops / ledger.flops


def miss(scores, labels):
    log_p = scores - gv.logsumexp(scores, axis=1, keepdims=True)
    return -np.mean(log_p[np.arange(len(labels)), labels])


def test_lesson_5_counts_intermediate_nodes_and_parameters_too():
    def circuit(w0, x0, w1, x1, w2):
        return 1 / (1 + np.exp(-(w0 * x0 + w1 * x1 + w2)))

    graph = gv.trace(circuit, w0=2.0, x0=-1.0, w1=-3.0, x1=-2.0, w2=-3.0)
    intermediate = [node for node in graph.operations if node is not graph.output]
    parameters = [node for node in graph.inputs if node.label.startswith("w")]
    assert (len(intermediate), len(parameters)) == (7, 3)


def test_lesson_5_knows_how_long_a_million_times_is():
    assert round(1e-3 * 1e6 / 60) == 17
    assert round(1e6 / 3600 / 24) == 12


def test_lesson_6_says_what_the_gradient_costs(digits):
    images, labels = digits[0][:50], digits[1][:50]
    rng = np.random.default_rng(0)
    w1, w2 = rng.normal(size=(64, 16)) / 8, rng.normal(size=(16, 10)) / 4

    def loss(w1, b1, w2, b2, x):
        return miss(np.tanh(x @ w1 + b1) @ w2 + b2, labels)

    inputs = w1, np.zeros(16), w2, np.zeros(10), images
    assert round(times_the_loss(loss, (0, 1, 2, 3), *inputs), 1) == 1.1
    assert round(times_the_loss(loss, (0, 1, 2, 3, 4), *inputs), 1) == 2.0

    def deep(matrices):
        x = images
        for matrix in matrices[:-1]:
            x = np.tanh(x @ matrix)
        return miss(x @ matrices[-1], labels)

    sizes = [64, *[16] * 9, 10]
    matrices = [rng.normal(size=shape) / shape[0] ** 0.5 for shape in pairwise(sizes)]
    assert round(times_the_loss(deep, 0, matrices), 1) == 1.7


def test_lesson_6_says_how_large_the_first_sums_are(digits):
    w1 = np.random.default_rng(0).normal(size=(64, 16)) / 8
    assert round(float((digits[0] @ w1).std()), 1) == 0.4


@pytest.mark.long
def test_lesson_6_says_what_pytorch_prints():
    torch = needed("torch", "the PyTorch code of lesson 6 was not run")
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    (2 * x).mean().backward()
    assert str(x.grad) == "tensor([0.6667, 0.6667, 0.6667])"


def test_lesson_4_says_that_a_reciprocal_could_keep_its_output():
    d, out = np.array([1.368, -0.5, 3.0]), 1 / np.array([1.368, -0.5, 3.0])
    slopes = [gv.grad(lambda d: 1 / d)(each) for each in d]
    np.testing.assert_allclose(slopes, -(out**2), rtol=1e-15)


def test_lesson_7_knows_what_a_gate_hands_on_too_early():
    def twice(a, b):
        p = a * b
        q = p + a
        return q * p

    run = gv.trace(twice, a=2.0, b=3.0).example
    flows = {(edge.source.label, edge.target.label): flow for edge, flow in run.flows.items()}
    p = run.graph.operations[0]
    assert (flows["p", "twice"], flows["p", "q"], run.adjoints[p]) == (8.0, 6.0, 14.0)
    locals_ = [run.locals[edge] for edge in run.graph.edges if edge.target is p]
    assert [8 * local for local in locals_] == [24.0, 16.0]
    assert [14 * local for local in locals_] == [42.0, 28.0]


@pytest.mark.parametrize("folder", [PATHS[9].parent, PATHS[9].parent / "zh"], ids=["en", "zh"])
def test_lesson_9_opens_its_model_with_its_boxes_closed(folder):
    cells = {cell.id: cell for cell in nbformat.read(folder / PATHS[9].name, 4).cells}
    html = cells["open"].outputs[-1].data["text/html"]
    picture = base64.b64decode(re.search(r"svg\+xml;base64,([\w+/=]+)", html)[1])
    drawn = {element.text for element in ElementTree.fromstring(picture).iter()}
    assert {"x", "hidden", "scores"} <= drawn
    assert not {"weight", "bias"} & drawn
