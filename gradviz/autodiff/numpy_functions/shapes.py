"""NumPy's functions that give an array another shape, another precision, or one of its kind."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradviz.autodiff.primitives import table
from gradviz.autodiff.primitives.table import reshape, transpose
from gradviz.autodiff.tape import refusals
from gradviz.autodiff.tape.protocols import FUNCTIONS, Operand, answers

# ── shapes ──


@answers(np.reshape)
def reshaped(a: Any, /, shape: Any, order: str = "C", *, copy: bool | None = None) -> Any:
    if order in "CA":  # a Variable has its elements in no other order
        return reshape(a, shape=shape)
    _in_order(order)
    backwards = tuple(shape)[::-1] if np.ndim(shape) else (shape,)
    return transposed(reshape(transposed(a), shape=backwards))


@answers(np.ravel)
def ravel(a: Any, order: str = "C") -> Any:
    if order not in "CAK":
        _in_order(order)
        a = transposed(a)
    return reshape(a, shape=(a.size,))


def _in_order(order: str) -> None:
    if order != "F":
        raise ValueError(f"the order of elements is 'C' or 'F', not {order!r}")


@answers(np.expand_dims)
def expand_dims(a: Any, axis: Any) -> Any:
    return reshape(a, shape=np.expand_dims(shaped(a), axis).shape)


@answers(np.squeeze)
def squeeze(a: Any, axis: Any = None) -> Any:
    return reshape(a, shape=np.squeeze(shaped(a), axis).shape)


@answers(np.atleast_1d)
def atleast_1d(*arys: Any) -> Any:
    return _at_least(np.atleast_1d, arys)


@answers(np.atleast_2d)
def atleast_2d(*arys: Any) -> Any:
    return _at_least(np.atleast_2d, arys)


@answers(np.atleast_3d)
def atleast_3d(*arys: Any) -> Any:
    return _at_least(np.atleast_3d, arys)


def _at_least(function: Any, arrays: Sequence[Any]) -> Any:
    grown = tuple(
        reshaped(x, np.shape(function(shaped(x)))) if isinstance(x, Operand) else function(x)
        for x in arrays
    )
    return grown if len(arrays) != 1 else grown[0]


@answers(np.transpose)
def transposed(a: Any, axes: Any = None) -> Any:
    if not a.shape:
        return a
    return transpose(a, axes=None if axes is None else tuple(map(int, axes)))


@answers(np.swapaxes)
def swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    return _rearranged(a, np.swapaxes, axis1, axis2)


@answers(np.moveaxis)
def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    return _rearranged(a, np.moveaxis, source, destination)


@answers(np.rollaxis)
def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    return _rearranged(a, np.rollaxis, axis, start)


@answers(np.rot90)
def rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    first, second = axes
    if k % 4 == 0:
        return m
    if k % 4 == 2:
        return table.flip(m, axis=(first, second))
    if k % 4 == 1:
        return swapaxes(table.flip(m, axis=second), first, second)
    return table.flip(swapaxes(m, first, second), axis=second)


@answers(np.fliplr)
def fliplr(m: Any) -> Any:
    return table.flip(m, axis=1)


@answers(np.flipud)
def flipud(m: Any) -> Any:
    return table.flip(m, axis=0)


@answers(np.broadcast_arrays)
def broadcast_arrays(*args: Any, subok: bool = False) -> Any:
    shape = np.broadcast_shapes(*map(np.shape, args))
    return tuple(np.broadcast_to(x, shape) for x in args)


@answers(np.matrix_transpose)
def matrix_transpose(x: Any) -> Any:
    return _rearranged(x, np.swapaxes, -1, -2)


def shaped(x: Any) -> np.ndarray:
    return np.broadcast_to(0.0, x.shape)


def _rearranged(x: Any, function: Any, *arguments: Any) -> Any:
    nothing = np.lib.stride_tricks.as_strided(np.empty(0), (0,) * x.ndim, range(x.ndim))
    return transpose(x, axes=function(nothing, *arguments).strides)  # each axis knows its number


# ── precision ──


@answers(np.ndarray.astype, *([np.astype] if hasattr(np, "astype") else []))
def astype(x: Any, dtype: Any, /, *, copy: bool = True) -> Any:
    if np.dtype(dtype).char not in "df":
        raise TypeError(
            f"a Variable holds float64 or float32, not {np.dtype(dtype)}; np.floor and np.round "
            "make whole numbers of it"
        )
    return table.astype(x, dtype=np.dtype(dtype))


def as_kind(x: Any, dtype: Any) -> Any:
    """In the precision that an option `dtype` asks for."""
    return x if dtype is None or np.dtype(dtype) == x.dtype else astype(x, dtype)


def nowhere(out: Any) -> None:
    """Refuses an option `out`."""
    if out is not None:
        raise TypeError(
            "Variables can't be written into an array that is given as out; call the function "
            "without it, which makes a new Variable" + refusals.where()
        )


@answers(np.copy)
def copy(a: Any, order: str = "K", subok: bool = False) -> Any:
    return table.positive(a)


@answers(np.real)
def real(val: Any) -> Any:
    return val


# ── arrays alike ──

FUNCTIONS[np.shape] = lambda a: a.shape
FUNCTIONS[np.ndim] = lambda a: a.ndim
FUNCTIONS[np.size] = lambda a: a.size
for _function in (np.zeros_like, np.ones_like, np.empty_like):
    FUNCTIONS[_function] = lambda a, dtype=None, function=_function, **options: function(
        shaped(a), dtype=dtype or a.dtype, **{**options, "subok": False}
    )


@answers(np.full_like)
def full_like(a: Any, fill_value: Any, dtype: Any = None, *, shape: Any = None, **more: Any) -> Any:
    shape, kind = np.shape(a) if shape is None else shape, dtype or a.dtype
    if isinstance(fill_value, Operand):
        return as_kind(table.broadcast_to(fill_value, shape=shape), kind)
    return np.full(shape, fill_value, kind)


@answers(np.full)
def full(shape: Any, fill_value: Any, dtype: Any = None, **more: Any) -> Any:
    if isinstance(fill_value, Operand):
        return as_kind(table.broadcast_to(fill_value, shape=shape), dtype)
    return np.full(shape, fill_value, dtype)


@answers(np.copyto, np.put, np.place, np.putmask, np.put_along_axis, np.fill_diagonal)
def written_into(target: Any, *operands: Any, **options: Any) -> Any:
    if isinstance(target, Operand):
        raise refusals.in_place()
    given = (*operands, *options.values())
    raise refusals.as_array(next(each for each in given if isinstance(each, Operand)))
