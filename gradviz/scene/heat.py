"""Heat maps: an array as a small picture of one diverging scale, with zero in the middle.

Rows are all axes but the last, columns the last one; axes of one element do not count. A large
array is shown by fewer cells, each of which stands for a block of elements and shows the one of
them that is largest by magnitude, with its sign. The same is done in ``web/numbers/heat.js``."""

import math
from functools import lru_cache
from typing import TypeGuard

import numpy as np

from gradviz.numerals import FEW, Value, numeral
from gradviz.scene.unheld import Unheld

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
    if isinstance(array, Unheld) and array.cells is not None:
        return array.cells
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


def shades(cells: np.ndarray) -> tuple[tuple[int | None, ...], ...]:
    """The shade of each cell, row by row: from −LEVELS to LEVELS; None of nan.

    >>> shades(np.array([[1.0, -2.0], [np.nan, 0.0]]))
    ((5, -9), (None, 0))
    """
    most = largest(cells)
    return tuple(tuple(_level(number, most) for number in row) for row in cells.tolist())


def _level(number: float, most: float) -> int | None:
    """The shade of a number: from −LEVELS to LEVELS; None of nan."""
    if number != number:
        return None
    level = LEVELS if abs(number) > most else int(LEVELS * abs(number) / most + 0.5) if most else 0
    return level if number > 0 else -level
