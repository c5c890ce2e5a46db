"""Granularity: a graph with some of its blocks closed, each of them then one gate whose inside is
hidden.

What leaves a closed block stays as a node, with one edge from each value that comes in. The
derivative along such an edge is the sum over all hidden paths, so the adjoints of the nodes that
are left are those of the open graph."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from gradviz.graph import (
    Block,
    Edge,
    Graph,
    Node,
    Numbers,
    Operation,
    Origin,
    Places,
    Run,
    is_from_elsewhere,
)
from gradviz.numerals import Value
from gradviz.scene.folding.blocks import Key, blocks_of, counterparts, keys
from gradviz.scene.folding.inside import Inside

CHOICE = "({} if {} != 0.0 else 0.0)"  # of numbers


def fitting(graph: Graph, most: int) -> list[Block]:
    """The blocks to close so that at most so many nodes are left, or as few as there can be: as few
    levels of them as it takes.
    """
    closed: list[Block] = []
    for depth in range(max((len(block.path) for block in blocks_of(graph)), default=0), 0, -1):
        closed = [block for block in blocks_of(graph) if len(block.path) == depth]
        if len(Folding(graph, closed).visible) <= most:
            break
    return closed


def fold(graph: Graph, closed: Collection[Block]) -> Graph:
    """The graph with these of its blocks closed, and all others open. It runs like any other."""
    graph = graph.unfolded
    return Folding(graph, closed).graph if closed else graph


def fold_named(graph: Graph, closed: Collection[Key]) -> Graph:
    """The graph with the blocks closed that are called so from outside."""
    return fold(graph, [block for block, key in keys(graph).items() if key in closed])


def folded(run: Run, closed: Collection[Block]) -> Run:
    """A run of an open graph as a run of the same graph with these blocks closed."""
    return Folding(run.graph, closed).shown(run) if closed else run


def _keeps_apart(graph: Graph, block: Block) -> bool:
    """Whether no gate of a block leads to two of its results: then it is recorded what flows back
    from each.
    """
    inside = {node for node in graph.operations if node.block and block in node.block.path}
    leaving = {edge.source for edge in graph.edges if edge.target not in inside} & inside
    leaving |= {graph.output} & inside
    seen: set[Node] = set()
    for result in leaving:
        waiting, found = [result], {result}
        while waiting:
            before = {of for of in waiting.pop().operands if isinstance(of, Node) and of in inside}
            waiting += before - leaving - found
            found |= before - leaving
        if not seen.isdisjoint(found):
            return False
        seen |= found
    return True


@dataclass(frozen=True)
class Term:
    """A hidden path's last step: its local derivative, times what leads on from there."""

    name: str  # of the sum that it belongs to, and begins if it is the first
    is_first: bool
    ahead: str  # a factor and a sign
    place: int  # of the local derivative, among all numbers of the open graph
    is_choice: bool

    def written(self, number: Callable[[int], str], choice: str) -> str:
        """It as a line of code; `choice` gives nothing where the local derivative is 0."""
        local = number(self.place)
        term = self.ahead + local
        if self.is_choice:
            term = choice.format(term, local)
        return f"{self.name} = {term if self.is_first else f'{self.name} + {term}'}"


