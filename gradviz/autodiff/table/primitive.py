"""What a row of the table is, and its many readings: with numbers, with arrays, with Variables and
with symbols.

A :class:`Primitive` is the row. An :class:`Operation` is a primitive with its parameters, and with
the knowledge which of its operands are variable: that is what stands on the tape and in a graph.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from types import FunctionType
from typing import Any, cast

import numpy as np

from gradviz.autodiff.table import hot, symbols
from gradviz.autodiff.table.printers.paper import PAPER
from gradviz.autodiff.table.printers.printer import CARRIED, OPERANDS, substituted
from gradviz.autodiff.table.printers.python import ARRAYS, FLOATS, PYTHON
from gradviz.autodiff.table.symbols import NEGATION, Symbol, Syntax
from gradviz.autodiff.tape import variable
from gradviz.autodiff.tape.protocols import Operand
from gradviz.autodiff.tape.tape import OPERATIONS, UNREACHED, VALUE
from gradviz.autodiff.tape.variable import Variable, settled
from gradviz.graph import Node

NAMESPACE: dict[str, Any] = {
    "math": __import__("math"),
    "np": np,
    **CARRIED,
}  # what generated code may use


class Operation:
    """A primitive with its parameters, applied to operands of which those at `positions` are
    variable.
    """

    __slots__ = ("code", "params", "positions", "primitive", "pull")

    def __init__(
        self,
        primitive: Any,
        positions: tuple[int, ...],
        params: dict[str, Any] | None = None,
        pull: Callable[..., Any] | None = None,
    ) -> None:
        self.primitive: Any = primitive
        self.positions: tuple[int, ...] = positions
        self.params: dict[str, Any] = params or {}
        self.pull: Callable[..., None] = pull or self._pull

    def _pull(
        self,
        adjoint: Any,
        z: Any,
        operands: tuple[Any, ...],
        entries: list[Any],
        adjoints: list[Any],
    ) -> None:
        """Hand an adjoint back to the operands: add what flows to each to its own adjoint."""
        plain, positions = self.primals(operands, entries), self.handing_back(operands)
        flows = self.primitive.pullback(positions, adjoint, z, plain, self.params)
        for position, flow in zip(positions, flows):
            place = operands[position]
            before = adjoints[place]
            adjoints[place] = flow if before is UNREACHED else before + flow

    def primals(self, operands: Sequence[Any], entries: Sequence[Any]) -> list[Any]:
        """Operands of an entry of the tape as numbers and arrays."""
        return self.standing(operands, lambda place: entries[place][VALUE])

    def standing(self, operands: Sequence[Any], at: Callable[[int], Any]) -> list[Any]:
        """Operands of an entry of the tape: what is `at` the places of the variable ones, constants
        as they are.
        """
        found = [*operands]
        for position in self.positions:
            found[position] = at(operands[position])
        return found

    def operands(self, entry: Sequence[Any]) -> tuple[Any, ...]:
        """The operands of an entry of the tape: numbers of entries at `positions`, constants
        elsewhere.
        """
        _, a, local, b, last, _ = entry
        if local is None:
            return a
        if self.primitive.arity == 1:
            return (a,)
        return (a, b) if b is not None else (a, last) if self.positions == (0,) else (last, a)

    # ── gradviz.graph.Operation ──

    @property
    def name(self) -> str:
        return self.primitive.name

    @property
    def is_handwritten(self) -> bool:
        return self.primitive.is_handwritten

    def number(self, *operands: Any) -> Any:
        """The value, by IEEE's rules."""
        return self.primitive.number(*operands, **self.params)

    def is_flat(self, position: int, operands: Sequence[Any]) -> bool:
        """Whether the local derivative by the operand at `position` is the number 0 as it is
        written, with the constants among the operands as they are: then nothing is handed back.
        """
        return self.primitive.is_flat(position, operands, self.positions)

    def handing_back(self, operands: Sequence[Any]) -> Sequence[int]:
        """The positions of the operands to which something is handed back."""
        if not self.primitive.can_be_flat:
            return self.positions
        return [
            p for p in self.positions if not self.primitive.is_flat(p, operands, self.positions)
        ]

    @property
    def is_choice(self) -> bool:
        return self.primitive.is_choice

    def local(self, position: int, operands: Sequence[Any], result: Any) -> Any:
        """The local derivative by the operand at `position`; None where it is not one number for
        each element.
        """
        if not self.primitive.has_locals:
            return None
        if self.is_flat(position, operands):
            return 0.0
        return self.primitive.local(position, operands, result)

    def flow(self, position: int, adjoint: Any, operands: Sequence[Any], result: Any) -> Any:
        """What an adjoint hands back to the operand at `position`."""
        if self.is_flat(position, operands):
            return (
                np.zeros_like(operands[position], float)[()] if _shape(operands[position]) else 0.0
            )
        with np.errstate(all="ignore"):
            return settled(self.primitive.vjp(position, adjoint, result, operands, self.params))

    def pullback(
        self, positions: Sequence[int], adjoint: Any, operands: Sequence[Any], result: Any
    ) -> dict[int, Any]:
        """The same to each of several operands, by position."""
        with np.errstate(all="ignore"):
            flows = self.primitive.pullback(positions, adjoint, result, operands, self.params)
        return dict(zip(positions, map(settled, flows)))

    def sign(self, constants: Sequence[str | None]) -> str:
        return self.primitive.sign(constants, self.params)

    def marks(self, constants: Sequence[str | None]) -> tuple[str, ...]:
        return self.primitive.marks(constants)

    def expression(self, operands: Sequence[Any]) -> str:
        return PAPER.text(Symbol(self.primitive, tuple(_named(operands)), self.params))

    def local_expression(self, position: int, operands: Sequence[Any], result: str) -> str:
        if not self.primitive.has_locals:
            return ""
        return PAPER.text(
            self.primitive.derivative_by(position, _named(operands), Symbol.named(result))
        )

    def __repr__(self) -> str:
        return f"<operation {self.name}>"


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


