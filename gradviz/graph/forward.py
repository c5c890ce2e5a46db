"""The tangent sweep over a graph of single numbers: from inputs that move to the output, by the
local derivatives that a run has already.
"""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, Literal

from gradviz.graph.graph import Graph, Run
from gradviz.graph.nodes import Edge, Node
from gradviz.graph.numbers import Numbers
from gradviz.graph.structure import Structure
from gradviz.numerals import numeric

Mode = Literal["reverse", "forward"]
Direction = str | Mapping[str, float]  # an input that moves by 1; or how fast each moves


class Forward(Run):
    """A run with tangents in place of adjoints: how fast each node moves when the inputs move along
    `wrt`; and what goes along each edge, local derivative × tangent.
    """

    __slots__ = ("both", "wrt")

    second, along = "tangent", "push"

    def __init__(self, both: Run, wrt: Mapping[str, float], numbers: Any, pushes: Any) -> None:
        super().__init__(both.graph, tuple(numbers), None, both.retraced, tuple(pushes), both.base)
        self.both: Run = both  # what it is made of, with adjoints
        self.wrt: Mapping[str, float] = wrt

    @property
    def grads(self) -> dict[str, Any]:
        return self.both.grads

    @property
    def tangents(self) -> Numbers[Node]:
        """How fast each node moves: its derivative in the direction of the inputs."""
        return self.adjoints

    @property
    def pushes(self) -> Numbers[Edge]:
        """What goes along each edge: local derivative × tangent. A node's tangent is the sum of
        what arrives.
        """
        return self.flows

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}, forward along {dict(self.wrt)}>"


def forward(run: Run, wrt: Direction) -> Forward:
    """The tangents of a run in a direction: of one input, by its name, or of several that move at
    once, as a dict of how fast each does.

    Raises TypeError where there is no such input, and NotImplementedError of a graph of arrays.

    >>> import gradviz as gv
    >>> run = gv.trace(lambda x, y: x * y + x, x=2.0, y=3.0).example
    >>> run.forward("x").tangents["f"], run.forward({"x": 1.0, "y": 2.0}).tangents["f"]
    (4.0, 8.0)
    """
    seeds = direction(run.graph, wrt)
    nodes, edges = len(run.graph.nodes), len(run.graph.edges)
    locals_ = run.numbers[nodes : nodes + edges]
    tangents, pushes = swept(run.graph, locals_, seeds)
    return Forward(run, seeds, (*run.numbers[: nodes + edges], *tangents), pushes)


def direction(graph: Graph, wrt: Direction) -> dict[str, float]:
    """How fast each input moves, by its name; those that stand still are left out."""
    if graph.has_arrays or graph.origin.is_excerpt:
        raise NotImplementedError(
            f"forward mode is drawn of graphs of single numbers; in {graph.name} there are arrays, "
            "or boxes or gates without local derivatives: gv.jvp works out tangents of these too"
        )
    if not isinstance(wrt, str | Mapping) or not wrt:
        raise TypeError(
            "forward mode starts at an input: wrt is its name, or a dict of how fast inputs move, "
            f'as wrt={{"x": 1.0, "y": 2.0}}, not {wrt!r:.40}'
        )
    given = {wrt: 1.0} if isinstance(wrt, str) else wrt
    names = graph.input_names
    for name in given:
        if name not in names:
            raise TypeError(
                f"{graph.name} has no input {name!r} that could move; its inputs are "
                f"{', '.join(names)}"
            )
    seeds: dict[str, float] = {}
    for name in filter(given.__contains__, names):
        seed = numeric(given[name], f"the tangent of {name!r}")
        if not isinstance(seed, float) or not isfinite(seed):
            raise ValueError(f"the tangent of {name!r} is to be a finite number, not {seed!r:.40}")
        seeds[name] = seed
    return seeds


def along(graph: Graph, mode: Mode, wrt: Direction | None) -> dict[str, float] | None:
    """How fast each input moves; None of the reverse sweep."""
    if mode not in ("reverse", "forward"):
        raise ValueError(f'mode is "reverse" or "forward", not {mode!r:.40}')
    if mode == "forward":
        return direction(graph, graph.input_names[0] if wrt is None else wrt)
    if wrt is not None:
        raise ValueError('wrt says which input moves in forward mode: give mode="forward" with it')
    return None


def swept(
    graph: Structure, locals_: Sequence[Any], seeds: Mapping[str, float]
) -> tuple[list[Any], list[Any]]:
    """The tangent of each node, and what goes along each edge. What does not depend on an input
    that moves stands still, whatever its local derivatives are.
    """
    tangents: list[Any] = [0.0] * len(graph.nodes)
    moving: set[Node] = set()
    for node, name in zip(graph.inputs, graph.input_names):
        if name in seeds:
            tangents[node.index] = seeds[name]
            moving.add(node)
    pushes: list[Any] = []
    for edge, local in zip(graph.edges, locals_):
        if not arrives(edge, local, edge.source in moving):
            pushes.append(0.0)
            continue
        push = edge.carried(tangents[edge.source.index], local)
        pushes.append(push)
        target = edge.target
        tangents[target.index] = tangents[target.index] + push if target in moving else push
        moving.add(target)
    return tangents, pushes


def arrives(edge: Edge, local: Any, moves: bool) -> bool:
    """Whether anything goes along an edge: its source moves, and is not left aside there."""
    return moves and not edge.is_flat and not (edge.operation.is_choice and local == 0.0)


Run.forward = forward  # pyright: ignore[reportAttributeAccessIssue]
