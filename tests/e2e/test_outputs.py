"""Outputs of cells that are run again and again, and on a page without anywidget."""

import json
import re

import nbformat
import pytest
from browser import APP, only_chromium, soon
from playwright.sync_api import expect

from gradviz.numerals import numeral

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
CELLS = [
    "import gradviz as gv, numpy as np\nf = lambda x, y: np.tanh(x * y) + x",
    "gv.explore(f, x=0.5, y=2.0)",
    "gv.View(gv.trace(f, x=0.5, y=2.0))",
    "gv.race(f, x=0.5, y=2.0)",
]


IN_A_BOX = "import ipywidgets\nipywidgets.HBox([gv.explore(f, x=0.5, y=2.0)])"


def written(jupyter, name, cells=CELLS):
    cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=KERNEL)
    nbformat.write(notebook, jupyter.folder / name)
    return jupyter.folder / name


@pytest.fixture
def saving(jupyter):
    """JupyterLab saves the state of widgets, as `gradviz lab` has it."""
    folder = jupyter.home / "config" / "lab" / "user-settings" / "@jupyter-widgets"
    settings = folder / "jupyterlab-manager" / "plugin.jupyterlab-settings"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text('{"saveState": true}', encoding="utf-8")
    yield
    settings.unlink()


@only_chromium  # Firefox does not count
def test_running_cells_again_makes_nothing_grow(jupyter, saving, open_notebook):
    path = written(jupyter, "again.ipynb")
    notebook = open_notebook(jupyter.address, path.name)
    page = notebook.page
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def run(times):
        for _ in range(times):
            notebook.run_all()
            expect(page.locator(".gradviz-view :is(svg.gradviz, .gv-mini)")).to_have_count(5)
            page.wait_for_timeout(300)  # until the page has told what it does not show any more

    def check_models(models):
        assert notebook.ask("len(__import__('ipywidgets').widgets.widget._instances)") == models

    def saved():
        page.evaluate(f"() => {APP}.commands.execute('docmanager:save')")
        stored = json.loads(path.read_text(encoding="utf-8"))
        states = stored["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]
        return len(states["state"]), path.stat().st_size

    def elements():
        session.send("HeapProfiler.collectGarbage")
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(metric["value"] for metric in metrics if metric["name"] == "Nodes")

    run(2)
    models = notebook.ask("len(__import__('ipywidgets').widgets.widget._instances)")
    before, nodes = saved(), elements()
    run(20)
    soon(page, check_models, models)
    after = saved()
    assert after[0] == before[0] == models
    assert after[1] == pytest.approx(before[1], rel=0.01)
    # ipywidgets leaves some 30 elements of two sliders, and a figure has some 150
    assert (elements() - nodes) / 20 < 120


@pytest.fixture
def lacking(jupyter):
    """JupyterLab is without anywidget's part of it."""
    config = jupyter.home / "config" / "labconfig" / "page_config.json"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text('{"disabledExtensions": {"anywidget": true}}', encoding="utf-8")
    yield
    config.unlink()


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_a_still_figure_where_the_page_has_no_anywidget(jupyter, lacking, open_notebook, app):
    path = written(jupyter, f"without-{app}.ipynb", [*CELLS, IN_A_BOX])
    notebook = open_notebook(jupyter.address, path.name, app)
    page = notebook.page
    notebook.run_all()
    stills = page.locator(".gradviz-still img")
    expect(stills).to_have_count(4)
    for still in stills.all():
        still.scroll_into_view_if_needed()
        expect(still).to_be_visible()
        assert still.evaluate("(image) => image.naturalWidth") > 100
    expect(page.locator(".gradviz-still [role=note]").filter(visible=True)).to_have_count(4)
    expect(page.locator(".jupyter-widgets-error-widget").filter(visible=True)).to_have_count(0)
    expect(page.locator(".gradviz-view")).to_have_count(0)
    for explorer, still in ((0, stills.first), (1, stills.last)):  # the last is in a box
        slider = page.locator(".gradviz-explorer").nth(explorer).locator(".noUi-target").first
        slider.click(position={"x": 20, "y": 2})
        x = float(slider.locator(".noUi-handle").get_attribute("aria-valuetext"))
        assert x < 0.4
        shown = re.compile(f"^f = .* at x = {re.escape(numeral(round(x, 9)))}, y = 2")
        expect(still).to_have_attribute("alt", shown)
