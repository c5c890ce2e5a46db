"""Places and a run become SVG. Every element that shows a number holds it in full too, with what it
takes to recompute it.
"""

import math
import struct
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from gradviz.draw import data, heat, text
from gradviz.draw.data import attributes, escape, quoteattr
from gradviz.draw.explain import Words
from gradviz.draw.fold import Inside, blocks_of, unfolded
from gradviz.draw.formula import Formula, State
from gradviz.draw.layout import APART, Box, Layout
from gradviz.draw.sheets import style_sheet
from gradviz.graph import Block, Edge, Graph, Node, Places, Run
from gradviz.numerals import Value, numeral

NARROWEST, WIDEST = 63, 132  # cards
CARD_HEIGHT = 58
ELEMENT = 50  # of a vector, on its card
HEAD = 20
MARGIN = 12
LEGEND = 26
CAPTION, CAPTION_LINE = 13.5, 20  # the size of a step's words, and the height of a line of them
TITLE_DIGITS = 6
NARROWEST_FIGURE, NARROWEST_WITH_MAPS = 360, 460  # room for the legend
SIDES = 13  # of a card, where no number stands
LABEL_ROOM, LABEL_SIZE = 42, 10.5  # pixels of a label, and of its font
CHARACTER = 6  # pixels of a digit: texts that need more room than there is are condensed
DIGIT = 0.55  # of the size of a font: about how wide a character of a number is
BOLD = 13.5  # a bold text of a size of 12.5 is as wide as a plain one of this
# where the map of a value stands on its card; that of the gradient follows under it
MAP_TOP, MAP_LEFT = 41, 8
SCALE_CELL = 10
RANGE_ROOM = 52  # for what the shades of a map stand for
THICKEST = 9.0  # the largest that flows back along an edge, or 1 if all flows are smaller


def card_size(node: Node, example: Value | None) -> tuple[float, float]:
    """Room for a node's name and operation, within limits, and for its numbers: the two maps of an
    array, or a short vector; one number fits into any card."""
    bold, sign = heading(node)
    name = min(WIDEST, text.width(bold, BOLD) + text.width(sign, 12.5) + 20)
    if heat.is_mapped(example):
        rows, columns, cell = heat.size(example.shape)
        shape = text.width(numeral(example), 12) + RANGE_ROOM
        return round(max(NARROWEST, name, shape, columns * cell + 2 * MAP_LEFT), 1), 2 * (
            MAP_TOP - HEAD + rows * cell
        ) + HEAD + 4
    numbers = example.size * ELEMENT if isinstance(example, np.ndarray) else 0
    arriving = sum(isinstance(operand, Node) for operand in node.operands)
    return round(max(NARROWEST, numbers, name), 1), max(CARD_HEIGHT, arriving * APART - 10)


def heading(node: Node) -> tuple[str, str]:
    """The name and the operation that stand on top of a card."""
    return node.label if node.name else "", node.sign


@dataclass(frozen=True)
class Highlights:
    """What is to be seen beside the numbers of a run: the step just taken, which is lit, with its
    words; gates whose derivative is wrong; whether the labels of edges are there."""

    lit: Node | Edge | None = None
    caption: str = ""
    wrong: Collection[Node] = ()
    labels: bool = True  # of edges


def paint(
    run: Run, layout: Layout, highlights: Highlights = Highlights(), live: bool = False
) -> str:
    """The figure of a run as SVG text; `live` for a page that has the style sheet and writes titles
    itself.
    """
    return "\n".join(_Painter(run, layout, highlights, live).document()) + "\n"


def summary(run: Run) -> str:
    """One line that says what is drawn."""
    inputs = ", ".join(f"{node.label} = {numeral(run.primals[node])}" for node in run.graph.inputs)
    return f"{run.graph.output.label} = {numeral(run.value)}" + (
        f" at {inputs}" if run.graph.operations else ""
    )


