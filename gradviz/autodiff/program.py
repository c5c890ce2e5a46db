"""Programs: a graph as straight-line Python for both sweeps, compiled and replayed; and the interpreter for the rest.

The text is what ``Graph.code()`` shows and what ``Graph.run`` executes. Where Python's floats would raise (1/0, log(−1),
exp(1000)) that one run goes through the interpreter, which computes by IEEE's rules; very long graphs always do.
"""

import keyword
import math
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from gradviz.autodiff.primitives import NAMESPACE
from gradviz.autodiff.symbols import Symbol, literal
from gradviz.autodiff.variable import COMPARE
from gradviz.graph import Graph, Node, Source
from gradviz.numerals import numeral

LONGEST_COMPILED = 3000  # operations; compiling a function takes longer than it saves beyond
TERMS_IN_A_LINE = 40  # Python's compiler gives up on sums of thousands of terms
RESERVED = {"math", "abs", "float", "round"}
SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


@dataclass(frozen=True, slots=True)
class Guard:
    """A decision that the traced function took on plain numbers. Where it would come out otherwise, the trace does not hold."""

    relation: str
    left: Node | float
    right: Node | float
    outcome: bool
    source: Source | None

    @property
    def broken(self) -> str:
        """What to say when the decision comes out otherwise."""
        left, right = (operand.label if isinstance(operand, Node) else numeral(operand) for operand in (self.left, self.right))
        what = f"the value of {left} was read as {right}" if self.relation == "is" else f"{left} {self.relation} {right} was {self.outcome}"
        return what + " when traced, and no longer is" + (f" ({self.source})" if self.source else "")


@dataclass(frozen=True, slots=True)
class Recording:
    """What a program is made from: a graph, and the decisions of the function with the nodes that only they need.

    `order` holds every node in the order of the work, `guards` the decisions, each with the number of nodes before it.
    """

    graph: Graph
    order: tuple[Node, ...]
    guards: tuple[tuple[int, Guard], ...]


def source(recording: Recording) -> str:
    """The program's text; it returns the value and the gradients."""
    return "\n".join(_Writer(recording).lines(everything=False)) + "\n"


def compiled(recording: Recording) -> tuple[Callable[..., tuple[float, ...]], Callable[..., tuple[float, ...]]]:
    """A function of the inputs that returns the distinct numbers of a Run, and one that makes all of them from those.

    The first raises AssertionError with the guard's words where a decision comes out otherwise, and lets Python's ArithmeticError and
    ValueError through.
    """
    namespace = dict(NAMESPACE)
    writer = _Writer(recording)
    exec(compile("\n".join(writer.lines(everything=True)), "<gradviz program>", "exec", optimize=0), namespace)
    return namespace[writer.function], writer.expand


