"""What a network sees and learns: arrays as pictures, and the size of the gradient in each
layer.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gradviz.live.plots.plot import (
    FAINT,
    FALLING,
    GRADIENT,
    INK,
    LEGEND,
    RISING,
    VALUE,
    plain,
    plotting,
    subplots,
)
from gradviz.numerals import numeral
from gradviz.words import say

# the colours of the heat maps in figures
SIGNED = LinearSegmentedColormap.from_list("signed", [FALLING, "#ffffff", RISING])
PLAIN = LinearSegmentedColormap.from_list("plain", ["#ffffff", VALUE])
IN_A_ROW = 10


@plotting
def images(pictures: ArrayLike, titles: Sequence[object] = ()) -> tuple[Figure, str]:
    """Two-dimensional arrays as small pictures, ten in a row, with their titles.

    Where all numbers are of one sign, blue is more; else green is positive, purple negative, and
    white is 0. All pictures share one scale.

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
        titles=", ".join(map(str, titles)),
    )


@plotting
def layers(gradients: Mapping[str, Sequence[ArrayLike]]) -> tuple[Figure, str]:
    """The size of the gradient in each layer of networks: the root of the mean square of its
    elements, on a logarithmic scale.

    `gradients` has for each network the gradients of its layers' weights, from the first layer to
    the last.

    >>> import gradviz as gv
    >>> import numpy as np
    >>> gv.plot.layers({"steep": [np.ones((2, 2)), [3.0, 4.0]]})
    layer         1         2
    steep         1      3.54
    """
    sizes = {
        name: [float(np.sqrt(np.mean(np.square(each)))) for each in arrays]
        for name, arrays in gradients.items()
    }
    depth = max(map(len, sizes.values()))
    figure, axes = subplots(size=(6.4, 3.2))
    for (name, numbers), colour, marker in zip(
        sizes.items(), (GRADIENT, VALUE, RISING, FALLING, INK), "os^vD"
    ):
        axes.semilogy(
            range(1, len(numbers) + 1),
            numbers,
            marker=marker,
            color=colour,
            linewidth=1.8,
            label=plain(name),
        )
    layer, size = say("plot.layers.layer"), say("plot.layers.size")
    axes.set(xlabel=layer, ylabel=size, xticks=range(1, depth + 1))
    axes.grid(True, alpha=FAINT, axis="y")
    axes.legend(**LEGEND)
    width = max(len(layer), *map(len, sizes))
    rows = [
        f"{name:<{width}}" + "".join(f"{numeral(number, 3):>10}" for number in numbers)
        for name, numbers in sizes.items()
    ]
    return figure, "\n".join(
        [f"{layer:<{width}}" + "".join(f"{each:>10}" for each in range(1, depth + 1)), *rows]
    )
