"""Functions that models are made of, and NumPy has not: of numbers, arrays and Variables."""

from typing import Any

from gradviz.autodiff.numpy_functions import (  # noqa: F401 with them NumPy's work on Variables
    algebra,
    choices,
    curves,
    special,
    statistics,
)
from gradviz.autodiff.primitives import table


def relu(x: Any) -> Any:
    """x where it is positive, else 0.

    >>> import numpy as np
    >>> relu(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    return table.relu(x)


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(−x)), for any x without overflow.

    >>> sigmoid(0.0)
    0.5
    """
    return table.sigmoid(x)


def softplus(x: Any) -> Any:
    """log(1 + exp(x)), for any x without overflow.

    >>> softplus(1000.0)
    1000.0
    """
    return table.softplus(x)


def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """log(Σ exp(x)) along an axis, without overflow.

    >>> import numpy as np
    >>> logsumexp(np.array([1000.0, 1000.0]))
    1000.6931471805599
    """
    return table.logsumexp(x, axis=axis, keepdims=keepdims)


def softmax(x: Any, axis: int = -1) -> Any:
    """exp(x) / Σ exp(x) along an axis: positive numbers that sum up to 1.

    >>> import numpy as np
    >>> softmax(np.array([0.0, 0.0]))
    array([0.5, 0.5])
    """
    return table.softmax(x, axis=axis)
