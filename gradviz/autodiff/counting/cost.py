"""What a gradient costs: each way of differentiating a graph, by the very sweeps that the package
uses, with a Ledger open.

>>> import gradviz as gv
>>> import numpy as np
>>> cost = gv.trace(lambda x, y: np.exp(x * y) + x, x=1.0, y=2.0).cost()
>>> cost.n, cost.p, cost.edges, cost.reverse, cost.forward
(3, 2, 5, 5, 7)
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradviz.autodiff.counting.ledger import Ledger
from gradviz.autodiff.modes import forward, reverse
from gradviz.autodiff.primitives.operation import operation_of
from gradviz.autodiff.tape.tape import Page, recording_on
from gradviz.autodiff.tape.variable import Variable, input_of
from gradviz.graph import Graph, Node
from gradviz.graph.columns import left, right, room
from gradviz.words import say

MOST_STEPS = 2_500_000  # along paths that are walked one by one
LARGE, AT_ONCE = 10_000, 512  # n × p from which on many inputs are tried at once, and how many
COLUMNS = ("way", "operations", "local_derivatives", "written")


@dataclass(frozen=True)
class Way:
    """One way of differentiating, and what it evaluated: operations of the function, local
    derivatives, and how many derivatives it wrote; and the gradient that came out. Its `name` is
    what people call its `kind`."""

    kind: str
    operations: int
    local_derivatives: int
    written: int
    gradient: tuple[float, ...]

    @property
    def name(self) -> str:
        return say(f"cost.way.{self.kind}")


class Cost:
    """What each way of differentiating a graph evaluates. `ways` has them all, as they were run."""

    def __init__(self, graph: Graph, ways: Mapping[str, Way], paths: int) -> None:
        self.graph = graph
        self.ways = ways
        self.paths = paths
        self.n: int = len(graph.operations)
        self.p: int = len(graph.inputs)
        self.edges: int = len(graph.edges)
        self.n_plus_p: int = self.n + self.p
        self.n_times_p: int = self.n * self.p

    @property
    def reverse(self) -> int:
        """Local derivatives that one reverse sweep evaluates."""
        return self.ways["reverse"].local_derivatives

    @property
    def forward(self) -> int:
        """Local derivatives that forward mode evaluates, one sweep for each input, where it skips
        what does not depend on that.
        """
        return self.ways["forward"].local_derivatives

    @property
    def bumping(self) -> int:
        """Operations that bumping evaluates: all once, and then for each input those that depend on
        it.
        """
        return self.ways["bumping"].operations

    @property
    def rows(self) -> list[tuple[str, ...]]:
        return [
            (
                way.name,
                *(f"{count:,}" for count in (way.operations, way.local_derivatives, way.written)),
            )
            for way in self.ways.values()
        ]

    @property
    def verdict(self) -> str:
        """Which of n + p and n × p is less here."""
        told = {"sum": f"n + p = {self.n_plus_p:,}", "product": f"n × p = {self.n_times_p:,}"}
        if self.n_times_p < self.n_plus_p:
            return say("cost.verdict.product", n=self.p, **told)
        if self.n_plus_p < self.n_times_p:
            return say("cost.verdict.sum", **told)
        return say("cost.verdict.same", **told)

    @property
    def head(self) -> str:
        """How large the graph is."""
        return say(
            "cost.head",
            graph=self.graph.name,
            operations=f"{self.n:,}",
            inputs=f"{self.p:,}",
            edges=f"{self.edges:,}",
            paths=f"{self.paths:,}",
        )

    def __repr__(self) -> str:
        return (
            f"<Cost of {self.graph.name}: n = {self.n}, p = {self.p}, "
            f"reverse {self.reverse}, forward {self.forward}>"
        )

    def __str__(self) -> str:
        rows = [_headings(), *self.rows]
        widths = [max(room(row[column]) for row in rows) for column in range(len(COLUMNS))]
        lines = [
            "  ".join(
                right(cell, width) if column else left(cell, width)
                for column, (cell, width) in enumerate(zip(row, widths))
            )
            for row in rows
        ]
        return "\n".join([self.head, self.verdict, "", lines[0], "─" * room(lines[0]), *lines[1:]])

    def _repr_html_(self) -> str:
        from html import escape

        head = "".join(
            f"<th style='text-align: {'right' if column else 'left'}'>{escape(name)}</th>"
            for column, name in enumerate(_headings())
        )
        body = "".join(
            "<tr>"
            + "".join(
                f"<td style='text-align: {'right' if column else 'left'}'>{escape(cell)}</td>"
                for column, cell in enumerate(row)
            )
            + "</tr>"
            for row in self.rows
        )
        return (
            f"<div>{escape(self.head)}<br>{escape(self.verdict)}</div>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def _headings() -> tuple[str, ...]:
    return tuple(say(f"cost.{column}") for column in COLUMNS)


def cost(graph: Graph) -> Cost:
    """Differentiate a graph in each way, and count. Its inputs must be single numbers.

    Raises TypeError for a graph of arrays; a Ledger counts those.
    """
    if graph.has_arrays:
        raise TypeError(
            f"{graph.name} has arrays: its cost in operations and floating-point operations is "
            "counted by a Ledger, as in: with gv.Ledger() as ledger: graph.run()"
        )
    paths, steps = count_paths(graph)
    ways = [way(graph) for way in (_reverse, _forward, _forward_all, _bumping)]
    if steps <= MOST_STEPS:
        ways.append(_paths(graph))
    return Cost(graph, {way.kind: way for way in ways}, paths)


def _reverse(graph: Graph) -> Way:
    with Ledger() as ledger:
        output, inputs = performed(graph)
        _, leaves = reverse.sweep(output)
    return Way(
        "reverse",
        ledger.operations,
        ledger.local_derivatives,
        ledger.adjoints,
        tuple(leaves.get(each.leaf, 0.0) for each in inputs),
    )


def _forward(graph: Graph) -> Way:
    ledger, gradient = _tangents(graph, skipping=True)
    return Way(
        "forward",
        ledger.operations,
        ledger.local_derivatives,
        ledger.tangents,
        gradient,
    )


def _forward_all(graph: Graph) -> Way:
    ledger, gradient = _tangents(graph, skipping=False)
    return Way(
        "forward_all",
        ledger.operations,
        ledger.derivative_flops,
        ledger.tangents + ledger.idle_tangents,
        gradient,
    )


def _tangents(graph: Graph, skipping: bool) -> tuple[Ledger, tuple[float, ...]]:
    """Forward mode, a sweep for each input."""
    gradient: list[float] = []
    with Ledger() as ledger:
        output, inputs = performed(graph)
        for seeds in _seeds(graph, inputs, skipping):
            moved = forward.tangent_sweep(output, seeds, 0)
            gradient += np.atleast_1d(
                np.zeros_like(next(iter(seeds.values()))) if moved is None else moved
            ).tolist()
    return ledger, tuple(gradient)


def _seeds(graph: Graph, inputs: list[Variable], skipping: bool) -> Iterator[dict[Any, Any]]:
    """The seeds of one sweep for each input; of large graphs, of many sweeps that are made at once,
    as arrays.
    """
    if not _is_large(graph):
        for each in inputs:
            yield (
                {each.leaf: 1.0}
                if skipping
                else {other.leaf: float(other is each) for other in inputs}
            )
        return
    for start in range(0, len(inputs), AT_ONCE):
        block = inputs[start : start + AT_ONCE]
        rows = np.eye(len(block))
        yield {
            **({} if skipping else {other.leaf: np.zeros(len(block)) for other in inputs}),
            **{each.leaf: row for each, row in zip(block, rows)},
        }


def _is_large(graph: Graph) -> bool:
    return len(graph.operations) * len(graph.inputs) > LARGE and all(
        operation_of(node).primitive.is_elementwise for node in graph.operations
    )


def _bumping(graph: Graph) -> Way:
    run = graph.example
    steps = [6e-6 * max(1.0, abs(run.primals[node])) for node in graph.inputs]
    with Ledger() as ledger:
        output, _ = performed(graph)
        if _is_large(graph):
            bumped, evaluated = _bumped_at_once(graph, steps)
        else:
            bumped, evaluated = (
                [
                    run.bumped(node, step, ledger.operation)
                    for node, step in zip(graph.inputs, steps)
                ],
                None,
            )
    quotients = tuple((after - output._value) / step for after, step in zip(bumped, steps))
    operations = ledger.operations if evaluated is None else len(graph.operations) + evaluated
    return Way("bumping", operations, ledger.local_derivatives, len(quotients), quotients)


def _bumped_at_once(graph: Graph, steps: list[float]) -> tuple[list[float], int]:
    """The output with each input bumped by itself, for many inputs at once: of each operation only
    those elements are evaluated that depend on the input that was bumped; how many they were."""
    base = graph.example.primals.numbers
    outputs: list[float] = []
    evaluated = 0
    for start in range(0, len(steps), AT_ONCE):
        count = min(AT_ONCE, len(steps) - start)
        moved: dict[
            int, tuple[np.ndarray, np.ndarray]
        ] = {}  # by node: which of the runs differ, and their values there
        for place in range(count):
            moved[start + place] = (
                np.array([place]),
                np.array([base[start + place] + steps[start + place]]),
            )
        for node in graph.operations:
            arriving = [
                moved[operand.index]
                for operand in node.operands
                if isinstance(operand, Node) and operand.index in moved
            ]
            if not arriving:
                continue
            runs = (
                arriving[0][0]
                if len(arriving) == 1
                else np.unique(np.concatenate([each for each, _ in arriving]))
            )
            operands = []
            for operand in node.operands:
                if isinstance(operand, Node) and operand.index in moved:
                    values = np.full(count, base[operand.index])
                    values[moved[operand.index][0]] = moved[operand.index][1]
                    operands.append(values[runs])
                else:
                    operands.append(base[operand.index] if isinstance(operand, Node) else operand)
            moved[node.index] = runs, operation_of(node).primitive.number(*operands)
            evaluated += len(runs)
        after = np.full(count, base[graph.output.index])
        if graph.output.index in moved:
            after[moved[graph.output.index][0]] = moved[graph.output.index][1]
        outputs += after.tolist()
    return outputs, evaluated


def _paths(graph: Graph) -> Way:
    """The sum over paths, each by itself: nothing is kept."""
    run = graph.example
    onward: dict[Node, list[tuple[Node, float, bool]]] = {node: [] for node in graph.nodes}
    for edge in graph.edges:
        local = run.locals[edge]
        is_shut = edge.is_flat or edge.carried(math.inf, local) == 0.0  # whatever goes along it
        onward[edge.source].append((edge.target, local, is_shut))
    gradient, walked, multiplied = [], 0, 0
    for start in graph.inputs:
        total, waiting = 0.0, [(start, 1.0)]
        while waiting:
            node, product = waiting.pop()
            if node is graph.output:
                total += product
                walked += 1
            further = [
                (target, 0.0 if is_shut else product * local)
                for target, local, is_shut in onward[node]
            ]
            multiplied += len(further)
            waiting += further
        gradient.append(total)
    return Way("paths", len(graph.operations), multiplied, walked, tuple(gradient))


def count_paths(graph: Graph) -> tuple[int, int]:
    """How many paths lead from inputs to the output, and how many steps it takes to walk them all
    from each input.
    """
    ways, steps = dict.fromkeys(graph.nodes, 0), dict.fromkeys(graph.nodes, 0)
    ways[graph.output] = 1
    for edge in reversed(graph.edges):
        ways[edge.source] += ways[edge.target]
        steps[edge.source] += 1 + steps[edge.target]
    return sum(ways[node] for node in graph.inputs), sum(steps[node] for node in graph.inputs)


def performed(graph: Graph) -> tuple[Variable, list[Variable]]:
    """The graph's operations, done anew on a tape of their own: the output, and the inputs."""
    values: dict[Node, Variable] = {}
    with recording_on(Page()):
        for node, number in zip(graph.inputs, graph.example_numbers):
            values[node] = input_of(number)
        for node in graph.operations:
            operation = operation_of(node)
            apply: Callable[..., Variable] = operation.primitive
            values[node] = apply(
                *(
                    values[operand] if isinstance(operand, Node) else operand
                    for operand in node.operands
                ),
                **operation.params,
            )
    return values[graph.output], [values[node] for node in graph.inputs]
