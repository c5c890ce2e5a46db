"""Plots: what they draw, what they say, and that sliders draw them anew."""

import itertools
import re
import struct
import threading
import time
import xml.etree.ElementTree as ElementTree
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from html import escape, unescape
from io import BytesIO

import ipywidgets as widgets
import matplotlib.figure
import matplotlib.image
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lengths import short

import gradviz as gv
from gradviz.audit import NoFigure, audit
from gradviz.live.plots import derivatives, limit
from gradviz.live.plots.frame import picture


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


@pytest.mark.parametrize("name", short(4, PLOTS))
def test_pictures(name):
    plot = PLOTS[name]()
    data, metadata = plot._repr_mimebundle_()
    picture = matplotlib.image.imread(BytesIO(data["image/png"]), format="png")
    assert picture.shape[1] == pytest.approx(
        1.5 * metadata["image/png"]["width"], abs=2
    )  # dots to a pixel
    assert picture[0, 0, 3] == 0  # what is behind it shows through
    assert data["text/plain"] == str(plot) == plot.text
    source, words = re.search(r'<img src="([^"]*)" alt="([^"]*)"', data["text/html"]).groups()
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


def test_axes_are_called_as_the_function_calls_them():
    def loss(w2):
        return w2**2

    plot = gv.plot.descent(loss, start=4.0, rate=0.25, steps=1)
    axes = plot.figure.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("w2", "loss(w2)")
    assert str(plot) == "w2: 4 → 2, loss: 16 → 4"
    loss.__name__ = "$w$"  # which matplotlib would typeset
    assert gv.plot.tangent(loss, at=1.0).figure.axes[0].get_ylabel() == "f(w2)"
    loss.__name__ = "損失"  # of which the font of axes has no letters
    assert gv.plot.tangent(loss, at=1.0).figure.axes[0].get_ylabel() == "f(w2)"
    loss.__name__ = "θ"
    assert gv.plot.tangent(loss, at=1.0).figure.axes[0].get_ylabel() == "θ(w2)"


def test_images_share_one_scale():
    plot = gv.plot.images([[[0.0, 1.0]], [[-4.0, 2.0]]])
    shown = [frame.images[0] for frame in plot.figure.axes if frame.images]
    assert [picture.get_clim() for picture in shown] == [(-4.0, 4.0)] * 2
    assert str(plot) == "2 pictures of 1 × 2, from −4 to 2"
    with pytest.raises(ValueError, match=r"of shape \(number, rows, columns\), not of \(2, 2\)"):
        gv.plot.images(np.eye(2))


# Live plots


def test_a_slider_moves_what_moves():
    plot = gv.plot.tangent(square, at=(-4.0, 4.0))
    given = plot._drawing.given
    assert str(plot) == "f(0) = 0, slope 0: flat"
    plot.sliders["at"].value = 2.0
    assert str(plot) == "f(2) = 4, slope 4: rising"
    assert struct.unpack("<3d", plot._drawing.numbers) == (2.0, 4.0, 4.0)
    assert plot._drawing.given is given  # nothing else is sent
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
    before = plot.text
    plot.update(at=-8.0)
    assert plot._drawing.message == "ValueError: <b>too far</b>"
    assert struct.unpack("<d", plot._drawing.numbers) == (-8.0,)
    assert (plot.values, plot.text) == ({"at": -8.0}, before)
    plot.update(at=1.0)
    assert plot._drawing.message == "" and plot.text == "f(1) = 1, slope 1: rising"
    with pytest.raises(ValueError, match="too far"):
        gv.plot.tangent(root, at=-8.0)


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
    for plot in (PLOTS["tangent"](), gv.plot.tangent(square, at=(-4.0, 4.0))):
        assert plot.save(tmp_path / "tangent.png").stat().st_size > 5000
        assert plot.save(tmp_path / "tangent.svg").read_text().startswith("<?xml")


@pytest.mark.parametrize("name", ["tangent", "images", "cost"])
def test_a_still_page(name, tmp_path):
    plot = PLOTS[name]()
    page = plot.save(tmp_path / "plot.html", theme="dark").read_text(encoding="utf-8")
    assert "Content-Security-Policy" in page and "<script" not in page
    assert ("<image" if name == "images" else plot.svg) in page and escape(plot.text) in page
    assert '<meta name="color-scheme" content="dark">' in page
    with pytest.raises(ValueError, match="a theme is"):
        plot.save(tmp_path / "plot.html", theme="blue")


