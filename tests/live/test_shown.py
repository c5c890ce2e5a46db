"""What a cell shows, run after run: the old is closed, and nothing that is still seen or held."""

from collections import defaultdict
from itertools import count

import ipywidgets as widgets
import pytest
from circuit import INPUTS, circuit
from IPython.core.formatters import DisplayFormatter
from ipywidgets.widgets.widget import _instances
from lengths import short

import gradviz as gv
from gradviz.live import shown

VIEW = "application/vnd.jupyter.widget-view+json"


class Notebook:
    """A kernel that runs cells, as far as widgets see it, and a page that shows their outputs."""

    def __init__(self):
        self.callbacks, self.runs, self.outputs = defaultdict(list), count(), {}
        self.events = self

    def register(self, event, callback):
        self.callbacks[event].append(callback)

    def get_parent(self):
        return self.request

    def run(self, cell, *made, deleted=()):
        """A cell is run, and shows what is made in it."""
        metadata = {"cellId": cell, "deletedCells": list(deleted)}
        self.request = {"metadata": metadata, "header": {"msg_id": str(next(self.runs))}}
        self.clear(cell)
        self.outputs[cell] = [make() for make in made]
        for thing in self.outputs[cell]:
            data, _ = thing._repr_mimebundle_()
            assert _instances[data[VIEW]["model_id"]].comm is not None
        for callback in self.callbacks["post_run_cell"]:
            callback(None)
        for thing in self.outputs[cell]:
            self.count(thing, +1)
        return self.outputs[cell]

    def clear(self, cell):
        for thing in self.outputs.pop(cell, ()):
            self.count(thing, -1)

    def count(self, thing, more):
        """The page tells how often it shows something, and what is in it."""
        thing = getattr(thing, "_frame", thing)
        for part in getattr(thing, "parts", [thing]):
            if getattr(part, "_view_count", None) is not None:
                part._view_count += more


@pytest.fixture
def notebook(monkeypatch):
    notebook = Notebook()
    monkeypatch.setattr(shown, "get_ipython", lambda: notebook)
    monkeypatch.setattr(shown, "_runs", {})
    monkeypatch.setattr(shown, "_shown", set())
    return notebook


def made():
    return gv.explore(circuit, INPUTS)


MAKERS = [
    made,
    lambda: gv.View(gv.trace(circuit, INPUTS)),
    lambda: gv.race(circuit, INPUTS),
    lambda: gv.plot.tangent(lambda x: x * x, at=(-4, 4)),
]


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.long
def test_runs_of_a_cell_leave_no_more_than_one(notebook, maker):
    notebook.run("a", maker)
    models = len(_instances)
    for _ in range(20):
        notebook.run("a", maker)
        assert len(_instances) == models
    models = len(_instances)
    notebook.run("a")  # now it shows nothing
    assert len(_instances) < models - 3


def test_what_is_shown_elsewhere_stays(notebook):
    (old,) = notebook.run("a", made)
    notebook.run("b", lambda: old)
    notebook.run("a", made)
    assert old.comm is not None
    notebook.run("b")
    assert old.comm is None
    (old,) = notebook.run("c", made)
    notebook.run("d", lambda: old.view)
    notebook.run("c", made)
    assert old.comm is not None and old.view.comm is not None
    notebook.clear("d")
    assert old.comm is not None  # the cell may show it again
    notebook.run("e", deleted=["d"])
    assert old.comm is None and old.view.comm is None


def test_what_a_page_shows_in_ways_of_its_own_stays(notebook):
    (old,) = notebook.run("a", made)
    old._view_count += 1  # in an Output, or in a box that a user made
    notebook.run("a", made)
    assert old.comm is not None
    old._view_count -= 1
    assert old.comm is None


def test_what_an_open_widget_holds_stays(notebook):
    (old,) = notebook.run("a", made)
    box = widgets.HBox([old.sliders["w0"]])
    notebook.run("a", made)
    assert old.sliders["w0"].comm is not None
    box.close()
    notebook.run("a", made)
    assert old.sliders["w0"].comm is None


