"""A graph too large to be drawn gate by gate: a few boxes that stand for many operations each, and
each box drawn by itself.

Boxes follow the blocks of the user's code where there are any, else the order of the work. A box
that is opened is a graph of its own: what comes in are its inputs, and all that comes after it is
one gate, so that every gradient is still a sum of what flows back."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, NoReturn

import numpy as np

from gradviz.draw import fold
from gradviz.graph import SUBSCRIPTS, Block, Edge, Graph, Lines, Node, Run, Source
from gradviz.numerals import Value

MOST_BOXES = 30
MOST_INPUTS = 6  # boxes of them
CHUNKS = 8  # of operations that are too many for a box each: few, so that few wires cross
MOST_NODES = 100  # that are drawn one by one, in full detail
MOST_CARDS = 300  # that are drawn one by one at all
MOST_FOLDED = 1000  # of a graph that is folded rather than drawn as boxes


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
    inputs = [node for node in nodes if node.operation is None]
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


def _blocks(nodes: Sequence[Node], around: Block | None) -> Iterator[Part]:
    """Each block just inside `around` as one part, and each node that lies in none."""
    depth = len(around.path) if around else 0

    def inner(node: Node) -> Block | Node:
        return (
            node.block.path[depth]
            if node.block is not None and len(node.block.path) > depth
            else node
        )

    for key, group in groupby(nodes, inner):
        found = tuple(group)
        yield Part(key.name, found, key) if isinstance(key, Block) else Part(key.label, found)


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


class _Drawn:
    """An operation that is drawn, and can't be worked out from what comes in."""

    is_handwritten = False
    is_choice = False

    def is_flat(self, position: int, operands: Sequence[Any]) -> bool:
        return False

    def marks(self, constants: Sequence[str | None]) -> tuple[str, ...]:
        return ("",) * len(constants)

    def local_expression(self, position: int, operands: Sequence[str | Value], result: str) -> str:
        return ""

    def number(self, *operands: Any) -> NoReturn:
        raise TypeError(
            "this is a part of a graph, which can't be worked out by itself: run the whole graph"
        )

    def flow(self, position: int, adjoint: Any, operands: Sequence[Any], result: Any) -> NoReturn:
        self.number()

    def pullback(
        self, positions: Sequence[int], adjoint: Any, operands: Sequence[Any], result: Any
    ) -> NoReturn:
        self.number()


class Many(_Drawn):
    """What a box of operations is."""

    name = "many"

    def __init__(self, part: Part, is_output: bool) -> None:
        self.part = part
        self.is_output = is_output

    def sign(self, constants: Sequence[str | None]) -> str:
        count = len(self.part.nodes)
        return (
            self.part.nodes[0].sign
            if count == 1
            else f"▸ {self.part.name}"
            if self.is_output
            else f"▸ {count}"
        )

    def expression(self, operands: Sequence[str | Value]) -> str:
        if not self.part.size:
            return f"{len(self.part.nodes)} inputs"
        return (
            f"{self.part.size} operations" if self.part.size > 1 else self.part.nodes[0].expression
        )


class Rest(_Drawn):
    """What everything else is, where one box is drawn by itself: it hands back all that flows back
    from there.
    """

    name = "rest"

    def sign(self, constants: Sequence[str | None]) -> str:
        return "▸ rest"

    def expression(self, operands: Sequence[str | Value]) -> str:
        return "the rest of the graph"


