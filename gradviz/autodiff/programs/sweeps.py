"""Both sweeps over a graph, expression by expression: what is worked out, in which order. Writers
make text of it, and instructions for a page.
"""

import keyword
import unicodedata
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from gradviz.autodiff.primitives.handwritten import HandWritten
from gradviz.autodiff.primitives.operation import operation_of
from gradviz.autodiff.primitives.primitive import fitted
from gradviz.autodiff.primitives.symbols import Symbol
from gradviz.autodiff.tape.plain import IS, Plain
from gradviz.graph import Edge, Graph, Node, Places, Source
from gradviz.numerals import numeral

TERMS_IN_A_COMMENT = 3
SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


@dataclass(frozen=True, slots=True)
class Guard:
    """A plain value that the traced function made of its Variables. Where it would come out
    otherwise, the trace does not hold.
    """

    plain: Plain
    operands: tuple[Any, ...]
    outcome: Any
    source: Source | None

    @property
    def broken(self) -> str:
        """What to say when it comes out otherwise."""
        names = [
            operand.label if isinstance(operand, Node) else numeral(operand)
            for operand in self.operands
        ]
        if self.plain is IS:
            what = f"the value of {names[0]} was read as {numeral(self.outcome)}"
        else:
            outcome = self.outcome
            was = numeral(outcome) if isinstance(outcome, np.ndarray) else outcome
            what = f"{self.plain.python(*names)} was {was}"
        return (
            what + " when traced, and no longer is" + (f" ({self.source})" if self.source else "")
        )


@dataclass(frozen=True, slots=True)
class Step:
    """Something that is worked out, and gets a name: the "value" or the "adjoint" of a node, the
    "local" derivative along an edge, the "flows" of a vjp written by hand. It is the sum of some
    terms; an adjoint of none is nothing.
    """

    kind: str
    what: Node | Edge
    name: str
    terms: Sequence[Any]  # symbols and numbers

    @property
    def node(self) -> Node:
        """What it works out, which is no edge."""
        return cast(Node, self.what)

    @property
    def alias(self) -> str | None:
        """Of an adjoint that is another number: the name of that."""
        if self.kind != "adjoint" or len(self.terms) != 1:
            return None
        term = self.terms[0]
        is_named = isinstance(term, Symbol) and term.is_name and term.name.isidentifier()
        return term.name if is_named else None


