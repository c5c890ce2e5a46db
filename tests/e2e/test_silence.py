"""What a page shows while Python is silent: busy, dead, or not there at all."""

import base64
import math
import os
import signal

import nbformat
import numpy as np
import pytest
from browser import APP
from page import page_of
from playwright.sync_api import expect
from reading import READ

import gradviz as gv
from gradviz.numerals import numeral

pytestmark = pytest.mark.long
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
NOTHING, SAID = "", "Python has not answered yet"
ARRIVES = """(state) => {
    for (const [name, value] of Object.entries(state)) {
        model.set(name, !["numbers", "arrays", "cells"].includes(name) ? value : new DataView(
            Uint8Array.from(atob(value), (byte) => byte.charCodeAt(0)).buffer));
    }
}"""


@gv.block
def doubled(t):
    return 2 * t


def f(x, y):
    return doubled(x) * y


def branching(x, y):
    return -x * y if np.signbit(x) else x * y  # which the page can't decide


@pytest.fixture
def alone(browser):
    """A view on a page where nobody answers, and where time passes only when it is told to."""
    pages = []

    def alone_(function, **inputs):
        explorer = gv.explore(function, **inputs)
        page = browser.new_page()
        pages.append(page)
        page.clock.install()
        page.set_content(page_of(explorer.view))
        page.locator("svg.gradviz").wait_for()
        return explorer, page

    yield alone_
    for page in pages:
        page.close()


def told(page, name):
    return page.evaluate("(name) => model.get(name)", name)


def waits(page, seconds):
    page.clock.run_for(int(1000 * seconds))


def answers(page, explorer, *names):
    """Python's answer comes to the page."""
    state = explorer.view.get_state()
    sent = {name: state[name] for name in names}
    for name in {"numbers", "arrays", "cells"}.intersection(sent):
        sent[name] = base64.b64encode(sent[name]).decode()
    page.evaluate(ARRIVES, sent)
    waits(page, 0.2)


def shows(page, *values):
    expect(page.locator(".gv-node .gv-value")).to_have_text([*map(numeral, values)])


def says(page, words):
    notice = page.locator(".gv-notice")
    expect(notice).to_have_text(NOTHING) if not words else expect(notice).to_contain_text(words)


def test_what_the_page_worked_out_stays_until_python_answers(alone):
    explorer, page = alone(f, x=2.0, y=3.0)
    page.locator("#n0").press("ArrowUp")
    waits(page, 1)
    shows(page, 2.05, 3, 4.1, 12.3)
    says(page, NOTHING)
    waits(page, 60)
    shows(page, 2.05, 3, 4.1, 12.3)
    says(page, SAID)
    slider = explorer.view.sliders["0"].removeprefix("IPY_MODEL_")
    assert (
        page.evaluate(
            "(id) => model.widget_manager.get_model(id).then((slider) => slider.get('value'))",
            slider,
        )
        == 2.05
    )
    explorer.view.set_state({name: told(page, name) for name in ("hand", "asked")})
    answers(page, explorer, "numbers", "answered")
    shows(page, 2.05, 3, 4.1, 12.3)
    says(page, NOTHING)
    explorer.update(x=7.0)
    answers(page, explorer, "numbers")
    shows(page, 7, 3, 14, 42)


def test_older_answers_are_passed_over_and_newer_ones_are_not(alone):
    explorer, page = alone(f, x=2.0, y=3.0)
    page.locator("#n0").press("ArrowUp")
    first = {name: told(page, name) for name in ("hand", "asked")}
    page.locator("#n0").press("ArrowUp")
    explorer.view.set_state(first)
    answers(page, explorer, "numbers", "answered")
    shows(page, 2.1, 3, 4.2, 12.6)  # the first is not what was wanted last
    explorer.update(y=4.0)
    answers(page, explorer, "numbers")
    shows(page, 2.1, 4, 4.2, 16.8)
    explorer.view.set_state({name: told(page, name) for name in ("hand", "asked")})
    explorer.update(x=5.0)
    answers(page, explorer, "numbers", "answered")  # as if both came in one frame
    shows(page, 5, 4, 10, 40)
    waits(page, 10)
    says(page, NOTHING)


def test_clicks_that_only_python_can_answer(alone):
    explorer, page = alone(f, x=2.0, y=3.0)
    page.locator(".gv-block > text").click()
    waits(page, 1)
    says(page, NOTHING)
    waits(page, 3)
    says(page, SAID)
    explorer.view.set_state({name: told(page, name) for name in ("closed", "asked")})
    answers(page, explorer, "structure", "numbers", "answered")
    says(page, NOTHING)
    page.locator(".gv-closed").wait_for()
    page.locator("button.gv-back").click()  # a step needs nobody
    waits(page, 10)
    says(page, NOTHING)
    page.locator(".gv-opener").click()
    waits(page, 10)
    says(page, SAID)


def test_where_the_page_can_work_out_nothing_old_numbers_are_marked(alone):
    explorer, page = alone(branching, x=2.0, y=3.0)
    page.locator("#n0").press("ArrowUp")
    waits(page, 10)
    says(page, "these are the numbers of before")
    page.locator(".gv-old").wait_for()
    explorer.view.set_state({name: told(page, name) for name in ("hand", "asked")})
    answers(page, explorer, "numbers", "answered")
    shows(page, 2.05, 3, 6.15)
    says(page, NOTHING)
    expect(page.locator(".gv-old")).to_have_count(0)


