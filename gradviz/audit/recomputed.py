"""The numbers of a figure, worked out again: forward from its inputs, and backward from its
output.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np

from gradviz.audit.held import Doubted, dtype_of
from gradviz.audit.operations import Careful, Elsewhere, need
from gradviz.autodiff.primitives.primitive import fitted
from gradviz.document.told import Untold
from gradviz.graph import Edge, External, Graph, Node, Operation
from gradviz.numerals import Value, numeral
from gradviz.scene.data import MOST
from gradviz.scene.folding.inside import Inside
from gradviz.scene.unheld import Unheld

AGREE = {"float64": 1e-10, "float32": 1e-6}  # numbers differ by no more than this, by their size
ROUNDING = {"float64": 1e-15, "float32": 1e-6}  # of a sum, for each of its terms, by their size
UNTOLD = object()  # what can't be worked out


class Recomputed:
    """The numbers of a figure as they should be: those that are held, and in place of each wrong
    one, which is said, the right one.
    """

    def __init__(self, held: Doubted) -> None:
        self.held: Doubted = held
        self.graph: Graph = held.graph
        self.values: list[Value | None] = [*held.values]
        self.adjoints: list[Value | None] = [*held.adjoints]
        self.locals: list[Value | None] = [*held.locals]
        self.flows: list[Value | None] = [*held.flows]
        self.arriving: list[list[Edge]] = [[] for _ in self.graph.nodes]
        for edge in self.graph.edges:
            self.arriving[edge.target.index].append(edge)
        # in the order in which the reverse sweep comes along
        self.leaving: list[list[Edge]] = [[] for _ in self.graph.nodes]
        for edges in reversed(self.arriving):
            for edge in edges:
                self.leaving[edge.source.index].append(edge)
        self.untold: set[Edge] = set()  # along which nobody knows what flows back
        self.is_swept: bool = any(number is not None for number in (*held.adjoints, *held.flows))

    def work(self) -> None:
        if self.held.is_overview:
            self.held.note("the boxes", "each stands for many operations")
            return
        for sweep, nodes in self.sweeps:
            for node in nodes:
                with self.held.guarding(node):
                    sweep(node)

    @property
    def sweeps(self) -> Any:
        """What is worked out at each node, and in which order of these."""
        return (self.forward, self.graph.nodes), (self.backward, reversed(self.graph.nodes))

    def forward(self, node: Node) -> None:
        """The value of a node, and the local derivatives of its operation."""
        held, operation = self.held.values[node.index], node.operation
        if isinstance(held, Unheld):
            self.held.note(node, f"more than {MOST} numbers")
        if held is None and (operation is None or not self.held.is_step):
            self.held.fail(node, "its value is missing")
        operands = self.operands(node)
        if operation is None or any(operand is None for operand in operands):
            return
        if not isinstance(held, Unheld):
            found = self.attempt(node, partial(operation.number, *operands))
            rounding = partial(_rounding_of_value, operation, operands)
            self.values[node.index] = self.settled(
                node, "value", held, found, "its inputs give", rounding
            )
        value = self.values[node.index]
        if value is not None and not isinstance(operation, Elsewhere):
            for edge in self.arriving[node.index]:
                self.forward_along(edge, operands, value)

    def forward_along(self, edge: Edge, operands: Sequence[Any], value: Value) -> None:
        """A local derivative, at these values of the operands and of the result."""
        local, operation = self.held.locals[edge.index], edge.operation
        if isinstance(operation, Careful) and operation.is_handwritten:
            found = local if operation.primitive.has_locals else None
        else:
            found = self.attempt(edge, partial(_local, edge, operands, value))
        is_known = self.held.values[edge.target.index] is not None
        if is_known and found is not UNTOLD and (found is None) != (local is None):
            what = (
                "it has no local derivative" if found is None else "its local derivative is missing"
            )
            self.held.fail(edge, what)
        found = _widened(found, local, np.shape(value))
        rounding = partial(_rounding_of_local, edge, operands, value)
        self.locals[edge.index] = self.settled(
            edge, "local derivative", local, found, "by its operation it is", rounding
        )

    def backward(self, node: Node) -> None:
        """The adjoint of a node, and what it hands back."""
        held = self.held.adjoints[node.index]
        known = [edge for edge in self.leaving[node.index] if self.flows[edge.index] is not None]
        if held is None:
            if self.is_swept and (known or not self.held.is_step):
                self.held.fail(node, "its adjoint is missing")
        elif self.leaving[node.index] and not known:
            self.held.fail(
                node, f"its adjoint is held as {numeral(held)}, and nothing has flowed back"
            )
        elif self.untold.isdisjoint(self.leaving[node.index]):
            found, by = self.adjoint_by(node, known)
            self.adjoints[node.index] = self.settled(
                node, "adjoint", held, found, by, lambda: sum(map(self.rounding_in_sum, known))
            )
        operands = self.operands(node)
        for edge in self.arriving[node.index]:
            self.backward_along(edge, operands)

    def adjoint_by(self, node: Node, known: Sequence[Edge]) -> tuple[Any, str]:
        """What an adjoint should be, and by what: by these edges, along which something flows
        back, if there are any.
        """
        if known:
            flows = [self.flows[edge.index] for edge in known]
            found = self.attempt(node, partial(_sum, flows))
            return found, "the flows that leave it add up to"
        found, by = (
            (1.0, "that of the output is")
            if node is self.graph.output
            else (0.0, "nothing leaves it, so it is")
        )
        value = self.values[node.index]
        is_array = isinstance(value, np.ndarray) and not isinstance(value, Unheld)
        return np.full_like(value, found) if is_array else found, by

    def backward_along(self, edge: Edge, operands: Sequence[Any]) -> None:
        """What flows back along an edge, at these values of the operands."""
        adjoint, value = self.adjoints[edge.target.index], self.values[edge.target.index]
        flow, local = self.held.flows[edge.index], self.locals[edge.index]
        if adjoint is None and flow is not None:
            self.held.fail(
                edge, "something flows back, and the adjoint that it comes from is missing"
            )
        elif flow is None and self.held.holds_flows:
            if adjoint is not None and not self.held.is_step:
                self.held.fail(edge, "what flows back is missing")
        elif adjoint is not None:
            is_idle = edge in self.graph.idle
            found = self.attempt(
                edge, partial(_flow, edge, is_idle, adjoint, local, operands, value)
            )
            if found is UNTOLD and flow is None:
                self.untold.add(edge)
            rounding = partial(_rounding_of_flow, edge, adjoint, local, operands, value)
            self.flows[edge.index] = self.settled(
                edge, "flow", flow, found, "adjoint times local derivative is", rounding
            )

    def operands(self, node: Node) -> list[Any]:
        return [
            self.values[operand.index] if isinstance(operand, Node) else operand
            for operand in node.operands
        ]

    def attempt(self, where: Node | Edge, work: Callable[[], Any]) -> Any:
        """What comes of it; UNTOLD if it can't be done."""
        try:
            return work()
        except Untold as why:
            self.held.note(where, str(why))
        except Exception as error:
            why = str(error) or type(error).__name__
            self.held.fail(where, f"it can't be worked out: {why:.200}")
        return UNTOLD

    def settled(
        self,
        where: Node | Edge,
        what: str,
        held: Any,
        found: Any,
        by: str,
        rounding: Callable[[], Any],
    ) -> Any:
        """The number to go on with: the one that is held, unless it is wrong or not known. How much
        `rounding` may make of it is asked only where they differ."""
        if found is None or found is UNTOLD or isinstance(held, Unheld):
            return held
        if held is None or agree(held, found):
            return found if held is None else held
        slack: Any = 0.0
        with suppress(Exception):
            slack = rounding()
        if agree(held, found, slack):
            return held
        one, other = contrast(held, found, slack)
        self.held.fail(where, f"its {what} is held as {one}, and {by} {other}")
        return found

    def rounding_in_sum(self, edge: Edge) -> Any:
        """How much rounding may make of what flows back along an edge in the sum at its source."""
        flow, operation = self.flows[edge.index], edge.operation
        if flow is None:
            return 0.0
        terms, count = abs(flow), len(self.leaving[edge.source.index])
        if isinstance(operation, Inside):  # where hidden paths are added up in another order
            count += len(operation.gates)
            adjoint, operands = self.adjoints[edge.target.index], self.operands(edge.target)
            with suppress(Untold):
                terms = terms + _along_all_paths(operation, adjoint, operands)[edge.position]
        return ROUNDING[dtype_of(flow)] * max(count, np.size(flow)) * terms


