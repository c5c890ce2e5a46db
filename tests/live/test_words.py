"""In a made-up language, in which every word of the catalogue is turned around: no other word is
seen in live views, races, plots and what exercises say.
"""

import re
from functools import partial

import numpy as np
import pytest
from lengths import short
from matplotlib.text import Text
from replies import replies
from turned import foreign, speaking_turned, turned

import gradviz as gv
from gradviz import words
from gradviz.exercises import _answers
from gradviz.live import view as live_view


@pytest.fixture(autouse=True)
def in_turned_words():
    with speaking_turned():
        yield


def test_the_test_knows_what_is_turned():
    assert turned("Not yet: {two} places") == "secalp {two} :tey toN"
    assert foreign(["Right .thgiR", "x at"], "at") == {"Right"}


def square(x):
    return x**2


def wide(x):
    return np.sum(x * x)


PLOTS = {
    "rising": lambda: gv.plot.tangent(square, at=3.0),
    "falling": lambda: gv.plot.tangent(square, at=-3.0),
    "flat": lambda: gv.plot.tangent(square, at=0.0),
    "no slope": lambda: gv.plot.tangent(square, at=float("nan")),
    "secants": lambda: gv.plot.secants(square, at=3.0, h=0.1),
    "difference_error": lambda: gv.plot.difference_error(square, at=3.0),
    "descent": lambda: gv.plot.descent(square, start=3.0),
    "one image": lambda: gv.plot.images(np.eye(2).reshape(1, 2, 2)),
    "images": lambda: gv.plot.images(np.ones((2, 2, 2)), titles=["one", "two"]),
    "layers": lambda: gv.plot.layers({"one": [1e-3, 0.1], "two": [0.2, 0.1]}),
    **{
        family: partial(gv.plot.cost, family, sizes, timed=family == "trees")
        for family, sizes in {
            "chains": (3, 6), "trees": (4, 8), "layers": (4, 9), "doublings": (2, 4)
        }.items()
    },
    "cheap_gradient": lambda: gv.plot.cheap_gradient(sizes=(1, 10)),
}  # fmt: skip
NAMES = "one two nan"


def seen(plot):
    return [each.get_text() for each in plot.figure.findobj(Text)]


@pytest.mark.parametrize("name", short(4, PLOTS))
def test_plots(name):
    plot = PLOTS[name]()
    said = [
        *seen(plot),
        plot.text,
        *re.findall('alt="([^"]*)"', plot._repr_mimebundle_()[0]["text/html"]),
    ]
    said += re.findall(">([^<>]+)</text>", plot.svg)
    assert len(said) > 3
    assert foreign(said, f"{NAMES} square") == set()


def test_a_plot_of_granularity():
    table = gv.compare_granularity({"fine": square, "coarse": lambda x: x * x}, x=3.0)
    assert foreign(seen(gv.plot.granularity(table)), "fine coarse compiled") == set()


def test_a_table_whose_headings_are_longer():
    words.add("long", {"page.plot.error.quotient": "quotient of the differences"})
    gv.set_language("long")
    lines = gv.plot.difference_error(square, at=3.0, steps=[1.0, 0.1]).text.splitlines()
    assert {len(line) for line in lines} == {5 + 2 + 27 + 2 + 5}
    assert lines[1].split() == ["1", "7", "1"]


def test_a_live_plot_speaks_as_it_is_drawn():
    gv.set_language("en")
    plot = gv.plot.tangent(square, at=(-4.0, 4.0))
    plot.update(at=1.0)
    assert {"slope", "rising"} <= foreign([repr(plot)])
    gv.set_language("turned")
    assert foreign([*seen(plot.plot), repr(plot)], "square") == set()
    plot.update(at=2.0)
    assert foreign([*seen(plot.plot), repr(plot)], "square") == set()


# Races and views


@gv.block
def scaled(t):
    return 3 * t + 1


@gv.primitive
def cube(x):
    return x**3


cube.derivative(lambda x, out: 3 * x**2)


def test_a_race():
    race = gv.race(lambda x, y: np.exp(x * y) + x, x=1.0, y=2.0)
    data, _ = race._repr_mimebundle_()
    said = [*(way["name"] for way in race.ways), data["text/plain"]]
    assert foreign(said, "Race") == set()
    assert [way["way"] for way in race.ways] == ["reverse", "forward", "bumping"]


def test_an_explorer():
    explorer = gv.explore(lambda x: scaled(cube(x)) * x, x=2.0, collapse=True)
    structure = explorer.view.structure
    summary = [part for part in structure["summary"] if isinstance(part, str)]
    kinds = [node["kind"] for node in structure["nodes"]]
    assert foreign([*summary, *kinds], "multiply") == set()
    assert len(set(kinds)) == 4
    explorer._repr_mimebundle_()
    (note,) = re.findall("<p role=.note.[^>]*>(.+?)</p>", explorer._still.value)
    assert "<code>pip install anywidget</code>" in note
    assert foreign([re.sub("<.*?>", " ", note)], "pip install anywidget") == set()


def test_nudges(monkeypatch):
    view = gv.explore(wide, x=np.array([1.0, 2.0, 3.0])).view
    view.selected, view.element = "n0", "1"
    labels = [line["label"] for line in view.nudges["lines"]]
    assert len(set(labels)) == 2
    assert foreign(labels) == set()

    def failing(run, what):
        raise OSError("gone")

    monkeypatch.setattr(live_view, "nudges", failing)
    view.selected, view.element = "n1", ""
    (line,) = view.nudges["lines"]
    assert foreign([line["label"], line["formula"]], "say OSError gone") == set()


# Exercises


@pytest.mark.parametrize("exercise", _answers())
def test_exercises(exercise, capsys):
    said = replies(exercise, capsys)
    assert foreign(said) == set()
