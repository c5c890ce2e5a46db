"""Of a function of one number: its tangent, its secants, the error of a difference quotient, and
the way down.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, overload

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradviz.autodiff.modes.operators import value_and_grad
from gradviz.live.plots.plot import (
    FAINT,
    FALLING,
    GRADIENT,
    INK,
    RISING,
    TITLE,
    VALUE,
    LivePlot,
    Plot,
    columns,
    movable,
    plotting,
    subplots,
)
from gradviz.live.sliders import Range
from gradviz.numerals import numeral
from gradviz.words import say

POINTS = 241  # of a curve
# set by hand, which is faster
FRAME: dict[str, Any] = {
    "size": (6.4, 3.8),
    "layout": None,
    "gridspec_kw": {"left": 0.11, "right": 0.97, "bottom": 0.13, "top": 0.92},
}

Function = Callable[[Any], Any]
Span = tuple[float, float]


@overload
def tangent(f: Function, at: float, span: Span = (-4.0, 4.0)) -> Plot: ...
@overload
def tangent(f: Function, at: Range, span: Span = (-4.0, 4.0)) -> LivePlot: ...
@movable("at")
def tangent(f: Function, at: float, span: Span = (-4.0, 4.0)) -> tuple[Figure, str]:
    """The curve of `f` over `span`, green where it rises and purple where it falls, with its
    tangent at `at`.

    `at` may also be a range (least, most), (least, most, step), or a slider: then the plot follows
    it.

    >>> import gradviz as gv
    >>> gv.plot.tangent(lambda x: x**2, at=-1.0)
    f(−1) = 1, slope −2: falling
    """
    value, slope = value_and_grad(f)(at)
    numbers = {"at": numeral(at), "value": numeral(value), "slope": numeral(slope)}
    text = say(f"plot.tangent.{_way(slope)}", **numbers)
    figure, axes = subplots(**FRAME)
    x, values, slopes = _frame(axes, f, span)
    for colour, there in ((RISING, slopes > 0), (FALLING, slopes < 0)):
        # with their neighbours, so that the pieces meet
        among = np.convolve(there, [1, 1, 1], "same") > 0
        axes.plot(x, np.where(among, values, np.nan), color=colour, linewidth=2.2)
    if math.isfinite(slope):
        axes.axline((at, value), slope=slope, color=GRADIENT, linewidth=1.6)
    axes.plot(at, value, "o", color=VALUE, markersize=8, zorder=3)
    axes.set_title(text, **TITLE)
    return figure, text


@overload
def secants(f: Function, at: float, h: float, span: Span | None = None) -> Plot: ...
@overload
def secants(f: Function, at: Range, h: float | Range, span: Span | None = None) -> LivePlot: ...
@overload
def secants(f: Function, at: float, h: Range, span: Span | None = None) -> LivePlot: ...
@movable("at", "h")
def secants(f: Function, at: float, h: float, span: Span | None = None) -> tuple[Figure, str]:
    """The secant of `f` through `at` and `at + h`, with its slope, the difference quotient; and the
    tangent, dashed.

    `at` and `h` may also be ranges or sliders, such as ``h=(0.01, 2.0)``: then the plot follows
    them.

    >>> import gradviz as gv
    >>> gv.plot.secants(lambda x: x**2, at=3.0, h=0.1)
    h = 0.1: (9.61 − 9) / 0.1 = 6.1
    """
    value, slope = value_and_grad(f)(at)
    moved, _ = value_and_grad(f)(at + h)
    quotient = (moved - value) / h if h else math.nan
    difference = f"({numeral(moved, 6)} − {numeral(value, 6)})"
    text = f"h = {numeral(h)}: {difference} / {numeral(h)} = {numeral(quotient, 6)}"
    figure, axes = subplots(**FRAME)
    _frame(axes, f, span or (at - 2.0, at + 2.0), color=INK)
    if math.isfinite(slope):
        axes.axline((at, value), slope=slope, color=GRADIENT, linewidth=1.4, linestyle=(0, (5, 4)))
    if math.isfinite(quotient):
        axes.axline((at, value), slope=quotient, color=VALUE, linewidth=1.8)
    axes.plot([at, at + h, at + h], [value, value, moved], color=INK, linewidth=1, linestyle=":")
    axes.plot([at, at + h], [value, moved], "o", color=VALUE, markersize=7, zorder=3)
    for line, steepness, height, colour in (
        ("secant", quotient, 0.93, VALUE),
        ("tangent", slope, 0.85, GRADIENT),
    ):
        legend = say(f"plot.secants.{line}", slope=numeral(steepness, 6))
        axes.annotate(legend, (0.03, height), xycoords="axes fraction", color=colour)
    axes.set_title(text, **TITLE)
    return figure, text


@plotting
def difference_error(
    f: Function, at: float, steps: Sequence[float] | np.ndarray | None = None
) -> tuple[Figure, str]:
    """How far the difference quotient of `f` at `at` is from its derivative, for steps h from 1
    down to 10⁻¹⁶, on logarithmic axes.

    The error falls with h as long as the curve's bend makes it, and rises again once rounding does:
    the numbers f(at + h) and f(at) agree in ever more of their 16 digits, and their difference has
    only the rest.

    >>> import gradviz as gv
    >>> print(gv.plot.difference_error(lambda x: x**2, at=3.0, steps=[1.0, 0.1]))
        h    quotient  error
        1           7      1
      0.1         6.1    0.1
    """
    sizes = np.asarray(10.0 ** -np.arange(17) if steps is None else steps, float)
    value, slope = value_and_grad(f)(at)
    quotients = [(value_and_grad(f)(at + h)[0] - value) / h for h in sizes.tolist()]
    errors = [abs(quotient - slope) for quotient in quotients]
    rows = [
        ("h", say("plot.error.column.quotient"), say("plot.error.column.error")),
        *(
            (numeral(h), numeral(quotient, 9), numeral(error, 1))
            for h, quotient, error in zip(sizes.tolist(), quotients, errors)
        ),
    ]
    figure, axes = subplots(**FRAME)
    axes.loglog(
        sizes,
        [error or math.nan for error in errors],
        marker="o",
        markersize=5,
        color=VALUE,
        linewidth=1.8,
    )
    axes.invert_xaxis()  # smaller and smaller steps, as one reads
    axes.grid(True, alpha=FAINT)
    axes.set(xlabel=say("plot.error.step"), ylabel=say("plot.error.error"))
    return figure, columns(rows, (5, 10, 5))


@overload
def descent(
    f: Function, start: float, rate: float = 0.1, steps: int = 12, span: Span = (-4.0, 4.0)
) -> Plot: ...
@overload
def descent(
    f: Function, start: Range, rate: float | Range = 0.1, steps: int = 12, span: Span = (-4.0, 4.0)
) -> LivePlot: ...
@overload
def descent(
    f: Function, start: float, rate: Range, steps: int = 12, span: Span = (-4.0, 4.0)
) -> LivePlot: ...
@movable("start", "rate")
def descent(
    f: Function, start: float, rate: float = 0.1, steps: int = 12, span: Span = (-4.0, 4.0)
) -> tuple[Figure, str]:
    """Gradient descent on the curve of `f`: from `start`, each step goes against the slope, `rate`
    times as far as it is steep.

    `start` and `rate` may also be ranges or sliders.

    >>> import gradviz as gv
    >>> gv.plot.descent(lambda x: x**2, start=4.0, rate=0.25, steps=3)
    x: 4 → 2 → 1 → 0.5, f: 16 → 0.25
    """
    walk, values = [float(start)], []
    for _ in range(steps):
        value, slope = value_and_grad(f)(walk[-1])
        values.append(value)
        walk.append(walk[-1] - rate * slope)
    values.append(value_and_grad(f)(walk[-1])[0])
    shown = [numeral(x, 3) for x in walk]
    way = " → ".join(shown if len(shown) <= 6 else [*shown[:4], "…", shown[-1]])
    text = f"x: {way}, f: {numeral(values[0], 3)} → {numeral(values[-1], 3)}"
    figure, axes = subplots(**FRAME)
    _frame(axes, f, span, color=INK)
    axes.plot(walk, values, color=GRADIENT, linewidth=1.2, marker="o", markersize=5)
    axes.plot(walk[0], values[0], "o", color=VALUE, markersize=8, zorder=3)
    axes.set_title(text, **TITLE)
    return figure, text


def _way(slope: float) -> str:
    return "rising" if slope > 0 else "falling" if slope < 0 else "flat" if slope == 0 else "none"


def _frame(
    axes: Axes, f: Function, span: Span, color: str | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The curve and its slopes, in a frame that stays as it is whatever else is drawn."""
    x = np.linspace(*span, POINTS)
    # by IEEE's rules, also at a pole
    values, slopes = np.array([value_and_grad(f)(each) for each in x.tolist()]).T
    finite = values[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    room = 0.08 * (high - low) or 1.0
    axes.set(xlim=span, ylim=(low - room, high + room), xlabel="x", ylabel="f(x)")
    if low - room < 0 < high + room:
        axes.axhline(0, color=INK, linewidth=0.6, alpha=0.5)
    if color is not None:
        axes.plot(x, values, color=color, linewidth=2)
    return x, values, slopes
