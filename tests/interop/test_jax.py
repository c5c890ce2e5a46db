"""Functions of JAX: the gradients that jax.grad gives, and flows that add up to them."""

import doctest
import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from needs import needed

import gradviz as gv
from gradviz.audit import audit
from gradviz.graph import is_from_elsewhere

pytestmark = pytest.mark.long
README = Path(__file__).parents[2] / "README.md"
NAMES = [
    "mlp", "shared", "conv", "scan", "fori", "while", "cond", "attention", "embedding", "branches",
    "checkpoint", "own derivatives", "stopped", "square", "dropout", "many results", "half",
    "batched", "held", "special",
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def jax():
    return needed("jax", "JAX is not installed: no function of it was traced")


@pytest.fixture
def case(jax):
    from jax_models import case

    return case


def summed(jax, function, loss=None):
    """What trace_jax begins at: one number."""

    def total(arrays):
        made = function(*arrays)
        found = jax.tree.leaves(loss(made) if loss else made)
        return sum(each.sum() for each in found if jax.numpy.issubdtype(each.dtype, np.floating))

    return total


def assert_right(jax, function, arrays, loss=None, within=1e-6):
    """Every gradient is that of jax.grad, and the flows add up."""
    graph = gv.trace_jax(function, *arrays, loss=loss)
    total = summed(jax, function, loss)
    run = graph.example
    assert run.value == pytest.approx(float(total(arrays)), rel=within)
    expected = jax.grad(total, allow_int=True)(arrays)
    leaves = zip(jax.tree.leaves(arrays), jax.tree.leaves(expected))
    smooth = [back for at, back in leaves if jax.numpy.issubdtype(at.dtype, np.floating)]
    found = {name: back for name, back in run.grads.items() if np.any(back)}
    used = [np.asarray(back, np.float64) for back in smooth if np.any(back)]
    assert len(found) == len(used)
    for back in used:
        assert any(is_near(each, back, within) for each in found.values()), run.grads
    assert_flows_add_up(graph)
    return graph


def is_near(found, expected, within=1e-6):
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    return np.shape(found) == np.shape(expected) and np.allclose(
        found, expected, within, within * (1 + np.max(np.abs(expected)))
    )


def assert_flows_add_up(graph):
    run = graph.example
    for node in graph.nodes:
        flows = [run.flows[edge] for edge in graph.edges if edge.source is node]
        adjoint = np.asarray(run.adjoints[node], float)
        if flows:
            most = max(float(np.max(np.abs(flow))) for flow in flows)
            assert np.allclose(sum(flows[1:], flows[0]), adjoint, 1e-5, 1e-6 * (1 + most)), node
        else:
            assert node is graph.output or not np.any(adjoint)


@pytest.mark.parametrize("name", NAMES)
def test_every_gradient_is_that_of_jax_grad(jax, case, name):
    # compiled, JAX keeps more digits of half precision than it does step by step
    assert_right(jax, *case(name), within=1e-2 if name == "half" else 1e-6)


def test_names_are_those_of_the_code(jax, case):
    function, arrays = case("mlp")
    graph = gv.trace_jax(function, *arrays)
    assert graph.input_names == (
        "params[0]['b']", "params[0]['w']", "params[1]['b']", "params[1]['w']", "x",
    )  # fmt: skip
    assert [str(card.block and card.block.name) for card in graph.operations][:4] == ["layer"] * 4
    made = graph.by_label["layer.h"]
    assert made.source.text == 'h = x @ parameters["w"] + parameters["b"]'
    assert made.sign == "+"
    weights = graph.by_label["params[1]['w']"]
    assert weights.block is graph.by_label["layer₂"].block
    expected = jax.grad(summed(jax, function))(arrays)
    assert is_near(graph.example.grads["params[1]['w']"], expected[0][1]["w"])
    closed = gv.draw(graph)
    assert [card.label for card in closed.graph.nodes] == [
        "x", "layer", "layer₂", "sub", "error", "loss",
    ]  # fmt: skip


def test_loops_and_branches_are_one_card_each(jax, case):
    for name, cards in (
        ("while", ["while"]),
        ("cond", ["cond"]),
        ("scan", ["scan [0]", "scan [1]"]),
    ):
        graph = gv.trace_jax(*_with(case(name)))
        found = [node.sign for node in graph.operations if node.gate.name == name]
        assert found == cards  # one for each result


def test_what_has_its_own_derivative_is_one_card(jax, case):
    graph = gv.trace_jax(*_with(case("own derivatives")))
    assert {"twice", "bent"} < {node.gate.name for node in graph.operations}


def test_a_name_stands_at_what_it_names(jax):
    jnp = jax.numpy

    def f(x):
        for _ in range(2):
            x = x + 1.0
        spread = jnp.var(x) + x[0]
        first, second = jax.lax.split(x, (1, 2))
        return spread * first.sum() * second.sum()

    graph = gv.trace_jax(f, jnp.arange(3.0))
    names = [node.name for node in graph.operations if node.name]
    assert names == ["x", "x", "spread", "first", "second"] or names == [
        "x", "x", "first", "second", "spread",
    ]  # fmt: skip
    assert graph.by_label["x₃"].gate.name == "add"


def test_a_loss_is_the_output(jax, case):
    function, arrays = case("attention")

    def loss(made):
        return ((made - 1.0) ** 2).mean()

    graph = assert_right(jax, function, arrays, loss)
    assert graph.output.source.text == "return ((made - 1.0) ** 2).mean()"


def test_it_runs_at_other_inputs(jax, case):
    function, arrays = case("mlp")
    graph = gv.trace_jax(function, *arrays)
    x = np.linspace(-1, 1, 12, dtype=np.float32).reshape(4, 3)
    run = graph.run(x=x)
    expected = jax.grad(summed(jax, function))((arrays[0], jax.numpy.asarray(x)))
    assert run.graph is graph
    assert is_near(run.grads["x"], expected[1])
    assert is_near(run.grads["params[0]['w']"], expected[0][0]["w"])
    assert graph.run().value == graph.example.value
    assert graph.run(x=np.ones((2, 3))).primals["layer"].shape == (2, 5)


def test_what_is_no_array_stays_as_it_is(jax):
    def f(x, times, how, by=2.0):
        assert how == "up"
        for _ in range(times):
            x = x * by
        return x

    graph = gv.trace_jax(f, 3.0, 2, "up", by=4.0)
    assert graph.example.value == 48.0
    assert graph.example.grads == {"x": 16.0, "by": 24.0}
    assert graph.run(by=1.0).grads == {"x": 1.0, "by": 6.0}


def test_a_module_is_a_tree(jax):
    @jax.tree_util.register_pytree_with_keys_class
    class Scale:
        def __init__(self, by):
            self.by = by

        def __call__(self, x):
            return self.by * x

        def tree_flatten_with_keys(self):
            return [(jax.tree_util.GetAttrKey("by"), self.by)], None

        @classmethod
        def tree_unflatten(cls, _, leaves):
            return cls(*leaves)

    graph = gv.trace_jax(Scale(jax.numpy.asarray(3.0)), jax.numpy.asarray(2.0))
    assert graph.name == "Scale"
    assert graph.example.grads == {"by": 2.0, "x": 3.0}


def test_a_module_of_flax(jax):
    nn = needed("flax.linen", "Flax is not installed: no module of it was traced")

    class Net(nn.Module):
        @nn.compact
        def __call__(self, x):
            x = nn.LayerNorm()(nn.relu(nn.Dense(8)(x)))
            return nn.Dense(2)(nn.MultiHeadDotProductAttention(2)(x))

    net, x = Net(), jax.numpy.linspace(-1.0, 1.0, 24).reshape(2, 3, 4)
    variables = net.init(jax.random.key(0), x)
    graph = assert_right(jax, net.apply, (variables, x), within=1e-5)
    assert [card.label for card in gv.draw(graph).graph.nodes] == [
        "args[0]", "Dense_0", "relu", "LayerNorm_0", "MultiHeadDotProductAttention_0", "Dense_1",
        "reduce_sum",
    ]  # fmt: skip


def test_a_module_of_equinox(jax):
    eqx = needed("equinox", "Equinox is not installed: no module of it was traced")
    model, x = eqx.nn.MLP(3, 2, 8, 2, key=jax.random.key(0)), jax.numpy.ones(3)
    run = gv.trace_jax(model, x).example
    expected = eqx.filter_grad(lambda model: model(x).sum())(model)
    for count, layer in enumerate(expected.layers):
        assert is_near(run.grads[f"layers[{count}].weight"], layer.weight)
        assert is_near(run.grads[f"layers[{count}].bias"], layer.bias)
    assert is_near(run.grads["x"], jax.grad(lambda x: model(x).sum())(x))


def test_no_zero_loses_its_sign(jax):
    graph = gv.trace_jax(lambda x: 1.0 / (x * 0.0), -1.0)
    assert graph.example.value == -np.inf


@pytest.mark.parametrize("name", ["mlp", "scan", "attention"])
def test_document_page_and_check(jax, case, name, tmp_path):
    graph = gv.trace_jax(*_with(case(name)))
    document = json.dumps(graph.to_dict(), allow_nan=False)
    again = gv.Graph.from_dict(json.loads(document))
    assert str(again) == str(graph)
    assert is_from_elsewhere(again)
    report = audit(document)
    assert not report.failures, str(report)
    figure = gv.draw(graph)
    assert not audit(figure.svg).failures
    page = figure.save(tmp_path / "model.html").read_text(encoding="utf-8")
    assert not audit(page).failures
    assert str(pickle.loads(pickle.dumps(graph))) == str(graph)


def test_what_needs_a_program_says_so(jax, case):
    graph = gv.trace_jax(*_with(case("mlp")))
    for asked in (graph.code, graph.cost, lambda: graph.sweep(x=np.zeros((2, 4, 3)))):
        with pytest.raises(TypeError, match="is a JAX function, which gradviz has no program of"):
            asked()


def asks(x):
    return x if x > 0 else -x


def test_refusals_are_one_sentence(jax):
    lax = jax.lax
    for function, why in (
        (asks, "line .*: return x if x > 0 else -x: this asks for the numbers of an array"),
        (
            lambda x: lax.while_loop(lambda y: y < 9.0, lambda y: 2.0 * y, x),
            "line .*: JAX can't go back through while",
        ),
        (lambda x: 3.0, "depends on none of its arrays"),
        (lambda x: x > 0, "must give an array of floating point"),
        (lambda x: abs(x + 1j), "is complex"),
    ):
        with pytest.raises(ValueError, match=why) as refused:
            gv.trace_jax(function, 1.0)
        assert "\n" not in str(refused.value)
    with pytest.raises(ValueError, match="the loss of f must give one single number"):
        gv.trace_jax(lambda x: x, np.ones(2), loss=lambda made: made)
    with pytest.raises(ZeroDivisionError):
        gv.trace_jax(lambda x: x / (1 // 0), 1.0)
    with pytest.raises(ValueError, match="not what JAX is tracing"):
        jax.jit(lambda x: gv.trace_jax(lambda x: x, x).example.value)(1.0)


def test_it_takes_functions_only():
    with pytest.raises(TypeError, match="not the int 3"):
        gv.trace_jax(3)


def test_an_older_one_is_refused(jax, monkeypatch):
    monkeypatch.setattr(jax, "__version_info__", (0, 6, 1))
    with pytest.raises(ImportError, match=r"needs JAX 0\.6\.2 or newer; this is 0\.6\.1: update"):
        gv.trace_jax(lambda x: x, 1.0)
    assert "JAX 0.6.2 or newer" in gv.trace_jax.__doc__
    assert "JAX (0.6.2 or newer)" in README.read_text(encoding="utf-8")


def test_its_example_runs():
    text = gv.trace_jax.__doc__.replace("# doctest: +SKIP", "")
    example = doctest.DocTestParser().get_doctest(text, {}, "trace_jax", None, None)
    assert not doctest.DocTestRunner().run(example).failed


def test_importing_gradviz_does_not_import_jax():
    code = "import gradviz, sys; gradviz.trace_jax; assert 'jax' not in sys.modules"
    root = Path(gv.__file__).parents[1]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)


def _with(case):
    function, arrays = case
    return function, *arrays
