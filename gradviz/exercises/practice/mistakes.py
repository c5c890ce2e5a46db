"""THE TABLE of mistakes: each is a sweep with one rule that is wrong, and is known by its numbers.

A row says what the rule makes of a value, of a local derivative, of what flows back along a wire,
or of what comes together at a value that is used more than once; it is a plain function, which
returns None where there is nothing to get wrong. Its words, and what to ask next, stand in the
catalogue under its id (``practice.mistake.…``, ``practice.next.…``).

>>> len(MISTAKES)
30
>>> MISTAKES["local_left_out"].flow(None, 6.0)
6.0
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from gradviz.graph import Edge, Node, Operation


def known_as(operation: Operation) -> str:
    """What an operation is called; of one's own nothing is known, whatever it is called."""
    return "" if operation.is_handwritten else operation.name


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate in a run: its operands, and its value."""

    node: Node
    operands: Sequence[Any]
    result: Any

    @property
    def name(self) -> str:
        return known_as(self.node.gate)

    def is_one_of(self, *names: str) -> bool:
        return self.name in names


@dataclass(frozen=True, slots=True)
class Wire:
    """A wire in a run: the gate that it leads to, and its local derivative."""

    edge: Edge
    gate: Gate
    local: Any
    inner: Any = None  # what goes into the gate that the wire comes from, if it comes from one

    @property
    def position(self) -> int:
        return self.edge.position

    @property
    def own(self) -> Any:
        """The value that arrives by it."""
        return self.gate.operands[self.position]

    @property
    def other(self) -> Any:
        """The other operand of its gate."""
        return self.gate.operands[1 - self.position]

    def local_at(self, operands: Sequence[Any], position: int | None = None) -> Any:
        """The local derivative at other operands, or by another of them."""
        operation = self.gate.node.gate
        result = operation.number(*operands)
        ones = np.ones_like(result) if isinstance(result, np.ndarray) else 1.0
        by = self.position if position is None else position
        return operation.flow(by, ones, operands, result)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A rule of a sweep that is wrong."""

    id: str
    value: Callable[[Gate], Any] | None = None
    local: Callable[[Wire], Any] | None = None
    flow: Callable[[Any, Any], Any] | None = None  # of a wire, and of what comes back to its gate
    paths: Callable[[Sequence[Any]], Any] | None = None  # of what each of several uses hands back
    needs_local: bool = True  # its flow is for wires with a local derivative


SUMS = ("add", "subtract")
POWERS = ("power", "float_power")
# whose local derivative has a minus of its own
FALLING = {("subtract", 1), ("negative", 0), ("reciprocal", 0), ("divide", 1)}


def _swapped(gate: Gate) -> Any:
    if gate.is_one_of("subtract", "divide"):
        return gate.node.gate.number(*reversed(gate.operands))
    return None


def _minus_lost(gate: Gate) -> Any:
    if gate.name == "subtract":
        return gate.operands[0] + gate.operands[1]
    return gate.operands[0] if gate.name == "negative" else None


def _added(gate: Gate) -> Any:
    return sum(gate.operands) if gate.name == "multiply" else None


def _multiplied(gate: Gate) -> Any:
    return _product(gate.operands) if gate.name == "add" else None


def _summed(gate: Gate) -> Any:
    return np.sum(gate.operands[0]) if gate.name == "mean" else None


def _doubled(gate: Gate) -> Any:
    if gate.name == "square":
        return 2 * gate.operands[0]
    return gate.operands[0] * gate.operands[1] if gate.is_one_of(*POWERS) else None


def _constant_left_out(gate: Gate) -> Any:
    nodes = [place for place, of in enumerate(gate.node.operands) if isinstance(of, Node)]
    if len(gate.operands) == 2 and len(nodes) == 1:
        return gate.operands[nodes[0]]
    return None


def _own_value(wire: Wire) -> Any:
    return wire.own if wire.gate.name == "multiply" else None


def _without_minus(wire: Wire) -> Any:
    return -wire.local if (wire.gate.name, wire.position) in FALLING else None


def _factor_left_out(wire: Wire) -> Any:
    if wire.gate.name == "square":
        return wire.own
    if wire.gate.is_one_of(*POWERS) and wire.position == 0:
        return wire.own ** (wire.other - 1)
    return None


def _power_kept(wire: Wire) -> Any:
    if wire.gate.name == "square":
        return 2 * wire.own**2
    if wire.gate.is_one_of(*POWERS) and wire.position == 0:
        return wire.other * wire.gate.result
    return None


def _square_left_out(wire: Wire) -> Any:
    if wire.gate.name == "reciprocal":
        return -wire.gate.result
    if wire.gate.name == "divide" and wire.position == 1:
        return -wire.gate.result
    return None


