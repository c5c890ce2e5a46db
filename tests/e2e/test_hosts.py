"""The live view where no Jupyter is seen: in Voilà, and in marimo; light and dark, and without a
network.
"""

import shutil
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from browser import PATIENCE, serving, soon
from circuit import INPUTS, circuit
from playwright.sync_api import expect
from reading import PLACES, check_against_python, check_theme

from gradviz.numerals import numeral

HELPERS = Path(__file__).parents[1] / "helpers"
pytestmark = pytest.mark.long
LESSON = "import gradviz as gv\nfrom circuit import INPUTS, circuit\ngv.explore(circuit, INPUTS)"
APP = """
import marimo

app = marimo.App()

@app.cell
def _():
    import marimo as mo
    import gradviz as gv
    from circuit import INPUTS, circuit
    view = gv.View(gv.trace(circuit, INPUTS))
    hand = mo.ui.slider(-2, 6, 0.05, value=2.0, label="w0")
    return hand, view

@app.cell
def _(hand):
    hand

@app.cell
def _(view):
    view

@app.cell
def _(hand, view):
    view.update(w0=hand.value)
"""


OWN_SLIDERS = """
import marimo

app = marimo.App()

@app.cell
def _():
    import gradviz as gv
    from circuit import INPUTS, circuit
    gv.explore(circuit, INPUTS)
"""


@pytest.fixture(scope="module")
def voila(tmp_path_factory):
    folder = tmp_path_factory.mktemp("voila")
    shutil.copy(HELPERS / "circuit.py", folder)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(LESSON)], metadata=kernel),
        folder / "lesson.ipynb",
    )
    with serving(
        "voila",
        "lesson.ipynb",
        "--no-browser",
        "--port=PORT",
        "--Voila.ip=127.0.0.1",
        folder=folder,
        home=tmp_path_factory.mktemp("home"),
    ) as server:
        yield server


@contextmanager
def in_marimo(app, tmp_path_factory):
    folder = tmp_path_factory.mktemp("marimo")
    shutil.copy(HELPERS / "circuit.py", folder)
    (folder / "app.py").write_text(app, encoding="utf-8")
    with serving(
        "marimo",
        "run",
        "app.py",
        "--headless",
        "--no-token",
        "--host=127.0.0.1",
        "--port=PORT",
        folder=folder,
        home=tmp_path_factory.mktemp("home"),
    ) as server:
        yield server


@pytest.fixture(scope="module")
def marimo(tmp_path_factory):
    with in_marimo(APP, tmp_path_factory) as server:
        yield server


@pytest.fixture(scope="module")
def marimo_with_own_sliders(tmp_path_factory):
    with in_marimo(OWN_SLIDERS, tmp_path_factory) as server:
        yield server


@pytest.fixture
def visit(browser):
    """Show the view of a server, light and then dark; what the page asks others for is gathered in
    `elsewhere`.
    """
    pages = []

    def visit_(server, elsewhere):
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        pages.append(page)
        page.on(
            "request",
            lambda request: (
                request.url.startswith((server.address, "blob:", "data:"))
                or elsewhere.append(request.url)
            ),
        )
        for scheme in ("light", "dark"):
            page.goto(f"{server.address}/?theme={scheme}")
            page.locator(".gradviz-view svg.gradviz").wait_for(timeout=1000 * PATIENCE)
            soon(page, check_theme, page.locator(".gradviz-view"), scheme)
        return page

    yield visit_
    for page in pages:
        page.close()


def settle(page, svg, handle, before):
    """Wait until the picture shows the number at which a slider's handle stands, another than
    before.
    """
    settled = """([svg, handle, before]) => {
        const shown = Number(svg.querySelector("g.gv-node").dataset.value);
        const held = handle.getAttribute("aria-valuetext") ?? handle.getAttribute("aria-valuenow");
        return shown !== before && shown === Number(held);
    }"""
    page.wait_for_function(
        settled,
        arg=[svg.element_handle(), handle.element_handle(), before],
        timeout=1000 * PATIENCE,
    )


def numbers_in_time(page, svg):
    """The inputs at which the picture shows what Python computes, as soon as it does: what it shows
    at first may be a forecast.
    """
    return soon(page, check_against_python, svg, circuit, INPUTS)


def check_that_it_is_live(page, handle):
    """Keys, and a hand that drags, move the first input and nothing but numbers; and Python answers
    what is asked of the view.
    """
    view = page.locator(".gradviz-view")
    svg = view.locator("svg.gradviz")
    places = svg.evaluate(PLACES)
    assert numbers_in_time(page, svg) == INPUTS
    handle.focus()
    page.keyboard.press("ArrowRight")
    settle(page, svg, handle, 2.0)
    assert numbers_in_time(page, svg) == {**INPUTS, "w0": 2.05}
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for way in range(0, 33, 4):
        page.mouse.move(x - way, y)
    page.mouse.up()
    settle(page, svg, handle, 2.05)
    at = numbers_in_time(page, svg)
    assert at["w0"] < 1.9
    assert {**at, "w0": 2.0} == INPUTS
    assert svg.evaluate(PLACES) == places
    view.locator("#n0 .gv-adjoint").click()
    view.locator(".gv-ghost").wait_for()
    expect(view.locator(".gv-ghost .gv-spoken")).to_contain_text("nudging w0")
    view.locator("g.gv-block > text").click()
    view.locator("g.gv-closed").wait_for()


def test_voila(voila, visit):
    elsewhere = []
    page = visit(voila, elsewhere)
    check_that_it_is_live(page, page.locator(".widget-slider .noUi-handle").first)
    assert [
        url for url in elsewhere if "fontawesome" not in url
    ] == []  # for which Voilà's own pages ask


def test_marimo(marimo, visit):
    elsewhere = []
    page = visit(marimo, elsewhere)
    check_that_it_is_live(page, page.locator("[role=slider]"))
    assert elsewhere == []


def test_sliders_of_the_pages_own_in_marimo(marimo_with_own_sliders, visit):
    elsewhere = []
    page = visit(marimo_with_own_sliders, elsewhere)
    check_that_it_is_live(page, page.locator(".gv-track-of-input").first)
    svg, numbers = page.locator("svg.gradviz"), page.locator(".gv-readout")
    expect(numbers).to_have_count(len(INPUTS))
    numbers.last.fill("-0.125")
    page.keyboard.press("Enter")
    expect(svg.locator("#n4 .gv-value")).to_have_text("−0.125")
    svg.locator("#n1").press("Enter")  # on its card
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    expect(numbers.nth(1)).to_have_value("4")
    at = svg.locator("g.gv-input").evaluate_all("(all) => all.map(({ dataset }) => +dataset.value)")
    assert at[1:] == [4.0, -3.0, -2.0, -0.125]
    output = numeral(float(circuit(*at)))
    expect(svg.locator("g.gv-output .gv-value")).to_have_text(output)
    assert elsewhere == []
