"""What a network sees and learns: arrays as pictures, and the size of the gradient in each
layer.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle, islice
from typing import Any, overload

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from gradviz.graph import Graph, Run
from gradviz.graph.columns import left, room
from gradviz.live.plots.derivatives import decades
from gradviz.live.plots.marks import Mark, Shown
from gradviz.live.plots.moving import LivePlot, Places, Subject, plotted
from gradviz.live.plots.plot import (
    FAINT,
    FALLING,
    FRAME,
    GRADIENT,
    INK,
    LEGEND,
    RISING,
    VALUE,
    Plot,
    plain,
    plotting,
    subplots,
)
from gradviz.live.plots.scales import scales
from gradviz.live.sliders import Range
from gradviz.numerals import numeral
from gradviz.words import listed, say

# the colours of the heat maps in figures; what is zero lets the paper through, light or dark
SIGNED = LinearSegmentedColormap.from_list(
    "signed", [(0.0, FALLING), (0.5, f"{FALLING}00"), (0.5, f"{RISING}00"), (1.0, RISING)]
)
PLAIN = LinearSegmentedColormap.from_list("plain", [f"{VALUE}00", VALUE])
IN_A_ROW = 10


@plotting
def images(pictures: ArrayLike, titles: Sequence[object] = ()) -> tuple[Figure, str]:
    """Two-dimensional arrays as small pictures, ten in a row, with their titles.

    Where all numbers are of one sign, blue is more; else green is positive, purple negative;
    where they are 0 the paper is seen. All pictures share one scale.

    Raises ValueError if `pictures` is not an array of shape (number, rows, columns).

    >>> import gradviz as gv
    >>> import numpy as np
    >>> gv.plot.images(np.eye(2).reshape(1, 2, 2), titles=["the identity"])
    1 picture of 2 × 2, from 0 to 1: the identity
    """
    pictures = np.asarray(pictures, float)
    if pictures.ndim != 3 or not pictures.size:
        raise ValueError(
            "images are drawn from an array of shape (number, rows, columns), not of "
            f"{pictures.shape}; use .reshape(-1, rows, columns)"
        )
    low, high = pictures.min(), pictures.max()
    most = max(abs(low), abs(high)) or 1.0
    colours, least = (SIGNED, -most) if low < 0 < high else (PLAIN, 0.0)
    rows = -(-len(pictures) // IN_A_ROW)
    columns = min(len(pictures), IN_A_ROW)
    figure, axes = subplots(
        rows,
        columns,
        size=(0.85 * columns, rows * (1.1 if len(titles) else 0.85)),
        squeeze=False,
    )
    for place, frame in enumerate(axes.flat):
        frame.set_axis_off()
        if place < len(pictures):
            frame.imshow(pictures[place], cmap=colours, vmin=least, vmax=most)
        if place < len(titles):
            frame.set_title(plain(titles[place]), fontsize=10, color=INK, loc="center")
    count, height, width = pictures.shape
    return figure, say(
        "plot.images.titled" if len(titles) else "plot.images",
        n=count,
        height=height,
        width=width,
        low=numeral(low),
        high=numeral(high),
        titles=listed(map(str, titles)),
    )


COLOURS, MARKERS = (GRADIENT, VALUE, RISING, FALLING, INK), "os^v"  # no pair twice among twenty
ABREAST = 5  # names, at most
# the axes, where nothing moves and one row of names has room
ABOVE: dict[str, Any] = {
    "loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0, "ncols": ABREAST,
}  # fmt: skip
Gradients = Mapping[str, Sequence[ArrayLike]]


@overload
def layers(gradients: Gradients | Graph | Run) -> Plot: ...
@overload
def layers(gradients: Callable[..., Gradients], **inputs: float | Range) -> Plot | LivePlot: ...
def layers(
    gradients: Gradients | Callable[..., Gradients] | Graph | Run, **inputs: float | Range
) -> Plot | LivePlot:
    """What becomes of values and gradients from layer to layer, on logarithmic scales.

    Of a graph, or a run of one, such as :func:`gradviz.trace_torch` makes: for each box, in the
    order of the work, how large the values are that leave it (the root of their mean square) and
    the gradient there (its norm), the shares of zeros in both, and the share of units that are zero
    in all examples. Layers are marked that are dead (only zeros), get no gradient, or have one a
    thousand times smaller (vanishing) or larger (exploding) than the last layer's. Where there are
    more than forty, the outer boxes are shown.

    Of networks: the size of the gradient in each layer, the root of the mean square of its
    elements. `gradients` has for each network the gradients of its layers' weights, from the first
    layer to the last; or it is a function that returns that, and `inputs` are numbers, ranges or
    sliders for its arguments: then the plot follows them.

    Raises ValueError where a graph has more than forty operations and nothing joins them.

    >>> import gradviz as gv
    >>> import numpy as np
    >>> gv.plot.layers({"steep": [np.ones((2, 2)), [3.0, 4.0]]})
    layer         1         2
    steep         1      3.54
    >>> gv.plot.layers(gv.trace(lambda x: np.sum(gv.relu(x * 0.0)), x=np.ones((2, 3))))
    layer  values, rms  gradient, norm  zeros: values, gradient  dead units
    v1               0               0             100 %, 100 %       100 %  dead: only zeros
    >>> gv.plot.layers(lambda scale: {"net": [[scale**3], [scale]]}, scale=(0.1, 1.0))
    layer         1         2
    net       0.166      0.55
    """
    if isinstance(gradients, Graph | Run):
        if inputs:
            raise TypeError(f"sliders ({', '.join(inputs)}) are for a function, not for a graph")
        return scales(gradients)
    if callable(gradients):
        made = gradients
    elif inputs:
        raise TypeError(f"sliders ({', '.join(inputs)}) are for a function of them, not for data")
    else:
        made = lambda: gradients  # noqa: E731
    return plotted(lambda values: Layers(made, values), inputs)


class Layers(Subject):
    """The sizes of the gradients in the layers of networks."""

    kind: str = "layers"

    def __init__(self, gradients: Callable[..., Gradients], values: Mapping[str, float]) -> None:
        self.gradients = gradients
        sizes = self.sizes(values)
        self.depths: dict[str, int] = {name: len(numbers) for name, numbers in sizes.items()}
        looks = zip(cycle(COLOURS), cycle(MARKERS))
        self.marks = tuple(
            Mark(name, "path", colour, 1.8, marker=marker, size=6, kept=True)
            for name, (colour, marker) in zip(sizes, looks)
        )

    def given(self) -> dict[str, Any]:
        return {"depths": [*self.depths.values()]}

    def sizes(self, values: Mapping[str, float]) -> dict[str, list[float]]:
        return {
            name: [float(np.sqrt(np.mean(np.square(each)))) for each in arrays]
            for name, arrays in self.gradients(**values).items()
        }

    def numbers(self, values: Mapping[str, float]) -> list[float]:
        return [number for numbers in self.sizes(values).values() for number in numbers]

    def shown(self, values: Mapping[str, float], numbers: Sequence[float]) -> Shown:
        rest, layer = iter(numbers), say("page.plot.layers.layer")
        sizes = {name: [*islice(rest, depth)] for name, depth in self.depths.items()}
        width = max(map(room, (layer, *sizes)))
        rows = [(layer, [*map(str, range(1, self.depth + 1))])]
        rows += ((name, [numeral(each, 3) for each in row]) for name, row in sizes.items())
        text = "\n".join(
            left(name, width) + "".join(f"{each:>10}" for each in row) for name, row in rows
        )
        points = {name: [*enumerate(row, 1)] for name, row in sizes.items()}
        return Shown(text, "", {mark.name: points[mark.name] for mark in self.marks})

    @property
    def depth(self) -> int:
        return max(self.depths.values())

    def axes(self, places: Places) -> tuple[Figure, Axes]:
        sizes: list[float] = []
        for count in range(max(map(len, places.values()), default=1)):
            try:
                there = {name: at[min(count, len(at) - 1)] for name, at in places.items()}
                sizes += self.numbers(there)
            except Exception:  # the function fails there
                continue
        figure, axes = subplots(**{**FRAME, "size": (6.4, 3.2)})
        axes.set(
            xlabel=say("page.plot.layers.layer"),
            ylabel=say("plot.layers.size"),
            xlim=(1 - 0.05 * self.depth, 1.05 * self.depth),
            xticks=range(1, self.depth + 1),
            yscale="log",
            ylim=decades(sizes),
        )
        axes.grid(True, alpha=FAINT, axis="y")
        axes.legend(
            [
                Line2D([], [], linewidth=1.8, marker=mark.marker, color=mark.colour)
                for mark in self.marks
            ],
            [plain(mark.name) for mark in self.marks],
            **LEGEND,
            **(ABOVE if len(self.marks) <= ABREAST else {"ncols": 2}),
        )
        return figure, axes
