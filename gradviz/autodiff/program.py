"""Programs: a graph as straight-line Python for both sweeps, compiled and replayed.

The text is what ``Graph.code()`` shows and what ``Graph.run`` executes. Where Python's floats would
raise (1/0, log(−1), exp(1000)) that one run goes through the interpreter, which computes by IEEE's
rules; long graphs do at first, until they have run so often that compiling pays.
"""

import inspect
import keyword
import re
import unicodedata
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradviz.autodiff import numpy_helpers
from gradviz.autodiff.general import General
from gradviz.autodiff.handwritten import TOKEN, Derivative, HandWritten
from gradviz.autodiff.primitive import NAMESPACE, fitted, operation_of
from gradviz.autodiff.printers.printer import CARRIED, Printer
from gradviz.autodiff.printers.python import PYTHON, literal
from gradviz.autodiff.symbols import SUM, Symbol
from gradviz.autodiff.variable import IS, Plain
from gradviz.graph import Edge, Graph, Node, Places, Source, printable
from gradviz.numerals import numeral

LONG = 1000  # operations, of which it is felt how long they take to be compiled: as long as …
PATIENCE = 10  # … so many runs by the interpreter, so they come first
LONGEST_PREPARED = 20_000  # operations that are compiled at once where many runs will come
TERMS_IN_A_COMMENT = 3
TERMS_IN_A_LINE = 40  # Python's compiler gives up on sums of thousands of terms
WRITTEN_OUT = 200  # numbers of an array that are written out in code; more are packed
RESERVED = {
    "math",
    "np",
    "base64",
    "abs",
    "float",
    "max",
    "min",
    "round",
    "slice",
    *(name for name in vars(numpy_helpers) if not name.startswith("_")),
}
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
class Recording:
    """What a program is made from: a graph, and the decisions of the function with the nodes that
    only they need.

    `order` holds every node in the order of the work, `guards` the decisions, each with the number
    of nodes before it, and `examples` the value of every node at the inputs of the trace, of which
    only the shapes matter."""

    graph: Graph
    order: tuple[Node, ...]
    guards: tuple[tuple[int, Guard], ...]
    examples: Mapping[Node, Any]


class Line(str):
    """A line of code that works out something: the "value" or the "adjoint" of a node, the "local"
    derivative along an edge.
    """

    shows: tuple[str, Node | Edge]

    @classmethod
    def of(cls, text: str, kind: str, what: Node | Edge) -> "Line":
        line = cls(text)
        line.shows = kind, what
        return line


def compiled(
    recording: Recording, vectorised: bool = False
) -> tuple[Callable[..., tuple[Any, ...]], Places]:
    """A function of the inputs that returns the distinct numbers of a Run, and the places of all of
    them among those.

    It raises AssertionError with the guard's words where a decision comes out otherwise, and lets
    Python's ArithmeticError and ValueError through. If `vectorised`, it takes an array of settings
    for each input of a graph of single numbers, and returns last for which of them all decisions
    come out as they were."""
    writer = Writer(recording, vectorised)
    text = "\n".join(writer.lines(everything=True))
    namespace = {
        **NAMESPACE,
        **writer.constants,
        **{helper.__name__: helper for helper in writer.helpers},
        **{name: own for own, name in writer.own.items()},
    }
    exec(compile(text, "<gradviz program>", "exec", optimize=0), namespace)
    return namespace[writer.function], writer.places


