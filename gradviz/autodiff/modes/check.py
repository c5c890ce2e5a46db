"""The oracle: derivatives held against central differences."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import tee
from typing import Any, NamedTuple

import numpy as np

from gradviz.autodiff.modes.operators import jvp, vjp
from gradviz.autodiff.modes.reachable import reachable
from gradviz.autodiff.tape.containers import flatten, paths
from gradviz.autodiff.tape.tape import FOREIGN, LEAF, Entry, Page, recording_on
from gradviz.autodiff.tape.variable import Variable
from gradviz.numerals import numeral, numeric

SMALLEST, RATIO = 4.0**-20, 4.0  # of the steps, by the size of what is moved
FARTHEST = 4.0**2  # the largest step, by 1 or by that size …
WIDEST = 4.0**25  # … though not by more than so many times that size
COLUMNS = 4  # of the tableau: more orders than these, rounding has eaten
TRUSTED = 1e-4  # an estimate with a smaller relative error can speak against a derivative …
NOTHING = 0.1  # … and what is so small beside half the digits of the function is zero to it


def check_grads(
    function: Callable[..., Any], *arguments: Any, order: int = 2, tolerance: float = 1e-5
) -> None:
    """Hold the derivatives of `function` at these arguments against central differences: those of
    each operation in it, and of the whole in forward and in reverse mode, along random directions,
    and their derivatives up to `order`.

    Arguments are numbers, arrays, or containers of them. The function should be smooth there: at a
    kink no difference is right (an operation may have one, if the function has none). Where it
    takes a symmetric matrix (np.linalg.cholesky, eigvalsh and eigh read one triangle only), that is
    moved symmetrically.

    The differences are taken with steps of many sizes, and Richardson's extrapolation makes of them
    estimates that know their error (C. J. F. Ridders, Accurate computation of F′(x) and F′(x)F″(x),
    1982). A derivative is wrong if no trustworthy estimate is within `tolerance`, relative to the
    derivative's own size, and a few times that error.

    Raises AssertionError that names, where one is at fault, the operation and the operand whose
    derivative is wrong. Warns where no estimate is trustworthy, so that nothing was checked.

    >>> import gradviz as gv
    >>> gv.check_grads(lambda x, y: np.sin(x * y), 0.5, 2.0)
    >>> gv.check_grads(lambda v: np.sum(np.exp(v) / np.sum(v)), np.array([0.5, 2.0, 1.0]))
    """
    leaves, rebuilt = flatten(arguments)
    point = [
        _as_array(numeric(leaf, f"argument {path}")) for leaf, path in zip(leaves, paths(arguments))
    ]

    def flat(*values: Any) -> Any:
        return function(*rebuilt(list(values)))

    random = np.random.default_rng(0)
    with np.errstate(all="ignore"):
        operations = [*_operations(flat, point)]
        symmetric = any(operation.primitive.symmetric for operation, *_ in operations)
        tangents = [_tangent(random, value, symmetric) for value in point]
        doubts = [
            *(doubt for each in operations for doubt in _check_operation(*each, tolerance, random)),
            *_check(flat, point, tangents, order, tolerance, random, ""),
        ]
    if doubts:
        warnings.warn(f"not all can be checked here: {doubts[0]}", stacklevel=2)


def _as_array(value: Any) -> Any:
    return value if isinstance(value, float) else value.astype(float)


def _check(
    function: Callable[..., Any],
    point: Sequence[Any],
    tangents: Sequence[Any],
    order: int,
    tolerance: float,
    random: np.random.Generator,
    of: str,
) -> Iterator[str]:
    def moved(by: float) -> Any:
        return vjp(function, *_along(point, tangents, by))[0]

    value, pull = vjp(function, *point)
    adjoint = _random(random, value)
    handed_back = sum(
        float(np.sum(flow * tangent)) for flow, tangent in zip(pull(adjoint), tangents)
    )
    found, again = tee(_differences(moved, point))
    moves = jvp(function, point, tangents)[1]
    yield from _compare(moves, found, tolerance, f"forward mode{of}")
    along = (Difference(by, *(np.sum(adjoint * at) for at in pair)) for by, *pair in again)
    yield from _compare(handed_back, along, tolerance, f"reverse mode{of}")
    if order > 1:
        for derivative, mode in (
            (lambda *values: _together(vjp(function, *values)[1](adjoint)), "reverse"),
            (lambda *values: jvp(function, values, tangents)[1], "forward"),
        ):
            what = f" over {mode} mode"
            yield from _check(derivative, point, tangents, order - 1, tolerance, random, what)


def _along(point: Sequence[Any], tangents: Sequence[Any], by: float) -> list[Any]:
    return [value + by * tangent for value, tangent in zip(point, tangents)]


def _together(flows: Sequence[Any]) -> Any:
    """Several numbers and arrays as one array."""
    return np.concatenate(
        [np.reshape(flow, (-1,)) if np.ndim(flow) else np.stack([flow]) for flow in flows]
    )


def _random(random: np.random.Generator, value: Any) -> Any:
    return (
        random.uniform(0.5, 1.5) * random.choice((-1.0, 1.0))
        if isinstance(value, float)
        else random.normal(size=value.shape)
    )


def _size(value: Any) -> float:
    """How large it is; 1 if it is zero."""
    largest = float(np.max(np.abs(value), initial=0.0))
    return largest if 0.0 < largest < np.inf else 1.0


def _tangent(random: np.random.Generator, value: Any, symmetric: bool = False) -> Any:
    """A direction to move in, as large as the value."""
    tangent = _random(random, value) * _size(value)
    if symmetric and np.ndim(value) >= 2 and np.array_equal(value, np.swapaxes(value, -1, -2)):
        return tangent + np.swapaxes(tangent, -1, -2)
    return tangent


class Difference(NamedTuple):
    """Two values of a function, `by` before and behind a point."""

    by: float
    ahead: Any
    behind: Any


def _differences(moved: Callable[[float], Any], point: Sequence[Any]) -> Iterator[Difference]:
    """From the largest step to the smallest, where the function has values."""
    by = FARTHEST * max(1.0, *(min(WIDEST, 1.0 / _size(value)) for value in point))
    while by > SMALLEST:
        try:
            yield Difference(by, moved(by), moved(-by))
        except (ArithmeticError, ValueError):  # np.linalg.LinAlgError among them
            yield Difference(by, np.nan, np.nan)
        by /= RATIO


def _estimates(differences: Iterable[Difference]) -> Iterator[tuple[Any, Any, Any]]:
    """The derivative, what error it may have, and below what it is nothing: from each step and
    those before it.
    """
    before: list[Any] = []
    for by, ahead, behind in differences:
        row = [(ahead - behind) / (2.0 * by)]
        for column, coarser in enumerate(before[: COLUMNS - 1], 1):
            row.append(row[-1] + (row[-1] - coarser) / (RATIO ** (2 * column) - 1.0))
        sizes = np.maximum(np.abs(ahead), np.abs(behind))
        epsilon = float(np.finfo(getattr(ahead, "dtype", float)).eps)
        nothing = NOTHING * epsilon**0.5 * float(np.max(sizes, initial=0.0))
        for column in range(1, len(row)):
            apart = np.maximum(
                np.abs(row[column] - row[column - 1]), np.abs(row[column] - before[column - 1])
            )
            yield row[column], apart + epsilon * (sizes + np.abs(row[column])) / by, nothing
        before = row


def _compare(
    derivative: Any,
    differences: Iterable[Difference],
    tolerance: float,
    what: str,
    verdict: str = "gives",
    unit: float = 1.0,
) -> Iterator[str]:
    """Raise AssertionError if every estimate that can be trusted speaks against the derivative; say
    so where none can be trusted.
    """
    known, right, near, seen = np.False_, np.False_, np.False_, 0.0
    best, least = np.asarray(np.nan), np.asarray(np.inf)
    for estimate, error, nothing in _estimates(differences):
        trusted = error <= TRUSTED * np.maximum(np.abs(estimate), np.maximum(nothing, seen))
        seen = np.where(trusted, np.maximum(seen, np.abs(estimate)), seen)  # by a coarser step
        scale = np.maximum(np.maximum(np.abs(estimate), np.abs(derivative)), nothing)
        apart = np.abs(derivative - estimate)
        known, near = known | trusted, near | (apart <= tolerance * scale)
        right = right | (trusted & (apart <= tolerance * scale + 3.0 * error))
        if np.all(right):
            return
        better = error < least
        best, least = np.where(better, estimate, best), np.where(better, error, least)
    gives = f"{_shown(derivative / unit)}, but central differences give {_shown(best / unit)}"
    if np.any(known & ~right):
        raise AssertionError(f"{what} {verdict} {gives}")
    if not np.all(known | near):
        yield f"{what} gives {gives}, give or take {_shown(least / unit)}"


def _shown(number: Any) -> str:
    return str(number) if np.ndim(number) else numeral(float(number), 6)


def _operations(
    function: Callable[..., Any], point: Sequence[Any]
) -> Iterator[tuple[Any, list[Any], Any]]:
    """The operations that the function's result is computed with, each with its operands and its
    value.
    """
    with recording_on(Page()):
        output = function(*map(Variable, point))
    if not isinstance(output, Variable):
        return
    marks = reachable([(output.page, output.index)])
    for page in sorted(marks, key=lambda page: page.serial):
        for index, marked in enumerate(marks[page]):
            entry: Entry = page.entry(index)
            if marked and entry.operation not in (LEAF, FOREIGN):
                yield entry.operation, page.primals(entry), entry.value


def _check_operation(
    operation: Any,
    operands: Sequence[Any],
    value: Any,
    tolerance: float,
    random: np.random.Generator,
) -> Iterator[str]:
    primitive = operation.primitive
    adjoint = 1.0 if isinstance(value, float) else _random(random, value)
    names = [f"x{number}" if len(operands) > 2 else "xy"[number] for number in range(len(operands))]
    for position in operation.positions:
        operand = operands[position]
        is_number = isinstance(operand, float) and isinstance(value, float)
        unit = _size(operand) if is_number else 1.0
        tangent = unit if is_number else _tangent(random, operand, primitive.symmetric)

        def moved(by: float, position: int = position, tangent: Any = tangent) -> Any:
            tangents = [tangent if p == position else 0.0 for p in range(len(operands))]
            return np.sum(adjoint * operation.number(*_along(operands, tangents, by)))

        found, again = tee(_differences(moved, [operand]))
        of = f"of {operation.name} by its operand {position} ({operation.expression(names)})"
        verdict = f"is wrong: {'' if is_number else 'along a random direction '}it gives"
        flow = operation.flow(position, adjoint, operands, value)
        handed_back = np.sum(flow * tangent)
        moves = primitive.jvp({position: tangent}, value, operands, operation.params)
        try:
            what = f"the derivative {of}"
            yield from _compare(handed_back, found, tolerance, what, verdict, unit)
            if moves is not NotImplemented:
                moved_by = np.sum(adjoint * moves)
                yield from _compare(moved_by, again, tolerance, f"the jvp {of}", verdict, unit)
        except AssertionError:
            if not _has_kink(moved):
                raise


def _has_kink(moved: Callable[[float], Any]) -> bool:
    """Whether the slopes on both sides differ by as much when one comes nearer."""
    far, near = (
        abs(moved(by) - 2.0 * moved(0.0) + moved(-by)) / by for by in (RATIO**-8, RATIO**-10)
    )
    return bool(near > far / 2.0 and near > 1e-6 * abs(moved(0.0)))
