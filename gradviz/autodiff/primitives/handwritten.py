"""Primitives that users write by hand: a coarse gate, and its derivatives."""

import inspect
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial, update_wrapper
from typing import Any

import numpy as np

from gradviz.autodiff.primitives import symbols
from gradviz.autodiff.primitives.operation import Operation
from gradviz.autodiff.primitives.primitive import Primitive, fitted, ordinals
from gradviz.autodiff.primitives.symbols import ATOM, Symbol
from gradviz.autodiff.tape.constants import settled
from gradviz.autodiff.tape.tape import UNREACHED, VALUE
from gradviz.autodiff.tape.variable import Variable
from gradviz.graph import applied_derivative, printable
from gradviz.numerals import numeral

TOKEN = re.compile(r"⟦\d+⟧")
_numbers = itertools.count()


class HandWritten(Primitive):
    """A function that is one gate, whatever happens inside. Made by :func:`primitive`."""

    has_locals: bool = False
    is_handwritten = True
    written = None
    ufunc = None

    def __init__(self, function: Callable[..., Any]) -> None:
        update_wrapper(self, function)
        self.function = function
        name = getattr(function, "__name__", type(function).__name__)
        self.name: str = printable(name) if name != "<lambda>" else "f"
        self.token: str = f"⟦{next(_numbers)}⟧"  # stands for it in code, until that gives it a name
        parameters = inspect.signature(function).parameters.values()
        if not parameters or any(
            parameter.kind not in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
            for parameter in parameters
        ):
            raise TypeError(
                "a primitive takes its operands as plain arguments; "
                f"{self.name}{inspect.signature(function)} has others, or none"
            )
        self.arity: int = len(parameters)
        self.derivatives: tuple[Derivative, ...] = ()
        self._vjp: Callable[..., Any] | None = None
        self._jvp: Callable[..., Any] | None = None

    def derivative(self, *derivatives: Callable[..., Any]) -> "HandWritten":
        """Give the local derivatives, one for each operand: functions of the operands and the
        result, for each element alike.

        Raises TypeError if their number, or that of their arguments, does not fit.
        """
        if len(derivatives) != self.arity:
            raise TypeError(
                f"{self.name} takes {self.arity} operand{'s' * (self.arity > 1)}, so it needs as "
                f"many derivatives, not {len(derivatives)}"
            )
        for position, function in enumerate(derivatives):
            try:
                inspect.signature(function).bind(*range(self.arity + 1))
            except TypeError:
                raise TypeError(
                    f"derivative {position} of {self.name} must be a function of {self.arity + 1}: "
                    "its operands, and then its result"
                ) from None
        self.derivatives = tuple(
            Derivative(self, position, function) for position, function in enumerate(derivatives)
        )
        self.has_locals = True
        return self

    def vjp_by(self, function: Callable[..., Any]) -> "HandWritten":
        """Give the vjp: a function of the adjoint, the result and the operands, that returns what
        flows back to each operand.
        """
        self._vjp = function
        return self

    def jvp_by(self, function: Callable[..., Any]) -> "HandWritten":
        """Give the jvp: a function of a list of tangents (0.0 where an operand stands still), the
        result and the operands.
        """
        self._jvp = function
        return self

    # ── readings ──

    def __call__(self, *operands: Any, **named: Any) -> Any:
        if named or len(operands) != self.arity:
            operands = self._bound(operands, named)
        return super().__call__(*operands)

    def _bound(self, operands: tuple[Any, ...], named: Mapping[str, Any]) -> tuple[Any, ...]:
        """The operands one by one: some may be given by name, or have a default."""
        try:
            call = inspect.signature(self.function).bind(*operands, **named)
        except TypeError as error:
            count = len(operands) + len(named)
            raise TypeError(
                f"{self.name} takes {self.arity} operand{'s' * (self.arity > 1)}"
                + (f", not {count}: {error}" if count != self.arity else f": {error}")
            ) from None
        call.apply_defaults()
        return call.args

    def operation(
        self, positions: tuple[int, ...], params: dict[str, Any], result: Any
    ) -> Operation:
        operation = Operation(self, positions)
        if not self.has_locals:
            operation.pull = partial(self._pull_all, positions)
        return operation

    def _pull_all(
        self,
        positions: tuple[int, ...],
        adjoint: Any,
        z: Any,
        operands: tuple[Any, ...],
        entries: list[Any],
        adjoints: list[Any],
    ) -> None:
        """Hand an adjoint back to all operands at once, by the vjp that was written."""
        plain = [
            entries[operand][VALUE] if position in positions else operand
            for position, operand in enumerate(operands)
        ]
        flows = self.flows(adjoint, z, *plain)
        for position in positions:
            flow, place = fitted(flows[position], plain[position]), operands[position]
            before = adjoints[place]
            adjoints[place] = flow if before is UNREACHED else before + flow

    def number(self, *operands: Any) -> Any:
        """The value; by IEEE's rules where Python's arithmetic raises."""
        return _ieee(self.name, self.function, operands)

    def local(self, position: int, operands: Sequence[Any], result: Any) -> Any:
        return self.derivatives[position].number(*operands, result)

    def derivative_by(self, position: int, operands: Sequence[Any], z: Any) -> Any:
        """The local derivative by the operand at `position`: in any reading."""
        local = self.derivatives[position](*operands, z)
        if getattr(local, "shape", ()) and not getattr(z, "shape", ()):
            raise TypeError(
                f"{self.name} makes one number of an array, so it has no derivative for each "
                "element; give its vjp with .vjp_by(...)"
            )
        return local

    def vjp(
        self,
        position: int,
        adjoint: Any,
        z: Any,
        operands: Sequence[Any],
        params: Mapping[str, Any],
    ) -> Any:
        if not self.has_locals:
            return fitted(self.flows(adjoint, z, *operands)[position], operands[position])
        return fitted(adjoint * self.derivative_by(position, operands, z), operands[position])

    def flows(self, adjoint: Any, z: Any, *operands: Any) -> tuple[Any, ...]:
        """What an adjoint hands back to each operand, by the vjp that was written."""
        if self._vjp is None:
            raise TypeError(
                f"{self.name} has no derivative yet: give it with {self.name}.derivative(...), one "
                "function for each operand"
            )
        flows = _called(self._vjp, adjoint, z, *operands)
        flows = flows if isinstance(flows, tuple | list) else (flows,)
        if len(flows) != self.arity:
            raise TypeError(
                f"the vjp of {self.name} must return {self.arity} flows, one for each operand, not "
                f"{len(flows)}"
            )
        for position, (flow, operand) in enumerate(zip(flows, operands)):
            if flow is None or getattr(flow, "shape", ()) not in (
                getattr(operand, "shape", ()),
                getattr(z, "shape", ()),
            ):
                shape = f"shape {np.shape(flow)}" if flow is not None else "None"
                raise TypeError(
                    f"the vjp of {self.name} must return what flows back to operand {position} in "
                    f"its shape {getattr(operand, 'shape', ())}, not {shape}"
                )
        return tuple(flow if isinstance(flow, Variable) else settled(flow) for flow in flows)

    def jvp(
        self,
        tangents: Mapping[int, Any],
        z: Any,
        operands: Sequence[Any],
        params: Mapping[str, Any],
    ) -> Any:
        if self._jvp is not None:
            along = [tangents.get(position, 0.0) for position in range(self.arity)]
            return _called(self._jvp, along, z, *operands)
        if not self.has_locals:
            return NotImplemented
        moves = [
            self.derivative_by(position, operands, z) * tangent
            for position, tangent in tangents.items()
        ]
        return sum(moves[1:], moves[0])

    # ── how it is written ──

    def python(
        self, operands: Sequence[str], params: Mapping[str, Any] = {}, on_arrays: bool = True
    ) -> str:
        return f"{self.token}({', '.join(operands)})"

    def is_call(self, on_arrays: bool) -> bool:
        return True

    def binds(self, on_arrays: bool) -> int:
        return ATOM

    def notation(self, operands: Sequence[str], params: Mapping[str, Any] = {}) -> str:
        return f"{self.name}({', '.join(operands)})"

    def sign(self, constants: Sequence[str | None], params: Mapping[str, Any] = {}) -> str:
        return (
            self.notation([constant or "·" for constant in constants])
            if any(constants)
            else self.name
        )

    def marks(self, constants: Sequence[str | None]) -> tuple[str, ...]:
        return ordinals(self.arity) if constants.count(None) > 1 else ("",) * self.arity


