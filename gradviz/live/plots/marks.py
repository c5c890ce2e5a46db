"""What moves in a plot: lines, paths, dots and words. What they look like is said once, for
matplotlib and for the page.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.markers import MarkerStyle

STEEPEST = 1e200  # of lines that matplotlib can draw


class Shown(NamedTuple):
    """What a plot shows at some values: all that it says, the part of it that stands above, and by
    its name what each mark is at.
    """

    text: str
    title: str
    marks: Mapping[str, Any]  # a line, points or words


@dataclass(frozen=True)
class Mark:
    """How something that moves looks; widths, dashes and sizes are in points. Words stand at a
    `place` in the axes, as shares of them. What is `kept` is never outside of the axes.
    """

    name: str
    # of a line: x, y and a slope; of a path: points
    kind: Literal["line", "path", "words"]
    colour: str
    width: float = 0
    dashes: tuple[float, float] | None = None
    marker: str = ""
    size: float = 0
    place: tuple[float, float] | None = None
    kept: bool = False

    def told(self) -> dict[str, Any]:
        """The same for the page, with the outline of its marker; None of a round one."""
        return {**vars(self), "marker": self._outline()}

    def _outline(self) -> list[list[float]] | None:
        if self.marker in ("", "o"):
            return None
        marker = MarkerStyle(self.marker)
        outline = marker.get_path().transformed(marker.get_transform()).vertices
        return [[self.size * float(x), -self.size * float(y)] for x, y in np.asarray(outline)[:-1]]

    def draw(self, axes: Axes, at: Any, above: int) -> None:
        """Draw it by matplotlib, above what has a lower number."""
        style: dict[str, Any] = {"color": self.colour, "zorder": 2 + above / 100}
        if self.kind == "words" and self.place:
            axes.annotate(at, self.place, xycoords="axes fraction", **style)
            return
        style |= {"linewidth": self.width or None, "linestyle": "-" if self.width else ""}
        if self.dashes:
            style["linestyle"] = 0, [each / self.width for each in self.dashes]
        if self.kind == "line":
            x, y, slope = at
            if all(abs(each) < STEEPEST for each in at):
                slope = slope if abs(slope) > 1 / STEEPEST else 0.0
                axes.axline((x, y), slope=slope, **style)
            return
        x, y = np.array(at, float).reshape(-1, 2).T
        if self.width:
            axes.plot(x, y, **style)
        if self.size:
            dots = [point for point in at if within(axes, point)]
            x, y = np.array(dots, float).reshape(-1, 2).T
            dot = {"marker": self.marker, "markersize": self.size, "linestyle": ""}
            axes.plot(x, y, **style | dot, clip_on=False)


def within(axes: Axes, point: tuple[float, float]) -> bool:
    """Whether a point is in the axes."""
    limits = axes.get_xlim(), axes.get_ylim()
    return all(min(ends) <= number <= max(ends) for number, ends in zip(point, limits))


def draw(axes: Axes, marks: Sequence[Mark], shown: Shown) -> None:
    """Draw all marks where they are."""
    for above, mark in enumerate(marks):
        mark.draw(axes, shown.marks[mark.name], above)


def lost(axes: Axes, marks: Sequence[Mark], shown: Shown) -> bool:
    """Whether a point that is to be kept is outside of the axes."""
    kept = [point for mark in marks if mark.kept for point in shown.marks[mark.name]]
    return any(all(map(math.isfinite, point)) and not within(axes, point) for point in kept)
