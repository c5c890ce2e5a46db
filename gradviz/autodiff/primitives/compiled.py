"""The local derivatives of an elementwise row, as code and compiled."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from gradviz.autodiff.primitives.operation import Operation
from gradviz.autodiff.primitives.primitive import FITTING, fitted
from gradviz.autodiff.primitives.printers.printer import OPERANDS
from gradviz.autodiff.primitives.printers.python import NAMESPACE, PYTHON
from gradviz.autodiff.primitives.symbols import Symbol
from gradviz.autodiff.tape.tape import UNREACHED, VALUE

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


def rule(primitive: Any, position: int, on_arrays: bool = False, adjoint: str | None = None) -> str:
    """The local derivative as code; or what flows back, its product with `adjoint`."""
    example = np.ones(1) if on_arrays else None
    operands = (*OPERANDS[: primitive.arity], "z")
    local = primitive.local_derivatives[position](
        *(Symbol.named(operand, example) for operand in operands)
    )
    return PYTHON.text(Symbol.named(adjoint, example) * local if adjoint else local)


@cache
def local_derivative(primitive: Any, position: int, on_arrays: bool) -> Callable[..., Any]:
    operands = OPERANDS[: primitive.arity]
    return eval(
        f"lambda {', '.join(operands)}, z: {rule(primitive, position, on_arrays)}", NAMESPACE
    )


def is_zero(primitive: Any, position: int, other: float | None) -> bool:
    """Whether a local derivative is the number 0 as it is written, beside this constant."""
    operands: list[Any] = [Symbol.named(name) for name in OPERANDS[: primitive.arity]]
    if other is not None:
        operands[1 - position] = other
    local = primitive.derivative_by(position, operands, Symbol.named("z"))
    return type(local) is float and local == 0.0


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
        "by_rule": operation.pull_by_rule,
    }
    exec(code, namespace)
    return namespace["pull"]


def _flow_as_code(primitive: Any, position: int) -> str:
    """What flows back, as code for arrays; of a choice by a call, which needs its share once."""
    if primitive.is_choice:
        return f"share(adjoint, {rule(primitive, position, True)})"
    return rule(primitive, position, True, "adjoint")
