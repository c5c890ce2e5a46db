"""The equations of a function, calls inlined: its jaxpr as values and what works them out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import jax
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal, jaxpr_as_fun, primitives

# calls that are what they call; one with a derivative of its own is not
CALLED = {
    primitive: key
    for names, key in (
        (("jit_p", "pjit_p"), "jaxpr"),  # of which there is one, according to JAX's version
        (("remat_p",), "jaxpr"),
        (("closed_call_p", "call_p"), "call_jaxpr"),
    )
    for name in names
    if (primitive := getattr(primitives, name, None)) is not None
}

Scope = tuple[str, int | None]  # its name; and which call it is, if it is one


@dataclass(eq=False, slots=True)
class Value:
    """An input, or a result of an equation; `part` says which of several."""

    shape: tuple[int, ...]
    dtype: Any
    equation: "Equation | None" = None
    part: int | None = None

    @property
    def is_smooth(self) -> bool:
        """Whether a gradient may flow back to it: not to whole numbers."""
        return bool(jax.numpy.issubdtype(self.dtype, np.floating))


@dataclass(eq=False)
class Equation:
    """A primitive that is applied; operands that are no values are constants."""

    told: JaxprEqn
    operands: list[Any]
    scopes: tuple[Scope, ...]
    results: list[Value] = field(default_factory=list)

    @cached_property
    def apply(self) -> Callable[..., Sequence[Any]]:
        """From its operands to its results."""
        kinds: Sequence[Any] = [each.aval for each in self.told.invars]
        shapes = [jax.ShapeDtypeStruct(each.shape, each.dtype) for each in kinds]
        fresh = jax.make_jaxpr(lambda *each: each)(*shapes).jaxpr  # as x·x has one variable
        alone = self.told.replace(invars=fresh.invars)
        outvars, effects = alone.outvars, alone.effects
        jaxpr = fresh.replace(eqns=[alone], outvars=outvars, effects=effects)
        return jaxpr_as_fun(ClosedJaxpr(jaxpr, ()))


class Equations:
    """The equations that depend on the inputs; what does not is worked out at once."""

    def __init__(self, inputs: Sequence[Value]) -> None:
        self.inputs = inputs
        self.all: list[Equation] = []
        self._calls = 0

    @property
    def values(self) -> Iterator[Value]:
        yield from self.inputs
        for equation in self.all:
            yield from equation.results

    def add(self, closed: ClosedJaxpr, given: Sequence[Any]) -> list[Any]:
        """Those of a function, at values and constants; what it returns."""
        return self._inlined(closed.jaxpr, closed.consts, given, ())

    def _inlined(
        self,
        jaxpr: Jaxpr,
        constants: Sequence[Any],
        given: Sequence[Any],
        scopes: tuple[Scope, ...],
    ) -> list[Any]:
        known = dict(zip((*jaxpr.constvars, *jaxpr.invars), (*constants, *given)))

        def of(each: Any) -> Any:
            return each.val if isinstance(each, Literal) else known[each]

        for told in jaxpr.eqns:
            operands = [of(each) for each in told.invars]
            stack = str(told.source_info.name_stack)
            around = (*scopes, *((name, None) for name in stack.split("/") if name))
            if told.primitive in CALLED:
                inner = told.params[CALLED[told.primitive]]
                jaxpr_, constants_ = (
                    (inner.jaxpr, inner.consts) if isinstance(inner, ClosedJaxpr) else (inner, ())
                )
                self._calls += 1
                name = str(told.params.get("name", told.primitive.name))
                made = self._inlined(jaxpr_, constants_, operands, (*around, (name, self._calls)))
            else:
                made = self._results(Equation(told, operands, around))
            known.update(zip(told.outvars, made))
        return [of(each) for each in jaxpr.outvars]

    def _results(self, equation: Equation) -> Sequence[Any]:
        if not any(isinstance(each, Value) for each in equation.operands):
            return equation.apply(*equation.operands)
        many = len(equation.told.outvars) > 1
        for place, each in enumerate(equation.told.outvars):
            about: Any = each.aval
            part = place if many else None
            equation.results.append(Value(about.shape, about.dtype, equation, part))
        self.all.append(equation)
        return equation.results
