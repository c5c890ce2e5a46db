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
    Lines,
    Node,
    Operation,
    Places,
    Run,
    Source,
    applied_derivative,
)
from gradviz.numerals import Value

CHOICE = "({} if {} != 0.0 else 0.0)"  # of numbers
# a block's path: names, and which of those of that name in the block around it
Key = tuple[tuple[str, int], ...]


def blocks_of(graph: Graph) -> list[Block]:
    """The blocks that hold a node of the graph, or a block that does; each after the one around
    it.
    """
    return list(
        dict.fromkeys(block for node in graph.nodes if node.block for block in node.block.path)
    )


def keys(graph: Graph) -> dict[Block, Key]:
    """What each block is called from outside, the same in every trace of the same function."""
    found: dict[Block, Key] = {}
    counts: dict[tuple[Key, str], int] = {}
    for block in blocks_of(graph):
        around = found[block.parent] if block.parent else ()
        number = counts[around, block.name] = counts.get((around, block.name), -1) + 1
        found[block] = (*around, (block.name, number))
    return found


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


def counterparts(graph: Graph, blocks: Collection[Block], other: Graph) -> list[Block]:
    """These blocks of a graph in another graph of the same function, as far as it has them."""
    wanted = {key for block, key in keys(graph).items() if block in blocks}
    return [block for block, key in keys(other).items() if key in wanted]


def chosen(
    graph: Graph, collapse: Collection[str] | bool, expand: Collection[str] | bool
) -> set[Block]:
    """The blocks to close: those with a name in `collapse` (True for all), but for those with a
    name in `expand`.

    Raises ValueError, with the names that there are, for a name that no block has.
    """
    blocks = blocks_of(graph)
    wanted, kept = names(collapse, "collapse"), names(expand, "expand")
    for name in [*(wanted or ()), *(kept or ())]:
        if all(block.name != name for block in blocks):
            there = (
                ", ".join(dict.fromkeys(block.name for block in blocks))
                or "none; decorate a function with @gv.block to make one"
            )
            raise ValueError(f"{graph.name} has no block called {name!r}; there are {there}")
    return {
        block
        for block in blocks
        if (wanted is None or block.name in wanted) and not (kept is None or block.name in kept)
    }


def arrays_named(graph: Graph, wanted: Collection[str] | bool) -> list[str]:
    """Of some names those of arrays, which can be opened like blocks."""
    blocks = {block.name for block in blocks_of(graph)}
    example = graph.example.primals
    arrays = {
        node.label
        for node in graph.operations
        if any(
            isinstance(operand, Node) and np.shape(example[operand])
            for operand in (node, *node.operands)
        )
    }
    named = names(wanted, "expand") or ()
    return [name for name in named if name in arrays and name not in blocks]


def names(given: Collection[str] | bool, what: str) -> list[str] | None:
    """Names of blocks; None for all.

    Raises TypeError, naming the argument as `what`, if they are none.
    """
    if isinstance(given, bool):
        return None if given else []
    given = [given] if isinstance(given, str) else given
    if not isinstance(given, Collection) or not all(isinstance(name, str) for name in given):
        raise TypeError(
            f"{what} takes names of blocks, as in {what}=['sigmoid'], or True for all of them, not "
            f"{given!r:.40}"
        )
    return list(given)


def unfolded(graph: Graph) -> Graph:
    """The graph with all its blocks open."""
    return graph.evaluator.full if isinstance(graph.evaluator, Folding) else graph


def closed_in(graph: Graph) -> frozenset[Block]:
    """The blocks that are closed, as the open graph has them."""
    return graph.evaluator.closed if isinstance(graph.evaluator, Folding) else frozenset()


def fold(graph: Graph, closed: Collection[Block]) -> Graph:
    """The graph with these of its blocks closed, and all others open. It runs like any other."""
    graph = unfolded(graph)
    return Folding(graph, closed).graph if closed else graph


def fold_named(graph: Graph, closed: Collection[Key]) -> Graph:
    """The graph with the blocks closed that are called so from outside."""
    return fold(graph, [block for block, key in keys(graph).items() if key in closed])


