"""Variable: a number that records what is done to it. It knows no derivative; `primitives` gives it its operators.

What is recorded goes on a flat tape in pages: four entries of a list for each operation (the primitive, its two operands, its
value), in the order of the work, so that a sweep walks lists and recursion is never needed. A page is freed when no Variable
stands on it any more and no later page uses one that does.
"""

import itertools
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from gradviz.graph import Block, Source
from gradviz.numerals import numeral, real

PAGE_LENGTH = 4096  # entries of a page, four to an operation: about a thousand operations
_serials = itertools.count()
_new = object.__new__
ZERO = 0


class Page:
    """A stretch of tape: `entries` holds (primitive, operand, operand, value) one after the other.

    An operand is an int, the index of an earlier entry of this page, or a constant (a float, or None if there is no second).
    A Variable from elsewhere is enrolled on the page as (None, the Variable, None, value).
    """

    __slots__ = ("adjoints", "blocks", "entries", "foreign", "length", "names", "serial", "sources")

    def __init__(self, block: Block | None = None) -> None:
        self.serial = next(_serials)
        self.entries: list[Any] = []
        self.foreign: dict[int, int] = {}
        self.names: dict[int, str] = {}
        self.sources: dict[int, Source] = {}  # only while tracing
        self.blocks = [(0, block)]  # from which index on the work was done inside which block
        self.adjoints: list[float | None] = []  # those of the last backward() that came through here
        self.length = PAGE_LENGTH

    def enrol(self, variable: "Variable") -> int:
        """The index under which a Variable from elsewhere is known on this page.

        Sweeps walk from later pages to earlier ones, so a page may only use earlier ones. Where the Variable stands on a later
        one, a new page is begun and PageTurned raised: the operation is to be recorded again.
        """
        if variable.page is not None and variable.page.serial > self.serial:  # of another thread, or left over from a trace
            _state.page = Page(self.blocks[-1][1])
            raise PageTurned
        index = self.foreign.get(id(variable))
        if index is None or self.entries[4 * index + 3] is not variable._value:  # the second: an input was set to a new value
            index = self.foreign[id(variable)] = len(self.entries) >> 2
            self.entries += (None, variable, None, variable._value)
        return index

    def variable(self, index: int) -> "Variable":
        """The Variable that stands at `index`."""
        primitive, operand, _, value = self.entries[4 * index : 4 * index + 4]
        if primitive is None:
            return operand
        variable = _new(Variable)
        variable._value, variable._sweep, variable.page, variable.index = value, None, self, index
        return variable

    def turn(self, index: int) -> None:
        """Start a new page, since this one is full: the operation at `index` was its last."""
        _state.page = Page(self.blocks[-1][1])


class PageTurned(Exception):
    """The current page can't take this operation, and a new one was begun."""


class _State(threading.local):
    def __init__(self) -> None:
        self.page = Page()
        self.differentiating = 0  # how many derivatives are being taken, one inside the other


_state = _State()


def current_page() -> Page:
    """The page that this thread records on."""
    return _state.page


@contextmanager
def differentiating() -> Iterator[bool]:
    """While a derivative is taken. Tells whether it is part of another one, or of a trace, and so must be recorded itself."""
    _state.differentiating += 1
    try:
        yield _state.differentiating > 1 or _state.page.length < 0
    finally:
        _state.differentiating -= 1


def exchange_page(page: Page) -> Page:
    """Record on `page` from now on; the page used until now is returned."""
    _state.page, previous = page, _state.page
    return previous


