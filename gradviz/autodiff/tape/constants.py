"""Numbers and arrays that are no Variables: as operands, as parameters, and as the tape holds
them.
"""

from typing import Any

import numpy as np

from gradviz.numerals import numeric


def constant(operand: object, what: str) -> Any:
    """A constant as a float, or an array of floats: of integers and booleans, in the precision in
    which NumPy would count them.
    """
    if type(operand) is np.ndarray and operand.ndim and operand.dtype.kind in "biu":
        return operand.astype(np.float32 if operand.dtype.itemsize <= 2 else float)
    return numeric(operand, what)


def snapshot(value: Any) -> Any:
    """A number or an array as it is now, whatever becomes of it in its owner's hands: a copy,
    unless the array, and what it is a view of, is read-only.
    """
    if type(value) is float:
        return value
    owner = value
    while type(owner) is np.ndarray and not owner.flags.writeable:
        owner = owner.base
    return value if owner is None else value.copy(order="K")


def fixed(value: Any) -> Any:
    """A parameter as it is now, whatever its owner does to it later, with Python's numbers in place
    of NumPy's.
    """
    if isinstance(value, tuple | list):
        return type(value)(map(fixed, value))
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and not value.ndim):
        return value.item()
    if isinstance(value, np.ndarray):
        value = snapshot(value)
        value.setflags(write=False)  # so that it need not be copied again
    return value


def settled(result: Any) -> Any:
    """A result as the tape holds it: a float, or an array with axes."""
    if type(result) is float:
        return result
    if isinstance(result, np.ndarray) and result.ndim:
        return result if result.dtype.char in "df" else numeric(result, "a result")
    return numeric(result, "a result")
