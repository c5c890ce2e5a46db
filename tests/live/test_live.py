"""The live figure, without a browser: what is sent, and that nothing a user does ends it."""

import math
import time
from array import array
from threading import Event, Thread

import ipywidgets as widgets
import numpy as np
import pytest
import traitlets
from circuit import INPUTS, circuit

import gradviz as gv
from gradviz.figure.page.packing import packed, packed_for_a_view
from gradviz.scene import heat


def numbers(view):
    """All numbers of the run, as the page reads them out of what is sent."""
    sent, places = array("d", view.numbers), view.structure["places"]
    return list(sent) if places is None else [sent[place] for place in places]


def test_a_moved_slider_is_a_run():
    explorer = gv.explore(circuit, INPUTS)
    structure = explorer.view.structure
    explorer.sliders["w0"].value = 3.5
    run = gv.trace(circuit, {**INPUTS, "w0": 3.5}).example
    assert numbers(explorer.view) == list(run.numbers)
    assert explorer.view.structure is structure


def test_marimo_is_shown_the_view_with_sliders_of_its_own():
    power = widgets.FloatLogSlider(100.0, base=10.0, min=-1, max=3, step=0.5)
    explorer = gv.explore(lambda x, y, z: x * y + z, x=(0, 4, 0.5), y=power, z=power)
    assert explorer.view.ranges == []
    assert explorer._display_() is explorer.view
    assert explorer.view.ranges == [
        {"label": "x", "inputs": [0], "least": 0.0, "most": 4.0, "grain": 0.5, "base": None},
        {"label": "y, z", "inputs": [1, 2], "least": -1.0, "most": 3.0, "grain": 0.5, "base": 10.0},
    ]


def test_only_numbers_are_sent_when_a_slider_moves():
    explorer = gv.explore(circuit, INPUTS)
    sent = []
    explorer.view.observe(lambda change: sent.append(change.name), names=explorer.view.keys)
    explorer.sliders["w0"].value = 3.5
    assert sent == ["numbers"]
    distinct = set(numbers(explorer.view))
    assert 8 * len(distinct) <= len(explorer.view.numbers) < 8 * (13 + 12 + 13)


def test_a_run_that_python_cannot_finish_is_sent_in_the_same_places():
    explorer = gv.explore(lambda x, y: np.log(x) * y + y, x=(-1, 1), y=2.0)
    explorer.sliders["x"].value = 0.0
    explorer.view.update(x=-0.5)
    assert str(numbers(explorer.view)) == str(
        list(gv.trace(lambda x, y: np.log(x) * y + y, x=-0.5, y=2.0).example.numbers)
    )


def test_arrays_are_sent_as_shapes_and_what_they_show():
    explorer = gv.explore(
        lambda w: np.sum(w * np.ones((3, 4))) + np.sum(w * np.array([1.0, 2.0])), w=1.0
    )
    explorer.sliders["w"].value = 3.0
    shapes, sent = explorer.view.structure["shapes"], array("d", packed(explorer.run))
    assert [3, 4] in shapes
    nodes, edges = len(explorer.view.structure["nodes"]), len(explorer.view.structure["edges"])
    cells = [
        12
        if shape == [3, 4] and (part < nodes or nodes + edges <= part < 2 * nodes + edges)
        else 2
        if shape == [2]
        else 1
        for part, shape in enumerate(shapes)
        if shape is not None
    ]
    assert len(sent) == sum(cells)
    assert {3.0, 6.0, 36.0, 9.0, 45.0} <= set(sent)
    of_maps = sum(count for count in cells if count == 12)
    numbers = array("d", explorer.view.numbers[: 8 * (len(sent) - of_maps)])
    assert {36.0, 9.0, 45.0} <= set(numbers)
    maps = np.frombuffer(explorer.view.numbers[8 * len(numbers) :], "<f4")
    assert maps.size == of_maps
    assert {3.0, 1.0} <= {*maps.tolist()} <= {*sent}


