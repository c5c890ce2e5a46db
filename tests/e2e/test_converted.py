"""Notebooks that nbclient ran, as it does for nbconvert and papermill, as pages by nbconvert: where
no request is answered, they show every figure.
"""

from pathlib import Path

import nbformat
import pytest
from lengths import short
from nbclient import NotebookClient
from nbconvert import HTMLExporter, SlidesExporter
from nbformat.v4 import new_code_cell, new_notebook

LESSON = Path(__file__).parents[2] / "notebooks" / "03-chain-rule.ipynb"
CELLS = {  # and how many pictures each shows
    "import gradviz as gv, ipywidgets, numpy as np\nf = lambda x, y: np.tanh(x * y) + x": 0,
    "gv.draw(gv.trace(f, x=0.5, y=2.0))": 1,
    "gv.explore(f, x=0.5, y=2.0)": 1,
    "gv.View(gv.trace(f, x=0.5, y=2.0))": 1,
    "gv.race(f, x=0.5, y=2.0)": 1,
    "gv.plot.tangent(np.tanh, at=(-4, 4))": 1,
    "race, plot = gv.race(f, x=0.5, y=2.0), gv.plot.descent(np.cosh, start=(-2, 2), rate=0.1)\n"
    "ipywidgets.VBox([ipywidgets.HBox([race, plot]), ipywidgets.HTML('<p>words</p>')])": 2,
}


def executed(notebook, folder):
    """The notebook, run where nobody looks; it holds the state of its widgets."""
    NotebookClient(notebook, resources={"metadata": {"path": str(folder)}}).execute()
    assert notebook.metadata.widgets
    return notebook


def notebook_of(*cells):
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    return new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata=kernel)


@pytest.fixture
def converted(browser, tmp_path):
    """What a browser shows of a notebook's page: of each picture what it tells and how large it is;
    and for what the page asks, in vain.
    """
    pages = []

    def converted_(notebook, exporter=HTMLExporter):
        path = tmp_path / "converted.html"
        path.write_text(exporter().from_notebook_node(notebook)[0], encoding="utf-8")
        page, asked = browser.new_page(viewport={"width": 1000, "height": 800}), set()
        pages.append(page)

        def refuse(route):
            asked.add(route.request.url)
            route.abort()

        page.route(lambda url: url.startswith(("http:", "https:")), refuse)
        page.goto(path.as_uri())
        shown = page.evaluate(
            """() => Promise.all([...document.images].map(async (image) => {
                await image.decode();
                const { width, height } = image.getBoundingClientRect();
                return [image.alt, image.checkVisibility(), image.naturalWidth, width, height];
            }))"""
        )
        return shown, asked

    yield converted_
    for page in pages:
        page.close()


def check_painted(shown):
    for words, is_visible, natural, width, height in shown:
        assert is_visible and natural > 100 and width > 100 and height > 50, words


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    return executed(notebook_of(*CELLS), tmp_path_factory.mktemp("run"))


@pytest.mark.parametrize("exporter", short(0, [HTMLExporter, SlidesExporter]))
def test_a_page_without_a_network_shows_every_figure(notebook, converted, exporter):
    shown, asked = converted(notebook, exporter)
    assert len(shown) == sum(CELLS.values())
    check_painted(shown)
    assert shown[0][0].startswith("f = 1.262 at x = 0.5, y = 2\n")
    # for nothing but what nbconvert's pages ask for anyway
    plain = notebook_of("f")
    plain.metadata.widgets = notebook.metadata.widgets
    assert asked == converted(plain, exporter)[1]


@pytest.mark.long
def test_a_lesson_that_was_run_shows_as_much_as_one_that_was_not(converted):
    stored = nbformat.read(LESSON, as_version=4)
    before, _ = converted(stored)
    after, _ = converted(executed(stored, LESSON.parent))
    check_painted(after)
    assert len(after) > 5
    assert after == before
