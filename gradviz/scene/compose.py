"""From a run and the places of its graph to a scene."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from gradviz.graph import Block, Edge, Node, Run, is_from_elsewhere
from gradviz.numerals import numeral
from gradviz.scene import cards, data, heat, text
from gradviz.scene.folding.blocks import blocks_of
from gradviz.scene.folding.inside import Inside
from gradviz.scene.layout import MARK, Layout
from gradviz.scene.numbers import flow_width, largest_flow, on_edge
from gradviz.scene.scene import (
    Box,
    Card,
    Data,
    Frame,
    Label,
    Legend,
    Map,
    Number,
    Scale,
    Scene,
    Text,
    Wire,
)
from gradviz.scene.words.explain import Words
from gradviz.scene.words.formula import Formula, State
from gradviz.scene.words.forward import said_of_along, said_of_second, words_of
from gradviz.scene.words.titles import TITLE_DIGITS, edge_title, node_title, summary
from gradviz.words import language, say

MARGIN = 12
LEGEND = 26
CAPTION, CAPTION_LINE = 13.5, 20  # the size of a step's words, and the height of a line of them
NARROWEST, NARROWEST_WITH_MAPS = 360, 460  # room for the legend
# pixels of a label, of its font, and of one of its characters
LABEL_ROOM, LABEL_SIZE, CHARACTER = 45, 11.5, 6.3
LINE = 13  # the height of a line of a label
SCALE_CELL = 10
ALONG = {"flow": ("back", "◂"), "push": ("push", "▸")}  # the role of what goes along, and its sign

Thing = TypeVar("Thing", Node, Edge)


@dataclass(frozen=True)
class Highlights:
    """What is to be seen beside the numbers of a run: the step just taken, which is lit, with its
    words; gates whose derivative is wrong; whether the labels of edges are there."""

    lit: Node | Edge | None = None
    step: str = ""
    event: str = ""
    wrong: Collection[Node] = ()
    labels: bool = True  # of edges


def compose(
    run: Run, layout: Layout, highlights: Highlights = Highlights(), live: bool = False
) -> Scene:
    """What is to be seen of a run; `live` for who fills in numbers and says titles by themselves,
    or shows none.
    """
    return _Composer(run, layout, highlights, live).scene()


class _Composer:
    """Composes one scene."""

    def __init__(self, run: Run, layout: Layout, highlights: Highlights, live: bool) -> None:
        self.run, self.layout, self.highlights, self.live = run, layout, highlights, live
        self.locals, self.flows, self.primals, self.adjoints = (
            run.locals,
            run.flows,
            run.primals,
            run.adjoints,
        )
        self.words, self.state, self.largest = words_of(run), State(run), largest_flow(run)
        # edges that never have one
        self.blank = [local is None for local in run.graph.example.locals.values()]
        # boxes of an overview
        self.openable = run.graph.origin.boxes
        self.blocks = {block: number for number, block in enumerate(blocks_of(run.graph.unfolded))}
        self.marks = {node: node.gate.marks(node.constants) for node in run.graph.operations}
        self.frames = {block: place for place, (block, _) in enumerate(layout.blocks)}

    def scene(self) -> Scene:
        graph, layout, highlights = self.run.graph, self.layout, self.highlights
        has_maps = any(map(heat.is_mapped, graph.example_numbers[: len(graph.nodes)]))
        width = max(layout.width, NARROWEST_WITH_MAPS if has_maps else NARROWEST) + 2 * MARGIN
        caption = text.wrapped(highlights.event, width - 2 * MARGIN, CAPTION)
        bottom = layout.height + 2 * MARGIN
        height = bottom + LEGEND * (1 + has_maps) + CAPTION_LINE * len(caption)
        wires = tuple(map(self.wire, graph.edges))
        return Scene(
            width=round(width),
            height=round(height),
            margin=MARGIN,
            title=summary(self.run),
            table="" if self.live else str(self.run),
            step=highlights.step,
            event=highlights.event,
            frames=tuple(self.frame(block, box) for block, box in layout.blocks),
            wires=wires,
            labels=tuple(map(self.label, graph.edges, wires)) if highlights.labels else (),
            cards=tuple(map(self.card, graph.nodes)),
            caption=tuple(
                Text(words, "caption", MARGIN, bottom + 8 + CAPTION_LINE * line, CAPTION, "start")
                for line, words in enumerate(caption)
            ),
            legend=self.legend(height, has_maps),
            is_live=self.live,
            second=self.run.second,
            language=language(),
        )

    def title(self, words_of: Callable[[Words, Thing], Formula], what: Thing) -> str:
        return "" if self.live else self.state.text(words_of(self.words, what), TITLE_DIGITS)

    def frame(self, block: Block, box: Box) -> Frame:
        words = text.cut(f"▾ {block.name}" if self.live else block.name, box.width - 20, 11.5)
        return Frame(
            number=self.blocks[block],
            name=block.name,
            around=None if block.parent is None else self.frames[block.parent],
            box=box,
            text=Text(words, "block", box.x + 11, box.y + 17, 11.5, "start"),
        )

    def wire(self, edge: Edge) -> Wire:
        local, flow = self.locals[edge], self.flows[edge]
        way, held = self.layout.ways[edge.index], data.of_edge(edge, local, flow, self.run.along)
        return Wire(
            index=edge.index,
            source=edge.source.index,
            target=edge.target.index,
            mark=self.marks[edge.target][edge.position],
            local=Number(numeral(local, 3), str(held["local"])),
            flow=Number(numeral(flow, 3), str(held[self.run.along])),
            way=way.stretches,
            tip=way.tip,
            width=flow_width(flow, self.largest),
            is_lit=edge is self.highlights.lit,
            title=self.title(edge_title, edge),
            data=_data(held),
        )

    def label(self, edge: Edge, wire: Wire) -> Label:
        texts = tuple(self.at_wire(edge, wire.mark))
        lines = [line for line in texts[-2:] if line.words] or texts[-1:]
        x, y = self.layout.ways[edge.index].label
        width, height = gap_width(max(len(line.words) for line in lines)), LINE * len(lines) + 2
        return Label(
            wire=edge.index,
            gap=Box(x - width / 2, y - height / 2, width, height),
            texts=texts,
            is_inside=bool(edge.source.block and edge.target.block),
            is_lit=edge is self.highlights.lit,
        )

    def at_wire(self, edge: Edge, mark: str) -> Iterator[Text]:
        way, blank = self.layout.ways[edge.index], self.blank[edge.index]
        x, y = way.label
        if mark:
            yield Text(mark, "mark", way.tip[0] - 9, way.tip[1] - 5.5, MARK, "end")
        local = "" if blank else f"∂ {on_edge(self.locals[edge])}"
        yield cards.fitted(local, "local", x, y - 2.5, LABEL_ROOM, LABEL_SIZE)
        role, sign = ALONG[self.run.along]
        flow = f"{sign} {on_edge(self.flows[edge])}"
        below = 4 if blank else 10.5  # the line in the middle
        yield cards.fitted(flow, role, x, y + below, LABEL_ROOM, LABEL_SIZE)

    def card(self, node: Node) -> Card:
        box, example = self.layout.cards[node.index], self.run.graph.example_numbers[node.index]
        value, adjoint = self.primals[node], self.adjoints[node]
        name, sign, held = node.label if node.name else "", node.sign, self.held(node)
        kinds = tuple(self.kinds(node))
        texts, maps = [], []
        if self.layout.width:  # who finds places itself writes and draws itself
            texts, maps = cards.numbers(
                value, adjoint, example, box.width, box.height, self.run.second, self.live
            )
        return Card(
            index=node.index,
            label=node.label,
            name=name,
            sign=sign,
            expression="" if self.live else node.expression,
            value=Number(numeral(value), str(held["value"])),
            adjoint=Number(numeral(adjoint), str(held[self.run.second])),
            kinds=kinds,
            frame=None if node.block is None else self.frames[node.block],
            box=box,
            head=cards.HEAD,
            heading=tuple(cards.heading(*cards.called(node), box.width, bool(node.name))),
            numbers=tuple(texts),
            maps=tuple(maps),
            badge="≠" if "wrong" in kinds or (self.live and node.is_handwritten) else "",
            is_lit=node is self.highlights.lit,
            title=self.title(node_title, node),
            data=_data(held),
        )

    def kinds(self, node: Node) -> Iterator[str]:
        kinds = {
            "input": node.operation is None,
            "output": node is self.run.graph.output,
            "closed": isinstance(node.operation, Inside),
            "box": node.label in self.openable,
            "wrong": node in self.highlights.wrong,
        }
        return (kind for kind, holds in kinds.items() if holds)

    def held(self, node: Node) -> dict[str, object]:
        """What a card holds: its numbers in full, and what can be opened there."""
        held = data.of_node(node, self.primals[node], self.adjoints[node], self.run.second)
        if isinstance(node.operation, Inside):
            held["block"] = self.blocks[node.operation.block]
        if node.label in self.openable:
            held["box"] = self.openable[node.label]
        return held

    def legend(self, height: float, has_maps: bool) -> Legend:
        graph = self.run.graph
        entries = [
            ("value", say("figure.legend.value")),
            (self.run.second, said_of_second(self.run)),
        ]
        if graph.edges and self.highlights.labels:
            if not is_from_elsewhere(graph):  # of which there are none
                entries.append(("", say("figure.legend.local")))
            entries.append((self.run.second, said_of_along(self.run)))
        return Legend(
            x=MARGIN,
            y=height - 10,
            entries=tuple(entries),
            scale=_scale(MARGIN, height - 38) if has_maps else None,
        )


def gap_width(characters: int) -> float:
    """How wide the gap is for a label of so many characters, as web/picture/picture.js knows it."""
    return min(LABEL_ROOM, CHARACTER * characters) + 4


def _data(held: Mapping[str, object]) -> Data:
    return tuple((name, str(value)) for name, value in held.items())


def _scale(x: float, y: float) -> Scale:
    shades = heat.shades(np.linspace(-1, 1, 2 * heat.LEVELS + 1)[None])
    columns = len(shades[0])
    width = columns * SCALE_CELL
    return Scale(
        x,
        y,
        Map("scale", 10, 0, 1, columns, SCALE_CELL, shades),
        tuple(
            Text(words, "legend", at, 9, 11.5, "start")
            for at, words in (
                (0, "−"),
                (width + 14, "+"),
                (width + 30, say("figure.legend.shades")),
            )
        ),
    )