TABLE = np.random.default_rng(0).normal(size=(40, 30))  # of which a figure has but the map


def layers(w, b, x):
    h = np.tanh(w * x[:, :3] + b)
    s = gv.softmax(h @ b) * x.T[0]
    return np.sum(np.maximum(s, -s)) + np.max(h, axis=0) @ b


def deep(w, x):
    values = [w, x]
    for n in range(160):
        values.append(np.tanh(values[-1]) if n % 3 else values[-1] * values[-2] + w)
    return values[-1]


def all_that_is_shown(page):
    waits(page, 1)  # what is out of sight comes when the numbers rest
    seen = page.locator("svg.gradviz").evaluate(READ)
    maps = page.locator(".gv-cells").evaluate_all("(maps) => maps.map((map) => map.innerHTML)")
    return [node["shown"] for node in seen["nodes"]], seen["labels"], maps


def check_forecast(page, explorer):
    """What the page works out is what Python then answers."""
    was = all_that_is_shown(page)
    page.locator("#n0").press("ArrowUp")
    forecast, before = all_that_is_shown(page), explorer.run.value
    explorer.view.set_state({name: told(page, name) for name in ("hand", "asked")})
    assert explorer.run.value != before
    assert forecast != was
    answers(page, explorer, "numbers", "answered")
    assert forecast == all_that_is_shown(page)


def test_a_figure_of_arrays_is_worked_out_by_the_page(alone):
    explorer, page = alone(layers, w=0.5, b=np.array([0.3, -0.2, 0.1]), x=TABLE)
    check_forecast(page, explorer)
    output = explorer.run.graph.output.index
    expect(page.locator(f"#n{output} .gv-value")).to_have_text(numeral(explorer.run.value))
    explorer.update(x=TABLE[::-1])
    answers(page, explorer, "arrays", "cells", "numbers")
    check_forecast(page, explorer)


@pytest.mark.long
def test_a_part_of_a_large_graph_is_worked_out_by_the_page(alone):
    explorer, page = alone(deep, w=0.3, x=0.4)
    assert explorer.view.structure["path"] == [] != explorer.view.structure["shapes"]
    check_forecast(page, explorer)
    explorer.view.part = [3]
    answers(page, explorer, "structure", "arrays", "cells", "numbers")
    check_forecast(page, explorer)


def test_two_views_make_distinct_moves_and_show_the_same(alone):
    _, page = alone(f, x=2.0, y=3.0)
    page.evaluate("() => { window.other = display(); }")
    moves = []
    for view in (0, 1, 0):
        page.locator("#n0").nth(view).press("ArrowUp")
        moves.append(told(page, "hand")["0"][1])
        waits(page, 10)
        for part in page.locator("svg.gradviz").all():
            expect(part.locator("#n0 .gv-value")).to_have_text(numeral(2 + 0.05 * len(moves)))
    page.evaluate("() => { dispose(); other(); display(); }")  # as after a reload
    page.locator("#n0").press("ArrowUp")
    moves.append(told(page, "hand")["0"][1])
    assert len(set(moves)) == 4


CELLS = [
    "import os, numpy as np, gradviz as gv",
    "e = gv.explore(lambda x, y: x * y, x=2.0, y=3.0)\ne",
    "a = gv.explore(lambda w: np.sum(np.tanh(w * np.eye(6))), w=0.5)\na",
]


def test_a_kernel_that_is_stopped_and_one_that_is_gone(jupyter, open_notebook):
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), jupyter.folder / "silent.ipynb"
    )
    notebook = open_notebook(jupyter.address, "silent.ipynb")
    notebook.run_all()
    expect(notebook.page.locator(".gradviz-view svg.gradviz")).to_have_count(2)
    of_arrays, page = notebook.cell(3), notebook.cell(2)
    slider, process = page.locator(".noUi-handle").first, notebook.ask("os.getpid()")

    def agree(x):
        expect(page.locator("#n0 .gv-value")).to_have_text(numeral(x))
        assert float(slider.get_attribute("aria-valuetext")) == pytest.approx(x)

    os.kill(process, signal.SIGSTOP)
    try:
        slider.press("ArrowRight")
        says(page, SAID)
        agree(2.05)
        page.locator("#n0").press("ArrowUp")
        agree(2.1)
        of_arrays.locator(".noUi-handle").press("ArrowRight")
        moved = 0.51
        expect(of_arrays.locator("#n0 .gv-value")).to_have_text(numeral(moved))
        expect(of_arrays.locator(".gv-output .gv-value")).to_have_text(
            numeral(6 * math.tanh(moved))
        )
    finally:
        os.kill(process, signal.SIGCONT)
    says(page, NOTHING)
    agree(2.1)
    assert notebook.ask("e.view.inputs") == {"x": 2.1, "y": 3.0}
    notebook.page.evaluate(
        f"() => {APP}.shell.currentWidget.sessionContext.session.kernel.restart()"
    )
    slider.press("ArrowRight")
    says(page, SAID)
    agree(2.15)
    page.locator("#n0").press("ArrowUp")
    agree(2.2)