def _local(edge: Edge, operands: Sequence[Any], value: Any) -> Any:
    operation = edge.operation
    if isinstance(operation, Careful):
        return operation.local(edge.position, operands, value)
    if isinstance(operation, External):
        return None
    if not isinstance(operation, Inside):
        raise Untold("a part of the graph that is not drawn")
    values = operation.values(operands)
    if len(set(map(np.shape, values.values()))) > 1 or not all(map(_has_locals, operation.gates)):
        return None
    adjoint = np.ones_like(value) if isinstance(value, np.ndarray) else 1.0
    return operation.flows(adjoint, values).get(operation.operands[edge.position], 0.0)


def _has_locals(gate: Node) -> bool:
    return isinstance(gate.operation, Careful) and gate.operation.primitive.has_locals


def _widened(found: Any, local: Any, shape: tuple[int, ...]) -> Any:
    """A local derivative, or the one that is held if it is the same for each element of the result:
    one can be held for all.
    """
    if (
        isinstance(found, float | np.ndarray)
        and isinstance(local, float | np.ndarray)
        and np.shape(found) != np.shape(local)
    ):
        with suppress(ValueError):
            return (
                local
                if agree(np.broadcast_to(local, shape), np.broadcast_to(found, shape))
                else found
            )
    return found


def _sum(flows: Sequence[Any]) -> Any:
    need(*flows)
    total = flows[0]
    for flow in flows[1:]:
        total = total + flow
    return total


