"""A magnifier on a secant: it goes along as h shrinks, so that two points that run together to the
eye stay as far apart, and the curve between them becomes straight.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from gradviz.live.plots.plot import GRADIENT, INK, VALUE
from gradviz.numerals import numeral
from gradviz.words import say

RADIUS = 84.0  # of the lens, in points
APART = 1.15  # of the two points in the lens, in radii
LEAST_ZOOM = 1.5  # that is worth a ring
LEAST_RING = 7.0  # around a point
BESIDE, BELOW = 2.6, 2.95  # inches that it takes beside a plot, or below a narrow one
TIMES = np.linspace(
    -1.0, 2.0, 31
).tolist()  # places of the curve that it shows, by h from the point
POINTS = 72  # per inch

Point = tuple[float, float]


def spot(width: float, height: float, is_wide: bool) -> Point:
    """Where the middle of the lens is in a figure of this size with room for it; in points from its
    upper left.
    """
    if is_wide:
        return (width - BESIDE / 2 - 0.05) * POINTS, (height / 2 - 0.2) * POINTS
    return width / 2 * POINTS, (height - BELOW + 0.1) * POINTS + RADIUS


def near(f: Callable[[Iterable[float]], np.ndarray], at: float, h: float) -> list[float]:
    """The values of a function about a secant."""
    return f([at + h * time for time in TIMES])[:, 0].tolist()


class Lens(NamedTuple):
    """What a lens shows, as places in it: points from its middle, y upward."""

    zoom: float
    middle: Point  # of what it shows, from the point, as the picture has it
    ends: tuple[Point, Point]  # where the two points are
    curve: list[Point]
    slopes: tuple[float, float]  # of the secant and the tangent, as the picture has them


def lens(
    scale: Point, h: float, slope: float, quotient: float, rise: float, heights: Sequence[float]
) -> Lens | None:
    """What there is to see of a secant where a unit along x and y takes so many points; `heights`
    are those of the curve above the point. None where there is nothing.

    >>> found = lens((10.0, 10.0), 0.5, 1.0, 1.0, 0.5, [time * 0.5 for time in TIMES])
    >>> round(found.zoom * 10 * math.hypot(0.5, 0.5) / RADIUS, 9)
    1.15
    """
    across, up = h * scale[0], rise * scale[1]
    length = math.hypot(across, up)
    if not (math.isfinite(length) and length > 0):
        return None
    zoom = APART * RADIUS / length
    middle = across / 2, up / 2
    place = lambda x, y: (zoom * (x - middle[0]), zoom * (y - middle[1]))  # noqa: E731
    curve = [
        place(time * across, height * scale[1]) for time, height in zip(TIMES, heights, strict=True)
    ]
    steep = scale[1] / scale[0]
    ends = place(0.0, 0.0), place(across, up)
    return Lens(zoom, middle, ends, curve, (quotient * steep, slope * steep))


def seen(start: Point, end: Point) -> tuple[Point, Point] | None:
    """The part of a segment that is in the lens.

    >>> seen((0.0, 0.0), (2 * RADIUS, 0.0))
    ((0.0, 0.0), (84.0, 0.0))
    """
    (x, y), along = start, (end[0] - start[0], end[1] - start[1])
    square = along[0] ** 2 + along[1] ** 2
    half = x * along[0] + y * along[1]
    under = half**2 - square * (x**2 + y**2 - RADIUS**2)
    if not (square > 0 and under > 0):
        return None
    first = max(0.0, (-half - math.sqrt(under)) / square)
    last = min(1.0, (-half + math.sqrt(under)) / square)
    if first >= last:
        return None
    at = lambda share: (x + share * along[0], y + share * along[1])  # noqa: E731
    return at(first), at(last)


def through(point: Point, slope: float) -> tuple[Point, Point] | None:
    """The part of a line that is in the lens."""
    far = 4 * RADIUS / math.hypot(1.0, slope)
    if not math.isfinite(far) or math.isinf(slope):
        return None
    x, y = point
    return seen((x - far, y - far * slope), (x + far, y + far * slope))


def draw(figure: Figure, axes: Axes, at: Point, h: float, rise: float, found: Lens | None) -> None:
    """Draw the lens beside a plot, and the ring on the curve that it enlarges."""
    width, height = figure.get_size_inches()
    sheet = figure.add_axes((0, 0, 1, 1), facecolor="none")
    sheet.set(xlim=(0, width * POINTS), ylim=(0, height * POINTS))
    sheet.set_axis_off()
    x, y = spot(width, height, True)
    y = height * POINTS - y
    sheet.add_patch(Circle((x, y), RADIUS, fill=False, edgecolor=INK, linewidth=1.2))
    if found is None:
        return
    if found.zoom > LEAST_ZOOM:
        place = axes.transData.transform(at) * POINTS / figure.dpi
        ring = place + found.middle
        radius = max(LEAST_RING, RADIUS / found.zoom)
        sheet.add_patch(Circle(tuple(ring), radius, fill=False, edgecolor=INK, linewidth=1.2))
        away = np.array((x, y)) - ring
        side = np.array((-away[1], away[0])) / np.hypot(*away)
        for sign in (-1, 1):
            ends = np.array((ring + sign * radius * side, (x, y) + sign * RADIUS * side))
            sheet.plot(*ends.T, color=INK, linewidth=0.7, alpha=0.5)

    here = np.array((x, y))

    def line(part: tuple[Point, Point] | None, **style: object) -> None:
        if part:
            ends = np.array(part) + here
            sheet.plot(*ends.T, **style)  # pyright: ignore[reportArgumentType]

    for part in zip(found.curve, found.curve[1:]):
        line(seen(*part), color=INK, linewidth=2)
    (secant, tangent), (start, end) = found.slopes, found.ends
    wedge = [through(start, slope) for slope in (secant, tangent)]
    if wedge[0] and wedge[1]:
        for one, other in zip(*wedge):
            corners = np.array((start, one, other)) + here
            sheet.fill(*corners.T, color=GRADIENT, alpha=0.22, linewidth=0)
    line(through(start, secant), color=VALUE, linewidth=1.8)
    line(through(start, tangent), color=GRADIENT, linewidth=1.4, linestyle=(0, (5, 4)))
    corner = end[0], start[1]
    for part in ((start, corner), (corner, end)):
        line(part, color=INK, linewidth=1, linestyle=(0, (1, 1.65)))
    for point in found.ends:
        sheet.plot(x + point[0], y + point[1], "o", color=VALUE, markersize=6)
    words = {"color": INK, "fontsize": 10}
    under = -12 if rise >= 0 else 5
    side = ("left", 6) if h >= 0 else ("right", -6)
    sheet.text(
        x + (start[0] + end[0]) / 2,
        y + start[1] + under,
        say("page.plot.secants.step"),
        ha="center",
        **words,
    )
    sheet.text(
        x + end[0] + side[1],
        y + (start[1] + end[1]) / 2 - 4,
        say("page.plot.secants.rise"),
        ha=side[0],
        **words,
    )
    for row, text in enumerate(said(h, rise, found.zoom)):
        sheet.text(x, y - RADIUS - 15 * (row + 1), text, ha="center", **words)


def said(h: float, rise: float, zoom: float) -> tuple[str, str]:
    """What stands below the lens.

    >>> said(0.5, 1.0, 20.0)
    ('h = 0.5, Δy = 1', 'magnified 20 times')
    """
    times = "magnified" if zoom > LEAST_ZOOM else "natural"
    return (
        say("page.plot.secants.steps", h=numeral(h), rise=numeral(rise, 4)),
        say(f"page.plot.secants.{times}", times=numeral(zoom, 2)),
    )
