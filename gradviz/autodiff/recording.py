"""From tape to graph: the nodes that an output was computed from, numbered, named and in order."""

import heapq
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gradviz.autodiff import interpreter, primitives, targets
from gradviz.autodiff.instructions import Instructions
from gradviz.autodiff.pickling import packed, unpacked
from gradviz.autodiff.primitive import Operation
from gradviz.autodiff.program import Recording
from gradviz.autodiff.tape import FOREIGN, LEAF, Leaf, Page, adjoint_at, state
from gradviz.autodiff.variable import Variable
from gradviz.graph import SUBSCRIPTS, Graph, Lines, Node, Run, printable, read_only
from gradviz.numerals import Value

CONSTANT = Operation(primitives.constant, ())


def reachable(roots: Sequence[tuple[Page, int]], since: int = 0) -> dict[Page, list[bool]]:
    """Which entries of which pages, from that of serial number `since` on, the roots were computed
    from.
    """
    marks: dict[Page, list[bool]] = {}
    waiting: list[tuple[int, Page]] = []

    def mark(page: Page, index: int) -> None:
        if page not in marks:
            if page.released:
                raise ValueError(
                    "this was computed inside a function whose derivative was taken; its values "
                    "are freed by then"
                )
            marks[page] = []
            heapq.heappush(waiting, (-page.serial, page))
        marked = marks[page]
        marked += [False] * (index + 1 - len(marked))
        marked[index] = True

    for root in roots:
        mark(*root)
    while waiting:
        _, page = heapq.heappop(waiting)
        marked = marks[page]
        for index in range(len(marked) - 1, -1, -1):
            if marked[index]:
                entry = page.entry(index)
                if entry.operation == FOREIGN:
                    if entry.first.page.serial >= since:
                        mark(entry.first.page, entry.first.index)
                elif entry.operation != LEAF:
                    places = entry.operands
                    for position in entry.operation.positions:
                        marked[places[position]] = True
    return marks


class Nodes:
    """Makes nodes of tape entries, each once, with names that are unique."""

    def __init__(self) -> None:
        self.by_place: dict[tuple[Page, int], Node] = {}
        self.by_leaf: dict[tuple[Leaf, int], Node] = {}  # and the identity of its value
        self.inputs: set[str] = set()
        self.names: dict[str, int] = {}  # and how often they were wanted

    def unique(self, name: str) -> str:
        """`name`, or name₂, name₃ … where it is taken."""
        candidate = name
        while candidate in self.names:
            self.names[name] += 1
            candidate = name + str(self.names[name]).translate(SUBSCRIPTS)
        self.names[candidate] = 1
        return candidate

    def add_input(self, leaf: Leaf, value: Any, name: str | None) -> Node:
        """The node of an input at a value; one that was set to another value between two uses has
        two.
        """
        index = len(self.by_leaf)
        name = f"v{index}" if name is None else name
        label = self.unique(printable(name))
        own = name if name not in self.inputs else label
        self.inputs.add(own)
        node = self.by_leaf[leaf, id(value)] = Node(index, label, name=own)
        return node

    def at(self, page: Page, index: int) -> Node:
        """The node of an entry that stands before."""
        operation, first, *_, value = page.entry(index)
        if operation == FOREIGN:
            return self.at(first.page, first.index)
        return (
            self.by_place[page, index]
            if (page, index) in self.by_place
            else self.by_leaf[first, id(value)]
        )

    def add_operation(
        self, number: int, page: Page, index: int, otherwise: str | None = None
    ) -> Node:
        """The node of an operation, number `number` of its graph; `otherwise` is its name if the
        user gave it none.
        """
        entry = operation, *_, value = page.entry(index)
        if operation == LEAF:  # a Variable that the traced function made: a constant
            operation, places = CONSTANT, (value,)
        else:
            places = entry.operands
        made = operation.standing(places, lambda place: self.at(page, place))
        operands = tuple(of if isinstance(of, Node) else read_only(of) for of in made)
        name = page.name(index) or otherwise
        label = self.unique(printable(name) if name else f"v{number}")
        node = Node(
            number,
            label,
            operation,
            operands,
            label if name else None,
            page.source(index),
            page.block(index),
            page.returned_to(index),
        )
        self.by_place[page, index] = node
        return node


