"""Arrays and large graphs in the live view: maps, elements, boxes, zoom; in a page of its own, with
Python's numbers.
"""

import base64

import numpy as np
import pytest
from browser import soon
from gallery import WEIGHTS, network
from page import page_of
from playwright.sync_api import expect

import gradviz as gv
from gradviz.export import svg
from gradviz.scene import heat
from gradviz.scene.numbers import shown as on_card

pytestmark = pytest.mark.long

RNG = np.random.default_rng(5)


def layer(w, x, b, scale):
    h = np.tanh(w @ x + b) * scale
    return np.sum(h**2)


INPUTS = {
    "w": RNG.normal(size=(30, 40)),
    "x": RNG.normal(size=40),
    "b": np.full(30, 0.1),
    "scale": 1.0,
}


@pytest.fixture
def show(browser):
    pages = []

    def show_(view, **options):
        page = browser.new_page(viewport={"width": 1000, "height": 800})
        pages.append(page)
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_content(page_of(view, **options))
        page.wait_for_selector(".gradviz-view svg.gradviz")
        page.errors = errors
        return page

    yield show_
    for page in pages:
        assert page.errors == []
        page.close()


def send(page, view):
    """Hand the page the numbers of the view, as a kernel would."""
    for name in ("cells", "numbers"):
        page.evaluate(
            "([name, text]) => model.set(name, new DataView(Uint8Array.from(atob(text), (byte) => "
            "byte.charCodeAt(0)).buffer))",
            [name, base64.b64encode(getattr(view, name)).decode()],
        )


def maps(page):
    return page.locator(".gv-map[data-of] > .gv-cells").evaluate_all(
        "(all) => all.map((cells) => Array.from(cells.children, (path) => "
        "[path.getAttribute('class'), path.getAttribute('opacity'), path.getAttribute('d')]))"
    )


def expected_maps(run):
    import xml.etree.ElementTree as ET

    found = []
    for node in run.graph.nodes:
        for number in (run.primals[node], run.adjoints[node]):
            if heat.is_mapped(number):
                cell = heat.size(number.shape)[2]
                picture = ET.fromstring(f"<g>{svg.cells(heat.shades(heat.grid(number)), cell)}</g>")
                found.append(
                    [[path.get("class"), path.get("opacity"), path.get("d")] for path in picture]
                )
    return found


def check_maps(page, run):
    """Maps and cards show what a run has."""
    assert maps(page) == expected_maps(run)
    shown = page.locator(".gv-node").evaluate_all(
        "(all) => all.map((g) => [g.querySelector('.gv-value').textContent, "
        "g.querySelector('.gv-adjoint').textContent])"
    )
    assert shown == [
        [on_card(run.primals[node]), on_card(run.adjoints[node], shape=False)]
        for node in run.graph.nodes
    ]


def test_maps_follow_cell_by_cell(show):
    view = gv.View(gv.trace(layer, INPUTS))
    page = show(view)
    soon(page, check_maps, page, view.run)
    for change in (
        {"scale": -2.0},
        {"w": RNG.normal(size=(30, 40))},
        {"b": np.full(30, np.nan)},
        {"b": np.full(30, np.inf)},
        {"x": np.zeros(40), "b": np.zeros(30)},
    ):
        view.update(**change)
        send(page, view)
        soon(page, check_maps, page, view.run)


def test_an_element_under_the_pointer(show):
    view = gv.View(gv.trace(lambda w: np.sum(w**2), w=np.arange(12.0).reshape(3, 4) - 5))
    page = show(view)
    value, gradient = page.locator("#n0 .gv-map .gv-frame").all()
    box = value.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 2.5 / 4, box["y"] + box["height"] * 1.5 / 3)
    tip = page.locator(".gv-tip-text")
    expect(tip).to_have_text("w[1, 2] = 1")
    box = gradient.bounding_box()
    page.mouse.move(box["x"] + 1, box["y"] + box["height"] - 1)
    expect(tip).to_have_text("∂f/∂w[2, 0] = 6")
    page.mouse.click(box["x"] + 1, box["y"] + box["height"] - 1)
    assert page.evaluate("() => [model.get('selected'), model.get('element')]") == ["n0", "2, 0"]
    page.mouse.move(5, 700)
    expect(tip).to_be_hidden()


