"""The ground on which everything stands: graphs and their runs, as data."""

from gradviz.graph.external import External, Untold, is_from_elsewhere
from gradviz.graph.forward import Direction, Forward, Mode, along, direction
from gradviz.graph.graph import Graph, Run
from gradviz.graph.nodes import (
    SUBSCRIPTS,
    Block,
    Edge,
    Excerpt,
    Guard,
    Missing,
    Node,
    Operation,
    Source,
    applied_derivative,
    printable,
)
from gradviz.graph.numbers import Numbers, Places, read_only
from gradviz.graph.origin import Origin
from gradviz.graph.runner import Lines, Runner

__all__ = [
    "SUBSCRIPTS",
    "Block",
    "Direction",
    "Edge",
    "Excerpt",
    "External",
    "Forward",
    "Graph",
    "Guard",
    "Lines",
    "Missing",
    "Mode",
    "Node",
    "Numbers",
    "Operation",
    "Origin",
    "Places",
    "Run",
    "Runner",
    "Source",
    "Untold",
    "along",
    "applied_derivative",
    "direction",
    "is_from_elsewhere",
    "printable",
    "read_only",
]
