"""The oracle: gradients held against central differences."""

import math
from collections.abc import Callable
from typing import Any

from gradviz.autodiff.trace import trace


def check_grads(function: Callable[..., Any], *arguments: float, tolerance: float = 1e-5) -> None:
    """Compare the reverse sweep's gradient of `function` with central differences, at these arguments.

    Raises AssertionError, naming the input and, where one is at fault, the operation whose local derivative is wrong.

    >>> import gradviz as gv, numpy as np
    >>> gv.check_grads(lambda x, y: np.sin(x * y), 0.5, 2.0)
    """
    graph = trace(lambda *values: function(*values), {f"x{position}": argument for position, argument in enumerate(arguments)})
    run = graph.example
    for edge in graph.edges:
        node = edge.target
        operands = [run.primals[operand] if not isinstance(operand, float) else operand for operand in node.operands]

        def bumped(value: float) -> float:
            return node.operation.number(*(value if position == edge.position else operand for position, operand in enumerate(operands)))

        _compare(run.locals[edge], _difference(bumped, operands[edge.position]), tolerance, f"the local derivative of {node.operation.name} by operand {edge.position} ({edge!r})")
    for position, (name, derivative) in enumerate(run.grads.items()):

        def moved(value: float) -> float:
            return graph.run({name: value}).value

        _compare(derivative, _difference(moved, arguments[position]), tolerance, f"the derivative by argument {position}")


def _difference(function: Callable[[float], float], at: float) -> float:
    step = 6e-6 * max(1.0, abs(at))  # the cube root of the rounding error: best for central differences
    return (function(at + step) - function(at - step)) / ((at + step) - (at - step))


def _compare(derivative: float, difference: float, tolerance: float, what: str) -> None:
    if not math.isclose(derivative, difference, rel_tol=tolerance, abs_tol=tolerance):
        raise AssertionError(f"{what} is {derivative}, but central differences give {difference}")
