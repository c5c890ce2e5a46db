"""Heat maps: an array as a small picture of one diverging scale, with zero in the middle.

Rows are all axes but the last, columns the last one; axes of one element do not count. A large
array is shown by fewer cells, each of which stands for a block of elements and shows the one of
them that is largest by magnitude, with its sign. The same is done in ``live/static/heat.js``."""

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeGuard

import numpy as np

from gradviz.numerals import FEW, Value, numeral

ROWS, COLUMNS = 16, 24  # of a map, at most
WIDTH, HEIGHT = 96, 64  # of a map, at most, in pixels
LARGEST_CELL = 10
LEVELS = 9  # shades of either sign


def is_mapped(number: Value | None) -> TypeGuard[np.ndarray]:
    """Whether a number is shown as a heat map: arrays are, but for vectors of few, of which the
    numbers are shown themselves.
    """
    return (
        isinstance(number, np.ndarray)
        and number.size > 0
        and not (number.ndim == 1 and number.size <= FEW)
    )


@lru_cache(maxsize=1024)
def size(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """How many rows and columns of cells an array of this shape has in its map, and how many pixels
    a cell is wide and high.
    """
    rows, columns = _rows_of(shape)
    rows, columns = min(rows, ROWS), min(columns, COLUMNS)
    return rows, columns, min(LARGEST_CELL, WIDTH // columns, HEIGHT // rows)


def _rows_of(shape: tuple[int, ...]) -> tuple[int, int]:
    longer = [length for length in shape if length != 1] or [1]
    return math.prod(longer[:-1]), longer[-1]


def grid(array: np.ndarray) -> np.ndarray:
    """The cells of an array's map.

    >>> grid(np.array([[1.0, -2.0], [3.0, 0.0]]))
    array([[ 1., -2.],
           [ 3.,  0.]])
    >>> grid(np.arange(-50, 47)).shape
    (1, 24)
    """
    table = array.reshape(_rows_of(array.shape))
    (rows, columns), (height, width) = table.shape, size(array.shape)[:2]
    if (rows, columns) == (height, width):
        return table
    down, across = np.arange(height) * rows // height, np.arange(width) * columns // width
    most, least = (
        reduce.reduceat(reduce.reduceat(table, down, axis=0), across, axis=1)
        for reduce in (np.maximum, np.minimum)
    )
    return np.where(most >= -least, most, least)


def largest(cells: np.ndarray) -> float:
    """The largest finite magnitude in a map, which its strongest shade stands for; 0 if there is
    none.
    """
    sizes = np.abs(cells)
    return float(np.max(sizes, where=np.isfinite(sizes), initial=0.0))


def scale(cells: np.ndarray) -> str:
    """What the shades of a map stand for: ``±0.43``."""
    most = largest(cells)
    return ("±" if most else "") + numeral(most, 3) + (", nan" if np.isnan(cells).any() else "")


def picture(cells: np.ndarray, cell: int) -> str:
    """The cells as SVG: one path for each shade, and a stroke through each negative cell, so that
    signs are seen without colours.
    """
    most, rows = largest(cells), cells.tolist()
    paths: dict[int | None, str] = {}
    for row, numbers in enumerate(rows):
        for column, count, level in _runs([_level(number, most) for number in numbers]):
            paths[level] = (
                paths.get(level, "")
                + f"M{column * cell},{row * cell}h{count * cell}v{cell}h-{count * cell}z"
            )
    shades = "".join(
        _path(paths[level], level)
        for level in (*range(-LEVELS, 0), *range(1, LEVELS + 1), None)
        if level in paths
    )
    strokes = "".join(
        f"M{column * cell + 1},{row * cell + cell / 2:g}h{cell - 2}"
        for row, numbers in enumerate(rows)
        for column, number in enumerate(numbers)
        if (_level(number, most) or 0) < 0
    )
    return shades + (
        f'<path class="gv-minus" stroke-width="{cell / 8:g}" d="{strokes}"/>' if strokes else ""
    )


def _level(number: float, most: float) -> int | None:
    """The shade of a number: from −LEVELS to LEVELS; None of nan."""
    if number != number:
        return None
    level = LEVELS if abs(number) > most else int(LEVELS * abs(number) / most + 0.5) if most else 0
    return level if number > 0 else -level


def _runs(levels: list[int | None]) -> Iterator[tuple[int, int, int | None]]:
    """Cells of one shade that stand side by side: where they begin, how many they are, their
    level.
    """
    start = 0
    for end in range(1, len(levels) + 1):
        if end == len(levels) or levels[end] != levels[start]:
            if levels[start] != 0:
                yield start, end - start, levels[start]
            start = end


def _path(path: str, level: int | None) -> str:
    if level is None:
        return f'<path class="gv-nan" d="{path}"/>'
    kind = "gv-above" if level > 0 else "gv-below"
    return f'<path class="{kind}" opacity="{abs(level) / LEVELS:.2f}" d="{path}"/>'
