"""NumPy's reductions with all their options, and statistics made of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from gradviz.autodiff import primitives as table
from gradviz.autodiff.functions import as_kind, nowhere, take_along_axis
from gradviz.autodiff.primitives import reshape, transpose
from gradviz.autodiff.protocols import FUNCTIONS, UFUNCS, Operand, answers
from gradviz.autodiff.variable import Plain

# ── reductions: `where` chooses what goes in, `initial` goes in too ──


@answers(np.sum)
def sum_(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    nowhere(out)
    result = table.sum_(_chosen(as_kind(a, dtype), where, 0.0), axis=axis, keepdims=keepdims)
    return result if initial is None else result + initial


@answers(np.prod)
def prod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    nowhere(out)
    result = table.prod(_chosen(as_kind(a, dtype), where, 1.0), axis=axis, keepdims=keepdims)
    return result if initial is None else result * initial


@answers(np.max, np.amax)
def max_(
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    nowhere(out)
    if initial is None and where is True:
        return table.max_(a, axis=axis, keepdims=keepdims)
    return _extreme(table.max_, table.maximum, a, axis, keepdims, initial, where)


@answers(np.min, np.amin)
def min_(
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    nowhere(out)
    if initial is None and where is True:
        return table.min_(a, axis=axis, keepdims=keepdims)
    return _extreme(table.min_, table.minimum, a, axis, keepdims, initial, where)


def _extreme(
    row: Any, joined: Any, a: Any, axis: Any, keepdims: bool, initial: Any, where: Any
) -> Any:
    if initial is None:
        raise ValueError(
            f"np.{row.name} has no value where nothing is chosen: with where= it needs initial="
        )
    if not np.all(_count(a, axis, True, True)):  # nothing is largest, or smallest
        return table.sum_(a, axis=axis, keepdims=keepdims) + initial
    return joined(row(_chosen(a, where, initial), axis=axis, keepdims=keepdims), initial)


@answers(np.mean)
def mean(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    *,
    where: Any = True,
) -> Any:
    nowhere(out)
    a = as_kind(a, dtype)
    if where is True:
        return table.mean(a, axis=axis, keepdims=keepdims)
    total = table.sum_(_chosen(a, where, 0.0), axis=axis, keepdims=keepdims)
    return total / _count(a, axis, keepdims, where)


@answers(np.var)
def var(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: Any = True,
    mean: Any = None,
    correction: float | None = None,
) -> Any:
    nowhere(out)
    a, ddof = as_kind(a, dtype), ddof if correction is None else correction
    if where is True and mean is None:
        return table.var(a, axis=axis, ddof=ddof, keepdims=keepdims)
    return _spread(a, axis, ddof, keepdims, where, mean)


@answers(np.std)
def std(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: Any = True,
    mean: Any = None,
    correction: float | None = None,
) -> Any:
    nowhere(out)
    a, ddof = as_kind(a, dtype), ddof if correction is None else correction
    if where is True and mean is None:
        return table.std(a, axis=axis, ddof=ddof, keepdims=keepdims)
    return table.sqrt(_spread(a, axis, ddof, keepdims, where, mean))


def _spread(a: Any, axis: Any, ddof: float, keepdims: bool, where: Any, middle: Any) -> Any:
    if middle is None:
        middle = mean(a, axis, keepdims=True, where=where)
    apart = _chosen(a - middle, where, 0.0)
    freedom = np.maximum(_count(a, axis, keepdims, where) - ddof, 0)
    return table.sum_(apart * apart, axis=axis, keepdims=keepdims) / freedom


@answers(np.ptp)
def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False) -> Any:
    return max_(a, axis, out, keepdims) - min_(a, axis, out, keepdims)


@answers(np.cumsum)
def cumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    nowhere(out)
    return table.cumsum(as_kind(a, dtype), axis=axis)


@answers(np.cumprod)
def cumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    nowhere(out)
    return table.cumprod(as_kind(a, dtype), axis=axis)


def _cumulative(row: Any, first: float, name: str) -> Any:
    def answer(
        x: Any,
        /,
        *,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        include_initial: bool = False,
    ) -> Any:
        nowhere(out)
        if axis is None and x.ndim > 1:
            raise ValueError(f"np.{name} needs an axis, for arrays of more than one")
        axis = axis or 0
        result = row(as_kind(np.atleast_1d(x), dtype), axis=axis)
        if not include_initial:
            return result
        start = np.full([1 if at == axis % x.ndim else n for at, n in enumerate(x.shape)], first)
        return table.concatenate(start, result, axis=axis)

    return answer


if hasattr(np, "cumulative_sum"):  # since NumPy 2.1
    FUNCTIONS[np.cumulative_sum] = _cumulative(table.cumsum, 0.0, "cumulative_sum")
    FUNCTIONS[np.cumulative_prod] = _cumulative(table.cumprod, 1.0, "cumulative_prod")


def _mask(a: Any, where: Any) -> np.ndarray:
    if isinstance(where, Operand):
        where = where != 0.0
    return np.broadcast_to(np.asarray(where, bool), a.shape)


def _chosen(a: Any, where: Any, otherwise: Any) -> Any:
    return a if where is True else table.where(_mask(a, where), a, otherwise)


def _count(a: Any, axis: Any, keepdims: bool, where: Any) -> Any:
    """How many elements go into each of a reduction."""
    return np.sum(_mask(a, where), axis=axis, keepdims=keepdims)


# ── what passes over nan ──


def _has_nan(x: np.ndarray) -> np.bool_:
    return np.any(np.isnan(x))


HAS_NAN = Plain("isnan", "np.any(np.isnan(x))", _has_nan)


def _numbers(a: Any, where: Any = True) -> Any:
    """Which elements are chosen and are no nan."""
    return where if not HAS_NAN(a) else ~UFUNCS[np.isnan](a) & where


@answers(np.nansum)
def nansum(a: Any, axis: Any = None, *more: Any, where: Any = True, **options: Any) -> Any:
    return sum_(a, axis, *more, where=_numbers(a, where), **options)


@answers(np.nanprod)
def nanprod(a: Any, axis: Any = None, *more: Any, where: Any = True, **options: Any) -> Any:
    return prod(a, axis, *more, where=_numbers(a, where), **options)


@answers(np.nanmean)
def nanmean(a: Any, axis: Any = None, *more: Any, where: Any = True, **options: Any) -> Any:
    return mean(a, axis, *more, where=_numbers(a, where), **options)


@answers(np.nanvar)
def nanvar(a: Any, axis: Any = None, *more: Any, where: Any = True, **options: Any) -> Any:
    return var(a, axis, *more, where=_numbers(a, where), **options)


@answers(np.nanstd)
def nanstd(a: Any, axis: Any = None, *more: Any, where: Any = True, **options: Any) -> Any:
    return std(a, axis, *more, where=_numbers(a, where), **options)


@answers(np.nanmax)
def nanmax(
    a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None,
    where: Any = True,
) -> Any:  # fmt: skip
    return _of_numbers(max_, -np.inf, a, axis, out, keepdims, initial, where)


@answers(np.nanmin)
def nanmin(
    a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None,
    where: Any = True,
) -> Any:  # fmt: skip
    return _of_numbers(min_, np.inf, a, axis, out, keepdims, initial, where)


def _of_numbers(
    function: Any,
    least: float,
    a: Any,
    axis: Any,
    out: Any,
    keepdims: bool,
    initial: Any,
    where: Any,
) -> Any:
    numbers = _numbers(a, where)
    if numbers is where:
        return function(a, axis, out, keepdims, initial, where)
    if initial is not None:
        return function(a, axis, out, keepdims, initial, numbers)
    result = function(_chosen(a, numbers, least), axis, out, keepdims)
    counts = _count(a, axis, keepdims, numbers)
    return result if np.all(counts) else table.where(counts > 0, result, np.nan)


@answers(np.nancumsum)
def nancumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    return cumsum(_chosen(a, _numbers(a), 0.0), axis, dtype, out)


@answers(np.nancumprod)
def nancumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    return cumprod(_chosen(a, _numbers(a), 1.0), axis, dtype, out)


# ── the middle: a trace is tied to which elements stand there, as by np.argsort ──


def _in_order(x: np.ndarray, indices: Sequence[int], axis: int) -> np.ndarray:
    return np.take(np.argsort(x), indices, axis)


@answers(np.median)
def median(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: bool = False
) -> Any:
    if not np.all(_count(a, axis, True, True)):
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
        return reshape(parts[0], shape=shape)
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
    numbers = _numbers(a)
    if not np.ndim(q) and not np.all(_count(a, axis, True, True)):
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
    return reshape(ordered, shape=(*rest, count)), shape


def _quantile(rows: Any, q: float, method: str) -> Any:
    place = float(np.quantile(np.arange(float(rows.shape[-1])), q, method=method))  # type: ignore
    low, share = int(place), place % 1.0
    how = {"indices": [low, low + 1] if share else [low], "axis": -1}
    order = Plain("argsort", "np.take(np.argsort(x))", _in_order, how)
    found = order(rows)
    middle = take_along_axis(rows, found, -1)
    if not share:
        return middle[..., 0]
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
