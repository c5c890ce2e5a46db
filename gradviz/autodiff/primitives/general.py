"""Rows of the table for what is not elementwise: sums, products of matrices, selections."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from gradviz.autodiff.primitives.operation import Operation
from gradviz.autodiff.primitives.primitive import Primitive, each, fitted, ordinals
from gradviz.autodiff.primitives.printers.python import literal
from gradviz.autodiff.primitives.symbols import ATOM, Syntax
from gradviz.autodiff.tape.constants import fixed, settled
from gradviz.numerals import FEW, numeral


class General(Primitive):
    """A row for what is not elementwise. Its vjps are functions of adjoint, result, operands and
    parameters, one an operand.

    `linear` says that the result is linear in all its operands together, `multilinear` in each of
    them: then the function is its own jvp. Otherwise the jvp follows from the vjp, which is linear
    in the adjoint, by transposing it."""

    def __init__(
        self,
        name: str,
        function: Callable,
        *vjps: Callable[..., Any],
        linear: bool = False,
        multilinear: bool = False,
        symmetric: bool = False,
        code: str | None = None,
        written: str | None = None,
        flops: Callable[[Sequence[Any], Any], int] = each,
        syntax: Syntax | None = None,
        flat: Callable[[int, Sequence[Any], Sequence[int]], bool] | None = None,
    ) -> None:
        self.name = name
        self.function = function
        self.vjps: tuple[Callable[..., Any], ...] = vjps
        self.linear = linear
        self.multilinear = multilinear
        self.symmetric = symmetric
        self.code = code
        self.written = written
        self.flops = flops
        self.syntax = syntax
        self.flat = flat
        self.can_be_flat: bool = flat is not None
        self.module: str = getattr(
            function, "__module__", "numpy"
        )  # ufuncs have none before NumPy 2.1
        self.variadic: bool = vjps[0].__code__.co_flags & inspect.CO_VARARGS != 0

    @cached_property
    def _signature(self) -> tuple[list[str], dict[str, Any]]:
        """The names of the operands, and the defaults of the parameters: those of the first vjp."""
        _, _, *parameters = inspect.signature(self.vjps[0]).parameters.values()
        names = [parameter.name for parameter in parameters if parameter.default is parameter.empty]
        return names, {
            parameter.name: parameter.default
            for parameter in parameters
            if parameter.default is not parameter.empty
        }

    @cached_property
    def _optional(self) -> set[str]:
        """The parameters that the function itself can do without."""
        return {
            name
            for name, parameter in inspect.signature(self.function).parameters.items()
            if parameter.default is not parameter.empty
        }

    @property
    def defaults(self) -> dict[str, Any]:
        return self._signature[1]

    @cached_property
    def arity(self) -> int | None:
        return None if self.variadic else len(self._signature[0])

    @cached_property
    def _call(self) -> Callable[..., Any]:
        names, defaults = self._signature
        text = ", ".join([*names, *(f"{name}=defaults[{name!r}]" for name in defaults)])
        arguments = ", ".join([*names, *(f"{name}={name}" for name in defaults)])
        return eval(
            f"lambda {text}: primitive({arguments})", {"primitive": self, "defaults": defaults}
        )

    def bound(self, *arguments: Any, **options: Any) -> Any:
        """The primitive called as NumPy's function of its name is."""
        try:
            return self._call(*arguments, **options)
        except TypeError as error:
            if "unexpected keyword" not in str(error) and "positional argument" not in str(error):
                raise
            known = ", ".join(self.defaults) or "no options"
            raise TypeError(
                f"np.{self.name} of Variables takes {known}; it {str(error).partition('() ')[2]}"
            ) from None

    def operation(
        self, positions: tuple[int, ...], params: dict[str, Any], result: Any
    ) -> Operation:
        return Operation(
            self, positions, {name: fixed(value) for name, value in (params or {}).items()}
        )

    def is_flat(self, position: int, operands: Sequence[Any], positions: Sequence[int]) -> bool:
        return self.flat is not None and self.flat(position, operands, positions)

    def reads(self, position: int, positions: Sequence[int]) -> bool:
        is_product = self.multilinear and not self.variadic
        return not is_product or any(other != position for other in positions)

    def number(self, *operands: Any, **params: Any) -> Any:
        return settled(self.function(*operands, **params))

    def vjp(
        self,
        position: int,
        adjoint: Any,
        z: Any,
        operands: Sequence[Any],
        params: Mapping[str, Any],
    ) -> Any:
        """What an adjoint hands back to the operand at `position`: in any reading."""
        if self.variadic:
            return self.pullback((position,), adjoint, z, operands, params)[0]
        return fitted(self.vjps[position](adjoint, z, *operands, **params), operands[position])

    def pullback(
        self,
        positions: Sequence[int],
        adjoint: Any,
        z: Any,
        operands: Sequence[Any],
        params: Mapping[str, Any],
    ) -> list[Any]:
        if not self.variadic:
            return super().pullback(positions, adjoint, z, operands, params)
        flows = self.vjps[0](adjoint, z, *operands, positions=positions, **params)
        return [fitted(flow, operands[position]) for flow, position in zip(flows, positions)]

    def jvp(
        self,
        tangents: Mapping[int, Any],
        z: Any,
        operands: Sequence[Any],
        params: Mapping[str, Any],
    ) -> Any:
        """How the result moves when the operands move along `tangents`, by position; NotImplemented
        if only the vjp is known.
        """
        if self.linear:
            return self(
                *(
                    tangents.get(position, _zeros(operand))
                    for position, operand in enumerate(operands)
                ),
                **params,
            )
        if self.multilinear:
            moves = [
                self(
                    *(tangent if p == position else operand for p, operand in enumerate(operands)),
                    **params,
                )
                for position, tangent in tangents.items()
            ]
            return sum(moves[1:], moves[0])
        return NotImplemented

    def helpers(self, on_arrays: bool) -> tuple[Callable[..., Any], ...]:
        is_numpys = self.code is not None or self.module.startswith("numpy")
        return () if is_numpys else (self.function,)

    # ── how it is written ──

    def python(
        self, operands: Sequence[str], params: Mapping[str, Any] = {}, on_arrays: bool = True
    ) -> str:
        if self.code is not None:
            return self.code.format(
                *operands,
                operands=", ".join(operands),
                **{
                    name: _code(params.get(name, default))
                    for name, default in self.defaults.items()
                },
            )
        options = [
            f"{name}={_code(value)}"
            for name, value in params.items()
            if value is not self.defaults.get(name) or name not in self._optional
        ]
        if self.name == "transpose" and not options:
            return f"{operands[0]}.T"
        return f"{self.path}({', '.join([*operands, *options])})"

    @property
    def path(self) -> str:
        """Under which name generated code knows its function."""
        return (
            f"{self.module.replace('numpy', 'np')}.{self.function.__name__}"
            if self.module.startswith("numpy")
            else self.function.__name__
        )

    def is_call(self, on_arrays: bool) -> bool:
        return self.name != "transpose" and (
            self.code is None or re.fullmatch(r"[\w.]+\(.*\)", self.code) is not None
        )

    def binds(self, on_arrays: bool) -> int:
        return ATOM

    def notation(self, operands: Sequence[str], params: Mapping[str, Any] = {}) -> str:
        if self.written:
            return self.written.format(
                *operands, **{name: _short(value) for name, value in params.items()}
            )
        return self.name + "(" + ", ".join([*operands, *_shown(params)]) + ")"

    def sign(self, constants: Sequence[str | None], params: Mapping[str, Any] = {}) -> str:
        if self.written:
            return self.notation(
                [constant or "·" for constant in constants]
                if any(constants)
                else [""] * len(constants),
                params,
            ).strip()
        shown = [*(constant for constant in constants if constant), *_shown(params)]
        return f"{self.name} {' '.join(shown)}" if shown else self.name

    def marks(self, constants: Sequence[str | None]) -> tuple[str, ...]:
        return ordinals(len(constants)) if constants.count(None) > 1 else ("",) * len(constants)