class Derivative(Primitive):
    """A local derivative as it was written: of the operands and the result. In code it is called,
    whatever it does inside.
    """

    written = None

    def __init__(self, of: HandWritten, position: int, function: Callable[..., Any]) -> None:
        self.of: HandWritten = of
        self.position: int = position
        self.function: Callable[..., Any] = function
        self.name: str = f"{of.name}.derivatives[{position}]"
        self.code_name: str = f"{of.token}.derivatives[{position}]"

    def __call__(self, *operands: Any) -> Any:
        if any(isinstance(operand, Symbol) for operand in operands):
            return symbols.apply(self, operands, {})
        if any(isinstance(operand, Variable) for operand in operands):
            return self.function(*operands)
        return self.number(*operands)

    def number(self, *operands: Any) -> Any:
        return _ieee(self.name, self.function, operands)

    def python(
        self, operands: Sequence[str], params: Mapping[str, Any] = {}, on_arrays: bool = True
    ) -> str:
        return f"{self.code_name}({', '.join(operands)})"

    def is_call(self, on_arrays: bool) -> bool:
        return True

    def binds(self, on_arrays: bool) -> int:
        return ATOM

    def notation(self, operands: Sequence[str], params: Mapping[str, Any] = {}) -> str:
        return applied_derivative(self.of.name, self.position, operands[:-1])


