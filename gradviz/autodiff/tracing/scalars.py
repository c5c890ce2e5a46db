"""An array's node opened: its elements one by one, each worked out by gates of single numbers, and
joined to the array again.

>>> import gradviz as gv
>>> graph = gv.trace(lambda w, x: np.sum(w @ x), w=[[1.0, 2.0], [3.0, 4.0]], x=[1.0, -1.0])
>>> print(opened(graph, ["f"]).output.expression)
v2[0] + v2[1]
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gradviz.autodiff.primitives import table as primitives
from gradviz.autodiff.primitives.operation import Operation, operation_of
from gradviz.autodiff.primitives.primitive import Primitive
from gradviz.autodiff.programs import interpreter
from gradviz.autodiff.tracing.runner import Replay
from gradviz.graph import Block, Graph, Node, Origin, Run, Source

MOST = 36  # elements of an array that is opened, and of what it is worked out from for each
Number = Node | float


def opened(graph: Graph, labels: Collection[str]) -> Graph:
    """The graph with these of its nodes opened, each in a block of its name.

    Raises ValueError for a node that can't be opened, and says why.
    """
    base, labels = graph.origin.base or graph, [*graph.origin.labels, *labels]
    for node in base.nodes:
        if node.label in labels and (why := closed_because(base, node)):
            raise ValueError(f"{node.label} can't be opened into gates of single numbers: {why}")
    return Opened(base, labels).graph if labels else graph


class Openable(Replay):
    """Replays a graph of which arrays can be opened."""

    def opened(self, graph: Graph, labels: Collection[str]) -> Graph:
        return opened(graph, labels)

    def is_openable(self, graph: Graph, node: Node) -> bool:
        return closed_because(graph, node) is None


def closed_because(graph: Graph, node: Node) -> str | None:
    """Why a node can't be opened; None if it can."""
    if node.operation is None:
        return "it is an input"
    shapes = [
        np.shape(graph.example.primals[node]),
        *(np.shape(_example(graph, operand)) for operand in node.operands),
    ]
    if not any(shapes):
        return "it is a single number"
    primitive = operation_of(node).primitive
    if primitive not in RULES and not (
        primitive.is_elementwise and not node.operation.is_handwritten
    ):
        return f"{node.operation.name} has no parts of single numbers here"
    if max(int(np.prod(shape)) for shape in shapes) > MOST:
        return f"it or what it is worked out from has more than {MOST} elements"
    if any(
        np.asarray(_example(graph, operand)).dtype != np.float64
        for operand in (node, *node.operands)
    ):
        return "its elements have fewer digits than a single number has"
    return None


def _example(graph: Graph, operand: Any) -> Any:
    return graph.example.primals[operand] if isinstance(operand, Node) else operand


class Opened(Origin[Graph, Run]):
    """Where a graph with opened nodes comes from: it has a program of its own, for wherever the
    function decides as it did.
    """

    def __init__(self, whole: Graph, labels: Collection[str]) -> None:
        self.base = self.whole = whole
        self.labels = tuple(dict.fromkeys(labels))
        self.made: list[Node] = []
        self.nodes: dict[Node, Node] = {}
        self.elements: dict[tuple[Node, tuple[int, ...]], Number] = {}
        for node in whole.nodes:
            self.nodes[node] = (
                self._opened(node) if node.label in self.labels else self._copied(node)
            )
        self.copies: dict[Node, Node] = {}  # from the graph that is made to the whole
        self.graph: Graph = self._needed(self.nodes[whole.output])

    # ── nodes ──

    def _add(
        self,
        operation: Operation | None,
        operands: Sequence[Any],
        block: Block | None,
        label: str | None = None,
        source: Source | None = None,
    ) -> Node:
        node = Node(
            len(self.made),
            label or f"v{len(self.made)}",
            operation,
            tuple(operands),
            label,
            source,
            block,
        )
        self.made.append(node)
        return node

    def _copied(self, node: Node) -> Node:
        operands = tuple(
            self.nodes[operand] if isinstance(operand, Node) else operand
            for operand in node.operands
        )
        copy = replace(node, index=len(self.made), operands=operands)
        self.made.append(copy)
        return copy

    def _opened(self, node: Node) -> Node:
        block = Block(node.label if node.name else node.expression, node.block)
        shape = np.shape(self.whole.example.primals[node])
        rule = RULES.get(operation_of(node).primitive, _elementwise)
        numbers = []
        for index in np.ndindex(*shape):
            number = rule(Element(self, node, block, index))
            if shape and isinstance(number, Node) and number.name is None:
                number = self._renamed(number, f"{node.label}[{', '.join(map(str, index))}]")
            self.elements[node, index] = number
            numbers.append(number)
        if not shape:
            return self._renamed(numbers[0], node.label, node.source)
        positions = tuple(
            position for position, number in enumerate(numbers) if isinstance(number, Node)
        )
        joined = self._add(
            primitives.stack.operation(positions, {}, None),
            numbers,
            block,
            None if len(shape) > 1 else node.label,
            node.source,
        )
        if len(shape) > 1:
            joined = self._add(
                primitives.reshape.operation((0,), {"shape": shape}, None),
                [joined],
                block,
                node.label,
                node.source,
            )
        return joined

    def _renamed(self, node: Node, label: str, source: Source | None = None) -> Node:
        if node is not self.made[-1]:  # an element of another array, as it is
            return self._add(
                primitives.positive.operation((0,), {}, 0.0), [node], node.block, label, source
            )
        self.made[-1] = named = replace(node, label=label, name=label, source=source)
        return named

    def _needed(self, output: Node) -> Graph:
        """The graph of all that is needed for the output: an array of which only elements are used
        is not joined.
        """
        needed = {output}
        for node in reversed(self.made):
            if node in needed:
                needed.update(operand for operand in node.operands if isinstance(operand, Node))
        taken = {node.label for node in self.made if node.name}
        again: dict[Node, Node] = {}
        examples: dict[Node, Any] = {}
        for node in self.made:
            if node not in needed and node.operation is not None:
                continue
            label = node.label if node.name else f"v{len(again)}"
            while not node.name and label in taken:
                label += "′"
            operands = tuple(
                again[operand] if isinstance(operand, Node) else operand
                for operand in node.operands
            )
            again[node] = made = replace(node, index=len(again), label=label, operands=operands)
            at = (
                examples[operand] if isinstance(operand, Node) else operand for operand in operands
            )
            examples[made] = (
                self.whole.example_numbers[made.index]
                if made.operation is None
                else made.operation.number(*at)
            )
        self.copies = {
            again[made]: node
            for node, made in self.nodes.items()
            if made in again and node.label not in self.labels
        }
        nodes = tuple(again.values())
        graph = Graph(
            self.whole.name,
            nodes,
            again[output],
            order=nodes,
            source=self.whole.source,
            example_numbers=tuple(examples[node] for node in nodes),
            runner=Openable(),
            origin=self,
        )
        numbers = interpreter.interpret(graph, self.whole.example_numbers[: len(self.whole.inputs)])
        return replace(graph, example_numbers=numbers)

    # ── gradviz.graph.Origin ──

    def again(self, base: Graph) -> Graph:
        there = [
            node.label
            for node in base.nodes
            if node.label in self.labels and not closed_because(base, node)
        ]
        return opened(base, there)

    def shown(self, run: Run) -> Run:
        made = self.graph.performer.run(self.graph, [*run.inputs.values()])
        return Run(made.graph, made.distinct, made.places, run.retraced, base=run)

    def in_base(self, node: Node) -> Node | None:
        return self.copies.get(node)

    @property
    def note(self) -> dict[str, Any]:
        return {"opened": [*self.labels]}

    def remaking(self) -> tuple[Callable[..., Graph], tuple[Any, ...]]:
        return opened, (self.whole, self.labels)


