"""Of a function of one number: its tangent, its secants, and the error of a difference quotient."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, overload

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradviz.live.plots import limit
from gradviz.live.plots.curve import (
    LARGEST,
    POINTS,
    SMALLEST,
    Curve,
    Function,
    Span,
    around,
    roomy,
    thinned,
)
from gradviz.live.plots.marks import Mark, Shown
from gradviz.live.plots.moving import LivePlot, Places, Subject, movable
from gradviz.live.plots.plot import (
    FAINT,
    FRAME,
    GRADIENT,
    INK,
    VALUE,
    Plot,
    columns,
    fit,
    subplots,
)
from gradviz.live.sliders import Range
from gradviz.numerals import numeral
from gradviz.words import say

OTHERS = 4  # steps of which a still plot shows the secants
MOST_BESIDE = 25  # places of one slider that are tried with each of another


@overload
def tangent(f: Function, at: float, span: Span = (-4.0, 4.0)) -> Plot: ...
@overload
def tangent(f: Function, at: Range, span: Span = (-4.0, 4.0)) -> LivePlot: ...
@movable("at")
def tangent(f: Function, at: float, span: Span = (-4.0, 4.0)) -> "Tangent":
    """The curve of `f` over `span`, green where it rises and purple where it falls, with its
    tangent at `at`; where that is beyond, the span is as much wider.

    `at` may also be a range (least, most), (least, most, step), or a slider: then the plot follows
    it, and its axes have room for all of it.

    >>> import gradviz as gv
    >>> gv.plot.tangent(lambda x: x**2, at=-1.0)
    f(−1) = 1, slope −2: falling
    """
    return Tangent(Curve(f), span)


class Tangent(Subject):
    """A curve, a point on it, and the tangent there."""

    kind: str = "tangent"
    marks: Sequence[Mark] = (
        Mark("tangent", "line", GRADIENT, 1.6),
        Mark("point", "path", VALUE, marker="o", size=8, kept=True),
    )

    def __init__(self, curve: Curve, span: Span) -> None:
        self.curve: Curve = curve
        self.span: Span = span

    def numbers(self, values: Mapping[str, float]) -> list[float]:
        return [*self.curve(values["at"])]

    def shown(self, values: Mapping[str, float], numbers: Sequence[float]) -> Shown:
        at, (value, slope) = values["at"], numbers
        way = "rising" if slope > 0 else "falling" if slope < 0 else "none" if slope else "flat"
        told = {"at": numeral(at), "value": numeral(value), "slope": numeral(slope)}
        text = say(f"page.plot.tangent.{way}", **told)
        return Shown(text, text, {"tangent": (at, value, slope), "point": [(at, value)]})

    def axes(self, places: Places) -> tuple[Figure, Axes]:
        span = around(self.span, places["at"])
        x = np.linspace(*span, POINTS)
        rows = self.curve.tried(x)
        figure, axes = subplots(**FRAME)
        there = self.curve.tried(places["at"])
        axes.set(xlim=span, ylim=roomy(np.r_[rows[:, 0], there[:, 0]]))
        self.curve.draw(axes, x, rows, signed=True)
        return figure, axes

    def seen(self, places: Places) -> list[float]:
        return [*np.linspace(*around(self.span, places["at"]), POINTS), *places["at"]]


@overload
def secants(f: Function, at: float, h: float, span: Span | None = None) -> Plot: ...
@overload
def secants(f: Function, at: Range, h: float | Range, span: Span | None = None) -> LivePlot: ...
@overload
def secants(f: Function, at: float, h: Range, span: Span | None = None) -> LivePlot: ...
@movable("at", "h", log=["h"])
def secants(f: Function, at: float, h: float, span: Span | None = None) -> "Secants":
    """The secant of `f` through `at` and `at + h`, with its slope, the difference quotient; and the
    tangent, dashed. Beside it is a magnifier, which enlarges the more the smaller h is.

    `at` and `h` may also be ranges or sliders, such as ``h=(0.001, 1.0)``: then the plot follows
    them, its axes have room for all of them, and its points are dragged along the curve. A
    positive range of `h` makes a logarithmic slider, and can be played: h shrinks.

    >>> import gradviz as gv
    >>> gv.plot.secants(lambda x: x**2, at=3.0, h=0.1)
    h = 0.1: (9.61 − 9) / 0.1 = 6.1
    """
    return Secants(Curve(f), span)


def digits_that_part(value: float, difference: float) -> int:
    """How many significant digits of a value show its difference from a near one with six.

    >>> digits_that_part(1.0, 0.21), digits_that_part(1.0, 8e-6), digits_that_part(1.0, 0.0)
    (7, 12, 15)
    """
    digits, part = 6, abs(difference)
    while part < abs(value) and digits < 15:
        part, digits = 10 * part, digits + 1
    return digits


class Secants(Subject):
    """A curve, two points on it, the line through them, and the tangent at the first."""

    kind: str = "secants"
    beside: float = limit.BESIDE
    below: float = limit.BELOW
    marks: Sequence[Mark] = (
        Mark("tangent", "line", GRADIENT, 1.4, dashes=(7, 5.6)),
        Mark("secant", "line", VALUE, 1.8),
        Mark("steps", "path", INK, 1, dashes=(1, 1.65)),
        Mark("points", "path", VALUE, marker="o", size=7, kept=True),
        Mark("secant_slope", "words", VALUE, place=(0.03, 0.93)),
        Mark("tangent_slope", "words", GRADIENT, place=(0.03, 0.85)),
    )

    def __init__(self, curve: Curve, span: Span | None) -> None:
        self.curve: Curve = curve
        self.span: Span | None = span

    def numbers(self, values: Mapping[str, float]) -> list[float]:
        at, h = values["at"], values["h"]
        value, slope = self.curve(at)
        moved, _ = self.curve(at + h)
        quotient = (moved - value) / h if h else math.nan
        return [value, slope, moved, quotient, *limit.near(self.curve.tried, at, h)]

    def framed(self, size: tuple[float, float], is_wide: bool) -> dict[str, Any]:
        return {"lens": [*limit.spot(*size, is_wide), limit.RADIUS]}

    def plot(self, values: Mapping[str, float], places: Places | None = None) -> Plot:
        """The still plot, with the lens, and where h has a slider with secants of some other h."""
        plot = super().plot(values, places)
        figure, axes = plot.figure, plot.figure.axes[0]
        fit(figure, FRAME["size"], beyond=(self.beside, 0.0))
        at, h = values["at"], values["h"]
        value, slope, moved, quotient, *near = self.numbers(values)
        for other in self._others(values, places):
            _, _, there, steepness, *_ = self.numbers({"at": at, "h": other})
            if math.isfinite(steepness):
                axes.axline((at, value), slope=steepness, color=VALUE, linewidth=0.8, alpha=0.5)
                axes.plot(at + other, there, "o", color=VALUE, markersize=4, alpha=0.6)
        units = axes.transData.transform([(0, 0), (1, 1)])
        scale = np.abs(units[1] - units[0]) * limit.POINTS / figure.dpi
        heights = [each - value for each in near]
        shown = limit.lens(tuple(scale), h, slope, quotient, moved - value, heights)
        limit.draw(figure, axes, (at, value), h, moved - value, shown)
        return plot

    def shown(self, values: Mapping[str, float], numbers: Sequence[float]) -> Shown:
        at, h = values["at"], values["h"]
        value, slope, moved, quotient, *_ = numbers
        digits = digits_that_part(value, moved - value)
        difference = f"({numeral(moved, digits)} − {numeral(value, digits)})"
        step = numeral(h, 6)
        told = {"step": step, "difference": difference, "quotient": numeral(quotient, 6)}
        text = say("page.plot.secants.quotient", **told)
        points = [(at, value), (at + h, moved)]
        return Shown(
            text,
            text,
            {
                "tangent": (at, value, slope),
                "secant": (at, value, quotient),
                "steps": [points[0], (at + h, value), points[1]],
                "points": points,
                "secant_slope": say("page.plot.secants.secant", slope=numeral(quotient, 6)),
                "tangent_slope": say("page.plot.secants.tangent", slope=numeral(slope, 6)),
            },
        )

    def axes(self, places: Places) -> tuple[Figure, Axes]:
        span, points = self._span(places)
        x = np.linspace(*span, POINTS)
        rows, there = self.curve.tried(x), self.curve.tried(points)
        figure, axes = subplots(**FRAME)
        axes.set(xlim=span, ylim=roomy(np.r_[rows[:, 0], there[:, 0]]))
        self.curve.draw(axes, x, rows)
        return figure, axes

    def _others(self, values: Mapping[str, float], places: Places | None) -> list[float]:
        """Some other steps, each half of the one before, where h can be moved."""
        steps = [abs(h) for h in (places or {}).get("h", ()) if math.isfinite(h)]
        if len(steps) < 2:
            return []
        halves = [math.copysign(max(steps) / 2**time, values["h"]) for time in range(OTHERS)]
        return [h for h in halves if abs(h) > min(steps) and h != values["h"]]

    def seen(self, places: Places) -> list[float]:
        span, points = self._span(places)
        return [*np.linspace(*span, POINTS), *points]

    def _span(self, places: Places) -> tuple[Span, list[float]]:
        """From where to where, and the places of points."""
        at = [each for each in places["at"] if math.isfinite(each)] or [0.0]
        h = [each for each in places["h"] if math.isfinite(each)]
        few = (
            (thinned(at, MOST_BESIDE), thinned(h, MOST_BESIDE))
            if min(len(at), len(h)) > 1
            else (at, h)
        )
        points = [*at, *(one + other for one in few[0] for other in few[1])]
        return around(self.span or (min(at) - 2.0, max(at) + 2.0), points), points


@overload
def difference_error(
    f: Function, at: float, steps: Sequence[float] | np.ndarray | None = None
) -> Plot: ...
@overload
def difference_error(
    f: Function, at: Range, steps: Sequence[float] | np.ndarray | None = None
) -> LivePlot: ...
@movable("at")
def difference_error(
    f: Function, at: float, steps: Sequence[float] | np.ndarray | None = None
) -> "Errors":
    """How far the difference quotient of `f` at `at` is from its derivative, for steps h from 1
    down to 10⁻¹⁶, on logarithmic axes.

    The error falls with h as long as the curve's bend makes it, and rises again once rounding does:
    the numbers f(at + h) and f(at) agree in ever more of their 16 digits, and their difference has
    only the rest.

    `at` may also be a range or a slider: then the plot follows it.

    >>> import gradviz as gv
    >>> print(gv.plot.difference_error(lambda x: x**2, at=3.0, steps=[1.0, 0.1]))
        h    quotient  error
        1           7      1
      0.1         6.1    0.1
    """
    sizes = np.asarray(10.0 ** -np.arange(17) if steps is None else steps, float)
    return Errors(Curve(f), sizes.tolist())


class Errors(Subject):
    """The error of difference quotients, by their steps."""

    kind: str = "error"
    marks: Sequence[Mark] = (Mark("errors", "path", VALUE, 1.8, marker="o", size=5, kept=True),)

    def __init__(self, curve: Curve, sizes: list[float]) -> None:
        self.curve, self.sizes = curve, sizes

    def given(self) -> dict[str, Any]:
        return {"sizes": self.sizes}

    def numbers(self, values: Mapping[str, float]) -> list[float]:
        at = values["at"]
        value, slope = self.curve(at)
        return [slope, *((self.curve(at + h)[0] - value) / h for h in self.sizes)]

    def shown(self, values: Mapping[str, float], numbers: Sequence[float]) -> Shown:
        slope, *quotients = numbers
        errors = [abs(quotient - slope) for quotient in quotients]
        rows = [
            ("h", say("page.plot.error.quotient"), say("page.plot.error.error")),
            *(
                (numeral(h), numeral(quotient, 9), numeral(error, 1))
                for h, quotient, error in zip(self.sizes, quotients, errors)
            ),
        ]
        points = [(h, error or math.nan) for h, error in zip(self.sizes, errors)]
        return Shown(columns(rows, (5, 10, 5)), "", {"errors": points})

    def axes(self, places: Places) -> tuple[Figure, Axes]:
        errors: list[float] = []
        for at in places["at"]:
            try:
                slope, *quotients = self.numbers({"at": at})
            except Exception:  # the function fails there
                continue
            errors += (abs(quotient - slope) for quotient in quotients)
        figure, axes = subplots(**FRAME)
        axes.set(xscale="log", yscale="log")
        # smaller and smaller steps, as one reads
        axes.set(xlim=decades(self.sizes)[::-1], ylim=decades(errors))
        axes.grid(True, alpha=FAINT)
        axes.set(xlabel=say("plot.error.step"), ylabel=say("plot.error.error"))
        return figure, axes

    def seen(self, places: Places) -> list[float]:
        return [x for at in places["at"] for x in (at, *(at + h for h in self.sizes))]


def decades(numbers: Sequence[float]) -> Span:
    """The range of what a logarithmic axis can show of these, with some room at its ends."""
    shown = [number for number in numbers if SMALLEST < number < LARGEST]
    low, high = (math.log10(min(shown)), math.log10(max(shown))) if shown else (-1.0, 0.0)
    room = 0.05 * (high - low) or 0.5
    return 10 ** max(low - room, -305.0), 10 ** min(high + room, 305.0)
