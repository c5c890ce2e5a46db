"""NumPy's functions that sort, clip, round and choose, and those that give plain values."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from gradviz.autodiff.numpy_functions.arrangements import take_along_axis
from gradviz.autodiff.numpy_functions.shapes import nowhere, ravel
from gradviz.autodiff.primitives import table
from gradviz.autodiff.primitives.table import concatenate
from gradviz.autodiff.tape.plain import RELATIONS, Plain
from gradviz.autodiff.tape.protocols import FUNCTIONS, UFUNCS, Composition, Operand, answers

# ── numbers, in order and chosen ──


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


@answers(np.round, np.around)
def round_(a: Any, decimals: int = 0, out: Any = None) -> Any:
    nowhere(out)
    return table.rint(a * 10.0**decimals) / 10.0**decimals if decimals else table.rint(a)


@answers(*([np.fix] if hasattr(np, "fix") else []))  # deprecated in NumPy 2.4
def fix(x: Any) -> Any:
    return table.trunc(x)


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
    np.isin,
    np.searchsorted,
    np.digitize,
):
    FUNCTIONS[_function] = Plain(_function.__name__, f"np.{_function.__name__}(x, y)", _function)
nonzero: Plain = FUNCTIONS[np.nonzero]
argsort: Plain = FUNCTIONS[np.argsort]
