"""Programs: a graph as straight-line Python for both sweeps, compiled and replayed.

The text is what ``Graph.code()`` shows and what ``Graph.run`` executes. Where Python's floats would
raise (1/0, log(−1), exp(1000)) that one run goes through the interpreter, which computes by IEEE's
rules; long graphs do at first, until they have run so often that compiling pays.
"""

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from gradviz.autodiff.primitives.handwritten import TOKEN, Derivative, HandWritten
from gradviz.autodiff.primitives.operation import operation_of
from gradviz.autodiff.primitives.printers import numpy_helpers
from gradviz.autodiff.primitives.printers.printer import Printer
from gradviz.autodiff.primitives.printers.python import NAMESPACE, PYTHON, literal
from gradviz.autodiff.primitives.symbols import SUM, Symbol
from gradviz.autodiff.programs.sweeps import Guard, Step, Sweeps
from gradviz.autodiff.tape.plain import IS
from gradviz.graph import Edge, Graph, Node, Places, printable
from gradviz.words import say

LONG = 1000  # operations, of which it is felt how long they take to be compiled: as long as …
PATIENCE = 10  # … so many runs by the interpreter, so they come first
LONGEST_PREPARED = 20_000  # operations that are compiled at once where many runs will come
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
    graph: Graph, vectorised: bool = False
) -> tuple[Callable[..., tuple[Any, ...]], Places]:
    """A function of the inputs that returns the distinct numbers of a Run, and the places of all of
    them among those.

    It raises AssertionError with the guard's words where a decision comes out otherwise, and lets
    Python's ArithmeticError and ValueError through. If `vectorised`, it takes an array of settings
    for each input of a graph of single numbers, and returns last for which of them all decisions
    come out as they were."""
    writer = Writer(graph, vectorised)
    text = "\n".join(writer.lines(everything=True))
    namespace = {
        **NAMESPACE,
        **writer.constants,
        **{helper.__name__: helper for helper in writer.helpers},
        **{name: own for own, name in writer.own.items()},
    }
    exec(compile(text, "<gradviz program>", "exec", optimize=0), namespace)
    return namespace[writer.function], writer.places


class Writer(Sweeps):
    """Writes one program."""

    printer: Printer = PYTHON
    reserved = RESERVED
    remark = "#"

    def __init__(self, graph: Graph, vectorised: bool = False) -> None:
        self.helpers: list[
            Callable[..., Any]
        ] = []  # functions of the table that NumPy does not have
        self.own: dict[
            HandWritten, str
        ] = {}  # primitives written by hand, and the names that they get
        super().__init__(graph, vectorised)
        self.holding: list[str] = []  # the name of which settings the decisions hold at

    def reserve(self) -> None:
        for node in self.graph.order:
            if node.operation is not None:
                self.find_helpers(operation_of(node).primitive, np.shape(self.graph.examples[node]))

    def find_helpers(self, primitive: Any, shape: tuple[int, ...]) -> None:
        if isinstance(primitive, HandWritten | Derivative):
            own = primitive.of if isinstance(primitive, Derivative) else primitive
            if own not in self.own:
                self.own[own] = self.free(own.name, "primitive")
            return
        more = primitive.helpers(on_arrays=shape != ())
        self.helpers += [helper for helper in more if helper not in self.helpers]

    def atom(self, operand: Any) -> str:
        return self.printer.text(self.symbol(operand))

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
                yield f"# {say('code.own', name=name, primitive=printable(own.name))}"
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
        return [self.names[node] for node in self.graph.inputs]

    def result(self) -> tuple[str, list[tuple[str, str]]]:
        """The name of the output; and of each input its own and that of its gradient."""
        graph = self.graph
        gradients = [(str(node.name), self.adjoints[node]) for node in graph.inputs]
        return self.names[graph.output], gradients

    def sweeps(self, with_rules: bool) -> Iterator[str]:
        output = self.names[self.graph.output]
        if self.vectorised:
            self.holding = [self.free("holds", "holds")]
            yield f"    {self.holding[0]} = True"
        for step in self.forward():
            yield self.assertion(step) if isinstance(step, Guard) else self.line(step)
        yield ""
        yield f"    {self.remark} {say('code.backward', output=output)}"
        for step in self.backward():
            if step.kind == "flows":
                yield self.call(step)
            elif step.kind == "local":
                yield self.line(step)
            else:
                yield from self.adjoint(step, with_rules)
        yield ""

    def line(self, step: Step) -> Line:
        """What works out a value, or a local derivative."""
        return Line.of(self.assigned(step.name, self.text(step.terms[0])), step.kind, step.what)

    def adjoint(self, step: Step, with_rule: bool) -> Iterator[Line]:
        """The sum of what is handed back to a node, and the chain rule as a remark."""
        rule = self.rule(step.node) if with_rule else ""
        for line in self.total(step):
            remark = "," if f"{self.remark} " in line else f"  {self.remark}"
            yield Line.of(f"{line}{remark} {rule}" if rule else line, step.kind, step.what)

    def total(self, step: Step) -> Iterator[str]:
        name, example = step.name, self.graph.examples[step.node]
        if step.alias is not None:  # another name for the same number costs nothing
            yield f"    {self.remark} {say('code.same', name=name, other=step.alias)}"
            return
        nothing = (
            f"np.zeros({example.shape}, {example.dtype.name!r})"
            if isinstance(example, np.ndarray)
            else "0.0"
        )
        terms = [*map(self.term, step.terms)]
        yield self.assigned(name, " + ".join(terms[:TERMS_IN_A_LINE]) or nothing)
        for start in range(TERMS_IN_A_LINE, len(terms), TERMS_IN_A_LINE):
            more = " + ".join(terms[start : start + TERMS_IN_A_LINE])
            yield self.assigned(name, f"{name} + {more}")

    def call(self, step: Step) -> str:
        """A vjp written by hand, called."""
        node = step.node
        operands = (PYTHON.text(self.symbol(operand)) for operand in node.operands)
        arguments = (self.adjoints[node], self.names[node], *operands)
        token = operation_of(node).primitive.token
        return f"    {step.name} = {token}.flows({', '.join(arguments)})"

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
            self.find_helpers(symbol.primitive, symbol.shape)
            for operand in symbol.operands:
                self.collect(operand)

    def written(self, number: Any) -> str:
        return self.printer.text(number)

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
