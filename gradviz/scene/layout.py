"""Where everything stands: the places of cards, labels and wires, found by Graphviz.

The DOT for it has sizes only and no text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradviz.graph import Block, Edge, Graph, Node
from gradviz.scene.engine import graphviz
from gradviz.scene.folding.blocks import blocks_of
from gradviz.scene.scene import Box, Point

LABEL = (43, 32)
TIP = 7
APART = 20  # between two wires that arrive at one card
# wires between neighbours are drawn as one curve; longer ones as Graphviz led them around the cards
NEAR = 80

Stretch = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """The way of an edge, in stretches as a :class:`gradviz.scene.scene.Wire` has them; the tip of
    its arrow; and the middle of its label.

    `lean` is how far the label's lines move apart sideways, so that a steep wire passes between
    them."""

    stretches: tuple[Stretch, ...]
    tip: Point
    label: Point
    lean: float = 0.0


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of a graph's cards, wires and blocks, and the size of it all."""

    width: float
    height: float
    cards: tuple[Box, ...]
    ways: tuple[Way, ...]
    blocks: tuple[tuple[Block, Box], ...]


def layout(graph: Graph, sizes: Sequence[tuple[float, float]], labels: bool = True) -> Layout:
    """Places for a graph whose cards are so wide and high, in the order of its nodes; with room for
    `labels` on its edges or without.
    """
    if not labels:
        return _without_labels(graph, sizes)
    order = [
        sum(isinstance(operand, Node) for operand in edge.target.operands[: edge.position])
        for edge in graph.edges
    ]
    found = _found(graph, sizes, order)
    arrived = _order_of_arrival(graph, found.boxes)
    if arrived != order:  # than that of the operands, at some card: once more
        found = _found(graph, sizes, arrived)
        arrived = _order_of_arrival(graph, found.boxes)
    ways = []
    for edge in graph.edges:
        source, target, label = f"n{edge.source.index}", f"n{edge.target.index}", f"e{edge.index}"
        card = found.boxes[target]
        place = arrived[edge.index] - (_arity(edge.target) - 1) / 2
        ways.append(
            _way(
                found.splines[source, label, ""],
                found.splines[label, target, ""],
                found.boxes[label].centre,
                (card.x, card.centre[1] + place * APART),
            )
        )
    return found.layout(graph, ways)


def _without_labels(graph: Graph, sizes: Sequence[tuple[float, float]]) -> Layout:
    found = _found(graph, sizes, None)
    ways = []
    for edge in graph.edges:
        source, target = f"n{edge.source.index}", f"n{edge.target.index}"
        start, *points = found.splines[source, target, f"e{edge.index}"]
        end = points[-1][0] - TIP, points[-1][1]
        middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        ways.append(Way(((start,), (*points[:-1], end)), end, middle))
    return found.layout(graph, ways)


def nowhere(graph: Graph, sizes: Sequence[tuple[float, float]]) -> Layout:
    """No places at all, for a program that finds its own."""
    cards = tuple(Box(0.0, 0.0, *size) for size in sizes)
    way, box = Way((), (0.0, 0.0), (0.0, 0.0)), Box(0.0, 0.0, 0.0, 0.0)
    blocks = tuple((block, box) for block in blocks_of(graph))
    return Layout(0.0, 0.0, cards, (way,) * len(graph.edges), blocks)


@dataclass(frozen=True, slots=True)
class _Found:
    """What Graphviz found: boxes by name, and ways by the names of their ends and of their edge,
    if they have one.
    """

    width: float
    height: float
    boxes: dict[str, Box]
    splines: dict[tuple[str, str, str], list[Point]]

    def layout(self, graph: Graph, ways: Sequence[Way]) -> Layout:
        cards = tuple(self.boxes[f"n{node.index}"] for node in graph.nodes)
        blocks = tuple(
            (block, self.boxes[f"cluster_{number}"])
            for number, block in enumerate(blocks_of(graph))
        )
        return Layout(self.width, self.height, cards, tuple(ways), blocks)


def _found(
    graph: Graph, sizes: Sequence[tuple[float, float]], order: Sequence[int] | None
) -> _Found:
    found = graphviz("\n".join(skeleton(graph, sizes, order)))
    width, height = map(float, found["bb"].split(",")[2:])
    objects = found.get("objects", ())
    names = {thing["_gvid"]: thing["name"] for thing in objects}
    splines = {
        (names[edge["tail"]], names[edge["head"]], edge.get("comment", "")): _points(
            edge["pos"], height
        )
        for edge in found.get("edges", ())
    }
    return _Found(width, height, dict(_boxes(objects, height)), splines)


