"""NumPy's functions of points on a line, and of functions that are known there: grids,
interpolation, polynomials, slopes and integrals.
"""

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from gradviz.autodiff.numpy_functions.shapes import as_kind
from gradviz.autodiff.primitives import table
from gradviz.autodiff.primitives.table import power
from gradviz.autodiff.tape.protocols import Operand, answers

# ── grids ──


@answers(np.linspace)
def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False,
    dtype: Any = None, axis: int = 0, **more: Any,
) -> Any:  # fmt: skip
    parts = num - 1 if endpoint else num
    apart = np.subtract(stop, start)
    shares = np.linspace(0.0, 1.0, num, endpoint).reshape((-1,) + (1,) * np.ndim(apart))
    points = start * (1.0 - shares) + stop * shares
    points = as_kind(np.moveaxis(points, 0, axis), dtype)
    return (points, apart / (parts if parts > 0 else np.nan)) if retstep else points


@answers(np.logspace)
def logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0,
    dtype: Any = None, axis: int = 0,
) -> Any:  # fmt: skip
    return as_kind(power(base, np.linspace(start, stop, num, endpoint, axis=axis)), dtype)


@answers(np.geomspace)
def geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Any:
    rate = np.log(np.divide(stop, start))
    points = start * np.exp(np.linspace(0.0 * rate, rate, num, endpoint))
    return as_kind(np.moveaxis(points, 0, axis), dtype)


@answers(np.meshgrid)
def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> Any:
    if indexing not in ("xy", "ij"):
        raise ValueError(f"np.meshgrid's indexing is 'xy' or 'ij', not {indexing!r}")
    order = [*range(len(xi))]
    if indexing == "xy" and len(xi) > 1:
        order[:2] = 1, 0
    lines = [
        np.reshape(x, tuple(-1 if at == number else 1 for at in order))
        for number, x in enumerate(xi)
    ]
    if sparse:
        return tuple(lines)
    shape = np.broadcast_shapes(*map(np.shape, lines))
    return tuple(np.broadcast_to(line, shape) for line in lines)


@answers(np.vander)
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    if x.ndim != 1:
        raise ValueError("np.vander takes a vector")
    powers = np.arange(float(x.size if N is None else N))
    return np.reshape(x, (-1, 1)) ** (powers if increasing else powers[::-1])


# ── functions that are known at points, or by their coefficients ──


@answers(np.interp)
def interp(
    x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: float | None = None
) -> Any:
    """At a point, the slope of the interval to its right counts; at the last, that of the last."""
    x, xp, fp = (
        each if isinstance(each, Operand) else np.asarray(each, float) for each in (x, xp, fp)
    )
    if np.ndim(xp) != 1 or np.shape(xp) != np.shape(fp) or not xp.size:
        raise ValueError(
            "np.interp takes points in one array, and as many values there, not "
            f"{np.shape(xp)} and {np.shape(fp)}"
        )
    if period is not None:
        left = right = None
        period = abs(period)
        x, xp = x % period, xp % period
        order = np.argsort(xp)
        xp, fp = xp[order], fp[order]
        xp = np.concatenate([xp[-1:] - period, xp, xp[:1] + period])
        fp = np.concatenate([fp[-1:], fp, fp[:1]])
    inside = fp[0] + 0.0 * x
    places = np.searchsorted(xp, x, side="right")
    if xp.size > 1:
        high = np.clip(places, 1, xp.size - 1)
        low = high - 1
        inside = fp[low] + (x - xp[low]) * ((fp[high] - fp[low]) / (xp[high] - xp[low]))
    if np.any(places == 0):
        inside = np.where(places == 0, fp[0] if left is None else left, inside)
    if np.any(places == xp.size):
        inside = np.where(x > xp[-1], fp[-1] if right is None else right, inside)
    return inside


@answers(np.polyval)
def polyval(p: Any, x: Any) -> Any:
    if len(p) < 2:
        return 0.0 * x + (p[0] if len(p) else 0.0)
    value = p[0]
    for coefficient in p[1:]:
        value = value * x + coefficient
    return value