def folded(run: Run, closed: Collection[Block]) -> Run:
    """A run of an open graph as a run of the same graph with these blocks closed."""
    return Folding(run.graph, closed).run_of(run) if closed else run


def shown_as(graph: Graph) -> tuple[list[int], dict[int, int]]:
    """Where the open graph is to be seen in this one. For each of its nodes, an index: if it is
    hidden, of the node that it leads to. For each of its edges that is not hidden, by index, the
    index here."""
    if isinstance(graph.evaluator, Folding):
        return graph.evaluator.shown_as()
    return [node.index for node in graph.nodes], {edge.index: edge.index for edge in graph.edges}


class Inside:
    """The operation that a closed block is: what one node that leaves it makes of the values that
    come in.
    """

    def __init__(self, block: Block, gates: Sequence[Node], operands: Sequence[Node]) -> None:
        self.block = block
        self.name: str = block.name
        self.gates = gates  # in the order of the work, the last being the one that leaves
        self.operands = operands
        self.is_handwritten: bool = any(gate.is_handwritten for gate in gates)

    def sign(self, constants: Sequence[str | None]) -> str:
        return f"▸ {self.name}"

    def marks(self, constants: Sequence[str | None]) -> tuple[str, ...]:
        return ("",) * len(self.operands)

    def expression(self, operands: Sequence[str | Value]) -> str:
        return f"{self.name}({', '.join(map(str, operands))})"

    def local_expression(self, position: int, operands: Sequence[str | Value], result: str) -> str:
        return applied_derivative(self.name, position, operands)

    is_choice = False

    def is_flat(self, position: int, operands: Sequence[Any]) -> bool:
        return self.operands[position] not in self._reached

    @cached_property
    def _reached(self) -> set[Node]:
        """To what an adjoint of the block's result is handed back."""
        reached = {self.gates[-1]}
        for gate in reversed(self.gates):
            if gate in reached:
                reached |= {operand for operand, _ in self._arriving(gate)}
        return reached

    def _arriving(self, gate: Node) -> Iterator[tuple[Node, int]]:
        """The operands to which a gate hands something back, with their positions."""
        for position, operand in enumerate(gate.operands):
            if isinstance(operand, Node) and not gate.gate.is_flat(position, gate.operands):
                yield operand, position

    def number(self, *operands: Any) -> Any:
        return self.values(operands)[self.gates[-1]]

    def values(self, operands: Sequence[Any]) -> dict[Node, Any]:
        values = dict(zip(self.operands, operands, strict=True))
        for gate in self.gates:
            values[gate] = gate.gate.number(*gate.operands_at(values))
        return values

    def flow(self, position: int, adjoint: Any, operands: Sequence[Any], result: Any) -> Any:
        return self.flows(adjoint, self.values(operands))[self.operands[position]]

    def pullback(
        self, positions: Sequence[int], adjoint: Any, operands: Sequence[Any], result: Any
    ) -> dict[int, Any]:
        flows = self.flows(adjoint, self.values(operands))
        return {position: flows[self.operands[position]] for position in positions}

    def flows(self, adjoint: Any, values: dict[Node, Any]) -> dict[Node, Any]:
        """What an adjoint hands back to each value that comes in, at these values of all the
        gates.
        """
        adjoints = {self.gates[-1]: adjoint}
        for gate in reversed(self.gates):
            if gate not in adjoints:
                continue
            operands = gate.operands_at(values)
            for operand, position in self._arriving(gate):
                flow = gate.gate.flow(position, adjoints[gate], operands, values[gate])
                adjoints[operand] = adjoints[operand] + flow if operand in adjoints else flow
        for operand in self.operands:
            if operand not in adjoints:
                adjoints[operand] = 0.0 * values[operand] if np.ndim(values[operand]) else 0.0
        return adjoints


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


