"""What inputs are given: by name, one number or array each, or one for each setting."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gradviz.numerals import Value, numeric


def mapping(values: object, what: str) -> Mapping[str, Any]:
    """Inputs by name, for the method `what`."""
    if type(values) is not dict and not isinstance(values, Mapping):
        raise TypeError(
            f"{what} takes inputs by name, as in graph.{what}(x=1.0), or as one dict, not "
            f"{values!r:.40}"
        )
    return values


def kind(value: Value) -> str:
    """What must stay as it was in the trace."""
    return (
        f"an array of shape {value.shape} of {value.dtype}"
        if isinstance(value, np.ndarray)
        else "a single number"
    )


def _are_of_one_kind(value: Value, example: Value) -> bool:
    if isinstance(value, np.ndarray) and isinstance(example, np.ndarray):
        return value.shape == example.shape and value.dtype == example.dtype
    return type(value) is type(example)


def checked(
    title: str, examples: Mapping[str, Value], inputs: Mapping[str, object]
) -> dict[str, Value]:
    """Inputs of the graph `title` as floats and arrays of floats.

    Raises TypeError, naming the input, if there is none of that name or the value is no number.
    """
    for name in inputs:
        if name not in examples:
            raise TypeError(f"{title} has no input {name!r}; its inputs are {', '.join(examples)}")
    return {name: numeric(value, f"input {name!r} of {title}") for name, value in inputs.items()}


def looked_at(
    title: str, examples: Mapping[str, Value], given: Mapping[str, Any]
) -> tuple[list[Any], str | None]:
    """The inputs of the graph `title`, those that are not given as in the trace; and what of them
    is of another kind than it was there.
    """
    misfit = None
    every = {**examples, **given}
    for name, value in given.items():
        value = numeric(value, f"input {name!r} of {title}")
        if isinstance(value, np.ndarray):  # the user may change it later
            value = value.copy(order="K")
        if not _are_of_one_kind(value, examples[name]):
            misfit = f"input {name!r} was {kind(examples[name])} when traced, and no longer is"
        every[name] = value
    return [*every.values()], misfit


def settings(
    examples: Mapping[str, Value], inputs: Mapping[str, Value]
) -> tuple[dict[str, Any], int]:
    """For each input one value for all settings, or an array with one for each; and how many there
    are.

    Raises ValueError if that is not clear.
    """
    arguments, counts = {**examples}, {}
    for name, value in inputs.items():
        before = arguments[name]
        if np.ndim(value) == np.ndim(before) + 1:
            counts[name] = np.shape(value)[0]
        elif np.ndim(value) != np.ndim(before):
            raise ValueError(
                f"input {name!r} must be {kind(before)}, or one such for each setting; it has "
                f"the shape {np.shape(value)}"
            )
        arguments[name] = value
    if len(set(counts.values())) != 1:
        raise ValueError(
            f"sweep needs arrays of one and the same number of settings; it got {counts or 'none'}"
        )
    count = set(counts.values()).pop()
    for name, value in arguments.items():
        if name not in counts and np.ndim(value):
            arguments[name] = np.broadcast_to(value, (count, *np.shape(value)))
    return arguments, count
