"""One call of a function with fresh Variables in place of some arguments."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradviz.autodiff.modes.forward import tangent_sweep
from gradviz.autodiff.modes.reverse import recorded_sweep, sweep
from gradviz.autodiff.primitives import table as primitives
from gradviz.autodiff.tape.constants import snapshot
from gradviz.autodiff.tape.containers import flatten, paths
from gradviz.autodiff.tape.refusals import explain
from gradviz.autodiff.tape.tape import UNREACHED, Page, record_on, state
from gradviz.autodiff.tape.variable import Variable, borrowing, input_of, own, record
from gradviz.numerals import numeric


class Evaluation:
    """One call of a function with fresh Variables in place of some arguments, and its derivatives
    there.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        arguments: Sequence[Any],
        options: dict[str, Any],
        positions: Sequence[int],
        nested: bool,
    ) -> None:
        self.flat = [flatten(arguments[position]) for position in positions]
        self.recorded: bool = nested or any(
            isinstance(leaf, Variable) for leaves, _ in self.flat for leaf in leaves
        )
        self.page: Page = state.page if self.recorded else Page()
        before, _ = state.page, record_on(self.page)
        try:
            self.inputs: list[Variable] = [
                _fresh(leaf, self.recorded) for leaves, _ in self.flat for leaf in leaves
            ]
            given, start = list(arguments), 0
            for position, (leaves, rebuilt) in zip(positions, self.flat):
                given[position] = rebuilt(self.inputs[start : start + len(leaves)])
                start += len(leaves)
            output = function(*given, **options)
            if not isinstance(output, Variable):
                try:
                    output = Variable(output)
                except TypeError:
                    what = f"the {type(output).__name__} {output!r:.60}"
                    raise TypeError(
                        f"{title(function)} must return one number or array to be differentiated, "
                        f"not {what}"
                    ) from None
            own(output)
        except _NoNumber:
            where = (
                path
                for position in positions
                for path in paths(arguments[position], f"argument {position} of {title(function)}")
            )
            for leaf, path in zip((leaf for leaves, _ in self.flat for leaf in leaves), where):
                if not isinstance(leaf, Variable):
                    numeric(leaf, path)
            raise
        except Exception as error:
            explain(error, {position: arguments[position] for position in positions})
            raise
        finally:
            if not self.recorded:
                record_on(before)
        self.output = output

    @property
    def value(self) -> Any:
        """What the function returned, the receiver's own to change."""
        if self.recorded:
            return self.output
        value = self.output._value
        return value if type(value) is float else value.copy()

    def pulled(self, seed: Any, release: bool = False) -> list[Any]:
        """What `seed`, an adjoint of the output, hands back to each input."""
        if self.recorded:
            pages, leaves = recorded_sweep(
                self.output,
                seed,
                frozenset((variable.page, variable.index) for variable in self.inputs),
            )
        else:
            with np.errstate(all="ignore"):
                pages, leaves = sweep(self.output, seed, self.page.serial if release else None)
        gradients = [self._gradient(variable, pages, leaves) for variable in self.inputs]
        return gradients if self.recorded else _owned(gradients, [seed])

    def _gradient(
        self, variable: Variable, pages: dict[Page, list[Any]], leaves: dict[Any, Any]
    ) -> Any:
        if not self.recorded:
            adjoint = leaves.get(variable.leaf, UNREACHED)
        else:
            adjoints = pages.get(variable.page, [])
            adjoint = adjoints[variable.index] if variable.index < len(adjoints) else UNREACHED
        return like(0.0, variable) if adjoint is UNREACHED else adjoint

    def pushed(self, tangents: Sequence[Any]) -> Any:
        """How the output moves when the inputs move along these tangents."""
        seeds = {
            (variable.page, variable.index) if self.recorded else variable.leaf: tangent
            for variable, tangent in zip(self.inputs, tangents)
        }
        with np.errstate(all="ignore"):
            moved = tangent_sweep(self.output, seeds, self.page.serial, self.recorded)
        if moved is None:
            return like(0.0, self.output)
        return moved if self.recorded else _owned([moved], tangents)[0]

    def packed(self, leaves: list[Any]) -> list[Any]:
        """One for each input as a list with a container for each argument."""
        containers, start = [], 0
        for there, rebuilt in self.flat:
            containers.append(rebuilt(leaves[start : start + len(there)]))
            start += len(there)
        return containers


def _owned(arrays: list[Any], seeds: Sequence[Any]) -> list[Any]:
    """The same numbers, but each array the receiver's own to change: none is a view, or stands
    twice.
    """
    seen = set(map(id, seeds))
    for position, array in enumerate(arrays):
        if isinstance(array, np.ndarray):
            if array.base is not None or id(array) in seen:
                arrays[position] = array.copy()
            seen.add(id(array))
    return arrays


class _NoNumber(TypeError):
    """Something among the arguments is no number."""


def _fresh(argument: Any, recorded: bool) -> Variable:
    """An input that nothing else is computed from: so the derivatives of several functions, one
    inside the other, stay apart.
    """
    if not isinstance(argument, Variable):
        try:
            argument = numeric(argument, "an argument")
        except TypeError as error:
            raise _NoNumber(*error.args) from None
        argument = input_of(snapshot(argument)) if recorded else borrowing(argument)
    return record(primitives.positive, (argument,)) if recorded else argument


def like(number: float, variable: Variable) -> Any:
    return np.full(variable.shape, number, variable.dtype) if variable.shape else number


def title(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", type(function).__name__)
