"""Variable: a number or an array that records what is done to it. It knows no derivative;
`primitives` gives it its operators.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from gradviz.autodiff.tape import refusals
from gradviz.autodiff.tape.constants import constant, snapshot
from gradviz.autodiff.tape.plain import IS, RELATIONS, Valued, compare
from gradviz.autodiff.tape.tape import LEAF, NOWHERE, Leaf, Page, state, turn
from gradviz.graph import Run
from gradviz.numerals import numeral, numeric

_new = object.__new__
NO_ALIAS: tuple[Page | None, int] = (None, 0)


class Variable(Valued):
    """A real number, or an array of them, that takes part in a computational graph.

    Under Python's operators and NumPy's functions it behaves as a float or an array, and every
    result is a Variable again. After ``y.backward()``, where y is a single number, `grad` holds
    dy/dx of every Variable x that y was computed from, in x's shape; before, it is None. Arrays are
    of float64, unless they come as float32.

    Nothing changes a Variable but setting the `value` of an input: ``g = w; g *= 2`` makes a new
    one and leaves w alone, where NumPy would change an array. ``copy.copy`` and ``copy.deepcopy``
    make of an input a new one with its value and name, which does not follow it. What was computed
    is its own copy, and so is all inside a function that is traced or differentiated: no gradient
    is lost. ``pickle`` makes an input of the value.

    np.linalg.cholesky, eigh and eigvalsh take symmetric matrices, of which they read one triangle,
    and hand back symmetric gradients: half to each of the two elements that are one number.

    Raises TypeError if `value` is neither a real number nor an array of them.

    >>> import gradviz as gv
    >>> x = gv.Variable(3.0, name="x")
    >>> y = x**2 + 2*x + 1
    >>> y.backward()
    >>> y.value, x.grad
    (16.0, 8.0)
    >>> v = gv.Variable([1.0, 2.0, 3.0])
    >>> np.mean(2 * v).backward()
    >>> v.grad
    array([0.66666667, 0.66666667, 0.66666667])
    """

    __slots__ = (
        "_value",
        "alias",
        "index",
        "leaf",
        "page",
        "sweep",
    )

    _value: Any
    page: Page
    index: int
    alias: tuple[Page | None, int]  # where an input is known on a later page
    leaf: Leaf  # only of inputs
    sweep: Any  # only after backward()

    if TYPE_CHECKING:  # given to the class by `reverse` and `recording`

        def backward(self) -> None: ...
        def _run_(self) -> Run: ...

    def __init__(self, value: Any, name: str | None = None) -> None:
        if name is not None:
            _check_name(name)
        if type(value) is not float:
            value = numeric(
                value, f"the value of Variable {name!r}" if name else "the value of a Variable"
            )
            if type(value) is not float:
                value = value.copy(order="K")
                self.__class__ = _kind(type(self), value)
        self._value = value
        self.leaf = leaf = Leaf(name)
        page = state.page
        index = next(page.room, None)
        if index is None:
            page = turn()
            index = next(page.room)
        page.entries[index] = (LEAF, leaf, None, None, index, value)
        self.index = index
        self.page = page
        self.alias = NO_ALIAS

    @property
    def name(self) -> str | None:
        """What figures call it."""
        leaf = getattr(self, "leaf", None)
        return leaf.name if leaf is not None else self.page.name(self.index)

    @name.setter
    def name(self, name: str | None) -> None:
        _check_name(name)
        leaf = getattr(self, "leaf", None)
        if leaf is not None:
            leaf.name = name
        else:
            self.page.rename(self.index, name)

    @property
    def value(self) -> Any:
        """Its number or array (a copy). While tracing, reading it ties the trace to what was read,
        as a comparison does.
        """
        page, value = state.page, self._value
        if page.is_trace:
            page.decide(IS, (self,), value)
        return value if type(value) is float else value.copy()

    @value.setter
    def value(self, value: Any) -> None:
        if state.page.is_trace:
            raise TypeError(
                f"the value of {self!r} can't be set inside a function that is being traced; "
                "compute a new one instead"
            )
        if getattr(self, "leaf", None) is None:
            raise TypeError(
                f"{self!r} was computed from others, so its value can't be set; set the inputs and "
                "compute anew"
            )
        if type(value) is float:  # nothing is to be said, which takes a while
            settled: float | np.ndarray = value
        else:
            settled = numeric(value, f"the value of {self!r}")
        self.page = NOWHERE  # where it stood, it stands with its old value
        self._value = settled.copy() if isinstance(settled, np.ndarray) else settled
        self.__class__ = _kind(type(self), settled)
        _enter(self)

    def item(self, *index: Any) -> float:
        """The only number, or that at an index, as a plain one; in a trace as `value` is."""
        if not self.shape:
            return self.value if index in ((), (0,), ((),)) else np.array(self._value).item(*index)
        place = np.arange(self.size).reshape(self.shape).item(*index)
        return self[np.unravel_index(place, self.shape)].value

    def tolist(self) -> Any:
        """Its `value` as a float, or as lists of them."""
        value = self.value
        return value if type(value) is float else value.tolist()

    @property
    def grad(self) -> Any:
        """The derivative of an output with respect to this Variable: of the last one computed from
        it whose backward() was called.
        """
        leaf = getattr(self, "leaf", None)
        grad = leaf.grad if leaf is not None else self.page.adjoint(self.index)
        return grad.copy() if isinstance(grad, np.ndarray) else grad

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of its axes; () of a single number."""
        value = self._value
        return () if type(value) is float else value.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """float64 or float32."""
        value = self._value
        return np.dtype(float) if type(value) is float else value.dtype

    def __repr__(self) -> str:
        return f"Variable({numeral(self._value)}" + (f", name={self.name!r})" if self.name else ")")

    def __float__(self) -> float:
        raise refusals.as_number(self, "a float")

    def __int__(self) -> int:
        raise refusals.as_number(self, "an int")

    def __complex__(self) -> complex:
        raise refusals.as_number(self, "a complex")

    def as_integer_ratio(self) -> tuple[int, int]:
        """What the statistics module asks of a number."""
        raise refusals.as_fraction(self)

    def __index__(self) -> int:
        raise refusals.as_index(self)

    def __format__(self, how: str) -> str:
        if how and self.shape:
            raise TypeError(
                f"{self!r} is an array, and has no format {how!r}; format its elements, or "
                "np.array2string(v.value)"
            )
        return format(self._value, how) if how else repr(self)

    def __hash__(self) -> int:
        return id(self)

    def __bool__(self) -> bool:
        if self.shape:
            raise TypeError(
                f"{self!r} is an array, so it is neither true nor false; np.any and np.all say "
                "what holds for its elements"
            )
        return compare(RELATIONS["!="], self, 0.0)

    def __copy__(self) -> "Variable":
        return self._copied(lambda attributes: attributes)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Variable":
        return self._copied(lambda attributes: deepcopy(attributes, memo))

    def _copied(self, copied: Callable[[dict[str, Any]], dict[str, Any]]) -> "Variable":
        if getattr(self, "leaf", None) is None or state.page.is_trace or state.depth:
            return self
        copy = _restored(type(self), self._value, self.leaf.name)
        for name, attribute in copied(_attributes(self)).items():
            setattr(copy, name, attribute)
        return copy

    def __reduce__(self) -> tuple[Any, ...]:
        kind = _kind(type(self), 0.0)  # that of arrays can't be found by its name
        return _restored, (kind, self.value, self.name), (None, _attributes(self))

    # Python's comparisons give plain booleans; while tracing, each is noted and checked again on
    # replay.
    def __lt__(self, other: object) -> Any:
        return compare(RELATIONS["<"], self, other)

    def __le__(self, other: object) -> Any:
        return compare(RELATIONS["<="], self, other)

    def __gt__(self, other: object) -> Any:
        return compare(RELATIONS[">"], self, other)

    def __ge__(self, other: object) -> Any:
        return compare(RELATIONS[">="], self, other)

    def __eq__(self, other: object) -> Any:
        return compare(RELATIONS["=="], self, other)

    def __ne__(self, other: object) -> Any:
        return compare(RELATIONS["!="], self, other)