def test_a_page_that_is_not_to_live_is_still(tmp_path):
    plot = gv.plot.tangent(square, at=(-4.0, 4.0))
    page = plot.save(tmp_path / "plot.html", live=False).read_text(encoding="utf-8")
    assert page == plot.plot.save(tmp_path / "still.html").read_text(encoding="utf-8")
    assert "<script" not in page and "f(0) = 0, slope 0: flat" in page
    page = plot.save(tmp_path / "plot.html").read_text(encoding="utf-8")
    assert "<script>" in page
    with pytest.raises(NoFigure, match="it is a plot"):
        audit(page)


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


# Axes


CURVES = {
    "square": square,
    "steep": lambda x: x**4 * 1e6,
    "falls": lambda x: -(x**3),
    "waves": lambda x: 3 * np.sin(5 * x),
    "pole": lambda x: 1 / x,
    "flat": lambda x: 7.0 + 0 * x,
    "large": lambda x: 1e20 * x,
    "root": np.sqrt,
    "branches": lambda x: x if x > 0.3 else x * x,
}
RANGES = st.tuples(st.floats(-20, 20), st.floats(0.01, 10)).map(lambda p: (p[0], p[0] + p[1]))


def is_within(axes, x, y):
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    return left <= x <= right and low <= y <= high


def check_kept(plot, **values):
    """The points that are to be seen are within the axes, and these have room around what is
    finite.
    """
    plot.update(**values)
    shown = plot.subject.shown(*plot._there)
    for mark in plot.subject.marks:
        for point in shown.marks[mark.name] if mark.kept else ():
            assert not np.isfinite(point).all() or is_within(plot._axes, *point), point


@pytest.mark.long
@settings(max_examples=20, deadline=None)
@given(curve=st.sampled_from(sorted(CURVES)), at=RANGES, share=st.lists(st.integers(0, 200)))
def test_a_point_is_never_lost(curve, at, share):
    function = CURVES[curve]
    plots = {
        "at": gv.plot.tangent(function, at=at),
        "start": gv.plot.descent(function, start=at, rate=1e-3, steps=2),
    }
    for name, plot in plots.items():
        given = plot._drawing.given
        places = plot._tried[name]
        for place in {0, len(places) - 1, *(each % len(places) for each in share)}:
            check_kept(plot, **{name: places[place]})
        assert plot._drawing.given is given  # no other axes were drawn
        check_kept(plot, **{name: at[1] + 50})  # now they are
        assert plot._drawing.given is not given or not np.isfinite(function(at[1] + 50.0))


@pytest.mark.long
@settings(max_examples=10, deadline=None)
@given(curve=st.sampled_from(["square", "falls", "large", "flat"]), at=RANGES, h=RANGES)
def test_no_end_of_a_secant_is_lost(curve, at, h):
    plot = gv.plot.secants(CURVES[curve], at=at, h=h)
    given = plot._drawing.given
    for one in plot._tried["at"][::40]:
        for other in plot._tried["h"][::40]:
            check_kept(plot, at=one, h=other)
    assert plot._drawing.given is given


def test_axes_follow_the_range():
    plot = gv.plot.tangent(np.sin, at=(-6.0, 6.0))
    assert plot._axes.get_xlim() == (-6.0, 6.0)
    for place in (-6.0, -1.55, 6.0):
        check_kept(plot, at=place)
    assert gv.plot.tangent(np.sin, at=9.0).figure.axes[0].get_xlim() == (-4.0, 9.0)
    assert gv.plot.secants(square, at=3.0, h=1.0).figure.axes[0].get_xlim() == (1.0, 5.0)
    assert gv.plot.secants(square, at=(0.0, 4.0), h=3.0)._axes.get_xlim() == (-2.0, 7.0)


@pytest.mark.parametrize(
    "function",
    short(
        1,
        [
            lambda x: 1.7e308 * np.sin(x),
            lambda x: 5e-324 * x,
            lambda x: 1e20 + 0 * x,
            lambda x: x * np.nan,
            lambda x: 3.0,
        ],
    ),
    ids=["huge", "tiny", "flat and high", "nan", "no Variable"],
)
def test_numbers_that_axes_have_no_room_for(function):
    for plot in (
        gv.plot.tangent(function, at=(-2.0, 2.0)),
        gv.plot.descent(function, start=2.0, rate=(0.1, 1.0)),
        gv.plot.difference_error(function, at=(1.0, 3.0)),
    ):
        assert plot.plot.svg  # warnings are errors


