"""Sweeps with a rule that is wrong, over the graph of a run: what each mistake gives at each blank,
and the wire on which it happens.

Each is made twice: all the way, wherever there is occasion, and at the blank alone, as by one who
reads the right numbers beside it in the figure.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from gradviz.exercises.practice.blanks import Blank, flat
from gradviz.exercises.practice.mistakes import ROWS, Gate, Mistake, Wire
from gradviz.graph import Edge, Node, Run

SAME = 1e-9  # numbers that differ by less, of their size, are the same
NOTHING = 1e-12  # or by less than this

Made = list[tuple[Any, Edge]]  # numbers, each with the wire on which it is made


class Wrong(NamedTuple):
    """What a mistake gives at a blank, and on which wire it is made."""

    mistake: str
    numbers: tuple[float, ...]
    wire: Edge


@dataclass
class Sweep:
    """The numbers that a mistake gives, each with the wire on which it is made."""

    values: dict[Node, Made] = field(default_factory=dict)
    locals: dict[Edge, Made] = field(default_factory=dict)
    gradients: dict[Node, Made] = field(default_factory=dict)

    def at(self, blank: Blank) -> Made:
        if isinstance(blank.of, Edge):
            return self.locals.get(blank.of, [])
        return (self.values if blank.kind == "value" else self.gradients).get(blank.of, [])


class Faulty:
    """All faulty sweeps over the graph of a run."""

    def __init__(self, run: Run, mistakes: Sequence[Mistake] = ROWS) -> None:
        self.run: Run = run
        self.mistakes: Sequence[Mistake] = mistakes
        graph, primals = run.graph, run.primals
        self.gates: dict[Node, Gate] = {
            node: Gate(node, node.operands_at(primals), primals[node]) for node in graph.operations
        }
        self.wires: dict[Edge, Wire] = {}
        self.arriving: dict[Node, list[Edge]] = {node: [] for node in graph.nodes}
        self.leaving: dict[Node, list[Edge]] = {node: [] for node in graph.nodes}
        for edge in graph.edges:
            self.arriving[edge.target].append(edge)
            self.leaving[edge.source].append(edge)
        for edge in graph.edges:
            inner = [primals[each.source] for each in self.arriving[edge.source]]
            gate, local = self.gates[edge.target], run.locals[edge]
            self.wires[edge] = Wire(edge, gate, local, inner[0] if inner else None)
        with np.errstate(all="ignore"):
            self.sweeps: dict[str, Sweep] = {
                mistake.id: self._sweep(mistake) for mistake in mistakes
            }

    def at(self, blank: Blank) -> list[Wrong]:
        """What each mistake gives at a blank, where that is not right."""
        right, found = blank.right(self.run), []
        for mistake, sweep in self.sweeps.items():
            for number, wire in sweep.at(blank):
                wrong = Wrong(mistake, flat(number), wire)
                if len(wrong.numbers) != len(right) or not all(map(math.isfinite, wrong.numbers)):
                    continue
                if not same(wrong.numbers, right) and not any(
                    each.mistake == mistake and same(each.numbers, wrong.numbers) for each in found
                ):
                    found.append(wrong)  # of the same on two wires, the one at the blank
        return found

    def _sweep(self, mistake: Mistake) -> Sweep:
        sweep = Sweep()
        if mistake.value:
            sweep.values = dict(self._values(mistake.value))
        locals_ = {}
        if mistake.local:
            locals_ = dict(self._locals(mistake.local))
            sweep.locals = {edge: [(local, edge)] for edge, local in locals_.items()}
        if mistake.local or mistake.flow or mistake.paths:
            sweep.gradients = dict(self._gradients(mistake, locals_))
        return sweep

    def _values(self, rule: Callable[[Gate], Any]) -> Iterator[tuple[Node, Made]]:
        values: dict[Node, Any] = dict(self.run.primals)
        made: dict[Node, Edge] = {}
        for node, gate in self.gates.items():
            here, right = self.arriving[node], values[node]
            if not here:
                continue
            numbers = []
            for operands, is_all in ((gate.operands, False), (node.operands_at(values), True)):
                number = _tried(rule, Gate(node, operands, None))
                where = here[-1] if _differs(number, right) else None
                if is_all and number is None:
                    number = _tried(_right, Gate(node, operands, None))
                if not _differs(number, right):
                    continue
                before = [made[edge.source] for edge in here if edge.source in made]
                where = where or (before[0] if before else here[-1])
                numbers.append((number, where))
                if is_all:
                    values[node], made[node] = number, where
            yield node, numbers

    def _locals(self, rule: Callable[[Wire], Any]) -> Iterator[tuple[Edge, Any]]:
        for edge, wire in self.wires.items():
            if wire.local is None:
                continue
            local = _tried(rule, wire)
            if _differs(local, wire.local) and np.shape(local) == np.shape(wire.local):
                yield edge, local

    def _gradients(
        self, mistake: Mistake, locals_: Mapping[Edge, Any]
    ) -> Iterator[tuple[Node, Made]]:
        run, graph = self.run, self.run.graph
        adjoints: dict[Node, Any] = {graph.output: run.adjoints[graph.output]}
        made: dict[Node, Edge] = {}
        for node in reversed(graph.nodes):
            if node is graph.output or not self.leaving[node]:
                continue
            right, numbers = run.adjoints[node], []
            once, where = self._gradient(mistake, node, run.adjoints, locals_)
            if _differs(once, right):
                numbers.append((once, where or self.leaving[node][0]))
            number, where = self._gradient(mistake, node, adjoints, locals_)
            adjoints[node] = right if number is None else number
            if _differs(number, right):
                before = [made[edge.target] for edge in self.leaving[node] if edge.target in made]
                made[node] = where or (before[0] if before else self.leaving[node][0])
                numbers.append((number, made[node]))
            yield node, numbers

    def _gradient(
        self,
        mistake: Mistake,
        node: Node,
        upstream: Mapping[Node, Any],
        locals_: Mapping[Edge, Any],
    ) -> tuple[Any, Edge | None]:
        """What comes together at a node, and on which of its wires something is wrong."""
        leaving, flows, wrong = self.leaving[node], [], []
        for edge in leaving:
            flow, is_wrong = self._flow(mistake, edge, upstream.get(edge.target), locals_)
            if flow is None:
                return None, None
            flows.append(flow)
            wrong += [edge] if is_wrong else []
        if mistake.paths is None or len(flows) == 1:
            return sum(flows[1:], flows[0]), wrong[0] if wrong else None
        together = _tried(mistake.paths, flows)
        left_out = [edge for edge, flow in zip(leaving, flows) if _differs(flow, together)]
        return together, (left_out or leaving)[0]

    def _flow(
        self, mistake: Mistake, edge: Edge, up: Any, locals_: Mapping[Edge, Any]
    ) -> tuple[Any, bool]:
        """What flows back along a wire, and whether something is wrong there."""
        wire, gate = self.wires[edge], self.gates[edge.target]
        if up is None:
            return None, False
        right = _tried(
            lambda at: at.edge.operation.flow(at.position, up, gate.operands, gate.result), wire
        )
        wrong = None
        if edge in self.run.graph.idle:
            return right, False
        if edge in locals_:
            wrong = _tried(lambda at: up * locals_[edge], wire)
        elif mistake.flow and (wire.local is not None or not mistake.needs_local):
            rule = mistake.flow
            wrong = _tried(lambda at: rule(at, up), wire)
        wrong = _fitted(wrong, wire.own)
        return (right, False) if wrong is None else (wrong, _differs(wrong, right))


def same(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether these are the same numbers, but for rounding."""
    return len(one) == len(other) and all(
        abs(a - b) <= NOTHING + SAME * abs(b) or (a != a and b != b) for a, b in zip(one, other)
    )


def _right(gate: Gate) -> Any:
    return gate.node.gate.number(*gate.operands)


def _differs(number: Any, right: Any) -> bool:
    return number is not None and not same(flat(number), flat(right))


def _tried(rule: Callable[[Any], Any], at: Any) -> Any:
    """What a rule says, if it can say anything there."""
    try:
        return rule(at)
    except (ArithmeticError, ValueError, TypeError):
        return None


def _fitted(flow: Any, like: Any) -> Any:
    """A flow in the shape of the value that it goes back to; None if it can't have that."""
    if flow is None or np.shape(flow) == np.shape(like):
        return flow
    if np.ndim(like) == 0:
        return float(np.sum(flow))
    try:
        return np.broadcast_to(flow, np.shape(like))
    except ValueError:
        return None
