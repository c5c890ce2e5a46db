"""Circuits that an engine is tried on: small ones that tell one mistake from another, and unseen
ones, the same on every machine.
"""

import operator
from collections.abc import Callable, Mapping
from math import exp
from random import Random
from typing import Any, NamedTuple

import numpy as np

from gradviz.autodiff.tracing.trace import block, trace
from gradviz.graph import Graph
from gradviz.words import say

NAMES = "pqrstuvwxyzdfghjkmn"  # of gates
SIGNS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}
OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "add": operator.add,
    "multiply": operator.mul,
    "exp": lambda x: x.exp(),
    "negate": operator.neg,
    "subtract": operator.sub,
    "divide": operator.truediv,
}
ON_NUMBERS = OPERATIONS | {"exp": exp}
ON_VARIABLES = OPERATIONS | {"exp": np.exp}


class Gate(NamedTuple):
    """A gate: its name, what it does, and with what: values by their names, and numbers."""

    name: str
    operation: str
    operands: tuple[str | float, ...]

    def __str__(self) -> str:
        return f"{self.name} = {self.expression}"

    @property
    def expression(self) -> str:
        """As one writes it in Python.

        >>> Gate("p", "add", ("a", 2.0)).expression, Gate("q", "exp", ("p",)).expression
        ('a + 2.0', 'p.exp()')
        """
        first, *rest = self.operands
        if self.operation == "exp":
            return f"{first}.exp()"
        return f"{first} {SIGNS[self.operation]} {rest[0]}" if rest else f"-{first}"

    @property
    def is_of_whole(self) -> bool:
        """Whether one of its operands is a whole number."""
        return any(isinstance(each, int) for each in self.operands)

    @property
    def sources(self) -> list[str]:
        """The values that it uses, one as often as it is used."""
        return [each for each in self.operands if isinstance(each, str)]

    def of(self, values: Mapping[str, Any], operations: Mapping[str, Callable[..., Any]]) -> Any:
        """What it makes of values, by operations of their kind."""
        return operations[self.operation](*self._taken(values))

    def _taken(self, values: Mapping[str, Any]) -> list[Any]:
        return [values[each] if isinstance(each, str) else each for each in self.operands]


class Circuit(NamedTuple):
    """Inputs with their numbers, and gates, each after those that it uses; the last one is the
    output.
    """

    inputs: Mapping[str, float]
    gates: tuple[Gate, ...]

    def __str__(self) -> str:
        given = [f"{name} = {number:g}" for name, number in self.inputs.items()]
        return "; ".join([*given, *map(str, self.gates)])

    @property
    def output(self) -> str:
        return self.gates[-1].name

    @property
    def from_the_right(self) -> list[str]:
        """All values, each after its users."""
        return [*(gate.name for gate in reversed(self.gates)), *self.inputs]

    def users(self, name: str) -> list[Gate]:
        return [gate for gate in self.gates if name in gate.sources]

    def values(self) -> dict[str, float]:
        """The number of each input and gate."""
        numbers = dict(self.inputs)
        for gate in self.gates:
            numbers[gate.name] = gate.of(numbers, ON_NUMBERS)
        return numbers

    def graph(self, marked: tuple[str, ...] = ()) -> Graph:
        """The circuit as a graph, with boxes around the gates that are marked."""

        def played(**inputs: Any) -> Any:
            values: dict[str, Any] = inputs
            for gate in self.gates:
                of = block(name=say("engine.here"))(Gate.of) if gate.name in marked else Gate.of
                values[gate.name] = result = of(gate, values, ON_VARIABLES)
                result.name = gate.name
            return values[self.output]

        return trace(played, dict(self.inputs))

    def gradients(self) -> dict[str, float]:
        """The right gradient of each input and gate."""
        return {node.label: value for node, value in self.graph().example.adjoints.items()}


