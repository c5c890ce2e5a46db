"""A live figure as MyST's directive `anywidget` shows it: its module from a static server, a model
of its JSON, in a shadow tree with its style sheet, and no kernel.
"""

import json
import re

import pytest
from alone import served
from circuit import INPUTS, circuit
from playwright.sync_api import expect

import gradviz as gv
from gradviz.figure.page.alive import shared_sheet
from gradviz.figure.page.myst import MODULE, SHEET, directive
from gradviz.figure.page.myst import module as module_of_all
from gradviz.figure.page.told import Living, sliders_about
from gradviz.numerals import numeral

pytestmark = pytest.mark.long
DIRECTIVE = re.compile(r"```\{anywidget\} (\S+)\n:css: (\S+)\n(.*)\n```\n")
HOST = """async ([module, css, state]) => {
    const root = document.querySelector("main").attachShadow({ mode: "open" });
    const link = document.createElement("link");
    Object.assign(link, { rel: "stylesheet", href: css });
    const el = document.createElement("div");
    root.append(link, el);
    await new Promise((done) => { link.onload = done; });
    const { default: widget } = await import(module);
    const values = JSON.parse(state);
    const model = { get: (name) => values[name], set() {}, on() {}, off() {}, save_changes() {} };
    window.dispose = await widget.render({ model, el });
}"""


@pytest.fixture
def address(tmp_path):
    (tmp_path / "index.html").write_text("<!doctype html><main></main>", encoding="utf-8")
    with served(tmp_path) as address:
        yield address


def test_a_figure_in_a_page_of_myst(address, tmp_path, browser):
    graph = gv.trace(circuit, INPUTS)
    (tmp_path / MODULE).write_text(module_of_all({"figure"}), encoding="utf-8")
    (tmp_path / SHEET).write_text(shared_sheet({"figure"}), encoding="utf-8")
    text = directive(gv.draw(graph).told(Living()))
    module, css, state = DIRECTIVE.fullmatch(text).groups()
    assert json.loads(state).keys() == {"told"}
    page, errors = browser.new_page(viewport={"width": 1000, "height": 700}), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    page.evaluate(HOST, [module, css, state])
    expect(page.locator(".gv-range")).to_have_count(len(INPUTS))
    track = sliders_about(graph.example)[0]
    for place in (0, 50, 160):
        page.locator(".gv-track-of-input").first.fill(str(place))
        run = graph.run(w0=track.places[place])
        for node, value in run.primals.items():
            card = page.locator(f"#n{node.index}")
            expect(card.locator(".gv-value")).to_have_text(numeral(value))
            expect(card.locator(".gv-adjoint")).to_have_text(numeral(run.adjoints[node]))
    paper = page.locator(".gv-card").first.evaluate("(card) => getComputedStyle(card).fill")
    assert paper == "rgb(255, 255, 255)"
    page.locator("g.gv-block > text").click()
    page.locator("g.gv-closed").wait_for()
    page.evaluate("dispose()")
    expect(page.locator(".gv-alone")).to_have_count(0)
    assert errors == []
    page.close()