class Excerpt:
    """The evaluator of a graph that is a part of another, or an overview of one: it is not run
    itself, but shows a run of the other.
    """

    full: Graph
    graph: Graph
    path: Sequence[int] = ()  # which box of which was opened
    names: Sequence[str] = ()  # of those boxes

    def run_of(self, run: Run) -> Run:
        """What of a run of the whole graph is shown here."""
        raise NotImplementedError

    def run(self, graph: Graph, values: Sequence[Value]) -> Run:
        raise TypeError(
            f"this is an excerpt of {self.full.name}: run the whole graph, and draw that run"
        )

    def prepare(self, graph: Graph) -> None:
        return None

    def anew(self, graph: Graph, values: Sequence[Value], why: str) -> Run:
        return self.run(graph, values)

    def sweep(self, graph: Graph, values: Sequence[Value], count: int) -> Run:
        return self.run(graph, values)

    def listing(self, graph: Graph, target: str) -> Lines:
        return []

    inputs: Sequence[int | None]  # where each input of the whole graph is shown by itself

    def instructions(self, graph: Graph) -> Any | None:
        if self.full.has_arrays:  # of which not all is shown
            return None
        whole = self.full.evaluator.instructions(self.full)
        if whole is not None:
            whole.sent = self._sent(whole)
        return whole

    def _sent(self, whole: Any) -> list[Any]:
        """Of the numbers that a program of the whole graph works out, what is shown here."""
        raise NotImplementedError

    def pickled(self, graph: Graph) -> NoReturn:
        raise TypeError(f"this is an excerpt of {self.full.name}: pickle the whole graph")

    def origin(self, graph: Graph) -> Source | None:
        return self.full.evaluator.origin(self.full)

    def cost(self, graph: Graph) -> Any:
        return self.full.cost()

    def is_openable(self, graph: Graph, node: Node) -> bool:
        return False

    def opened(self, graph: Graph, labels: Collection[str]) -> Graph:
        raise ValueError("open it in the whole graph: this is an excerpt")


class Overview(Excerpt):
    """The boxes of a graph: the values, gradients and flows of each are arrays of those of its
    nodes and edges, but for the output's, which shows what is returned. The last boxes, as many as
    are `outside`, are what stands around a box that was opened."""

    def __init__(self, full: Graph, boxes: Sequence[Part], outside: int = 0) -> None:
        self.full = full
        inner, around = boxes[: len(boxes) - outside], boxes[len(boxes) - outside :]
        before = [box for box in around if box.name == "before"]
        in_order = [*before, *inner, *around[len(before) :]]
        self.boxes: list[Part] = sorted(
            in_order, key=lambda box: not _is_input(box)
        )  # inputs come first
        number = {node: count for count, box in enumerate(self.boxes) for node in box.nodes}
        crossing: dict[tuple[int, int], list[Edge]] = {}
        for edge in full.edges:
            ends = number[edge.source], number[edge.target]
            if ends[0] != ends[1]:
                crossing.setdefault(ends, []).append(edge)
        ways = sorted(crossing, key=lambda ends: (ends[1], ends[0]))
        self.edges: list[list[Edge]] = [
            crossing[ends] for ends in ways
        ]  # between two boxes each, as the edges here
        nodes: list[Node] = []
        for count, (box, label) in enumerate(zip(self.boxes, self._labels())):
            operation = None if _is_input(box) else Many(box, count == number[full.output])
            operands = tuple(nodes[source] for source, target in ways if target == count)
            source = box.nodes[-1].source if len(box.nodes) == 1 else None
            nodes.append(Node(count, label, operation, operands, label, source))
        opened = {box: count for count, box in enumerate(inner) if len(box.nodes) > 1}
        self.openable: dict[str, int] = {
            node.label: opened[box] for node, box in zip(nodes, self.boxes) if box in opened
        }  # and the numbers of those boxes
        # the box that has the name of the output shows its number, and no other's
        shown = [(full.output,) if full.output in box.nodes else box.nodes for box in self.boxes]
        self.picks: list[np.ndarray] = [np.array([node.index for node in nodes]) for nodes in shown]
        self.flow_picks: list[np.ndarray] = [
            np.array([(edge.target.index, edge.index) for edge in edges]).T for edges in self.edges
        ]
        self.inputs = [
            number[node] if len(self.boxes[number[node]].nodes) == 1 else None
            for node in full.inputs
        ]
        graph = Graph(full.name, tuple(nodes), nodes[number[full.output]], self, ())
        object.__setattr__(graph, "example_numbers", self._numbers(full.example)[0])
        self.graph = graph

    def _labels(self) -> Iterator[str]:
        """A label for each box: its name, with a number where others have the same."""
        taken, times = {self.full.output.label}, Counter({box.name: 1 for box in self.boxes})
        for box in self.boxes:
            if self.full.output in box.nodes:
                yield self.full.output.label
                continue
            label = box.name
            while label in taken:
                times[box.name] += 1
                label = box.name + str(times[box.name]).translate(SUBSCRIPTS)
            taken.add(label)
            yield label

    def run_of(self, run: Run) -> Run:
        numbers, flows = self._numbers(run)
        return Run(self.graph, numbers, None, run.retraced, flows)

    def _numbers(self, run: Run) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        nodes, edges = len(self.full.nodes), len(self.full.edges)
        numbers = run.numbers
        primals, locals_, adjoints = (
            numbers[:nodes],
            numbers[nodes : nodes + edges],
            numbers[nodes + edges :],
        )
        values, gradients = _flat(primals), _flat(adjoints)
        boxes = [(primals, values), (adjoints, gradients)]
        shown = [
            [
                whole[pick[0]] if len(pick) == 1 else flat if flat is None else flat[pick]
                for pick in self.picks
            ]
            for whole, flat in boxes
        ]
        flows: list[Value | None]
        if gradients is None:
            flows = [None] * len(self.edges)
        elif self.full.has_arrays:
            flows = [_few(_flat([run.flows[edge] for edge in crossing])) for crossing in self.edges]
        else:
            along = np.array(locals_)
            flows = [_few(gradients[targets] * along[picks]) for targets, picks in self.flow_picks]
        return (*shown[0], *[None] * len(self.edges), *shown[1]), tuple(flows)

    def _sent(self, whole: Any) -> list[Any]:
        nodes, edges = self.full.nodes, self.full.edges
        shown = [
            [whole.gathered([at(nodes[place]) for place in pick]) for pick in self.picks]
            for at in (whole.primal, whole.adjoint)
        ]
        flows = [
            whole.memory.row(
                "multiply",
                [
                    whole.gathered([whole.adjoint(nodes[place]) for place in targets]),
                    whole.gathered([whole.local(edges[place]) for place in picks]),
                ],
            )
            for targets, picks in self.flow_picks
        ]
        return [*shown[0], *[None] * len(self.edges), *shown[1], *flows]


