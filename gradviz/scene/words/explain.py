"""Why a number is what it is: what a gate does, the chain rule at a node and along an edge, in
symbols and in numbers.

The words are formulas with places (see :mod:`gradviz.scene.words.formula`), so that a live figure
fills in its own numbers. Beside them stands what needs no calculus at all: a value is moved a
little, and the output is watched."""

from typing import Protocol

import numpy as np

from gradviz.graph import Edge, External, Graph, Node, Run, is_from_elsewhere
from gradviz.numerals import Value, numeral
from gradviz.scene.words import statistics
from gradviz.scene.words.formula import (
    Formula,
    State,
    Written,
    adjoint,
    derivative,
    flow,
    has_places,
    in_numbers,
    in_symbols,
    listed,
    local,
    name,
    said,
    value,
)
from gradviz.scene.words.steps import Step
from gradviz.words import say

STEP = 6e-6  # the cube root of the rounding error: best for central differences
TOLERANCE = 1e-4
ONE_SIDED = 1e-3  # a difference to one side is not as exact
NOISE = 1e-8  # of a quotient, by the size of the output: what rounding can make of nothing


class Printer(Protocol):
    """What IPython prints with."""

    def text(self, obj: str) -> None: ...


class Explanation(str):
    """A text that notebooks show without quotes."""

    def _repr_pretty_(self, printer: Printer, cycle: bool) -> None:
        printer.text(self)