def _as_a_power(wire: Wire) -> Any:
    return wire.own * np.exp(wire.own - 1) if wire.gate.name == "exp" else None


def _slope_at_input(wire: Wire) -> Any:
    if wire.gate.name == "sigmoid":
        return wire.own * (1 - wire.own)
    return 1 - wire.own**2 if wire.gate.name == "tanh" else None


def _half_the_slope(wire: Wire) -> Any:
    return 1 - wire.gate.result if wire.gate.name == "sigmoid" else None


def _open_all_the_same(wire: Wire) -> Any:
    if wire.gate.node.gate.is_choice or wire.gate.is_one_of("relu", "maximum", "minimum"):
        return 1.0 if np.ndim(wire.local) == 0 else np.ones_like(wire.local)
    return None


def _value_of_the_gate(wire: Wire) -> Any:
    return None if wire.gate.name == "exp" else wire.gate.result


def _constant_moves(wire: Wire) -> Any:
    """The constants of its gate move along."""
    operands = wire.gate.node.operands
    still = [place for place, of in enumerate(operands) if not isinstance(of, Node)]
    if len(operands) != 2 or not still or wire.gate.is_one_of(*POWERS):
        return None
    return wire.local + wire.local_at(wire.gate.operands, still[0])


def _outer_at_x(wire: Wire) -> Any:
    if wire.inner is None or wire.gate.is_one_of("multiply", *SUMS):
        return None
    operands = [*wire.gate.operands]
    operands[wire.position] = wire.inner
    return wire.local_at(operands)


def _split(wire: Wire, up: Any) -> Any:
    operands = wire.gate.node.operands
    if wire.gate.is_one_of(*SUMS) and all(isinstance(of, Node) for of in operands):
        return up * wire.local / 2
    return None


def _whole(wire: Wire, up: Any) -> Any:
    """A mean hands all of it back to each."""
    return up * np.ones_like(wire.own) if wire.gate.name == "mean" else None


def _shared(wire: Wire, up: Any) -> Any:
    """A sum hands back to each a part."""
    return up * np.ones_like(wire.own) / np.size(wire.own) if wire.gate.name == "sum" else None


def _product(flows: Sequence[Any]) -> Any:
    product = 1.0
    for flow in flows:
        product = product * flow
    return product


def _tenth(number: Any) -> Any:
    return np.round(number, 1)


def _rounded(gate: Gate) -> Any:
    return gate.node.gate.number(*map(_tenth, gate.operands))


def _rounded_flow(wire: Wire, up: Any) -> Any:
    return _tenth(up) * _tenth(wire.local)


# fmt: off
ROWS = (
    # of values
    Mistake("operands_swapped",          value=_swapped),
    Mistake("minus_lost_in_value",       value=_minus_lost),
    Mistake("added_in_a_product",        value=_added),
    Mistake("multiplied_in_a_sum",       value=_multiplied),
    Mistake("doubled_for_squared",       value=_doubled),
    Mistake("constant_left_out",         value=_constant_left_out),
    Mistake("sum_for_mean",              value=_summed),
    # of local derivatives
    Mistake("own_value_for_the_other",   local=_own_value),
    Mistake("value_for_derivative",      local=_value_of_the_gate),
    Mistake("lost_minus",                local=_without_minus),
    Mistake("factor_left_out",           local=_factor_left_out),
    Mistake("power_kept",                local=_power_kept),
    Mistake("square_left_out",           local=_square_left_out),
    Mistake("exp_as_a_power",            local=_as_a_power),
    Mistake("slope_at_the_input",        local=_slope_at_input),
    Mistake("half_the_sigmoid",          local=_half_the_slope),
    Mistake("closed_gate_open",          local=_open_all_the_same),
    Mistake("constant_taken_for_input",  local=_constant_moves),
    Mistake("outer_at_x",                local=_outer_at_x),
    # of what flows back
    Mistake("upstream_left_out",         flow=lambda wire, up: wire.local),
    Mistake("local_left_out",            flow=lambda wire, up: up),
    Mistake("added_for_multiplied",      flow=lambda wire, up: up + wire.local),
    Mistake("split_the_sum",             flow=_split),
    Mistake("mean_hands_back_all",       flow=_whole, needs_local=False),
    Mistake("sum_hands_back_a_share",    flow=_shared, needs_local=False),
    # of what comes together
    Mistake("only_the_last_path",        paths=lambda flows: flows[-1]),
    Mistake("only_the_first_path",       paths=lambda flows: flows[0]),
    Mistake("paths_multiplied",          paths=_product),
    Mistake("paths_averaged",            paths=lambda flows: sum(flows) / len(flows)),
    # of all
    Mistake("rounded_too_early",         value=_rounded, flow=_rounded_flow),
)
# fmt: on
MISTAKES: Final = {mistake.id: mistake for mistake in ROWS}