class Folding:
    """The evaluator of a folded graph: runs the open one, and adds up the hidden paths."""

    def __init__(self, full: Graph, closed: Collection[Block]) -> None:
        self.full = full
        self.closed: frozenset[Block] = frozenset(closed)
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
            full.name, tuple(self.nodes.values()), self.nodes[full.output], self, numbers
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
                else:
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

    def run_of(self, run: Run) -> Run:
        """A run of the open graph as one of the folded graph."""
        numbers, added = run.numbers, self.added(run.numbers)
        if self.full.has_arrays:
            return Run(
                self.graph, self._picked(numbers, added), None, run.retraced, self._flows(run)
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
            return Run(self.graph, self._picked(numbers, added), None, run.retraced)
        distinct = run.distinct if run.places is not None else self._places[0].compressed(numbers)
        return Run(self.graph, (*distinct, *added), self._places[1], run.retraced)

    def _flows(self, run: Run) -> tuple[Any, ...]:
        """What flows back along each edge, worked out once for each closed block."""
        values, flows, known = dict(run.primals), [], run.flows
        for node, made in self.nodes.items():
            if isinstance(made.operation, Inside):
                adjoint = run.adjoints[node]
                back = made.operation.flows(adjoint, values) if adjoint is not None else {}
                flows += (back.get(operand) for operand in made.operation.operands)
            else:
                flows += (known[edge] for edge in self.arriving[node])
        return tuple(flows)

    @property
    def full_places(self) -> Places | None:
        """Where the numbers of the open graph stand among the distinct ones of a run."""
        return self._places and self._places[0]

    def shown_as(self) -> tuple[list[int], dict[int, int]]:
        leads_to = {
            gate: made.index
            for made in reversed(self.graph.nodes)
            if isinstance(made.operation, Inside)
            for gate in made.operation.gates
        }
        nodes = [
            self.nodes[node].index if node in self.nodes else leads_to[node]
            for node in self.full.nodes
        ]
        first = len(self.full.nodes)
        here = self.picks[len(self.nodes) : len(self.nodes) + len(self.graph.edges)]
        return nodes, {
            pick - first: index
            for index, pick in enumerate(here)
            if pick < first + len(self.full.edges)
        }

    # ── gradviz.graph.Evaluator ──

    def run(self, graph: Graph, values: Sequence[Value]) -> Run:
        return self._again(self.full.evaluator.run(self.full, values))

    def prepare(self, graph: Graph) -> None:
        self.full.evaluator.prepare(self.full)

    def anew(self, graph: Graph, values: Sequence[Value], why: str) -> Run:
        return self._again(self.full.evaluator.anew(self.full, values, why))

    def _again(self, run: Run) -> Run:
        if run.graph is self.full:
            return self.run_of(run)
        return folded(run, counterparts(self.full, self.closed, run.graph))

    def sweep(self, graph: Graph, values: Sequence[Value], count: int) -> Run:
        return self.run_of(self.full.evaluator.sweep(self.full, values, count))

    def listing(self, graph: Graph, target: str) -> Lines:
        return self.full.evaluator.listing(self.full, target)

    def instructions(self, graph: Graph) -> Any | None:
        opened = self.full.evaluator.instructions(self.full)
        if opened is not None and self.full.has_arrays:
            along = [
                made.operation if isinstance(made.operation, Inside) else self.arriving[node]
                for node, made in self.nodes.items()
            ]
            opened.close(self.terms, self.results, self.picks, along)
        elif opened is not None and self._places is not None:
            opened.add_paths(self.terms, self.results, self._places[0])
        return opened

    def origin(self, graph: Graph) -> Source | None:
        return self.full.evaluator.origin(self.full)

    def cost(self, graph: Graph) -> Any:
        return self.full.cost()

    def is_openable(self, graph: Graph, node: Node) -> bool:
        return not isinstance(node.operation, Inside) and any(
            self.full.evaluator.is_openable(self.full, open_)
            for open_, made in self.nodes.items()
            if made is node
        )

    def pickled(self, graph: Graph) -> tuple[Callable[..., Graph], tuple[Any, ...]]:
        closed = {key for block, key in keys(self.full).items() if block in self.closed}
        return fold_named, (self.full, closed)

    def opened(self, graph: Graph, labels: Collection[str]) -> Graph:
        again = self.full.evaluator.opened(self.full, labels)
        return fold(again, counterparts(self.full, self.closed, again))
