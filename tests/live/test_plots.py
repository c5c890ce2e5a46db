"""Plots: what they draw, what they say, and that sliders draw them anew."""

import itertools
import re
import threading
import time
import xml.etree.ElementTree as ElementTree
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from io import BytesIO

import ipywidgets as widgets
import matplotlib.image
import matplotlib.pyplot as plt
import numpy as np
import pytest

import gradviz as gv
from gradviz.live.plots import derivatives


def square(x):
    return x**2


PLOTS = {
    "tangent": lambda: gv.plot.tangent(square, at=-1.0),
    "secants": lambda: gv.plot.secants(square, at=3.0, h=0.1),
    "difference_error": lambda: gv.plot.difference_error(square, at=3.0),
    "descent": lambda: gv.plot.descent(square, start=3.0, rate=0.2),
    "images": lambda: gv.plot.images(np.arange(-8.0, 100.0).reshape(12, 3, 3), titles=range(12)),
    "layers": lambda: gv.plot.layers({"sigmoid": [1e-3, 0.1], "tanh": [0.2, 0.1]}),
    "cost": lambda: gv.plot.cost("trees", sizes=(4, 8), timed=False),
}


def lines(plot):
    """The curves of a plot: their points."""
    return [np.column_stack(line.get_data()) for line in plot.figure.axes[0].lines]


@pytest.mark.parametrize("name", PLOTS)
def test_pictures(name):
    plot = PLOTS[name]()
    data, metadata = plot._repr_mimebundle_()
    picture = matplotlib.image.imread(BytesIO(data["image/png"]), format="png")
    assert picture.shape[1] == pytest.approx(
        1.5 * metadata["image/png"]["width"], abs=2
    )  # dots to a pixel
    assert picture[0, 0, 3] == 0  # what is behind it shows through
    assert data["text/plain"] == str(plot) == plot.text
    source, words = re.search(r'^<img src="([^"]*)" alt="([^"]*)"', data["text/html"]).groups()
    assert unescape(words) == metadata["image/png"]["alt"] == plot.text
    assert source == f"data:image/png;base64,{b64encode(data['image/png']).decode()}"
    root = ElementTree.fromstring(plot.svg)
    assert root.get("aria-label").split() == plot.text.split()
    assert not plt.get_fignums()


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (3.0, "f(3) = 9, slope 6: rising"),
        (-1.0, "f(−1) = 1, slope −2: falling"),
        (0.0, "f(0) = 0, slope 0: flat"),
        (float("nan"), "f(nan) = nan, slope nan: no slope"),
    ],
)
def test_a_tangent(at, text):
    assert str(gv.plot.tangent(square, at=at)) == text


def test_a_curve_is_green_where_it_rises_and_purple_where_it_falls():
    rising, falling = (
        gv.plot.tangent(np.sin, at=1.0, span=(-3.0, 1.0)).figure.axes[0].lines[1:3]
    )  # the first is the axis
    for line, sign in ((rising, 1), (falling, -1)):
        x, y = line.get_data()
        there = ~np.isnan(y)
        assert np.all(sign * np.cos(x[there]) > -0.05)
        assert (
            there.sum() == np.sum(sign * np.cos(x) > 0) + 1
        )  # and the first beyond, where the pieces meet
        np.testing.assert_allclose(y[there], np.sin(x[there]))
    assert rising.get_color() != falling.get_color()


@pytest.mark.parametrize(
    ("h", "quotient"),
    [(1.0, "7"), (0.1, "6.1"), (0.01, "6.01"), (0.001, "6.001"), (0.0, "nan"), (-1.0, "5")],
)
def test_secants(h, quotient):
    assert str(gv.plot.secants(square, at=3.0, h=h)).endswith(f"= {quotient}")


def test_the_error_falls_and_rises_again():
    errors = lines(gv.plot.difference_error(square, at=3.0))[0]
    steps, errors = errors[:, 0], errors[:, 1]
    np.testing.assert_allclose(errors[:7], steps[:7], rtol=1e-2)  # (6h + h²) / h − 6 = h
    assert errors.argmin() in (7, 8, 9)
    assert errors[-1] == 6.0


def test_descent_goes_down_the_curve():
    path = lines(gv.plot.descent(square, start=4.0, rate=0.25, steps=5))[-2]
    np.testing.assert_allclose(path, [(4 / 2**step, (4 / 2**step) ** 2) for step in range(6)])


def test_images_share_one_scale():
    plot = gv.plot.images([[[0.0, 1.0]], [[-4.0, 2.0]]])
    shown = [frame.images[0] for frame in plot.figure.axes if frame.images]
    assert [picture.get_clim() for picture in shown] == [(-4.0, 4.0)] * 2
    assert str(plot) == "2 pictures of 1 × 2, from −4 to 2"
    with pytest.raises(ValueError, match=r"of shape \(number, rows, columns\), not of \(2, 2\)"):
        gv.plot.images(np.eye(2))


# Live plots


