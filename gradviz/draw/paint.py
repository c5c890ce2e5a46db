"""Places and a run become SVG. Every element that shows a number holds it in full too, with what it takes to recompute it."""

import json
import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any
from xml.sax import saxutils

import numpy as np

from gradviz.draw import text
from gradviz.draw.layout import CARD_HEIGHT, Layout
from gradviz.graph import Edge, Graph, Node, Places, Run
from gradviz.numerals import FEW, numeral

NARROWEST, WIDEST = 63, 132  # cards
ELEMENT = 50  # of a vector, on its card
HEAD = 20
MARGIN = 12
LEGEND = 26
NARROWEST_FIGURE = 360  # room for the legend
SIDES = 13  # of a card, where no number stands
LABEL_ROOM = 42  # pixels of a label
CHARACTER = 6  # pixels of a digit: texts that need more room than there is are condensed
THICKEST = 9.0  # the largest that flows back along an edge, or 1 if all flows are smaller


def card_width(node: Node, example: Any) -> float:
    """Room for a node's name and operation, within limits, and for the numbers of a short vector; one fits into any card."""
    numbers = example.size * ELEMENT if isinstance(example, np.ndarray) and example.ndim == 1 and example.size <= FEW else 0
    return round(max(NARROWEST, numbers, min(WIDEST, sum(text.width(part, 12.5) for part in heading(node)) + 20)), 1)


def heading(node: Node) -> tuple[str, str]:
    """The name and the operation that stand on top of a card."""
    return node.label if node.name else "", node.sign


def paint(run: Run, layout: Layout, live: bool = False) -> str:
    """The figure of a run as SVG text; `live` for a page that has the style sheet and writes titles itself."""
    return "\n".join(_document(run, layout, live)) + "\n"


def summary(run: Run) -> str:
    """One line that says what is drawn."""
    inputs = ", ".join(f"{node.label} = {numeral(run.primals[node])}" for node in run.graph.inputs)
    return f"{run.graph.output.label} = {numeral(run.value)}" + (f" at {inputs}" if run.graph.operations else "")


def _document(run: Run, layout: Layout, live: bool) -> Iterator[str]:
    width = max(layout.width, NARROWEST_FIGURE) + 2 * MARGIN
    height = layout.height + 2 * MARGIN + LEGEND
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" class="gradviz" role="img" {size}>'
    if not live:
        yield f"<title>{escape(summary(run))}</title>"
        yield f"<desc>{escape(str(run))}</desc>"
        yield f"<style>{style_sheet()}</style>"
    yield '<rect class="gv-paper" width="100%" height="100%"/>'
    yield f'<g transform="translate({MARGIN},{MARGIN})">'
    for block, box in layout.blocks:
        shape = f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="9"/>'
        label = escape(text.cut(block.name, box.width - 20, 11.5))
        yield f'<g class="gv-block"><title>{escape(block.name)}</title>{shape}<text x="{box.x + 11:.1f}" y="{box.y + 17:.1f}">{label}</text></g>'
    largest = largest_flow(run)
    for edge in run.graph.edges:
        yield from _edge(edge, run, layout, largest)
    for edge in run.graph.edges:  # above all wires
        yield from _label(edge, run, layout)
    for node in run.graph.nodes:
        yield from _node(node, run, layout)
    yield "</g>"
    yield _legend(run, height)
    yield "</svg>"


def largest_flow(run: Run) -> float:
    """The largest finite absolute value that flows back along an edge; 0 if there is none."""
    flows = map(magnitude, run.flows.values())
    return max((flow for flow in flows if flow < float("inf")), default=0.0)


def magnitude(flow: Any) -> float:
    """How much flows back: of an array, the most; of nothing, nothing."""
    if flow is None:
        return 0.0
    return float(np.max(np.abs(flow), initial=0.0)) if isinstance(flow, np.ndarray) else abs(flow)


def flow_width(flow: Any, largest: float) -> float:
    """The width of what flows back, in pixels: its area grows with the flow, and where nothing flows there is nothing."""
    much = magnitude(flow)
    return THICKEST * min(1.0, much / max(1.0, largest)) ** 0.5 if much > 0 else 0.0