def test_a_move_of_a_network_sends_what_changes_and_no_more():
    w, x = np.linspace(-1, 1, 30 * 40).reshape(30, 40), np.ones((5, 30))
    explorer = gv.explore(lambda w, x, gain: np.sum(np.tanh(x @ (w * gain))), w=w, x=x, gain=1.0)
    before = {name: getattr(explorer.view, name) for name in ("arrays", "cells")}
    told = []
    explorer.view.observe(lambda change: told.append(change.name))
    explorer.update(gain=2.0)
    assert {"arrays", "cells"}.isdisjoint(told)
    assert before["cells"] == packed_for_a_view(explorer.run, [0, 1, 2])[1]
    maps = sum(
        heat.grid(number).size for number in explorer.run.primals.values() if np.ndim(number)
    )
    assert len(explorer.view.numbers) < 4 * 2 * maps + 8 * 40
    explorer.update(x=2 * x)
    assert explorer.view.cells != before["cells"]


def test_numbers_that_need_64_bits_have_them():
    explorer = gv.explore(lambda x, gain: np.sum(x * gain), x=np.arange(8.0), gain=1e200)
    assert explorer.view.numbers == packed(explorer.run)
    explorer.update(gain=np.inf)  # infinities need no more than 32
    assert len(explorer.view.numbers) < len(packed(explorer.run))


def test_a_branch_is_redrawn():
    explorer = gv.explore(lambda x: x if x > 0 else 0.1 * x, x=(-5, 5))
    explorer.sliders["x"].value = 2.0
    assert numbers(explorer.view) == [2.0, 1.0]
    explorer.sliders["x"].value = -2.0
    assert explorer.run.value == -0.2
    assert len(explorer.view.structure["nodes"]) == 2
    assert "×0.1" in explorer.view.structure["svg"]
    explorer.sliders["x"].value = 1.0
    assert len(explorer.view.structure["nodes"]) == 1


@pytest.mark.parametrize(
    ("function", "at"),
    [(np.log, -1.0), (lambda x: 1 / x, 0.0), (np.exp, 1000.0), (lambda x: x**0.5, -1.0)],
)
def test_nan_and_infinity_do_not_end_it(function, at):
    explorer = gv.explore(lambda x: function(x) + 1, x=(-1, 1000))
    explorer.update(x=at)
    assert not np.isfinite(explorer.run.value)
    explorer.update(x=0.5)
    assert np.isfinite(explorer.run.value)
    assert explorer.view.message == ""


def test_a_function_that_fails_says_so_and_lives_on():
    def f(x, y):
        if x < 0:
            raise ValueError("x <must> not be negative")
        return np.sqrt(x) * y

    explorer = gv.explore(f, x=(-4, 4), y=1.0)
    explorer.sliders["x"].value = -1.0
    assert explorer.view.message == "ValueError: x <must> not be negative"
    explorer.sliders["y"].value = 3.0
    assert explorer.view.message != ""
    explorer.sliders["x"].value = 4.0
    assert (explorer.view.message, explorer.run.value) == ("", 6.0)


def test_sliders_from_abbreviations():
    explorer = gv.explore(
        lambda a, b, c, d, e: a + b + c + d + e,
        a=2.0,
        b=(-5, 5),
        c=(0, 1, 0.25),
        d=0,
        e=widgets.FloatText(7.0),
    )
    a, b, c, d, e = explorer.sliders.values()
    assert (a.value, a.min, a.max) == (2.0, -2.0, 6.0)
    assert (b.value, b.min, b.max, b.step) == (0.0, -5.0, 5.0, 0.05)
    assert (c.value, c.step) == (0.5, 0.25)
    assert (d.value, d.min, d.max) == (0.0, -1.0, 1.0)
    assert type(e) is widgets.FloatText
    assert all(isinstance(slider, widgets.FloatSlider) for slider in (a, b, c, d))
    assert all(100 <= (slider.max - slider.min) / slider.step <= 401 for slider in (a, b, d))
    assert [slider.description for slider in (a, b)] == ["a", "b"]


