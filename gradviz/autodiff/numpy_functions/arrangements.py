"""NumPy's functions that put arrays together, take them apart, and move their elements."""

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from gradviz.autodiff.numpy_functions.shapes import as_kind, moveaxis, nowhere, ravel
from gradviz.autodiff.primitives import table
from gradviz.autodiff.primitives.table import concatenate, getitem, stack
from gradviz.autodiff.tape.protocols import FUNCTIONS, Operand, answers

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
    if axis is None or not np.ndim(a):
        a, axis = ravel(a), 0
    if not a.size:
        return table.reshape(
            a, shape=np.take(np.empty(a.shape), indices, axis=axis, mode=mode).shape
        )
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
    if not np.size(a):
        return np.resize(np.empty(0), new_shape)  # zeros
    return take(a, np.resize(_places(a), new_shape))


@answers(np.lib.stride_tricks.sliding_window_view)
def sliding_window_view(x: Any, window_shape: Any, axis: Any = None) -> Any:
    windows = np.lib.stride_tricks.sliding_window_view(_places(x), window_shape, axis)
    return take(x, windows)


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
