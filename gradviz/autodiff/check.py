"""The oracle: derivatives held against central differences."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradviz.autodiff.containers import flatten, paths
from gradviz.autodiff.operators import jvp, vjp
from gradviz.autodiff.recording import reachable
from gradviz.autodiff.tape import FOREIGN, LEAF, Page, recording_on
from gradviz.autodiff.variable import Variable
from gradviz.numerals import numeral, numeric

STEP = 6e-6  # the cube root of the rounding error: best for central differences


def check_grads(
    function: Callable[..., Any], *arguments: Any, order: int = 2, tolerance: float = 1e-5
) -> None:
    """Hold the derivatives of `function` at these arguments against central differences: forward
    and reverse mode, along random directions, and their derivatives up to `order`.

    Arguments are numbers, arrays, or containers of them. The function should be smooth there: at a
    kink no difference is right.

    Raises AssertionError that names, where one is at fault, the operation and the operand whose
    derivative is wrong.

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

    try:
        _check(flat, point, order, tolerance, np.random.default_rng(0), "")
    except AssertionError:
        _find_fault(flat, point, tolerance)
        raise


def _as_array(value: Any) -> Any:
    return value if isinstance(value, float) else value.astype(float)


def _check(
    function: Callable[..., Any],
    point: Sequence[Any],
    order: int,
    tolerance: float,
    random: np.random.Generator,
    of: str,
) -> None:
    tangents = [_random(random, value) for value in point]
    step = STEP * max(1.0, *(float(np.max(np.abs(value), initial=0.0)) for value in point))

    def moved(by: float) -> Any:
        return vjp(function, *(value + by * tangent for value, tangent in zip(point, tangents)))[0]

    difference = (moved(step) - moved(-step)) / (2 * step)
    value, pull = vjp(function, *point)
    _compare(jvp(function, point, tangents)[1], difference, tolerance, f"forward mode gives{of}")
    adjoint = _random(random, value)
    handed_back = sum(
        float(np.sum(flow * tangent)) for flow, tangent in zip(pull(adjoint), tangents)
    )
    _compare(handed_back, float(np.sum(adjoint * difference)), tolerance, f"reverse mode gives{of}")
    if order > 1:
        _check(
            lambda *values: _together(vjp(function, *values)[1](adjoint)),
            point,
            order - 1,
            tolerance,
            random,
            " for the derivative of the reverse mode",
        )
        _check(
            lambda *values: jvp(function, values, tangents)[1],
            point,
            order - 1,
            tolerance,
            random,
            " for the derivative of the forward mode",
        )


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


def _compare(derivative: Any, difference: Any, tolerance: float, what: str) -> None:
    scale = max(1.0, float(np.max(np.abs(difference), initial=0.0)))
    if not np.all(np.abs(derivative - difference) <= tolerance * scale):
        raise AssertionError(
            f"{what} {_shown(derivative)}, but central differences give {_shown(difference)}"
        )


def _shown(number: Any) -> str:
    return str(number) if isinstance(number, np.ndarray) else numeral(number, 6)


def _find_fault(function: Callable[..., Any], point: Sequence[Any], tolerance: float) -> None:
    """Raise AssertionError for the first operation with a wrong derivative, if there is one."""
    with recording_on(Page()):
        output = function(*map(Variable, point))
    if not isinstance(output, Variable):
        return
    marks, random = reachable([(output.page, output.index)]), np.random.default_rng(0)
    for page in sorted(marks, key=lambda page: page.serial):
        for index, marked in enumerate(marks[page]):
            if not marked:
                continue
            entry = page.entry(index)
            if entry.operation in (LEAF, FOREIGN):
                continue
            for position in entry.operation.positions:
                _check_operand(
                    entry.operation, position, page.primals(entry), entry.value, tolerance, random
                )


def _check_operand(
    operation: Any,
    position: int,
    operands: Sequence[Any],
    value: Any,
    tolerance: float,
    random: np.random.Generator,
) -> None:
    tangent = 1.0 if isinstance(operands[position], float) else _random(random, operands[position])
    adjoint = 1.0 if isinstance(value, float) else _random(random, value)
    step = STEP * max(1.0, float(np.max(np.abs(operands[position]))))

    def moved(by: float) -> Any:
        return operation.number(
            *(
                operand + by * tangent if p == position else operand
                for p, operand in enumerate(operands)
            )
        )

    difference = (moved(step) - moved(-step)) / (2 * step)
    flow = operation.flow(position, adjoint, operands, value)
    names = [f"x{number}" if len(operands) > 2 else "xy"[number] for number in range(len(operands))]
    direction = (
        ""
        if isinstance(operands[position], float) and isinstance(value, float)
        else "along a random direction "
    )
    what = (
        f"the derivative of {operation.name} by its operand {position} "
        f"({operation.expression(names)}) is wrong: {direction}it gives"
    )
    _compare(float(np.sum(flow * tangent)), float(np.sum(adjoint * difference)), tolerance, what)