Shape = tuple[tuple[str, *tuple[str | float, ...]], ...]
# gates of circuits, from small ones on: a sum; a product; exp; something upstream; a value used
# twice, by several gates or by one; one whose users are at different distances from the output;
# equal gates
SHAPES: tuple[Shape, ...] = (
    (("add", "a", "b"),),
    (("multiply", "a", "b"),),
    (("exp", "a"),),
    (("add", "a", "b"), ("multiply", "p", "c")),
    (("exp", "a"), ("multiply", "p", "b")),
    (("multiply", "a", "b"), ("multiply", "p", "c")),
    (("add", "a", "a"), ("multiply", "p", "b")),
    (("multiply", "a", "a"), ("multiply", "p", "b")),
    (("multiply", "a", "b"), ("add", "p", "a"), ("multiply", "q", "c")),
    (("multiply", "a", "b"), ("exp", "p"), ("multiply", "p", "q")),
    (("multiply", "a", "b"), ("exp", "p"), ("multiply", "q", "p")),
    (("multiply", "a", "b"), ("multiply", "p", "c"), ("add", "p", "q"), ("multiply", "r", "q")),
    (("add", "a", "b"), ("add", "b", "a"), ("multiply", "p", "c"), ("multiply", "r", "q")),
)
TWINS: Shape = (("multiply", "a", "b"), ("add", "p", "a"), ("multiply", "q", "b"))
NUMBERED: tuple[Shape, ...] = (  # a number on the right, and on the left
    (("add", "a", 2.0), ("multiply", "p", "b")),
    (("multiply", "a", 3.0), ("multiply", "p", "b")),
    (("add", 2.0, "a"), ("multiply", "p", "b")),
    (("multiply", 3.0, "a"), ("multiply", "p", "b")),
)
WHOLE: tuple[Shape, ...] = (  # the same with whole numbers, which are of another kind in Python
    (("add", "a", 1), ("multiply", "p", "b")),
    (("multiply", "a", 2), ("multiply", "p", "b")),
    (("add", 1, "a"), ("multiply", "p", "b")),
    (("multiply", 2, "a"), ("multiply", "p", "b")),
)
FURTHER: Mapping[str, tuple[Shape, ...]] = {  # gates that an engine may have, by its methods
    "__neg__": ((("negate", "a"), ("multiply", "p", "b")),),
    "__sub__": (
        (("subtract", "a", "b"), ("multiply", "p", "c")),
        (("subtract", "a", 2.0), ("multiply", "p", "b")),
        (("subtract", "a", 1), ("multiply", "p", "b")),
    ),
    "__rsub__": (
        (("subtract", 2.0, "a"), ("multiply", "p", "b")),
        (("subtract", 1, "a"), ("multiply", "p", "b")),
    ),
    "__truediv__": (
        (("divide", "a", "b"), ("multiply", "p", "c")),
        (("divide", "a", 2.0), ("multiply", "p", "b")),
        (("divide", "a", 2), ("multiply", "p", "b")),
    ),
    "__rtruediv__": (
        (("divide", 2.0, "a"), ("multiply", "p", "b")),
        (("divide", 1, "a"), ("multiply", "p", "b")),
    ),
}
UNSEEN = 8


def shaped(shape: Shape, random: Random, same: bool = False) -> Circuit:
    """A circuit of this shape, with drawn inputs; all the `same`, or no two."""
    names = sorted({each for _, *used in shape for each in used if each in ("a", "b", "c")})
    inputs: dict[str, float] = {}
    while len(inputs) < len(names):
        number = next(iter(inputs.values())) if same and inputs else drawn(random)
        if same or abs(number) not in map(abs, inputs.values()):
            inputs[names[len(inputs)]] = number
    gates = [Gate(name, each[0], each[1:]) for name, each in zip(NAMES, shape)]
    return Circuit(inputs, tuple(gates))


def drawn(random: Random) -> float:
    """A number of one decimal that is neither small nor large, nor 1."""
    size = round(0.4 + 1.8 * random.random(), 1)
    return (1.3 if size == 1 else size) * (-1 if random.random() < 0.4 else 1)


def unseen(random: Random, gates: int) -> Circuit:
    """A circuit that nobody has seen, in which everything leads to the output.

    >>> print(unseen(Random(1), 5))
    a = 0.6; b = -1.8; c = 1.3; p = c.exp(); q = p * p; r = b + b; s = r * a; t = s * b; u = q + t
    """
    inputs: dict[str, float] = {}
    while len(inputs) < 3:
        number = drawn(random)
        if abs(number) not in map(abs, inputs.values()):
            inputs["abc"[len(inputs)]] = number
    values, made, idle = dict(inputs), list[Gate](), list(inputs)
    chosen = lambda names: names[int(len(names) * random.random())]  # noqa: E731
    while len(made) < gates or len(idle) > 1:
        first = chosen(idle if random.random() < 0.7 or len(made) >= gates else list(values))
        others = [name for name in idle if name != first] if len(made) >= gates else list(values)
        kind = random.random()
        if kind < 0.25 and abs(values[first]) < 2 and len(made) < gates:
            gate = Gate(NAMES[len(made)], "exp", (first,))
        else:
            operation = "multiply" if kind < 0.7 else "add"
            gate = Gate(NAMES[len(made)], operation, (first, chosen(others)))
        result = gate.of(values, ON_NUMBERS)
        if not 0.05 < abs(result) < 50:
            if len(made) < gates:
                continue
            gate = gate._replace(operation="add")  # a sum of those that are left stays small
            result = gate.of(values, ON_NUMBERS)
        values[gate.name] = result
        made.append(gate)
        idle = [name for name in idle if name not in gate.sources] + [gate.name]
    return Circuit(inputs, tuple(made))


def circuits(random_state: int) -> list[Circuit]:
    """Those of the first part, which any engine has to run."""
    random = Random(random_state)
    return [
        *(shaped(shape, random) for shape in SHAPES),
        shaped(TWINS, random, same=True),
        *(unseen(random, 4 + number // 2) for number in range(UNSEEN)),
    ]