def _flow(
    edge: Edge, is_idle: bool, adjoint: Any, local: Any, operands: Sequence[Any], value: Any
) -> Any:
    """What an adjoint hands back along an edge."""
    operation, operand = edge.operation, operands[edge.position]
    need(adjoint, local, *operands)
    if is_idle:
        return np.zeros_like(operand) if np.ndim(operand) else 0.0
    if local is not None and isinstance(value, float | None):
        return edge.carried(adjoint, local)
    if local is not None and isinstance(operation, Careful) and operation.is_handwritten:
        return fitted(adjoint * local, operand)
    return operation.flow(edge.position, adjoint, operands, value)


# ── what rounding may make of a number ──
# The order in which terms are added depends on how an array lies in memory.


def _rounding_of_value(operation: Operation, operands: Sequence[Any]) -> Any:
    return (
        ROUNDING[dtype_of(operands[0])]
        * sum(map(np.size, operands))
        * operation.number(*map(np.abs, operands))
        if _is_linear(operation)
        else 0.0
    )


def _rounding_of_local(edge: Edge, operands: Sequence[Any], value: Any) -> Any:
    operation = edge.operation
    return (
        ROUNDING[dtype_of(value)]
        * _along_all_paths(operation, np.ones_like(value), operands)[edge.position]
        if isinstance(operation, Inside)
        else 0.0
    )


def _rounding_of_flow(
    edge: Edge, adjoint: Any, local: Any, operands: Sequence[Any], value: Any
) -> Any:
    operation, operand = edge.operation, operands[edge.position]
    terms: Any = 0.0
    if isinstance(operation, Inside):
        terms = _along_all_paths(operation, adjoint, operands)[edge.position]
    elif local is not None:
        terms = fitted(abs(adjoint * local), operand)
    elif _is_linear(operation):
        terms = operation.flow(edge.position, abs(adjoint), [*map(np.abs, operands)], value)
    return ROUNDING[dtype_of(operand)] * np.size(adjoint) * terms


def _is_linear(operation: Operation) -> bool:
    return isinstance(operation, Careful) and (
        getattr(operation.primitive, "linear", False)
        or getattr(operation.primitive, "multilinear", False)
    )


def _along_all_paths(inside: Inside, adjoint: Any, operands: Sequence[Any]) -> list[Any]:
    """For each value that comes into a closed block, the size of what flows back to it, were all
    hidden paths of one sign.
    """
    values = inside.values(operands)
    terms = {inside.gates[-1]: abs(adjoint)}
    for gate in reversed(inside.gates):
        of = gate.operands_at(values)
        for position, operand in enumerate(gate.operands):
            if isinstance(operand, Node) and gate in terms:
                terms[operand] = terms.get(operand, 0.0) + abs(
                    gate.gate.flow(position, terms[gate], of, values[gate])
                )
    return [terms.get(operand, 0.0) for operand in inside.operands]


def agree(held: Any, found: Any, slack: Any = 0.0) -> bool:
    """Whether two numbers or arrays are the same, up to the rounding of machines.

    >>> agree(1.0, 1.0 + 1e-12), agree(1.0, 1.0 + 1e-9)
    (True, False)
    >>> agree(float("nan"), float("nan")), agree(float("inf"), 1.0)
    (True, False)
    """
    if isinstance(held, float) and isinstance(found, float) and held == found:
        return True
    return not np.any(_apart(held, found, slack))


def _apart(held: Any, found: Any, slack: Any) -> Any:
    """Where they differ."""
    if np.shape(held) != np.shape(found):
        return True
    near = max(AGREE[dtype_of(held)], AGREE[dtype_of(found)])
    a, b = np.asarray(held, float), np.asarray(found, float)
    with np.errstate(all="ignore"):
        close = np.abs(a - b) <= near * np.maximum(np.abs(a), np.abs(b)) + np.where(
            np.isfinite(slack), slack, 0.0
        )
    return ~((a == b) | (close & np.isfinite(a) & np.isfinite(b)) | (np.isnan(a) & np.isnan(b)))


def contrast(held: Any, found: Any, slack: Any = 0.0) -> tuple[str, str]:
    """Two numbers that differ, in as many digits as tell them apart; of arrays, the first elements
    that do.

    >>> contrast(0.7312, 0.7311), contrast(1.0, 1.000001), contrast(np.zeros(9), np.arange(9.0))
    (('0.7312', '0.7311'), ('1', '1.000001'), ('0 at [1]', '1 at [1]'))
    """
    apart, at = _apart(held, found, slack), ""
    if np.ndim(apart) and np.any(apart):
        place = tuple(np.argwhere(apart)[0].tolist())
        held, found, at = float(held[place]), float(found[place]), f" at {[*place]}"
    pairs = ((numeral(held, digits), numeral(found, digits)) for digits in (4, 8, 17))
    one, other = next((pair for pair in pairs if pair[0] != pair[1]), (repr(held), repr(found)))
    return one + at, other + at
