"""What is kept of a figure as long as the same language is set."""

from functools import cached_property
from typing import Any, Self, TypeVar, overload

from gradviz.words import edition

T = TypeVar("T")


class spoken(cached_property[T]):
    """A property that is kept as long as the same language is set."""

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> T: ...
    def __get__(self, instance: object, owner: type[Any] | None = None) -> Self | T:
        if instance is None:
            return self
        kept = vars(instance).get(str(self.attrname))
        if kept is None or kept[0] != edition():
            kept = vars(instance)[str(self.attrname)] = edition(), self.func(instance)
        return kept[1]

    def __set__(self, instance: object, value: T) -> None:
        vars(instance)[str(self.attrname)] = edition(), value