def test_a_steep_curve_is_seen_where_a_descent_goes():
    axes = gv.plot.descent(lambda x: x**4, start=2.0, rate=0.01).figure.axes[0]
    low, high = axes.get_ylim()
    assert -4 < low < 0 and 16 < high < 16 * 1.6  # of 256 at the ends of the span
    low, high = gv.plot.descent(square, start=4.0).figure.axes[0].get_ylim()
    assert low == pytest.approx(-0.08 * 16) and high == pytest.approx(1.08 * 16)
    diverging = gv.plot.descent(square, start=1.0, rate=1.5).figure.axes[0]
    assert 16 < diverging.get_ylim()[1] < 18  # 1, −2 and 4 are seen, −8 is not
    flat = gv.plot.descent(square, start=0.0).figure.axes[0].get_ylim()
    assert flat[1] > 3


# What the page is told


@pytest.mark.parametrize(
    ("options", "opacity"),
    [({"alpha": 0.14}, 0.14), ({"facecolor": (0.2, 0.4, 0.6, 0.3)}, 0.3), ({}, 1)],
)
def test_what_is_seen_through_is_in_lines_too(options, opacity):
    figure = matplotlib.figure.Figure((2, 2), facecolor="none")
    figure.add_axes((0, 0, 1, 1)).axis("off")
    figure.axes[0].bar([0], [1], color="#123456", linewidth=0, **options)
    there, ours = BytesIO(), ElementTree.fromstring(f"<svg>{picture(figure)}</svg>")
    figure.savefig(there, format="svg")  # as matplotlib itself writes it
    theirs = re.search(r"(?:fill-| )opacity: ([\d.]+)", there.getvalue().decode())
    (drawn,) = ours.iter("path")
    assert float(drawn.get("fill-opacity", 1)) == opacity
    assert float(theirs[1] if theirs else 1) == opacity


def test_places_in_a_frame_are_those_of_matplotlib():
    for plot in (
        gv.plot.tangent(square, at=(-4.0, 4.0)),
        gv.plot.difference_error(square, at=(1.0, 3.0)),
        gv.plot.layers(lambda w: {"a": [[w], [w * w]]}, w=(0.1, 1.0)),
    ):
        figure, axes = plot._axes.figure, plot._axes
        for told, size in zip(plot._drawing.given["frames"], ((6.4, None), (3.7, 3.2))):
            assert told["size"][0] == pytest.approx(72 * size[0])
            assert not re.search(r"\bid=|href=|style=", told["svg"])
        narrow = plot._drawing.given["frames"][1]
        figure.set_dpi(72)
        ends = np.array([axes.get_xlim(), axes.get_ylim()]).T
        for x, y in [*ends, np.exp(np.log(np.abs(ends) + 0.1).mean(axis=0))]:
            right, up = axes.transData.transform((x, y))
            for number, axis, place in ((x, "x", right), (y, "y", 72 * 3.2 - up)):
                along = narrow[axis]
                number = np.log10(number) if along["is_log"] else number
                assert number * along["scale"] + along["start"] == pytest.approx(place, abs=1e-6)


@pytest.mark.long
def test_programs_and_held_numbers():
    @gv.primitive
    def cube(x):
        return x**3

    cube.derivative(lambda x, out: 3 * x**2)
    told = gv.plot.tangent(square, at=(-1.0, 1.0))._told()
    assert len(told["given"]["programs"]) == 1 and told["held"] is None
    branches = gv.plot.tangent(CURVES["branches"], at=(-1.0, 1.0))
    assert len(branches._told()["given"]["programs"]) == 2
    own = gv.plot.secants(cube, at=(-1.0, 1.0), h=0.5)
    told = own._told()
    assert told["given"]["programs"] is None
    for place, row in zip(own._tried["at"], told["held"][0], strict=True):
        assert [float(each) for each in row] == own.subject.numbers({"at": place, "h": 0.5})
    many = gv.plot.descent(cube, start=(-1.0, 1.0), steps=1000)._told()
    assert many["given"]["programs"] is many["held"] is None


def test_layers_of_a_function():
    plot = gv.plot.layers(lambda w, b: {"one": [[w, w], [b]], "two": [[1.0]]}, w=(0.5, 1.5), b=2.0)
    assert plot.text.split() == ["layer", "1", "2", "one", "1", "2", "two", "1"]
    plot.update(w=1.25)
    assert plot.text.split() == ["layer", "1", "2", "one", "1.25", "2", "two", "1"]
    with pytest.raises(TypeError, match="are for a function of them, not for data"):
        gv.plot.layers({"one": [[1.0]]}, w=(0.5, 1.5))


