"""The two sweeps, step by step: first the forward sweep node by node, then the reverse sweep edge
by edge, from right to left. Or forward mode, one sweep from left to right: behind each value, edge
by edge, what runs on to its tangent.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

import numpy as np

from gradviz.graph import Edge, Forward, Graph, Node, Run


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the inputs are given (`start`), a gate works out its value and local derivatives
    (`forward`), the output's adjoint is set to 1 (`seed`), or an edge hands back what flows along
    it (`backward`). In forward mode the inputs' tangents are set (`seed`, of the first that moves),
    and an edge brings local derivative times tangent (`onward`)."""

    kind: Literal["start", "forward", "seed", "backward", "onward"]
    what: Node | Edge | None = None


def steps(graph: Graph, wrt: Mapping[str, float] | None = None) -> list[Step]:
    """All steps, in the order in which the sweeps take them; or forward mode, if inputs move
    along `wrt`.
    """
    if wrt is not None:
        moving = (node for node, name in zip(graph.inputs, graph.input_names) if name in wrt)
        return [Step("start"), Step("seed", next(moving)), *_onward(graph)]
    # gate by gate from the last; the operands of each from the first
    gates = groupby(reversed(graph.edges), key=lambda edge: edge.target)
    backward = (edge for _, edges in gates for edge in reversed([*edges]))
    return [
        Step("start"),
        *(Step("forward", node) for node in graph.operations),
        Step("seed", graph.output),
        *(Step("backward", edge) for edge in backward),
    ]


def _onward(graph: Graph) -> Iterator[Step]:
    arriving = {node: [*edges] for node, edges in groupby(graph.edges, lambda edge: edge.target)}
    for node in graph.operations:
        yield Step("forward", node)
        yield from (Step("onward", edge) for edge in arriving.get(node, ()))


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
    if isinstance(run, Forward):
        return _forward_at(run, step)
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


def _forward_at(run: Forward, step: int) -> Forward:
    """The same in forward mode: a tangent is what has arrived so far."""
    graph, taken = run.graph, steps(run.graph, run.wrt)[: step + 1]
    worked_out = {*graph.inputs, *(done.what for done in taken if isinstance(done.what, Node))}
    to_come = Counter(edge.target for edge in graph.edges)
    pushes: list[Any] = [None] * len(graph.edges)
    tangents: list[Any] = [None] * len(graph.nodes)
    for done in taken:
        if isinstance(done.what, Edge):
            push, target = run.pushes[done.what], done.what.target
            before, whole = tangents[target.index], run.tangents[target]
            pushes[done.what.index] = push
            to_come[target] -= 1
            so_far = push if before is None else before + push
            tangents[target.index] = so_far if to_come[target] else whole
        elif done.kind != "start":
            for node in graph.inputs if done.kind == "seed" else graph.nodes:
                if node in graph.inputs or (node is done.what and not to_come[node]):
                    tangents[node.index] = run.tangents[node]
    primals = [run.primals[node] if node in worked_out else None for node in graph.nodes]
    locals_ = [run.locals[edge] if edge.target in worked_out else None for edge in graph.edges]
    return Forward(run.both, run.wrt, (*primals, *locals_, *tangents), pushes)