def _is_input(box: Part) -> bool:
    return len(box.nodes) == 1 and box.nodes[0].operation is None


def _few(numbers: np.ndarray | None) -> Value | None:
    return float(numbers[0]) if numbers is not None and len(numbers) == 1 else numbers


def _flat(numbers: Sequence[Value | None]) -> np.ndarray | None:
    """One number for each: of an array, its largest element. None if one is not known."""
    if any(number is None for number in numbers):
        return None
    return np.array(
        [_largest(number) if isinstance(number, np.ndarray) else number for number in numbers],
        float,
    )


def _largest(array: np.ndarray) -> float:
    return float(array.flat[np.argmax(np.abs(array))]) if array.size else 0.0


class Inner(Excerpt):
    """A few nodes of a graph by themselves: before them what comes in, after them everything else
    as one gate.
    """

    def __init__(self, full: Graph, part: Part) -> None:
        self.full = full
        inside = set(part.nodes)
        coming = {
            edge.source
            for edge in full.edges
            if edge.target in inside and edge.source not in inside
        }
        shown = coming | inside
        first = [
            node
            for node in full.nodes
            if node in coming or (node in inside and node.operation is None)
        ]
        self.originals: list[Node] = [
            *first,
            *(node for node in part.nodes if node.operation is not None),
        ]
        # the edges by which a node that is shown is used where nothing is shown
        self.elsewhere: dict[Node, list[Edge]] = {}
        for edge in full.edges:
            if edge.source in shown and edge.target not in inside:
                self.elsewhere.setdefault(edge.source, []).append(edge)
        nodes: dict[Node, Node] = {}
        for node in self.originals:
            name = node.name or node.label
            if node in first:
                nodes[node] = Node(len(nodes), node.label, name=name, source=node.source)
                continue
            operands = tuple(node.operands_at(nodes))
            nodes[node] = Node(
                len(nodes), node.label, node.operation, operands, name, node.source, node.block
            )
        made = list(nodes.values())
        self.leaving: list[Node] = [node for node in self.originals if node in self.elsewhere]
        if self.leaving:
            label = full.output.label if full.output not in inside else "elsewhere"
            made.append(
                Node(len(made), label, Rest(), tuple(nodes[node] for node in self.leaving), label)
            )
        output = nodes[full.output] if full.output in inside else made[-1]
        self.edges: list[Edge] = [edge for edge in full.edges if edge.target in inside]
        self.inputs = [nodes[node].index if node in nodes else None for node in full.inputs]
        graph = Graph(full.name, tuple(made), output, self, ())
        object.__setattr__(graph, "example_numbers", self._numbers(full.example)[0])
        self.graph = graph

    def run_of(self, run: Run) -> Run:
        numbers, flows = self._numbers(run)
        return Run(self.graph, numbers, None, run.retraced, flows)

    def _numbers(self, run: Run) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        primals, locals_, adjoints, flows = (
            numbers.numbers for numbers in (run.primals, run.locals, run.adjoints, run.flows)
        )
        back = [
            _sum(flows[edge.index] for edge in reversed(self.elsewhere[node]))
            for node in self.leaving
        ]
        outputs = [self.full.output] if self.leaving else []  # which the rest leads to
        numbers = (
            *(primals[node.index] for node in (*self.originals, *outputs)),
            *(locals_[edge.index] for edge in self.edges),
            *(flow if isinstance(flow, float) else None for flow in back),
            *(adjoints[node.index] for node in (*self.originals, *outputs)),
        )
        return numbers, (*(flows[edge.index] for edge in self.edges), *back)

    def _sent(self, whole: Any) -> list[Any]:
        back = [
            whole.added([whole.flow(edge) for edge in reversed(self.elsewhere[node])])
            for node in self.leaving
        ]
        nodes = [*self.originals, *([self.full.output] if self.leaving else [])]
        return [
            *map(whole.primal, nodes),
            *map(whole.local, self.edges),
            *back,
            *map(whole.adjoint, nodes),
            *map(whole.flow, self.edges),
            *back,
        ]

    @cached_property
    def coming(self) -> frozenset[int]:
        """The inputs here that are none of the whole graph."""
        return frozenset(
            here.index
            for here, node in zip(self.graph.nodes, self.originals)
            if here.operation is None and node.operation is not None
        )