def test_a_cell_of_a_large_array_says_what_it_stands_for(show):
    w = np.zeros((32, 48))
    w[3, 5] = -7.0
    page = show(gv.View(gv.trace(lambda w: np.sum(w), w=w)))
    box = page.locator("#n0 .gv-map .gv-frame").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 2.5 / 24, box["y"] + box["height"] * 1.5 / 16)
    expect(page.locator(".gv-tip-text")).to_have_text("w, rows 2–3, columns 4–5: largest −7")


def test_boxes_open_by_keyboard_and_by_mouse(show):
    view = gv.View(gv.trace(network, WEIGHTS))
    page = show(view)
    expect(page.locator(".gv-node")).to_have_count(5)
    page.locator("#n1").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("() => model.get('part')") == [1]
    view.part = [1]
    page.evaluate("(structure) => { model.set('structure', structure) }", view.structure)
    send(page, view)
    expect(page.locator(".gv-path")).to_have_text("the whole graph › dense")
    page.locator("#n2 .gv-head").click()
    assert page.evaluate("() => model.get('part')") == [1, 1]
    page.locator(".gv-path button").click()
    assert page.evaluate("() => model.get('part')") == []


def test_a_picture_that_is_gone_is_filled_no_more(show):
    """Its numbers may come after the structure, and what is out of sight waits for them to rest."""
    view = gv.View(gv.trace(network, WEIGHTS))
    page = show(view)
    view.part = [1]
    page.evaluate(
        """async (structure) => {
            model.set('selected', 'n1'); // it is painted, and the rest of it is to follow
            await new Promise((done) => setTimeout(done, 50));
            model.set('structure', structure);
            await new Promise((done) => setTimeout(done, 500)); // longer than numbers rest
        }""",
        view.structure,
    )
    send(page, view)
    expect(page.locator(".gv-path")).to_have_text("the whole graph › dense")


def test_zoom_and_pan(show):
    page = show(gv.View(gv.trace(layer, INPUTS)))
    svg, stage = page.locator("svg.gradviz"), page.locator(".gv-stage")
    width = svg.bounding_box()["width"]
    page.get_by_label("larger").click()
    assert svg.bounding_box()["width"] == pytest.approx(1.25 * width, rel=0.01)
    card = page.locator("#n3 .gv-card").bounding_box()
    x, y = card["x"] + 5, card["y"] + 5
    page.mouse.move(x, y)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    page.wait_for_function(
        "([card, width]) => card.getBoundingClientRect().width > width",
        arg=[page.locator("#n3 .gv-card").element_handle(), 1.5 * card["width"]],
    )
    grown = page.locator("#n3 .gv-card").bounding_box()
    assert grown["x"] < x < grown["x"] + grown["width"]  # what is under the pointer stays there
    frame = stage.bounding_box()
    before = stage.evaluate("(stage) => stage.scrollLeft")
    page.mouse.move(frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] - 25)
    page.mouse.down()
    page.mouse.move(frame["x"] + frame["width"] / 2 - 80, frame["y"] + frame["height"] - 25)
    page.mouse.up()
    assert stage.evaluate("(stage) => stage.scrollLeft") == before + 80
    page.get_by_label("fit the figure").click()
    assert svg.bounding_box()["width"] <= frame["width"] + 1
    page.locator("#n4").focus()
    page.keyboard.press("+")
    assert svg.bounding_box()["width"] > frame["width"]
    page.keyboard.press("0")
    assert svg.bounding_box()["width"] <= frame["width"] + 1