def packed(run: Run, places: Places | None = None) -> bytes:
    """The numbers of a run as a live figure reads them, as floats of 64 bits: the distinct ones of primals, local derivatives and
    adjoints, of which the figure knows the `places`, or all of them.

    Where there are arrays (`shapes`), what flows back follows; of arrays that are shown by their shape, only the magnitude.
    """
    if not run.graph.has_arrays:
        if places is None:
            return _floats(run.numbers)
        return _floats(run.distinct if run.places is places else places.compressed(run.numbers))
    flat: list[float] = []
    for number in (*run.numbers, *run.flows.values()):
        if isinstance(number, np.ndarray):
            flat += number.ravel().tolist() if number.size <= FEW and number.ndim == 1 else [magnitude(number)]
        elif number is not None:
            flat.append(number)
    return _floats(flat)


def _floats(numbers: Sequence[float]) -> bytes:
    return struct.pack(f"<{len(numbers)}d", *numbers)  # three times as fast as array("d", numbers)


def shapes(run: Run) -> list[Any] | None:
    """The shape of each number in `packed`: [] of a single one, None where there is none. None in all if all are single."""
    if not run.graph.has_arrays:
        return None
    return [None if number is None else list(np.shape(number)) for number in (*run.numbers, *run.flows.values())]


def _edge(edge: Edge, run: Run, layout: Layout, largest: float) -> Iterator[str]:
    local, flow = run.locals[edge], run.flows[edge]
    wire = layout.wires[edge.index]
    data = {"from": edge.source.index, "to": edge.target.index, "argument": edge.position, "local": _full(local), "flow": _full(flow)}
    yield f'<g class="gv-edge" id="e{edge.index}"{_data(data)}>'
    before_local, before_flow = edge_words(edge, run.graph.output.label)
    upstream = run.adjoints[edge.target]
    back = f"{before_flow}{numeral(upstream, 6)} · {numeral(local, 6)} = {numeral(flow, 6)}"
    yield f"<title>{escape(before_local + numeral(local, 6) + back)}</title>"
    yield f'<path class="gv-flow" d="{wire.path}" stroke-width="{flow_width(flow, largest):.2f}"/>'
    yield f'<path class="gv-wire" d="{wire.path}"/>'
    yield f'<path class="gv-tip" d="M{wire.tip[0]:.1f},{wire.tip[1]:.1f} l-8,-3.6 v7.2 Z"/>'
    yield "</g>"


def _label(edge: Edge, run: Run, layout: Layout) -> Iterator[str]:
    wire = layout.wires[edge.index]
    x, y = wire.label
    inside = " gv-inside" if edge.source.block and edge.target.block else ""
    yield f'<g class="gv-label{inside}" data-edge="{edge.index}">'
    if edge.mark:
        yield f'<text class="gv-mark" x="{wire.tip[0] - 6:.1f}" y="{wire.tip[1] - 5:.1f}">{escape(edge.mark)}</text>'
    yield _number("gv-local", x + wire.lean, y - 7, local_label(run.locals[edge]), LABEL_ROOM)
    yield _number("gv-back", x - wire.lean, y + 14.5, f"◂ {numeral(run.flows[edge], 3, few=0)}", LABEL_ROOM)
    yield "</g>"


def words(graph: Graph) -> dict[str, object]:
    """The words around the numbers in titles, which a live figure fills in: for the figure, for each node and each edge."""
    output = graph.output.label
    return {
        "summary": [output, *(node.label for node in graph.inputs)],
        "nodes": [node_words(node, output) for node in graph.nodes],
        "edges": [edge_words(edge, output) for edge in graph.edges],
    }


def node_words(node: Node, output: str) -> tuple[str, str, str]:
    """Before the value, before the gradient, and after both."""
    equation = f"{node.label} = {node.expression} = " if node.operation else f"{node.label} = "
    return equation, f"\n∂{output}/∂{node.label} = ", f"\n{node.source}" if node.source else ""


def edge_words(edge: Edge, output: str) -> tuple[str, str]:
    """Before the local derivative, and before what flows back."""
    source, target = edge.source.label, edge.target.label
    local = f"{edge.local_expression} = " if edge.local_expression else ""
    return f"∂{target}/∂{source} = {local}", f"\nflows back: ∂{output}/∂{target} · ∂{target}/∂{source} = "


