"""Arrays of which a figure or a document does not hold the elements."""

from collections.abc import Iterable
from typing import Any

import numpy as np


class Unheld(np.ndarray):
    """Stands for an array of which there is the shape alone, and how much the largest of its
    elements is; and, in a document, a summary and the cells of its map.
    """

    magnitude: float = 0.0
    summary: dict[str, Any] | None = None
    cells: np.ndarray | None = None


def unheld(shape: Iterable[int], magnitude: float = 0.0, dtype: str = "float64") -> Unheld:
    """Raises ValueError or TypeError if that is no shape."""
    array = np.broadcast_to(np.zeros((), dtype), tuple(shape)).view(Unheld)
    array.magnitude = magnitude
    return array
