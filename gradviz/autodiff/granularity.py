"""Granularity: one function in coarser and coarser gates, and what each costs; and what a gradient
costs in functions.
"""

import ast
import inspect
import statistics
import textwrap
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from typing import Any, TypeVar, cast

import numpy as np

from gradviz.autodiff.counting.ledger import Ledger
from gradviz.autodiff.modes.operators import value_and_grad
from gradviz.autodiff.primitives.handwritten import HandWritten
from gradviz.autodiff.primitives.operation import operation_of
from gradviz.autodiff.tracing.runner import Replay
from gradviz.autodiff.tracing.trace import trace
from gradviz.graph import Graph
from gradviz.graph.columns import left, right, room
from gradviz.words import say

T = TypeVar("T")
Timed = tuple[str, bool]  # a function by its name, and whether it is compiled

ROUNDS = 41
SHORTEST = 2e-3  # seconds that are timed at once
COLUMNS = ("granularity", "nodes", "local_derivatives", "microseconds", "lines_by_hand")


@dataclass(frozen=True)
class Grain:
    """A function at one granularity: its graph, its value and gradient, what the reverse sweep
    evaluated, the median time of value and gradient together in microseconds, and how many lines of
    derivative a person wrote for it. It may be compiled without anybody's deriving anything."""

    function: str
    is_compiled: bool
    graph: Graph
    value: float
    gradient: Mapping[str, Any]
    local_derivatives: int
    microseconds: float
    lines_by_hand: int

    @property
    def name(self) -> str:
        return (
            say("granularity.compiled", name=self.function) if self.is_compiled else self.function
        )

    @property
    def nodes(self) -> int:
        """How many operations there are."""
        return len(self.graph.operations)


class Granularities(tuple[Grain, ...]):
    """The same function at several granularities, as a table."""

    @property
    def rows(self) -> list[tuple[str, ...]]:
        return [
            (
                each.name,
                str(each.nodes),
                str(each.local_derivatives),
                f"{each.microseconds:.2f}",
                str(each.lines_by_hand),
            )
            for each in self
        ]

    def __str__(self) -> str:
        rows = [tuple(say(f"granularity.{column}") for column in COLUMNS), *self.rows]
        widths = [max(room(row[column]) for row in rows) for column in range(len(COLUMNS))]
        lines = [
            "  ".join(
                right(cell, width) if column else left(cell, width)
                for column, (cell, width) in enumerate(zip(row, widths))
            )
            for row in rows
        ]
        return "\n".join([lines[0], "─" * room(lines[0]), *lines[1:]])

    __repr__ = __str__


def compare_granularity(
    functions: Mapping[str, Callable[..., Any]], **inputs: Any
) -> Granularities:
    """Take the gradient of each of these functions, which are to be the same one in coarser and
    coarser gates, and compare.

    Eager work is timed, a function and its gradient together; and the first of them once more as
    the straight-line program that is made of its gates without anybody's deriving anything. All are
    timed in turn, in one interleaved run. Inputs may be arrays, if the output is a single number.

    Raises ValueError, naming it, if one has another value or gradient than the first.

    >>> import gradviz as gv
    >>> import numpy as np
    >>> gates, one_gate = lambda t: 1 / (1 + np.exp(-t)), lambda t: gv.sigmoid(t)
    >>> table = gv.compare_granularity({"gates": gates, "one gate": one_gate}, t=1.0)
    >>> [(grain.name, grain.nodes, grain.local_derivatives) for grain in table]
    [('gates', 4, 4), ('one gate', 1, 1), ('gates, compiled', 4, 4)]
    """
    graphs = {name: trace(function, inputs) for name, function in functions.items()}
    first, values = next(iter(functions)), tuple(inputs.values())
    program = cast(Replay, graphs[first].runner).compiled(graphs[first])
    calls: dict[Timed, Callable[[], Any]] = {
        **{(name, False): _eager(function, values) for name, function in functions.items()},
        (first, True): lambda: program(*values),
    }
    for name, graph in graphs.items():
        for input_, expected in graphs[first].example.grads.items():
            if not np.allclose(graph.example.grads[input_], expected, rtol=1e-9, atol=1e-9):
                raise ValueError(
                    f"{name!r} is another function: its derivative by {input_} is "
                    f"{graph.example.grads[input_]}, and not {expected} as of {first!r}"
                )
    times = interleaved(calls)
    grains = []
    for name, is_compiled in calls:
        graph = graphs[name]
        with Ledger() as ledger:
            run = graph.run(inputs)
        derivatives = {
            primitive
            for primitive in (operation_of(node).primitive for node in graph.operations)
            if isinstance(primitive, HandWritten)
        }
        lines = sum(map(lines_of_derivative, derivatives))
        grains.append(
            Grain(
                name,
                is_compiled,
                graph,
                run.value,
                run.grads,
                ledger.local_derivatives,
                times[name, is_compiled] * 1e6,
                lines,
            )
        )
    return Granularities(grains)


