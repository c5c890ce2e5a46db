"""The interpreter: both sweeps over a graph, node by node, by IEEE's rules.

It serves where the compiled program can't: at settings where Python's floats raise, for graphs too
long to be compiled, and while a ledger is open, which counts what it evaluates.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gradviz.autodiff.primitive import operation_of
from gradviz.autodiff.program import Recording
from gradviz.autodiff.tape import state
from gradviz.graph import Graph, Node


def interpret(recording: Recording, values: Sequence[Any]) -> tuple[Any, ...]:
    """All numbers of a Run. Raises AssertionError as the compiled program does."""
    with np.errstate(all="ignore"):
        primals = _forward(recording, values)
        locals_ = locals_of(recording.graph, primals)
        adjoints = _backward(recording.graph, primals, locals_)
    return (*(primals[node] for node in recording.graph.nodes), *locals_, *adjoints)


def _forward(recording: Recording, values: Sequence[Any]) -> dict[Node, Any]:
    """The value of each node, as long as the decisions come out as they were."""
    primals: dict[Node, Any] = dict(zip(recording.graph.inputs, values, strict=True))
    guards, ledger = deque(recording.guards), state.ledger
    for count, node in enumerate((*recording.order, None)):
        while guards and guards[0][0] <= count:
            guard = guards.popleft()[1]
            outcome = guard.plain.of(
                *(primals[of] if isinstance(of, Node) else of for of in guard.operands)
            )
            if not guard.plain.same(outcome, guard.outcome):
                raise AssertionError(guard.broken)
        if node is not None and node.operation is not None:
            operands = node.operands_at(primals)
            primals[node] = node.operation.number(*operands)
            if ledger is not None:
                ledger.operation(node.operation, operands, primals[node])
    return primals


def _backward(graph: Graph, primals: Mapping[Node, Any], locals_: Sequence[Any]) -> list[Any]:
    """The adjoint of each node."""
    ledger = state.ledger
    adjoints: list[Any] = [None] * len(graph.nodes)
    adjoints[graph.output.index] = 1.0
    for start, stop in reversed(_arrivals(graph)):
        for edge in graph.edges[start:stop]:  # as the program does, so that sums have the same bits
            node, adjoint, local = edge.target, adjoints[edge.target.index], locals_[edge.index]
            operation, result = operation_of(node), primals[node]
            if adjoint is None or operation.is_flat(edge.position, node.operands):
                continue
            if isinstance(result, float) and local is not None:
                flow = operation.primitive.times(adjoint, local)
            else:
                operands = node.operands_at(primals)
                flow = operation.flow(edge.position, adjoint, operands, result)
            if ledger is not None:
                ledger.handed_back(operation, node.operands_at(primals), result)
            before = adjoints[edge.source.index]
            adjoints[edge.source.index] = flow if before is None else before + flow
    if ledger is not None:
        ledger.count(adjoints=len(graph.nodes))
    for node in graph.nodes:
        if adjoints[node.index] is None:  # nothing was handed back
            value = primals[node]
            adjoints[node.index] = np.zeros_like(value) if isinstance(value, np.ndarray) else 0.0
    return adjoints


def locals_of(graph: Graph, primals: Mapping[Node, Any]) -> list[Any]:
    """The local derivative along each edge; None where it is no number for each element."""
    return [
        operation_of(edge.target).local(
            edge.position, edge.target.operands_at(primals), primals[edge.target]
        )
        for edge in graph.edges
    ]


def _arrivals(graph: Graph) -> list[tuple[int, int]]:
    """For each operation, where its edges stand among the graph's."""
    spans, start = [], 0
    for node in graph.operations:
        stop = start + sum(isinstance(operand, Node) for operand in node.operands)
        spans.append((start, stop))
        start = stop
    return spans
