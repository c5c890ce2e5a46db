"""A graph too large to be drawn gate by gate: a few boxes that stand for many operations each, and
each box drawn by itself.

Boxes follow the blocks of the user's code where there are any, else the order of the work. A box
that is opened is a graph of its own: what comes in are its inputs, and all that comes after it is
one gate, so that every gradient is still a sum of what flows back."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from gradviz.graph import SUBSCRIPTS, Edge, External, Graph, Node, Origin, Run, is_from_elsewhere
from gradviz.numerals import Value
from gradviz.scene.folding import fold
from gradviz.scene.folding.blocks import blocks_of
from gradviz.scene.folding.boxes import MOST_BOXES, Part, parts
from gradviz.scene.folding.gates import Many, Rest
from gradviz.words import say

MOST_OPEN = 12  # of a model from elsewhere, of which the modules are drawn open at first
MOST_NODES = 100  # that are drawn one by one, in full detail
MOST_CARDS = 300  # that are drawn one by one at all
MOST_FOLDED = 1000  # of a graph that is folded rather than drawn as boxes


class Excerpt(Origin[Graph, Run]):
    """Where a graph comes from that is a part of another, or an overview of one: it shows a run of
    the other.
    """

    has_program = False
    is_excerpt = True
    graph: Graph

    def __init__(self, full: Graph, path: Sequence[int], names: Sequence[str]) -> None:
        self.base = self.full = full
        self.path, self.names = tuple(path), tuple(names)

    def _made(self, nodes: Sequence[Node], output: Node) -> Graph:
        numbers, _ = self._numbers(self.full.example)
        return Graph(
            self.full.name,
            tuple(nodes),
            output,
            source=self.full.source,
            example_numbers=numbers,
            runner=self.full.runner,
            origin=self,
        )

    def _numbers(self, run: Run) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """Of a run of the whole graph, all that is shown here; and what flows along the edges."""
        raise NotImplementedError

    # ── gradviz.graph.Origin ──

    def again(self, base: Graph) -> Graph:
        try:
            return level(base, self.path)
        except IndexError:  # the box belonged to another graph
            return level(base)

    def shown(self, run: Run) -> Run:
        numbers, flows = self._numbers(run)
        return Run(self.graph, numbers, None, run.retraced, flows, run)

    def in_a_page(self, program: Any) -> Any:
        if program is None or self.full.has_arrays:  # of which not all is shown
            return None
        program.sent = self._sent(program)
        return program

    @property
    def note(self) -> dict[str, Any]:
        return {"part": [*self.path]}

    def remaking(self) -> tuple[Callable[..., Graph], tuple[Any, ...]]:
        return level, (self.full, self.path)

    def _sent(self, whole: Any) -> list[Any]:
        """Of the numbers that a program of the whole graph works out, what is shown here."""
        raise NotImplementedError


class Overview(Excerpt):
    """The boxes of a graph: the values, gradients and flows of each are arrays of those of its
    nodes and edges, but for the output's, which shows what is returned. `before` and `after` are
    what stands around a box that was opened."""

    def __init__(
        self,
        full: Graph,
        path: Sequence[int],
        names: Sequence[str],
        boxes: Sequence[Part],
        before: Sequence[Part],
        after: Sequence[Part],
    ) -> None:
        super().__init__(full, path, names)
        self.parts: list[Part] = sorted(
            [*before, *boxes, *after], key=lambda box: not _is_input(box)
        )  # inputs come first
        number = {node: count for count, box in enumerate(self.parts) for node in box.nodes}
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
        for count, (box, label) in enumerate(zip(self.parts, self._labels())):
            operation = None if _is_input(box) else Many(box, count == number[full.output])
            operands = tuple(nodes[source] for source, target in ways if target == count)
            source = box.nodes[-1].source if len(box.nodes) == 1 else None
            nodes.append(Node(count, label, operation, operands, label, source))
        opened = {box: count for count, box in enumerate(boxes) if len(box.nodes) > 1}
        self.boxes = {
            node.label: opened[box] for node, box in zip(nodes, self.parts) if box in opened
        }  # and the numbers of those boxes
        # the box that has the name of the output shows its number, and no other's
        shown = [(full.output,) if full.output in box.nodes else box.nodes for box in self.parts]
        self.shows_results = is_from_elsewhere(full)
        if self.shows_results:  # of a module what it makes, if that is one thing
            leaving = {edge.source for edges in crossing.values() for edge in edges}
            made = ([node for node in nodes if node in leaving] for nodes in shown)
            shown = [
                one if len(one) == 1 and one[0].operation else nodes
                for one, nodes in zip(made, shown)
            ]
        self.picks: list[np.ndarray] = [np.array([node.index for node in nodes]) for nodes in shown]
        self.flow_picks: list[np.ndarray] = [
            np.array([(edge.target.index, edge.index) for edge in edges]).T for edges in self.edges
        ]
        self.inputs = [
            number[node] if len(self.parts[number[node]].nodes) == 1 else None
            for node in full.inputs
        ]
        self.graph = self._made(nodes, nodes[number[full.output]])

    def _labels(self) -> Iterator[str]:
        """A label for each box: its name, with a number where others have the same."""
        taken, times = {self.full.output.label}, Counter({box.name: 1 for box in self.parts})
        for box in self.parts:
            if self.full.output in box.nodes:
                yield self.full.output.label
                continue
            label = box.name
            while label in taken:
                times[box.name] += 1
                label = box.name + str(times[box.name]).translate(SUBSCRIPTS)
            taken.add(label)
            yield label

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
            known = run.flows
            flows = [
                known[crossing[0]]
                if self.shows_results and len(crossing) == 1
                else _few(_flat([known[edge] for edge in crossing]))
                for crossing in self.edges
            ]
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

    def __init__(self, full: Graph, path: Sequence[int], names: Sequence[str], part: Part) -> None:
        super().__init__(full, path, names)
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
                block = node.block if node in inside else None
                nodes[node] = Node(
                    len(nodes), node.label, name=name, source=node.source, block=block
                )
                continue
            operands = tuple(node.operands_at(nodes))
            if isinstance(node.operation, External):
                name = node.name  # the box around it says where it is
            nodes[node] = Node(
                len(nodes), node.label, node.operation, operands, name, node.source, node.block
            )
        made = list(nodes.values())
        self.leaving: list[Node] = [node for node in self.originals if node in self.elsewhere]
        if self.leaving:
            is_outside = full.output not in inside
            label = full.output.label if is_outside else say("figure.box.elsewhere")
            made.append(
                Node(len(made), label, Rest(), tuple(nodes[node] for node in self.leaving), label)
            )
        output = nodes[full.output] if full.output in inside else made[-1]
        self.edges: list[Edge] = [edge for edge in full.edges if edge.target in inside]
        self.inputs = [nodes[node].index if node in nodes else None for node in full.inputs]
        self.coming = frozenset(
            here.index
            for here, node in zip(made, self.originals)
            if here.operation is None and node.operation is not None
        )
        self.graph = self._made(made, output)

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


def _sum(flows: Iterator[Value | None]) -> Value | None:
    total: Value | None = None
    for flow in flows:
        if flow is None:
            return None
        total = flow if total is None else total + flow
    return total


def level(full: Graph, path: Sequence[int] = ()) -> Graph:
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
    most = MOST_BOXES if is_from_elsewhere(full) else MOST_NODES
    if part is not None and len(nodes) <= most:
        return Inner(full, path, names, part).graph
    else:
        inside, before = set(nodes), set[Node]()
        for node in reversed(full.nodes):
            if node in inside or node in before:
                before.update(
                    operand
                    for operand in node.operands
                    if isinstance(operand, Node) and operand not in inside
                )
        after = [node for node in full.nodes if node not in before and node not in inside]
        return Overview(
            full,
            path,
            names,
            parts(nodes, full.output, around),
            _around(say("figure.box.before"), [node for node in full.nodes if node in before]),
            _around(say("figure.box.after"), after),
        ).graph


def _around(name: str, nodes: Sequence[Node]) -> list[Part]:
    return [Part(name, tuple(nodes))] if nodes else []


def fitting(run: Run) -> tuple[Run, bool]:
    """The run, with its blocks closed so far that it can be drawn gate by gate; and whether even
    then it needs an overview.
    """
    if run.graph.origin.is_excerpt:
        return run, False
    if is_from_elsewhere(run.graph):
        boxes = run.graph.unfolded is run.graph and len(run.graph.nodes) > MOST_OPEN
        if boxes and not needed(run.graph):
            run = fold.folded(run, blocks_of(run.graph))
        return run, needed(run.graph)
    if len(run.graph.nodes) <= MOST_NODES:
        return run, False
    if len(run.graph.nodes) <= MOST_FOLDED and run.graph.unfolded is run.graph:
        run = fold.folded(run, fold.fitting(run.graph, MOST_NODES))
    return run, needed(run.graph)


def needed(graph: Graph) -> bool:
    """Whether a graph is too large to be drawn gate by gate."""
    return len(graph.nodes) > (MOST_BOXES if is_from_elsewhere(graph) else MOST_CARDS)
