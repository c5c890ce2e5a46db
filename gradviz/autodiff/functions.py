"""NumPy's functions that take numbers to other places, put them together and choose among them, and
those that give plain values.
"""

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from gradviz.autodiff import primitives as table
from gradviz.autodiff import refusals
from gradviz.autodiff.primitives import concatenate, getitem, reshape, stack, transpose
from gradviz.autodiff.protocols import FUNCTIONS, UFUNCS, Composition, Operand, answers
from gradviz.autodiff.variable import RELATIONS, Plain

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
    return reshape(a, shape=np.expand_dims(_shaped(a), axis).shape)


@answers(np.squeeze)
def squeeze(a: Any, axis: Any = None) -> Any:
    return reshape(a, shape=np.squeeze(_shaped(a), axis).shape)


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
        reshaped(x, np.shape(function(_shaped(x)))) if isinstance(x, Operand) else function(x)
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


def _shaped(x: Any) -> np.ndarray:
    return np.broadcast_to(0.0, x.shape)


def _rearranged(x: Any, function: Any, *arguments: Any) -> Any:
    nothing = np.lib.stride_tricks.as_strided(np.empty(0), (0,) * x.ndim, range(x.ndim))
    return transpose(x, axes=function(nothing, *arguments).strides)  # each axis knows its number


# ── putting together and taking apart ──


@answers(np.concatenate)
def concatenated(arrays: Sequence[Any], /, axis: Any = 0, *, dtype: Any = None) -> Any:
    return _as_kind(concatenate(*arrays, axis=axis), dtype)


@answers(np.stack)
def stacked(arrays: Sequence[Any], axis: int = 0, *, dtype: Any = None) -> Any:
    return _as_kind(stack(*arrays, axis=axis), dtype)


@answers(np.hstack)
def hstack(tup: Sequence[Any], *, dtype: Any = None) -> Any:
    parts = [*map(np.atleast_1d, tup)]
    return concatenated(parts, axis=0 if parts[0].ndim == 1 else 1, dtype=dtype)


@answers(np.vstack)
def vstack(tup: Sequence[Any], *, dtype: Any = None) -> Any:
    return concatenated([*map(np.atleast_2d, tup)], axis=0, dtype=dtype)


@answers(np.dstack)
def dstack(tup: Sequence[Any]) -> Any:
    return concatenate(*map(np.atleast_3d, tup), axis=2)


@answers(np.column_stack)
def column_stack(tup: Sequence[Any]) -> Any:
    columns = (x if np.ndim(x) > 1 else np.reshape(x, (-1, 1)) for x in tup)
    return concatenate(*columns, axis=1)


@answers(np.block)
def block(arrays: Any) -> Any:
    def depth(part: Any) -> int:
        return 1 + max(map(depth, part)) if isinstance(part, list) else 0

    def leaves(part: Any) -> list[Any]:
        return (
            [leaf for each in part for leaf in leaves(each)] if isinstance(part, list) else [part]
        )

    deepest = depth(arrays)
    rank = max(deepest, *map(np.ndim, leaves(arrays)))

    def joined(part: Any, level: int) -> Any:
        if not isinstance(part, list):
            return np.reshape(part, (1,) * (rank - np.ndim(part)) + np.shape(part))
        return concatenate(*(joined(each, level - 1) for each in part), axis=-level)

    return joined(arrays, deepest)


@answers(np.append)
def append(arr: Any, values: Any, axis: Any = None) -> Any:
    parts = (arr, values) if axis is not None else (np.ravel(arr), np.ravel(values))
    return concatenate(*parts, axis=0 if axis is None else axis)


