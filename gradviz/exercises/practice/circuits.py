"""Unseen circuits without end, whose numbers one can work out in the head.

Each comes of its level and its random_state alone, by ``random.Random(n).random()``, which is the
same on every machine and in every version of Python.

>>> circuit = unseen(level=4, random_state=0)
>>> print(circuit.source)
def f(a, b):
    u = a - b
    return u * a
>>> circuit.inputs
{'a': -4.0, 'b': 5.0}
"""

import linecache
import operator
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any, TypeVar

import numpy as np

from gradviz.autodiff.numpy_functions.models import relu, sigmoid
from gradviz.autodiff.tracing.trace import trace
from gradviz.exercises.practice.blanks import every, flat
from gradviz.exercises.practice.faulty import Faulty
from gradviz.exercises.practice.fits import Key, share_of_own
from gradviz.exercises.practice.mistakes import MISTAKES
from gradviz.graph import Graph, Run

T = TypeVar("T")

# what a level adds; {o} is + or −, {k} and {n} small whole numbers, {z} and {t} values in between
SHAPES: dict[int, tuple[tuple[str, ...], ...]] = {
    1: (
        ("{a} + {b}",),
        ("{a} - {b}",),
        ("{a} * {b}",),
        ("{k} * {a}",),
        ("{a} ** 2",),
    ),
    2: (
        ("{k} * {a}", "{z} {o} {n}"),
        ("{a} {o} {n}", "{k} * {z}"),
        ("{k} * {a}", "{z} {o} {n}", "{t} ** 2"),
        ("{a} {o} {b}", "{z} ** 2"),
        ("{a} {o} {b}", "{k} * {z}", "{t} {o} {n}"),
        ("{a} ** 2", "{k} * {z}", "{t} {o} {n}"),
    ),
    3: (
        ("{a} {o} {b}", "{z} * {c}"),
        ("{a} * {b}", "{z} * {c}"),
        ("{a} {o} {n}", "{b} {o} {n}", "{z} * {t}"),
        ("{k} * {a}", "{z} {o} {b}", "{t} * {c}"),
        ("{a} * {b}", "{c} {o} {z}", "{k} * {t}"),
        ("{a} * {b}", "{z} {o} {c}", "{t} ** 2"),
    ),
    4: (
        ("{a} * {b}", "{z} {o} {a}"),
        ("{a} {o} {b}", "{z} * {a}"),
        ("{a} * {b}", "{z} {o} {a}", "{t} * {z}"),
        ("{a} {o} {b}", "{z} * {z}"),
        ("{a} {o} {b}", "{z} * {b}", "{t} {o} {z}"),
        ("{a} * {b}", "{z} {o} {b}", "{t} * {c}"),
        ("{a} ** 2", "{z} * {b}", "{t} {o} {a}"),
    ),
    5: (
        ("{a} {o} {b}", "1 / {z}"),
        ("{a} {o} {b}", "1 / {z}", "{t} * {c}"),
        ("{a} * {b}", "{z} - {c}", "np.exp({t})"),
        ("{a} - {b}", "np.exp({z})", "{t} * {c}"),
        ("{a} * {b}", "{z} - {c}", "gv.sigmoid({t})"),
        ("{a} - {b}", "gv.sigmoid({z})", "{t} * {c}"),
        ("{a} * {b}", "gv.relu({z})", "{t} {o} {c}"),
    ),
    6: (
        ("{a} * {b}", "np.mean({z})"),
        ("{a} * {b}", "np.sum({z})"),
        ("{a} - {b}", "{z} ** 2", "np.mean({t})"),
        ("{a} * {b}", "{z} {o} {c}", "np.mean({t})"),
        ("{a} * {b}", "np.mean({z})", "{t} ** 2"),
        ("{a} * {b}", "{z} {o} {a}", "np.sum({t})"),
    ),
}
LEVELS = tuple(SHAPES)
NAMES = (("x", "y", "w"), ("a", "b", "c"), ("p", "q", "r"))
BETWEEN = (("z", "t"), ("u", "v"), ("s", "h"))
NUMBERS = (-5.0, -4.0, -3.0, -2.0, 2.0, 3.0, 4.0, 5.0)
CONSTANTS = (2, 3, 4, 5)
GRADVIZ = SimpleNamespace(relu=relu, sigmoid=sigmoid)  # what circuits call gv
LARGEST, DECIMALS = 150.0, 4  # of numbers that one works out in the head
FLAT = ("exp", "sigmoid")  # whose operand has to be 0
# by which inputs are chosen: fixed, so that rows that the table gets later change no circuit
PARTING = (
    "operands_swapped", "minus_lost_in_value", "added_in_a_product", "multiplied_in_a_sum",
    "doubled_for_squared", "constant_left_out", "sum_for_mean", "own_value_for_the_other",
    "value_for_derivative", "lost_minus", "factor_left_out", "power_kept", "outer_at_x",
    "upstream_left_out", "local_left_out", "added_for_multiplied", "split_the_sum",
    "mean_hands_back_all", "only_the_last_path", "only_the_first_path", "paths_multiplied",
    "paths_averaged",
)  # fmt: skip
ENOUGH = 0.9  # of the wrong numbers are of one mistake alone
DRAWS, WORKABLE = 60, 3  # of inputs, of which so many are compared


