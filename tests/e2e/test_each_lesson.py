"""Every lesson in JupyterLab and Notebook 7, in a real browser: before it is run, when it is run, and when its sliders are moved."""

import shutil

import gradviz as gv
import nbformat
import numpy as np
import pytest
from browser import Opened
from gradviz.lessons import trust
from lesson_code import PATHS, result
from reading import READ, check_run

LIVE = [(1, 0, 1), (2, 0, 0), (1, 0, 1), (4, 0, 3), (1, 0, 1), (0, 1, 1), (1, 0, 2), (2, 0, 1)]  # outputs with sliders, races, and views, races among them

def opened(notebook, path):
    """The cells of a lesson that was opened as it is stored: every figure shows."""
    cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    outputs = notebook.outputs()
    assert len(outputs) == len(cells)
    for cell, output in zip(cells, outputs):
        pictures = sum(not {"image/svg+xml", "image/png"}.isdisjoint(stored.get("data", {})) for stored in cell.outputs)
        assert len(output["pictures"]) == pictures
        assert all(picture["natural"] > 30 and picture["width"] > 30 for picture in output["pictures"])
        assert "Error" not in output["text"]
    return cells


@pytest.fixture(scope="module")
def lessons(jupyter):
    """The lessons, copied to the server's folder."""
    shutil.copytree(PATHS[0].parent, jupyter.folder / "lessons")
    return [jupyter.folder / "lessons" / path.name for path in PATHS]


@pytest.fixture(scope="module")
def lab(jupyter, chromium, lessons):
    """JupyterLab, on a page in which one lesson after another is opened."""
    notebook = Opened(chromium, jupyter.address, f"lessons/{lessons[0].name}")
    yield notebook
    notebook.close()


@pytest.mark.parametrize("lesson", range(len(PATHS)))
def test_in_lab(lab, lessons, lesson):
    """Untrusted, it shows its stored figures; run, its live figures; and their sliders moved, what Python works out there."""
    lab.open(f"lessons/{lessons[lesson].name}")
    cells = opened(lab, lessons[lesson])
    assert not lab.trusted
    lab.run_all()
    assert "Error" not in "".join(output["text"] for output in lab.outputs())
    live = 0
    for count, cell in enumerate(cells, 1):
        sliders = lab.cell(count).locator(".widget-slider .noUi-handle")
        if sliders.count():
            live += 1
            for place in range(min(2, sliders.count())):
                sliders.nth(place).focus()
                for _ in range(3):
                    lab.page.keyboard.press("ArrowLeft")
            follow(lab, count, result(lesson, cell.id))
    assert (live, lab.page.locator(".gv-race").count(), lab.page.locator(".gradviz-view").count()) == LIVE[lesson]


def follow(notebook, count, made):
    """A live figure or plot in the page shows what the same one does here, when it is put where its sliders stand there."""
    output = notebook.cell(count)
    if isinstance(made, gv.Explorer):
        inputs = notebook.ask(f"{{name: value for name, value in Out[{count}].view.inputs.items() if isinstance(value, float)}}")
        assert inputs != {name: value for name, value in made.view.inputs.items() if isinstance(value, float)}
        run = made.update(**inputs)
        seen = output.locator("svg.gradviz").evaluate(READ)
        for node, value, adjoint in zip(seen["nodes"], run.primals.values(), run.adjoints.values(), strict=True):
            assert isinstance(value, np.ndarray) or float(node["value"]) == value
            assert isinstance(adjoint, np.ndarray) or made.view.step is not None or float(node["adjoint"]) == adjoint
        if made.view.step is None and not run.graph.has_arrays:
            check_run(seen, run)
    else:
        values = notebook.ask(f"Out[{count}].values")
        assert values != made.values
        made.update(**values)
        assert output.locator(".gradviz-plot svg").get_attribute("aria-label").split() == made.plot.text.split()


@pytest.mark.parametrize("lesson", [3, 6])
def test_trusted_in_notebook_7(jupyter, open_notebook, lessons, lesson, monkeypatch):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(jupyter.home / "data"))
    stored = nbformat.read(lessons[lesson], 4)
    stored.cells.append(nbformat.v4.new_markdown_cell("trusted"))  # trust is by content: other copies are not to have it
    copy = lessons[lesson].with_name(f"trusted-{lesson}.ipynb")
    nbformat.write(stored, copy)
    trust([copy])
    notebook = open_notebook(jupyter.address, f"lessons/{copy.name}", "notebook")
    opened(notebook, copy)
    assert notebook.trusted