def largest_flow(run: Run) -> float:
    """The largest finite absolute value that flows back along an edge; 0 if there is none."""
    flows = map(magnitude, run.flows.values())
    return max((flow for flow in flows if flow < float("inf")), default=0.0)


def magnitude(flow: Value | None) -> float:
    """How much flows back: of an array, the most; of nothing, nothing."""
    if flow is None:
        return 0.0
    return float(np.max(np.abs(flow), initial=0.0)) if isinstance(flow, np.ndarray) else abs(flow)


def flow_width(flow: Value | None, largest: float) -> float:
    """The width of what flows back, in pixels: its area grows with the flow, and where nothing
    flows there is nothing.
    """
    much = magnitude(flow)
    return THICKEST * min(1.0, much / max(1.0, largest)) ** 0.5 if much > 0 else 0.0


def packed(run: Run, places: Places | None = None) -> bytes:
    """The numbers of a run as a live figure reads them, as floats of 64 bits: the distinct ones of
    primals, local derivatives and adjoints, of which the figure knows the `places`, or all of them.

    Where there are arrays (`shapes`), what flows back follows. Of large arrays there are only the
    cells of their maps, or the magnitude of local derivatives and of what flows back."""
    if not run.graph.has_arrays:
        if places is None:
            return _floats(run.numbers)
        return _floats(run.distinct if run.places is places else places.compressed(run.numbers))
    of_array = [
        (run.primals, _cells),
        (run.locals, _magnitude),
        (run.adjoints, _cells),
        (run.flows, _magnitude),
    ]
    parts = (_part(number, of) for numbers, of in of_array for number in numbers.values())
    return _floats([number for part in parts for number in part])


def packed_inputs(run: Run, shown: Sequence[int | None]) -> bytes:
    """The inputs that are not shown by themselves, and those of which `packed` has but the cells of
    their maps.
    """
    inputs = ((run.primals[node], place) for node, place in zip(run.graph.inputs, shown))
    return b"".join(
        np.asarray(value, "<f8").tobytes()
        for value, place in inputs
        if place is None or (heat.is_mapped(value) and heat.grid(value).size < value.size)
    )


def _part(
    number: Value | None, of_large: Callable[[np.ndarray], Sequence[float]]
) -> Sequence[float]:
    if isinstance(number, np.ndarray):
        return of_large(number) if heat.is_mapped(number) else number.ravel().tolist()
    return () if number is None else (number,)


def _cells(array: np.ndarray) -> list[float]:
    return heat.grid(array).ravel().tolist()


def _magnitude(array: np.ndarray) -> tuple[float]:
    return (magnitude(array),)


def _floats(numbers: Sequence[float]) -> bytes:
    return struct.pack(f"<{len(numbers)}d", *numbers)  # three times as fast as array("d", numbers)


def shapes(run: Run) -> list[list[int] | None] | None:
    """The shape of each number in `packed`: [] of a single one, None where there is none. None in
    all if all are single.
    """
    if not run.graph.has_arrays:
        return None
    return [
        None if number is None else list(np.shape(number))
        for number in (*run.numbers, *run.flows.values())
    ]


def node_title(words: Words, node: Node) -> Formula:
    """What is said of a node when one points at it."""
    return [
        *words.value(node),
        "\n",
        *words.adjoint(node),
        *([f"\n{node.source}"] if node.source else []),
    ]


def edge_title(words: Words, edge: Edge) -> Formula:
    """What is said of an edge when one points at it."""
    return [*words.local(edge), "\nflows back: ", *words.flow(edge)]


Thing = TypeVar("Thing", Node, Edge)


