"""The interpreter: both sweeps over a graph, node by node, by IEEE's rules.

It serves where the compiled program can't: at settings where Python's floats raise, for graphs too
long to be compiled, and while a ledger is open, which counts what it evaluates.
"""

from collections import deque
from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from gradviz.autodiff.primitives.operation import operation_of
from gradviz.autodiff.tape import refusals
from gradviz.autodiff.tape.tape import state
from gradviz.graph import Graph, Node


def interpret(graph: Graph, values: Sequence[Any]) -> tuple[Any, ...]:
    """All numbers of a Run. Raises AssertionError as the compiled program does."""
    nodes = graph.nodes
    with np.errstate(all="ignore"):
        primals, operands = _forward(graph, values)
        locals_ = [_locals(node, operands[node.index], primals[node.index]) for node in nodes]
        adjoints = _backward(graph, primals, operands, locals_)
    return (*primals[: len(nodes)], *(each for some in locals_ for each in some), *adjoints)


def _forward(graph: Graph, values: Sequence[Any]) -> tuple[list[Any], list[Sequence[Any]]]:
    """The value of each node, by its index, as long as the decisions come out as they were; and the
    operands that it was worked out of.
    """
    count = len(graph.order)
    primals: list[Any] = [*values, *[None] * (count - len(values))]
    operands: list[Sequence[Any]] = [()] * count
    guards, ledger = deque(graph.guards), state.ledger

    def at(operand: Any) -> Any:
        return primals[operand.index] if type(operand) is Node else operand

    for done, node in enumerate((*graph.order, None)):
        while guards and guards[0][0] <= done:
            guard = guards.popleft()[1]
            if not guard.plain.same(guard.plain.of(*map(at, guard.operands)), guard.outcome):
                raise AssertionError(guard.broken)
        if node is not None and node.operation is not None:
            operands[node.index] = numbers = [*map(at, node.operands)]
            try:
                primals[node.index] = result = node.operation.number(*numbers)
            except refusals.NUMPYS as error:
                source = f" ({node.source})" if node.source else ""
                name = operation_of(node).primitive.name
                raise refusals.of_operands(name, numbers, error, source) from None
            if ledger is not None:
                ledger.operation(node.operation, numbers, result)
    return primals, operands


def _locals(node: Node, operands: Sequence[Any], result: Any) -> list[Any]:
    """The local derivatives along the edges that arrive at a node; None where there is no number
    for each element.
    """
    if node.operation is None:
        return []
    operation = operation_of(node)
    return [operation.local(position, operands, result) for position in operation.positions]


def _backward(
    graph: Graph,
    primals: Sequence[Any],
    operands: Sequence[Sequence[Any]],
    locals_: Sequence[Sequence[Any]],
) -> list[Any]:
    """The adjoint of each node: in the order in which the program adds, so that sums have the same
    bits.
    """
    ledger = state.ledger
    adjoints: list[Any] = [None] * len(graph.nodes)
    adjoints[graph.output.index] = 1.0
    for node in reversed(graph.operations):
        operation, adjoint, result = operation_of(node), adjoints[node.index], primals[node.index]
        if adjoint is None:
            continue
        positions, locals_here = operation.handing_back(node.operands), locals_[node.index]
        if type(result) is float and None not in locals_here:
            times, locals_at = (
                operation.primitive.times,
                dict(zip(operation.positions, locals_here)),
            )
            flows: Any = [times(adjoint, locals_at[position]) for position in positions]
        else:
            flows = operation.pullback(positions, adjoint, operands[node.index], result).values()
        for position, flow in zip(positions, flows):
            source = cast(Node, node.operands[position]).index
            before = adjoints[source]
            adjoints[source] = flow if before is None else before + flow
            if ledger is not None:
                ledger.handed_back(operation, operands[node.index], result)
    if ledger is not None:
        ledger.count(adjoints=len(graph.nodes))
    for index, adjoint in enumerate(adjoints):
        if adjoint is None:  # nothing was handed back
            value = primals[index]
            adjoints[index] = np.zeros_like(value) if isinstance(value, np.ndarray) else 0.0
    return adjoints


def locals_of(nodes: Sequence[Node], primals: Sequence[Any]) -> list[Any]:
    """The local derivative along each edge, at values of the nodes."""
    return [
        local
        for node in nodes
        for local in _locals(
            node,
            [primals[of.index] if type(of) is Node else of for of in node.operands],
            primals[node.index],
        )
    ]