class Sweeps:
    """Both sweeps, step by step. Its names are fresh or free identifiers: a user's names are data.

    If `vectorised`, all numbers are arrays of settings."""

    reserved: Collection[str] = ()

    def __init__(self, graph: Graph, vectorised: bool = False) -> None:
        self.graph = graph
        self.vectorised = vectorised
        self.taken: set[str] = set(self.reserved)
        self.constants: dict[
            str, np.ndarray
        ] = {}  # arrays that the function used, by the names that they get
        self.named: dict[int, str] = {}  # those names by the identities of the arrays
        self.reserve()
        self.function: str = self.free(graph.name, "f")
        self.taken.discard(self.function)  # the output may be called as the function is
        self.names: dict[Node, str] = {
            node: self.free(node.label, f"v{node.index}") for node in graph.order
        }
        self.adjoints: dict[Node, str] = {
            node: self.free(f"adj_{name}", "adj") for node, name in self.names.items()
        }
        self.terms: dict[Node, list[Any]] = {node: [] for node in graph.nodes}
        self.uses: dict[Node, list[Edge]] = {node: [] for node in graph.nodes}
        for edge in graph.edges:
            self.uses[edge.source].append(edge)
        self.locals: list[Any] = [None] * len(graph.edges)
        self.flows: dict[Edge, Any] = {}  # of the edges along which something goes back

    def reserve(self) -> None:
        """Take names before nodes get theirs."""

    def free(self, wanted: str, otherwise: str) -> str:
        """`wanted` if it can be an identifier here and is not taken, else a fresh one like
        `otherwise`.
        """
        name = unicodedata.normalize("NFKC", wanted.translate(SUBSCRIPTS))
        if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("__"):
            name = otherwise
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name

    def constant(self, array: np.ndarray) -> str:
        """The name of an array that the function used."""
        if id(array) not in self.named:
            name = self.named[id(array)] = self.free(f"c{len(self.constants) + 1}", "c")
            self.constants[name] = array
        return self.named[id(array)]

    def symbol(self, operand: Any) -> Any:
        """An operand as rules are read with it."""
        if not isinstance(operand, Node):
            return (
                Symbol.named(self.constant(operand), operand)
                if isinstance(operand, np.ndarray)
                else operand
            )
        return Symbol.named(self.names[operand], self.example(operand))

    def example(self, node: Node) -> Any:
        return np.ones(1) if self.vectorised else self.graph.examples[node]

    def forward(self) -> Iterator[Step | Guard]:
        """The values, and the decisions as soon as their operands are known."""
        guards = deque(cast(tuple[tuple[int, Guard], ...], self.graph.guards))
        for count, node in enumerate(self.graph.order):
            while guards and guards[0][0] <= count:
                yield guards.popleft()[1]
            if node.operation is not None:
                yield Step("value", node, self.names[node], [self.value(node)])
        for _, guard in guards:
            yield guard

    def value(self, node: Node) -> Symbol:
        """The value of an operation."""
        return Symbol(
            operation_of(node).primitive,
            tuple(map(self.symbol, node.operands)),
            operation_of(node).params,
            example=self.symbol(node).example,
        )

    def backward(self) -> Iterator[Step]:
        """The adjoints from the last node to the first, and behind each what it hands back."""
        graph = self.graph
        edges = list(graph.edges)
        self.terms[graph.output].append(1.0)
        for node in reversed(graph.nodes):
            step = Step("adjoint", node, self.adjoints[node], self.terms[node])
            self.adjoints[node] = step.alias or step.name
            yield step
            arriving: list[Edge] = []
            while edges and edges[-1].target is node:
                arriving.append(edges.pop())
            if not arriving:
                continue
            arriving.reverse()
            primitive = operation_of(node).primitive
            if primitive.has_locals:
                yield from self.flows_by_locals(node, arriving)
            elif isinstance(primitive, HandWritten) and self.terms[node]:
                yield from self.flows_by_hand(node, arriving)
            else:
                self.flows_by_vjp(node, arriving)

    def hands_back(self, edge: Edge) -> bool:
        """Whether anything goes back along an edge: something came to its target, and its local
        derivative is not the number 0 as it is written.
        """
        operation = operation_of(edge.target)
        return bool(self.terms[edge.target]) and not operation.is_flat(
            edge.position, edge.target.operands
        )

    def hand_back(self, edge: Edge, flow: Any) -> None:
        self.flows[edge] = flow
        self.terms[edge.source].append(flow)

    def flows_by_locals(self, node: Node, arriving: Sequence[Edge]) -> Iterator[Step]:
        """What goes back along edges that have local derivatives: upstream times local."""
        operands, result = [*map(self.symbol, node.operands)], self.symbol(node)
        upstream = Symbol.named(self.adjoints[node], result.example)
        primitive = operation_of(node).primitive
        for edge in arriving:
            local = primitive.derivative_by(edge.position, operands, result)
            if isinstance(local, Symbol) and not local.is_name:
                name = self.free(f"d{self.names[node]}_d{self.names[edge.source]}", "d")
                yield Step("local", edge, name, [local])
                local = Symbol.named(name, local.example)
            elif isinstance(local, float):
                local = float(local)
            self.locals[edge.index] = local
            if not self.hands_back(edge):
                continue
            if primitive.is_choice:
                flow = fitted(primitive.times(upstream, local), self.symbol(edge.source))
            elif result.shape == () or self.vectorised:  # the seed of the sweep is 1
                is_seed = node is self.graph.output
                flow = local if is_seed and local not in (1.0, -1.0) else upstream * local
            else:
                flow = fitted(upstream * local, self.symbol(edge.source))
            self.hand_back(edge, flow)

    def flows_by_vjp(self, node: Node, arriving: Sequence[Edge]) -> None:
        """What goes back along edges that have no local derivatives: by the vjp of the row."""
        adjoint = Symbol.named(self.adjoints[node], self.graph.examples[node])
        operands, params = [*map(self.symbol, node.operands)], operation_of(node).params
        edges = [*filter(self.hands_back, arriving)]
        flows = operation_of(node).primitive.pullback(
            [edge.position for edge in edges], adjoint, self.symbol(node), operands, params
        )
        for edge, flow in zip(edges, flows):
            self.hand_back(edge, flow)

    def flows_by_hand(self, node: Node, arriving: Sequence[Edge]) -> Iterator[Step]:
        """What a vjp written by hand hands back, to all operands at once."""
        primitive, examples = operation_of(node).primitive, self.graph.examples
        example = primitive.flows(
            np.ones_like(examples[node])[()],
            examples[node],
            *(examples.get(o, o) if isinstance(o, Node) else o for o in node.operands),
        )
        step = Step("flows", node, self.free(f"flows_{self.names[node]}", "flows"), ())
        yield step
        for edge in arriving:
            flow = Symbol.named(f"{step.name}[{edge.position}]", example[edge.position])
            self.hand_back(edge, fitted(flow, self.symbol(edge.source)))

    def rule(self, node: Node) -> str:
        """The chain rule at a node, as a comment."""
        output, label = self.graph.output.label, node.label
        targets = [edge.target.label for edge in self.uses[node]]
        if not targets:
            return ""
        terms = [
            f"∂{target}/∂{label}" if target == output else f"∂{output}/∂{target}·∂{target}/∂{label}"
            for target in targets
        ]
        if terms == [f"∂{output}/∂{label}"]:
            return terms[0]
        return f"∂{output}/∂{label} = " + (
            " + ".join(terms)
            if len(terms) <= TERMS_IN_A_COMMENT
            else f"{terms[0]} + … + {terms[-1]}"
        )

    def distinct(self) -> dict[str, Any]:
        """The distinct numbers of a Run, as symbols and numbers, by how they are written; and the
        `places` of all its numbers among those.
        """
        graph = self.graph
        numbers = [
            *map(self.symbol, graph.nodes),
            *self.locals,
            *(Symbol.named(self.adjoints[node], self.example(node)) for node in graph.nodes),
        ]
        texts = [*map(self.written, numbers)]
        distinct = dict(zip(texts, numbers))
        order = {text: place for place, text in enumerate(distinct)}
        self.places: Places = Places(order[text] for text in texts)
        return distinct

    def written(self, number: Any) -> str:
        """How one of the numbers of a run is told from others."""
        if isinstance(number, Symbol):
            return number.name
        return repr(number)
