"""NumPy's functions that are made of the table's primitives, and those that give plain values; and
the methods of Variables.
"""

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from gradviz.autodiff import primitives as table
from gradviz.autodiff.primitives import (
    absolute,
    concatenate,
    einsum,
    getitem,
    matmul,
    multiply,
    reshape,
    stack,
    transpose,
)
from gradviz.autodiff.protocols import FUNCTIONS, UFUNCS, Operand
from gradviz.autodiff.variable import RELATIONS, Plain

UFUNCS[np.matmul] = matmul


def answers(*functions: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorates what answers these NumPy functions."""

    def register(answer: Callable[..., Any]) -> Callable[..., Any]:
        for function in functions:
            FUNCTIONS[function] = answer
        return answer

    return register


# ── shapes ──


@answers(np.ravel)
def ravel(x: Any) -> Any:
    return reshape(x, shape=(x.size,))


@answers(np.expand_dims)
def expand_dims(a: Any, axis: Any) -> Any:
    return reshape(a, shape=np.expand_dims(_shaped(a), axis).shape)


@answers(np.squeeze)
def squeeze(a: Any, axis: Any = None) -> Any:
    return reshape(a, shape=np.squeeze(_shaped(a), axis).shape)


@answers(np.atleast_1d)
def atleast_1d(x: Any) -> Any:
    return x if x.shape else reshape(x, shape=(1,))


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
def concatenated(arrays: Sequence[Any], axis: Any = 0) -> Any:
    return concatenate(*arrays, axis=axis)


@answers(np.stack)
def stacked(arrays: Sequence[Any], axis: int = 0) -> Any:
    return stack(*arrays, axis=axis)


@answers(np.hstack)
def hstack(tup: Sequence[Any]) -> Any:
    parts = [atleast_1d(part) if isinstance(part, Operand) else np.atleast_1d(part) for part in tup]
    return concatenate(*parts, axis=0 if parts[0].ndim == 1 else 1)


@answers(np.vstack)
def vstack(tup: Sequence[Any]) -> Any:
    rows = [atleast_1d(part) if isinstance(part, Operand) else np.atleast_1d(part) for part in tup]
    return concatenate(
        *(
            expand_dims(row, 0)
            if row.ndim == 1 and isinstance(row, Operand)
            else np.atleast_2d(row)
            if row.ndim == 1
            else row
            for row in rows
        ),
        axis=0,
    )


@answers(np.split)
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    return _split(np.split, ary, indices_or_sections, axis)


@answers(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    return _split(np.array_split, ary, indices_or_sections, axis)


def _split(function: Any, ary: Any, indices_or_sections: Any, axis: int) -> list[Any]:
    axis = normalize_axis_index(axis, ary.ndim)
    parts = function(np.arange(ary.shape[axis]), indices_or_sections)
    before = (slice(None),) * axis
    return [
        ary[(*before, slice(int(part[0]), int(part[-1]) + 1) if part.size else slice(0, 0))]
        for part in parts
    ]


@answers(np.take)
def take(a: Any, indices: Any, axis: int | None = None) -> Any:
    if axis is None:
        a, axis = ravel(a), 0
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


@answers(np.sort)
def sort(a: Any, axis: int | None = -1) -> Any:
    if axis is None:
        a, axis = ravel(a), -1
    return take_along_axis(a, argsort(a, axis=axis), axis)


@answers(np.clip)
def clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    least, most = a_min if min is None else min, a_max if max is None else max
    a = a if least is None else table.maximum(a, least)
    return a if most is None else table.minimum(a, most)


@answers(np.diff)
def diff(a: Any, n: int = 1, axis: int = -1) -> Any:
    if not n:
        return a
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


# ── products ──


@answers(np.dot)
def dot(a: Any, b: Any) -> Any:
    if not np.ndim(a) or not np.ndim(b):
        return multiply(a, b)
    return (
        matmul(a, b)
        if np.ndim(a) <= 2 and np.ndim(b) <= 2
        else tensordot(a, b, (-1, -2 if np.ndim(b) > 1 else -1))
    )


@answers(np.vdot)
def vdot(a: Any, b: Any) -> Any:
    return matmul(np.ravel(a), np.ravel(b))


@answers(np.inner)
def inner(a: Any, b: Any) -> Any:
    return tensordot(a, b, (-1, -1)) if np.ndim(a) and np.ndim(b) else multiply(a, b)


@answers(np.outer)
def outer(a: Any, b: Any) -> Any:
    return einsum(np.ravel(a), np.ravel(b), subscripts="i,j->ij")


@answers(np.kron)
def kron(a: Any, b: Any) -> Any:
    rank = max(np.ndim(a), np.ndim(b))
    shapes = [(1,) * (rank - np.ndim(x)) + np.shape(x) for x in (a, b)]
    letters = LETTERS[:rank], LETTERS[rank : 2 * rank]
    product = einsum(
        *(np.reshape(x, shape) for x, shape in zip((a, b), shapes)),
        subscripts=f"{letters[0]},{letters[1]}->{''.join(map(''.join, zip(*letters)))}",
    )
    return reshape(product, shape=tuple(m * n for m, n in zip(*shapes)))


@answers(np.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    if not np.ndim(axes):
        axes = operator.index(axes)
        axes = range(np.ndim(a) - axes, np.ndim(a)), range(axes)
    over_a, over_b = (
        [normalize_axis_index(int(axis), np.ndim(x)) for axis in np.atleast_1d(part)]
        for x, part in zip((a, b), axes)
    )
    if [np.shape(a)[axis] for axis in over_a] != [np.shape(b)[axis] for axis in over_b]:
        raise ValueError(
            f"arrays of shape {np.shape(a)} and {np.shape(b)} differ in length along the axes that "
            "are summed over"
        )
    first, rest = list(LETTERS[: np.ndim(a)]), iter(LETTERS[np.ndim(a) :])
    second = [
        first[over_a[over_b.index(axis)]] if axis in over_b else next(rest)
        for axis in range(np.ndim(b))
    ]
    kept = [letter for letter in first + second if (letter in first) != (letter in second)]
    return einsum(a, b, subscripts=f"{''.join(first)},{''.join(second)}->{''.join(kept)}")


LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@answers(np.einsum)
def einsums(subscripts: str, *operands: Any, optimize: Any = False) -> Any:
    if not isinstance(subscripts, str):
        raise TypeError(
            "np.einsum of Variables takes its subscripts as text: np.einsum('ij,jk->ik', x, y)"
        )
    return einsum(*operands, subscripts=_explicit(subscripts.replace(" ", ""), operands))


def _explicit(subscripts: str, operands: Sequence[Any]) -> str:
    """With its result written out, and letters in place of dots."""
    left, arrow, result = subscripts.partition("->")
    terms = left.split(",")
    if "." in left:
        spare = [letter for letter in LETTERS if letter not in subscripts]
        ranks = [np.ndim(x) - len(term.replace("...", "")) for term, x in zip(terms, operands)]
        dots = ["".join(spare[max(ranks) - rank : max(ranks)]) for rank in ranks]
        terms = [term.replace("...", dot) for term, dot in zip(terms, dots)]
        every = "".join(spare[: max(ranks)])
        result = result.replace("...", every) if arrow else every + _once(terms, every)
    elif not arrow:
        result = _once(terms, "")
    return f"{','.join(terms)}->{result}"


def _once(terms: Sequence[str], without: str) -> str:
    letters = "".join(terms)
    return "".join(
        letter
        for letter in sorted(set(letters))
        if letters.count(letter) == 1 and letter not in without
    )


# ── linear algebra ──


@answers(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    is_vector = x.ndim == 1 if axis is None else not np.ndim(axis)
    is_matrix = isinstance(axis, tuple) or (axis is None and x.ndim == 2)
    if ord is None or (ord == 2 and is_vector) or (ord == "fro" and is_matrix):
        return table.norm(x, axis=axis, keepdims=keepdims)
    if is_vector and ord in (1, np.inf):
        return (table.sum_ if ord == 1 else table.max_)(absolute(x), axis=axis, keepdims=keepdims)
    raise TypeError(
        f"np.linalg.norm of Variables knows no ord={ord!r} here: it knows None, 'fro', and for "
        "vectors 1, 2 and inf"
    )


@answers(np.linalg.slogdet)
def slogdet(a: Any) -> Any:
    result = np.linalg.slogdet(np.eye(2))
    return type(result)(sign=table.signdet(a), logabsdet=table.logabsdet(a))


@answers(np.linalg.eigh)
def eigh(a: Any, UPLO: str = "L") -> Any:
    result = np.linalg.eigh(np.eye(2))
    if UPLO.upper() == "U":
        a = matrix_transpose(a)
    return type(result)(eigenvalues=table.eigenvalues(a), eigenvectors=table.eigenvectors(a))


@answers(np.linalg.solve)
def solve(a: Any, b: Any) -> Any:
    if np.ndim(b) == 1 and np.ndim(a) > 2:  # one vector for many matrices
        return table.solve(a, np.reshape(b, (-1, 1)))[..., 0]
    return table.solve(a, b)


@answers(np.trace)
def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return (
        table.trace(a, offset=offset)
        if a.ndim == 2 and (axis1, axis2) == (0, 1)
        else table.sum_(table.diagonal(a, offset=offset, axis1=axis1, axis2=axis2), axis=-1)
    )


@answers(np.pad)
def pad(array: Any, pad_width: Any, mode: str = "constant") -> Any:
    if mode not in ("constant", "edge", "reflect", "symmetric", "wrap"):
        raise TypeError(
            f"np.pad of Variables knows no mode {mode!r}: it knows constant, edge, reflect, "
            "symmetric and wrap"
        )
    return table.pad(array, pad_width=pad_width, mode=mode)


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


@answers(np.round)
def round_(a: Any, decimals: int = 0) -> Any:
    return table.rint(a * 10.0**decimals) / 10.0**decimals if decimals else table.rint(a)


@answers(*([np.fix] if hasattr(np, "fix") else []))  # deprecated in NumPy 2.4
def fix(x: Any) -> Any:
    return table.trunc(x)


@answers(np.copy)
def copy(a: Any) -> Any:
    return table.positive(a)


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
for _ufunc in (np.isnan, np.isinf, np.isfinite, np.signbit):
    UFUNCS[_ufunc] = Plain(_ufunc.__name__, f"np.{_ufunc.__name__}(x)", _ufunc)
for _function in (
    np.argmax,
    np.argmin,
    np.argsort,
    np.nonzero,
    np.flatnonzero,
    np.any,
    np.all,
    np.count_nonzero,
):
    FUNCTIONS[_function] = Plain(_function.__name__, f"np.{_function.__name__}(x)", _function)
for _function in (np.array_equal, np.allclose, np.isclose):
    FUNCTIONS[_function] = Plain(_function.__name__, f"np.{_function.__name__}(x, y)", _function)
nonzero: Plain = FUNCTIONS[np.nonzero]
argsort: Plain = FUNCTIONS[np.argsort]
FUNCTIONS[np.shape] = lambda a: a.shape
FUNCTIONS[np.ndim] = lambda a: a.ndim
FUNCTIONS[np.size] = lambda a: a.size
for _function in (np.zeros_like, np.ones_like, np.empty_like):
    FUNCTIONS[_function] = lambda a, function=_function: function(
        _shaped(a), dtype=a.dtype, subok=False
    )
FUNCTIONS[np.full_like] = lambda a, fill_value: np.full(a.shape, fill_value, a.dtype)


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
        else part
        for part in parts
    )
    return getitem(x, index=whole if isinstance(index, tuple) else whole[0])