def _shown(params: Mapping[str, Any]) -> list[str]:
    """Parameters as a figure shows them: short."""
    return [
        f"{name} {_short(value)}" if name in ("axis", "axes") else _short(value)
        for name, value in params.items()
        if name != "keepdims" and value is not None
    ]


def _short(value: Any) -> str:
    if isinstance(value, slice):
        return ":".join(
            "" if part is None else str(part)
            for part in (value.start, value.stop, value.step)[: 3 if value.step is not None else 2]
        )
    if isinstance(value, tuple):
        return ", ".join(map(_short, value))
    if isinstance(value, np.ndarray):
        return numeral(value.astype(float)) if value.size <= FEW and value.ndim == 1 else "…"
    return "…" if value is Ellipsis else str(value).replace("-", "−")


def _code(value: Any) -> str:
    """A parameter as Python code."""
    if isinstance(value, slice):
        return f"slice({value.start}, {value.stop}, {value.step})"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_code, value)) + (",)" if len(value) == 1 else ")")
    if isinstance(value, np.ndarray | float):
        return literal(value)
    if isinstance(value, np.dtype):
        return repr(value.name)
    return getattr(value, "__name__", repr(value)) if callable(value) else repr(value)


def _zeros(operand: Any) -> Any:
    shape = getattr(operand, "shape", ())
    return np.zeros(shape, operand.dtype) if shape else 0.0
