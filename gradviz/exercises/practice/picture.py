"""A run as far as it is known, drawn and told with dots for what is asked; and where on it one
types.
"""

import base64
from collections.abc import Callable, Collection
from dataclasses import replace
from html import escape
from typing import Any

from gradviz.exercises.practice.blanks import Blank
from gradviz.export.svg import paint
from gradviz.graph import Edge, Graph, Run
from gradviz.scene import layout as layout_
from gradviz.scene.cards import card_size
from gradviz.scene.compose import Highlights, compose
from gradviz.scene.layout import Layout
from gradviz.scene.scene import Card, Label, Scene

# pixels: of a field, as high as a finger of a mouse needs it; between it and the edge of its card;
# and how wide one at a wire is
FIELD, SIDE, AT_WIRE = 24, 5, 50
TALLER = 18  # than other cards
# that numbers move down on a card, so that fields have room there; beside maps, which move too, and
# of which the lower one has moved already with the middle of the card
DOWN = {"value": 3, "adjoint": 13}
DOWN_BY_MAPS = {"value": 3, "adjoint": 1}
MAPS_DOWN = {"value": 6, "adjoint": 5}
APART = 3.5  # that the two lines at a wire move from its middle
OPEN = "▾ "  # the sign of a block that could be closed
MIDDLE = 4  # pixels from the baseline of a number up to its middle


def unknown(number: Any) -> Any:
    """What stands for a number that is not known."""
    return None


def covered(run: Run, hidden: Collection[Blank], cover: Callable[[Any], Any] = unknown) -> Run:
    """The run without the numbers that are asked, nor what would give them away: what flows along
    a wire is seen when both gradients and the local derivative are. `cover` says what stands in
    place of a number.
    """
    graph, covers = run.graph, {(blank.kind, blank.of) for blank in hidden}

    def seen(kind: str, numbers: Any) -> list[Any]:
        return [cover(number) if (kind, of) in covers else number for of, number in numbers.items()]

    values, gradients = seen("value", run.primals), seen("gradient", run.adjoints)
    locals_ = seen("local", run.locals)
    flows = [
        cover(flow)
        if covers & {("local", edge), ("gradient", edge.source), ("gradient", edge.target)}
        else flow
        for edge, flow in run.flows.items()
    ]
    return Run(graph, (*values, *locals_, *gradients), flows=tuple(flows))


def places(graph: Graph) -> Layout:
    """The places of everything, with room for fields on cards and at wires."""
    sizes = [card_size(*pair) for pair in zip(graph.nodes, graph.example_numbers)]
    return layout_.layout(graph, [(width, height + TALLER) for width, height in sizes])


def scene(run: Run, layout: Layout, hidden: Collection[Blank], *, live: bool = False) -> Scene:
    """What is to be seen of a run with dots. Nothing in it says more than one sees: what would be
    said when one points at a blank is left out, and so is the document.
    """
    scene = compose(covered(run, hidden), layout, Highlights(), live)
    about = {blank.of for blank in hidden}
    graph = run.graph
    wires = [
        replace(wire, title="") if graph.edges[wire.index] in about else wire
        for wire in scene.wires
    ]
    cards = [
        replace(card, title="") if graph.nodes[card.index] in about else card
        for card in map(_roomy, scene.cards)
    ]
    frames = [
        replace(frame, text=replace(frame.text, words=frame.text.words.removeprefix(OPEN)))
        for frame in scene.frames
    ]
    labels = [_parted(label) for label in scene.labels]
    return replace(
        scene,
        wires=tuple(wires),
        cards=tuple(cards),
        labels=tuple(labels),
        frames=tuple(frames),
    )


def _roomy(card: Card) -> Card:
    """A card with its numbers further apart."""
    down = DOWN_BY_MAPS if card.maps else DOWN
    return replace(
        card,
        numbers=tuple(replace(text, y=text.y + down[text.role]) for text in card.numbers),
        maps=tuple(replace(each, y=each.y + MAPS_DOWN[each.role]) for each in card.maps),
    )


def _parted(label: Label) -> Label:
    """A label with its two lines further apart, if it has two."""
    lines = {text.role: text for text in label.texts}
    if not lines["local"].words:
        return label
    down = {"local": -APART, "back": APART}
    texts = [replace(text, y=text.y + down.get(text.role, 0)) for text in label.texts]
    gap = replace(label.gap, y=label.gap.y - APART, height=label.gap.height + 2 * APART)
    return replace(label, texts=tuple(texts), gap=gap)


def field(scene: Scene, blank: Blank) -> tuple[float, float, float, float]:
    """Where on the picture the number of a blank is typed: from the left and from the top, how wide
    and how high.
    """
    if isinstance(blank.of, Edge):
        texts, (x, y), width = scene.labels[blank.of.index].texts, (0.0, 0.0), AT_WIRE
        role = "local"
    else:
        card = scene.cards[blank.of.index]
        texts, (x, y), width = card.numbers, (card.box.x, card.box.y), card.box.width - 2 * SIDE
        role = "value" if blank.kind == "value" else "adjoint"
    text = next(text for text in texts if text.role == role)
    left, top = x + text.x - width / 2, y + text.y - MIDDLE - FIELD / 2
    return round(left + scene.margin, 1), round(top + scene.margin, 1), round(width, 1), FIELD


def svg(run: Run, layout: Layout, hidden: Collection[Blank]) -> str:
    """The picture of the run with dots, as an SVG document."""
    return paint(scene(run, layout, hidden))


def image(picture: str, words: str) -> str:
    """An SVG as an image of HTML, with words for who does not see it."""
    data = base64.b64encode(picture.encode()).decode()
    return (
        f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(words, quote=True)}" '
        'style="max-width: 100%; height: auto">'
    )
