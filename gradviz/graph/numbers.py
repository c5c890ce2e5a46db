"""The numbers of a run, by node and by edge."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any, TypeVar

import numpy as np

from gradviz.graph.nodes import Edge, Node
from gradviz.graph.structure import Structure
from gradviz.numerals import Value, numeral

FEW = 30  # inputs, whose gradients are read by a function of their own


def read_only(number: Any) -> Any:
    """A number as it is; an array so that nobody writes into it."""
    if type(number) is float or not isinstance(number, np.ndarray) or not number.flags.writeable:
        return number
    view = number.view()
    view.flags.writeable = False
    return view


class Places(tuple[int, ...]):
    """Where each number stands among the distinct ones; called with those, it gives all."""

    gradients: Callable[[tuple[Any, ...]], dict[str, Any]] | None = None  # takes them out, by name

    @cached_property
    def _all(self) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
        return picker(self)

    def __call__(self, distinct: tuple[Any, ...]) -> tuple[Any, ...]:
        return self._all(distinct)

    def compressed(self, numbers: Sequence[Any]) -> tuple[Any, ...]:
        """The distinct numbers, out of all."""
        first = dict(zip(reversed(self), reversed(range(len(self)))))
        return tuple(numbers[first[place]] for place in range(len(first)))


Key = TypeVar("Key", Node, Edge)


def zero(like: Value) -> Value:
    return np.zeros_like(like) if isinstance(like, np.ndarray) else 0.0


class Numbers(Mapping[Key, Any]):
    """Numbers by node or edge, read-only; nodes also by their name. `numbers` has them in their
    order.
    """

    __slots__ = ("_all", "_first", "_keys", "_named")

    def __init__(
        self,
        keys: Sequence[Key],
        numbers: Sequence[Any],
        first: int = 0,
        named: Mapping[str, Node] | None = None,
    ) -> None:
        self._keys = keys
        self._all = numbers  # of which those from `first` on are meant
        self._first = first
        self._named = named or {}  # nodes by their labels

    @property
    def numbers(self) -> Sequence[Any]:
        return self._all[self._first : self._first + len(self._keys)]

    def __getitem__(self, key: Key | str) -> Any:
        if isinstance(key, str):
            if key not in self._named:
                raise KeyError(
                    f"no node is called {key!r}; there are "
                    f"{', '.join(getattr(k, 'label', repr(k)) for k in self._keys)}"
                )
            return self._all[self._first + self._named[key].index]
        if not (key.index < len(self._keys) and self._keys[key.index] is key):
            raise KeyError(
                f"{key!r} belongs to another graph: this run may have been traced anew (see its "
                "`retraced`)"
            )
        return self._all[self._first + key.index]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        lines = [f"{key!r}: {numeral(value)}" for key, value in self.items()]
        return "{" + (", " if len(lines) < 4 else ",\n ").join(lines) + "}"


def picker(places: Sequence[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """A function that picks the numbers at these places of a tuple, or by these names."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda numbers: tuple(numbers[place] for place in places)


def gradients_of(
    graph: Structure, places: Sequence[int]
) -> Callable[[tuple[Any, ...]], dict[str, Any]]:
    """What takes the gradients out of the distinct numbers of runs that have these places."""
    names, first = graph.input_names, graph.first_adjoint
    pick = picker(places[first : first + len(names)])
    if graph.has_arrays:
        return lambda distinct: dict(zip(names, map(read_only, pick(distinct))))
    if len(names) > FEW:
        return lambda distinct: dict(zip(names, pick(distinct)))
    items = (f"{name!r}: distinct[{place}]" for name, place in zip(names, places[first:]))
    return eval(f"lambda distinct: {{{', '.join(items)}}}")  # written out, in half the time
