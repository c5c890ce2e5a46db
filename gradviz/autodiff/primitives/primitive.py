"""What a row of the table is.

A :class:`Primitive` is the row. An :class:`Operation` is a primitive with its parameters, and with
the knowledge which of its operands are variable: that is what stands on the tape and in a graph.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gradviz.autodiff.primitives import symbols
from gradviz.autodiff.primitives.symbols import Symbol, Syntax
from gradviz.autodiff.tape import variable
from gradviz.autodiff.tape.protocols import Operand
from gradviz.autodiff.tape.variable import Variable
from gradviz.words import say


def each(operands: Sequence[Any], result: Any) -> int:
    """One floating-point operation for each element of the result."""
    return int(np.size(result))


def free(operands: Sequence[Any], result: Any) -> int:
    """No floating-point operation: numbers are only moved."""
    return 0


def each_operand(operands: Sequence[Any], result: Any) -> int:
    """One floating-point operation for each element of the operand."""
    return int(np.size(operands[0]))


def additions(operands: Sequence[Any], result: Any) -> int:
    """One addition less than there are elements."""
    return int(np.size(operands[0])) - 1


def products(operands: Sequence[Any], result: Any) -> int:
    """A multiplication and an addition for each product of elements."""
    return 2 * int(np.size(result)) * np.shape(operands[0])[-1]


class Primitive:
    """A row of the table. Called with numbers, Variables or Symbols it gives a number, a Variable
    or a Symbol.
    """

    is_elementwise: bool = False
    has_locals: bool = False  # whether there is a local derivative for each element
    is_handwritten: bool = False  # whether a user wrote its derivative
    symmetric: bool = False  # whether its operand is a symmetric matrix, of which it reads one half
    name: str
    flops: Callable[[Sequence[Any], Any], int] = staticmethod(each)
    syntax: Syntax | None = None  # how it is written, if not as a call
    can_be_flat: bool = False  # whether a local derivative of it may be the number 0
    is_choice: bool = False  # whether its local derivatives say which operand it chose

    def number(self, *operands: Any, **params: Any) -> Any:
        """The value at operands that are numbers and arrays."""
        raise NotImplementedError

    def is_flat(self, position: int, operands: Sequence[Any], positions: Sequence[int]) -> bool:
        """Whether nothing is handed back to the operand at `position`; of `operands`, those at
        `positions` are variable.
        """
        return False

    def reads(self, position: int, positions: Sequence[int]) -> bool:
        """Whether a derivative by an operand at `positions` depends on the one at `position`."""
        return True

    def helpers(self, on_arrays: bool) -> tuple[Callable[..., Any], ...]:
        """The functions of ours that generated code calls for it, and carries along."""
        return ()

    def times(self, moving: Any, local: Any) -> Any:
        """An adjoint or a tangent times a local derivative: in any reading."""
        return FITTING["share"](moving, local) if self.is_choice else _times(moving, local)

    def __call__(self, *operands: Any, **params: Any) -> Any:
        for operand in operands:
            kind = type(operand)
            if kind is np.ndarray or kind is float:
                continue
            if issubclass(kind, Variable):
                return variable.record(self, operands, params)
            if kind is Symbol:
                return symbols.apply(self, operands, params)
        return self.number(*operands, **params)

    def vjp(
        self,
        position: int,
        adjoint: Any,
        z: Any,
        operands: Sequence[Any],
        params: Mapping[str, Any],
    ) -> Any:
        """What an adjoint hands back to the operand at `position`: in any reading."""
        raise NotImplementedError

    def pullback(
        self,
        positions: Sequence[int],
        adjoint: Any,
        z: Any,
        operands: Sequence[Any],
        params: Mapping[str, Any],
    ) -> list[Any]:
        """The same to each of several operands."""
        return [self.vjp(position, adjoint, z, operands, params) for position in positions]

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"


def ordinals(count: int) -> tuple[str, ...]:
    """Marks of operands whose order matters: 1st, 2nd, 3rd, 4th …"""
    return tuple(say("ordinal", n=number) for number in range(1, count + 1))


def _times(adjoint: Any, local: Any) -> Any:
    """Their product, without what changes no bit: a gradient of a gradient need not record a
    multiplication by one.
    """
    if type(adjoint) is float and adjoint == 1.0:
        return local
    if type(local) is float and local in (1.0, -1.0):
        return adjoint if local == 1.0 else -adjoint
    return adjoint * local


def fitted(flow: Any, operand: Any) -> Any:
    """What flows back to `operand`, in its shape: where the operand was broadcast, the sum of what
    its copies get.
    """
    if type(flow) is type(operand) is float:
        return flow
    shape, wanted = getattr(flow, "shape", ()), getattr(operand, "shape", ())
    if shape != wanted:
        extra = len(shape) - len(wanted)
        axes = (
            *range(extra),
            *(
                extra + axis
                for axis, length in enumerate(wanted)
                if length == 1 and shape[extra + axis] != 1
            ),
        )
        if axes:
            flow = FITTING["sum"](flow, axis=axes)
        if getattr(flow, "shape", ()) != wanted:
            flow = FITTING["reshape"](flow, shape=wanted)
    if not wanted:
        return flow if isinstance(flow, Operand) else float(flow)
    return flow if flow.dtype == operand.dtype else FITTING["astype"](flow, dtype=operand.dtype)


FITTING: dict[
    str, Primitive
] = {}  # the rows of the table that `fitted` needs; filled by `primitives`