def _sum(flows: Iterator[Value | None]) -> Value | None:
    total: Value | None = None
    for flow in flows:
        if flow is None:
            return None
        total = flow if total is None else total + flow
    return total


def level(full: Graph, path: Sequence[int] = ()) -> Excerpt:
    """What is drawn of a large graph: its boxes, or the inside of a box of boxes.

    Raises IndexError if there is no such box.
    """
    nodes, around, part, names = full.nodes, None, None, []
    for count in path:
        boxes = parts(nodes, full.output, around)
        if not 0 <= count < len(boxes):
            raise IndexError(f"there is no box {count}; there are {len(boxes)}")
        part = boxes[count]
        names.append(part.name)
        nodes, around = part.nodes, part.block or around
    if part is not None and len(nodes) <= MOST_NODES:
        excerpt: Excerpt = Inner(full, part)
    else:
        inside, before = set(nodes), set[Node]()
        for node in reversed(full.nodes):
            if node in inside or node in before:
                before.update(
                    operand
                    for operand in node.operands
                    if isinstance(operand, Node) and operand not in inside
                )
        around_it = [
            ("before", [node for node in full.nodes if node in before]),
            ("after", [node for node in full.nodes if node not in before and node not in inside]),
        ]
        more = [Part(name, tuple(group)) for name, group in around_it if group]
        excerpt = Overview(full, [*parts(nodes, full.output, around), *more], outside=len(more))
    excerpt.path, excerpt.names = tuple(path), tuple(names)
    return excerpt


def fitting(run: Run) -> tuple[Run, bool]:
    """The run, with its blocks closed so far that it can be drawn gate by gate; and whether even
    then it needs an overview.
    """
    if len(run.graph.nodes) <= MOST_NODES or isinstance(run.graph.evaluator, Excerpt):
        return run, False
    if len(run.graph.nodes) <= MOST_FOLDED and fold.unfolded(run.graph) is run.graph:
        run = fold.folded(run, fold.fitting(run.graph, MOST_NODES))
    return run, needed(run.graph)


def needed(graph: Graph) -> bool:
    """Whether a graph is too large to be drawn gate by gate."""
    return len(graph.nodes) > MOST_CARDS
