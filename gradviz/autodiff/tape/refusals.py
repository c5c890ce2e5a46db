"""What a Variable is asked for and can't be: a float, an index, a part of a plain array; and how it
says so."""

import ast
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gradviz.autodiff.tape import naming
from gradviz.autodiff.tape.containers import lists_of_numbers


def explain(error: Exception, arguments: Mapping[int, Any] = {}) -> None:
    """Add to an error of a user's function what may be behind it. Where NumPy has put an error of
    its own in the place of one of these here, that one is raised.
    """
    cause = error.__cause__
    caught = cause and cause.__traceback__
    if isinstance(cause, TypeError) and caught and not naming.is_the_users(caught.tb_frame):
        raise cause from None
    for note in lists_of_numbers(arguments):
        if note not in getattr(error, "__notes__", ()):
            error.add_note(note)


def as_number(variable: Any, kind: str) -> TypeError:
    """It is asked for a plain number; or an array, to hold it."""
    code = naming.expression()
    if isinstance(code, ast.Subscript) and isinstance(code.ctx, ast.Store):
        return _stored(variable, code)
    return TypeError(
        f"{variable!r} can't become {kind}: the function that asked for one ({kind.split()[-1]}, "
        "or one of the math module) would break the graph. Use NumPy's function of that name "
        "(np.exp instead of math.exp), or .value for the number alone" + where()
    )


def as_fraction(variable: Any) -> TypeError:
    """It is asked for two whole numbers, by the statistics module."""
    return TypeError(
        f"{variable!r} can't become a fraction, as the statistics module asks: that would break "
        "the graph. Use NumPy: np.mean(np.stack([x, y])) for statistics.mean([x, y]), or .value "
        "for the number alone" + where()
    )


def as_index(variable: Any) -> TypeError:
    """It is asked for a whole number, to count or to choose by."""
    return TypeError(
        f"{variable!r} can't be an index or a count, as in xs[n] or range(n): there is no "
        "derivative by it. Let it be a plain integer, that is no input; or take int(n.value), "
        "which ties a trace to that number" + where()
    )


def as_array(variable: Any) -> TypeError:
    """It is asked for a plain array: to be one, to be put into one, or as an index of one."""
    code = naming.expression()
    if isinstance(code, ast.Subscript):
        if any(naming.found(part) is variable for part in ast.walk(code.slice)) or not isinstance(
            code.ctx, ast.Store
        ):
            return as_index(variable)
        return _stored(variable, code)
    if isinstance(code, ast.Call) and naming.found(code.func) not in (np.array, np.asarray, None):
        return TypeError(
            f"{ast.unparse(code.func)} makes a plain array of what it is given, and the graph "
            f"would end at {variable!r}; np.stack([x, y]) joins Variables, and "
            "np.broadcast_to(x, shape) fills an array with one" + where()
        )
    return TypeError(
        "np.array can't hold Variables without breaking the graph; use np.stack([x, y]) to "
        "join Variables, and np.broadcast_to(x, shape) for an array full of one" + where()
    )


def in_place() -> TypeError:
    """It is to be changed, where it is."""
    return TypeError(
        "a Variable can't be changed in place: its old value is part of the graph. Make a new "
        "one: np.where(mask, new, x) replaces elements, np.concatenate and np.stack put parts "
        "together" + where()
    )


def _stored(variable: Any, code: ast.Subscript) -> TypeError:
    return TypeError(
        f"{ast.unparse(code)} can't hold {variable!r}: the array is one of plain numbers, and the "
        "graph would end there. Make a new one: np.stack([x, y]) joins single Variables, "
        "np.concatenate arrays, and np.where(mask, x, h) replaces elements" + where()
    )


NUMPYS = ValueError, TypeError, IndexError  # np.linalg.LinAlgError among them


def of_operands(name: str, values: Sequence[Any], error: Exception, where: str) -> Exception:
    """NumPy does not take these operands."""
    shapes = " and ".join(
        f"shape {np.shape(value)}" if np.shape(value) else "a single number" for value in values
    )
    operands = "operands" if len(values) > 1 else "an operand"
    kind = TypeError if isinstance(error, TypeError) else ValueError
    return kind(f"{name} can't take {operands} of {shapes}: {error}{where}")


def where() -> str:
    """Where in the user's code that is, as the end of a sentence."""
    source = naming.here()
    return f" ({source})" if source else ""
