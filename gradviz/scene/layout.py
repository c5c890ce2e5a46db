"""Where everything stands: the places of cards, labels and wires, found by Graphviz.

The DOT for it has sizes only and no text."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from gradviz.graph import Block, Edge, Graph, Node
from gradviz.scene import text
from gradviz.scene.engine import graphviz
from gradviz.scene.folding.blocks import blocks_of
from gradviz.scene.rows import Places, in_rows
from gradviz.scene.scene import Box, Point
from gradviz.scene.ways import TIP, Obstacles, Way, way

# a label: room for its two lines, and for the gap that they make in their wire; and for wires that
# pass between labels, where values have several uses
LABEL, LABEL_APART = (42, 28), (54, 30)
APART = 20  # between two wires that arrive at one card
MARK = 11.5  # the size of the font of the marks of operands
# room beside a card at which so many wires arrive, or more; and from which so many leave
ARRIVING, PARTING = (0, 4, 9, 13), (0, 0, 5, 12)


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
    rooms = [*_rooms(graph)]
    found = _found(graph, sizes, order, rooms)
    arrived = _order_of_arrival(graph, found.boxes)
    if arrived != order:  # than that of the operands, at some card: once more
        found = _found(graph, sizes, arrived, rooms)
    found = _in_order(graph, found)
    return found.layout(graph, list(_ways(graph, found)))


def _in_order(graph: Graph, found: "_Found") -> "_Found":
    """The same upside down, if inputs then stand in their order, as sliders do, and operands whose
    order matters no less than before. The names of blocks stand above them, and let nothing turn.
    """
    if blocks_of(graph):
        return found
    turned = found.mirrored()
    (inputs, operands), other = _disorder(graph, found.boxes), _disorder(graph, turned.boxes)
    return turned if other[0] < inputs and other[1] <= operands else found


def _disorder(graph: Graph, boxes: Mapping[str, Box]) -> tuple[int, int]:
    """How many pairs of inputs in a column, and of operands at a gate where their order matters,
    stand the wrong way round.
    """
    inputs = [boxes[f"n{node.index}"] for node in graph.nodes if node.operation is None]
    columns = sum(
        one.y > other.y
        for one, other in combinations(inputs, 2)
        if one.x < other.x + other.width and other.x < one.x + one.width
    )
    heights: dict[Node, list[float]] = {}
    for edge in sorted(graph.edges, key=lambda edge: edge.position):
        if any(edge.target.gate.marks(edge.target.constants)):
            heights.setdefault(edge.target, []).append(boxes[f"e{edge.index}"].y)
    gates = (combinations(each, 2) for each in heights.values())
    return columns, sum(one > other for pairs in gates for one, other in pairs)


def _rooms(graph: Graph) -> Iterator[tuple[float, float]]:
    """Room in front of each card, for the marks and the arrows of what arrives, and behind it, for
    what leaves to part."""
    leaving = Counter(edge.source for edge in graph.edges)
    for node in graph.nodes:
        marks = node.gate.marks(node.constants) if node.operation else ()
        widest = max((text.width(mark, MARK) for mark in marks), default=0.0)
        marked = widest + 4 if widest else 0.0
        yield ARRIVING[min(_arity(node), 3)] + marked, PARTING[min(leaving[node], 3)]


def _without_labels(graph: Graph, sizes: Sequence[tuple[float, float]]) -> Layout:
    found = _found(graph, sizes, None, [(0.0, 0.0)] * len(graph.nodes))
    ways = []
    for edge in graph.edges:
        source, target = f"n{edge.source.index}", f"n{edge.target.index}"
        start, *points = found.splines[source, target, f"e{edge.index}"]
        tip = found.boxes[target].x, points[-1][1]
        end = tip[0] - TIP, tip[1]
        middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        ways.append(Way(((start,), (*points[:-1], end)), tip, middle))
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

    def mirrored(self) -> "_Found":
        """The same upside down."""
        boxes = {
            name: Box(box.x, self.height - box.y - box.height, box.width, box.height)
            for name, box in self.boxes.items()
        }
        splines = {
            ends: [(x, self.height - y) for x, y in points] for ends, points in self.splines.items()
        }
        return _Found(self.width, self.height, boxes, splines)

    def layout(self, graph: Graph, ways: Sequence[Way]) -> Layout:
        cards = [self.boxes[f"n{node.index}"] for node in graph.nodes]
        blocks = blocks_of(graph)
        frames = [self.boxes[f"cluster_{number}"] for number in range(len(blocks))]
        has_labels = any(name.startswith("e") for name in self.boxes)
        found = in_rows(
            graph,
            Places(self.width, self.height, cards, ways, frames),
            LABEL_APART if has_labels else None,
        )
        return Layout(
            found.width,
            found.height,
            tuple(found.cards),
            tuple(found.ways),
            tuple(zip(blocks, found.frames)),
        )


def _ways(graph: Graph, found: _Found) -> Iterator[Way]:
    obstacles = Obstacles(found.boxes[name] for name in found.boxes if name[0] in "ne")
    for edge in graph.edges:
        source, target, label = f"n{edge.source.index}", f"n{edge.target.index}", f"e{edge.index}"
        yield way(
            found.splines[source, label, ""],
            found.splines[label, target, ""],
            (found.boxes[source], found.boxes[label], found.boxes[target]),
            obstacles,
        )


def _found(
    graph: Graph,
    sizes: Sequence[tuple[float, float]],
    order: Sequence[int] | None,
    rooms: Sequence[tuple[float, float]],
) -> _Found:
    found = graphviz("\n".join(skeleton(graph, sizes, order, rooms)))
    width, height = map(float, found["bb"].split(",")[2:])
    objects = found.get("objects", ())
    names = {thing["_gvid"]: thing["name"] for thing in objects}
    splines = {
        (names[edge["tail"]], names[edge["head"]], edge.get("comment", "")): _points(
            edge["pos"], height
        )
        for edge in found.get("edges", ())
        if "pos" in edge
    }
    boxes = dict(_boxes(objects, height))
    for node, (front, _) in zip(graph.nodes, rooms):
        box, (wide, _) = boxes[f"n{node.index}"], sizes[node.index]
        boxes[f"n{node.index}"] = Box(max(0.0, box.x + front), box.y, wide, box.height)
    return _Found(width, height, boxes, splines)


def skeleton(
    graph: Graph,
    sizes: Sequence[tuple[float, float]],
    order: Sequence[int] | None,
    rooms: Sequence[tuple[float, float]],
) -> Iterator[str]:
    """The DOT for the layout: a box for each card, a smaller one for each edge's label, a cluster
    for each block.

    `order` says of each edge how many arrive above it at the same card; without it there are no
    labels."""
    yield "digraph {"
    yield (
        f"graph [rankdir=LR nodesep=0.16 ranksep={0.05 if order else 0.6} splines=spline "
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
        width += sum(rooms[node.index])
        line = f"n{node.index} [width={width / 72:.4f} height={height / 72:.4f}{ports}]"
        inside.setdefault(node.block, []).append(line)
    width, height = (
        LABEL_APART if len({edge.source for edge in graph.edges}) < len(graph.edges) else LABEL
    )
    for edge in graph.edges if order else ():
        line = f"e{edge.index} [width={width / 72:.4f} height={height / 72:.4f}]"
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
    for before, node in _behind(graph):
        yield f"n{before.index} -> n{node.index} [style=invis]"
    yield "}"


def _behind(graph: Graph) -> Iterator[tuple[Node, Node]]:
    """What a block takes from outside, and inputs inside of it that are used only after that: they
    stand behind it, or else the block would begin beside what comes before it, above or below.
    """
    used: dict[Node, int] = {}  # first by which node
    inside: dict[Block | None, list[Node]] = {}
    for edge in graph.edges:
        used.setdefault(edge.source, edge.target.index)
    for node in graph.inputs:
        inside.setdefault(node.block, []).append(node)
    for edge in graph.edges:
        if edge.target.block not in (None, edge.source.block):
            for node in inside.get(edge.target.block, ()):
                if edge.source.index < used.get(node, 0):
                    yield edge.source, node


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
