"""All numbers of a function's equations, forward and back.

To every value, and to it once more along each wire, a zero is added: the gradient at these zeros is
what flows back there, as JAX itself works it out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from gradviz.interop.jax.equations import Equation, Equations, Value


@dataclass
class Numbers:
    """Of one sweep, by value: and from each result what flows back to each operand of its
    equation; None where nothing can flow."""

    primals: dict[Value, Any]
    adjoints: dict[Value, Any]
    flows: dict[Value, list[Any]]


def sweep(equations: Equations, output: Value) -> Callable[[Sequence[Any]], Numbers]:
    """What works out all numbers from those of the inputs; it is compiled when first called."""
    values = [*equations.values]
    places = {value: place for place, value in enumerate(values)}

    def forward(added: tuple[list[Any], list[list[Any]]], given: Sequence[Any]) -> Any:
        to_values, along = added
        numbers: list[Any] = []

        def note(made: Sequence[Any]) -> None:
            zeros = to_values[len(numbers) : len(numbers) + len(made)]
            numbers.extend(map(_plus, made, zeros))

        note(given)
        for equation, wires in zip(equations.all, along):
            operands = (
                _plus(numbers[places[each]], zero) if isinstance(each, Value) else each
                for each, zero in zip(equation.operands, wires)
            )
            note(equation.apply(*operands))
        return numbers[places[output]], numbers

    @jax.jit
    def both(given: Sequence[Any]) -> Any:
        added = (
            [_zero(value) for value in values],
            [[_zero(each) for each in equation.operands] for equation in equations.all],
        )
        (_, numbers), (adjoints, along) = jax.value_and_grad(forward, has_aux=True)(added, given)
        flows = []
        for equation, wires in zip(equations.all, along):
            if sum(value.is_smooth for value in equation.results) > 1:
                at = (
                    numbers[places[each]] if isinstance(each, Value) else each
                    for each in equation.operands
                )
                backs = [adjoints[places[value]] for value in equation.results]
                flows += _split(equation, [*at], backs)
            else:
                flows += [wires] * len(equation.results)
        return [*map(_plain, numbers)], adjoints, flows

    def swept(given: Sequence[Any]) -> Numbers:
        numbers, adjoints, flows = both(given)
        return Numbers(
            dict(zip(values, numbers)),
            dict(zip(values, adjoints)),
            dict(zip(values[len(given) :], flows)),
        )

    return swept


def _split(equation: Equation, operands: Sequence[Any], adjoints: Sequence[Any]) -> list[list[Any]]:
    """From each of several results, what flows back to each operand."""
    made, pull = _pulled(equation, operands)
    zeros = [*map(jnp.zeros_like, made)]
    flows: list[list[Any]] = []
    for value, adjoint in zip(equation.results, adjoints):
        back: list[Any] = [None] * len(operands)
        if value.is_smooth:
            place = sum(before.is_smooth for before in equation.results[: value.part])
            (moved,) = pull([*zeros[:place], adjoint, *zeros[place + 1 :]])
            rest = iter(moved)
            back = [next(rest) if _is_smooth(each) else None for each in equation.operands]
        flows.append(back)
    return flows


def first_failing(equations: Equations) -> int | None:
    """The number of the first equation that JAX can't go back through."""
    for count, equation in enumerate(equations.all):

        def back(*operands: Any, equation: Equation = equation) -> Any:
            made, pull = _pulled(equation, operands)
            return pull([*map(jnp.ones_like, made)])

        try:
            jax.eval_shape(back, *map(_shape, equation.operands))
        except Exception:  # whatever a rule may raise
            return count
    return None


def _pulled(equation: Equation, operands: Sequence[Any]) -> tuple[list[Any], Callable[..., Any]]:
    """The results of an equation that a gradient may come from, and what takes it to the operands
    that it may go to."""
    smooth = [*map(_is_smooth, equation.operands)]

    def of(moving: Sequence[Any]) -> list[Any]:
        rest = iter(moving)
        given = (next(rest) if each else at for each, at in zip(smooth, operands))
        made = zip(equation.results, equation.apply(*given))
        return [number for value, number in made if value.is_smooth]

    return jax.vjp(of, [at for each, at in zip(smooth, operands) if each])


def _is_smooth(operand: Any) -> bool:
    return isinstance(operand, Value) and operand.is_smooth


def _shape(operand: Any) -> Any:
    if isinstance(operand, Value):
        return jax.ShapeDtypeStruct(operand.shape, operand.dtype)
    return operand


def _zero(operand: Any) -> Any:
    # −0, to which nothing changes its sign when it is added
    return jnp.full(operand.shape, -0.0, operand.dtype) if _is_smooth(operand) else None


def _plus(number: Any, zero: Any) -> Any:
    return number if zero is None else number + zero


def _plain(number: Any) -> Any:
    """A random state as the numbers that it is."""
    is_key = jnp.issubdtype(number.dtype, jax.dtypes.prng_key)
    return jax.random.key_data(number) if is_key else number
