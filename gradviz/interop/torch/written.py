"""How calls of PyTorch's functions are written: on a card, and applied to their operands."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from gradviz.graph import printable
from gradviz.interop.writing import Part, applied, between, joined, listed
from gradviz.numerals import numeral

SIGNS = {
    "add": "+", "sub": "−", "mul": "×", "div": "÷", "true_divide": "÷", "matmul": "@",
    "pow": "^", "subtract": "−", "multiply": "×", "divide": "÷", "mm": "@", "bmm": "@",
}  # fmt: skip
REVERSED = {"rsub": "sub", "rdiv": "div", "rtruediv": "div", "rpow": "pow", "rmatmul": "matmul"}
LONGEST = 30  # characters of an argument


def name_of(function: Callable[..., Any]) -> str:
    """``add`` of ``Tensor.__iadd__`` and ``add_``; of a property such as ``x.T`` its name."""
    name = plain_name(function)
    if name == "__get__":
        return getattr(getattr(function, "__self__", None), "__name__", name)
    name = name.strip("_")
    if name.startswith("i") and name[1:] in SIGNS:
        return name[1:]
    return {"radd": "add", "rmul": "mul"}.get(name, name)


def plain_name(function: Callable[..., Any]) -> str:
    """``relu_`` of ``aten.relu_.default``."""
    name = getattr(function, "__name__", type(function).__name__)
    return name.partition(".")[0] if isinstance(function, torch._ops.OpOverload) else name


def call(
    name: str, given: Sequence[Any], options: Mapping[str, Any], part: int | None
) -> tuple[str, tuple[Part, ...]]:
    """What a card says of a call, and the call itself, in parts: arguments that are operands are
    their numbers in a :class:`Place`. `part` is which of several results is meant."""
    sides = [*given]
    if name in REVERSED:
        name, sides = REVERSED[name], sides[::-1]
    if name in SIGNS and len(sides) == 2 and not options:
        return between(SIGNS[name], *map(_parts, sides))
    if name == "getitem" and len(sides) == 2:
        at = sides[1] if isinstance(sides[1], tuple) else (sides[1],)
        inner = listed([_index(each) for each in at])
        is_plain = all(isinstance(part, str) for part in inner)
        symbol = f"[{''.join(map(str, inner))}]" if is_plain else "[…]"
        return symbol, joined([*_parts(sides[0]), "[", *inner, "]"])
    arguments = [_parts(each) for each in sides]
    arguments += [[f"{key}=", *_parts(each)] for key, each in options.items()]
    symbol = name if part is None else f"{name} [{part}]"
    return symbol, applied(name, arguments, part)


class Place(int):
    """The number of an operand among the arguments of a call."""


def _parts(value: Any) -> list[str | int]:
    """An argument."""
    match value:
        case Place():
            return [int(value)]
        case torch.Tensor():
            return [numeral(float(value)) if not value.dim() else f"[{_shape(value)}]"]
        case bool() | None | str():
            return [_short(repr(value))]
        case int() | float():
            return [numeral(float(value))]
        case list() | tuple():
            return ["(", *listed([_parts(each) for each in value]), ")"]
        case slice():
            return [_slice(value)]
    return [_short(getattr(value, "__name__", None) or repr(value))]


def _index(value: Any) -> list[str | int]:
    return ["…"] if value is ... else _parts(value)


def _slice(value: slice) -> str:
    ends = ["" if each is None else str(each) for each in (value.start, value.stop)]
    return ":".join([*ends, *([] if value.step is None else [str(value.step)])])


def _short(text: str) -> str:
    text = printable(text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _shape(tensor: torch.Tensor) -> str:
    return "×".join(map(str, tensor.shape))


def writes_into(
    function: Callable[..., Any], given: Sequence[Any], options: Mapping[str, Any]
) -> torch.Tensor | None:
    """The tensor that a call changes in place, if it says that it does."""
    name, first = plain_name(function), given[0] if given else options.get("input")
    if not isinstance(first, torch.Tensor):
        return None
    if (name.endswith("_") and not name.endswith("__")) or name == "__setitem__":
        return first
    if name.startswith("__i") and name[3:-2] in {*SIGNS, "truediv", "floordiv", "and", "or"}:
        return first
    if options.get("inplace") is True:
        return first
    if inspect.isfunction(function) and "inplace" in (parameters := _parameters(function)):
        place = parameters.index("inplace")
        return first if len(given) > place and given[place] is True else None
    return None


def _parameters(function: Callable[..., Any]) -> list[str]:
    try:
        return [*inspect.signature(function).parameters]
    except ValueError:  # it wraps what is built in, such as tensor ** 2
        return []