@pytest.mark.parametrize("bad", ["2", None, 1j, (1,), (1, 2, 3, 4), ("a", "b"), object()])
def test_inputs_that_make_no_slider(bad):
    with pytest.raises(TypeError, match="'x'"):
        gv.explore(lambda x: x * x, x=bad)


@pytest.mark.parametrize(
    "bad", [(2, 1), (0, 1, 0), (0, 1, -1), (0, float("inf")), float("nan"), float("inf")]
)
def test_ranges_that_make_no_slider(bad):
    with pytest.raises(ValueError, match="'x'"):
        gv.explore(lambda x: x * x, x=bad)


def test_update_from_elsewhere_moves_the_sliders():
    explorer = gv.explore(lambda x, y: x * y, x=2.0, y=3.0)
    assert explorer.update(x=100.0).value == 300.0
    assert explorer.sliders["x"].value == 100.0
    assert explorer.run.value == 300.0
    for bad in ("1", None, 1j):
        with pytest.raises(TypeError, match="input 'x' of f must be a real number"):
            explorer.update(x=bad)
    assert explorer.run.value == 300.0


@pytest.mark.parametrize("value", [-3.14159, 0.3, 5.0, 1 / 3, 1e-9, 12345.678, 1e6, 7.0])
def test_a_value_between_two_steps_stays(value):
    sliders = {
        "own": (-1, 1),
        "lent": widgets.FloatSlider(0.5, min=0, max=1, step=0.1),
        "logarithmic": widgets.FloatLogSlider(1.0, min=-1, max=1),
        "text": widgets.FloatText(1.0),
        "bounded": widgets.BoundedFloatText(0.5, min=0, max=1),
        "whole": widgets.IntSlider(1, min=0, max=3),
        "whole_bounded": widgets.BoundedIntText(1, min=0, max=3),
    }
    explorer = gv.explore(lambda *inputs: sum(inputs[1:], inputs[0]), sliders)
    explorer.update(**dict.fromkeys(sliders, value))
    assert set(explorer.run.inputs.values()) == {value}
    can_show = {
        "logarithmic": value > 0,
        "whole": value == round(value),
        "whole_bounded": value == round(value),
    }
    for name, slider in explorer.sliders.items():
        assert (slider.value == value) == can_show.get(name, True)
    for name, slider in explorer.sliders.items():
        slider.value = 2 if slider.value == 1 else 1
        assert explorer.run.inputs[name] == slider.value


def test_names_are_data_in_sliders():
    name = "<script>alert(1)</script>"
    explorer = gv.explore(lambda *xs: xs[0] * 2, {name: 1.0})
    assert explorer.sliders[name].description == name
    assert explorer.sliders[name].description_allow_html is False
    assert "<script" not in explorer.view.structure["svg"]


def test_screen_readers_are_told_what_stands_beside_a_slider():
    shown, bare = widgets.FloatSlider(value=1.0, description="rate"), widgets.FloatSlider(value=2.0)
    explorer = gv.explore(
        lambda *xs: xs[0] * xs[1] + xs[2] * xs[3], {"x": shown, "y": bare, "z": 1.0, "$5": (0, 1)}
    )
    names = explorer.children[0].children[-1].children[0].names
    assert [names[slider.model_id] for slider in explorer.sliders.values()] == [
        "rate",
        "y",
        "z",
        "$5",
    ]


def test_what_stays_when_there_is_no_kernel():
    explorer = gv.explore(circuit, INPUTS)
    for shown in (explorer, explorer.view):
        data, _ = shown._repr_mimebundle_()
        assert {
            "application/vnd.jupyter.widget-view+json",
            "text/html",
            "image/svg+xml",
            "text/plain",
        } <= set(data)
    assert (
        repr(explorer)
        == "<Explorer circuit = 0.7311 at w0 = 2, x0 = −1, w1 = −3, x1 = −2, w2 = −3>"
    )
    assert repr(explorer.view).startswith("<View circuit = 0.7311 at")


def test_infinite_inputs_and_inputs_called_self():
    explorer = gv.explore(lambda self, y: self * y, self=1.0, y=2.0)
    explorer.update(self=float("inf"))
    assert explorer.run.value == float("inf")
    explorer.sliders["y"].value = 3.0
    explorer.sliders["self"].value = 2.0
    assert explorer.run.value == 6.0