class _Writer:
    """Writes one program. Every name in it is fresh or a free identifier: a user's names are data."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.taken = set(RESERVED)
        self.function = self.free(recording.graph.name, "f")
        self.taken.discard(self.function)  # the output may be called as the function is
        self.names = {node: self.free(node.label, f"v{node.index}") for node in recording.order}
        self.adjoints = {node: self.free(f"adj_{name}", "adj") for node, name in self.names.items()}

    def free(self, wanted: str, otherwise: str) -> str:
        """`wanted` if it can be an identifier here and is not taken, else a fresh one like `otherwise`."""
        name = unicodedata.normalize("NFKC", wanted.translate(SUBSCRIPTS))
        if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("__"):
            name = otherwise
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name

    def atom(self, operand: Node | float) -> str:
        return self.names[operand] if isinstance(operand, Node) else literal(operand)

    def lines(self, everything: bool) -> Iterator[str]:
        graph, names, adjoints = self.recording.graph, self.names, self.adjoints
        yield "import math"
        yield ""
        yield f"def {self.function}({', '.join(names[node] for node in graph.inputs)}):"
        guards = list(self.recording.guards)
        for count, node in enumerate(self.recording.order):
            while guards and guards[0][0] <= count:
                yield self.assertion(guards.pop(0)[1])
            if node.operation is not None:
                yield f"    {names[node]} = {node.operation.python(*map(self.atom, node.operands))}"
        for _, guard in guards:
            yield self.assertion(guard)
        output = names[graph.output]
        yield ""
        yield f"    # backward: adj_v is the derivative of {output} with respect to v"
        terms: dict[Node, list[str]] = {node: [] for node in graph.nodes}
        locals_: list[str] = [""] * len(graph.edges)
        edges = list(graph.edges)
        for node in reversed(graph.nodes):
            yield from self.adjoint(node, ["1.0"] if node is graph.output else terms[node])
            arriving = []
            while edges and edges[-1].target is node:
                arriving.insert(0, edges.pop())
            for edge in arriving:
                symbol = node.operation.local_symbol(edge.position, [*map(self._operand, node.operands)], names[node])
                upstream, plain = adjoints[node], symbol.python() if isinstance(symbol, Symbol) else literal(symbol)
                if isinstance(symbol, Symbol) and not symbol.is_name:
                    local = self.free(f"d{names[node]}_d{names[edge.source]}", "d")
                    yield f"    {local} = {plain}"
                    plain = local
                locals_[edge.index] = plain
                terms[edge.source].append(_product(upstream, plain, seeded=node is graph.output))
        yield ""
        if everything:
            numbers = [*(names[node] for node in graph.nodes), *locals_, *(adjoints[node] for node in graph.nodes)]
            distinct = {number: place for place, number in enumerate(dict.fromkeys(numbers))}
            self.expand = itemgetter(*(distinct[number] for number in numbers))
            yield f"    return ({', '.join(distinct)},)"
        else:
            gradients = ", ".join(f"{node.name!r}: {adjoints[node]}" for node in graph.inputs)
            yield f"    return {output}, {{{gradients}}}"

    def _operand(self, operand: Node | float) -> str | float:
        return self.names[operand] if isinstance(operand, Node) else operand

    def adjoint(self, node: Node, terms: Sequence[str]) -> Iterator[str]:
        name = self.adjoints[node]
        if len(terms) == 1 and terms[0].isidentifier():  # another name for the same number costs nothing
            self.adjoints[node] = terms[0]
            yield f"    # {name} = {terms[0]}"
            return
        yield f"    {name} = {' + '.join(terms[:TERMS_IN_A_LINE]) or '0.0'}"
        for start in range(TERMS_IN_A_LINE, len(terms), TERMS_IN_A_LINE):
            yield f"    {name} = {name} + {' + '.join(terms[start : start + TERMS_IN_A_LINE])}"

    def assertion(self, guard: Guard) -> str:
        left, right = self.atom(guard.left), self.atom(guard.right)
        relation = guard.relation
        if relation == "is" and guard.right == 0.0:
            left, relation, right = f"{left} == 0.0 and math.copysign(1.0, {left})", "==", literal(math.copysign(1.0, guard.right))
        elif relation == "is":
            left, relation, right = (left, "!=", left) if right == "math.nan" else (left, "==", right)
        return f"    assert {'' if guard.outcome else 'not '}{left} {relation} {right}, {guard.broken!r}"


def _product(upstream: str, local: str, seeded: bool) -> str:
    """Upstream times local, without a multiplication by one: the seed of the reverse sweep is 1."""
    if local in ("1.0", "-1.0"):
        return upstream if local == "1.0" else f"-{upstream}"
    return local if seeded else f"{upstream} * {local}"


def interpret(recording: Recording, values: Sequence[float]) -> tuple[float, ...]:
    """All numbers of a Run by IEEE's rules, node by node. Raises AssertionError as the compiled program does."""
    graph = recording.graph
    primals: dict[Node, float] = dict(zip(graph.inputs, values, strict=True))

    def value(operand: Node | float) -> float:
        return primals[operand] if isinstance(operand, Node) else operand

    guards = list(recording.guards)
    for count, node in enumerate((*recording.order, None)):
        while guards and guards[0][0] <= count:
            guard = guards.pop(0)[1]
            if COMPARE[guard.relation](value(guard.left), value(guard.right)) is not guard.outcome:
                raise AssertionError(guard.broken)
        if node is not None and node.operation is not None:
            primals[node] = node.operation.number(*map(value, node.operands))

    locals_ = locals_of(graph, primals)
    adjoints: list[float | None] = [None] * len(graph.nodes)
    adjoints[graph.output.index] = 1.0
    for start, stop in reversed(_arrivals(graph)):
        for edge in graph.edges[start:stop]:  # in the order of the program, so that sums have the same bits
            flow = adjoints[edge.target.index] * locals_[edge.index]
            before = adjoints[edge.source.index]
            adjoints[edge.source.index] = flow if before is None else before + flow
    return (*(primals[node] for node in graph.nodes), *locals_, *(0.0 if adjoint is None else adjoint for adjoint in adjoints))


def locals_of(graph: Graph, primals: Mapping[Node, float]) -> list[float]:
    """The local derivative along each edge, by IEEE's rules."""
    numbers = []
    for edge in graph.edges:
        node = edge.target
        operands = [primals[operand] if isinstance(operand, Node) else operand for operand in node.operands]
        numbers.append(node.operation.local(edge.position, operands, primals[node]))
    return numbers


def _arrivals(graph: Graph) -> list[tuple[int, int]]:
    """For each operation, where its edges stand among the graph's."""
    spans, start = [], 0
    for node in graph.operations:
        stop = start + sum(isinstance(operand, Node) for operand in node.operands)
        spans.append((start, stop))
        start = stop
    return spans
