"""Heat maps: what their cells show, and that the page makes the same of them."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import gradviz as gv
from gradviz.export import svg
from gradviz.numerals import numeral
from gradviz.scene import heat


def shades(cells, cell=10):
    """Of a picture: the signed shade of each cell, read from its paths; nan where that is shown."""
    found = np.zeros(cells.shape)
    strokes = set()
    for path in ET.fromstring(f"<g>{svg.cells(heat.shades(cells), cell)}</g>"):
        if path.get("class") == "gv-minus":
            strokes = {
                (int(float(y)) // cell, int(x) // cell)
                for x, y in re.findall(r"M(\d+),([\d.]+)", path.get("d"))
            }
            continue
        sign = {"gv-above": 1, "gv-below": -1, "gv-nan": np.nan}[path.get("class")]
        for x, y, width in re.findall(r"M(\d+),(\d+)h(\d+)", path.get("d")):
            found[int(y) // cell, int(x) // cell : (int(x) + int(width)) // cell] = sign * float(
                path.get("opacity") or 1
            )
    return found, strokes


def test_a_map_shows_sign_and_size():
    cells = np.array([[1.0, -1.0, 0.5], [0.0, -0.25, 0.01]])
    found, strokes = shades(cells)
    assert np.abs(found - cells).max() <= 0.5 / heat.LEVELS + 0.01
    assert strokes == {(0, 1), (1, 1)}  # negative numbers are told apart without colours


def test_nan_and_infinity_in_a_map():
    found, _ = shades(np.array([[np.nan, np.inf, -np.inf, 2.0, -1.0]]))
    assert np.isnan(found[0, 0])
    assert list(found[0, 1:]) == [1.0, -1.0, 1.0, pytest.approx(-0.5, abs=0.07)]
    assert heat.scale(np.array([[np.nan, np.inf, 2.0]])) == "±2, nan"


@pytest.mark.parametrize(
    "shape",
    [(3, 4), (16, 24), (5,), (1, 7), (7, 1), (2, 3, 4), (784, 128), (100,), (17, 25), (1, 1)],
)
def test_every_element_is_in_one_cell(shape):
    array = np.random.default_rng(0).normal(size=shape)
    cells = heat.grid(array)
    rows, columns, cell = heat.size(shape)
    assert cells.shape == (rows, columns)
    assert rows <= heat.ROWS
    assert columns <= heat.COLUMNS
    assert columns * cell <= heat.WIDTH
    assert rows * cell <= heat.HEIGHT
    assert set(cells.ravel()) <= set(array.ravel())
    assert np.abs(cells).max() == np.abs(array).max()
    for place in (np.unravel_index(np.abs(array).argmax(), shape),):
        alone = np.zeros(shape)
        alone[place] = -1.0
        assert np.count_nonzero(heat.grid(alone)) == 1


def test_cards_show_maps_and_their_scales():
    w = np.array([[1.0, -2.0, 3.0], [0.0, 0.5, -0.5]])
    figure = gv.draw(gv.trace(lambda w: np.sum(w**2), w=w))
    card = ET.fromstring(figure.svg).find(".//*[@id='n0']")
    texts = ["".join(text.itertext()) for text in card.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["w", "2×3 ±3", "±6"]
    maps = card.findall(".//{http://www.w3.org/2000/svg}g[@data-of]")
    assert [each.get("data-of") for each in maps] == ["value", "adjoint"]
    assert svg.cells(heat.shades(w), 10) in figure.svg


def test_vectors_of_few_show_their_numbers():
    figure = gv.draw(gv.trace(lambda v: np.sum(v**2), v=[1.0, 2.0]))
    assert "data-of" not in figure.svg
    assert "[1, 2]" in figure.svg


def test_elements_are_reachable():
    w = np.arange(60.0).reshape(6, 10)
    figure = gv.draw(gv.trace(lambda w: np.sum(w**2), w=w))
    assert figure.explain("w[3, 7]") == "w[3, 7] = 37\n∂f/∂w[3, 7] = 74"
    assert figure.explain("w[-1, 0]") == "w[5, 0] = 50\n∂f/∂w[5, 0] = 100"
    assert figure.explain("w[6, 0]") == "w has no element [6, 0]: its shape is 6 × 10"
    view = gv.View(figure.graph)
    view.selected, view.element = "n0", "3, 7"
    assert [line["formula"] for line in view.nudges["lines"]][:2] == [
        [["say", "w[3, 7] = 37"]],
        [["say", f"∂f/∂w[3, 7] = {numeral(74.0)}"]],
    ]
    view.element = "x"
    assert view.nudges["lines"][0]["formula"] == [
        ["say", "w has no element [x]: its shape is 6 × 10"]
    ]


def test_explore_takes_arrays_as_inputs_without_sliders():
    explorer = gv.explore(lambda w, x: np.sum(w * x), w=np.ones((2, 3)), x=2.0)
    assert list(explorer.sliders) == ["x"]
    explorer.sliders["x"].value = 3.0
    assert explorer.run.value == 18.0
    assert explorer.run.grads["w"].tolist() == [[3.0] * 3] * 2


def test_a_page_of_many_inputs_has_sliders_for_ranges_only():
    inputs = {f"w{number}": 1.0 for number in range(40)}
    explorer = gv.explore(lambda *w: sum(w), {**inputs, "w3": (0, 2)})
    assert list(explorer.sliders) == ["w3"]