class Folding(Origin[Graph, Run]):
    """Where a folded graph comes from: it shows runs of the open one, and adds up the hidden
    paths.
    """

    has_program = False

    @property
    def is_excerpt(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Of a model, parameters are hidden in closed blocks."""
        return self.is_recorded

    def __init__(self, full: Graph, closed: Collection[Block]) -> None:
        self.base = self.full = full
        self.is_recorded = is_from_elsewhere(full)
        if self.is_recorded:
            closed = [block for block in closed if _keeps_apart(full, block)]
        self.closed = frozenset(closed)
        around = {
            node: next((block for block in node.block.path if block in self.closed), None)
            for node in full.nodes
            if node.block
        }
        leaving = {full.output} | {
            edge.source
            for edge in full.edges
            if around.get(edge.source) is not around.get(edge.target)
        }
        self.visible: list[Node] = [
            node for node in full.nodes if around.get(node) is None or node in leaving
        ]
        self.nodes: dict[Node, Node] = {}  # of the open graph, and of this one
        for node in self.visible:
            closed_around = around.get(node)
            if closed_around is None:
                self._put(node, node.operation, node.operands, node.block)
            else:
                inside = self._inside(node, closed_around)
                self._put(node, inside, inside.operands, closed_around.parent)
        self._places: tuple[Places, Places] | None = None
        self._add_up()
        numbers = self._picked(full.example_numbers, self.added(full.example_numbers))
        self.graph: Graph = Graph(
            full.name,
            tuple(self.nodes.values()),
            self.nodes[full.output],
            source=full.source,
            example_numbers=numbers,
            runner=full.runner,
            origin=self,
        )

    def _put(
        self,
        node: Node,
        operation: Operation | None,
        operands: Sequence[Node | Value],
        block: Block | None,
    ) -> None:
        """A node of the open graph, as a node of this one."""
        made = tuple(self.nodes[of] if isinstance(of, Node) else of for of in operands)
        self.nodes[node] = Node(
            len(self.nodes),
            node.label,
            operation,
            made,
            node.name,
            node.source,
            block,
            node.returned_to,
        )

    def _inside(self, leaving: Node, block: Block) -> Inside:
        """What is hidden behind a node that leaves a closed block."""
        gates, operands, waiting = {leaving}, set(), [leaving]
        while waiting:
            for operand in waiting.pop().operands:
                if not isinstance(operand, Node) or operand in gates:
                    continue
                if operand in self.nodes:  # is visible: it was made before
                    operands.add(operand)
                elif operand.operation is not None:  # nor a parameter of a closed module
                    gates.add(operand)
                    waiting.append(operand)
        called_with = [
            node for node in dict.fromkeys(self.full.calls.get(block, ())) if node in operands
        ]
        others = sorted(operands.difference(called_with), key=lambda node: node.index)
        return Inside(block, sorted(gates, key=lambda node: node.index), [*called_with, *others])

    def _add_up(self) -> None:
        """Make `added`, the function that gives the derivatives along the edges of closed blocks
        from the numbers of the open graph, and `picks`: where each number of the folded graph
        stands among those, first, and the ones that are added."""
        full = self.full
        self.arriving: dict[Node, list[Edge]] = {node: [] for node in full.nodes}
        for edge in full.edges:
            self.arriving[edge.target].append(edge)
        results, locals_ = [], []
        self.terms: list[Term] = []
        all_numbers = 2 * len(full.nodes) + len(full.edges)
        for node, made in self.nodes.items():
            if isinstance(made.operation, Inside):
                more, sums = self._along(made.operation)
                self.terms += more
                for operand in made.operation.operands:
                    locals_.append(all_numbers + len(results))
                    results.append(sums[operand])
            else:
                locals_ += (len(full.nodes) + edge.index for edge in self.arriving[node])
        primals = [node.index for node in self.nodes]
        adjoints = [len(full.nodes) + len(full.edges) + node.index for node in self.nodes]
        self.picks: Places = Places((*primals, *locals_, *adjoints))
        self.results: list[str] = results
        choice = "np.where({1} != 0.0, {0}, 0.0)[()]" if full.has_arrays else CHOICE
        lines = [term.written("n[{}]".format, choice) for term in self.terms]
        returned = "".join(f"{result}, " for result in results)
        namespace: dict[str, Any] = {"np": np}
        exec("\n    ".join(["def added(n):", *lines, f"return ({returned})"]), namespace)
        self.added: Callable[[Sequence[Any]], tuple[Any, ...]] = namespace["added"]

    def _along(self, inside: Inside) -> tuple[list["Term"], dict[Node, str]]:
        """The sum over all hidden paths, term by term, and the name of the sum for each value that
        comes in.
        """
        edges = [edge for gate in inside.gates for edge in self.arriving[gate]]
        primals, locals_ = self.full.example.primals, self.full.example.locals
        shapes = {np.shape(primals[node]) for node in (*inside.gates, *inside.operands)}
        if len(shapes) > 1 or any(locals_[edge] is None for edge in edges):
            return [], dict.fromkeys(inside.operands, "None")
        terms, names = [], {inside.gates[-1]: ""}
        for gate in reversed(inside.gates):
            for edge in self.arriving[gate] if gate in names else ():
                if edge.is_flat:
                    continue
                name = f"d{edge.source.index}_{inside.gates[-1].index}"
                place = len(self.full.nodes) + edge.index
                is_first = edge.source not in names
                is_choice = edge.operation.is_choice
                terms.append(Term(name, is_first, names[gate], place, is_choice))
                names[edge.source] = f"{name} * "
        return terms, {
            operand: names.get(operand, "0.0").removesuffix(" * ") for operand in inside.operands
        }

    def _picked(self, numbers: Sequence[Any], added: Sequence[Any]) -> tuple[Any, ...]:
        return self.picks((*numbers, *added))

    def shown(self, run: Run) -> Run:
        """A run of the open graph as one of the folded graph."""
        numbers, added = run.numbers, self.added(run.numbers)
        if self.full.has_arrays:
            return Run(
                self.graph, self._picked(numbers, added), None, run.retraced, self._flows(run), run
            )
        if run.places is not None and (self._places is None or self._places[0] is not run.places):
            first = 1 + max(run.places)
            self._places = (
                run.places,
                Places(
                    run.places[pick] if pick < len(numbers) else first + pick - len(numbers)
                    for pick in self.picks
                ),
            )
        if self._places is None or type(numbers[0]) is not float:  # those of a sweep are arrays
            return Run(self.graph, self._picked(numbers, added), None, run.retraced, base=run)
        distinct = run.distinct if run.places is not None else self._places[0].compressed(numbers)
        return Run(self.graph, (*distinct, *added), self._places[1], run.retraced, base=run)

    def _flows(self, run: Run) -> tuple[Any, ...]:
        """What flows back along each edge, worked out once for each closed block."""
        values, flows, known = dict(run.primals), [], run.flows
        for node, made in self.nodes.items():
            if isinstance(made.operation, Inside) and self.is_recorded:
                flows += self._recorded(made.operation, known)
            elif isinstance(made.operation, Inside):
                adjoint = run.adjoints[node]
                back = made.operation.flows(adjoint, values) if adjoint is not None else {}
                flows += (back.get(operand) for operand in made.operation.operands)
            else:
                flows += (known[edge] for edge in self.arriving[node])
        return tuple(flows)

    def _recorded(self, inside: Inside, known: Numbers[Edge]) -> Iterator[Any]:
        """What flows back to the operands of a closed block from one of its results."""
        edges = [edge for gate in inside.gates for edge in self.arriving[gate]]
        for operand in inside.operands:
            parts = [known[edge] for edge in edges if edge.source is operand]
            yield sum(parts[1:], parts[0])

    @property
    def places(self) -> Places | None:
        return self._places and self._places[0]

    def shown_as(self, graph: Graph) -> tuple[list[int], dict[int, int]]:
        leads_to = {
            hidden: made.index
            for made in reversed(graph.nodes)
            if isinstance(made.operation, Inside)
            for gate in made.operation.gates
            for hidden in (gate, *gate.operands)
            if isinstance(hidden, Node) and hidden not in self.nodes
        }
        nodes = [
            self.nodes[node].index if node in self.nodes else leads_to[node]
            for node in self.full.nodes
        ]
        first = len(self.full.nodes)
        here = self.picks[len(self.nodes) : len(self.nodes) + len(graph.edges)]
        return nodes, {
            pick - first: index
            for index, pick in enumerate(here)
            if pick < first + len(self.full.edges)
        }

    # ── gradviz.graph.Origin ──

    def again(self, base: Graph) -> Graph:
        return fold(base, counterparts(self.full, self.closed, base))

    def in_base(self, node: Node) -> Node | None:
        return None if isinstance(node.operation, Inside) else self._open[node]

    @cached_property
    def _open(self) -> dict[Node, Node]:
        return {made: node for node, made in self.nodes.items()}

    def in_a_page(self, program: Any) -> Any:
        if program is not None and self.full.has_arrays:
            along = [
                made.operation if isinstance(made.operation, Inside) else self.arriving[node]
                for node, made in self.nodes.items()
            ]
            program.close(self.terms, self.results, self.picks, along)
        elif program is not None and self._places is not None:
            program.add_paths(self.terms, self.results, self._places[0])
        return program

    @cached_property
    def _closed_keys(self) -> list[Key]:
        return [key for block, key in keys(self.full).items() if block in self.closed]

    @property
    def note(self) -> dict[str, Any]:
        return {"closed": [[[*step] for step in key] for key in self._closed_keys]}

    def remaking(self) -> tuple[Callable[..., Graph], tuple[Any, ...]]:
        return fold_named, (self.full, self._closed_keys)
