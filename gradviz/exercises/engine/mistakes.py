"""Mistakes of engines: each is a reverse sweep with one part that is wrong. What it gives on a
circuit is compared with what an engine gave; where all numbers agree, the mistake fits.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, isclose
from typing import Any, NamedTuple

from gradviz.exercises.engine.circuits import Circuit, Gate

MINUS = "subtract", "negate"
CLOSE = 1e-6  # of a number's size: engines may round
Numbers = Mapping[str, float]
Order = Callable[[Circuit, Numbers], list[str]]


class At(NamedTuple):
    """A gate with the numbers of its operands and its own."""

    gate: Gate
    operands: Sequence[float]
    out: float

    @property
    def operation(self) -> str:
        return self.gate.operation


def right(at: At) -> list[float]:
    """The local derivatives of a gate, one for each operand."""
    x, y = (*at.operands, 0.0)[:2]
    match at.operation:
        case "add":
            return [1.0, 1.0]
        case "subtract":
            return [1.0, -1.0]
        case "negate":
            return [-1.0]
        case "multiply":
            return [y, x]
        case "divide":
            return [1 / y, -x / y**2]
        case _:
            return [at.out]


def from_the_right(circuit: Circuit) -> list[str]:
    return [gate.name for gate in reversed(circuit.gates)]


def _at(gate: Gate, values: Numbers) -> At:
    numbers = [values[each] if isinstance(each, str) else each for each in gate.operands]
    return At(gate, numbers, values[gate.name])


@dataclass(frozen=True)
class Sweep:
    """A reverse sweep by its parts, each of them the right one unless another is given.

    They are the local derivatives of a gate; what it hands back, by what came to it and by a local
    derivative; what becomes of that at a value that has something already; the gates in the order
    in which they hand back; what the output starts with, by its value; and which operands of a
    gate get something.
    """

    local: Callable[[At], list[float]] = right
    handed: Callable[[At, float, float], float] = lambda at, came, local: came * local
    gathered: Callable[[float | None, float], float] = lambda has, share: (has or 0.0) + share
    order: Order = lambda circuit, _: from_the_right(circuit)
    seed: Callable[[float], float] = lambda out: 1.0
    reached: Callable[[Gate], Sequence[int]] = lambda gate: range(len(gate.operands))

    def __call__(self, circuit: Circuit) -> dict[str, float]:
        """The gradient that it gives to each value."""
        values, gates = circuit.values(), {gate.name: gate for gate in circuit.gates}
        adjoints: dict[str, float | None] = dict.fromkeys(values)
        adjoints[circuit.output] = self.seed(values[circuit.output])
        for name in self.order(circuit, values):
            gate = gates[name]
            at = _at(gate, values)
            local, came = self.local(at), adjoints[name] or 0.0
            for place in self.reached(gate):
                operand = gate.operands[place]
                if isinstance(operand, str):
                    share = self.handed(at, came, local[place])
                    adjoints[operand] = self.gathered(adjoints[operand], share)
        return {name: adjoint or 0.0 for name, adjoint in adjoints.items()}


def instead(operation: str, local: Callable[[At], list[float]]) -> Sweep:
    """With other local derivatives of one operation."""
    return Sweep(local=lambda at: local(at) if at.operation == operation else right(at))


def only(operation: str, place: int) -> Sweep:
    """With only one operand of an operation that gets something."""
    return Sweep(
        reached=lambda gate: [place] if gate.operation == operation else range(len(gate.operands))
    )


# ── orders in which some gates hand back before all of it has come to them ──


def depth_first(circuit: Circuit, _: Numbers, turned: bool = False) -> list[str]:
    """Each gate when it is met first, and then at once those that it uses."""
    return [*dict.fromkeys(along_paths(circuit, _, turned))]


def along_paths(circuit: Circuit, _: Numbers, turned: bool = False) -> list[str]:
    """Each gate whenever it is met."""
    return list(_met(circuit, circuit.output, turned))


def breadth_first(circuit: Circuit, _: Numbers, turned: bool = False) -> list[str]:
    """Gates by how near they are to the output."""
    return [*dict.fromkeys(by_rows(circuit, _, turned))]


def by_rows(circuit: Circuit, _: Numbers, turned: bool = False) -> list[str]:
    """The same, each gate whenever it is met."""
    gates = {gate.name: gate for gate in circuit.gates}
    waiting = [circuit.output]
    for name in waiting:  # grows while it is gone through
        waiting += [each for each in _operands(gates[name], turned) if each in gates]
    return waiting


def users_first(circuit: Circuit, _: Numbers, turned: bool = False) -> list[str]:
    """A right order, as a search from the output finds it."""
    return _found(circuit, {}, turned)


def twice_in_order(circuit: Circuit, _: Numbers, turned: bool = False) -> list[str]:
    """As a list of what is still to be done finds it, if what is last there is written down
    whether it has been or not.
    """
    gates = {gate.name: gate for gate in circuit.gates}
    order, waiting = list[str](), [circuit.output]
    while waiting:
        used = _operands(gates[waiting[-1]], turned) if waiting[-1] in gates else []
        missing = [each for each in used if each not in order]
        waiting += missing
        if not missing:
            order.append(waiting.pop())
    return [name for name in order[::-1] if name in gates]


def equal_once(circuit: Circuit, values: Numbers, turned: bool = False) -> list[str]:
    """The same order, but of values with equal numbers only the first that is met."""
    return _found(circuit, values, turned)


def _found(circuit: Circuit, marks: Mapping[str, float], turned: bool) -> list[str]:
    """A search in which what has the same mark is taken for the same."""
    gates, seen, order = {gate.name: gate for gate in circuit.gates}, set[Any](), list[str]()

    def visit(name: str) -> None:
        mark = marks.get(name, name)
        if name not in gates or mark in seen:
            return
        seen.add(mark)
        for each in _operands(gates[name], turned):
            visit(each)
        order.append(name)

    visit(circuit.output)
    return order[::-1]


def _met(circuit: Circuit, name: str, turned: bool) -> Iterator[str]:
    gates = {gate.name: gate for gate in circuit.gates}
    yield name
    for each in _operands(gates[name], turned):
        if each in gates:
            yield from _met(circuit, each, turned)


def _operands(gate: Gate, turned: bool) -> list[str]:
    return gate.sources[::-1] if turned else gate.sources


def both_ways(*orders: Callable[[Circuit, Numbers, bool], list[str]]) -> tuple[Sweep, ...]:
    """With these orders, and with operands turned round."""
    return tuple(
        Sweep(
            order=lambda circuit, values, order=order, turned=turned: order(circuit, values, turned)
        )
        for order in orders
        for turned in (False, True)
    )


RIGHT_ORDERS = Sweep(), *both_ways(users_first)


def gathering(gathered: Callable[[float | None, float], float]) -> tuple[Sweep, ...]:
    """With another way to gather, on which it depends which right order there is."""
    return tuple(replace(each, gathered=gathered) for each in RIGHT_ORDERS)


def _last_use(gate: Gate) -> list[int]:
    """Of operands that are the same, the last."""
    return [*{each: place for place, each in enumerate(gate.operands)}.values()]


def _first_use(gate: Gate) -> list[int]:
    return [place for place, each in enumerate(gate.operands) if each not in gate.operands[:place]]


def _from_the_left(circuit: Circuit, _: Numbers) -> list[str]:
    return [gate.name for gate in circuit.gates]


def _as(local: Callable[[float, float], list[float]]) -> Callable[[At], list[float]]:
    """Of two operands."""
    return lambda at: local(at.operands[0], at.operands[-1])


def seeding(calls_first: bool, calls_inputs: bool) -> Callable[[Circuit], dict[str, float]]:
    """A backward that calls that of its operands, which set their own gradients to 1 as well:
    before they get their share, or after it; those that are inputs, too, or only gates.
    """

    def sweep(circuit: Circuit) -> dict[str, float]:
        values, gates = circuit.values(), {gate.name: gate for gate in circuit.gates}
        adjoints = dict.fromkeys(values, 0.0)

        def backward(name: str) -> None:
            adjoints[name] = 1.0
            if name not in gates:
                return
            gate = gates[name]
            for operand, local in zip(gate.operands, right(_at(gate, values))):
                if not isinstance(operand, str):
                    continue
                is_called = calls_inputs or operand in gates
                if is_called and calls_first:
                    backward(operand)
                adjoints[operand] += adjoints[name] * local
                if is_called and not calls_first:
                    backward(operand)

        backward(circuit.output)
        return adjoints

    return sweep


# by the id of their words in engine.json: one or several ways of each
MISTAKES: Mapping[str, tuple[Callable[[Circuit], dict[str, float]], ...]] = {
    "not_seeded": (Sweep(seed=lambda out: 0.0),),
    "seed_is_value": (Sweep(seed=lambda out: out),),
    "no_walk": (Sweep(order=lambda circuit, _: [circuit.output]), Sweep(order=_from_the_left)),
    "set_not_added": gathering(lambda has, share: share),
    "first_stays": gathering(lambda has, share: share if has is None else has),
    "times_not_plus": (Sweep(gathered=lambda has, share: share if has is None else has * share),),
    "no_order": both_ways(depth_first, breadth_first),
    "handed_again": both_ways(along_paths, by_rows),
    "twice_in_order": both_ways(twice_in_order),
    "seeds_everywhere": tuple(
        seeding(calls_first, calls_inputs)
        for calls_first in (False, True)
        for calls_inputs in (False, True)
    ),
    "nothing_back": (Sweep(order=lambda circuit, _: []),),
    "no_upstream": (Sweep(handed=lambda at, came, local: local),),
    "no_local": (Sweep(handed=lambda at, came, local: came),),
    "upstream_added": (Sweep(handed=lambda at, came, local: came + local),),
    "upstream_added_at_products": (
        Sweep(
            handed=lambda at, came, local: (
                came + local if at.operation == "multiply" else came * local
            )
        ),
    ),
    "no_upstream_at_products": (
        Sweep(handed=lambda at, came, local: local if at.operation == "multiply" else came * local),
    ),
    "no_upstream_at_sums": (
        Sweep(handed=lambda at, came, local: local if at.operation == "add" else came * local),
    ),
    "no_upstream_at_exp": (
        Sweep(handed=lambda at, came, local: local if at.operation == "exp" else came * local),
    ),
    "own_value": (instead("multiply", _as(lambda x, y: [x, y])),),
    "product_as_sum": (instead("multiply", _as(lambda x, y: [1.0, 1.0])),),
    "product_whole": (instead("multiply", lambda at: [at.out, at.out]),),
    "product_one_side": (only("multiply", 0), only("multiply", 1)),
    "product_shut": (instead("multiply", lambda at: [0.0, 0.0]),),
    "sum_shut": (instead("add", lambda at: [0.0, 0.0]),),
    "sum_one_side": (only("add", 0), only("add", 1)),
    "sum_as_product": (
        instead("add", _as(lambda x, y: [y, x])),
        instead("add", _as(lambda x, y: [x, y])),
    ),
    "sum_shared_out": (instead("add", lambda at: [0.5, 0.5]),),
    "exp_one": (instead("exp", lambda at: [1.0]),),
    "exp_operand": (instead("exp", lambda at: [at.operands[0]]),),
    "exp_power": (instead("exp", lambda at: [at.operands[0] * exp(at.operands[0] - 1)]),),
    "exp_twice": (instead("exp", lambda at: [exp(at.out) if at.out < 500 else 0.0]),),
    "exp_minus": (instead("exp", lambda at: [-at.out]),),
    "exp_shut": (instead("exp", lambda at: [0.0]),),
    "one_share_of_two": (Sweep(reached=_last_use), Sweep(reached=_first_use)),
    "equal_taken_for_same": both_ways(equal_once),
    "minus_lost": (
        instead("subtract", lambda at: [1.0, 1.0]),
        instead("negate", lambda at: [1.0]),
        instead("divide", _as(lambda x, y: [1 / y, x / y**2])),
        Sweep(local=lambda at: [*map(abs, right(at))] if at.operation in MINUS else right(at)),
    ),
    "minus_both": (instead("subtract", lambda at: [-1.0, -1.0]),),
    "square_lost": (
        instead("divide", _as(lambda x, y: [1 / y, -x / y])),
        instead("divide", _as(lambda x, y: [1 / y, -1 / y])),
    ),
    "numerator_lost": (instead("divide", _as(lambda x, y: [1 / y, -1 / y**2])),),
}  # fmt: skip


def agree(given: Numbers, expected: Numbers) -> bool:
    """Whether an engine's numbers are these, but for rounding."""
    return all(isclose(given[name], expected[name], rel_tol=CLOSE, abs_tol=CLOSE) for name in given)


