"""Containers of numbers: tuples, lists and dicts, one inside the other, as one flat list."""

from collections.abc import Callable, Iterator, Mapping
from numbers import Real
from typing import Any


def flatten(tree: Any) -> tuple[list[Any], Callable[[list[Any]], Any]]:
    """What stands in a container, in order; and a function that puts others in the same places.

    >>> leaves, rebuilt = flatten({"w": [1.0, 2.0], "b": 3.0})
    >>> leaves, rebuilt([10, 20, 30])
    ([1.0, 2.0, 3.0], {'w': [10, 20], 'b': 30})
    """
    leaves: list[Any] = []
    _collect(tree, leaves)
    return leaves, lambda others: _rebuilt(tree, iter(others))


def _collect(tree: Any, leaves: list[Any]) -> None:
    if isinstance(tree, dict):
        tree = tree.values()
    elif not isinstance(tree, tuple | list):
        leaves.append(tree)
        return
    for part in tree:
        _collect(part, leaves)


def _rebuilt(tree: Any, others: Iterator[Any]) -> Any:
    if isinstance(tree, dict):
        return {key: _rebuilt(part, others) for key, part in tree.items()}
    if not isinstance(tree, tuple | list):
        return next(others)
    parts = [_rebuilt(part, others) for part in tree]
    return (
        type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    )  # namedtuples take them one by one


def matched(tree: Any, other: Any, path: str = "the arguments") -> list[Any]:
    """What stands in `other`, in the order of what stands in the same places of `tree`.

    Raises TypeError where one has a container, or a key, that the other has not.

    >>> matched({"a": 1.0, "b": 2.0}, {"b": 20.0, "a": 10.0})
    [10.0, 20.0]
    """
    if not isinstance(tree, dict | tuple | list):
        if isinstance(other, dict | tuple) or (
            isinstance(other, list) and not getattr(tree, "shape", ())
        ):
            raise TypeError(
                f"{path} is a number or an array, but its tangent is the {type(other).__name__} "
                f"{other!r:.40}"
            )
        return [other]
    if isinstance(tree, dict):
        if not isinstance(other, dict) or other.keys() != tree.keys():
            raise TypeError(
                f"the tangent of {path} must be a dict with the keys {', '.join(map(repr, tree))}"
            )
        pairs = [(part, other[key], key) for key, part in tree.items()]
    else:
        if not isinstance(other, tuple | list) or len(other) != len(tree):
            raise TypeError(f"the tangent of {path} must be a {type(tree).__name__} of {len(tree)}")
        pairs = [(part, tangent, key) for key, (part, tangent) in enumerate(zip(tree, other))]
    return [
        leaf for part, tangent, key in pairs for leaf in matched(part, tangent, f"{path}[{key!r}]")
    ]


def lists_of_numbers(arguments: Mapping[int, Any]) -> Iterator[str]:
    """What to say of arguments that were perhaps meant as arrays.

    >>> print(*lists_of_numbers({0: [1.0, 2.0], 2: 3.0}))
    argument 0 is the list [1.0, 2.0], a container of 2 numbers; np.array([1.0, 2.0]) is an array
    """
    for position, tree in arguments.items():
        if isinstance(tree, tuple | list) and tree and all(isinstance(part, Real) for part in tree):
            text = repr(tree) if len(repr(tree)) <= 40 else "[…]"
            yield (
                f"argument {position} is the {type(tree).__name__} {text}, a container of "
                f"{len(tree)} numbers; np.array({text}) is an array"
            )


def paths(tree: Any, path: str = "") -> Iterator[str]:
    """Where each of what stands in a container stands.

    >>> list(paths({"w": [1.0, 2.0], "b": 3.0}, "p"))
    ["p['w'][0]", "p['w'][1]", "p['b']"]
    """
    if not isinstance(tree, dict | tuple | list):
        yield path
        return
    for key, part in tree.items() if isinstance(tree, dict) else enumerate(tree):
        yield from paths(part, f"{path}[{key!r}]")
