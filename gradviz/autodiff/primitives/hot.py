"""Python's operators on Variables, written out of the table.

Operators on single numbers are the hot path of eager work, so the row of the table is written into
each: its value, and its local derivatives, which go on the tape. Where an operand is an array or
stands on another page, or arithmetic fails, all goes the long way, by `record`."""

import math
from typing import Any

import numpy as np

from gradviz.autodiff.primitives.printers.printer import CARRIED
from gradviz.autodiff.primitives.symbols import SUM
from gradviz.autodiff.tape.constants import snapshot
from gradviz.autodiff.tape.plain import number
from gradviz.autodiff.tape.tape import NOWHERE, state, turn
from gradviz.autodiff.tape.variable import NO_ALIAS, ArrayVariable, Variable, record

ZERO = 0
LARGE = 2**1000  # integers below become floats
_new = object.__new__

RESULT = """page.entries[index] = entry
    result = new({kind})
    result._value = z
    result.index = index
    result.page = page
    result.alias = NO_ALIAS
    return result"""
UNARY = """
def operator(self):
    if type(self) is not Variable:
        return on_array(self)
    page = self.page
    try:
        x = self._value
        z = {value}
        entry = (code, self.index, {by_x}, None, None, z)
    except (ArithmeticError, ValueError):
        return record(primitive, (self,))
    index = next(page.room, None)
    if index is None:
        return moved(self, entry)
    {result}
"""
BINARY = """
def operator(self, other):
    page = self.page
    kind = type(other)
    try:
        if kind is Variable:
            if other.page is not page:
                return apart(self, other)
            x = self._value
            y = other._value
            z = {value}
            entry = (both, self.index, {by_x}, other.index, {by_y}, z)
        else:
            if kind is float:
                y = other
            elif kind is int:
                y = other = float(other)
            else:
                y = other = number(other)
                if type(other) is not float:
                    if other is None:
                        return NotImplemented
                    return primitive.binary_on_arrays(self, other)
            {beside_zero}
            x = self._value
            z = {value}
            entry = (left, self.index, {by_x}, None, y, z)
    except (ArithmeticError, ValueError):
        return record(primitive, (self, other))
    index = next(page.room, None)
    if index is None:
        return apart(self, other) if kind is Variable else moved(self, entry)
    {result}

def apart(self, other):
    page = state.page
    try:
        a = (
            self.index if self.page is page
            else self.alias[1] if self.alias[0] is page else page.place(self)
        )
        b = (
            other.index if other.page is page
            else other.alias[1] if other.alias[0] is page else page.place(other)
        )
        x = self._value
        y = other._value
        z = {value}
        entry = (both, a, {by_x}, b, {by_y}, z)
        index = next(page.room)
    except (StopIteration, ArithmeticError, ValueError):
        return record(primitive, (self, other))
    {result}

def reflected(self, other):
    if other is ZERO and {is_sum}:  # sum() starts from the integer 0
        return self
    kind = type(other)
    if kind is float:
        x = other
    else:
        x = other = float(other) if kind is int and -LARGE < other < LARGE else number(other)
        if type(other) is not float:
            return NotImplemented if other is None else primitive.binary_on_arrays(other, self)
    {reflected_beside_zero}
    page = self.page
    try:
        y = self._value
        z = {value}
        entry = (right, self.index, {by_y}, None, x, z)
    except (ArithmeticError, ValueError):
        return record(primitive, (other, self))
    index = next(page.room, None)
    if index is None:
        return moved(self, entry)
    {result}
"""


ON_ARRAY = """
def on_array(self):
    page, x = self.page, self._value
    if type(x) is float or page is NOWHERE:  # of a class derived from Variable; or borrowed
        return record(primitive, (self,))
    z = {value}
    index = next(page.room, None)
    if index is None:
        return record(primitive, (self,))
    entry = (operation, (self.index,), None, None, index, z)
    page.has_arrays = True
    {flat}
    {result}
"""
ON_ARRAYS = """
def on_arrays(self, other):
    if isinstance(self, Variable):
        page, x, a = self.page, self._value, self.index
        if isinstance(other, Variable):
            if other.page is not page:
                return record(primitive, (self, other))
            y, b, operation = other._value, other.index, both
        else:
            other = number(other)
            if other is None:
                return NotImplemented
            y = b = snapshot(other)
            operation = left
    else:
        page, y, b, operation = other.page, other._value, other.index, right
        x = a = snapshot(self)
    if type(x) is type(y) is float or page is NOWHERE:
        return record(primitive, (self, other))
    {beside_zero}
    try:
        z = {value}
    except ValueError:
        return record(primitive, (self, other))
    index = next(page.room, None)
    if index is None:
        return record(primitive, (self, other))
    entry = (operation, (a, b), None, None, index, z)
    page.has_arrays = True
    {flat}
    {result}
"""


