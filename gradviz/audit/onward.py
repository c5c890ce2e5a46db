"""The tangents of a figure, worked out again from left to right: what runs along an edge is local
derivative × tangent, and a tangent is the sum of what arrives.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from gradviz.audit.held import Doubted
from gradviz.audit.recomputed import ROUNDING, Recomputed
from gradviz.document.codec import Json, decoded
from gradviz.document.reading import BadDocument
from gradviz.graph import Edge, Forward, Node, Run
from gradviz.numerals import Value, numeral


class Onward(Recomputed):
    """The numbers of a figure in forward mode: tangents are held where adjoints are else."""

    @property
    def sweeps(self) -> Any:
        return (self.forward, self.graph.nodes), (self.onward, self.graph.nodes)

    def work(self) -> None:
        self.moving: set[Node] = {n for n in self.graph.inputs if self.adjoints[n.index] != 0.0}
        super().work()

    def onward(self, node: Node) -> None:
        """What arrives at a node, and its tangent."""
        held, arriving = self.held.adjoints[node.index], self.arriving[node.index]
        for edge in arriving:
            self.onward_along(edge)
        known = [edge for edge in arriving if self.flows[edge.index] is not None]
        if held is None:
            if self.is_swept and (known or not self.held.is_step):
                self.held.fail(node, "its tangent is missing")
        elif node.operation is None:
            return  # with these it begins
        elif arriving and not known:
            self.held.fail(node, f"its tangent is held as {numeral(held)}, and nothing arrived")
        else:
            terms: list[Any] = [self.flows[edge.index] for edge in known]
            found = self.attempt(node, partial(sum, terms)) if terms else 0.0
            self.adjoints[node.index] = self.settled(
                *(node, "tangent", held, found, "what arrives adds up to"),
                lambda: ROUNDING["float64"] * len(terms) * sum(map(abs, terms)),
            )

    def onward_along(self, edge: Edge) -> None:
        """What runs along an edge."""
        push, tangent = self.held.flows[edge.index], self.adjoints[edge.source.index]
        local = self.locals[edge.index]
        if tangent is None and push is not None:
            self.held.fail(edge, "something runs on, and the tangent that it comes from is missing")
        elif push is None:
            if tangent is not None and not self.held.is_step:
                self.held.fail(edge, "what runs on is missing")
        elif tangent is not None and local is not None:
            found = self.attempt(edge, partial(self.push, edge, tangent, local))
            self.flows[edge.index] = self.settled(
                *(edge, "push", push, found, "local derivative times tangent is"), lambda: 0.0
            )

    def push(self, edge: Edge, tangent: Value, local: Value) -> Value:
        if edge.source not in self.moving or edge.is_flat:
            return 0.0
        if edge.operation.is_choice and local == 0.0:
            return 0.0
        self.moving.add(edge.target)
        return edge.carried(tangent, local)


def run_of(both: Run, tangents: Sequence[Any], pushes: Sequence[Any]) -> Forward:
    """The run that a figure in forward mode shows."""
    graph = both.graph
    inputs = zip(graph.input_names, tangents)
    wrt = {name: tangent for name, tangent in inputs if isinstance(tangent, float) and tangent}
    numbers = both.numbers[: graph.first_adjoint]
    return Forward(both, wrt, (*numbers, *tangents), pushes)


def check_tangents(held: Doubted, recomputed: Recomputed, document: Mapping[str, Json]) -> None:
    """The tangents of a document, along the direction that its picture shows."""
    tangents = document["derived"].get("tangents")
    wrt = (document.get("view") or {}).get("wrt")
    if tangents is None and wrt is None:
        return
    if tangents is None or not isinstance(wrt, dict) or len(tangents) != len(held.graph.nodes):
        raise BadDocument("the document has not as many tangents as its graph has nodes")
    run = Run(held.graph, (*recomputed.values, *recomputed.locals, *recomputed.adjoints))
    wanted = run.forward({name: decoded(seed) for name, seed in wrt.items()})
    for node, tangent in zip(held.graph.nodes, map(decoded, tangents)):
        found = wanted.tangents[node]
        slack = ROUNDING["float64"] * sum(
            abs(wanted.pushes[edge]) for edge in recomputed.arriving[node.index]
        )
        recomputed.settled(
            *(node, "tangent", tangent, found, "what arrives adds up to"),
            lambda slack=slack: slack,
        )