class _Painter:
    """Paints one figure."""

    def __init__(self, run: Run, layout: Layout, highlights: Highlights, live: bool) -> None:
        self.run, self.layout, self.highlights, self.live = run, layout, highlights, live
        self.locals, self.flows, self.primals, self.adjoints = (
            run.locals,
            run.flows,
            run.primals,
            run.adjoints,
        )
        self.words, self.state, self.largest = Words(run.graph), State(run), largest_flow(run)
        # edges that never have one
        self.blank = [local is None for local in run.graph.example.locals.values()]
        # boxes of an overview
        self.openable: Mapping[str, int] = getattr(run.graph.evaluator, "openable", {})
        whole = unfolded(getattr(run.graph.evaluator, "full", run.graph))  # of an excerpt too
        self.blocks = {block: number for number, block in enumerate(blocks_of(whole))}

    def document(self) -> Iterator[str]:
        graph, layout = self.run.graph, self.layout
        width = (
            max(layout.width, NARROWEST_WITH_MAPS if has_maps(graph) else NARROWEST_FIGURE)
            + 2 * MARGIN
        )
        caption = text.wrapped(self.highlights.caption, width - 2 * MARGIN, CAPTION)
        height = (
            layout.height
            + 2 * MARGIN
            + LEGEND * (1 + has_maps(graph))
            + CAPTION_LINE * len(caption)
        )
        size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
        yield f'<svg xmlns="http://www.w3.org/2000/svg" class="gradviz" role="img" {size}>'
        if not self.live:
            yield f"<title>{escape(summary(self.run))}</title>"
            yield f"<desc>{escape(str(self.run))}</desc>"
            yield f"<style>{style_sheet('figure')}</style>"
        yield '<rect class="gv-paper" width="100%" height="100%"/>'
        yield f'<g transform="translate({MARGIN},{MARGIN})">'
        for block, box in layout.blocks:
            yield from self.block(block, box)
        for edge in graph.edges:
            yield from self.edge(edge)
        for edge in graph.edges if self.highlights.labels else ():  # above all wires
            yield from self.label(edge)
        for node in graph.nodes:
            yield from self.node(node)
        yield "</g>"
        for number, line in enumerate(caption):
            y = layout.height + 2 * MARGIN + 8 + CAPTION_LINE * number
            yield f'<text class="gv-caption" x="{MARGIN}" y="{y:.1f}">{escape(line)}</text>'
        yield _legend(self.run, height, self.highlights.labels)
        yield "</svg>"

    def title(self, words_of: Callable[[Words, Thing], Formula], what: Thing) -> str:
        if self.live:
            return "<title/>"
        said = self.state.text(words_of(self.words, what), TITLE_DIGITS)
        return f"<title>{escape(said)}</title>"

    def block(self, block: Block, box: Box) -> Iterator[str]:
        name = f"▾ {block.name}" if self.live else block.name
        yield (
            f'<g class="gv-block"{attributes({"block": self.blocks[block]})}>'
            f"<title>{escape(block.name)}</title>"
            f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" '
            f'height="{box.height:.1f}" rx="9"/>'
            f'<text x="{box.x + 11:.1f}" y="{box.y + 17:.1f}">'
            f"{escape(text.cut(name, box.width - 20, 11.5))}</text></g>"
        )

    def edge(self, edge: Edge) -> Iterator[str]:
        local, flow = self.locals[edge], self.flows[edge]
        wire, width = self.layout.wires[edge.index], flow_width(flow, self.largest)
        held = attributes(data.of_edge(edge, local, flow))
        yield f'<g class="gv-edge{self.lit(edge)}" id="e{edge.index}"{held}>'
        yield self.title(edge_title, edge)
        yield f'<path class="gv-flow" d="{wire.path}" stroke-width="{width:.2f}"/>'
        yield f'<path class="gv-wire" d="{wire.path}"/>'
        yield f'<path class="gv-tip" d="M{wire.tip[0]:.1f},{wire.tip[1]:.1f} l-8,-3.6 v7.2 Z"/>'
        yield "</g>"

    def label(self, edge: Edge) -> Iterator[str]:
        wire = self.layout.wires[edge.index]
        x, y = wire.label
        inside = " gv-inside" if edge.source.block and edge.target.block else ""
        yield f'<g class="gv-label{inside}{self.lit(edge)}" data-edge="{edge.index}">'
        if edge.mark:
            at_tip = wire.tip[0] - 6, wire.tip[1] - 5
            yield from self.above_wires("gv-mark", *at_tip, escape(edge.mark), room=math.inf)
        blank = self.blank[edge.index]
        local = "" if blank else f"∂ {on_edge(self.locals[edge])}"
        yield from self.above_wires("gv-local", x + wire.lean, y - 7, local)
        above = blank and y < wire.tip[1]  # away from the mark at the tip
        place = (x + wire.lean, y - 7) if above else (x - wire.lean, y + 14.5)
        yield from self.above_wires("gv-back", *place, f"◂ {on_edge(self.flows[edge])}")
        yield "</g>"

    def above_wires(
        self, kind: str, x: float, y: float, shown: str, room: float = LABEL_ROOM
    ) -> Iterator[str]:
        """A text with a halo, which is a text of its own under it: not every program paints the
        halo of a text before the text.
        """
        if shown and not self.live:
            yield _number(f"gv-halo {kind}", x, y, shown, room, LABEL_SIZE)
        yield _number(kind, x, y, shown, room, LABEL_SIZE)

    def node(self, node: Node) -> Iterator[str]:
        box, w = self.layout.cards[node.index], self.layout.cards[node.index].width
        value, adjoint = self.primals[node], self.adjoints[node]
        yield (
            f'<g class="gv-node{self.kinds(node)}{self.lit(node)}" id="n{node.index}"'
            f"{attributes(self.held(node))} "
            f'transform="translate({box.x:.1f},{box.y:.1f})">'
        )
        yield self.title(node_title, node)
        yield f'<rect class="gv-card" width="{w:.1f}" height="{box.height:g}" rx="7"/>'
        head = f"M1,{HEAD} V7 a6,6 0 0 1 6,-6 H{w - 7:.1f} a6,6 0 0 1 6,6 V{HEAD} Z"
        yield f'<path class="gv-head" d="{head}"/>'
        yield _heading(node, w / 2, w)
        example = self.run.graph.example_numbers[node.index]
        # where the gradient is written
        below = MAP_TOP - 6 + (box.height - HEAD - 4) / 2 if heat.is_mapped(example) else 51
        yield _number("gv-value", w / 2, MAP_TOP - 6, shown(value), w - SIDES)
        yield _number("gv-adjoint", w / 2, below, shown(adjoint, shape=False), w - SIDES)
        if heat.is_mapped(example):
            yield _map("value", value, example.shape, MAP_TOP, w)
            yield _map("adjoint", adjoint, example.shape, below + 6, w)
        if node in self.highlights.wrong or (self.live and node.is_handwritten):
            yield (
                f'<g class="gv-badge" transform="translate({w:.1f},0)"><circle r="8"/>'
                '<text y="4">≠</text></g>'
            )
        yield "</g>"

    def kinds(self, node: Node) -> str:
        """What the style sheet knows of a card."""
        kinds = {
            "input": node.operation is None,
            "output": node is self.run.graph.output,
            "closed": isinstance(node.operation, Inside),
            "box": node.label in self.openable,
            "wrong": node in self.highlights.wrong,
        }
        return "".join(f" gv-{name}" for name, holds in kinds.items() if holds)

    def held(self, node: Node) -> dict[str, object]:
        """What a card holds: its numbers in full, and what can be opened there."""
        held = data.of_node(node, self.primals[node], self.adjoints[node])
        if isinstance(node.operation, Inside):
            held["block"] = self.blocks[node.operation.block]
        if node.label in self.openable:
            held["box"] = self.openable[node.label]
        return held

    def lit(self, what: Node | Edge) -> str:
        return " gv-lit" if what is self.highlights.lit else ""


