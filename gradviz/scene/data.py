"""What the pieces of a figure hold in full, so that a machine can check the figure from its SVG
alone (``gradviz check``).

Numbers stand in attributes as Python writes them, arrays as lists of such; of an array of more than
`MOST` elements, and of an empty one, there is the shape. Constants and parameters are JSON, with
what JSON does not know as an object of one key:

>>> plain((slice(1, None), ...))
{'tuple': [{'slice': [1, None, None]}, {'ellipsis': True}]}
>>> revived(plain((slice(1, None), ...)))
(slice(1, None, None), Ellipsis)
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gradviz.graph import Edge, External, Node, Operation
from gradviz.numerals import Value
from gradviz.scene.folding.inside import Inside
from gradviz.scene.numbers import magnitude
from gradviz.scene.unheld import unheld

MOST = 256  # elements of an array that is held in full
MOST_GATES = 1000  # of a closed block
DTYPES = {np.dtype(code).name for code in "?bhilqBHILQefd"}

Json = Any  # what json.dumps writes and json.loads reads


def of_node(
    node: Node, value: Value | None, second: Value | None, kind: str = "adjoint"
) -> dict[str, object]:
    """Of a card: its name (or the label of what has none), its numbers (the second one is of this
    kind), and what it takes to recompute them.
    """
    held: dict[str, object] = {"name" if node.name else "label": node.label}
    held |= _of_operation(node) | _of_number("value", value) | _of_number(kind, second)
    return held | {"source": node.source.said} if node.source else held


def of_edge(
    edge: Edge, local: Value | None, flow: Value | None, kind: str = "flow"
) -> dict[str, object]:
    """Of a wire: its ends, and its numbers."""
    ends = {"from": edge.source.index, "to": edge.target.index, "argument": edge.position}
    return {**ends, **_of_number("local", local), **_of_number(kind, flow)}


def full(number: Value | None) -> str:
    """A number, or an array that is not too large, in full precision; empty if it is not known."""
    if isinstance(number, np.ndarray):
        return json.dumps(number.tolist()) if number.size <= MOST else ""
    return "" if number is None else repr(float(number))


def _of_number(kind: str, number: Value | None) -> dict[str, object]:
    held: dict[str, object] = {kind: full(number)}
    if isinstance(number, np.ndarray):
        about = _about(kind)
        if not 0 < number.size <= MOST:
            held |= {
                f"{about}shape": json.dumps(number.shape),
                f"{about}magnitude": full(magnitude(number)),
            }
        if number.dtype != float:
            held[f"{about}dtype"] = number.dtype.name
    return held


def _about(kind: str) -> str:
    """What the names of attributes begin with that say more of a number."""
    return "" if kind == "value" else f"{kind}-"


def _of_operation(node: Node) -> dict[str, object]:
    operation = node.operation
    if operation is None:
        return {}
    if isinstance(operation, Inside) and not operation.is_from_elsewhere:
        return {
            "operation": operation.name,
            "gates": json.dumps(_gates(operation)) if len(operation.gates) <= MOST_GATES else "",
        }
    held: dict[str, object] = {
        "operation": operation.name,
        "constants": json.dumps(
            [None if isinstance(operand, Node) else plain(operand) for operand in node.operands]
        ),
    }
    if not hasattr(operation, "params"):  # it stands for a part of a graph that is not drawn
        if isinstance(operation, External):
            held["stops"] = json.dumps(operation.stops)
        return {**held, "words": json.dumps([node.sign, node.expression])}
    if params := _params(operation):
        held["params"] = json.dumps(params)
    if operation.is_handwritten:
        held["handwritten"] = (
            "derivative"
            if operation.local_expression(0, node.operand_labels, node.label)
            else "vjp"
        )
    return held


def _params(operation: Operation) -> dict[str, Json]:
    """Its parameters, of an operation that has some."""
    return {name: plain(value) for name, value in getattr(operation, "params", {}).items()}


def _gates(inside: Inside) -> list[dict[str, Json]]:
    """What a closed block hides: its gates in order, whose operands are values that come in, gates
    before, or constants.
    """
    places: dict[Node, Json] = {
        node: {"in": position} for position, node in enumerate(inside.operands)
    }
    places |= {gate: {"gate": number} for number, gate in enumerate(inside.gates)}
    gates: list[dict[str, Json]] = []
    for gate in inside.gates:
        held: dict[str, Json] = {
            "operation": gate.gate.name,
            "operands": [
                places[operand] if isinstance(operand, Node) else plain(operand)
                for operand in gate.operands
            ],
        }
        if params := _params(gate.gate):
            held["params"] = params
        if gate.is_handwritten:
            held["handwritten"] = True
        gates.append(held)
    return gates


def plain(value: object) -> Json:
    """A constant or a parameter as JSON has it; :func:`revived` is the way back."""
    match value:
        case None | bool() | str():
            return value
        case float() | np.floating():
            return float(value)
        case int() | np.integer():
            return int(value)
        case list():
            return [plain(part) for part in value]
        case tuple():
            return {"tuple": [plain(part) for part in value]}
        case slice():
            return {"slice": [plain(part) for part in (value.start, value.stop, value.step)]}
        case np.ndarray():
            numbers: dict[str, Json] = {"array": value.tolist()} if value.size <= MOST else {}
            return {**numbers, "shape": [*value.shape], "dtype": value.dtype.name}
        case np.dtype() | type():
            return {"dtype": np.dtype(value).name}
    return {"ellipsis": True} if value is ... else {"unknown": type(value).__name__}


# ── the way back ──


def number_in(held: Mapping[str, str], kind: str, dtype: str = "float64") -> Value | None:
    """A number as :func:`of_node` and :func:`of_edge` hold it; None if it is not known.

    Raises KeyError, ValueError or TypeError for what can't be one.
    """
    words, about = held[kind], _about(kind)
    shape = json.loads(held[f"{about}shape"]) if f"{about}shape" in held else None
    if shape is not None and not words:
        return unheld(shape, float(held[f"{about}magnitude"]))
    if not words.startswith("["):
        return float(words) if words else None
    return _array(json.loads(words), held.get(f"{about}dtype", dtype), shape)


def revived(held: Json) -> Any:
    """What :func:`plain` made JSON of. Raises ValueError or TypeError for anything else."""
    match held:
        case None | bool() | int() | float() | str():
            return held
        case list():
            return [revived(part) for part in held]
        case {"tuple": list(parts)}:
            return tuple(revived(part) for part in parts)
        case {"slice": [None | int(), None | int(), None | int()]}:
            return slice(*held["slice"])
        case {"array": numbers, "shape": list(shape), "dtype": str(dtype)}:
            return _array(numbers, dtype, shape)
        case {"shape": list(shape), "dtype": str()}:
            return unheld(shape)
        case {"dtype": str(dtype)} if dtype in DTYPES:
            return np.dtype(dtype)
        case {"ellipsis": True}:
            return ...
    raise ValueError(f"{held!r:.60} is no constant and no parameter")


def _array(numbers: Json, dtype: str, shape: Sequence[int] | None) -> np.ndarray:
    if dtype not in DTYPES:
        raise ValueError(f"{dtype!r:.40} is no type of numbers")
    array = np.array(numbers, dtype)
    if array.dtype.kind == "f" and not np.array_equal(
        array, np.array(numbers, float), equal_nan=True
    ):
        raise ValueError(f"it holds numbers that are no {dtype}")
    return array if shape is None else array.reshape(shape)
