"""What gradients cost, counted and timed."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from operator import index
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradviz.autodiff.counting.cost import Cost
from gradviz.autodiff.granularity import Granularities, gradient_cost, interleaved
from gradviz.autodiff.modes.operators import jvp, value_and_grad
from gradviz.autodiff.tracing.trace import trace
from gradviz.graph import Graph
from gradviz.live.plots.plot import (
    FAINT,
    FALLING,
    GRADIENT,
    INK,
    LEGEND,
    RISING,
    TITLE,
    VALUE,
    columns,
    plain,
    plotting,
    subplots,
)
from gradviz.numerals import numeral
from gradviz.words import say

# as in the race, and as what flows in the figures
COLOURS = {"reverse": GRADIENT, "forward": RISING, "bumping": VALUE, "paths": FALLING}
MARKERS = {"reverse": "o", "forward": "s", "bumping": "^", "paths": "x"}


# ── families of graphs, by size ──


def chains(size: int) -> tuple[Callable[..., Any], dict[str, float]]:
    """A chain with one more input at each step: as many inputs as operations."""

    def chain(*inputs: Any) -> Any:
        value = inputs[0]
        for each in inputs[1:]:
            value = value * each
        return value * 1.5

    return chain, {f"x{number}": 1.0 + 0.5 / size for number in range(size)}


def trees(size: int) -> tuple[Callable[..., Any], dict[str, float]]:
    """A balanced tree: a bump touches only the path to its root."""

    def tree(*inputs: Any) -> Any:
        level = list(inputs)
        while len(level) > 1:
            pairs = [left + right for left, right in zip(level[::2], level[1::2])]
            level = pairs + level[2 * len(pairs) :]
        return level[0] * 1.5

    return tree, {f"x{number}": 1.0 for number in range(size)}


def layers(size: int) -> tuple[Callable[..., Any], dict[str, float]]:
    """Two layers in which each unit sees all of those before it."""
    width = max(1, round(size**0.5))

    def layered(*inputs: Any) -> Any:
        values = [
            sum(
                (inputs[unit * width + other] * 0.1 * (other + 1) for other in range(1, width)),
                inputs[unit * width],
            )
            for unit in range(width)
        ]
        return sum(values[1:], values[0]) * 1.5

    return layered, {f"x{number}": 0.5 for number in range(width * width)}


def doublings(size: int) -> tuple[Callable[..., Any], dict[str, float]]:
    """One value, doubled again and again: one input, and twice as many paths at each step."""

    def doubled(x: Any) -> Any:
        for _ in range(size):
            x = x + x
        return x

    return doubled, {"x": 1.0}


FAMILIES = {"chains": chains, "trees": trees, "layers": layers, "doublings": doublings}
SIZES = {
    "chains": (10, 30, 100, 300, 1000),
    "trees": (8, 32, 128, 512, 1024),
    "layers": (9, 36, 100, 324, 900),
    "doublings": (2, 4, 8, 12, 16),
}


@plotting
def cost(
    family: str = "chains", sizes: Sequence[int] = (), timed: bool = True
) -> tuple[Figure, str]:
    """Counts, and beside them measured times, of each way of differentiating, for graphs of a
    family as they grow.

    Families are "chains", "trees", "layers" and "doublings". Both axes are logarithmic, and the
    slope of each line stands at its end: 1 where the cost grows as n + p does, 2 where it grows as
    n × p. Times are of eager Python: value and gradient by one reverse sweep, and by one forward
    sweep or one more evaluation for each input (of which a few are timed, and multiplied). Nothing
    is smoothed.

    Raises ValueError for another family, and where sizes do not grow, or fewer than two of them.

    >>> import gradviz as gv
    >>> gv.plot.cost("chains", sizes=(5, 25, 125), timed=False)
               n       p  reverse sweep   forward mode        bumping
               5       5              9             19             24
              25      25             49            349            374
             125     125            249          7,999          8,124
           slope                   1.01           1.95           1.91
    """
    if family not in FAMILIES:
        raise ValueError(f"cost plots are of {', '.join(FAMILIES)}, not of {family!r:.40}")
    sizes = _growing(sizes, 2, SIZES[family])
    costs = [_counted(family, size) for size in sizes]
    panels = 1 + timed
    figure, axes = subplots(1, panels, size=(5.4 * panels, 4), squeeze=False)
    shown = [way for way in COLOURS if way != "paths" or family == "doublings"]
    along = [each.n for each in costs]
    if along[-1] == along[-2]:
        raise ValueError(
            f"{family} of the sizes {sizes[-2]} and {sizes[-1]} are the same graph, and a slope is "
            "between two: give sizes that are farther apart"
        )
    counts = {way: [_count(each, way) for each in costs] for way in shown}
    _lines(axes[0, 0], along, counts)
    is_one = family == "doublings"
    axes[0, 0].set_title(say(f"plot.cost.counted.{family}"), **TITLE)
    axes[0, 0].set(
        xlabel=say("plot.cost.operations" if is_one else "plot.cost.operations_and_inputs"),
        ylabel=say("plot.cost.evaluations"),
    )
    if timed:
        times = [_times(*FAMILIES[family](size)) for size in sizes]
        _lines(axes[0, 1], along, {way: [each[way] * 1e3 for each in times] for way in times[0]})
        axes[0, 1].set_title(say("plot.cost.measured"), **TITLE)
        axes[0, 1].set(xlabel=axes[0, 0].get_xlabel(), ylabel=say("plot.cost.milliseconds"))
    rows = [
        ("n", "p", *(say(f"way.{way}") for way in shown)),
        *(
            (f"{each.n:,}", f"{each.p:,}", *(f"{counts[way][place]:,}" for way in shown))
            for place, each in enumerate(costs)
        ),
        (say("plot.cost.slope"), "", *(f"{slope(along, counts[way]):.2f}" for way in shown)),
    ]
    return figure, columns(rows, (12, 6, *(13 for _ in shown)))


def _growing(sizes: Sequence[int], least: int, usual: Sequence[int] = ()) -> list[int]:
    """Sizes of graphs, if they are some; the usual ones where none are given."""
    try:
        whole = [index(size) for size in sizes] or [*usual]
    except TypeError:
        raise TypeError(f"sizes are whole numbers, such as (10, 100), not {sizes!r:.40}") from None
    if len(whole) < least or any(a >= b for a, b in pairwise([0, *whole])):
        raise ValueError(
            f"sizes are whole numbers from 1 on, each larger than the one before, and at least "
            f"{least} of them, not {sizes!r:.40}"
        )
    return whole


@lru_cache(maxsize=16)  # a lesson shows the same counts twice
def _counted(family: str, size: int) -> Cost:
    return trace(*FAMILIES[family](size)).cost()


def _count(cost: Cost, way: str) -> int:
    return cost.paths if way == "paths" else getattr(cost, way)


def slope(along: Sequence[float], counts: Sequence[float]) -> float:
    """The slope of a line between its last two points, on logarithmic axes."""
    return float(np.log(counts[-1] / counts[-2]) / np.log(along[-1] / along[-2]))


def _lines(axes: Axes, along: Sequence[float], counts: Mapping[str, Sequence[float]]) -> None:
    ends = sorted(counts, key=lambda way: counts[way][-1])
    for way in counts:
        axes.loglog(
            along, counts[way], marker=MARKERS[way], markersize=5, color=COLOURS[way], linewidth=1.8
        )
    low, high = (np.log(edge(counts[way][-1] for way in counts)) for edge in (min, max))
    gap, before = max(0.55, 0.09 * (high - low)), -np.inf
    for way in ends:  # names at the ends of the lines, apart from one another
        place = max(np.log(counts[way][-1]), before + gap)
        before = place
        steepness = f"{slope(along, counts[way]):.2f}"
        label = say("plot.cost.line", way=say(f"way.{way}"), slope=steepness)
        axes.annotate(
            label,
            (along[-1], counts[way][-1]),
            (1.12 * along[-1], np.exp(place)),
            color=COLOURS[way],
            fontsize=9,
            va="center",
            annotation_clip=False,
        )
    axes.set_xlim(right=along[-1] * 18)
    axes.set_ylim(top=np.exp(max(before, high) + gap))
    axes.grid(True, which="major", alpha=FAINT)


def _times(function: Callable[..., Any], inputs: Mapping[str, float]) -> dict[str, float]:
    """Seconds for the whole gradient, in each way."""
    values, p = tuple(inputs.values()), len(inputs)
    both = value_and_grad(function, tuple(range(p)))
    directions = tuple(1.0 if not place else 0.0 for place in range(p))
    calls = {
        "reverse": lambda: both(*values),
        "forward": lambda: jvp(function, values, directions),
        "bumping": lambda: function(*values),
    }
    times = interleaved(calls, rounds=5)
    return {
        "reverse": times["reverse"],
        "forward": p * times["forward"],
        "bumping": (p + 1) * times["bumping"],
    }


@plotting
def granularity(table: Granularities) -> tuple[Figure, str]:
    """A table of :func:`gradviz.compare_granularity` as bars: nodes, local derivatives, time, and
    lines of derivative by hand.
    """
    figure, axes = subplots(1, 4, size=(11, 0.55 * len(table) + 1.2), sharey=True)
    names = [plain(grain.name) for grain in table]
    for place, column in enumerate(("nodes", "local_derivatives", "microseconds", "lines_by_hand")):
        numbers = [getattr(grain, column) for grain in table]
        bars = axes[place].barh(names, numbers, color=(INK, GRADIENT, VALUE, RISING)[place])
        axes[place].bar_label(
            bars, [numeral(number, 3) for number in numbers], padding=3, fontsize=9, color=INK
        )
        axes[place].set_title(say(f"plot.granularity.{column}"), **TITLE)
        axes[place].margins(x=0.2)
        axes[place].set_xticks([])
        axes[place].spines["bottom"].set_visible(False)
    axes[0].invert_yaxis()
    return figure, str(table)


@plotting
def cheap_gradient(sizes: Sequence[int] = (1, 10, 100, 1000, 10_000)) -> tuple[Figure, str]:
    """Function and gradient together, in functions, for more and more inputs: counted and timed,
    against the bound of 5.

    Raises ValueError where sizes do not grow.
    """
    sizes = _growing(sizes, 1)

    def graph_of(size: int) -> Graph:
        def waves(*x: Any) -> Any:
            terms = [np.sin(left) * right for left, right in zip(x, (*x[1:], x[0]))]
            return sum(terms[1:], terms[0])

        return trace(waves, {f"x{number}": 0.5 for number in range(size)})

    costs = [gradient_cost(graph_of(size)) for size in sizes]
    figure, axes = subplots(size=(6.4, 3.8))
    axes.axhline(5, color=INK, linestyle="--", linewidth=1)
    axes.text(sizes[0], 5.08, say("plot.cheap.bound"), fontsize=9, color=INK)
    operations, time = say("plot.cheap.operations"), say("plot.cheap.time")
    axes.semilogx(
        sizes,
        [each.in_operations for each in costs],
        marker="o",
        color=GRADIENT,
        label=operations,
    )
    axes.semilogx(sizes, [each.in_time for each in costs], marker="s", color=VALUE, label=time)
    axes.set(xlabel=say("plot.cheap.inputs"), ylabel=say("plot.cheap.gradient"), ylim=(0, None))
    axes.legend(**LEGEND)
    rows = [
        ("p", operations, time),
        *(
            (f"{each.inputs:,}", f"{each.in_operations:.2f}", f"{each.in_time:.2f}")
            for each in costs
        ),
    ]
    return figure, columns(rows, (6, 10, 4))
