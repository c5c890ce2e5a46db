"""What goes back along each edge: upstream × local, in the order of the edges."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gradviz.graph.nodes import Node
from gradviz.graph.numbers import zero
from gradviz.graph.structure import Structure


def flows(
    graph: Structure, primals: Mapping[Node, Any], locals_: Sequence[Any], adjoints: Sequence[Any]
) -> Iterator[Any]:
    """In a run of these numbers."""
    if graph.has_arrays:
        return _of_arrays(graph, primals, locals_, adjoints)
    return _of_numbers(graph, locals_, adjoints)


def _of_numbers(graph: Structure, locals_: Sequence[Any], adjoints: Sequence[Any]) -> Iterator[Any]:
    """In a graph of single numbers, or of many settings of them."""
    idle = graph.idle
    for edge, local in zip(graph.edges, locals_):
        adjoint = adjoints[edge.target.index]
        if adjoint is None or local is None:
            yield None
        else:
            yield zero(adjoint) if edge in idle else edge.carried(adjoint, local)


def _of_arrays(
    graph: Structure, primals: Mapping[Node, Any], locals_: Sequence[Any], adjoints: Sequence[Any]
) -> Iterator[Any]:
    """In a graph of arrays."""
    idle = graph.idle
    uses = Counter(edge.source for edge in graph.edges if edge not in idle)
    handed_back: dict[Node, Mapping[int, Any]] = {}
    for edge, local in zip(graph.edges, locals_):
        node, adjoint = edge.target, adjoints[edge.target.index]
        if adjoint is None:
            yield None
        elif edge in idle:
            yield zero(primals[edge.source])
        elif uses[edge.source] == 1:
            yield adjoints[edge.source.index]  # nothing else flows there
        elif local is not None and type(adjoint) is float:
            yield edge.carried(adjoint, local)
        else:
            if node not in handed_back:
                handed_back[node] = node.gate.pullback(
                    [p for p, of in enumerate(node.operands) if isinstance(of, Node)],
                    adjoint,
                    node.operands_at(primals),
                    primals[node],
                )
            yield handed_back[node][edge.position]