def test_a_slider_draws_anew():
    plot = gv.plot.tangent(square, at=(-4.0, 4.0))
    assert str(plot) == "f(0) = 0, slope 0: flat"
    plot.sliders["at"].value = 2.0
    assert str(plot) == "f(2) = 4, slope 4: rising"
    assert "f(2) = 4" in plot.children[1].value
    data, _ = plot._repr_mimebundle_()
    assert {"image/png", "text/plain", "application/vnd.jupyter.widget-view+json"} <= set(data)
    plot.update(at=-2.0)
    assert plot.sliders["at"].value == -2.0
    with pytest.raises(TypeError, match="no slider 'h'; it has at"):
        plot.update(h=1.0)


@pytest.mark.long
def test_sliders_that_are_moved_beside_a_cell():
    """A notebook answers a slider in another thread: the figure, the settings and the counts of a
    cell that is running are its own.
    """
    plots = [
        gv.plot.tangent(square, at=(-4.0, 4.0)),
        gv.plot.secants(square, at=(0.0, 4.0), h=(0.1, 1.0)),
        gv.plot.descent(square, start=(1.0, 4.0)),
    ]
    explorer, over = gv.explore(square, x=1.0), threading.Event()

    def move():
        for place in itertools.cycle([1.0, 1.5, 2.0]):
            for plot in plots:
                plot.update(**{next(iter(plot.sliders)): place})
            explorer.update(x=place)
            moved.append(place)
            if over.is_set():
                return

    moved = []
    with plt.rc_context({"text.color": "red"}), ThreadPoolExecutor() as beside:
        moving = beside.submit(move)
        settings = dict(plt.rcParams)
        try:
            while len(moved) < 4 and not moving.done():
                figure = plt.figure()
                with gv.Ledger() as ledger:
                    gv.grad(square)(3.0)
                    assert plt.gcf() is figure
                    time.sleep(0.02)  # the others work
                    assert plt.gcf() is figure
                assert (ledger.operations, ledger.local_derivatives) == (1, 1)
                assert dict(plt.rcParams) == settings
                plt.close(figure)
        finally:
            over.set()
            moving.result()
            plt.close("all")
    assert len(moved) >= 4


def test_a_users_settings_are_theirs():
    with plt.rc_context({"text.color": "red", "axes.grid": True, "figure.facecolor": "white"}):
        plot = gv.plot.tangent(square, at=1.0)
        assert plt.rcParams["text.color"] == "red"
    (axes,) = plot.figure.axes
    assert axes.title.get_text() == "" and axes.get_title("left") == str(plot)
    assert not any(line.get_visible() for line in axes.get_xgridlines())
    assert plot.figure.get_facecolor()[3] == 0


def test_a_widget_of_ones_own():
    plot = gv.plot.secants(
        square, at=(0.0, 4.0), h=widgets.FloatLogSlider(value=1.0, min=-3, max=0)
    )
    assert list(plot.sliders) == ["at", "h"]
    plot.update(at=3.0, h=0.01)
    assert str(plot) == "h = 0.01: (9.0601 − 9) / 0.01 = 6.01"


def test_a_function_that_fails_does_not_stop_the_plot():
    def root(x):
        if x < -5:
            raise ValueError("<b>too far</b>")
        return x

    plot = gv.plot.tangent(root, at=(-9.0, 4.0), span=(-4.0, 4.0))
    plot.update(at=-8.0)
    assert plot.children[1].value == "<p role='alert'>ValueError: &lt;b&gt;too far&lt;/b&gt;</p>"
    plot.update(at=1.0)
    assert "slope 1: rising" in plot.children[1].value


def test_a_curve_with_a_pole_is_drawn_where_it_is_finite():
    plot = gv.plot.tangent(lambda x: 1 / x, at=1.0, span=(-1.0, 1.0))
    assert np.isfinite(plot.figure.axes[0].get_ylim()).all()
    assert derivatives.POINTS % 2  # the pole is one of the points


def test_names_are_not_taken_for_mathematics():
    name = r"$\frac$ <b>&"
    pictures, layers = (
        gv.plot.images(np.ones((1, 2, 2)), [name]),
        gv.plot.layers({name: [1.0, 2.0]}),
    )
    table = gv.compare_granularity({name: lambda t: t * t}, t=1.0)
    for plot in (pictures, layers, gv.plot.granularity(table)):
        assert ElementTree.fromstring(plot.svg).get("aria-label").split() == plot.text.split()
        assert name in plot.text


def test_saving(tmp_path):
    PLOTS["tangent"]().save(tmp_path / "tangent.png")
    PLOTS["tangent"]().save(tmp_path / "tangent.svg")
    assert (tmp_path / "tangent.png").stat().st_size > 5000
    assert (tmp_path / "tangent.svg").read_text().startswith("<?xml")


def test_a_plot_stands_where_its_sliders_cannot():
    whole = widgets.IntSlider(1, min=0, max=3)
    plot = gv.plot.tangent(lambda x: x**2, at=whole)
    plot.update(at=2.5)
    assert (plot.values, plot.plot.text) == ({"at": 2.5}, "f(2.5) = 6.25, slope 5: rising")
    assert whole.value == 1
    whole.value = 2
    assert plot.plot.text == "f(2) = 4, slope 4: rising"
    plot.update(at=float("inf"))
    assert plot.plot.text == "f(∞) = ∞, slope ∞: rising"
    with pytest.raises(TypeError, match="'at' of this plot must be a real number"):
        plot.update(at="1")
