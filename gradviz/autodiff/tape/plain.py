"""Plain values of Variables: comparisons, argmax, reading a value. What a traced function learns of
them, it decides by.
"""

import inspect
import math
import operator
import re
from typing import Any

import numpy as np

from gradviz.autodiff.tape.constants import constant, fixed
from gradviz.autodiff.tape.protocols import Operand
from gradviz.autodiff.tape.tape import state
from gradviz.numerals import numeric


class Valued(Operand):
    """What a Variable is to those who only read its value."""

    __slots__ = ()

    _value: Any


class Plain:
    """What makes a plain value of Variables: a comparison, argmax, reading a value. `code` is it in
    Python, of x and y.
    """

    def __init__(
        self, name: str, code: str, function: Any, params: dict[str, Any] | None = None
    ) -> None:
        self.name = name
        self.code = code
        self.function = function
        self.params: dict[str, Any] = params or {}
        self.is_elementwise = False
        self.arity: int = len(set(re.findall(r"\b[xy]\b", code)))

    @property
    def unary(self) -> "Plain":
        """Itself, of one operand."""
        return self

    def __call__(self, *operands: Any, **params: Any) -> Any:
        """The plain value; noted if a function is being traced."""
        if len(operands) > self.arity:  # options by position
            names = list(inspect.signature(self.function).parameters)
            params = {**dict(zip(names[self.arity :], operands[self.arity :])), **params}
            operands = operands[: self.arity]
        if params:
            fixed_params = {name: fixed(value) for name, value in params.items()}
            what = Plain(self.name, self.code, self.function, fixed_params)
        else:
            what = self
        outcome = what.of(*map(_plain, operands))
        page = state.page
        if page.is_trace:
            page.decide(what, operands, outcome)
        return outcome

    def of(self, *values: Any) -> Any:
        """The plain value of numbers and arrays."""
        return self.function(*values, **self.params)

    def python(self, *operands: str) -> str:
        """It as Python code."""
        text = re.sub(r"\b[xy]\b", lambda name: operands["xy".index(name[0])], self.code)
        return (
            text[:-1] + "".join(f", {name}={value!r}" for name, value in self.params.items()) + ")"
            if self.params
            else text
        )

    def same(self, outcome: Any, other: Any) -> bool:
        """Whether two outcomes are the same: bit for bit, for zeros of both signs and nan too."""
        if type(outcome) is not type(other):
            return False
        if isinstance(outcome, float):
            return (
                outcome == other and math.copysign(1.0, outcome) == math.copysign(1.0, other)
            ) or (outcome != outcome and other != other)
        if isinstance(outcome, np.ndarray):
            if outcome.dtype.kind != "f":
                return np.array_equal(outcome, other)
            return np.array_equal(outcome, other, equal_nan=True) and np.array_equal(
                np.signbit(outcome), np.signbit(other)
            )
        if isinstance(outcome, tuple):
            return len(outcome) == len(other) and all(map(self.same, outcome, other))
        return bool(outcome == other)


def _plain(operand: Any) -> Any:
    """An operand as it is on replay: of NumPy's scalars, for one, a float."""
    if isinstance(operand, Valued):
        return operand._value
    plain = number(operand)
    return operand if plain is None else plain


RELATIONS = {
    symbol: Plain(symbol, f"x {symbol} y", function)
    for symbol, function in (
        ("<", operator.lt),
        ("<=", operator.le),
        (">", operator.gt),
        (">=", operator.ge),
        ("==", operator.eq),
        ("!=", operator.ne),
    )
}
for _relation in RELATIONS.values():
    _relation.is_elementwise = True
IS = Plain("value", "x", lambda x: x)
IS.is_elementwise = True


def compare(relation: Plain, left: object, right: object) -> Any:
    """A comparison with a Variable on at least one side, as a plain bool, or an array of them."""
    try:
        return relation(
            *(
                side if isinstance(side, Valued) else numeric(side, "operand")
                for side in (left, right)
            )
        )
    except (TypeError, OverflowError):
        return NotImplemented


def number(operand: object) -> Any:
    """An operand of an operator: a Variable, a float, or an array of numbers; None for anything
    else.
    """
    if type(operand) is float or isinstance(operand, Valued):
        return operand
    try:
        return constant(operand, "operand")
    except TypeError:
        return None
