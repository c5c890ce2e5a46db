"""A local derivative that is 0 by structure hands back nothing, not even 0·∞: flat functions, what
a choice left aside, a factor 0 in the code. A zero that was computed follows IEEE's rules.
"""

import math

import numpy as np
import pytest
from lengths import short

import gradviz as gv
from gradviz.audit import audit
from gradviz.autodiff.programs import interpreter
from gradviz.scene.words.explain import Words
from gradviz.scene.words.formula import State

FLAT = {  # function, where, value and gradient by hand
    "floor in an exponent": (
        lambda x: (-1.0) ** np.floor(x) * (x - np.floor(x)),
        {"x": 1.3},
        (-0.3, {"x": -1.0}),
    ),
    "floor of a root": (lambda x: np.floor(np.sqrt(x)) + x, {"x": 0.0}, (0.0, {"x": 1.0})),
    "sign of a logarithm": (lambda x: np.sign(np.log(x)) * x, {"x": 0.0}, (-0.0, {"x": -1.0})),
    "whole quotient of roots": (lambda x: np.sqrt(x) // 2.0 + x, {"x": 0.0}, (0.0, {"x": 1.0})),
    "times 0": (lambda x: np.sqrt(x) * 0.0 + x, {"x": 0.0}, (0.0, {"x": 1.0})),
    "0 times": (lambda x: 0 * np.cbrt(x) + x, {"x": 0.0}, (0.0, {"x": 1.0})),
    "to the power of 0": (lambda x: np.sqrt(x) ** 0 + x, {"x": 0.0}, (1.0, {"x": 1.0})),
    "a branch of where": (
        lambda x: np.where(x > 1.0, np.sqrt(x), 2.0 * x),
        {"x": 0.0},
        (0.0, {"x": 2.0}),
    ),
    "angle of flat legs": (
        lambda x, y: np.arctan2(np.floor(x), np.floor(y)) + x,
        {"x": 0.5, "y": 0.5},
        (0.5, {"x": 1.0, "y": 0.0}),
    ),
    "zero to the power of zero": (
        lambda x, y: np.floor(x) ** np.floor(y) + x * y,
        {"x": 0.5, "y": 0.5},
        (1.25, {"x": 0.5, "y": 0.5}),
    ),
    "a sign that is copied": (
        lambda x: np.copysign(x, np.log(x)),
        {"x": 0.0},
        (-0.0, {"x": -1.0}),
    ),
}
CHOICES = {
    "relu under a root": (lambda x: np.sqrt(gv.relu(x)), {"x": -1.0}, (0.0, {"x": 0.0})),
    "maximum": (lambda x: np.sqrt(np.maximum(x, 0.0)), {"x": -1.0}, (0.0, {"x": 0.0})),
    "minimum": (lambda x: np.sqrt(-np.minimum(x, 0.0)), {"x": 1.0}, (0.0, {"x": 0.0})),
    "clipped": (lambda x: np.sqrt(np.clip(x, 0.0, 1.0)), {"x": -1.0}, (0.0, {"x": 0.0})),
}
COMPUTED = {  # zeros that came out so: nan, as in PyTorch and JAX
    "two factors": (lambda x, y: x * y, {"x": 0.0, "y": math.inf}),
    "absolute value": (lambda x: np.sqrt(np.abs(x)), {"x": 0.0}),
    "an inner zero": (lambda x: np.sqrt(x * x), {"x": 0.0}),
}


def ways(f, at):
    """The gradient by each way that there is."""
    names, values = list(at), list(at.values())
    graph = gv.trace(f, at)
    run = graph.run(at)
    yield "eager", dict(zip(names, gv.grad(f, tuple(range(len(values))))(*values)))
    yield "trace", graph.example.grads
    yield "replay", run.grads
    yield (
        "sum of the flows",
        {
            node.name: sum(flow for edge, flow in run.flows.items() if edge.source is node)
            for node in graph.inputs
        },
    )
    numbers = interpreter.interpret(graph, values)
    yield "interpreter", dict(zip(names, numbers[-len(graph.nodes) :]))
    swept = graph.sweep({name: [value, value] for name, value in at.items()})
    yield "sweep", {name: float(swept.grads[name][1]) for name in names}
    pulled = gv.vjp(f, *values)[1](1.0)
    yield "vjp", dict(zip(names, pulled))
    twice = gv.trace(lambda *x: gv.grad(f)(*x), at)
    yield "a gradient traced", {**run.grads, names[0]: twice.example.value}


def by_hand(f, at):
    """Forward mode too."""
    values = list(at.values())
    return [
        gv.jvp(f, tuple(values), tuple(float(p == q) for q in range(len(values))))[1]
        for p in range(len(values))
    ]


@pytest.mark.parametrize("name", [*FLAT, *CHOICES])
def test_nothing_goes_back_along_a_structural_zero(name):
    f, at, (value, gradient) = {**FLAT, **CHOICES}[name]
    assert gv.trace(f, at).example.value == pytest.approx(value)
    for way, found in ways(f, at):
        assert found == gradient, way
    assert by_hand(f, at) == list(gradient.values())


@pytest.mark.parametrize("name", FLAT)
def test_gradients_of_gradients_are_finite_there(name):
    f, at, _ = FLAT[name]
    for position in range(len(at)):
        second = gv.grad(gv.grad(f, position), position)(*at.values())
        assert math.isfinite(second), position


@pytest.mark.parametrize("name", COMPUTED)
def test_a_zero_that_was_computed_follows_ieee(name):
    f, at = COMPUTED[name]
    graph = gv.trace(f, at)
    if name == "two factors":
        assert graph.run(at).grads == {"x": math.inf, "y": 0.0}
    else:
        assert math.isnan(graph.run(at).grads["x"])
        assert math.isnan(gv.grad(f)(*at.values()))


def test_arrays():
    v = np.array([0.0, 4.0])
    flat = gv.grad(lambda v: np.sum(np.floor(np.sqrt(v)) + 0.0 * np.sqrt(v) + v))
    np.testing.assert_array_equal(flat(v), [1.0, 1.0])
    chosen = gv.grad(lambda v: np.sum(np.sqrt(np.maximum(v, 0.0))))
    np.testing.assert_array_equal(chosen(np.array([-1.0, 4.0])), [0.0, 0.25])
    graph = gv.trace(lambda v: np.sum(np.where(v > 9.0, np.sqrt(v), v)), v=v)
    np.testing.assert_array_equal(graph.run(v=v).grads["v"], [1.0, 1.0])


@pytest.mark.parametrize("name", [*FLAT, *CHOICES])
def test_figures_show_it_and_can_be_checked(name):
    f, at, _ = {**FLAT, **CHOICES}[name]
    figure = gv.draw(gv.trace(f, at))
    report = audit(figure.svg)
    assert not report.failures, str(report)


def test_a_figure_says_that_nothing_goes_back():
    figure = gv.draw(gv.trace(lambda x: np.floor(np.sqrt(x)) + x, x=0.0))
    words, state = Words(figure.graph), State(figure.run)
    flat = next(edge for edge in figure.graph.edges if edge.is_flat)
    before = next(edge for edge in figure.graph.edges if edge.target is flat.source)
    said = state.text(words.flow(flat), 4)
    slope = f"∂{flat.target.label}/∂{flat.source.label}"
    assert said.endswith(f"whatever comes: {slope} is 0 everywhere")
    assert state.text(words.flow(before), 4).endswith(f"nothing comes back to {flat.source.label}")
    assert figure.explain("x") == "∂f/∂x = 1 = 1 · 1 = 1"


def test_a_closed_block():
    @gv.block
    def steps(x):
        return np.floor(np.sqrt(x)) + 2.0 * x

    whole = gv.trace(lambda x: np.sqrt(steps(x)) * 0.0 + steps(x), x=0.0)
    closed = gv.draw(whole, collapse=True)
    assert closed.run.grads == whole.example.grads == {"x": 2.0}
    assert not audit(closed.svg).failures


def test_what_gets_nothing_has_a_gradient_of_zero():
    x, v, w = gv.Variable(0.0), gv.Variable([0.0, 4.0]), gv.Variable(2.0)
    y = np.floor(np.sqrt(x)) + np.sum(np.floor(np.sqrt(v))) + 0.0 * w + np.sum(0.0 * v)
    y.backward()
    assert (x.grad, w.grad) == (0.0, 0.0)
    np.testing.assert_array_equal(v.grad, [0.0, 0.0])
    before = gv.Variable(1.0)
    (np.floor(before) + 2.0 * x).backward()
    assert (before.grad, x.grad) == (0.0, 2.0)
    run = gv.draw(y).run
    assert [run.adjoints[node] for node in run.graph.inputs if node.label == "v0"] == [0.0]


IDLE = [
    np.floor, np.sign, lambda x: x // 2.0, lambda x: 2.0 // x, lambda x: x // x,
    lambda x: x * 0.0, lambda x: 0.0 * x, lambda x: x**0.0, lambda x: np.heaviside(x, 0.5),
]  # fmt: skip


@pytest.mark.parametrize("value", [1.5, [1.5], [1.5, -2.5]], ids=str)
@pytest.mark.parametrize("place", range(len(IDLE)))
def test_what_was_recorded_and_gets_nothing_is_drawn_with_zeros(place, value):
    x, beside = gv.Variable(value, name="x"), gv.Variable(3.0, name="beside")
    y = np.sum(IDLE[place](x)) + beside
    y.backward()
    np.testing.assert_array_equal(x.grad, np.zeros(np.shape(value)))
    assert beside.grad == 1.0
    assert not audit(gv.draw(y).svg).failures


@pytest.mark.parametrize("extreme", short(1, [np.max, np.min]))
def test_a_choice_that_is_recorded_itself_is_told_by_its_value_not_by_its_place(extreme):
    """The condition of the `where` that shares out an extreme's adjoint, wherever it stands."""

    def product(v, fillers):
        def f(v):
            s = np.sum(v)
            for _ in range(fillers):
                s = s + np.sum(v)
            return s + np.exp(extreme(v))

        return gv.grad(lambda v: np.sum(gv.grad(f)(v) * [3.0, 5.0]))(v)

    at = 0 if extreme is np.min else 1
    expected = np.zeros(2)
    expected[at] = [3.0, 5.0][at] * math.exp([0.5, 1.5][at])
    for fillers in range(140):
        np.testing.assert_allclose(product(np.array([0.5, 1.5]), fillers), expected, rtol=1e-14)