def test_layers_of_many_networks_are_all_there_and_look_different():
    names = [f"net {number}" for number in range(7)]
    plot = gv.plot.layers({name: [[1.0 + at], [2.0]] for at, name in enumerate(names)})
    axes = plot.figure.axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == names
    looks = {(line.get_color(), line.get_marker()) for line in axes.get_legend().get_lines()}
    assert len(looks) == 7


# The limit


@pytest.mark.parametrize("h", [1.0, 0.1, 1e-3, 1e-6, -0.25])
@pytest.mark.parametrize("at", [3.0, -1.0, 0.5])
def test_the_lens_keeps_the_points_apart_and_the_slopes_as_they_are(at, h):
    """The secant of x³ has the slope 3x² + 3xh + h², the tangent 3x²."""
    plot = gv.plot.secants(lambda x: x**3, at=at, h=h)
    secant = 3 * at**2 + 3 * at * h + h**2
    found = limit.lens((10.0, 2.0), h, 3 * at**2, secant, h * secant, [0.0] * 31)
    (x, y), (right, up) = found.ends
    assert np.hypot(right - x, up - y) == pytest.approx(1.15 * limit.RADIUS)
    assert (up - y) / (right - x) == pytest.approx(secant * 2 / 10)
    assert found.slopes == pytest.approx((secant * 0.2, 3 * at**2 * 0.2))
    sheet = plot.figure.axes[1]
    assert f"h = {gv.numerals.numeral(h)}, Δy" in " ".join(text.get_text() for text in sheet.texts)
    drawn = [np.column_stack(line.get_data()) for line in sheet.lines]
    middle = np.array(limit.spot(9.0, 3.8, True)) * (1, -1) + (0, 3.8 * 72)
    inside = [line for line in drawn if np.all(np.hypot(*(line - middle).T) <= limit.RADIUS + 1e-6)]
    assert len(drawn) - len(inside) <= 2  # the lines to the ring


def test_a_range_of_h_is_logarithmic_where_it_is_positive():
    plot = gv.plot.secants(square, at=3.0, h=(0.001, 1.0))
    slider = plot.sliders["h"]
    assert isinstance(slider, widgets.FloatLogSlider)
    assert (slider.value, slider.base**slider.min) == (1.0, pytest.approx(0.001))
    for h in (1.0, 0.1, 0.01, 0.001):
        plot.update(h=h)
        assert str(plot).endswith(f"= {6 + h:.6g}")  # (6h + h²) / h
    assert isinstance(
        gv.plot.secants(square, at=3.0, h=(-1.0, 1.0)).sliders["h"], widgets.FloatSlider
    )
    faint = [line for line in plot.plot.figure.axes[0].lines if line.get_alpha() == 0.5]
    slopes = sorted(line.get_slope() for line in faint if hasattr(line, "get_slope"))
    assert slopes == [6.125, 6.25, 6.5, 7.0]


def test_nothing_is_in_the_lens_where_there_is_nothing_to_see():
    sheet = gv.plot.secants(square, at=3.0, h=0.0).figure.axes[1]
    assert [text.get_text() for text in sheet.texts] == []
    gv.plot.secants(lambda x: np.log(x), at=-1.0, h=0.5)


@pytest.mark.parametrize("name", short(3, PLOTS))
def test_letters_stay_readable_where_there_is_little_room(name):
    """The picture is scrolled before its letters are smaller than nine pixels."""
    plot = PLOTS[name]()
    width, least = re.search(r'width="(\d+)".*min-width: (\d+)px', plot.html).groups()
    drawn = [float(size) for size in re.findall(r'<text [^>]*font-size="([\d.]+)"', plot.svg)]
    assert min(drawn) * 96 / 72 * int(least) / int(width) >= 9
    assert int(least) <= int(width)


def test_pictures_without_letters_may_be_small():
    assert "min-width: 0px" in gv.plot.images(np.eye(3).reshape(1, 3, 3)).html


@pytest.mark.parametrize("pictures", [np.zeros((1, 4, 4)), np.eye(4)[None] - np.eye(4)[None, ::-1]])
def test_zeros_let_the_paper_through(pictures):
    plot = gv.plot.images(pictures)
    seen = matplotlib.image.imread(BytesIO(plot._repr_mimebundle_()[0]["image/png"]))
    is_white = (seen[..., :3].min(-1) > 0.9) & (seen[..., 3] > 0.5)
    assert not is_white.any()
    assert (seen[..., 3] > 0.9).any() == bool(pictures.any())