def skeleton(
    graph: Graph, sizes: Sequence[tuple[float, float]], order: Sequence[int] | None
) -> Iterator[str]:
    """The DOT for the layout: a box for each card, a smaller one for each edge's label, a cluster
    for each block.

    `order` says of each edge how many arrive above it at the same card; without it there are no
    labels."""
    yield "digraph {"
    yield (
        f"graph [rankdir=LR nodesep=0.16 ranksep={0.06 if order else 0.6} splines=spline "
        "nslimit=2 nslimit1=2]"
    )
    yield 'node [shape=box fixedsize=true label=""]'
    yield "edge [arrowhead=none weight=2]"
    inside: dict[Block | None, list[str]] = {None: []}
    for node in graph.nodes:
        arity = _arity(node) if order else 0
        ports = (
            f' shape=record label="{"|".join(f"<a{place}>" for place in range(arity))}"'
            if arity > 1
            else ""
        )
        width, height = sizes[node.index]
        line = f"n{node.index} [width={width / 72:.4f} height={height / 72:.4f}{ports}]"
        inside.setdefault(node.block, []).append(line)
    for edge in graph.edges if order else ():
        line = f"e{edge.index} [width={LABEL[0] / 72:.4f} height={LABEL[1] / 72:.4f}]"
        inside.setdefault(_around(edge), []).append(line)
    yield from inside[None]
    yield from _clusters(None, blocks_of(graph), inside)
    for edge in graph.edges:
        source, target, label = f"n{edge.source.index}", f"n{edge.target.index}", f"e{edge.index}"
        if order:
            port = f"a{order[edge.index]}:w" if _arity(edge.target) > 1 else "w"
            yield f"{source} -> {label} [tailport=e headport=w]"
            yield f'{label} -> {target} [tailport=e headport="{port}"]'
        else:
            yield f'{source} -> {target} [tailport=e headport=w comment="{label}"]'
    yield "}"


def _clusters(
    around: Block | None, blocks: list[Block], inside: dict[Block | None, list[str]]
) -> Iterator[str]:
    for number, block in enumerate(blocks):
        if block.parent is around:
            yield (
                f'subgraph cluster_{number} {{ label="x" fontname=Courier fontsize=11 labeljust=l '
                "margin=10"
            )
            yield from inside.get(block, [])
            yield from _clusters(block, blocks, inside)
            yield "}"


def _arity(node: Node) -> int:
    """How many edges arrive."""
    return sum(isinstance(operand, Node) for operand in node.operands)


def _order_of_arrival(graph: Graph, boxes: Mapping[str, Box]) -> list[int]:
    """For each edge, how many come in above it at the same card."""
    arriving: dict[Node, list[Edge]] = {}
    for edge in graph.edges:
        arriving.setdefault(edge.target, []).append(edge)
    order = [0] * len(graph.edges)
    for edges in arriving.values():
        for place, edge in enumerate(sorted(edges, key=lambda edge: boxes[f"e{edge.index}"].y)):
            order[edge.index] = place
    return order


def _around(edge: Edge) -> Block | None:
    """The innermost block that holds both ends."""
    paths = (
        (edge.source.block.path if edge.source.block else ()),
        (edge.target.block.path if edge.target.block else ()),
    )
    return next((block for block in reversed(paths[0]) if block in paths[1]), None)


def _boxes(objects: Sequence[dict[str, Any]], height: float) -> Iterator[tuple[str, Box]]:
    """Cards, labels and clusters by name; y grows downwards."""
    for thing in objects:
        if "pos" in thing:
            x, y = map(float, thing["pos"].split(","))
            w, h = 72 * float(thing["width"]), 72 * float(thing["height"])
            yield thing["name"], Box(x - w / 2, height - y - h / 2, w, h)
        else:
            left, bottom, right, top = map(float, thing["bb"].split(","))
            yield thing["name"], Box(left, height - top, right - left, top - bottom)


def _points(position: str, height: float) -> list[Point]:
    return [
        (float(x), height - float(y)) for x, y in (point.split(",") for point in position.split())
    ]


def _way(to_label: list[Point], to_card: list[Point], label: Point, arrival: Point) -> Way:
    """A way through the middle of its label: a smooth curve to a neighbour, and Graphviz's own way
    where it is long.
    """
    start, end = to_label[0], (arrival[0] - TIP, arrival[1])
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    lean = max(-5.0, min(5.0, 14 * (end[1] - start[1]) / (end[0] - start[0])))
    if (
        end[0] - start[0] < 2 * NEAR
        and abs(label[0] - middle[0]) < LABEL[0] / 4
        and abs(label[1] - middle[1]) < 0.4 * LABEL[1]
    ):
        curve = (middle[0], start[1]), (middle[0], end[1]), end
        return Way(((start,), curve), arrival, middle, lean)
    stretches = ((start,), *_curve(to_label, start, label), *_curve(to_card, label, end))
    return Way(stretches, arrival, label)


def _curve(spline: list[Point], start: Point, end: Point) -> Iterator[Stretch]:
    """The piece of a way from `start` to `end`, where the way stands at `start`; level at both."""
    middle = (start[0] + end[0]) / 2
    if end[0] - start[0] < NEAR:
        yield (middle, start[1]), (middle, end[1]), end
        return
    first, *points, last = spline
    # to the middle of a label: straight on from its border
    inside = last if end[0] > last[0] + TIP else end
    if inside is end:
        points[-1] = (min(points[-1][0], end[0] - 12), end[1])
    if first != start:
        yield (first,)
    yield (*points, inside)
    if inside is last:
        yield (end,)
