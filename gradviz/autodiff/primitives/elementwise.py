"""The rows of the table that work on each element alone, and their many readings: with numbers,
with arrays, with Variables and with symbols.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from types import FunctionType
from typing import Any

import numpy as np

from gradviz.autodiff.primitives import hot
from gradviz.autodiff.primitives.compiled import array_pull, is_zero, local_derivative, rule
from gradviz.autodiff.primitives.operation import Operation
from gradviz.autodiff.primitives.primitive import Primitive, each, fitted, ordinals
from gradviz.autodiff.primitives.printers.printer import CARRIED, OPERANDS, substituted
from gradviz.autodiff.primitives.printers.python import ARRAYS, FLOATS, NAMESPACE
from gradviz.autodiff.primitives.symbols import NEGATION, Symbol, Syntax
from gradviz.autodiff.tape import variable
from gradviz.autodiff.tape.constants import settled
from gradviz.autodiff.tape.tape import OPERATIONS
from gradviz.autodiff.tape.variable import Variable


class Elementwise(Primitive):
    """A row whose value at each element depends on that element of its operands alone; arrays are
    broadcast.

    `function` is its value: a function of other rows, which printers run on symbols, or one of
    Python's own of single numbers, which each of them spells. On arrays it is NumPy's ufunc of the
    row's name, if there is one. `flops` counts what an evaluation costs; `syntax`
    says how it is written if not as a call; `commutes`, that its operands may change places;
    `choice`, that its local derivatives are the shares of the operands that it chooses among; and
    `helper` is a function of ours that does on arrays what the row says, only faster.
    """

    is_elementwise = has_locals = True

    def __init__(
        self,
        name: str,
        written: str,
        function: Callable[..., Any],
        *local_derivatives: Callable[..., Any],
        flops: Callable[[Sequence[Any], Any], int] = each,
        syntax: Syntax | None = None,
        commutes: bool = False,
        choice: bool = False,
        helper: Callable[..., Any] | None = None,
    ) -> None:
        self.name = name
        self.helper = helper
        self.written = written
        self.function = function
        self.flops = flops
        self.syntax = syntax
        self.commutes: bool = commutes
        self.is_choice = choice
        self.local_derivatives = local_derivatives
        self.arity: int = len(local_derivatives)
        self.ufunc: np.ufunc | None = (
            getattr(np, name, None) if isinstance(getattr(np, name, None), np.ufunc) else None
        )
        self.parameters: str = ", ".join(OPERANDS[: self.arity])
        self.on_numbers: dict[tuple[int, ...], Operation] = {}
        self.on_arrays: dict[tuple[int, ...], Operation] = {}
        for positions in ((0,), (1,), (0, 1)) if self.arity == 2 else ((0,),):
            self.on_numbers[positions] = operation = Operation(self, positions)
            operation.code = len(OPERATIONS)
            OPERATIONS.append(operation)
            self.on_arrays[positions] = operation = Operation(self, positions)
            operation.pull = self._lazily(operation)

    @cached_property
    def can_be_flat(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        return bool(self.flat or self.flat_beside_zero)

    @cached_property
    def flat(self) -> frozenset[int]:
        """The positions by which its local derivative is the number 0."""
        return frozenset(p for p in range(self.arity) if is_zero(self, p, None))

    @cached_property
    def flat_beside_zero(self) -> frozenset[int]:
        """The positions by which its local derivative is the number 0 if the other operand is."""
        return frozenset(p for p in range(self.arity) if self.arity == 2 and is_zero(self, p, 0.0))

    def is_flat(self, position: int, operands: Sequence[Any], positions: Sequence[int]) -> bool:
        if position in self.flat:
            return True
        if position not in self.flat_beside_zero or 1 - position in positions:
            return False
        other = operands[1 - position]
        return type(other) is float and other == 0.0

    @property
    def is_of_rows(self) -> bool:
        """Whether its value is a function of other rows."""
        return isinstance(self.function, FunctionType) and self.function not in CARRIED.values()

    def helpers(self, on_arrays: bool) -> tuple[Callable[..., Any], ...]:
        return (
            (*self._carried, self.helper)
            if on_arrays and self.helper is not None
            else self._carried
        )

    @cached_property
    def _carried(self) -> tuple[Callable[..., Any], ...]:
        """The functions of ours that its value calls, by way of other rows too."""
        if self.function in CARRIED.values():
            return (self.function,)
        if not self.is_of_rows:
            return ()
        return tuple(_helpers_of(self.function(*map(Symbol.named, OPERANDS[: self.arity]))))

    @property
    def code(self) -> str:
        """Its value on single numbers, of x and y, as Python code with `math` at hand."""
        return FLOATS.row(self)[0]

    @property
    def array_code(self) -> str:
        """The same on arrays, with `np` at hand."""
        return ARRAYS.row(self)[0]

    @cached_property
    def value(self) -> Callable[..., float]:
        """Its value on Python's floats; where their arithmetic raises, `number` does not."""
        return self._compiled(self.code)

    @cached_property
    def arrays(self) -> Callable[..., Any]:
        """Its value on arrays."""
        return self._compiled(self.array_code)

    def _compiled(self, code: str) -> Callable[..., Any]:
        called = re.fullmatch(rf"([\w.]+)\({self.parameters}\)", code)
        if called and self.helper is not None and called[1] == self.helper.__name__:
            return self.helper
        return eval(called[1] if called else f"lambda {self.parameters}: {code}", NAMESPACE)

    @staticmethod
    def _lazily(operation: Operation) -> Callable[..., Any]:
        def pull(*arguments: Any) -> None:
            operation.pull = array_pull(operation)
            operation.pull(*arguments)

        return pull

    def code_of_local(self, position: int) -> str:
        """The local derivative by the operand at `position`, as code for single numbers x, y and
        the result z.
        """
        return rule(self, position)

    @cached_property
    def binary_on_arrays(self) -> Callable[[Any, Any], Variable]:
        """The primitive of two operands, of which one at least is an array."""
        return hot.on_arrays(self)

    @cached_property
    def unary(self) -> Callable[[Variable], Variable]:
        """The primitive of one operand, as an operator of Variables."""
        if self.flat or self.is_choice:
            return lambda x: variable.record(self, (x,))
        return hot.unary_operator(self)

    def operation(
        self, positions: tuple[int, ...], params: dict[str, Any], result: Any
    ) -> Operation:
        """What stands on the tape."""
        return (self.on_numbers if type(result) is float else self.on_arrays)[positions]

    def number(self, *operands: Any) -> Any:
        """The value by IEEE's rules, where Python's own would raise: 1/0 is inf, log(−1) is nan."""
        for operand in operands:
            if type(operand) is np.ndarray:
                return settled(self.arrays(*operands))
        try:
            result = self.value(*operands)
        except (ArithmeticError, ValueError):
            with np.errstate(all="ignore"):
                result = float((self.ufunc or self.arrays)(*map(np.float64, operands)))
        return (
            np.float64(result) if np.float64 in map(type, operands) else result
        )  # stays in IEEE's arithmetic

    def local(self, position: int, operands: Sequence[Any], result: Any) -> Any:
        """The local derivative by the operand at `position`, by IEEE's rules."""
        on_arrays = isinstance(result, np.ndarray)
        try:
            with np.errstate(all="ignore"):
                return local_derivative(self, position, on_arrays)(*operands, result)
        except (ArithmeticError, ValueError):
            local = self.derivative_by(position, operands, result)
            return local if on_arrays else float(local)

    def derivative_by(self, position: int, operands: Sequence[Any], z: Any) -> Any:
        """The local derivative by the operand at `position`: in any reading."""
        try:
            return self.local_derivatives[position](*operands, z)
        except ArithmeticError:  # of constants: once more in NumPy's arithmetic
            with np.errstate(all="ignore"):
                return self.local_derivatives[position](
                    *(np.float64(x) if type(x) is float else x for x in (*operands, z))
                )

    def vjp(
        self,
        position: int,
        adjoint: Any,
        z: Any,
        operands: Sequence[Any],
        params: Mapping[str, Any],
    ) -> Any:
        """What an adjoint hands back to the operand at `position`: in any reading."""
        local = self.derivative_by(position, operands, z)
        return fitted(self.times(adjoint, local), operands[position])

    def jvp(
        self,
        tangents: Mapping[int, Any],
        z: Any,
        operands: Sequence[Any],
        params: Mapping[str, Any],
    ) -> Any:
        """How the result moves when the operands move along `tangents`, by position: in any
        reading.
        """
        moves = [
            self.times(tangent, self.derivative_by(position, operands, z))
            for position, tangent in tangents.items()
        ]
        return moves[0] if len(moves) == 1 else moves[0] + moves[1]

    # ── how it is written ──

    def python(
        self, operands: Sequence[str], params: Mapping[str, Any] = {}, on_arrays: bool = False
    ) -> str:
        """Its value as Python code."""
        return substituted(self.array_code if on_arrays else self.code, operands)

    def is_call(self, on_arrays: bool) -> bool:
        """Whether the code is a call, so that its operands need no brackets."""
        return (
            re.fullmatch(r"[\w.]+\(x(, y)?\)", self.array_code if on_arrays else self.code)
            is not None
        )

    def binds(self, on_arrays: bool) -> int:
        """How tightly the code binds."""
        return (ARRAYS if on_arrays else FLOATS).row(self)[1]

    def notation(self, operands: Sequence[str], params: Mapping[str, Any] = {}) -> str:
        """Its value on paper."""
        return substituted(self.written, operands)

    @property
    def is_infix(self) -> bool:
        return self.written.startswith("x ")

    def sign(self, constants: Sequence[str | None], params: Mapping[str, Any] = {}) -> str:
        if self.syntax is NEGATION:
            return "×−1"  # "−·" would read as a subtraction
        if self.arity == 1:
            return constants[0] or self.notation(["·"]).removesuffix("(·)")
        if not self.is_infix:
            return (
                self.written.removesuffix("(x, y)")
                if constants == (None, None)
                else self.notation([c or "·" for c in constants])
            )
        glyph = self.written[2:-2]
        left, right = constants
        if left is not None and not self.commutes:
            return f"{f'({left})' if left.startswith('−') else left}{glyph}·".replace("÷", "/")
        constant = left or right or ""
        return (
            f"{glyph}({constant})"
            if constant.startswith("−") and glyph in "+−"
            else f"{glyph}{constant}"
        )

    def marks(self, constants: Sequence[str | None]) -> tuple[str, ...]:
        if constants != (None, None) or self.commutes:
            return ("",) * self.arity
        return ("", self.written[2:-2]) if self.is_infix else ordinals(2)


def _helpers_of(symbol: Any) -> Iterator[Callable[..., Any]]:
    if isinstance(symbol, Symbol) and not symbol.is_name:
        yield from symbol.primitive.helpers(on_arrays=False)
        for operand in symbol.operands:
            yield from _helpers_of(operand)