@answers(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    added = np.size(arr) + np.arange(np.size(values)).reshape(np.shape(values))
    return take(append(arr, values), np.insert(_places(arr), obj, added, axis))


@answers(np.delete)
def delete(arr: Any, obj: Any, axis: int | None = None) -> Any:
    return take(arr, np.delete(_places(arr), obj, axis))


def _places(x: Any) -> np.ndarray:
    """The elements of x by their numbers."""
    return np.arange(np.size(x)).reshape(np.shape(x))


def _as_kind(x: Any, dtype: Any) -> Any:
    return x if dtype is None or not isinstance(x, Operand) else as_kind(x, dtype)


@answers(np.split)
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    return _split(np.split, ary, indices_or_sections, axis)


@answers(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    return _split(np.array_split, ary, indices_or_sections, axis)


@answers(np.hsplit)
def hsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    return split(ary, indices_or_sections, 1 if ary.ndim > 1 else 0)


@answers(np.vsplit)
def vsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    return split(ary, indices_or_sections, 0)


@answers(np.dsplit)
def dsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    return split(ary, indices_or_sections, 2)


def unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
    return tuple(moveaxis(x, axis, 0))


if hasattr(np, "unstack"):  # since NumPy 2.1
    FUNCTIONS[np.unstack] = unstack


def _split(function: Any, ary: Any, indices_or_sections: Any, axis: int) -> list[Any]:
    axis = normalize_axis_index(axis, ary.ndim)
    parts = function(np.arange(ary.shape[axis]), indices_or_sections)
    before = (slice(None),) * axis
    return [
        ary[(*before, slice(int(part[0]), int(part[-1]) + 1) if part.size else slice(0, 0))]
        for part in parts
    ]


@answers(np.take)
def take(
    a: Any, indices: Any, axis: int | None = None, out: Any = None, mode: Any = "raise"
) -> Any:
    nowhere(out)
    if axis is None:
        a, axis = ravel(a), 0
    if mode != "raise":
        indices = np.take(np.arange(a.shape[axis]), indices, mode=mode)
    return a[
        (slice(None),) * normalize_axis_index(axis, a.ndim)
        + (np.asarray(indices) if np.ndim(indices) else int(indices),)
    ]


@answers(np.take_along_axis)
def take_along_axis(arr: Any, indices: np.ndarray, axis: int | None = -1) -> Any:
    if axis is None:
        arr, axis = ravel(arr), 0
    places = list(np.indices(arr.shape, sparse=True))
    places[normalize_axis_index(axis, arr.ndim)] = np.asarray(indices)
    return arr[tuple(places)]


@answers(np.compress)
def compress(condition: Any, a: Any, axis: int | None = None, out: Any = None) -> Any:
    nowhere(out)
    return take(a, np.flatnonzero(condition), axis)


@answers(np.extract)
def extract(condition: Any, arr: Any) -> Any:
    return take(arr, np.flatnonzero(condition))


@answers(np.resize)
def resize(a: Any, new_shape: Any) -> Any:
    return take(a, np.resize(_places(a), new_shape))


@answers(np.lib.stride_tricks.sliding_window_view)
def sliding_window_view(x: Any, window_shape: Any, axis: Any = None) -> Any:
    windows = np.lib.stride_tricks.sliding_window_view(_places(x), window_shape, axis)
    return take(x, windows)


@answers(np.sort)
def sort(a: Any, axis: int | None = -1, kind: Any = None, *, stable: bool | None = None) -> Any:
    if axis is None:
        a, axis = ravel(a), -1
    how = {"kind": kind, "stable": stable}
    options = {name: value for name, value in how.items() if value is not None}
    return take_along_axis(a, argsort(a, axis=axis, **options), axis)


@answers(np.clip)
def clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    least, most = a_min if min is None else min, a_max if max is None else max
    a = a if least is None else table.maximum(a, least)
    return a if most is None else table.minimum(a, most)


@answers(np.diff)
def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    if prepend is not None or append is not None:
        edge = [1 if at == axis % a.ndim else length for at, length in enumerate(a.shape)]
        whole = [part for part in (prepend, a, append) if part is not None]
        a = concatenate(*(x if np.ndim(x) else np.broadcast_to(x, edge) for x in whole), axis=axis)
    if n == 0:
        return a  # of a single number, too
    before = (slice(None),) * normalize_axis_index(axis, a.ndim)
    for _ in range(n):
        a = a[(*before, slice(1, None))] - a[(*before, slice(None, -1))]
    return a


@answers(np.where)
def where(condition: Any, *branches: Any) -> Any:
    if not branches:
        return nonzero(condition)
    if isinstance(condition, Operand):
        condition = condition != 0.0
    return table.where(np.asarray(condition), *branches)


@answers(np.select)
def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0.0) -> Any:
    if len(condlist) != len(choicelist) or not condlist:
        raise ValueError("np.select needs conditions, and for each of them a choice")
    chosen = default
    for condition, choice in zip(condlist[::-1], choicelist[::-1]):
        chosen = where(condition, choice, chosen)
    return chosen


@answers(np.piecewise)
def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    if not np.ndim(condlist) or (not np.ndim(condlist[0]) and np.ndim(x)):
        condlist = [condlist]
    conditions = [*np.asarray(condlist, bool)]
    if len(conditions) == len(funclist) - 1:
        conditions.append(~np.any(conditions, axis=0))
    if len(conditions) != len(funclist):
        raise ValueError(
            f"np.piecewise with {len(conditions)} conditions needs as many functions, or one more"
        )
    if x.shape:  # a condition may be one for each row
        rows, conditions = conditions, [np.zeros(x.shape, bool) for _ in conditions]
        for mask, condition in zip(conditions, rows):
            mask[condition] = True
    whole: Any = 0.0
    for position, (condition, function) in enumerate(zip(conditions, funclist)):
        here = condition & ~np.any([False & condition, *conditions[position + 1 :]], axis=0)
        if not callable(function):
            whole = where(here, function, whole)
        elif not np.ndim(here):
            whole = function(x, *args, **kw) if here else whole
        elif np.any(here):
            part: Any = function(x[here], *args, **kw)
            there = np.zeros(x.shape, int)
            there[here] = np.arange(np.count_nonzero(here)) if np.ndim(part) else 0
            whole = where(here, np.ravel(part)[there], whole)
    return whole if isinstance(whole, Operand) else where(np.zeros(x.shape, bool), x, whole)


# ── the rest of what rearranges ──


@answers(np.pad)
def pad(array: Any, pad_width: Any, mode: str = "constant", **options: Any) -> Any:
    values = options.pop("constant_values", 0)
    if mode not in ("constant", "edge", "reflect", "symmetric", "wrap") or options not in (
        {},
        {"reflect_type": "even"},
    ):
        raise TypeError(
            f"np.pad of Variables knows no mode {mode!r}{' with ' * bool(options)}"
            f"{', '.join(options)}: it knows constant (with constant_values), edge, reflect, "
            "symmetric and wrap"
        )
    padded = table.pad(array, pad_width=pad_width, mode=mode)
    if mode != "constant" or not np.any(values):
        return padded
    inside = np.pad(np.broadcast_to(True, array.shape), pad_width)
    beside = np.pad(np.zeros(array.shape), pad_width, constant_values=values)
    return table.where(inside, padded, beside)


@answers(np.roll)
def roll(a: Any, shift: Any, axis: Any = None) -> Any:
    return table.roll(
        a,
        shift=tuple(map(int, shift)) if np.ndim(shift) else int(shift),
        axis=tuple(map(int, axis)) if np.ndim(axis) else axis,
    )


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


@answers(np.round, np.around)
def round_(a: Any, decimals: int = 0, out: Any = None) -> Any:
    nowhere(out)
    return table.rint(a * 10.0**decimals) / 10.0**decimals if decimals else table.rint(a)


@answers(*([np.fix] if hasattr(np, "fix") else []))  # deprecated in NumPy 2.4
def fix(x: Any) -> Any:
    return table.trunc(x)


@answers(np.copy)
def copy(a: Any, order: str = "K", subok: bool = False) -> Any:
    return table.positive(a)


@answers(np.real)
def real(val: Any) -> Any:
    return val


@answers(np.nan_to_num)
def nan_to_num(
    x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> Any:
    if np.all(UFUNCS[np.isfinite](x)):
        return x
    info = np.finfo(x.dtype)
    above, below = info.max if posinf is None else posinf, info.min if neginf is None else neginf
    infinite = where(x > 0.0, above, below)
    return where(UFUNCS[np.isfinite](x), x, where(UFUNCS[np.isnan](x), nan, infinite))


UFUNCS[np.conjugate] = table.positive
UFUNCS[np.radians], UFUNCS[np.degrees] = table.deg2rad, table.rad2deg
UFUNCS[np.divmod] = Composition(lambda x, y: (table.floor_divide(x, y), table.remainder(x, y)))
UFUNCS[np.modf] = Composition(lambda x: (table.fmod(x, 1.0), table.trunc(x)))
FUNCTIONS[np.sinc] = lambda x: table.sinc(x)


# ── what gives plain values ──

for _relation, _ufunc in (
    ("<", np.less),
    ("<=", np.less_equal),
    (">", np.greater),
    (">=", np.greater_equal),
    ("==", np.equal),
    ("!=", np.not_equal),
):
    UFUNCS[_ufunc] = RELATIONS[_relation]
for _ufunc in (np.isnan, np.isinf, np.isfinite, np.signbit, np.logical_not):
    UFUNCS[_ufunc] = Plain(_ufunc.__name__, f"np.{_ufunc.__name__}(x)", _ufunc)
for _function in (
    np.argmax,
    np.argmin,
    np.argsort,
    np.argpartition,
    np.nanargmax,
    np.nanargmin,
    np.isposinf,
    np.isneginf,
    np.nonzero,
    np.flatnonzero,
    np.any,
    np.all,
    np.count_nonzero,
    np.argwhere,
    np.iscomplexobj,
    np.isrealobj,
):
    FUNCTIONS[_function] = Plain(_function.__name__, f"np.{_function.__name__}(x)", _function)
for _ufunc in (np.logical_and, np.logical_or, np.logical_xor):
    UFUNCS[_ufunc] = Plain(_ufunc.__name__, f"np.{_ufunc.__name__}(x, y)", _ufunc)
for _function in (
    np.array_equal,
    np.array_equiv,
    np.allclose,
    np.isclose,
    np.searchsorted,
    np.digitize,
):
    FUNCTIONS[_function] = Plain(_function.__name__, f"np.{_function.__name__}(x, y)", _function)
nonzero: Plain = FUNCTIONS[np.nonzero]
argsort: Plain = FUNCTIONS[np.argsort]
FUNCTIONS[np.shape] = lambda a: a.shape
FUNCTIONS[np.ndim] = lambda a: a.ndim
FUNCTIONS[np.size] = lambda a: a.size
for _function in (np.zeros_like, np.ones_like, np.empty_like):
    FUNCTIONS[_function] = lambda a, dtype=None, function=_function, **options: function(
        _shaped(a), dtype=dtype or a.dtype, **{**options, "subok": False}
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


# ── indexing ──


@answers(operator.getitem)
def _index(x: Any, index: Any) -> Any:
    parts = index if isinstance(index, tuple) else (index,)
    for part in parts:
        if isinstance(part, Operand):
            raise TypeError(
                "a Variable can't be an index: its gradient would be lost; use plain integers, or "
                "np.where with a condition"
            )
    if not x.shape:
        raise TypeError(f"{x!r} is a single number, and can't be indexed")
    whole = tuple(
        np.array(part, dtype=None if np.size(part) else int)
        if isinstance(part, list | tuple)
        else np.ascontiguousarray(part)  # whose order that of the result follows
        if isinstance(part, np.ndarray) and part.ndim > 1
        else part
        for part in parts
    )
    return getitem(x, index=whole if isinstance(index, tuple) else whole[0])