@dataclass(frozen=True, slots=True)
class Element:
    """One element of an opened node, to be worked out."""

    maker: Opened
    node: Node
    block: Block
    index: tuple[int, ...]

    def gate(self, primitive: Any, *operands: Number) -> Number:
        """A gate of single numbers; of constants alone, the number itself."""
        positions = tuple(
            position for position, operand in enumerate(operands) if isinstance(operand, Node)
        )
        return (
            self.maker._add(primitive.operation(positions, {}, 0.0), operands, self.block)
            if positions
            else primitive.number(*operands)
        )

    def of(self, operand: Any, index: tuple[int, ...]) -> Number:
        """An element of an operand of the node, broadcast to the shape that the index is of."""
        maker = self.maker
        shape = np.shape(_example(maker.whole, operand))
        index = tuple(
            0 if length == 1 else at for length, at in zip(shape, index[len(index) - len(shape) :])
        )
        if not isinstance(operand, Node):
            return float(operand[index]) if shape else operand
        if not shape:
            return maker.nodes[operand]
        if (operand, index) not in maker.elements:
            pick = primitives.getitem.operation(
                (0,), {"index": index[0] if len(index) == 1 else index}, None
            )
            label = f"{operand.label}[{', '.join(map(str, index))}]"
            maker.elements[operand, index] = maker._add(
                pick, [maker.nodes[operand]], self.block, label
            )
        return maker.elements[operand, index]

    def sum(self, terms: Sequence[Number]) -> Number:
        total = terms[0]
        for term in terms[1:]:
            total = self.gate(primitives.add, total, term)
        return total


def _elementwise(element: Element) -> Number:
    node = element.node
    return element.gate(
        operation_of(node).primitive,
        *(element.of(operand, element.index) for operand in node.operands),
    )


def _sum(element: Element) -> Number:
    return element.sum([element.of(element.node.operands[0], index) for index in _summed(element)])


def _mean(element: Element) -> Number:
    indices = _summed(element)
    return element.gate(
        primitives.divide,
        element.sum([element.of(element.node.operands[0], index) for index in indices]),
        float(len(indices)),
    )


def _summed(element: Element) -> list[tuple[int, ...]]:
    """Which elements of its operand belong to one of a sum."""
    operand, params = element.node.operands[0], operation_of(element.node).params
    shape, axis = np.shape(_example(element.maker.whole, operand)), params.get("axis")
    gone = {
        at % len(shape)
        for at in (
            range(len(shape)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        )
    }
    kept = [at for at in range(len(shape)) if params.get("keepdims") or at not in gone]
    wanted = {at: place for at, place in zip(kept, element.index) if at not in gone}
    return [
        index
        for index in np.ndindex(*shape)
        if all(index[at] == place for at, place in wanted.items())
    ]


def _matmul(element: Element) -> Number:
    x, y = element.node.operands
    shape, other = (np.shape(_example(element.maker.whole, operand)) for operand in (x, y))
    row, column = (
        element.index[: len(shape) - 1],
        element.index[len(element.index) - (len(other) - 1) :] if len(other) > 1 else (),
    )
    pairs = [((*row, k), (k, *column)) for k in range(shape[-1])]
    return element.sum(
        [
            element.gate(primitives.multiply, element.of(x, at), element.of(y, there))
            for at, there in pairs
        ]
    )


RULES: dict[Primitive, Callable[[Element], Number]] = {
    primitives.sum_: _sum,
    primitives.mean: _mean,
    primitives.matmul: _matmul,
}
