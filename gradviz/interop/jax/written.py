"""How equations are written: on a card, and applied to their operands."""

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
from jax.extend.core import JaxprEqn, primitives

from gradviz.graph import printable
from gradviz.interop.jax.equations import Equation, Value
from gradviz.interop.writing import Part, applied, between
from gradviz.numerals import numeral

SIGNS = {
    primitives.add_p: "+",
    primitives.add_jaxvals_p: "+",
    primitives.sub_p: "−",
    primitives.mul_p: "×",
    primitives.div_p: "÷",
    primitives.pow_p: "^",
}


def name_of(told: JaxprEqn) -> str:
    """Of its primitive; of a function with its own derivative the function's."""
    called = told.params.get("call_jaxpr")
    name = called.jaxpr.debug_info.func_name if called is not None else told.primitive.name
    return printable(str(name).strip("_"))


def written(equation: Equation, part: int | None) -> tuple[str, tuple[Part, ...]]:
    """What a card says of an equation, and the equation itself, in parts: numbers are those of its
    operands. `part` is which of several results is meant."""
    told, texts = equation.told, _operands(equation)
    if told.primitive is primitives.integer_pow_p:
        return between("^", texts[0], [numeral(float(told.params["y"]))])
    if told.primitive in SIGNS:
        return between(SIGNS[told.primitive], *texts)
    if told.primitive is primitives.dot_general_p and _is_product(told):
        return between("@", *texts)
    name = name_of(told)
    return name if part is None else f"{name} [{part}]", applied(name, texts, part)


def _operands(equation: Equation) -> Sequence[list[Part]]:
    texts, count = list[list[Part]](), 0
    for each in equation.operands:
        if isinstance(each, Value):
            texts.append([count])
            count += 1
        else:
            texts.append([_constant(each)])
    return texts


def _constant(number: Any) -> str:
    if np.ndim(number):
        return f"[{'×'.join(map(str, np.shape(number)))}]"
    if jax.numpy.issubdtype(jax.dtypes.result_type(number), jax.dtypes.prng_key):
        return "key"
    return numeral(float(number))


def _is_product(told: JaxprEqn) -> bool:
    """Whether it is a product of matrices, or of stacks of them, as ``@`` means it."""
    (left, right), (left_batch, right_batch) = told.params["dimension_numbers"]
    first, second = (len(each.aval.shape) for each in told.invars)  # pyright: ignore
    batch = tuple(range(len(left_batch)))
    return (
        tuple(left) == (first - 1,)
        and tuple(right) == (max(second - 2, 0),)
        and tuple(left_batch) == tuple(right_batch) == batch
        and (len(batch) == second - 2 == first - 2 or (not batch and second <= 2))
    )
