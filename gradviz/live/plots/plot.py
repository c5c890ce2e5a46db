"""Plot: a picture by matplotlib with its numbers as words."""

import math
from base64 import b64encode
from collections.abc import Callable, Sequence
from functools import wraps
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any, ParamSpec

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from gradviz.export.fonts import warn_of
from gradviz.export.html import document
from gradviz.export.published import is_wanted
from gradviz.export.sheets import Theme, checked
from gradviz.graph.columns import right, room
from gradviz.live.plots.frame import FONTS, POINTS, picture
from gradviz.live.plots.letters import lettered
from gradviz.words import language

INK = "#75818d"  # these are seen on white and on black
VALUE, GRADIENT, RISING, FALLING = "#2f86b8", "#c8601b", "#3d9150", "#a35db5"
WRONG = "#d0405a"
TITLE: Any = {"loc": "left", "fontsize": 10, "color": INK}
LEGEND: Any = {"frameon": False, "labelcolor": INK}
FAINT = 0.25  # of a grid
DOTS, PIXELS = 144, 96  # per inch: in files, and on a page, as browsers count them
MARGINS = {"left": 0.7, "right": 0.19, "bottom": 0.49, "top": 0.3}  # inches
# set by hand, which is faster
FRAME: dict[str, Any] = {"size": (6.4, 3.8), "layout": None}
NARROW = 3.7, 3.2  # inches, for a phone
LETTERS = 9.5  # pixels, at least; a picture for which there is less room is scrolled
UNTITLED = 0.1  # inches above axes that have no title


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
    if layout is None:
        fit(figure, size)
    return figure, axes


def fit(
    figure: Figure,
    size: tuple[float, float],
    top: float = MARGINS["top"],
    beyond: tuple[float, float] = (0.0, 0.0),
) -> None:
    """Give a figure another size, as much room above its axes, and more beyond the size, beside and
    below them; all in inches.
    """
    beside, below = beyond
    width, height = size[0] + beside, size[1] + below
    figure.set_size_inches(width, height)
    figure.subplots_adjust(
        left=MARGINS["left"] / width,
        right=1 - (MARGINS["right"] + beside) / width,
        bottom=(MARGINS["bottom"] + below) / height,
        top=1 - top / height,
    )


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
    widths = [max(width, room(heading)) for width, heading in zip(least, rows[0])]
    return "\n".join(
        "  ".join(right(cell, width) for cell, width in zip(row, widths)) for row in rows
    )


def smallest(figure: Figure) -> float:
    """The size of the smallest letters in a figure that was drawn, in pixels of a page; infinite if
    it has none.

    >>> figure, axes = subplots(size=(4.0, 3.0), layout=None)
    >>> title = axes.set_title("f", fontsize=6)
    >>> figure.canvas.draw()
    >>> smallest(figure)
    8.0
    """
    unseen = {
        text
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for text in axis.findobj(Text)
        if not axes.axison
    }
    sizes = (
        float(text.get_fontsize())
        for text in figure.findobj(Text)
        if text not in unseen and text.get_visible() and text.get_text()
    )
    return min(sizes, default=math.inf) * PIXELS / POINTS


class Plot:
    """A picture, and its numbers as `text`: that is what `print` gives, and what stands for the
    picture where there is none.

    `figure` is matplotlib's own, to be changed as one likes; `name` what kind of plot it is.
    """

    def __init__(self, figure: Figure, text: str, title: str = "", name: str = "") -> None:
        self.figure = figure
        self.text = text
        self.name: str = name or text.partition("\n")[0]
        if title:
            figure.axes[0].set_title(title, **TITLE)

    def save(self, path: str | Path, *, theme: Theme | None = None) -> Path:
        """Write the picture to a file, in the format that its ending names, such as .png, .svg,
        .pdf; or .html, a page with its text, of which `theme` is "light", "dark", or None for its
        reader's.

        >>> import tempfile
        >>> import gradviz as gv
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     gv.plot.tangent(lambda x: x**2, at=3.0).save(f"{folder}/tangent.svg").name
        'tangent.svg'
        """
        path, theme = Path(path), checked(theme)
        if path.suffix.lower() == ".html":
            page = document(self.name, self.body, language(), theme)
            path.write_text(page, encoding="utf-8")
        else:
            with lettered(self.figure) as missing:
                self.figure.savefig(path, dpi=DOTS)
            if missing and path.suffix.lower() == ".svg":
                path.write_text(self.svg, encoding="utf-8")  # in letters, not in their shapes
            elif missing:
                warn_of(missing)
        return path

    @property
    def body(self) -> list[str]:
        """The picture and the text, as lines of a page."""
        return [
            f'<figure style="--width: {self._size[0]}px">{self.svg}</figure>',
            f'<pre tabindex="0">{escape(self.text)}</pre>',
        ]

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        width, height = self._size
        picture, missing = self._bytes()
        # notebooks show a PNG by itself without alternative text, and drop the SVG of strangers
        return {
            "text/html": self._image(picture, missing) if not is_wanted() else self._line(self.svg),
            "image/png": picture,
            "text/plain": self.text,
        }, {"image/png": {"width": width, "height": height, "alt": self.text}}

    @property
    def html(self) -> str:
        """The picture as an HTML image that needs nothing else."""
        return self._image(*self._bytes())

    def _image(self, picture: bytes, missing: frozenset[str]) -> str:
        kind = "svg+xml" if missing else "png"  # whoever looks at it may have the font
        content = self.svg.encode() if missing else picture
        width, height = self._size
        return self._line(
            f'<img src="data:image/{kind};base64,{b64encode(content).decode()}" '
            f'alt="{escape(self.text)}" width="{width}" height="{height}" style="{self._fit}">'
        )

    def _line(self, picture: str) -> str:
        """A picture that is scrolled where there is no room for its letters."""
        return f'<div style="overflow-x: auto">{picture}</div>'

    @property
    def _fit(self) -> str:
        least = int(self._size[0] * min(1.0, LETTERS / smallest(self.figure)))
        return f"max-width: 100%; min-width: {least}px; height: auto"

    @property
    def _size(self) -> tuple[int, int]:
        """Width and height in pixels of a page."""
        width, height = (int(inches * PIXELS) for inches in self.figure.get_size_inches())
        return width, height

    def _bytes(self) -> tuple[bytes, frozenset[str]]:
        """The picture in pixels, and the signs in it that no font has."""
        target = BytesIO()
        with lettered(self.figure) as missing:
            self.figure.savefig(target, format="png", dpi=DOTS)
        return target.getvalue(), missing

    @property
    def svg(self) -> str:
        """The picture as SVG for pages, named by its text for who can't see it."""
        width, height = self._size
        x, y = self.figure.get_size_inches() * POINTS
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {x:g} {y:g}" width="{width}" '
            f'height="{height}" role="img" aria-label="{escape(self.text)}" '
            f'font-family="{FONTS}" style="{self._fit}">'
            f"{picture(self.figure)}</svg>"
        )


P = ParamSpec("P")


def plotting(draw: Callable[P, tuple[Figure, str]]) -> Callable[P, Plot]:
    """A function that draws, in our style, as one that gives a Plot."""

    @wraps(draw)
    def plot(*arguments: P.args, **options: P.kwargs) -> Plot:
        return Plot(*draw(*arguments, **options))

    return plot
