"""How a function is called with inputs that are given by name."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

VARIADIC = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD


def _signature(function: Callable[..., Any]) -> inspect.Signature | None:
    """How it is called; None of some callables written in C, which do not tell."""
    if isinstance(function, np.ufunc):  # they tell from NumPy 2.4 on, and name options as arguments
        names = [f"x{number + 1}" for number in range(function.nin)] if function.nin > 1 else ["x"]
        return inspect.Signature(
            [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in names]
        )
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None


def in_order(function: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given, as the function has its arguments; those that it does not name stand where it
    has *args or **options.
    """
    signature = _signature(function)
    parameters = list(signature.parameters.values()) if signature else []
    places = {p.name: place for place, p in enumerate(parameters) if p.kind not in VARIADIC}
    rest = max(
        (place for place, p in enumerate(parameters) if p.kind in VARIADIC), default=len(places)
    )
    return dict(sorted(given.items(), key=lambda item: places.get(item[0], rest)))


def bound(
    function: Callable[..., Any], title: str, variables: Mapping[str, Any]
) -> tuple[Sequence[Any], Mapping[str, Any]]:
    """The positional and the keyword arguments to call `function` with.

    What no argument is called goes to ``**options``, as in a plain call; where there are none, to
    ``*args``, in its order."""
    signature = _signature(function)
    if signature is None:
        return list(variables.values()), {}
    parameters = list(signature.parameters.values())
    kinds = {parameter.kind: parameter.name for parameter in parameters}
    several, options = (kinds.pop(kind, None) for kind in VARIADIC)
    named = [parameter for parameter in parameters if parameter.kind in kinds]
    rest = dict(variables)
    given: dict[str, Any] = {p.name: rest.pop(p.name) for p in named if p.name in rest}
    if rest and options:
        given[options] = rest
    elif rest and several:
        given[several] = tuple(rest.values())
    elif rest:
        raise TypeError(
            f"{title} has no argument {', '.join(map(repr, rest))}; its arguments are "
            f"{', '.join(signature.parameters)}"
        )
    missing = [p.name for p in named if p.name not in given and p.default is p.empty]
    if missing:
        raise TypeError(
            f"{title} needs a value for {', '.join(map(repr, missing))}: gv.trace({title}, "
            f"{missing[0]}=1.0)"
        )
    before = [p for p in named if p.kind is not p.KEYWORD_ONLY]
    while before and not (several in given or before[-1].name in given):
        before.pop()
    for parameter in before:  # one that is left out before one that is given by position
        given.setdefault(parameter.name, parameter.default)
    call = signature.bind_partial()
    call.arguments.update(given)
    return call.args, call.kwargs