def _heading(node: Node, middle: float, card: float) -> str:
    name, sign = heading(node)
    room = card - 14
    if not name or not sign:
        kind = "gv-name" if name else "gv-sign gv-alone"
        words = escape(text.cut(name or sign, room, BOLD if name else 12.5))
        return f'<text class="{kind}" x="{middle:.1f}" y="14.5">{words}</text>'
    sign = text.cut(sign, room - 6 - min(text.width(name, BOLD), room / 2))
    name = text.cut(name, room - 6 - text.width(sign), BOLD)
    gap = middle + (text.width(name, BOLD) - text.width(sign)) / 2  # between the two
    return (
        f'<text class="gv-name gv-left" x="{gap - 3:.1f}" y="14.5">{escape(name)}</text>'
        f'<text class="gv-sign gv-right" x="{gap + 3:.1f}" y="14.5">{escape(sign)}</text>'
    )


def shown(number: Value | None, shape: bool = True) -> str:
    """What a card says of its value or its gradient: the number, or of a map its shape and what its
    shades stand for.
    """
    if not heat.is_mapped(number):
        return numeral(number)
    scale = heat.scale(heat.grid(number))
    return f"{numeral(number)} {scale}" if shape else scale


def on_edge(number: Value | None) -> str:
    """What the label of an edge says of a local derivative or a flow: the number, or how far those
    of an array reach.
    """
    if not isinstance(number, np.ndarray):
        return numeral(number, 3)
    return ("±" if number.any() else "") + numeral(magnitude(number), 3)


