"""A run as far as it is known, drawn and told with dots for what is asked."""

import base64
from collections.abc import Collection
from dataclasses import replace
from html import escape
from typing import Any

from gradviz.exercises.practice.blanks import Blank
from gradviz.export.svg import paint
from gradviz.figure import Figure
from gradviz.graph import Run
from gradviz.scene.compose import compose


def covered(run: Run, hidden: Collection[Blank]) -> Run:
    """The run without the numbers that are asked, nor what would give them away: what flows along
    a wire is seen when both gradients and the local derivative are.
    """
    graph, covers = run.graph, {(blank.kind, blank.of) for blank in hidden}

    def seen(kind: str, numbers: Any) -> list[Any]:
        return [None if (kind, of) in covers else number for of, number in numbers.items()]

    values, gradients = seen("value", run.primals), seen("gradient", run.adjoints)
    locals_ = seen("local", run.locals)
    flows = [
        flow
        if gradients[edge.source.index] is not None
        and gradients[edge.target.index] is not None
        and ("local", edge) not in covers
        else None
        for edge, flow in run.flows.items()
    ]
    return Run(graph, (*values, *locals_, *gradients), flows=tuple(flows))


def svg(figure: Figure, run: Run, hidden: Collection[Blank]) -> str:
    """The picture of the run with dots. Nothing in it says more than one sees: what would be said
    when one points at a blank is left out, and so is the document.
    """
    scene = compose(covered(run, hidden), figure.layout)
    about = {blank.of for blank in hidden}
    graph = run.graph
    wires = [
        replace(wire, title="") if graph.edges[wire.index] in about else wire
        for wire in scene.wires
    ]
    cards = [
        replace(card, title="") if graph.nodes[card.index] in about else card
        for card in scene.cards
    ]
    return paint(replace(scene, wires=tuple(wires), cards=tuple(cards)))


def image(picture: str, words: str) -> str:
    """An SVG as an image of HTML, with words for who does not see it."""
    data = base64.b64encode(picture.encode()).decode()
    return (
        f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(words, quote=True)}" '
        'style="max-width: 100%; height: auto">'
    )