def on_array(primitive: Any) -> Any:
    """A function of one ArrayVariable."""
    namespace = {**_HOT, "primitive": primitive, "operation": primitive.on_arrays[0,]}
    exec(
        ON_ARRAY.format(
            value=primitive.array_code,
            flat="page.has_flat = True" if primitive.flat else "",
            result=RESULT.format(kind="ArrayVariable"),
        ),
        namespace,
    )
    return namespace["on_array"]


def on_arrays(primitive: Any) -> Any:
    """A function of two operands: at least one is an array, at least one a Variable."""
    operations = {
        "left": primitive.on_arrays[0,],
        "right": primitive.on_arrays[1,],
        "both": primitive.on_arrays[0, 1],
    }
    namespace = {**_HOT, **operations, "primitive": primitive}
    is_zero = "type(a) is float and a == 0.0 or type(b) is float and b == 0.0"
    anew = f"if {is_zero}: return record(primitive, (self, other))"
    exec(
        ON_ARRAYS.format(
            value=primitive.array_code,
            beside_zero=anew if primitive.flat_beside_zero else "",
            flat="page.has_flat = True" if primitive.flat else "",
            result=RESULT.format(kind="ArrayVariable"),
        ),
        namespace,
    )
    return namespace["on_arrays"]


def unary_operator(primitive: Any) -> Any:
    """A function of one Variable."""
    namespace = {
        **_HOT,
        "primitive": primitive,
        "code": primitive.on_numbers[0,].code,
        "on_array": on_array(primitive),
    }
    exec(
        UNARY.format(
            value=primitive.code,
            by_x=primitive.code_of_local(0),
            result=RESULT.format(kind="Variable"),
        ),
        namespace,
    )
    return namespace["operator"]


def binary_operators(primitive: Any) -> tuple[Any, Any]:
    """Two methods of Variable for a primitive of two operands: the operator and its reflection."""
    if primitive.flat or primitive.is_choice:
        return recorded_operators(primitive)
    codes = {
        "left": primitive.on_numbers[0,].code,
        "right": primitive.on_numbers[1,].code,
        "both": primitive.on_numbers[0, 1].code,
    }
    namespace = {**_HOT, **codes, "ZERO": ZERO, "LARGE": LARGE, "primitive": primitive}
    parts = {
        "value": primitive.code,
        "by_x": primitive.code_of_local(0),
        "by_y": primitive.code_of_local(1),
        "result": RESULT.format(kind="Variable"),
    }
    for part, position, constant, operands in (
        ("beside_zero", 0, "y", "self, other"),
        ("reflected_beside_zero", 1, "x", "other, self"),
    ):
        is_flat = position in primitive.flat_beside_zero
        anew = f"if {constant} == 0.0: return record(primitive, ({operands}))"
        parts[part] = anew if is_flat else ""
    exec(BINARY.format(**parts, is_sum=primitive.syntax is SUM), namespace)
    return namespace["operator"], namespace["reflected"]


def recorded_operators(primitive: Any) -> tuple[Any, Any]:
    """The same for a primitive of which something is flat, the long way."""

    def operator(self: Variable, other: object) -> Any:
        other = number(other)
        return NotImplemented if other is None else record(primitive, (self, other))

    def reflected(self: Variable, other: object) -> Any:
        other = number(other)
        return NotImplemented if other is None else record(primitive, (other, self))

    return operator, reflected


def array_operators(function: Any) -> tuple[Any, Any]:
    """Two methods of ArrayVariable, for a function of two operands that answers for constants as
    operators do.
    """

    def reflected(self: ArrayVariable, other: object) -> Any:
        other = number(other)
        return NotImplemented if other is None else function(other, self)

    return function, reflected


def install(kind: type, names: tuple[str, ...], make: Any) -> None:
    """Give a class the methods of these names that `make()` returns: it is called when one of them
    is first used.
    """

    def first(name: str) -> Any:
        def method(*operands: Any) -> Any:
            for each, function in zip(names, make()):
                setattr(kind, each, function)
            return getattr(kind, name)(*operands)

        return method

    for name in names:
        setattr(kind, name, first(name))


def moved(operand: Variable, entry: tuple[Any, ...]) -> Variable:
    """The operation on one Variable that `entry` records, recorded on the current page, since that
    of the Variable is full.
    """
    page = state.page
    try:
        a = (
            operand.index
            if operand.page is page
            else operand.alias[1]
            if operand.alias[0] is page
            else page.place(operand)
        )
        index = next(page.room)
    except StopIteration:
        turn()
        return moved(operand, entry)
    code, _, local, _, constant, z = entry
    page.entries[index] = (code, a, local, None, constant, z)
    result = _new(Variable)
    result._value, result.index, result.page, result.alias = z, index, page, NO_ALIAS
    return result


_HOT: dict[str, Any] = {
    "moved": moved, "state": state, "record": record, "number": number, "new": _new,
    "Variable": Variable, "ArrayVariable": ArrayVariable, "NO_ALIAS": NO_ALIAS, "NOWHERE": NOWHERE,
    "snapshot": snapshot, "np": np, "math": math, **CARRIED,
}  # fmt: skip
