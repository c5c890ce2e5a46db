"""Race: the ways of differentiating, side by side on the same graph, step by step, each with its
counter.
"""

from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import traitlets

from gradviz import web
from gradviz.autodiff.tracing.trace import trace
from gradviz.export.formats import format_of
from gradviz.export.sheets import Theme, checked, style_sheet
from gradviz.export.svg import paint
from gradviz.figure import Figure
from gradviz.graph import Edge, Graph, Node
from gradviz.live.shown import Live
from gradviz.scene.compose import compose
from gradviz.words import say

MOST_NODES = 60


class Race(Live):
    """Reverse sweep, forward mode and bumping on one graph, all at the same pace: who is done first
    has evaluated least.

    Each way has a lane: in its small graph stands how often an operation was evaluated so far, a
    wire grows with each local derivative that is evaluated along it, and an input is filled once
    its gradient is known; its course is as long as its work, with a flag at the end. A slider sets
    the pace. The counts are those that :meth:`Graph.cost` finds.

    Raises ValueError for a graph of arrays, or of more nodes than one can watch.

    >>> import gradviz as gv
    >>> import numpy as np
    >>> race = gv.Race(gv.trace(lambda x, y: np.exp(x * y) + x, x=1.0, y=2.0))
    >>> [(way["name"], way["operations"] + way["locals"]) for way in race.ways]
    [('reverse sweep', 8), ('forward mode', 10), ('bumping', 9)]
    """

    _esm = web.module("notebook/race")
    _css = "".join([style_sheet("figure"), *map(web.style_sheet, ("view", "parts", "race"))])

    svg: "traitlets.Unicode[str, str | bytes]" = traitlets.Unicode().tag(sync=True)
    ways: "traitlets.List[dict[str, Any]]" = traitlets.List().tag(sync=True)

    def __init__(self, graph: Graph, **options: Any) -> None:
        if graph.has_arrays or len(graph.nodes) > MOST_NODES:
            raise ValueError(
                f"a race is run on a graph of single numbers with at most {MOST_NODES} nodes; "
                f"{graph.name} has {len(graph.nodes)}"
            )
        super().__init__(**options)
        self.figure = Figure(graph.example, labels=False)
        self.svg = self._picture()
        self.ways = [
            {
                "way": way,
                "name": say(f"way.{way}"),
                "events": steps.events,
                "gradients": steps.gradients,
                "once": len(graph.operations),
                "operations": sum(event[0] == "n" for event in steps.events),
                "locals": sum(event[0] == "e" for event in steps.events),
            }
            for way, steps in (
                ("reverse", reverse(graph)),
                ("forward", forward(graph)),
                ("bumping", bumping(graph)),
            )
        ]

    def retell(self) -> None:
        self.svg = self._picture() if self.svg else ""
        self.ways = [{**way, "name": say(f"way.{way['way']}")} for way in self.ways]

    def _picture(self) -> str:
        run, figure = self.figure.run, self.figure
        return paint(compose(run, figure.layout, figure.highlights, live=True))

    def save(
        self,
        path: str | PathLike[str],
        *,
        theme: Theme | None = None,
        scale: float = 2,
        live: bool = True,
    ) -> Path:
        """Write the race to a file: as a page, ``.html``, it is run in any browser, without Python
        and without a network. In any other format, or with ``live=False``, it is the still graph,
        as :meth:`Figure.save` writes it.

        >>> import tempfile
        >>> import gradviz as gv
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     gv.race(lambda x: x + x, x=1.0).save(f"{folder}/race.html").name
        'race.html'
        """
        path, figure = Path(path), self.figure
        if not (live and format_of(path.name).can_live):
            return figure.save(path, theme=theme, scale=scale, live=False)
        path.write_text(figure.page_of(self.told(), checked(theme)), encoding="utf-8")
        return path

    def told(self) -> dict[str, Any]:
        """What a page without Python is told of it."""
        return {"kind": "race", "words": self.words, "svg": self.svg, "ways": self.ways}

    def __repr__(self) -> str:
        counts = {way["way"]: way["operations"] + way["locals"] for way in self.ways}
        return f"<Race: {say('race.counts', **counts)}>"

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], Any]:
        data, metadata = super()._repr_mimebundle_(**options)
        return {**data, "text/plain": repr(self)}, metadata


def race(
    function: Callable[..., Any], values: Mapping[str, float] | None = None, /, **inputs: float
) -> Race:
    """The race on the graph of a function at these inputs.

    >>> import gradviz as gv
    >>> gv.race(lambda x: x + x, x=1.0)
    <Race: reverse sweep 3, forward mode 3, bumping 2>
    """
    return Race(trace(function, values, **inputs))


class Way(NamedTuple):
    """The steps of a way, the ids of what they evaluate; and after how many it knows the gradient
    of which input.
    """

    events: list[str]
    gradients: list[tuple[int, int]]


def reverse(graph: Graph) -> Way:
    """The steps of a forward and a reverse sweep. It knows the gradient of an input once it has
    been along all wires of that.
    """
    back = [*reversed(graph.edges)]
    events = [*_evaluated(graph), *map(_id, back)]
    last = {edge.source: len(graph.operations) + at for at, edge in enumerate(back, 1)}
    known = [(last.get(each, len(graph.operations)), each.index) for each in graph.inputs]
    return Way(events, sorted(known))


def forward(graph: Graph) -> Way:
    """The steps of one evaluation, and of a tangent sweep for each input, which skips what does not
    depend on that.
    """
    events, known = _evaluated(graph), []
    for input_ in graph.inputs:
        depends = {input_}
        for edge in graph.edges:
            if edge.source in depends:
                depends.add(edge.target)
                events.append(_id(edge))
        known.append((len(events), input_.index))
    return Way(events, known)


def bumping(graph: Graph) -> Way:
    """The steps of one evaluation, and one more for each input, of what depends on that."""
    events, known = _evaluated(graph), []
    for input_ in graph.inputs:
        depends = {input_}
        for node in graph.operations:
            if not depends.isdisjoint(
                operand for operand in node.operands if isinstance(operand, Node)
            ):
                depends.add(node)
                events.append(_id(node))
        known.append((len(events), input_.index))
    return Way(events, known)


def _evaluated(graph: Graph) -> list[str]:
    return [*map(_id, graph.operations)]


def _id(what: Node | Edge) -> str:
    return f"{'n' if isinstance(what, Node) else 'e'}{what.index}"
