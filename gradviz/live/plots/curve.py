"""The curve of a function of one number: its value and its slope anywhere, and the programs by
which a page finds them.
"""

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties, findfont, get_font

from gradviz.autodiff.modes.operators import value_and_grad
from gradviz.autodiff.programs.instructions import Instructions
from gradviz.autodiff.programs.targets import in_a_page
from gradviz.autodiff.tracing.trace import trace
from gradviz.figure.page.drawings import traces
from gradviz.live.plots.plot import FALLING, INK, RISING

Function = Callable[[Any], Any]
Span = tuple[float, float]
POINTS = 241  # of a curve
SMALLEST, LARGEST = 1e-300, 1e300  # between which matplotlib finds ticks
WIDEST = 30  # characters of a name on an axis


class Curve:
    """A function of one number; called, it gives its value and its slope.

    >>> Curve(lambda x: x**2)(3.0)
    (9.0, 6.0)
    """

    def __init__(self, function: Function) -> None:
        self.function = function
        self.names: tuple[str, str] = _names(function)
        self._both = value_and_grad(function)

    def __call__(self, x: float) -> tuple[float, float]:
        value, slope = self._both(x)
        return float(value), float(slope)

    def tried(self, x: Iterable[float]) -> np.ndarray:
        """Values and slopes, a row each; nan where the function fails."""
        rows: list[tuple[float, float]] = []
        for each in x:
            try:
                rows.append(self(each))
            except Exception:
                rows.append((np.nan, np.nan))
        return np.array(rows).reshape(-1, 2)

    def programs(self, here: float, tried: Iterable[float]) -> list[dict[str, Any]] | None:
        """A program for each trace that there is at these places, that of the first before the
        others: it gives value and slope. None where a page can have none.
        """
        function = self.function
        try:
            run = trace(lambda x: function(x), {"x": here}).example
            programs = [in_a_page(each.graph) for each in traces(run, {"x": [*tried]})]
        except Exception:  # what can't be traced can still be asked for numbers
            return None
        return None if None in programs else [_document(each) for each in programs if each]

    def draw(self, axes: Axes, x: np.ndarray, rows: np.ndarray, signed: bool = False) -> None:
        """Draw it: in ink, or green where it rises and purple where it falls."""
        low, high = axes.get_ylim()
        argument, name = self.names
        axes.set(xlabel=argument, ylabel=f"{name}({argument})")
        if low < 0 < high:
            axes.axhline(0, color=INK, linewidth=0.6, alpha=0.5)
        values, slopes = rows.T
        if not signed:
            axes.plot(x, values, color=INK, linewidth=2)
            return
        for colour, there in ((RISING, slopes > 0), (FALLING, slopes < 0)):
            # with their neighbours, so that the pieces meet
            among = np.convolve(there, [1, 1, 1], "same") > 0
            axes.plot(x, np.where(among, values, np.nan), color=colour, linewidth=2.2)


def _names(function: Function) -> tuple[str, str]:
    """What a function calls its argument, and its own name; x and f where it has none to show."""
    try:
        argument = next(iter(inspect.signature(function).parameters), "x")
    except (TypeError, ValueError):  # a built-in function need not tell
        argument = "x"
    return _shown(argument, "x"), _shown(str(getattr(function, "__name__", "")), "f")


def _shown(name: str, otherwise: str) -> str:
    """The name, if it is one, has room on an axis, and the font of axes has its letters."""
    font = get_font(findfont(FontProperties()))
    has_letters = all(font.get_char_index(ord(letter)) for letter in name)
    return name if name.isidentifier() and len(name) <= WIDEST and has_letters else otherwise


def _document(program: Instructions) -> dict[str, Any]:
    graph = program.graph
    sent = [program.primal(graph.output), program.adjoint(graph.inputs[0])]
    return program.memory.document(sent)


def around(span: Span, places: Sequence[float]) -> Span:
    """A span that has all of these places in it, too."""
    finite = [place for place in places if np.isfinite(place)]
    return min([*span, *finite]), max([*span, *finite])


def roomy(values: np.ndarray) -> Span:
    """The range of what is finite, with some room above and below."""
    finite = drawable(values)
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    room = 0.08 * (high - low) if high - low > SMALLEST else max(1.0, 0.08 * abs(high))
    return low - room, high + room


def drawable(values: np.ndarray) -> np.ndarray:
    """Those that axes may have room for."""
    return values[np.abs(values) < LARGEST]


def thinned(places: Sequence[float], most: int) -> list[float]:
    """At most so many of these, the first and the last among them."""
    if len(places) <= most:
        return [*places]
    return [places[round(at)] for at in np.linspace(0, len(places) - 1, most)]
