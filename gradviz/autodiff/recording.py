"""From tape to graph: the nodes that an output was computed from, numbered, named and put in order."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gradviz.autodiff import program
from gradviz.autodiff.program import Recording
from gradviz.autodiff.variable import Page, Variable
from gradviz.graph import Graph, Node, Run

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def reachable(roots: Sequence[tuple[Page, int]]) -> dict[Page, list[bool]]:
    """Which entries of which pages the roots were computed from."""
    marks: dict[Page, list[bool]] = {}
    waiting: list[tuple[int, Page]] = []

    def mark(page: Page, index: int) -> None:
        if page not in marks:
            marks[page] = []
            heapq.heappush(waiting, (-page.serial, page))
        marked = marks[page]
        marked += [False] * (index + 1 - len(marked))
        marked[index] = True

    for root in roots:
        mark(*root)
    while waiting:
        _, page = heapq.heappop(waiting)
        for index in range(len(marks[page]) - 1, -1, -1):
            if marks[page][index]:
                primitive, a, b, _ = page.entries[4 * index : 4 * index + 4]
                if primitive is not None:
                    for operand in (a, b):
                        if type(operand) is int:
                            mark(page, operand)
                elif a.page is not None:
                    mark(a.page, a.index)
    return marks


class Nodes:
    """Makes nodes of tape entries, each once, with names that are unique."""

    def __init__(self) -> None:
        self.by_place: dict[tuple[Page, int], Node] = {}
        self.by_leaf: dict[Variable, Node] = {}
        self.names: dict[str, int] = {}  # and how often they were wanted

    def unique(self, name: str) -> str:
        """`name`, or name₂, name₃ … where it is taken."""
        candidate = name
        while candidate in self.names:
            self.names[name] += 1
            candidate = name + str(self.names[name]).translate(SUBSCRIPTS)
        self.names[candidate] = 1
        return candidate

    def add_input(self, leaf: Variable, name: str | None) -> Node:
        index = len(self.by_leaf)
        node = self.by_leaf[leaf] = Node(index, name=self.unique(f"v{index}" if name is None else name))
        return node

    def at(self, page: Page, index: int) -> Node:
        """The node of an entry that stands before."""
        primitive, a, _, _ = page.entries[4 * index : 4 * index + 4]
        if primitive is not None:
            return self.by_place[page, index]
        return self.by_leaf[a] if a.page is None else self.at(a.page, a.index)

    def add_operation(self, number: int, page: Page, index: int, otherwise: str | None = None) -> Node:
        """The node of an operation, number `number` of its graph; `otherwise` is its name if the user gave it none."""
        primitive, a, b, _ = page.entries[4 * index : 4 * index + 4]
        operands = tuple(self.at(page, operand) if type(operand) is int else operand for operand in (a, b) if operand is not None)
        name = page.names.get(index) or otherwise
        block = next(block for start, block in reversed(page.blocks) if start <= index)
        node = Node(number, primitive, operands, self.unique(name) if name else None, page.sources.get(index), block)
        self.by_place[page, index] = node
        return node


@dataclass(frozen=True)
class Recorded:
    """The evaluator of a graph that was recorded in eager work, without its function: it can be read but not run again."""

    order: tuple[Node, ...]

    def run(self, graph: Graph, values: Sequence[float]) -> Run:
        raise TypeError(f"{graph.name} was recorded while it was computed, without its function; use gv.trace(f, ...) for a graph that runs")

    def code(self, graph: Graph) -> str:
        return program.source(Recording(graph, self.order, ()))


def run_of(output: Variable) -> Run:
    """The graph of what `output` was computed from, with its values; and its adjoints, if its backward() was called."""
    pages, leaf_adjoints = output._sweep or ({}, {})
    nodes, primals, adjoints = Nodes(), [], []
    if output.page is None:
        places = []
        leaves = {output: output._value}
    else:
        marks = reachable([(output.page, output.index)])
        places = [(page, index) for page in sorted(marks, key=lambda page: page.serial) for index, mark in enumerate(marks[page]) if mark]
        entries = (page.entries[4 * index : 4 * index + 4] for page, index in places)
        leaves = {a: value for primitive, a, _, value in entries if primitive is None and a.page is None}
    made = [nodes.add_input(leaf, leaf.name) for leaf in leaves]
    primals += leaves.values()
    adjoints += (leaf_adjoints.get(leaf) for leaf in leaves)
    for page, index in places:
        if page.entries[4 * index] is not None:
            made.append(nodes.add_operation(len(made), page, index))
            primals.append(page.entries[4 * index + 3])
            adjoints.append(pages[page][index] if page in pages else None)
    final = nodes.at(output.page, output.index) if places else made[0]
    graph = Graph(output.name or "f", tuple(made), final, Recorded(tuple(made)), ())
    locals_ = program.locals_of(graph, dict(zip(made, primals)))
    return replace(graph, example_numbers=(*primals, *locals_, *adjoints)).example


Variable._run_ = run_of
