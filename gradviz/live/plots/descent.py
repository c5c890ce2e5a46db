"""The way down the curve of a function of one number."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, overload

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradviz.live.plots.curve import POINTS, Curve, Function, Span, around, drawable, roomy, thinned
from gradviz.live.plots.marks import Mark, Shown
from gradviz.live.plots.moving import LivePlot, Places, Subject, movable
from gradviz.live.plots.plot import FRAME, GRADIENT, VALUE, Plot, subplots
from gradviz.live.sliders import Range
from gradviz.numerals import numeral
from gradviz.words import say

FEW = 9  # places of a slider from which descents are tried
AROUND = 0.35  # how much more of the curve is seen, as a share of what is gone through


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
) -> "Descent":
    """Gradient descent on the curve of `f`: from `start`, each step goes against the slope, `rate`
    times as far as it is steep.

    `start` and `rate` may also be ranges or sliders. The axes have room for where a descent starts
    and what it comes to over `span`; of a steep curve they leave out what lies far above that.

    >>> import gradviz as gv
    >>> gv.plot.descent(lambda x: x**2, start=4.0, rate=0.25, steps=3)
    x: 4 → 2 → 1 → 0.5, f: 16 → 0.25
    """
    return Descent(Curve(f), steps, span)


class Descent(Subject):
    """A curve, and the steps of a descent on it."""

    kind: str = "descent"
    marks: Sequence[Mark] = (
        Mark("walk", "path", GRADIENT, 1.2, marker="o", size=5),
        Mark("start", "path", VALUE, marker="o", size=8, kept=True),
    )

    def __init__(self, curve: Curve, steps: int, span: Span) -> None:
        self.curve, self.steps, self.span = curve, steps, span

    def given(self) -> dict[str, Any]:
        return {"steps": self.steps, "called": self.curve.names}

    def numbers(self, values: Mapping[str, float]) -> list[float]:
        walk, heights = [float(values["start"])], []
        for _ in range(self.steps):
            value, slope = self.curve(walk[-1])
            heights.append(value)
            walk.append(walk[-1] - values["rate"] * slope)
        heights.append(self.curve(walk[-1])[0])
        return [*walk, *heights]

    def shown(self, values: Mapping[str, float], numbers: Sequence[float]) -> Shown:
        walk, heights = numbers[: self.steps + 1], numbers[self.steps + 1 :]
        short = [numeral(x, 3) for x in walk]
        way = " → ".join(short if len(short) <= 6 else [*short[:4], "…", short[-1]])
        x, f = self.curve.names
        ends = f"{numeral(heights[0], 3)} → {numeral(heights[-1], 3)}"
        text = say("page.plot.descent.way", x=x, way=way, f=f, ends=ends)
        points = [*zip(walk, heights)]
        return Shown(text, text, {"walk": points, "start": points[:1]})

    def axes(self, places: Places) -> tuple[Figure, Axes]:
        span = around(self.span, places["start"])
        x = np.linspace(*span, POINTS)
        rows = self.curve.tried(x)
        starts = self.curve.tried(places["start"])[:, 0]
        figure, axes = subplots(**FRAME)
        axes.set(xlim=span, ylim=_heights(rows[:, 0], starts, self._visited(places, span)))
        self.curve.draw(axes, x, rows)
        return figure, axes

    def seen(self, places: Places) -> list[float]:
        walks = [x for x, _ in self._walked(places)]
        return [*np.linspace(*around(self.span, places["start"]), POINTS), *walks]

    def _visited(self, places: Places, span: Span) -> list[float]:
        """How high the points are that descents come to within a span."""
        return [y for x, y in self._walked(places) if span[0] <= x <= span[1]]

    def _walked(self, places: Places) -> list[tuple[float, float]]:
        found: list[tuple[float, float]] = []
        for start in thinned(places["start"], FEW):
            for rate in thinned(places["rate"], FEW):
                try:
                    numbers = self.numbers({"start": start, "rate": rate})
                except Exception:  # the function fails somewhere there
                    continue
                found += zip(numbers[: self.steps + 1], numbers[self.steps + 1 :])
        return [point for point in found if all(map(math.isfinite, point))]


def _heights(curve: np.ndarray, starts: np.ndarray, visited: Sequence[float]) -> Span:
    """From the lowest of the curve to the highest that a descent comes to, and some more of the
    curve.
    """
    finite = drawable(curve)
    finite = finite if finite.size else np.zeros(1)
    least, middle = np.quantile(finite, (0.02, 0.5))
    low = max(finite.min(), least - (middle - least))  # a pole downward is cut off
    kept = np.r_[low, drawable(np.r_[starts, visited])]
    low, high = kept.min(), kept.max()
    top = min(finite.max(), high + AROUND * (high - low) if high > low else middle)
    return roomy(np.r_[low, high, top])
