"""The sweeps, step by step, and the reasons for each number."""

import re

import numpy as np
import pytest
from circuit import BACKWARD, FORWARD, INPUTS, circuit
from hypothesis import given
from hypothesis import strategies as st

import gradviz as gv
from gradviz.scene.words import explain, steps


def f(x, y):
    z = x + y
    return z**2


def shared(x):
    u = x**2
    v = 3 * x
    return u * v


def test_the_circuit_step_by_step_as_in_the_document():
    run = gv.trace(circuit, INPUTS).example
    taken = steps.steps(run.graph)
    assert [step.kind for step in taken] == ["start"] + 8 * ["forward"] + ["seed"] + 12 * [
        "backward"
    ]
    forward = [
        steps.at(run, number).primals[step.what]
        for number, step in enumerate(taken)
        if step.kind == "forward"
    ]
    assert np.round(forward, 2).tolist() == FORWARD
    back = [
        steps.at(run, number).flows[step.what]
        for number, step in enumerate(taken)
        if step.kind == "backward"
    ]
    assert np.round([1.0, *back[:3]], 2).tolist() == BACKWARD[:4]


@given(x=st.floats(-3, 3), y=st.floats(-3, 3))
def test_the_last_step_shows_all(x, y):
    for function, inputs in (
        (f, {"x": x, "y": y}),
        (shared, {"x": x}),
        (lambda x, y: x * x * y, {"x": x, "y": y}),
        (lambda x, y: x, {"x": x, "y": y}),
    ):
        run = gv.trace(function, inputs).example
        at_last = steps.at(run, steps.last(run.graph))
        assert at_last.numbers == run.numbers
        assert list(at_last.flows.values()) == list(run.flows.values())
        start = steps.at(run, 0)
        assert [value is not None for value in start.primals.values()] == [
            node.operation is None for node in run.graph.nodes
        ]
        assert set(start.adjoints.values()) == set(start.flows.values()) | {None} == {None}


def test_an_adjoint_comes_together():
    figure = gv.draw(gv.trace(shared, x=2.0))
    assert [figure.at(step).shown.adjoints["x"] for step in range(-3, 0)] == [None, 12.0, 36.0]
    assert figure.at(-1).scene.event.endswith("so far 36")


def test_a_step_as_static_picture():
    figure = gv.draw(gv.trace(f, x=1.0, y=2.0))
    at = figure.at(5)
    assert at.scene.event == "∂f/∂x += ∂f/∂z · ∂z/∂x = 6 · 1 = 6"
    assert "step 5 of 6: ∂f/∂x += ∂f/∂z · ∂z/∂x = 6 · 1 = 6" in str(at)
    assert at.svg.count('gv-lit"') == 2  # the wire and its label
    assert re.findall(r'class="gv-adjoint"[^>]*>([^<]*)<', at.svg)[:4] == ["6", "•", "6", "1"]
    assert at.layout is figure.layout
    assert [figure.at(step).svg.count("•") for step in range(7)] == sorted(
        (figure.at(step).svg.count("•") for step in range(7)), reverse=True
    )
    assert figure.at(-1).step == 6
    for wrong in (7, -8):
        with pytest.raises(IndexError, match="the sweeps through f take steps 0 to 6"):
            figure.at(wrong)
    with pytest.raises(TypeError, match="a step is a whole number"):
        figure.at(1.0)


def test_the_caption_needs_as_many_lines_as_it_needs():
    assert gv.draw(gv.trace(f, x=1.0, y=2.0)).at(-1).svg.count('class="gv-caption"') == 1
    narrow = gv.draw(
        gv.trace(lambda a_rather_long_name: np.exp(a_rather_long_name), a_rather_long_name=1.0)
    ).at(-1)
    assert narrow.svg.count('class="gv-caption"') == 2


def test_all_that_is_to_be_said():
    figure = gv.draw(gv.trace(shared, x=2.0))
    assert figure.explain("u", detail="full") == "\n".join(
        [
            "u = x² = 2² = 4",
            "∂u/∂x = 2·x = 2·2 = 4",
            "∂shared/∂u = v = 1 · 6 = 6",
            "nudging u: Δshared/Δu = 6",
        ]
    )
    assert figure.explain("x", "v") == "∂shared/∂x += ∂shared/∂v · ∂v/∂x = 4 · 3 = 12"
    assert figure.explain("x", "v", detail="full").split("\n") == [
        "∂v/∂x = 3",
        "∂shared/∂x += ∂shared/∂v · ∂v/∂x = 4 · 3 = 12",
        "nudging x: Δv/Δx = 3",
    ]
    with pytest.raises(KeyError, match="no edge leads from 'u' to 'v'"):
        figure.explain("u", "v")
    with pytest.raises(ValueError, match="detail is 'short' or 'full'"):
        figure.explain("u", detail="some")


def test_at_a_step_only_what_is_known_is_said():
    figure = gv.draw(gv.trace(f, x=1.0, y=2.0)).at(1)
    assert figure.explain("z", detail="full").split("\n") == [
        "z = x + y = 1 + 2 = 3",
        "∂z/∂x = 1",
        "∂z/∂y = 1",
        "∂f/∂z = 2·z = • · • = •",
        "nudging z: Δf/Δz = 6",
    ]
    assert figure.at(-1).explain("z") == "∂f/∂z = 2·z = 1 · 6 = 6"
    assert "•\n6\n" not in figure.dot.source