class ArrayVariable(Variable):
    """A Variable that holds an array. Users need not care: it is made by Variable, and by functions
    of Variables.
    """

    __slots__ = ()


def _kind(kind: type[Variable], value: Any) -> Any:
    """The class of an input that holds this value: `kind`, or that of arrays that goes with it."""
    if issubclass(kind, ArrayVariable) is not (type(value) is float):
        return kind
    return _of_arrays(kind) if type(value) is not float else kind.__bases__[0]


@cache
def _of_arrays(kind: type[Variable]) -> type[Variable]:
    """What an input of a user's class is while it holds an array: of that class, too."""
    if kind is Variable:
        return ArrayVariable
    named = {name: getattr(kind, name) for name in ("__module__", "__qualname__", "__doc__")}
    make: Any = type(kind)
    return make(kind.__name__, (kind, ArrayVariable), {"__slots__": (), **named})


def _attributes(variable: Variable) -> dict[str, Any]:
    """What a user's class gave it."""
    attributes: Any = object.__getstate__(variable)
    own, slots = attributes if isinstance(attributes, tuple) else (attributes, {})
    return (own or {}) | {name: slots[name] for name in slots if name not in Variable.__slots__}


def _restored(kind: type[Variable], value: Any, name: str | None) -> Variable:
    """A new input."""
    variable = _new(_kind(kind, value))
    variable._value, variable.leaf = value, Leaf(name)
    _enter(variable)
    return variable


