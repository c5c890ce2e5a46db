"""The two sweeps, step by step: first the forward sweep node by node, then the reverse sweep edge
by edge, from right to left.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

import numpy as np

from gradviz.graph import Edge, Graph, Node, Run


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the inputs are given (`start`), a gate works out its value and local derivatives
    (`forward`), the output's adjoint is set to 1 (`seed`), or an edge hands back what flows along
    it (`backward`)."""

    kind: Literal["start", "forward", "seed", "backward"]
    what: Node | Edge | None = None


def steps(graph: Graph) -> list[Step]:
    """All steps, in the order in which the sweeps take them."""
    # gate by gate from the last; the operands of each from the first
    gates = groupby(reversed(graph.edges), key=lambda edge: edge.target)
    backward = (edge for _, edges in gates for edge in reversed([*edges]))
    return [
        Step("start"),
        *(Step("forward", node) for node in graph.operations),
        Step("seed", graph.output),
        *(Step("backward", edge) for edge in backward),
    ]


def last(graph: Graph) -> int:
    """The number of the last step."""
    return len(graph.operations) + len(graph.edges) + 1


def checked(step: object, graph: Graph) -> int:
    """A step by its number; negative ones count from the end, as −1 for the last.

    Raises IndexError if there are not so many, TypeError if it is no whole number.
    """
    if isinstance(step, bool) or not isinstance(step, int):
        raise TypeError(f"a step is a whole number from 0 to {last(graph)}, not {step!r:.40}")
    if not -last(graph) - 1 <= step <= last(graph):
        raise IndexError(
            f"there is no step {step}: the sweeps through {graph.name} take steps 0 to "
            f"{last(graph)}"
        )
    return step % (last(graph) + 1)


def at(run: Run, step: int) -> Run:
    """The run as it stands after so many steps: what is not known yet is None; adjoints are what
    has come together so far.
    """
    graph, taken = run.graph, steps(run.graph)[: step + 1]
    worked_out = {*graph.inputs, *(done.what for done in taken if isinstance(done.what, Node))}
    flows: list[Any] = [None] * len(graph.edges)
    adjoints: list[Any] = [None] * len(graph.nodes)
    users = Counter(edge.source for edge in graph.edges)  # uses that have handed nothing back
    for done in taken:
        if done.kind == "seed":
            for node in graph.nodes:
                if node not in users:  # the output, and what is not used at all
                    adjoints[node.index] = run.adjoints[node]
        elif isinstance(done.what, Edge):
            flow = flows[done.what.index] = run.flows[done.what]
            source = done.what.source
            before, whole = adjoints[source.index], run.adjoints[source]
            users[source] -= 1
            if not users[source]:
                adjoints[source.index] = whole
            elif np.shape(flow) == np.shape(whole):  # of a box, only some elements flow here
                adjoints[source.index] = flow if before is None else before + flow
    primals = (run.primals[node] if node in worked_out else None for node in graph.nodes)
    locals_ = (run.locals[edge] if edge.target in worked_out else None for edge in graph.edges)
    return Run(graph, (*primals, *locals_, *adjoints), flows=tuple(flows))