class Words:
    """What can be said about each node and each edge of a graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.leaving: dict[Node, list[Edge]] = {node: [] for node in graph.nodes}
        self.arriving: dict[Node, list[Edge]] = {node: [] for node in graph.nodes}
        for edge in graph.edges:
            self.leaving[edge.source].append(edge)
            self.arriving[edge.target].append(edge)

    def value(self, node: Node) -> Formula:
        """``z = x + y = 1 + 2 = 3``"""
        operation = node.operation
        if operation is None:
            return [name(node), " = ", value(node)]

        def written(operands: list[str | Value], result: str) -> str:
            return operation.expression(operands)

        return [
            name(node),
            " = ",
            *in_symbols(node, written),
            " = ",
            *self._worth_saying(in_numbers(node, written)),
            value(node),
        ]

    def local(self, edge: Edge) -> Formula:
        """``∂z/∂x = 2·x = 2·3 = 6``; without a number where there is no derivative for each
        element.
        """
        target = edge.target
        whole = derivative(target.label, edge.source.label)
        if self.graph.example.locals[edge] is None:
            return said("figure.explain.inside", derivative=[whole])
        symbols = in_symbols(target, self._written(edge))
        names = [*symbols, " = "] if has_places(symbols) else []
        return [
            whole,
            " = ",
            *names,
            *self._worth_saying(in_numbers(target, self._written(edge))),
            local(edge),
        ]

    @staticmethod
    def _written(edge: Edge) -> Written:
        return lambda operands, result: edge.operation.local_expression(
            edge.position, operands, result
        )

    def _worth_saying(self, numbers: Formula) -> Formula:
        """An expression in numbers, unless there are none in it, or nothing else, or they are
        arrays.
        """
        tells = len(numbers) > 1 and not self.graph.has_arrays
        return [*numbers, " = "] if tells else []

    def adjoint(self, node: Node) -> Formula:
        """``∂f/∂x = ∂f/∂z · ∂z/∂x = 6 · 1 = 6``: the sum, over the edges that leave the node, of
        what each hands back.
        """
        whole = derivative(self.graph.output.label, node.label)
        leaving = [edge for edge in self.leaving[node] if edge not in self.graph.idle]
        if node is self.graph.output:
            return [whole, " = ", adjoint(node)]
        if not leaving:
            return [whole, " = 0"]
        symbols, numbers = [], []
        for edge in leaving:
            upstream = [] if edge.target is self.graph.output else [*self._upstream(edge), " · "]
            symbols += [" + ", *upstream, *self._local(edge, bracketed=bool(upstream))]
            numbers += [" + ", adjoint(edge.target, True), " · ", local(edge, True)]
        return [
            whole,
            " = ",
            *symbols[1:],
            *([] if self.graph.has_arrays else [" = ", *numbers[1:]]),
            " = ",
            adjoint(node),
        ]

    def flow(self, edge: Edge) -> Formula:
        """``∂f/∂x += ∂f/∂z · ∂z/∂x = 6 · 1 = 6``: what an edge hands back."""
        whole = derivative(self.graph.output.label, edge.source.label)
        if edge.is_flat and isinstance(edge.operation, External):
            return said("figure.explain.stopped", flow=[whole, " += ", flow(edge)])
        if edge.is_flat:
            zero = derivative(edge.target.label, edge.source.label)
            return said("figure.explain.flat", flow=[whole, " += ", flow(edge)], derivative=[zero])
        if edge in self.graph.idle:
            return said(
                "figure.explain.idle", flow=[whole, " += ", flow(edge)], node=[name(edge.target)]
            )
        numbers = (
            [adjoint(edge.target, True), " · ", local(edge, True), " = "]
            if edge.local_expression and not self.graph.has_arrays
            else []
        )
        return [
            whole,
            " += ",
            *self._upstream(edge),
            " · ",
            *self._local(edge, bracketed=True),
            " = ",
            *numbers,
            flow(edge),
        ]

    def so_far(self, edge: Edge) -> Formula | None:
        """What an edge hands back, as a formula, and with it what has come together at its source;
        None if that is the only edge that leaves it.
        """
        if len(self.leaving[edge.source]) == 1:
            return None
        return said("figure.step.so_far", flow=self.flow(edge), adjoint=[adjoint(edge.source)])

    def _upstream(self, edge: Edge) -> Formula:
        return [derivative(self.graph.output.label, edge.target.label)]

    def _local(self, edge: Edge, bracketed: bool) -> Formula:
        """The local derivative in symbols: as ∂z/∂x where that can mean nothing else."""
        symbols, target = edge.local_expression, edge.target
        others = sum(other.target is target for other in self.leaving[edge.source])
        if not symbols or (target is not self.graph.output and others == 1):
            return [derivative(target.label, edge.source.label)]
        return self.in_symbols(edge, bracketed)

    def in_symbols(self, edge: Edge, bracketed: bool) -> Formula:
        """The local derivative written out, as 2·x."""
        text = edge.local_expression
        if not text:
            return [derivative(edge.target.label, edge.source.label)]
        symbols = in_symbols(edge.target, self._written(edge))
        needs = bracketed and (" " in text or text.startswith("−"))
        return ["(", *symbols, ")"] if needs else symbols

    def passing(self, edge: Edge) -> Formula:
        """What goes along an edge beside its value."""
        return said("figure.title.flows_back", flow=self.flow(edge))

    def seed(self) -> Formula:
        """With what the sweep begins."""
        return said("figure.step.seed", adjoint=self.adjoint(self.graph.output))

    def of_node(self, node: Node) -> list[Formula]:
        """All of it: what the gate works out, its local derivatives, its adjoint."""
        return [self.value(node), *map(self.local, self.arriving[node]), self.adjoint(node)]

    def of_edge(self, edge: Edge) -> list[Formula]:
        """The local derivative along an edge, and what flows back."""
        return [self.local(edge), self.flow(edge)]


def step(words: Words, step: Step) -> Formula:
    """What happens at a step of the sweeps."""
    if step.kind == "seed":
        return words.seed()
    match step.what:
        case Edge() as edge:
            return words.so_far(edge) or words.flow(edge)
        case Node() as node:
            return words.value(node)
    inputs = [[name(node), " = ", value(node)] for node in words.graph.inputs]
    if not inputs:
        return said("figure.step.nothing_given")
    return said("figure.step.given", inputs=listed(inputs))


def explain(words: Words, run: Run, shown: Run, what: Node | Edge, detail: str) -> Explanation:
    """The chain rule at a node or along an edge, as far as it is `shown`; with `detail` "full", all
    that is to be said.
    """
    state = State(shown)
    if detail != "full":
        return Explanation(
            state.text(words.adjoint(what) if isinstance(what, Node) else words.flow(what))
        )
    formulas = words.of_node(what) if isinstance(what, Node) else words.of_edge(what)
    tried = nudges(run, what) if shown.second == "adjoint" else []
    lines = [*map(state.text, [*formulas, *(nudge.formula for nudge in tried)])]
    if isinstance(what, Node) and shown is run:  # at a step not all is known
        lines += (told for told, _ in statistics.lines(run, what))
    return Explanation("\n".join(lines))


def element(run: Run, node: Node, index: str) -> str:
    """The value and the gradient of one element of an array, by its index, such as ``"3, 17"``."""
    value, adjoint = run.primals[node], run.adjoints[node]
    shape = np.shape(run.graph.example.primals[node])
    try:
        at = tuple(int(part.replace("−", "-")) for part in index.split(",") if part.strip())
    except ValueError:
        at = ()
    if len(at) != len(shape) or not all(
        -length <= part < length for part, length in zip(at, shape)
    ):
        told = {"node": node.label, "index": index.strip()}
        if not shape:
            return say("figure.explain.no_element_of_number", **told)
        return say("figure.explain.no_element", shape=" × ".join(map(str, shape)), **told)
    at = tuple(part % length for part, length in zip(at, shape))
    name = f"{node.label}[{', '.join(map(str, at))}]"
    numbers = (
        numeral(None if array is None else float(array[at]), 6) for array in (value, adjoint)
    )
    return "\n".join(
        f"{left} = {number}"
        for left, number in zip((name, f"∂{run.graph.output.label}/∂{name}"), numbers)
    )


# ── without calculus ──


class Nudge:
    """What happens if a value is moved a little, by a step to either side: at a node to the output,
    along an edge to the gate there.

    `derivative` is what the sweeps say of it, `quotient` the difference quotient (of an array all
    elements are moved together), and `agrees` whether they are the same; both are None where there
    is nothing to compare."""

    def __init__(self, run: Run, what: Node | Edge) -> None:
        self.run: Run = run
        self.what: Node | Edge = what
        self.derivative: float | None = None
        self.quotient: float | None = None
        self.agrees: bool | None = None
        node = what if isinstance(what, Node) else what.source
        here = run.primals[node]
        self.step: float = STEP * max(1.0, float(np.max(np.abs(here), initial=0.0)))
        if not (self.step < np.inf):
            return
        with np.errstate(all="ignore"):
            self._compare(run.adjoints[what] if isinstance(what, Node) else _local_sum(run, what))

    def _compare(self, expected: Value | None) -> None:
        if expected is None:
            return
        before, here, after = (self._moved(by) for by in (-self.step, 0.0, self.step))
        if not np.isfinite([before, here, after]).all():
            return
        self.derivative = float(np.sum(expected))
        noise = NOISE * max(1.0, abs(here))
        quotient = (after - before) / (2 * self.step)
        self.quotient = 0.0 if abs(quotient) < noise else quotient
        sides = ((after - here) / self.step, (here - before) / self.step)
        self.agrees = _near(self.derivative, quotient, TOLERANCE, noise) or any(
            _near(self.derivative, side, ONE_SIDED, noise) for side in sides
        )

    def _moved(self, by: float) -> float:
        if isinstance(self.what, Node):
            return float(np.sum(self.run.bumped(self.what, by)))
        operands = self.what.target.operands_at(self.run.primals)
        operands[self.what.position] = operands[self.what.position] + by
        return float(np.sum(self.what.operation.number(*operands)))

    @property
    def formula(self) -> Formula:
        """``nudging x: Δf/Δx = 6``"""
        over, under = (
            (self.run.graph.output, self.what)
            if isinstance(self.what, Node)
            else (self.what.target, self.what.source)
        )
        if self.quotient is None:
            return said("figure.nudge.nothing", node=[name(under)])
        moved = "array" if isinstance(self.run.primals[under], np.ndarray) else "number"
        return said(
            f"figure.nudge.{moved}" if self.agrees else f"figure.nudge.{moved}_disagrees",
            node=[name(under)],
            quotient=[derivative(over.label, under.label, "Δ"), f" = {numeral(self.quotient)}"],
            derivative=[numeral(self.derivative)],
        )


def nudges(run: Run, what: Node | Edge) -> list[Nudge]:
    """What to try with a node or an edge (nothing, in an excerpt of a larger
    graph or in a model from elsewhere): at a gate
    whose derivative a user wrote by hand, the derivative by each operand too.
    """
    if run.graph.origin.is_excerpt or is_from_elsewhere(run.graph):
        return []
    if isinstance(what, Edge):
        return [Nudge(run, what)]
    edges = [edge for edge in run.graph.edges if edge.target is what] if what.is_handwritten else []
    return [Nudge(run, tried) for tried in ([] if what is run.graph.output else [what]) + edges]


def _near(a: float, b: float, tolerance: float, noise: float) -> bool:
    return a == b or (a != a and b != b) or abs(a - b) <= tolerance * max(abs(a), abs(b)) + noise


def _local_sum(run: Run, edge: Edge) -> Value:
    """How the sum of a gate's elements moves with those of one operand."""
    result = run.primals[edge.target]
    ones = np.ones_like(result) if isinstance(result, np.ndarray) else 1.0
    operands = edge.target.operands_at(run.primals)
    return edge.operation.flow(edge.position, ones, operands, result)


def suspects(run: Run) -> list[Node]:
    """The gates whose derivative a user wrote by hand, and wrote wrong: a nudge tells otherwise."""
    return list(
        dict.fromkeys(
            edge.target
            for edge in run.graph.edges
            if edge.target.is_handwritten and not _holds(run, edge)
        )
    )


def _holds(run: Run, edge: Edge) -> bool:
    try:
        nudge = Nudge(run, edge)
    except Exception:  # the user's function or derivative fails: that is said elsewhere
        return True
    return nudge.agrees is not False