@answers(np.convolve)
def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    a, v = _line(a), _line(v)
    return _part(table.convolve(a, v), a.size, v.size, mode, (min(a.size, v.size) - 1) // 2)


@answers(np.correlate)
def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    a, v = _line(a), _line(v)
    less = a.size < v.size  # then NumPy has them change places
    start = a.size // 2 if less else (v.size - 1) // 2
    return _part(table.convolve(a, np.flip(v)), a.size, v.size, mode, start)


def _line(x: Any) -> Any:
    return np.ravel(x) if np.ndim(x) < 2 else x


def _part(whole: Any, m: int, n: int, mode: str, start: int) -> Any:
    if mode == "full":
        return whole
    if mode == "same":
        return whole[start : start + max(m, n)]
    if mode == "valid":
        return whole[min(m, n) - 1 : max(m, n)]
    raise ValueError(f"the mode is 'full', 'same' or 'valid', not {mode!r}")


# ── slopes and integrals ──


@answers(np.trapezoid)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    y = y if isinstance(y, Operand) else np.asarray(y, float)
    axis = normalize_axis_index(axis, y.ndim)
    if x is not None:
        x = x if isinstance(x, Operand) else np.asarray(x, float)
        dx = np.diff(x) if x.ndim == 1 else np.diff(x, axis=axis)
        dx = _beside(dx, axis, y.ndim) if x.ndim == 1 else dx
    later, sooner = _along(y, axis, 1, None), _along(y, axis, None, -1)
    return np.sum(dx * (later + sooner) / 2.0, axis=axis)


@answers(np.gradient)
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    f = f if isinstance(f, Operand) else np.asarray(f, float)
    axes = normalize_axis_tuple(range(f.ndim) if axis is None else axis, f.ndim)
    spacings = varargs * len(axes) if len(varargs) == 1 and not np.ndim(varargs[0]) else varargs
    spacings = spacings or (1.0,) * len(axes)
    if len(spacings) != len(axes):
        raise TypeError(f"np.gradient takes one spacing, or one an axis, not {len(varargs)}")
    if edge_order not in (1, 2):
        raise ValueError("np.gradient's edge_order is 1 or 2")
    slopes = [_slopes(f, spacing, at, edge_order) for spacing, at in zip(spacings, axes)]
    return slopes[0] if len(slopes) == 1 else tuple(slopes)


def _slopes(f: Any, spacing: Any, axis: int, edge_order: int) -> Any:
    count = f.shape[axis]
    if count <= edge_order:
        raise ValueError(f"np.gradient needs {edge_order + 1} elements along each axis, or more")
    if not np.ndim(spacing):
        return _even_slopes(f, spacing, axis, edge_order)
    if np.shape(spacing) != (count,):
        raise ValueError("np.gradient takes as many coordinates as there are elements")
    steps = _beside(np.diff(spacing), axis, f.ndim)
    rises = np.diff(f, axis=axis) / steps
    first, last = _along(rises, axis, None, 1), _along(rises, axis, -1, None)
    if count == 2:
        return np.concatenate([first, last], axis=axis)
    before, after = _along(steps, axis, None, -1), _along(steps, axis, 1, None)
    sooner, later = _along(rises, axis, None, -1), _along(rises, axis, 1, None)
    inside = (sooner * after + later * before) / (before + after)
    if edge_order == 2:  # of the parabola through three points
        bends = (later - sooner) / (before + after)
        first = first - _along(bends * before, axis, None, 1)
        last = last + _along(bends * after, axis, -1, None)
    return np.concatenate([first, inside, last], axis=axis)


def _even_slopes(f: Any, step: Any, axis: int, edge_order: int) -> Any:
    first, second = _along(f, axis, None, 1), _along(f, axis, 1, 2)
    last, before = _along(f, axis, -1, None), _along(f, axis, -2, -1)
    if edge_order == 1:
        left, right = (second - first) / step, (last - before) / step
    else:  # of the parabola through three points
        third, earlier = _along(f, axis, 2, 3), _along(f, axis, -3, -2)
        left = (4.0 * second - 3.0 * first - third) / (2.0 * step)
        right = (3.0 * last - 4.0 * before + earlier) / (2.0 * step)
    inside = (_along(f, axis, 2, None) - _along(f, axis, None, -2)) / (2.0 * step)
    return np.concatenate([left, inside, right], axis=axis)


def _along(x: Any, axis: int, start: int | None, stop: int | None) -> Any:
    return x[(slice(None),) * axis + (slice(start, stop),)]


def _beside(steps: Any, axis: int, rank: int) -> Any:
    """What stands along one axis, in a shape to be broadcast along that."""
    return np.reshape(steps, tuple(-1 if at == axis else 1 for at in range(rank)))