class Variable:
    """A real number that takes part in a computational graph.

    It behaves as a float under Python's operators and NumPy's functions, and every result is a Variable again. After
    ``y.backward()``, `grad` holds dy/dx of every Variable x that y was computed from; before, it is None.

    Raises TypeError if `value` is not a real number.

    >>> import gradviz as gv
    >>> x = gv.Variable(3.0, name="x")
    >>> y = x**2 + 2*x + 1
    >>> y.backward()
    >>> y.value, x.grad
    (16.0, 8.0)
    """

    __slots__ = ("_grad", "_name", "_sweep", "_value", "index", "page")

    if TYPE_CHECKING:  # given to the class by `primitives` and `reverse`

        def backward(self) -> None: ...
        def __add__(self, other: "Variable | float") -> "Variable": ...
        def __neg__(self) -> "Variable": ...

        __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __pow__ = __rpow__ = __add__
        __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __add__
        __pos__ = __abs__ = __floor__ = __ceil__ = __trunc__ = __neg__

    def __init__(self, value: float, name: str | None = None) -> None:
        _check_name(name)
        self._value = value if type(value) is float else real(value, f"the value of Variable {name!r}" if name else "the value of a Variable")
        self._name = name
        self._grad = self._sweep = None
        self.page = self.index = None
        page = _state.page
        if page.length < 0:  # made while tracing: a constant of that trace
            page.adopt(self)

    @property
    def name(self) -> str | None:
        """What figures call it."""
        if self.page is None:
            return self._name
        return self.page.names.get(self.index)

    @name.setter
    def name(self, name: str | None) -> None:
        _check_name(name)
        if self.page is None:
            self._name = name
        else:
            self.page.names[self.index] = name

    @property
    def value(self) -> float:
        """Its number. While tracing, reading it ties the trace to this number, as a comparison does."""
        page = _state.page
        if page.length < 0:
            page.decide("is", self, self._value, True)
        return self._value

    @value.setter
    def value(self, value: float) -> None:
        if _state.page.length < 0:
            raise TypeError(f"the value of {self!r} can't be set inside a function that is being traced; compute a new one instead")
        if self.page is not None:
            raise TypeError(f"{self!r} was computed from others, so its value can't be set; set the inputs and compute anew")
        self._value = real(value, f"the value of {self!r}")

    @property
    def grad(self) -> float | None:
        """The derivative of an output with respect to this Variable: of the last one computed from it whose backward() was called."""
        if self.page is None:
            return self._grad
        adjoints = self.page.adjoints
        return adjoints[self.index] if self.index < len(adjoints) else None

    def __repr__(self) -> str:
        return f"Variable({numeral(self._value)}" + (f", name={self.name!r})" if self.name else ")")

    def __float__(self) -> float:
        raise TypeError(
            "a Variable can't become a float: the function that asked for one (float, or one of the math module) would break the graph. "
            "Use NumPy's function of that name (np.exp instead of math.exp), or .value for the number alone"
        )

    __int__ = __index__ = __complex__ = __float__

    def __array__(self, *args: object, **options: object) -> None:
        raise TypeError("np.array can't hold Variables without breaking the graph; use np.stack([x, y]) to join Variables")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *operands: object, **options: object) -> Any:
        if method == "__call__" and not options:
            if ufunc in PRIMITIVES:
                return record(PRIMITIVES[ufunc], operands)
            if ufunc in COMPARISONS:
                return compare(COMPARISONS[ufunc], *operands)
            raise TypeError(f"gradviz knows no derivative of np.{ufunc.__name__}; it knows those of {', '.join(sorted(u.__name__ for u in PRIMITIVES))}")
        name = f"np.{ufunc.__name__}" + (f".{method}" if method != "__call__" else "")
        raise TypeError(f"{name} with {', '.join(options) or 'that method'} does not work on Variables; call np.{ufunc.__name__}(x) alone")

    def __array_function__(self, function: Any, types: object, operands: object, options: object) -> Any:
        raise TypeError(f"np.{function.__name__} does not work on Variables: in this version they are single numbers")

    def __format__(self, how: str) -> str:
        return format(self._value, how) if how else repr(self)

    def __hash__(self) -> int:
        return id(self)

    def __bool__(self) -> bool:
        return compare("!=", self, 0.0)

    def __copy__(self) -> "Variable":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Variable":
        return self

    # Python's comparisons give plain booleans; while tracing, each is noted and checked again on replay.
    def __lt__(self, other: object) -> bool:
        return compare("<", self, other)

    def __le__(self, other: object) -> bool:
        return compare("<=", self, other)

    def __gt__(self, other: object) -> bool:
        return compare(">", self, other)

    def __ge__(self, other: object) -> bool:
        return compare(">=", self, other)

    def __eq__(self, other: object) -> bool:
        return compare("==", self, other)

    def __ne__(self, other: object) -> bool:
        return compare("!=", self, other)


