"""NumPy's statistics: medians and quantiles, means with weights, covariances."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from gradviz.autodiff.numpy_functions.arrangements import take_along_axis
from gradviz.autodiff.numpy_functions.reductions import HAS_NAN, how_many, mean, numbers_of
from gradviz.autodiff.numpy_functions.shapes import as_kind, nowhere
from gradviz.autodiff.primitives import table
from gradviz.autodiff.primitives.table import reshape, transpose
from gradviz.autodiff.tape.plain import Plain
from gradviz.autodiff.tape.protocols import UFUNCS, Operand, answers

# ── the middle: a trace is tied to which elements stand there, as by np.argsort ──


def _in_order(x: np.ndarray, indices: Sequence[int], axis: int) -> np.ndarray:
    return np.take(np.argsort(x), indices, axis)


ORDER = Plain("order", "np.take(np.argsort(x))", _in_order)


@answers(np.median)
def median(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: bool = False
) -> Any:
    if not np.all(how_many(a, axis, True, True)):
        return mean(a, axis, keepdims=keepdims)  # nan
    return quantile(a, 0.5, axis, out, overwrite_input, keepdims=keepdims)


@answers(np.percentile)
def percentile(a: Any, q: Any, *more: Any, **options: Any) -> Any:
    return quantile(a, _plain(q) / 100.0, *more, **options)


@answers(np.quantile)
def quantile(
    a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False,
    method: str = "linear", keepdims: bool = False,
) -> Any:  # fmt: skip
    nowhere(out)
    q = _plain(q)
    rows, shape = _along_last(a, axis, keepdims)
    if not rows.shape[-1]:
        raise ValueError("where there are no elements, there are no quantiles of them")
    parts = [_quantile(rows, each, method) for each in q.ravel()]
    if HAS_NAN(a):
        has_nan = np.any(UFUNCS[np.isnan](rows), axis=-1)
        parts = [table.where(has_nan, np.nan, part) for part in parts]
    if not q.ndim:
        return _in_shape(parts[0], shape)
    return reshape(table.stack(*parts), shape=q.shape + shape)


@answers(np.nanmedian)
def nanmedian(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: bool = False
) -> Any:
    return nanquantile(a, 0.5, axis, out, overwrite_input, keepdims=keepdims)


@answers(np.nanpercentile)
def nanpercentile(a: Any, q: Any, *more: Any, **options: Any) -> Any:
    return nanquantile(a, _plain(q) / 100.0, *more, **options)


@answers(np.nanquantile)
def nanquantile(
    a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False,
    method: str = "linear", keepdims: bool = False,
) -> Any:  # fmt: skip
    numbers = numbers_of(a)
    if not np.ndim(q) and not np.all(how_many(a, axis, True, True)):
        return mean(a, axis, keepdims=keepdims)  # nan
    if numbers is True:
        return quantile(a, q, axis, out, overwrite_input, method, keepdims)
    nowhere(out)
    q, (rows, shape) = _plain(q), _along_last(a, axis, keepdims)
    masks = ~UFUNCS[np.isnan](rows).reshape(-1, rows.shape[-1])
    rows = reshape(rows, shape=(-1, rows.shape[-1]))
    parts = [
        _quantile(row[mask], each, method) if np.any(mask) else row[0]
        for each in q.ravel()
        for row, mask in zip(rows, masks)
    ]
    return reshape(table.stack(*parts), shape=q.shape + shape)


def _plain(q: Any) -> np.ndarray:
    if isinstance(q, Operand):
        raise TypeError(
            "the share below a quantile can't be a Variable: give q as plain numbers, or take "
            "q.value, which ties a trace to it"
        )
    return np.asarray(q, float)


def _along_last(a: Any, axis: Any, keepdims: bool) -> tuple[Any, tuple[int, ...]]:
    """All that goes into each of a reduction along a last axis, and the shape of the reduction."""
    axes = normalize_axis_tuple(range(a.ndim) if axis is None else axis, a.ndim)
    others = tuple(at for at in range(a.ndim) if at not in axes)
    shape = tuple(
        1 if at in axes else n for at, n in enumerate(a.shape) if keepdims or at in others
    )
    rest = tuple(a.shape[at] for at in others)
    count = int(np.prod([a.shape[at] for at in axes]))
    ordered = a if (*others, *axes) == (*range(a.ndim),) else transpose(a, axes=(*others, *axes))
    return _in_shape(ordered, (*rest, count)), shape


def _in_shape(x: Any, shape: tuple[int, ...]) -> Any:
    return x if x.shape == shape else reshape(x, shape=shape)


def _quantile(rows: Any, q: float, method: str) -> Any:
    place = float(np.quantile(np.arange(float(rows.shape[-1])), q, method=method))  # type: ignore
    low, share = int(place), place % 1.0
    how = {"indices": [low, low + 1] if share else [low], "axis": -1}
    order = Plain(ORDER.name, ORDER.code, ORDER.function, how)
    found = order(rows)
    if rows.ndim == 1:
        middle = rows[found if share else int(found[0])]
    else:
        middle = take_along_axis(rows, found, -1)
    if not share:
        return middle if rows.ndim == 1 else middle[..., 0]
    if share == 0.5:
        return table.mean(middle, axis=-1, keepdims=False)
    below, above = middle[..., 0], middle[..., 1]
    apart = above - below
    return above - apart * (1.0 - share) if share >= 0.5 else below + apart * share


# ── means with weights, covariances ──


@answers(np.average)
def average(
    a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: bool = False
) -> Any:
    if weights is None:
        result = mean(a, axis, keepdims=keepdims)
        scale: Any = np.size(a) / max(1, np.size(result))
    else:
        weights = _beside(a, weights, axis)
        scale = np.sum(weights, axis=axis, keepdims=keepdims)
        if not isinstance(scale, Operand) and not np.all(scale):
            raise ZeroDivisionError("the weights of np.average sum up to zero")
        result = np.sum(np.multiply(a, weights), axis=axis, keepdims=keepdims) / scale
    return (result, table.broadcast_to(scale, shape=np.shape(result))) if returned else result


def _beside(a: Any, weights: Any, axis: Any) -> Any:
    """Weights in a shape to be multiplied by."""
    weights = weights if isinstance(weights, Operand) else np.asarray(weights, float)
    if weights.shape == np.shape(a):
        return weights
    if axis is None:
        raise TypeError("np.average needs an axis where a and its weights differ in shape")
    axes = normalize_axis_tuple(axis, np.ndim(a))
    if weights.shape != tuple(np.shape(a)[at] for at in axes):
        raise ValueError(
            f"the weights of np.average have the shape {weights.shape}, which is not that of a "
            "along the axis"
        )
    ordered = np.transpose(weights, tuple(map(int, np.argsort(axes))))
    return np.reshape(ordered, tuple(n if at in axes else 1 for at, n in enumerate(np.shape(a))))


@answers(np.cov)
def cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None,
    fweights: Any = None, aweights: Any = None, *, dtype: Any = None,
) -> Any:  # fmt: skip
    rows = [_rows(x, rowvar) for x in (m, y) if x is not None]
    if not rows[0].shape[0]:  # NumPy looks no further
        return table.reshape(rows[0], shape=(0, 0))
    x = rows[0] if len(rows) == 1 else table.concatenate(*rows, axis=0)
    x = as_kind(x, dtype)
    ddof = (0 if bias else 1) if ddof is None else ddof
    weights: Any = None if fweights is None else np.asarray(fweights, float)
    if aweights is not None:
        weights = np.asarray(aweights, float) * (1.0 if weights is None else weights)
    middle, total = average(x, 1, weights, returned=True)
    total = total[0] if weights is not None else float(x.shape[1])
    if weights is None or not ddof or aweights is None:
        freedom = total - ddof
    else:
        freedom = total - ddof * float(np.sum(weights * np.asarray(aweights))) / total
    apart = x - np.reshape(middle, (-1, 1))
    other = apart if weights is None else apart * weights
    return np.squeeze(table.matmul(apart, np.transpose(other)) / max(0.0, freedom))


def _rows(x: Any, rowvar: bool) -> Any:
    x = np.atleast_2d(x) if rowvar or np.ndim(x) < 2 else np.transpose(x)
    return x if isinstance(x, Operand) else np.asarray(x, float)


@answers(np.corrcoef)
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    together = cov(x, y, rowvar, dtype=dtype)
    if not np.ndim(together):
        return together / together
    apart = np.sqrt(table.diag(together))
    return together / np.reshape(apart, (-1, 1)) / apart