def test_a_users_own_widgets():
    slider = widgets.FloatSlider(value=0.33, min=0, max=1, step=0.1)
    choice = widgets.Dropdown(options=[1.0, 2.0])
    explorer = gv.explore(lambda x, y: x * y, x=slider, y=choice)
    slider.value = 0.3
    assert explorer.run.inputs["x"] == 0.3
    explorer.update(y=5.0)
    assert (explorer.run.value, choice.value) == (1.5, 1.0)


@pytest.mark.parametrize("extreme", [1e308, (-1e308, 1e308), 5e-324, (0, 5e-324)])
def test_ranges_at_the_ends_of_the_floats(extreme):
    with pytest.raises(ValueError, match="input 'x'"):
        gv.explore(lambda x: x * 2, x=extreme)


def test_updating_the_view_alone():
    explorer = gv.explore(lambda x, y: x * y, x=2.0, y=3.0)
    explorer.view.update(x=5.0)
    explorer.sliders["y"].value = 4.0
    assert explorer.run.value == 20.0


def test_a_hand_moves_a_slider_while_a_cell_moves_another():
    """Widgets are told of hands in a thread of their own, while a cell runs."""
    within, slow = Event(), False

    @gv.primitive
    def same(t):
        if slow:
            within.set()
            time.sleep(0.2)
        return t

    same.derivative(lambda t, out: 1.0)
    explorer = gv.explore(lambda x, y: same(x) * y, x=2.0, y=3.0)
    slow = True
    hand = Thread(target=explorer.sliders["x"].set_state, args=({"value": 2.5},))
    hand.start()
    within.wait()
    explorer.update(y=0.123)
    hand.join()
    assert explorer.view.inputs == explorer.run.inputs == {"x": 2.5, "y": 0.123}
    assert [slider.value for slider in explorer.sliders.values()] == [2.5, 0.123]
    assert numbers(explorer.view) == list(explorer.run.numbers)


def test_one_slider_for_two_inputs():
    slider = widgets.FloatSlider(value=1.0, min=0, max=5)
    explorer = gv.explore(lambda x, y: x * y, x=slider, y=slider)
    slider.value = 3.0
    assert explorer.run.value == 9.0
    explorer.view.hand = {"1": ["0.123", 1.0]}
    assert (explorer.run.inputs, slider.value) == ({"x": 0.123, "y": 0.123}, 0.123)
    assert explorer.update(x=7.7).inputs == {"x": 7.7, "y": 7.7}
    assert slider.value == 7.7
    explorer.update(x=float("inf"))
    assert explorer.run.inputs == {"x": float("inf"), "y": float("inf")}
    explorer.update(x=2.0, y=4.0)  # as it was asked for; the slider can't be at both
    assert (explorer.run.value, slider.value) == (8.0, 7.7)


def nested(w, x):
    return gv.sigmoid(halved(w * x)) * x


@gv.block
def halved(t):
    return t / 2 + 1


def test_the_hand_on_a_card_moves_the_slider():
    explorer = gv.explore(lambda x, y: x * y, x=2.0, y=3.0)
    explorer.view.hand = {"1": ["3.5", 1.0]}
    assert (explorer.run.value, explorer.sliders["y"].value) == (7.0, 3.5)
    explorer.sliders["y"].value = 3.0
    explorer.view.hand = {"1": ["3.5", 2.0]}  # the same move once more
    assert (explorer.run.value, explorer.sliders["y"].value) == (7.0, 3.5)
    explorer.view.hand = {"1": ["-inf", 4.0], "0": ["5.0", 3.0]}  # while Python was busy
    assert explorer.run.inputs == {"x": 5.0, "y": float("-inf")}
    assert [slider.value for slider in explorer.sliders.values()] == [5.0, 3.5]
    assert [node["input"] for node in explorer.view.structure["nodes"]] == [
        {"least": -2.0, "most": 6.0, "grain": 0.05},
        {"least": -3.0, "most": 9.0, "grain": 0.05},
        None,
    ]


