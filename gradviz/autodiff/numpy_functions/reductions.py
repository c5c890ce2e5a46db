"""NumPy's reductions with all their options, and those that pass over nan."""

from typing import Any

import numpy as np

from gradviz.autodiff.numpy_functions.shapes import as_kind, nowhere
from gradviz.autodiff.primitives import table
from gradviz.autodiff.tape.plain import Plain
from gradviz.autodiff.tape.protocols import FUNCTIONS, UFUNCS, Operand, answers

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
    result = table.sum_(chosen(as_kind(a, dtype), where, 0.0), axis=axis, keepdims=keepdims)
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
    result = table.prod(chosen(as_kind(a, dtype), where, 1.0), axis=axis, keepdims=keepdims)
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
    if not np.all(how_many(a, axis, True, True)):  # nothing is largest, or smallest
        return table.sum_(a, axis=axis, keepdims=keepdims) + initial
    return joined(row(chosen(a, where, initial), axis=axis, keepdims=keepdims), initial)


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
    total = table.sum_(chosen(a, where, 0.0), axis=axis, keepdims=keepdims)
    return total / how_many(a, axis, keepdims, where)


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
    apart = chosen(a - middle, where, 0.0)
    freedom = np.maximum(how_many(a, axis, keepdims, where) - ddof, 0)
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


def mask(a: Any, where: Any) -> np.ndarray:
    if isinstance(where, Operand):
        where = where != 0.0
    return np.broadcast_to(np.asarray(where, bool), a.shape)


def chosen(a: Any, where: Any, otherwise: Any) -> Any:
    return a if where is True else table.where(mask(a, where), a, otherwise)


def how_many(a: Any, axis: Any, keepdims: bool, where: Any) -> Any:
    """How many elements go into each of a reduction."""
    return np.sum(mask(a, where), axis=axis, keepdims=keepdims)


# ── what passes over nan ──


def _has_nan(x: np.ndarray) -> np.bool_:
    return np.any(np.isnan(x))


HAS_NAN = Plain("has_nan", "np.any(np.isnan(x))", _has_nan)


def numbers_of(a: Any, where: Any = True) -> Any:
    """Which elements are chosen and are no nan."""
    return where if not HAS_NAN(a) else ~UFUNCS[np.isnan](a) & where


def axis_of(a: Any, axis: Any) -> Any:
    """The axis of a mean: of a single number, NumPy's own take the first and the last here."""
    return None if not a.ndim and axis in (0, -1) else axis


@answers(np.nansum)
def nansum(a: Any, axis: Any = None, *more: Any, where: Any = True, **options: Any) -> Any:
    return sum_(a, axis, *more, where=numbers_of(a, where), **options)


@answers(np.nanprod)
def nanprod(a: Any, axis: Any = None, *more: Any, where: Any = True, **options: Any) -> Any:
    return prod(a, axis, *more, where=numbers_of(a, where), **options)


@answers(np.nanmean)
def nanmean(a: Any, axis: Any = None, *more: Any, where: Any = True, **options: Any) -> Any:
    return mean(a, axis_of(a, axis), *more, where=numbers_of(a, where), **options)


@answers(np.nanvar)
def nanvar(a: Any, axis: Any = None, *more: Any, where: Any = True, **options: Any) -> Any:
    return var(a, axis_of(a, axis), *more, where=numbers_of(a, where), **options)


@answers(np.nanstd)
def nanstd(a: Any, axis: Any = None, *more: Any, where: Any = True, **options: Any) -> Any:
    return std(a, axis_of(a, axis), *more, where=numbers_of(a, where), **options)


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
    numbers = numbers_of(a, where)
    if numbers is where:
        return function(a, axis, out, keepdims, initial, where)
    if initial is not None:
        return function(a, axis, out, keepdims, initial, numbers)
    result = function(chosen(a, numbers, least), axis, out, keepdims)
    counts = how_many(a, axis, keepdims, numbers)
    return result if np.all(counts) else table.where(counts > 0, result, np.nan)


@answers(np.nancumsum)
def nancumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    return cumsum(chosen(a, numbers_of(a), 0.0), axis, dtype, out)


@answers(np.nancumprod)
def nancumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    return cumprod(chosen(a, numbers_of(a), 1.0), axis, dtype, out)
