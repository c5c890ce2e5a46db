"""From tape to graph: the nodes that an output was computed from, numbered, named and put in order."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gradviz.autodiff import program
from gradviz.autodiff.program import Recording
from gradviz.autodiff.variable import Page, Variable, current_page
from gradviz.graph import Graph, Node, Run, printable

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
        self.by_leaf: dict[tuple[Variable, int], Node] = {}  # and the identity of its value
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

    def add_input(self, leaf: Variable, value: float, name: str | None) -> Node:
        """The node of an input at a value; one that was set to another value between two uses has two."""
        index = len(self.by_leaf)
        name = f"v{index}" if name is None else name
        label = self.unique(printable(name))
        node = self.by_leaf[leaf, id(value)] = Node(index, label, name=name if name not in self.inputs else label)
        self.inputs.add(node.name)
        return node

    def at(self, page: Page, index: int) -> Node:
        """The node of an entry that stands before."""
        primitive, a, _, value = page.entries[4 * index : 4 * index + 4]
        if primitive is not None:
            return self.by_place[page, index]
        return self.by_leaf[a, id(value)] if a.page is None else self.at(a.page, a.index)

    def add_operation(self, number: int, page: Page, index: int, otherwise: str | None = None) -> Node:
        """The node of an operation, number `number` of its graph; `otherwise` is its name if the user gave it none."""
        primitive, a, b, _ = page.entries[4 * index : 4 * index + 4]
        operands = tuple(self.at(page, operand) if type(operand) is int else operand for operand in (a, b) if operand is not None)
        name = page.names.get(index) or otherwise
        block = next(block for start, block in reversed(page.blocks) if start <= index)
        label = self.unique(printable(name) if name else f"v{number}")
        node = Node(number, label, primitive, operands, label if name else None, page.sources.get(index), block)
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
    if current_page().length < 0:
        raise TypeError("a figure of a Variable shows plain numbers, which a trace can't follow; draw outside the traced function")
    pages, leaf_adjoints = output._sweep or ({}, {})
    nodes, primals, adjoints = Nodes(), [], []
    places: list[tuple[Page, int]] = []
    leaves = {(output, id(output._value)): (output._value, leaf_adjoints.get(output))}
    if output.page is not None:
        marks = reachable([(output.page, output.index)])
        places = [(page, index) for page in sorted(marks, key=lambda page: page.serial) for index, mark in enumerate(marks[page]) if mark]
        leaves = {}
        for page, index in places:
            primitive, a, _, value = page.entries[4 * index : 4 * index + 4]
            if primitive is None and a.page is None:  # of an input set to new values between its uses, each value has its share
                share = pages[page][index] if page in pages else None
                _, before = leaves.get((a, id(value)), (value, None))
                leaves[a, id(value)] = value, share if before is None else before + (share or 0.0)
    made = [nodes.add_input(leaf, value, leaf.name) for (leaf, _), (value, _) in leaves.items()]
    primals += (value for value, _ in leaves.values())
    adjoints += (adjoint for _, adjoint in leaves.values())
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
