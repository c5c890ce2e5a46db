"""What is said of an array in a few numbers: as Python's own statistics say it."""

import json
import statistics as pythons

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import gradviz as gv
from gradviz.scene.words.statistics import lines, statistics


@given(arrays(float, st.integers(1, 40), elements=st.floats(-1e100, 1e100)))
def test_range_mean_and_scale_are_pythons_own(array):
    about, numbers = statistics(array), array.tolist()
    assert (about.least, about.greatest) == (min(numbers), max(numbers))
    assert about.mean == pytest.approx(pythons.fmean(numbers), abs=1e-14 * max(map(abs, numbers)))
    assert about.scale == pytest.approx(
        max(map(abs, numbers)) and pythons.fmean(each**2 for each in numbers) ** 0.5, rel=1e-9
    )
    assert about.zeros == numbers.count(0.0) / len(numbers)
    assert not about.is_loud


def test_what_is_no_number_is_loud_and_left_out():
    about = statistics(np.array([np.nan, np.inf, 1.0, 3.0, 0.0, -np.inf, np.nan, np.nan]))
    assert (about.nan, about.infinite, about.zeros) == (3 / 8, 2 / 8, 1 / 8)
    assert (about.least, about.greatest, about.mean) == (0.0, 3.0, 4 / 3)
    said = "⚠ 37.5 % nan, 25 % infinite; else from 0 to 3, mean 1.333, 12.5 % zeros"
    assert str(about) == said
    assert str(statistics(np.full(3, np.nan))) == "⚠ 100 % nan, 0 % infinite; else nothing else"
    assert str(statistics(np.zeros((2, 2)))) == "only zeros"
    assert statistics(np.zeros(0)) is None


def graph_of(array):
    return gv.trace(lambda x: np.sum(gv.relu(x) / x), x=array)


def test_a_summary_says_the_same(tmp_path):
    array = np.linspace(-1.0, 2.0, 200).reshape(10, 20)
    array[3, 3:6] = np.inf, np.nan, np.nan
    document = graph_of(array).to_dict(most=50)
    again = gv.Graph.from_dict(json.loads(json.dumps(document, allow_nan=False)))
    whole, summed = (graph_of(array).example, again.example)
    for node, other in zip(whole.graph.nodes, again.nodes):
        assert lines(whole, node) == lines(summed, other)
    x = document["derived"]["primals"][0]["summary"]
    assert (x["nan"], x["not_finite"]) == (2 / 200, pytest.approx(3 / 200))


def test_an_older_summary_tells_what_it_can():
    document = graph_of(np.full((10, 20), np.inf)).to_dict(most=50)
    derived = document["derived"]
    for each in (*document["believed"]["inputs"], *derived["primals"], *derived["adjoints"]):
        if isinstance(each, dict):
            for name in ("nan", "infinite", "scale"):
                del each["summary"][name]
    run = gv.Graph.from_dict(document).example
    (told, is_loud), *_ = lines(run, run.graph.nodes[0])
    assert is_loud
    assert "100 % nan or infinite" in told


def test_figures_and_views_tell_them():
    graph = graph_of(np.array([[1.0, -2.0, 0.0]]))
    figure = gv.draw(graph)
    said = "value: from −2 to 1, mean −0.3333, 33.3 % zeros"
    assert said in figure.explain("x", detail="full").split("\n")
    view = gv.View(graph)
    view.selected = "n0"
    told = [(line["label"], line["formula"], line["agrees"]) for line in view.nudges["lines"]]
    assert ("statistics", [["say", said]], None) in told
    view.selected = f"n{graph.by_label['v2'].index}"
    loud = [line for line in view.nudges["lines"] if line["agrees"] is False]
    assert "⚠ 33.3 % nan" in str(loud[0]["formula"])
    view.selected = f"n{graph.output.index}"  # a single number says it all by itself
    assert all(line["label"] != "statistics" for line in view.nudges["lines"])