def _ieee(name: str, function: Callable[..., Any], operands: Sequence[Any]) -> Any:
    """The value; where Python's arithmetic raises, once more by NumPy's."""
    try:
        with np.errstate(all="ignore"):
            return settled(_called(function, *operands))
    except ArithmeticError as error:
        at = ", ".join(map(numeral, operands))
        raise type(error)(
            f"{name} fails at {at}: {error}; NumPy's functions, such as np.exp for math.exp, give "
            "inf or nan there"
        ) from None


def _called(function: Callable[..., Any], *operands: Any) -> Any:
    try:
        return function(*operands)
    except ArithmeticError:
        with np.errstate(all="ignore"):
            return function(*map(_by_numpy, operands))


def _by_numpy(operand: Any) -> Any:
    """The same operand, or list of them, whose arithmetic is IEEE's."""
    if isinstance(operand, list):
        return [*map(_by_numpy, operand)]
    return np.float64(operand) if isinstance(operand, float) else operand


def primitive(function: Callable[..., Any]) -> HandWritten:
    """Make one gate of a function, whose derivatives you write by hand.

    The function gets plain numbers or arrays, and may use anything. Its derivatives are given with
    ``.derivative(...)``, one function for each operand, of the operands and the result; or, where
    they are no number for each element, with ``.vjp_by(...)`` and, if you like, ``.jvp_by(...)``.
    Check what you wrote with :func:`gradviz.check_grads`.

    >>> import gradviz as gv
    >>> @gv.primitive
    ... def sigmoid(t):
    ...     return 1 / (1 + np.exp(-t))
    >>> sigmoid.derivative(lambda t, out: out * (1 - out))
    <primitive sigmoid>
    >>> gv.grad(sigmoid)(1.0)
    0.19661193324148185
    >>> gv.check_grads(sigmoid, 1.0)
    """
    if not callable(function):
        raise TypeError(
            f"primitive decorates a function, not the {type(function).__name__} {function!r:.40}"
        )
    return HandWritten(function)