def test_a_users_own_slider_stays(notebook):
    slider = widgets.FloatSlider(value=1.0)
    notebook.run("a", lambda: gv.explore(lambda x: x * x, x=slider))
    notebook.run("a", lambda: gv.plot.tangent(lambda x: x * x, at=slider))
    notebook.run("a")
    assert slider.comm is not None and slider.layout.comm is not None
    assert slider.style.comm is not None


def test_what_was_closed_opens_when_it_is_shown_again(notebook):
    (old,) = notebook.run("a", made)
    models = {part.model_id for part in old.parts}
    notebook.run("a", made)
    assert old.comm is None and not models & set(_instances)
    assert old.update(w0=3.0).inputs["w0"] == 3.0  # meanwhile it lives in Python
    notebook.run("b", lambda: old)
    assert models <= set(_instances)
    assert old.sliders["w0"].value == 3.0
    notebook.run("b")
    assert old.comm is None
    box = widgets.HBox([old])  # asks for its model
    assert old.comm is not None and old.view.comm is not None
    box.close()


def test_cells_that_have_no_name_close_nothing(notebook):
    (old,) = notebook.run(None, made)
    notebook.run(None, made)
    assert old.comm is not None


def test_the_still_figure_follows_where_the_live_one_cannot_be_painted(notebook):
    (explorer,) = notebook.run("a", made)
    explorer.sliders["w0"].value = 3.0
    assert explorer.view.figure.html in explorer._still.value
    notebook.clear("a")
    explorer.sliders["w0"].value = 3.5  # before the page has told that it shows it
    notebook.count(explorer, +1)
    assert explorer.view.figure.html in explorer._still.value
    explorer.view.set_state({"painted": True})
    before = explorer._still.value
    explorer.sliders["w0"].value = 4.0
    assert explorer._still.value == before


@pytest.fixture
def told(notebook, monkeypatch):
    """What a cell shows of something, whose kernel was told that nobody can be asked anything."""
    notebook.display_formatter = DisplayFormatter()

    def told_(make, can_ask=False, cell=None):
        metadata = {} if cell is None else {"cellId": cell}
        notebook.request = {"metadata": metadata, "content": {"allow_stdin": can_ask}}
        return notebook.display_formatter.mimebundle_formatter(make())

    return told_


@pytest.mark.parametrize("maker", short(2, MAKERS))
def test_where_nobody_looks_only_the_still_figure_is_shown(told, monkeypatch, maker):
    still, sizes = told(maker)
    assert VIEW not in still and "<img" in still["text/html"]
    live, live_sizes = told(maker, can_ask=True)
    assert live.pop(VIEW) and live == still and live_sizes == sizes
    assert VIEW in told(maker, cell="a")[0]  # a page names its cells
    monkeypatch.setenv("VOILA_BASE_URL", "/")
    assert VIEW in told(maker)[0]


def test_a_box_has_the_pictures_of_what_is_live_in_it(told):
    explorer, view, plot = (make() for make in (MAKERS[0], MAKERS[1], MAKERS[3]))
    box = widgets.VBox([widgets.HBox([explorer, widgets.HTML("words")]), view, plot])
    pictures = [part.picture()[0]["text/html"] for part in (explorer, view, plot)]
    for can_ask in (True, False):
        data, _ = told(lambda: box, can_ask)
        assert (VIEW in data) is can_ask
        assert data["text/html"].split("<br>\n") == pictures
        assert data["text/plain"].startswith(f"{explorer.view.figure}\n\n")
    (data, sizes), picture = told(lambda: widgets.Tab([plot])), plot.picture()
    assert (data, sizes) == picture
    other = widgets.HBox([widgets.HTML("words")])
    assert told(lambda: other) == (other._repr_mimebundle_(), {})
    box.close()
    assert told(lambda: box) == ({}, {})
