"""The structure of a computational graph: its nodes, edges and decisions, with the numbers
of its trace.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from gradviz.graph.nodes import Block, Edge, Guard, Node, Source


@dataclass(frozen=True, eq=False, repr=False)
class Structure:
    """A graph with one output: `nodes` in an order of evaluation, the inputs first.

    `calls` says of blocks which nodes they were called with, in the order of the call. `order` has
    all nodes in the order of the work, those among them too that only decisions of the function
    need, with their values in `asides`; `guards` are the decisions, each with the number of nodes
    before it. `source` is where the function begins. `example_numbers` are those of the run at the
    inputs of the trace, which printing and drawing use."""

    name: str
    nodes: tuple[Node, ...]
    output: Node
    calls: Mapping[Block, tuple[Node, ...]] = field(default_factory=dict)
    order: tuple[Node, ...] = ()
    guards: tuple[tuple[int, Guard], ...] = ()
    asides: Mapping[Node, Any] = field(default_factory=dict)
    source: Source | None = None
    example_numbers: tuple[Any, ...] = ()

    @cached_property
    def inputs(self) -> tuple[Node, ...]:
        """The nodes that are inputs, in the order of the function's arguments."""
        return tuple(node for node in self.nodes if node.operation is None)

    @cached_property
    def operations(self) -> tuple[Node, ...]:
        """The nodes that are operations, in an order of evaluation."""
        return self.nodes[len(self.inputs) :]

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """One for each operand that is not a constant, in the order of the nodes they arrive at."""
        arrivals = (
            (operand, node, position)
            for node in self.nodes
            for position, operand in enumerate(node.operands)
            if isinstance(operand, Node)
        )
        return tuple(Edge(index, *arrival) for index, arrival in enumerate(arrivals))

    @cached_property
    def idle(self) -> frozenset[Edge]:
        """The edges along which nothing ever goes back: flat ones, and those that lead on only to
        flat ones.
        """
        reached, idle = {self.output}, set()
        for edge in reversed(self.edges):
            if edge.target not in reached or edge.is_flat:
                idle.add(edge)
            else:
                reached.add(edge.source)
        return frozenset(idle)

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """What the inputs are called where they are given: by the function's own argument names."""
        return tuple(node.label if node.name is None else node.name for node in self.inputs)

    @cached_property
    def by_label(self) -> dict[str, Node]:
        return {node.label: node for node in reversed(self.nodes)}

    @cached_property
    def first_adjoint(self) -> int:
        return len(self.nodes) + len(self.edges)  # where adjoints begin among a run's numbers

    @cached_property
    def examples(self) -> Mapping[Node, Any]:
        """The value of each node of the `order` at the inputs of the trace."""
        return {**dict(zip(self.nodes, self.example_numbers)), **self.asides}

    @cached_property
    def has_arrays(self) -> bool:
        """Whether any of its values is an array, or any of its operations has no local
        derivative.
        """
        locals_ = self.example_numbers[len(self.nodes) : len(self.nodes) + len(self.edges)]
        return (
            any(isinstance(number, np.ndarray) for number in self.example_numbers)
            or None in locals_
        )

    def __repr__(self) -> str:
        counts = [
            (len(self.inputs), "input"),
            (len(self.operations), "operation"),
            (len(self.edges), "edge"),
        ]
        return (
            f"<Graph {self.name}: "
            + ", ".join(f"{n} {what}{'s' * (n != 1)}" for n, what in counts)
            + ">"
        )
