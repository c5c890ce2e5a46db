"""The words of forward mode: why a tangent is what it is. They are formulas with places, as those
of the reverse sweep, in which ``["rate", name]`` stands for the tangent of a node until it is known
which inputs move: with one it is ``∂z/∂x``, along a direction ``dz``.
"""

from collections.abc import Mapping

from gradviz.graph import Edge, Forward, Graph, Node, Run
from gradviz.numerals import numeral
from gradviz.scene.text import cut
from gradviz.scene.words.explain import Words
from gradviz.scene.words.formula import Formula, Part, derivative, listed, local, said
from gradviz.words import say

Seeds = Mapping[str, float]  # how fast inputs move, by name


class ForwardWords(Words):
    """What can be said about each node and each edge while tangents run along."""

    def __init__(self, graph: Graph, wrt: Seeds | None = None) -> None:
        super().__init__(graph)
        self.wrt = wrt

    def rate(self, node: Node) -> Part:
        """The tangent of a node, by its symbol."""
        if self.wrt is None:
            return ["rate", node.label]
        single = only(self.wrt)
        return f"d{node.label}" if single is None else derivative(node.label, single)

    def adjoint(self, node: Node) -> Formula:
        """``∂z/∂x = ∂z/∂u · ∂u/∂x = 6 · 2 = 12``: the sum, over the edges that arrive at the node,
        of what each brings.
        """
        arriving = [edge for edge in self.arriving[node] if not edge.is_flat]
        if node.operation is None:
            return [self.rate(node), " = ", tangent(node)]
        if not arriving:
            return [self.rate(node), " = 0"]
        symbols, numbers = [], []
        for edge in arriving:
            symbols += [" + ", *self._local(edge, bracketed=True), " · ", self.rate(edge.source)]
            numbers += [" + ", local(edge, True), " · ", tangent(edge.source, True)]
        return [
            *(self.rate(node), " = ", *symbols[1:]),
            *(" = ", *numbers[1:], " = ", tangent(node)),
        ]

    def flow(self, edge: Edge) -> Formula:
        """``∂z/∂x += ∂z/∂u · ∂u/∂x = 6 · 2 = 12``: what an edge brings."""
        whole = self.rate(edge.target)
        if edge.is_flat:
            zero = derivative(edge.target.label, edge.source.label)
            return said("forward.explain.flat", push=[whole, " += ", push(edge)], derivative=[zero])
        return [
            *(whole, " += ", *self._local(edge, bracketed=True), " · ", self.rate(edge.source)),
            *(" = ", local(edge, True), " · ", tangent(edge.source, True), " = ", push(edge)),
        ]

    def so_far(self, edge: Edge) -> Formula | None:
        if len(self.arriving[edge.target]) == 1:
            return None
        return said("figure.step.so_far", flow=self.flow(edge), adjoint=[tangent(edge.target)])

    def passing(self, edge: Edge) -> Formula:
        return said("forward.title.runs_on", push=self.flow(edge))

    def seed(self) -> Formula:
        """With what it begins: how fast each input moves."""
        inputs = ([self.rate(node), " = ", tangent(node)] for node in self.graph.inputs)
        return said("forward.step.seed", tangents=listed(inputs))

    def _local(self, edge: Edge, bracketed: bool) -> Formula:
        """As ∂z/∂u; in symbols where ∂z/∂x would be the tangent itself, or that of another
        operand.
        """
        source, target = edge.source, edge.target
        others = sum(other.target is target for other in self.leaving[source])
        if source.operation is not None and others == 1:
            return [derivative(target.label, source.label)]
        return self.in_symbols(edge, bracketed)


def words_of(run: Run) -> Words:
    """The words of a run, whichever way its derivatives go."""
    return ForwardWords(run.graph, run.wrt) if isinstance(run, Forward) else Words(run.graph)


def only(wrt: Seeds) -> str | None:
    """The input that moves by 1 while all others stand still, if it is so."""
    return next(iter(wrt)) if [*wrt.values()] == [1.0] else None


def named(wrt: Seeds) -> str:
    """A direction in a few words.

    >>> named({"x": 1.0}), named({"x": 1.0, "y": -2.0})
    ('x', 'dx = 1, dy = −2')
    """
    seeds = (f"d{name} = {numeral(seed)}" for name, seed in wrt.items())
    return only(wrt) or say("list.between").join(seeds)


def said_of_second(run: Run) -> str:
    """What stands beside the values of a run, in a legend."""
    if not isinstance(run, Forward):
        return say("figure.legend.gradient", output=cut(run.graph.output.label, 80))
    direction, is_one = cut(named(run.wrt), 160), only(run.wrt) is not None
    if is_one:
        return say("page.forward.legend", input=direction)
    return say("page.forward.legend_along", input=direction)


def said_of_along(run: Run) -> str:
    """What goes along its edges, in a legend."""
    return say("page.forward.legend_push" if isinstance(run, Forward) else "figure.legend.flow")


def tangent(node: Node, bracketed: bool = False) -> Part:
    return ["tangent", node.index, 1] if bracketed else ["tangent", node.index]


def push(edge: Edge) -> Part:
    return ["push", edge.index]
