"""How a graph too large to be drawn gate by gate is cut into a few boxes: along the blocks of the
user's code where there are any, else in the order of the work.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from gradviz.graph import Block, Node

MOST_BOXES = 30
MOST_INPUTS = 6  # boxes of them
CHUNKS = 8  # of operations that are too many for a box each: few, so that few wires cross


@dataclass(frozen=True, eq=False)
class Part:
    """Nodes of a graph that are drawn as one box, in the order of the work."""

    name: str
    nodes: tuple[Node, ...]
    block: Block | None = None  # that they are, if they are one

    @property
    def size(self) -> int:
        """How many of them are operations."""
        return sum(node.operation is not None for node in self.nodes)


def parts(nodes: Sequence[Node], output: Node, around: Block | None = None) -> list[Part]:
    """The boxes of these nodes, which lie in the block `around`: at most MOST_BOXES."""
    owned = _owned(nodes, around)
    inputs = [node for node in nodes if node.operation is None and node not in owned]
    last = (
        [Part(output.label, (output,))]
        if nodes and nodes[-1] is output and output.block is around
        else []
    )
    work = list(
        _blocks(
            [
                node
                for node in nodes
                if node.operation is not None and not (last and node is output)
            ],
            around,
            owned,
        )
    )
    boxes = _inputs(
        inputs, max(MOST_INPUTS, MOST_BOXES - len(work) - len(last)), alone=not work and not last
    )
    room = MOST_BOXES - len(boxes) - len(last)
    if len(work) > room:
        by_depth = (
            work if any(part.block is not None for part in work) else _in_order_of_depth(work)
        )
        work = [
            Part(
                _name(group),
                tuple(
                    sorted(
                        (node for part in group for node in part.nodes), key=lambda node: node.index
                    )
                ),
            )
            for group in _chunks(by_depth, CHUNKS)
        ]
    return [*boxes, *work, *last]


def _inputs(inputs: Sequence[Node], most: int, alone: bool) -> list[Part]:
    """Inputs one by one, or by the beginnings of their names, or all in one box."""
    if len(inputs) <= most:
        return [Part(node.label, (node,)) for node in inputs]
    stems: dict[str, list[Node]] = {}
    for node in inputs:
        stems.setdefault(re.sub(r"[\d_,\[\]() ]+$", "", node.label) or node.label, []).append(node)
    groups = list(stems.values()) if len(stems) <= most else [list(inputs)]
    if len(groups) == 1 and alone:  # of a box of inputs, each of a few boxes has a run of them
        groups = [
            [part.nodes[0] for part in chunk]
            for chunk in _chunks([Part(node.label, (node,)) for node in inputs], most)
        ]
    return [Part(_span(group), tuple(group)) for group in groups]


def _owned(nodes: Sequence[Node], around: Block | None) -> dict[Node, Block]:
    """The inputs that lie in blocks inside `around`, such as the parameters of a module."""
    depth = len(around.path) if around else 0
    return {
        node: node.block.path[depth]
        for node in nodes
        if node.operation is None and node.block is not None and len(node.block.path) > depth
    }


def _blocks(
    nodes: Sequence[Node], around: Block | None, owned: Mapping[Node, Block]
) -> Iterator[Part]:
    """Each block just inside `around` as one part, with the inputs that it owns, and each node
    that lies in none.
    """
    depth = len(around.path) if around else 0

    def inner(node: Node) -> Block | Node:
        return (
            node.block.path[depth]
            if node.block is not None and len(node.block.path) > depth
            else node
        )

    for key, group in groupby(nodes, inner):
        found = tuple(group)
        if isinstance(key, Block):
            own = (node for node, block in owned.items() if block is key)
            yield Part(key.name, (*own, *found), key)
        else:
            yield Part(key.label, found)


def _in_order_of_depth(work: Sequence[Part]) -> list[Part]:
    """Single nodes, those first that are nearest to what comes in: nodes side by side, such as
    those of a layer, come together.
    """
    depth: dict[Node, int] = {}
    for part in work:
        (node,) = part.nodes
        depth[node] = 1 + max(
            (depth.get(operand, 0) for operand in node.operands if isinstance(operand, Node)),
            default=0,
        )
    return sorted(work, key=lambda part: depth[part.nodes[0]])


def _chunks(work: Sequence[Part], room: int) -> Iterator[list[Part]]:
    """At most `room` runs of parts, about equally large; the order of the work stays, so nothing
    goes in circles.
    """
    total, done, made, chunk = sum(len(part.nodes) for part in work), 0, 0, []
    for part in work:
        chunk.append(part)
        done += len(part.nodes)
        if done * room >= total * (made + 1):
            yield chunk
            chunk, made = [], done * room // total


def _name(group: Sequence[Part]) -> str:
    names = {part.name for part in group if part.block is not None}
    if len(group) == 1:
        return group[0].name
    if len(names) == 1 and all(part.block is not None for part in group):
        return f"{names.pop()} × {len(group)}"
    return _span([node for part in group for node in part.nodes])


def _span(nodes: Sequence[Node]) -> str:
    return nodes[0].label if len(nodes) == 1 else f"{nodes[0].label} … {nodes[-1].label}"
