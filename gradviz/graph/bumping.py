"""What a graph's output would be if one of its values were another."""

from collections.abc import Callable, Sequence
from typing import Any

from gradviz.graph.nodes import Node
from gradviz.graph.structure import Structure
from gradviz.numerals import Value


def bumped(
    graph: Structure,
    numbers: Sequence[Any],
    node: Node,
    by: Value,
    evaluated: Callable[..., None] | None = None,
) -> Any:
    """The output if, in a run of these numbers, the value of `node` were greater by `by`."""
    values = dict(zip(graph.nodes, numbers))
    values[node] = values[node] + by
    moved = {node}
    for later in graph.nodes[node.index + 1 :]:
        if not moved.isdisjoint(operand for operand in later.operands if isinstance(operand, Node)):
            moved.add(later)
            operands = later.operands_at(values)
            values[later] = later.gate.number(*operands)
            if evaluated is not None:
                evaluated(later.gate, operands, values[later])
    return values[graph.output]