@dataclass(frozen=True)
class Recorded:
    """The evaluator of a graph that was recorded in eager work, without its function: it can be
    read but not run again.
    """

    order: tuple[Node, ...]

    def run(self, graph: Graph, values: Sequence[Value]) -> Run:
        raise self._refusal(graph)

    def anew(self, graph: Graph, values: Sequence[Value], why: str) -> Run:
        raise self._refusal(graph)

    def sweep(self, graph: Graph, values: Sequence[Value], count: int) -> Run:
        raise self._refusal(graph)

    def cost(self, graph: Graph) -> Any:
        raise self._refusal(graph)

    def opened(self, graph: Graph, labels: Collection[str]) -> Graph:
        raise self._refusal(graph)

    def _refusal(self, graph: Graph) -> TypeError:
        return TypeError(
            f"{graph.name} was recorded while it was computed, without its function; use "
            "gv.trace(f, ...) for a graph that runs"
        )

    def prepare(self, graph: Graph) -> None:
        return None

    def listing(self, graph: Graph, target: str) -> Lines:
        return targets.listing(self._recording(graph), target)

    def instructions(self, graph: Graph) -> Instructions | None:
        return targets.in_a_page(self._recording(graph))

    def _recording(self, graph: Graph) -> Recording:
        return Recording(graph, self.order, (), dict(zip(graph.nodes, graph.example_numbers)))

    def origin(self, graph: Graph) -> None:
        return None

    def is_openable(self, graph: Graph, node: Node) -> bool:
        return False

    def pickled(self, graph: Graph) -> tuple[Callable[..., Graph], tuple[Any, ...]]:
        return unpickled, (packed(graph, self.order, ()),)


def unpickled(parts: tuple[Any, ...]) -> Graph:
    """A graph that was recorded in eager work, out of its pickle."""
    return unpacked(parts, lambda order, guards: Recorded(order))


def run_of(self: Variable) -> Run:
    """The graph of what this Variable was computed from, with its values; and its adjoints, if its
    backward() was called.
    """
    output = self
    if state.page.is_trace:
        raise TypeError(
            "a figure of a Variable shows plain numbers, which a trace can't follow; draw outside "
            "the traced function"
        )
    pages, _ = getattr(output, "sweep", ({}, {}))
    nodes, primals, adjoints = Nodes(), [], []
    marks = reachable([(output.page, output.index)])
    places = [
        (page, index)
        for page in sorted(marks, key=lambda page: page.serial)
        for index, mark in enumerate(marks[page])
        if mark
    ]
    leaves: dict[tuple[Leaf, int], tuple[Any, Any]] = {}
    for page, index in places:
        operation, leaf, *_, value = page.entry(index)
        if (
            operation == LEAF
        ):  # of an input set to new values between its uses, each value has its share
            share = _adjoint(pages, page, index)
            _, before = leaves.get((leaf, id(value)), (value, None))
            leaves[leaf, id(value)] = (
                value,
                share if before is None else before if share is None else before + share,
            )
    made = [nodes.add_input(leaf, value, leaf.name) for (leaf, _), (value, _) in leaves.items()]
    primals += (value for value, _ in leaves.values())
    adjoints += (adjoint for _, adjoint in leaves.values())
    for page, index in places:
        if page.entry(index).operation not in (LEAF, FOREIGN):
            made.append(nodes.add_operation(len(made), page, index))
            primals.append(page.value(index))
            adjoints.append(_adjoint(pages, page, index))
    final = nodes.at(output.page, output.index)
    graph = Graph(output.name or "f", tuple(made), final, Recorded(tuple(made)), ())
    locals_ = interpreter.locals_of(made, primals)
    return replace(graph, example_numbers=(*primals, *locals_, *adjoints)).example


def _adjoint(pages: Mapping[Page, Sequence[Any]], page: Page, index: int) -> Any:
    return adjoint_at(pages.get(page, ()), index)


Variable._run_ = run_of
