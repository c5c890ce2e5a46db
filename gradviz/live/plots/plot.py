"""Plot: a picture by matplotlib with its numbers as words; and LivePlot, which its sliders draw
anew.
"""

from base64 import b64encode
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import wraps
from html import escape
from inspect import signature
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, ParamSpec

import ipywidgets as widgets
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from gradviz.live.panel import Panel
from gradviz.live.shown import Bundle, Shown
from gradviz.live.sliders import Hand, is_range, slider
from gradviz.numerals import real

INK = "#75818d"  # these are seen on white and on black
VALUE, GRADIENT, RISING, FALLING = "#2f86b8", "#c8601b", "#3d9150", "#a35db5"
TITLE: Any = {"loc": "left", "fontsize": 10, "color": INK}
LEGEND: Any = {"frameon": False, "labelcolor": INK}
FAINT = 0.25  # of a grid
DOTS, PIXELS = 144, 96  # per inch: in files, and on a page, as browsers count them


def subplots(
    rows: int = 1,
    columns: int = 1,
    *,
    size: tuple[float, float],
    layout: Any = "constrained",
    **options: Any,
) -> Any:
    """A figure with axes, in our style. Pyplot and its settings are neither asked nor changed: they
    are one for all threads, and a slider may draw while a cell uses them.
    """
    figure = Figure(size, facecolor="none", layout=layout)
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, columns, **options)
    for each in figure.axes:
        _styled(each)
    return figure, axes


def _styled(axes: Axes) -> None:
    axes.set_facecolor("none")
    axes.grid(False)
    axes.spines[:].set_color(INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(which="both", colors=INK)
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set_color(INK)


def plain(words: object) -> str:
    """A user's words for matplotlib, which is not to take them for mathematics.

    >>> plain("5 $ or 6 $")
    '5 \\\\$ or 6 \\\\$'
    """
    return str(words).replace("$", r"\$")


def columns(rows: Sequence[Sequence[str]], least: Sequence[int]) -> str:
    """Rows of text, each column at least so wide, and as wide as its heading asks for.

    >>> print(columns([("h", "a quotient"), ("0.1", "6.1")], (4, 8)))
       h  a quotient
     0.1         6.1
    """
    widths = [max(width, len(heading)) for width, heading in zip(least, rows[0])]
    return "\n".join(
        "  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths)) for row in rows
    )


class Plot:
    """A picture, and its numbers as `text`: that is what `print` gives, and what stands for the
    picture where there is none.

    `figure` is matplotlib's own, to be changed as one likes.
    """

    def __init__(self, figure: Figure, text: str) -> None:
        self.figure = figure
        self.text = text

    def save(self, path: str | Path) -> None:
        """Write the picture to a file, in the format that its ending names, such as .png, .svg or
        .pdf.
        """
        self.figure.savefig(path, dpi=DOTS)

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        width, height = (int(inches * PIXELS) for inches in self.figure.get_size_inches())
        picture = self._bytes()
        # notebooks show a PNG by itself without alternative text
        html = (
            f'<img src="data:image/png;base64,{b64encode(picture).decode()}" '
            f'alt="{escape(self.text)}" '
            f'width="{width}" height="{height}" style="max-width: 100%; height: auto">'
        )
        return {"text/html": html, "image/png": picture, "text/plain": self.text}, {
            "image/png": {"width": width, "height": height, "alt": self.text}
        }

    def _bytes(self) -> bytes:
        target = BytesIO()
        self.figure.savefig(target, format="png", dpi=DOTS)
        return target.getvalue()

    @property
    def svg(self) -> str:
        """The picture as SVG, named by its text for who can't see it."""
        target = StringIO()
        self.figure.savefig(target, format="svg", metadata={"Date": None})
        svg = target.getvalue()
        words = f'role="img" aria-label="{escape(self.text)}"'
        return svg[svg.index("<svg") :].replace(
            "<svg", f'<svg {words} style="max-width: 100%; height: auto"', 1
        )


class LivePlot(Shown):
    """A plot under sliders: each move draws it anew. `sliders` by the name of what they set,
    `values` what they were set to last, `plot` the plot that is shown. Sliders that are `lent` are
    the user's own.
    """

    def __init__(
        self,
        draw: Callable[..., Plot],
        hands: Mapping[str, Hand],
        lent: Collection[Hand] = (),
    ) -> None:
        self._draw = draw
        self.panel = Panel(hands, self._show)
        self.values: dict[str, float] = {name: hand.value for name, hand in hands.items()}
        self.plot: Plot = draw(**self.values)
        self._picture = widgets.HTML(self.plot.svg)
        super().__init__(
            [self.panel, self._picture],
            counted=hands.values(),
            lent=lent,
            _dom_classes=["gradviz-plot"],
        )

    @property
    def sliders(self) -> dict[str, Hand]:
        """The sliders, by the name of what they set."""
        return self.panel.hands

    def update(self, /, **values: float) -> None:
        """Move sliders, and with them the plot."""
        for name, value in values.items():
            if name not in self.sliders:
                raise TypeError(
                    f"this plot has no slider {name!r}; it has {', '.join(self.sliders)}"
                )
            values[name] = real(value, f"{name!r} of this plot")
        values = self.panel.tied(values)
        self.panel.stand(values)
        self._show(values)

    def _show(self, values: dict[str, float]) -> None:
        self.values = {**self.values, **values}
        try:
            self.plot = self._draw(**self.values)
            self._picture.value = self.plot.svg
        except Exception as error:
            self._picture.value = (
                f"<p role='alert'>{escape(f'{type(error).__name__}: {error}')}</p>"
            )

    def __repr__(self) -> str:
        return self.plot.text

    def picture(self) -> Bundle:
        return self.plot._repr_mimebundle_()


P = ParamSpec("P")


def plotting(draw: Callable[P, tuple[Figure, str]]) -> Callable[P, Plot]:
    """A function that draws, in our style, as one that gives a Plot."""

    @wraps(draw)
    def plot(*arguments: P.args, **options: P.kwargs) -> Plot:
        return _drawn(draw, signature(draw).bind(*arguments, **options).arguments)

    return plot


def movable(
    *names: str,
) -> Callable[[Callable[..., tuple[Figure, str]]], Callable[..., Plot | LivePlot]]:
    """The same for a function of which these arguments may be ranges or widgets: then it gives a
    LivePlot.
    """

    def with_sliders(draw: Callable[..., tuple[Figure, str]]) -> Callable[..., Plot | LivePlot]:
        @wraps(draw)
        def plot(*arguments: Any, **options: Any) -> Plot | LivePlot:
            given = signature(draw).bind(*arguments, **options).arguments
            hands = {name: slider(name, given[name]) for name in names if is_range(given.get(name))}
            if not hands:
                return _drawn(draw, given)
            lent = [hand for name, hand in hands.items() if hand is given[name]]
            return LivePlot(lambda **moved: _drawn(draw, {**given, **moved}), hands, lent)

        return plot

    return with_sliders


def _drawn(draw: Callable[..., tuple[Figure, str]], given: Mapping[str, Any]) -> Plot:
    return Plot(*draw(**given))