def input_of(value: Any) -> Variable:
    """An input that holds `value`, a float or an array of floats, without copying it."""
    variable = _new(Variable if type(value) is float else ArrayVariable)
    variable._value, variable.leaf = value, Leaf(None)
    _enter(variable)
    return variable


def borrowing(value: Any) -> Variable:
    """The same of somebody else's array, which is copied once a derivative is to depend on it."""
    variable = input_of(value)
    if type(value) is not float:
        variable.alias, variable.page = (variable.page, variable.index), NOWHERE
    return variable


def own(variable: Variable) -> None:
    """Copy what it borrows, if it does."""
    if variable.page is NOWHERE:
        variable._value = snapshot(variable._value)
        variable.page, variable.index = page, index = cast(tuple[Page, int], variable.alias)
        page.entries[index] = (LEAF, variable.leaf, None, None, index, variable._value)


def _enter(variable: Variable) -> None:
    """Give an input its place on the current page."""
    page = state.page
    try:
        index = page.append(LEAF, variable.leaf, variable._value)
    except StopIteration:
        page = turn()
        index = page.append(LEAF, variable.leaf, variable._value)
    variable.index, variable.page, variable.alias = index, page, NO_ALIAS


def record(
    primitive: Any, operands: tuple[Any, ...], params: dict[str, Any] | None = None
) -> Variable:
    """The result of `primitive` on Variables and constants, recorded."""
    page = state.page
    places: list[Any] = []
    values: list[Any] = []
    positions: list[int] = []
    borrowed = False
    try:
        for operand in operands:
            if isinstance(operand, Variable):
                positions.append(len(places))
                if operand.page is page:
                    places.append(operand.index)
                else:
                    places.append(page.place(operand))
                    borrowed |= operand.page is NOWHERE
                values.append(operand._value)
            else:
                operand = snapshot(constant(operand, f"an operand of {primitive.name}"))
                places.append(operand)
                values.append(operand)
        if borrowed:
            for position in positions:
                if primitive.reads(position, positions):
                    own(operands[position])
                values[position] = operands[position]._value
        value = _value(primitive, values, params)
        index = next(page.room)  # last, so that what fails leaves no gap
    except StopIteration:
        turn(len(operands) + 1)  # each of them may need an entry of its own
        return record(primitive, operands, params)
    result = _new(Variable if type(value) is float else ArrayVariable)
    result._value, result.index, result.page, result.alias = value, index, page, NO_ALIAS
    operation = primitive.operation(tuple(positions), params, value)
    if primitive.can_be_flat and len(operation.handing_back(places)) < len(positions):
        page.has_flat = True
    if primitive.is_elementwise and type(value) is float:
        first, *second = locals_ = [primitive.local(p, values, value) for p in positions]
        if 0.0 in locals_ and (
            primitive.is_choice or any(operation.is_flat(p, places) for p in positions)
        ):  # the sweep is not to multiply by it
            page.entries[index] = (operation, tuple(places), None, None, index, value)
            return result
        a = places[positions[0]]
        b, by_b = (
            (places[1], *second)
            if second
            else (None, places[1 - positions[0]] if len(places) == 2 else None)
        )
        page.entries[index] = (operation.code, a, first, b, by_b, value)
        return result
    page.has_arrays = True
    page.entries[index] = (operation, tuple(places), None, None, index, value)
    return result


def _value(primitive: Any, values: Sequence[Any], params: dict[str, Any] | None) -> Any:
    """The value of an operation; where it can't be had, the error says of what, and where in the
    user's code.
    """
    try:
        return primitive.number(*values, **params) if params else primitive.number(*values)
    except refusals.NUMPYS as error:
        raise refusals.of_operands(primitive.name, values, error, refusals.where()) from None


def _check_name(name: object) -> None:
    if name is not None and not isinstance(name, str):
        raise TypeError(
            f"a Variable's name must be a str, not the {type(name).__name__} {name!r:.40}"
        )