class Writer:
    """Writes one program. Its names are fresh or free identifiers: a user's names are data."""

    printer: Printer = PYTHON
    reserved: Collection[str] = RESERVED
    remark = "#"

    def __init__(self, recording: Recording, vectorised: bool = False) -> None:
        self.recording = recording
        self.vectorised = vectorised
        self.taken = set(self.reserved)
        self.constants: dict[
            str, np.ndarray
        ] = {}  # arrays that the function used, by the names that they get
        self.named: dict[int, str] = {}  # those names by the identities of the arrays
        self.helpers: list[
            Callable[..., Any]
        ] = []  # functions of the table that NumPy does not have
        self.own: dict[
            HandWritten, str
        ] = {}  # primitives written by hand, and the names that they get
        for node in recording.order:
            if node.operation is not None:
                self.find_helpers(operation_of(node).primitive)
        self.function = self.free(recording.graph.name, "f")
        self.taken.discard(self.function)  # the output may be called as the function is
        self.names = {node: self.free(node.label, f"v{node.index}") for node in recording.order}
        self.adjoints = {node: self.free(f"adj_{name}", "adj") for node, name in self.names.items()}
        self.terms: dict[Node, list[str]] = {node: [] for node in recording.graph.nodes}
        self.uses: dict[Node, list[Edge]] = {node: [] for node in recording.graph.nodes}
        for edge in recording.graph.edges:
            self.uses[edge.source].append(edge)
        self.locals = ["None"] * len(recording.graph.edges)
        self.holding: list[str] = []  # the name of which settings the decisions hold at

    def find_helpers(self, primitive: Any) -> None:
        if isinstance(primitive, HandWritten | Derivative):
            own = primitive.of if isinstance(primitive, Derivative) else primitive
            if own not in self.own:
                self.own[own] = self.free(own.name, "primitive")
            return
        if (
            isinstance(primitive, General)
            and primitive.code is None
            and not primitive.module.startswith("numpy")
            and primitive.function not in self.helpers
        ):
            self.helpers.append(primitive.function)
        code = getattr(primitive, "code", "") if primitive.is_elementwise else ""
        called = [CARRIED[name] for name in re.findall(r"\w+(?=\()", code) if name in CARRIED]
        self.helpers += [helper for helper in called if helper not in self.helpers]

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

    def atom(self, operand: Any) -> str:
        if isinstance(operand, Node):
            return self.names[operand]
        if not isinstance(operand, np.ndarray):
            return self.printer.text(operand)
        if id(operand) not in self.named:
            name = self.named[id(operand)] = self.free(f"c{len(self.constants) + 1}", "c")
            self.constants[name] = operand
        return self.named[id(operand)]

    def symbol(self, operand: Any) -> Any:
        """An operand as rules are read with it."""
        if not isinstance(operand, Node):
            return (
                Symbol.named(self.atom(operand), operand)
                if isinstance(operand, np.ndarray)
                else operand
            )
        return Symbol.named(
            self.names[operand], np.ones(1) if self.vectorised else self.recording.examples[operand]
        )

    def lines(self, everything: bool) -> Iterator[str]:
        body = [*self.body(everything)]
        if not everything:
            yield "import math"
            if self.helpers or self.constants or any("np." in line for line in body):
                packed = any(constant.size > WRITTEN_OUT for constant in self.constants.values())
                yield from ["import base64"] if packed else []
                yield "import numpy as np"
            for name, constant in self.constants.items():
                yield f"{name} = {_packed(constant)}"
            for own, name in self.own.items():
                yield (
                    f"# {name} is a primitive of your own, {printable(own.name)}: have it at hand "
                    "under this name"
                )
            for helper in self.helpers:
                yield from ("", inspect.getsource(helper).rstrip())
            yield ""
        for line in body:
            text = re.sub(
                TOKEN,
                lambda token: next(name for own, name in self.own.items() if own.token == token[0]),
                line,
            )
            yield Line.of(text, *line.shows) if isinstance(line, Line) else text

    def body(self, everything: bool) -> Iterator[str]:
        yield f"def {self.function}({', '.join(self.inputs)}):"
        yield from self.sweeps(with_rules=not everything)
        if everything:
            yield f"    return ({', '.join([*self.distinct(), *self.holding])},)"
        else:
            output, gradients = self.result()
            yield f"    return {output}, {{{', '.join(f'{n!r}: {g}' for n, g in gradients)}}}"

    @property
    def inputs(self) -> list[str]:
        return [self.names[node] for node in self.recording.graph.inputs]

    def result(self) -> tuple[str, list[tuple[str, str]]]:
        """The name of the output; and of each input its own and that of its gradient."""
        graph = self.recording.graph
        gradients = [(str(node.name), self.adjoints[node]) for node in graph.inputs]
        return self.names[graph.output], gradients

    def sweeps(self, with_rules: bool) -> Iterator[str]:
        output = self.names[self.recording.graph.output]
        yield from self.forward()
        yield ""
        yield (f"    {self.remark} backward: adj_v is the derivative of {output} with respect to v")
        yield from self.backward(with_rules)
        yield ""

    def forward(self) -> Iterator[str]:
        """The values, and the decisions as soon as their operands are known."""
        if self.vectorised:
            self.holding = [self.free("holds", "holds")]
            yield f"    {self.holding[0]} = True"
        guards = deque(self.recording.guards)
        for count, node in enumerate(self.recording.order):
            while guards and guards[0][0] <= count:
                yield self.assertion(guards.popleft()[1])
            if node.operation is not None:
                yield Line.of(self.assigned(self.names[node], self.value(node)), "value", node)
        for _, guard in guards:
            yield self.assertion(guard)

    def backward(self, with_rules: bool) -> Iterator[str]:
        """The adjoints from the last node to the first, and behind each what it hands back."""
        graph = self.recording.graph
        edges = list(graph.edges)
        self.terms[graph.output].append("1.0")
        for node in reversed(graph.nodes):
            rule = self.rule(node) if with_rules else ""
            for line in self.adjoint(node, self.terms[node]):
                remark = "," if f"{self.remark} " in line else f"  {self.remark}"
                yield Line.of(f"{line}{remark} {rule}" if rule else line, "adjoint", node)
            arriving: list[Edge] = []
            while edges and edges[-1].target is node:
                arriving.append(edges.pop())
            if not arriving:
                continue
            arriving.reverse()
            primitive = operation_of(node).primitive
            if primitive.has_locals:
                yield from self.flows(node, arriving)
            elif isinstance(primitive, HandWritten) and self.terms[node]:
                yield from self.own_flows(node, arriving)
            else:
                self.whole_flows(node, arriving)

    def hands_back(self, edge: Edge) -> bool:
        """Whether anything goes back along an edge: something came to its target, and its local
        derivative is not the number 0 as it is written.
        """
        operation = operation_of(edge.target)
        return bool(self.terms[edge.target]) and not operation.is_flat(
            edge.position, edge.target.operands
        )

    def flows(self, node: Node, arriving: Sequence[Edge]) -> Iterator[str]:
        """What goes back along edges that have local derivatives: upstream times local."""
        upstream, result = self.adjoints[node], self.symbol(node)
        operands = [*map(self.symbol, node.operands)]
        primitive = operation_of(node).primitive
        for edge in arriving:
            local = primitive.derivative_by(edge.position, operands, result)
            if isinstance(local, Symbol) and not local.is_name:
                name = self.free(f"d{self.names[node]}_d{self.names[edge.source]}", "d")
                yield Line.of(self.assigned(name, self.text(local)), "local", edge)
                local = Symbol.named(name, local.example)
            text = self.printer.text(local)
            self.locals[edge.index] = text
            if not self.hands_back(edge):
                continue
            if primitive.is_choice:
                flow = primitive.times(Symbol.named(upstream, result.example), local)
                self.terms[edge.source].append(self.term(fitted(flow, self.symbol(edge.source))))
            elif result.shape == () or self.vectorised:
                is_seed = node is self.recording.graph.output
                self.terms[edge.source].append(_product(upstream, text, is_seed))
            else:
                flow = Symbol.named(upstream, result.example) * local
                self.terms[edge.source].append(self.term(fitted(flow, self.symbol(edge.source))))

    def whole_flows(self, node: Node, arriving: Sequence[Edge]) -> None:
        """What goes back along edges that have no local derivatives: by the vjp of the row."""
        adjoint = Symbol.named(self.adjoints[node], self.recording.examples[node])
        operands, params = [*map(self.symbol, node.operands)], operation_of(node).params
        edges = [*filter(self.hands_back, arriving)]
        flows = operation_of(node).primitive.pullback(
            [edge.position for edge in edges], adjoint, self.symbol(node), operands, params
        )
        for edge, flow in zip(edges, flows):
            self.terms[edge.source].append(self.term(flow))

    def own_flows(self, node: Node, arriving: Sequence[Edge]) -> Iterator[str]:
        """What a vjp written by hand hands back, to all operands at once."""
        primitive, examples = operation_of(node).primitive, self.recording.examples
        example = primitive.flows(
            np.ones_like(examples[node])[()],
            examples[node],
            *(examples.get(o, o) if isinstance(o, Node) else o for o in node.operands),
        )
        flows = self.free(f"flows_{self.names[node]}", "flows")
        operands = (PYTHON.text(self.symbol(operand)) for operand in node.operands)
        arguments = (self.adjoints[node], self.names[node], *operands)
        yield f"    {flows} = {primitive.token}.flows({', '.join(arguments)})"
        for edge in arriving:
            flow = Symbol.named(f"{flows}[{edge.position}]", example[edge.position])
            self.terms[edge.source].append(self.term(fitted(flow, self.symbol(edge.source))))

    def distinct(self) -> list[str]:
        """The names of the distinct numbers of a Run; of all its numbers, where they stand."""
        nodes = self.recording.graph.nodes
        numbers = [
            *(self.names[node] for node in nodes),
            *self.locals,
            *(self.adjoints[node] for node in nodes),
        ]
        distinct = {number: place for place, number in enumerate(dict.fromkeys(numbers))}
        self.places = Places(distinct[number] for number in numbers)
        return [*distinct]

    def rule(self, node: Node) -> str:
        """The chain rule at a node, as a comment."""
        output, label = self.recording.graph.output.label, node.label
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

    def value(self, node: Node) -> str:
        """The value of an operation."""
        return self.text(
            Symbol(
                operation_of(node).primitive,
                tuple(map(self.symbol, node.operands)),
                operation_of(node).params,
                example=self.symbol(node).example,
            )
        )

    def text(self, symbol: Any) -> str:
        self.collect(symbol)
        return self.printer.text(symbol)

    def term(self, symbol: Any) -> str:
        """A term of a sum."""
        self.collect(symbol)
        text, bind = self.printer.written(symbol)
        return text if bind > SUM.binds else f"({text})"

    def collect(self, symbol: Any) -> None:
        if isinstance(symbol, Symbol) and not symbol.is_name:
            self.find_helpers(symbol.primitive)
            for operand in symbol.operands:
                self.collect(operand)

    def adjoint(self, node: Node, terms: Sequence[str]) -> Iterator[str]:
        name, example = self.adjoints[node], self.recording.examples[node]
        # another name for the same number costs nothing
        if len(terms) == 1 and terms[0].isidentifier() and terms[0] not in self.reserved:
            self.adjoints[node] = terms[0]
            yield f"    {self.remark} {name} is {terms[0]}"
            return
        nothing = (
            f"np.zeros({example.shape}, {example.dtype.name!r})"
            if isinstance(example, np.ndarray)
            else "0.0"
        )
        yield self.assigned(name, " + ".join(terms[:TERMS_IN_A_LINE]) or nothing)
        for start in range(TERMS_IN_A_LINE, len(terms), TERMS_IN_A_LINE):
            more = " + ".join(terms[start : start + TERMS_IN_A_LINE])
            yield self.assigned(name, f"{name} + {more}")

    def assigned(self, name: str, text: str) -> str:
        """A line that gives a name to what an expression is."""
        return f"    {name} = {text}"

    def assertion(self, guard: Guard) -> str:
        left, *right = [self.atom(operand) for operand in guard.operands]
        outcome = guard.outcome
        if guard.plain is not IS:
            holds = guard.plain.python(left, *right)
        elif outcome == 0.0 if isinstance(outcome, float) else False:
            holds, outcome = (
                f"({left} == 0.0) & (np.copysign(1.0, {left}) == "
                f"{literal(float(np.copysign(1.0, outcome)))})",
                True,
            )
        elif isinstance(outcome, float):
            holds, outcome = (
                f"{left} != {left}" if outcome != outcome else f"{left} == {literal(outcome)}",
                True,
            )
        else:
            same = f"np.array_equal(np.signbit({left}), np.signbit({self.atom(outcome)}))"
            holds, outcome = (
                f"np.array_equal({left}, {self.atom(outcome)}, equal_nan=True) and {same}",
                True,
            )
        if not isinstance(outcome, bool | np.bool_):
            return f"    assert np.array_equal({holds}, {self.outcome(outcome)}), {guard.broken!r}"
        if self.vectorised:
            return (
                f"    {self.holding[0]} = {self.holding[0]} & ({holds})"
                if outcome
                else f"    {self.holding[0]} = {self.holding[0]} & ~({holds})"
            )
        return f"    assert {holds if outcome else f'not {holds}'}, {guard.broken!r}"

    def outcome(self, outcome: Any) -> str:
        if isinstance(outcome, tuple):
            return "(" + "".join(f"{self.outcome(part)}, " for part in outcome) + ")"
        return self.atom(outcome) if isinstance(outcome, np.ndarray) else repr(outcome)


def _packed(array: np.ndarray) -> str:
    """An array as code: written out, or packed if it is large."""
    if array.size <= WRITTEN_OUT:
        return literal(array)
    import base64

    text = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    return f"np.frombuffer(base64.b64decode({text!r}), {array.dtype.str!r}).reshape({array.shape})"


def _product(upstream: str, local: str, seeded: bool) -> str:
    """Upstream times local, without a multiplication by one: the seed of the reverse sweep is 1."""
    if local in ("1.0", "-1.0"):
        return upstream if local == "1.0" else f"-{upstream}"
    return local if seeded else f"{upstream} * {local}"