def _eager(function: Callable[..., Any], values: tuple[Any, ...]) -> Callable[[], Any]:
    both = value_and_grad(function, tuple(range(len(values))))
    return lambda: both(*values)


def interleaved(calls: Mapping[T, Callable[[], Any]], rounds: int = ROUNDS) -> dict[T, float]:
    """The median time of each call, in seconds. All are timed in turn, round by round, so that a
    slow moment is everybody's.
    """
    repeats = {}
    for name, call in calls.items():
        call()
        start = time.perf_counter()
        call()
        repeats[name] = max(1, int(SHORTEST / max(1e-7, time.perf_counter() - start)))
    times: dict[T, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            for _ in range(repeats[name]):
                call()
            times[name].append((time.perf_counter() - start) / repeats[name])
    return {name: statistics.median(found) for name, found in times.items()}


def lines_of_derivative(primitive: HandWritten) -> int:
    """How many lines of derivative a person wrote for a primitive: statements, or the expressions
    of lambdas.
    """
    written = [derivative.function for derivative in primitive.derivatives] or [primitive._vjp]
    return sum(_lines(function) for function in written if function is not None)


def _lines(function: Callable[..., Any]) -> int:
    if function.__name__ == "<lambda>":
        return 1
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError):
        return 1
    return sum(isinstance(part, ast.stmt) for part in ast.walk(tree)) - 1


# ── the cheap gradient ──


@dataclass(frozen=True)
class GradientCost:
    """How much more than the function its gradient costs: in operations of the generated program,
    and in time.
    """

    inputs: int
    function: int  # operations
    both: int
    seconds_function: float
    seconds_both: float

    @property
    def in_operations(self) -> float:
        """Operations of function and gradient together, in functions."""
        return self.both / self.function

    @property
    def in_time(self) -> float:
        """The time of function and gradient together, in functions."""
        return self.seconds_both / self.seconds_function


def gradient_cost(graph: Graph, rounds: int = 15) -> GradientCost:
    """Count and time the function and its gradient, as the straight-line program of the graph does
    them.

    Function and gradient together cost at most 4 to 5 functions in operations, however many inputs
    there are (Baur and Strassen 1983; Griewank and Walther, Evaluating Derivatives, 2008, section
    4.6).

    >>> import gradviz as gv
    >>> inputs = {f"x{i}": 1.0 for i in range(100)}
    >>> cost = gradient_cost(gv.trace(lambda *x: sum(a * b for a, b in zip(x, x[1:])), inputs))
    >>> cost.inputs, cost.function, cost.in_operations < 4
    (100, 197, True)
    """
    lines = graph.listing()
    both = "\n".join(text for text, _ in lines)
    forward = takewhile(lambda line: line[1] is None or line[1][0] != "adjoint", lines)
    result = lines[-1][0].partition(",")[0]
    alone = "\n".join([*(text for text, _ in forward), result])
    values = graph.example_numbers[: len(graph.inputs)]
    programs = {"function": _defined(alone), "both": _defined(both)}
    calls = {name: partial(program, *values) for name, program in programs.items()}
    times = interleaved(calls, rounds)
    counts = _operations(alone), _operations(both)
    return GradientCost(len(graph.inputs), *counts, times["function"], times["both"])


def _defined(program: str) -> Callable[..., Any]:
    """The function that a program defines last."""
    namespace: dict[str, Any] = {}
    exec(compile(program, "<program>", "exec"), namespace)
    return [*namespace.values()][-1]


def _operations(program: str) -> int:
    """Arithmetic operations and calls of functions in the function that a program defines last."""
    function = ast.parse(program).body[-1]
    return sum(isinstance(part, ast.BinOp | ast.UnaryOp | ast.Call) for part in ast.walk(function))