def _node(node: Node, run: Run, layout: Layout) -> Iterator[str]:
    box = layout.cards[node.index]
    value, adjoint = run.primals[node], run.adjoints[node]
    kind = " gv-input" if node.operation is None else ""
    kind += " gv-output" if node is run.graph.output else ""
    data = {"value": _full(value), "adjoint": _full(adjoint)}
    if node.operation is not None:
        constants = [None if isinstance(operand, Node) else _full(operand) for operand in node.operands]
        data = {"operation": node.operation.name, "constants": json.dumps(constants), **data}
    w, middle = box.width, box.width / 2
    yield f'<g class="gv-node{kind}" id="n{node.index}"{_data(data)} transform="translate({box.x:.1f},{box.y:.1f})">'
    before_value, before_adjoint, after = node_words(node, run.graph.output.label)
    yield f"<title>{escape(before_value + numeral(value, 6) + before_adjoint + numeral(adjoint, 6) + after)}</title>"
    yield f'<rect class="gv-card" width="{w:.1f}" height="{CARD_HEIGHT}" rx="7"/>'
    yield f'<path class="gv-head" d="M1,{HEAD} V7 a6,6 0 0 1 6,-6 H{w - 7:.1f} a6,6 0 0 1 6,6 V{HEAD} Z"/>'
    yield _heading(node, middle, w)
    yield _number("gv-value", middle, 35, numeral(value), w - SIDES)
    yield _number("gv-adjoint", middle, 51, numeral(adjoint), w - SIDES)
    yield "</g>"


def _heading(node: Node, middle: float, card: float) -> str:
    name, sign = heading(node)
    room = card - 14
    if not name or not sign:
        kind = "gv-name" if name else "gv-sign gv-alone"
        return f'<text class="{kind}" x="{middle:.1f}" y="14.5">{escape(text.cut(name or sign, room, 12.5))}</text>'
    sign = text.cut(sign, room - 6 - min(text.width(name, 12.5), room / 2))
    name = text.cut(name, room - 6 - text.width(sign), 12.5)
    return f'<text x="{middle:.1f}" y="14.5"><tspan class="gv-name">{escape(name)}</tspan><tspan class="gv-sign" dx="6">{escape(sign)}</tspan></text>'


def local_label(local: Any) -> str:
    """The local derivative on an edge; of an array its shape, and nothing where there is none for each element."""
    return "" if local is None else f"∂ {numeral(local, 3, few=0)}"


def _number(kind: str, x: float, y: float, shown: str, room: float) -> str:
    condensed = f' textLength="{room:g}" lengthAdjust="spacingAndGlyphs"' if len(shown) * CHARACTER > room + 2 else ""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}"{condensed}>{shown}</text>'


def _legend(run: Run, height: float) -> str:
    parts = [("gv-value", "value"), ("gv-adjoint", f"gradient of {text.cut(run.graph.output.label, 80)}")]
    if run.graph.edges:
        parts += [("", "∂ local derivative"), ("gv-adjoint", "◂ what flows back")]
    spans = "".join(f'<tspan{f" class={quoteattr(kind)}" if kind else ""}{" dx=" + quoteattr("16") if count else ""}>{escape(part)}</tspan>' for count, (kind, part) in enumerate(parts))
    return f'<g class="gv-legend"><text x="{MARGIN}" y="{height - 10:.1f}">{spans}</text></g>'


def escape(words: str) -> str:
    """Any text as XML."""
    return saxutils.escape(text.clean(words))


def quoteattr(words: str) -> str:
    """Any text as the quoted value of an attribute."""
    return saxutils.quoteattr(text.clean(words))


def _full(number: Any) -> str:
    """A number, or an array of few, in full precision; empty if it is not known."""
    if isinstance(number, np.ndarray):
        return json.dumps(number.tolist()) if number.size <= FEW else ""
    return "" if number is None else repr(float(number))


def _data(attributes: dict[str, object]) -> str:
    return "".join(f" data-{name}={quoteattr(str(value))}" for name, value in attributes.items())


@lru_cache(maxsize=1)
def style_sheet() -> str:
    """The style sheet of figures, without comments."""
    sheet = files("gradviz.draw").joinpath("figure.css").read_text(encoding="utf-8")
    return "\n".join(line for line in sheet.splitlines() if not line.startswith("/*"))