def fitting(given: Sequence[tuple[Circuit, Numbers]]) -> list[str]:
    """The mistakes, by the ids of their words, that give all these numbers."""
    fits = [
        mistake
        for mistake, sweeps in MISTAKES.items()
        if any(
            all(agree(numbers, sweep(circuit)) for circuit, numbers in given) for sweep in sweeps
        )
    ]
    one_share = all(_has_one_share(circuit, numbers) for circuit, numbers in given)
    return fits or (["set_not_added"] if one_share else [])


def often_fitting(given: Sequence[tuple[Circuit, Numbers]]) -> str | None:
    """The mistake that fits most of these, one by one, if it is one, and no chance."""
    counts = Counter(mistake for each in given for mistake in fitting([each])).most_common(2)
    if counts and counts[0][1] > 1 and counts[0][1] > sum(count for _, count in counts[1:]):
        return counts[0][0]
    return None


SHUT = {"add": "sum_shut", "multiply": "product_shut", "exp": "exp_shut"}


def shut_gate(circuit: Circuit, numbers: Numbers, name: str) -> str | None:
    """The mistake of a gate that hands nothing back, if that is all that is seen at a value: it
    has nothing, all its users are of one operation, and have something.
    """
    users = circuit.users(name)
    operations = {gate.operation for gate in users}
    if numbers[name] or len(operations) != 1 or not all(numbers.get(g.name) for g in users):
        return None
    return SHUT.get(operations.pop())


def _has_one_share(circuit: Circuit, numbers: Numbers) -> bool:
    """Whether each gradient is what one of the value's users hands back, whichever that is."""
    values = circuit.values()
    if not agree(
        {name: numbers.get(name, 1.0) for name in [circuit.output]}, {circuit.output: 1.0}
    ):
        return False
    shares: dict[str, list[float]] = {}
    for gate in circuit.gates:
        for operand, each in zip(gate.operands, right(_at(gate, values))):
            if isinstance(operand, str):
                shares.setdefault(operand, []).append(numbers.get(gate.name, 0.0) * each)
    return all(
        any(agree({name: numbers[name]}, {name: share}) for share in shares[name])
        for name in numbers
        if name in shares
    )