PRIMITIVES: dict[np.ufunc, Any] = {}  # filled by `primitives`
COMPARISONS = {np.less: "<", np.less_equal: "<=", np.greater: ">", np.greater_equal: ">=", np.equal: "==", np.not_equal: "!="}
COMPARE = {
    "<": lambda x, y: x < y,
    "<=": lambda x, y: x <= y,
    ">": lambda x, y: x > y,
    ">=": lambda x, y: x >= y,
    "==": lambda x, y: x == y,
    "!=": lambda x, y: x != y,
    "is": lambda x, y: (x == y and math.copysign(1.0, x) == math.copysign(1.0, y)) or (x != x and y != y),  # the same number
}


def compare(relation: str, left: object, right: object) -> bool:
    """A comparison of which one side at least is a Variable, as a plain bool."""
    x, y = number(left), number(right)
    if x is None or y is None:
        return NotImplemented
    outcome = COMPARE[relation](x, y)
    page = _state.page
    if page.length < 0:
        page.decide(relation, left, right, outcome)
    return outcome


def number(operand: object) -> float | None:
    """The float in a Variable or a real number; None for anything else."""
    if type(operand) is Variable:
        return operand._value
    try:
        return real(operand, "operand")
    except (TypeError, OverflowError):
        return None


def record(primitive: Any, operands: tuple[object, ...]) -> Variable:
    """The result of `primitive` on Variables and constants, recorded."""
    page = _state.page
    try:
        a, left = _place(operands[0], page, primitive)
        if len(operands) == 1:
            return push(page, primitive, a, None, primitive.number(left))
        b, right = _place(operands[1], page, primitive)
    except PageTurned:
        return record(primitive, operands)
    return push(page, primitive, a, b, primitive.number(left, right))


def _place(operand: object, page: Page, primitive: Any) -> tuple[int | float, float]:
    """Where an operand stands on the page, or the constant that it is; and its value."""
    if type(operand) is Variable:
        return operand.index if operand.page is page else page.enrol(operand), operand._value
    constant = real(operand, f"an operand of {primitive.name}")
    return constant, constant


def push(page: Page, primitive: Any, a: int | float, b: int | float | None, value: float) -> Variable:
    """A new Variable for an operation whose operands stand on `page`, or are constants, already."""
    result = _new(Variable)
    result._value = value
    result._sweep = None
    result.page = page
    result.index = index = len(page.entries) >> 2
    page.entries += (primitive, a, b, value)
    if index << 2 > page.length:
        page.turn(index)
    return result


def _check_name(name: object) -> None:
    if name is not None and not isinstance(name, str):
        raise TypeError(f"a Variable's name must be a str, not the {type(name).__name__} {name!r:.40}")


def unary_operator(primitive: Any) -> Any:
    """A method of Variable for a primitive of one operand."""

    def operator(self: Variable) -> Variable:
        return record(primitive, (self,))

    return operator


def binary_operators(primitive: Any) -> tuple[Any, Any]:
    """Two methods of Variable for a primitive of two operands: the operator and its reflection. The hot path of eager work."""
    compute, ieee = primitive.value, primitive.number

    def operator(self: Variable, other: object) -> Variable:
        page = _state.page
        left = self._value
        try:
            a = self.index if self.page is page else page.enrol(self)
            if type(other) is Variable:
                right = other._value
                b = other.index if other.page is page else page.enrol(other)
            elif type(other) is float:
                b = right = other
            else:
                b = right = number(other)
                if right is None:
                    return NotImplemented
        except PageTurned:
            return operator(self, other)
        try:
            value = compute(left, right)
        except (ArithmeticError, ValueError):
            value = ieee(left, right)
        result = _new(Variable)
        result._value = value
        result._sweep = None
        result.page = page
        entries = page.entries
        result.index = index = len(entries) >> 2
        entries += (primitive, a, b, value)
        if index << 2 > page.length:
            page.turn(index)
        return result

    def reflected(self: Variable, other: object) -> Variable:
        if other is ZERO and primitive.name == "add":  # sum() starts from the integer 0
            return self
        left = number(other)
        return NotImplemented if left is None else record(primitive, (left, self))

    return operator, reflected