def test_steps_of_what_was_recorded():
    x = gv.Variable(2.0, name="x")
    y = shared(x)
    figure = gv.draw(y)
    assert set(figure.at(-1).shown.adjoints.values()) == {None}
    assert "•" in figure.at(-1).svg
    y.backward()
    assert gv.draw(y).at(-1).shown.adjoints["x"] == x.grad == 36.0


@pytest.mark.parametrize(
    ("function", "inputs", "said"),
    [
        (lambda x: x**2, {"x": -2.0}, "f = x² = (−2)² = 4"),
        (lambda x, y: x * y, {"x": -2.0, "y": -3.0}, "f = x·y = −2·(−3) = 6"),
        (lambda x, y: x - y, {"x": -2.0, "y": -3.0}, "f = x − y = −2 − (−3) = 1"),
        (lambda x: np.exp(x), {"x": -1.0}, "f = exp(x) = exp(−1) = 0.3679"),
        (lambda x: -x, {"x": -1.0}, "f = −x = −(−1) = 1"),
        (lambda x: 5 - x, {"x": 7.0}, "f = 5 − x = 5 − 7 = −2"),
        (lambda x: abs(x), {"x": -1.5}, "f = |x| = |−1.5| = 1.5"),
    ],
)
def test_numbers_take_the_place_of_names(function, inputs, said):
    assert gv.draw(gv.trace(function, inputs)).explain("f", detail="full").split("\n")[0] == said


def test_names_are_data_in_explanations():
    figure = gv.draw(gv.trace(lambda *xs: xs[0] * xs[1], {"<b>": 2.0, "{0} = %s": 3.0}))
    assert figure.explain("f", detail="full").split("\n")[0] == "f = <b>·{0} = %s = 2·3 = 6"


@given(x=st.floats(-2, 2), y=st.floats(0.5, 2))
def test_without_calculus_the_same(x, y):
    run = gv.trace(lambda x, y: np.tanh(x * y) / y + np.log(y) * x**3, x=x, y=y).example
    for what in (*run.graph.nodes, *run.graph.edges):
        nudge = explain.Nudge(run, what)
        assert nudge.agrees
        assert nudge.quotient == pytest.approx(nudge.derivative, rel=1e-4, abs=1e-6)


def test_nudging_arrays_and_poles():
    run = gv.trace(
        lambda v, w: np.sum(np.exp(v) @ w), v=[1.0, 2.0], w=[[1.0, 0.0, 2.0], [0.5, 1.0, 1.0]]
    ).example
    assert all(explain.Nudge(run, what).agrees for what in (*run.graph.nodes, *run.graph.edges))
    pole = gv.trace(lambda x: 1 / x, x=0.0).example
    assert explain.Nudge(pole, pole.graph.nodes[0]).quotient is None
    assert "tells nothing here" in gv.draw(pole).explain("x", detail="full")
    kink = gv.trace(lambda x: abs(x), x=0.0).example
    assert explain.Nudge(kink, kink.graph.nodes[0]).quotient == 0.0


def test_a_derivative_planted_wrong_lights_exactly_that_gate():
    @gv.primitive
    def cube(x):
        return x**3

    @gv.primitive
    def good(x):
        return x**3

    cube.derivative(lambda x, out: -3 * x * x)
    good.derivative(lambda x, out: 3 * x * x)
    figure = gv.draw(gv.trace(lambda x: cube(good(np.sin(x)) + 1) * good(x), x=0.7))
    assert [node.operation.name for node in explain.suspects(figure.run)] == ["cube"]
    assert figure.svg.count('gv-wrong"') == 1
    assert "but the derivative says" in figure.explain("v4", detail="full")

    @gv.primitive
    def relu(x):
        return max(x, 0.0)

    relu.derivative(lambda x, out: 1.0 if x > 0 else 0.0)
    assert not explain.suspects(
        gv.trace(lambda x: relu(x) * 2, x=0.0).example
    )  # at a kink one side is right

    @gv.primitive
    def fails(x):
        if x != 1.0:
            raise OSError("only at 1")
        return x

    fails.derivative(lambda x, out: 1.0)
    assert gv.draw(gv.trace(lambda x: fails(x) * 2, x=1.0)).svg


def test_a_wrong_gate_inside_a_closed_block_lights_the_block():
    @gv.primitive
    def square(x):
        return x * x

    square.derivative(lambda x, out: 3 * x)

    @gv.block
    def inside(x):
        return square(x) + 1

    assert [
        node.operation.name
        for node in explain.suspects(
            gv.draw(gv.trace(lambda x: inside(x) * x, x=2.0), collapse=True).run
        )
    ] == ["inside"]


def test_what_a_gate_works_out_inside_is_called_no_matrix():
    @gv.primitive
    def scaled(w, x):
        return w * x

    scaled.vjp_by(lambda adjoint, out, w, x: (adjoint * x, adjoint * w))
    svg = gv.draw(gv.trace(scaled, w=2.0, x=-1.0)).svg
    assert "∂scaled/∂w stays inside the gate" in svg
    assert "matrix" not in svg