def test_a_slider_tells_what_json_cannot():
    explorer = gv.explore(lambda x, y: x * y, x=2.0, y=3.0)
    slider = explorer.sliders["x"]
    slider.set_state({"value": 1.0, "beyond": ["-inf", 1.0]})
    assert (explorer.run.inputs, slider.value) == ({"x": -math.inf, "y": 3.0}, 1.0)
    slider.set_state({"beyond": []})  # a hand puts it where it stands
    assert explorer.run.inputs["x"] == 1.0
    slider.set_state({"beyond": ["inf", 1.0]})
    slider.value = 1.5
    slider.value = 1.0
    assert explorer.run.inputs["x"] == 1.0


def test_blocks_close_and_open():
    view = gv.View(gv.trace(nested, w=0.5, x=2.0))
    gradients, nodes = view.run.grads, len(view.run.graph.nodes)
    view.selected = "n1"
    view.closed = [0]
    assert (len(view.run.graph.nodes), view.run.grads, view.selected) == (nodes - 1, gradients, "")
    assert view.update(x=3.0).grads == gv.trace(nested, w=0.5, x=3.0).example.grads
    view.closed = []
    assert len(view.run.graph.nodes) == nodes
    assert view.run.inputs["x"] == 3.0
    assert gv.explore(nested, w=0.5, x=2.0, collapse=["halved"]).view.closed == [0]
    assert gv.explore(nested, w=0.5, x=2.0, collapse=True, expand="halved").view.closed == []


def test_steps_selections_and_code():
    view = gv.View(gv.trace(nested, w=0.5, x=2.0), step=-1, code=True)
    end = view.step
    view.step = 1000
    assert view.step == end
    view.step = 2
    assert "step 2 of" in str(view.figure)
    assert {part["text"] for part in view.code["source"]} >= {
        "def halved(t):",
        "    return t / 2 + 1",
    }
    view.code_open = False
    for selected, lines in (("n0", 1), ("e0", 1), ("n99", 0), ("x", 0), ("", 0)):
        view.selected = selected
        assert view.nudges["of"] == selected
        assert len(view.nudges["lines"]) == lines
    with pytest.raises(IndexError, match="there is no step 99"):
        gv.View(gv.trace(nested, w=0.5, x=2.0), step=99)


def test_arguments_that_are_called_as_options_are():
    explorer = gv.explore(lambda x, step: x * step, x=2.0, step=3.0)
    assert list(explorer.sliders) == ["x", "step"]
    assert (explorer.run.value, explorer.view.step) == (6.0, None)
    assert gv.explore(lambda x: x * 2, x=2.0, step=1).view.step == 1


def test_a_branch_while_a_step_is_shown():
    explorer = gv.explore(lambda x: x * x * x * x if x > 0 else x * 2, x=1.0, step=6)
    explorer.update(x=-1.0)
    assert str(explorer.view.figure)
    assert explorer.run.value == -2.0


def test_a_view_can_be_made_with_something_selected():
    view = gv.View(gv.trace(lambda x, y: x * y, x=2.0, y=3.0), selected="n0")
    assert view.nudges["of"] == "n0"


def test_a_page_is_told_what_is_dealt_with():
    view = gv.View(gv.trace(lambda x: x * x, x=3.0))
    view.set_state({"asked": "a-1", "hand": {"0": ["4.0", 1.0]}})
    assert (view.answered, view.run.value) == ("a-1", 16.0)
    with pytest.raises(traitlets.TraitError):
        view.set_state({"asked": "a-2", "step": "no step"})
    assert view.answered == "a-2"


def test_the_same_error_once_more_is_told_once_more():
    def f(x):
        if x < 0:
            raise ValueError("no")
        return x

    view, told = gv.View(gv.trace(f, x=1.0)), []
    view.observe(lambda change: told.append(change.new), names="message")
    view.update(x=-1.0)
    view.update(x=-2.0)
    assert [message for message in told if message] == ["ValueError: no"] * 2