def _map(kind: str, array: np.ndarray | None, shape: tuple[int, ...], y: float, card: float) -> str:
    rows, columns, cell = heat.size(shape)
    width, height = columns * cell, rows * cell
    cells = "" if array is None else heat.picture(heat.grid(array), cell)
    frame = f'<rect class="gv-frame" width="{width}" height="{height}"/>'
    return (
        f'<g class="gv-map" data-of="{kind}" '
        f'transform="translate({(card - width) / 2:.1f},{y:.1f})">'
        f'{frame}<g class="gv-cells">{cells}</g></g>'
    )


def _number(kind: str, x: float, y: float, shown: str, room: float, size: float = 12) -> str:
    """A text of digits, condensed to its room, and smaller for programs that can't condense it."""
    condensed = ""
    if len(shown) * CHARACTER > room + 2:
        smaller = min(size, room / (len(shown) * DIGIT))
        condensed = (
            f' font-size="{smaller:.1f}" textLength="{room:g}" lengthAdjust="spacingAndGlyphs"'
        )
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}"{condensed}>{shown}</text>'


def _legend(run: Run, height: float, labels: bool) -> str:
    parts = [
        ("gv-value", "value"),
        ("gv-adjoint", f"gradient of {text.cut(run.graph.output.label, 80)}"),
    ]
    if run.graph.edges and labels:
        parts += [("", "∂ local derivative"), ("gv-adjoint", "◂ what flows back")]
    spans = ""
    for count, (kind, part) in enumerate(parts):
        styled = f" class={quoteattr(kind)}" if kind else ""
        apart = ' dx="16"' if count else ""
        spans += f"<tspan{styled}{apart}>{escape(part)}</tspan>"
    shades = (
        f'<g transform="translate({MARGIN},{height - 38:.1f})">{_scale()}</g>'
        if has_maps(run.graph)
        else ""
    )
    return (
        f'<g class="gv-legend"><text x="{MARGIN}" y="{height - 10:.1f}">{spans}</text>{shades}</g>'
    )


def has_maps(graph: Graph) -> bool:
    """Whether any of its nodes is shown by heat maps."""
    return any(map(heat.is_mapped, graph.example_numbers[: len(graph.nodes)]))


def _scale() -> str:
    """The legend of heat maps: all shades, from the most negative number to the most positive."""
    cells = np.linspace(-1, 1, 2 * heat.LEVELS + 1)[None]
    width = cells.size * SCALE_CELL
    frame = f'<rect class="gv-frame" width="{width}" height="{SCALE_CELL}"/>'
    return (
        '<text y="9">−</text><g class="gv-map" transform="translate(10,0)">'
        f"{frame}{heat.picture(cells, SCALE_CELL)}</g>"
        f'<text x="{width + 14}" y="9">+</text>'
        f'<text x="{width + 30}" y="9">the strongest shade is the number after ±</text>'
    )
