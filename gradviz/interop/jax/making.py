"""The equations of a function and the numbers of a sweep, as they go into a graph."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.extend.core import primitives

from gradviz.graph import Block, External, printable, read_only
from gradviz.interop.jax.equations import Equations, Scope, Value
from gradviz.interop.jax.places import named
from gradviz.interop.jax.sweep import Numbers
from gradviz.interop.jax.written import name_of, written
from gradviz.interop.making import Made


class Form:
    """All that is known of equations before there are numbers."""

    def __init__(
        self, equations: Equations, inputs: Mapping[Value, tuple[str, bool]], own: int
    ) -> None:
        """`inputs` has the name of each input, and whether it is a parameter; after the first
        `own` equations come those that the user did not write."""
        self.inputs = inputs
        self.equations = equations.all
        self.places = named([each.told for each in self.equations])
        self.blocks = _blocks([each.scopes for each in self.equations], own)

    def made(self, numbers: Numbers) -> dict[Value, Made]:
        """All values, inputs first."""
        made = {
            value: Made(
                _number(numbers.primals[value], value),
                _number(numbers.adjoints[value], value),
                name,
                is_parameter=is_parameter,
            )
            for value, (name, is_parameter) in self.inputs.items()
        }
        for count, equation in enumerate(self.equations):
            for value in equation.results:
                made[value] = self._made(count, value, made, numbers)
        return made

    def _made(self, count: int, value: Value, made: Mapping[Value, Made], numbers: Numbers) -> Made:
        equation = self.equations[count]
        operands = [
            (each, back)
            for each, back in zip(equation.operands, numbers.flows[value])
            if isinstance(each, Value)
        ]
        ends = equation.told.primitive is primitives.stop_gradient_p or not value.is_smooth
        stops = (place for place, (each, _) in enumerate(operands) if ends or not each.is_smooth)
        symbol, parts = written(equation, value.part)
        place, is_named = self.places[count]
        own = place and is_named and place.names.get(_part(value), place.name)
        block, path = self.blocks[count]
        name = name_of(equation.told)
        return Made(
            _number(numbers.primals[value], value),
            _number(numbers.adjoints[value], value),
            name,
            External(name, symbol, parts, tuple(stops)),
            tuple(made[each] for each, _ in operands),
            tuple(_number(back, each) for each, back in operands),
            own or None,
            place and place.source,
            block,
            path,
        )


def _part(value: Value) -> tuple[int, ...]:
    return () if value.part is None else (value.part,)


def _blocks(all_scopes: Sequence[tuple[Scope, ...]], own: int) -> list[tuple[Block | None, str]]:
    """The block of each equation and its path. A scope of one equation is none, nor is one around
    all that the user wrote; a scope that is entered again is another.
    """
    runs = [*_runs(all_scopes)]
    sizes = Counter(each for run in runs for each in run)
    around = {each for each, size in sizes.items() if size == own and each in runs[0]}
    blocks: dict[int, tuple[Block, str]] = {}
    found: list[tuple[Block | None, str]] = []
    for scopes, run in zip(all_scopes, runs):
        block, path = None, ""
        for (name, _), number in zip(scopes, run):
            if sizes[number] == 1 or number in around:
                continue
            if number not in blocks:
                shown = printable(name.strip("_"))
                blocks[number] = Block(shown, block), ".".join(filter(None, (path, shown)))
            block, path = blocks[number]
        found.append((block, path))
    return found


def _runs(all_scopes: Sequence[tuple[Scope, ...]]) -> list[list[int]]:
    """Numbers of the scopes that are open at each equation; one that goes on keeps its number."""
    runs: list[list[int]] = []
    before: tuple[Scope, ...] = ()
    open_, count = list[int](), 0
    for scopes in all_scopes:
        shared = len([*takewhile(lambda two: two[0] == two[1], zip(before, scopes))])
        open_ = open_[:shared]
        for _ in scopes[shared:]:
            open_.append(count)
            count += 1
        runs.append([*open_])
        before = scopes
    return runs


def _number(number: Any, value: Value) -> Any:
    """A number, or an array as a graph holds it; zeros where nothing flows."""
    if number is None:
        return 0.0 if not value.shape else np.broadcast_to(np.zeros(()), value.shape)
    if number.dtype not in (np.float32, np.float64):
        is_float = jnp.issubdtype(number.dtype, np.floating)
        number = np.asarray(number).astype(np.float32 if is_float else np.float64)
    return float(number) if not number.ndim else read_only(np.asarray(number))