@dataclass(frozen=True)
class Circuit:
    """A circuit to practise on: its function, as text and to be called, and its inputs."""

    level: int
    random_state: int
    source: str
    inputs: dict[str, Any]

    @cached_property
    def function(self) -> Callable[..., Any]:
        return _compiled(self.source, f"<circuit {self.level}.{self.random_state}>")

    @cached_property
    def graph(self) -> Graph:
        return trace(self.function, self.inputs)


class Draw:
    """What comes out of one random state."""

    def __init__(self, seed: int) -> None:
        self.random: Callable[[], float] = random.Random(seed).random

    def one(self, of: Sequence[T]) -> T:
        return of[int(self.random() * len(of))]


def unseen(level: int = 1, random_state: int = 0) -> Circuit:
    """The circuit of a level, 1 to 6, and a random state.

    One gate; a chain; a product; a value that is used twice; exp, reciprocal, sigmoid and relu;
    arrays and their mean. Its inputs are chosen so that mistakes give different numbers.

    Raises ValueError for another level or a negative random state, TypeError if they are not whole.
    """
    level, random_state = operator.index(level), operator.index(random_state)
    if level not in SHAPES:
        raise ValueError(f"level is one of {', '.join(map(str, LEVELS))}, not {level}")
    if random_state < 0:
        raise ValueError(f"random_state is a whole number from 0 on, not {random_state}")
    draw = Draw(len(LEVELS) * random_state + level - 1)
    names, source = _written(draw, draw.one(SHAPES[level]))
    found: list[tuple[float, dict[str, Any]]] = []
    graph: Graph | None = None
    function = _compiled(source, f"<circuit {level}.{random_state}>")
    for _ in range(DRAWS):
        inputs = _inputs(draw, names, level == len(LEVELS))
        graph = graph or trace(function, inputs)
        run = graph.run(_at_zero(graph, inputs))
        if _is_workable(run):
            found.append((_parts(run), run.inputs))
            if found[-1][0] >= ENOUGH or len(found) == WORKABLE:
                break
    _, inputs = max(found, key=lambda pair: pair[0])
    return Circuit(level, random_state, source, inputs)


def _written(draw: Draw, shape: tuple[str, ...]) -> tuple[list[str], str]:
    """The names of a circuit's inputs, and its text."""
    inputs, between = draw.one(NAMES), draw.one(BETWEEN)
    places = dict(zip("abc", inputs)) | dict(zip("zt", between))
    lines = []
    for line, then in zip(
        shape, [*(f"{name} = " for name in between[: len(shape) - 1]), "return "]
    ):
        told = {"o": draw.one("+-"), "k": draw.one(CONSTANTS), "n": draw.one(CONSTANTS)}
        lines.append(f"    {then}{line.format(**places, **told)}")
    used = "".join(shape)
    names = [name for place, name in zip("abc", inputs) if f"{{{place}}}" in used]
    return names, "\n".join([f"def f({', '.join(names)}):", *lines])


def _inputs(draw: Draw, names: Sequence[str], are_arrays: bool) -> dict[str, Any]:
    if are_arrays:
        return {name: np.array(_different(draw, 2)) for name in names}
    return dict(zip(names, _different(draw, len(names))))


def _different(draw: Draw, count: int) -> list[float]:
    """So many numbers of different sizes."""
    drawn: list[float] = []
    while len(drawn) < count:
        number = draw.one(NUMBERS)
        drawn += [number] if abs(number) not in map(abs, drawn) else []
    return drawn


def _at_zero(graph: Graph, inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs, the last of the difference before an exponential so that it is taken of 0."""
    for edge in graph.edges:
        if edge.operation.name in FLAT:
            before = edge.source
            last = str(before.operand_labels[-1])
            inputs = {**inputs, last: inputs[last] + graph.run(inputs).primals[before]}
    return inputs


def _is_workable(run: Run) -> bool:
    """Whether all of its numbers are small, have few decimals, and are not 0 throughout."""
    numbers = [each for number in run.numbers for each in flat(number)]
    if any(abs(each) > LARGEST or round(each, DECIMALS) != each for each in numbers):
        return False
    inputs = [each for node in run.graph.inputs for each in flat(run.primals[node])]
    return 0.0 not in inputs and any(flat(run.value))


def _parts(run: Run) -> float:
    """How well mistakes part."""
    faulty = Faulty(run, [MISTAKES[id] for id in PARTING])
    return share_of_own(Key(blank.right(run), tuple(faulty.at(blank))) for blank in every(run))


def _compiled(source: str, file: str) -> Callable[..., Any]:
    """The function of a circuit's text, whose lines stand where names of values are looked up."""
    text = source + "\n"
    linecache.cache[file] = len(text), None, text.splitlines(keepends=True), file
    space: dict[str, Any] = {"np": np, "gv": GRADVIZ}
    exec(compile(text, file, "exec"), space)
    return space["f"]