def operation_of(node: Node) -> Operation:
    """The operation of a node that is no input, in a graph that was made here."""
    return cast(Operation, node.operation)


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
        return frozenset(p for p in range(self.arity) if _is_zero(self, p, None))

    @cached_property
    def flat_beside_zero(self) -> frozenset[int]:
        """The positions by which its local derivative is the number 0 if the other operand is."""
        return frozenset(p for p in range(self.arity) if self.arity == 2 and _is_zero(self, p, 0.0))

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
                return _local(self, position, on_arrays)(*operands, result)
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


def ordinals(count: int) -> tuple[str, ...]:
    """Marks of operands whose order matters: 1st, 2nd, 3rd, 4th …"""
    return tuple(
        f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number, 'th') }"
        for number in range(1, count + 1)
    )


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


def _named(operands: Sequence[Any]) -> list[Any]:
    return [Symbol.named(operand) if isinstance(operand, str) else operand for operand in operands]


def _is_zero(primitive: Elementwise, position: int, other: float | None) -> bool:
    """Whether a local derivative is the number 0 as it is written, beside this constant."""
    operands: list[Any] = [Symbol.named(name) for name in OPERANDS[: primitive.arity]]
    if other is not None:
        operands[1 - position] = other
    local = primitive.derivative_by(position, operands, Symbol.named("z"))
    return type(local) is float and local == 0.0


def _shape(operand: Any) -> tuple[int, ...]:
    return getattr(operand, "shape", ())


@cache
def _local(primitive: Elementwise, position: int, on_arrays: bool) -> Callable[..., Any]:
    operands = OPERANDS[: primitive.arity]
    return eval(
        f"lambda {', '.join(operands)}, z: {rule(primitive, position, on_arrays)}", NAMESPACE
    )


def rule(
    primitive: Elementwise, position: int, on_arrays: bool = False, adjoint: str | None = None
) -> str:
    """The local derivative as code; or what flows back, its product with `adjoint`."""
    example = np.ones(1) if on_arrays else None
    operands = (*OPERANDS[: primitive.arity], "z")
    local = primitive.local_derivatives[position](
        *(Symbol.named(operand, example) for operand in operands)
    )
    return PYTHON.text(Symbol.named(adjoint, example) * local if adjoint else local)


ARRAY_PULL = """
def pull(adjoint, z, operands, entries, adjoints):
    {unpack}
    {x}
    {y}
    {beside_zero}
    try:
        {flows} = {rules}
    except ArithmeticError:  # of single numbers among them
        return by_rule(adjoint, z, operands, entries, adjoints)
"""
ARRAY_FLOW = """
    if type({x}) is float or {flow}.shape != {x}.shape or {flow}.dtype is not {x}.dtype:
        {flow} = fitted({flow}, {x})
    before = adjoints[{place}]
    adjoints[{place}] = {flow} if before is UNREACHED else before + {flow}
"""


def _helpers_of(symbol: Any) -> Iterator[Callable[..., Any]]:
    if isinstance(symbol, Symbol) and not symbol.is_name:
        yield from symbol.primitive.helpers(on_arrays=False)
        for operand in symbol.operands:
            yield from _helpers_of(operand)


def array_pull(operation: Operation) -> Callable[..., Any]:
    """How an adjoint is handed back from an elementwise operation on arrays: the row of the table,
    compiled.
    """
    primitive, positions = operation.primitive, operation.positions
    handed_back_to = [position for position in positions if position not in primitive.flat]
    if not handed_back_to:
        return lambda *arguments: None
    loads = [
        f"{name} = entries[{place}][{VALUE}]" if position in positions else f"{name} = {place}"
        for position, (name, place) in enumerate(zip("xy", "ab"))
    ]
    first = handed_back_to[0]
    can_be_flat = first in primitive.flat_beside_zero and len(positions) == 1
    beside = "xy"[1 - first]
    code = ARRAY_PULL.format(
        unpack="a, b = operands" if primitive.arity == 2 else "a, = operands",
        x=loads[0],
        y=loads[1] if primitive.arity == 2 else "",
        beside_zero=f"if type({beside}) is float and {beside} == 0.0: return" * can_be_flat,
        flows=", ".join(f"by_{'xy'[position]}" for position in handed_back_to),
        rules=", ".join(_flow_as_code(primitive, position) for position in handed_back_to),
    )
    for position in handed_back_to:
        x = "xy"[position]
        code += ARRAY_FLOW.format(flow=f"by_{x}", x=x, place="ab"[position])
    namespace = {
        **NAMESPACE,
        **FITTING,
        "fitted": fitted,
        "UNREACHED": UNREACHED,
        "by_rule": operation._pull,
    }
    exec(code, namespace)
    return namespace["pull"]


def _flow_as_code(primitive: Elementwise, position: int) -> str:
    """What flows back, as code for arrays; of a choice by a call, which needs its share once."""
    if primitive.is_choice:
        return f"share(adjoint, {rule(primitive, position, True)})"
    return rule(primitive, position, True, "adjoint")
