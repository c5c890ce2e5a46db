"""What Variables and Symbols have in common: they answer NumPy's functions and methods out of the
table of primitives.
"""

import operator
import sys
from collections.abc import Callable, Iterator
from inspect import signature
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from gradviz.autodiff.tape import refusals

# filled by `primitives` and `functions`
UFUNCS: dict[np.ufunc, Any] = {}
FUNCTIONS: dict[Callable[..., Any], Any] = {}
SPECIAL: dict[str, Any] = {}  # the same for scipy.special's ufuncs, by their names there

Axes = int | tuple[int, ...] | None


class Composition:
    """What answers a ufunc that is no row of the table, but made of rows."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.unary: Callable[..., Any] = function

    def __call__(self, *operands: Any) -> Any:
        return self.unary(*operands)


def answers(*functions: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorates what answers these NumPy functions."""

    def register(answer: Callable[..., Any]) -> Callable[..., Any]:
        for function in functions:
            FUNCTIONS[function] = answer
        return answer

    return register


class Operand:
    """Something that takes part in a computation: NumPy's functions work on it, and it has an
    array's methods. Each method is NumPy's function of its name.
    """

    __slots__ = ()

    if TYPE_CHECKING:  # given to its classes by `primitives`

        def __add__(self, other: Any) -> Self: ...
        def __radd__(self, other: Any) -> Self: ...
        def __sub__(self, other: Any) -> Self: ...
        def __rsub__(self, other: Any) -> Self: ...
        def __mul__(self, other: Any) -> Self: ...
        def __rmul__(self, other: Any) -> Self: ...
        def __truediv__(self, other: Any) -> Self: ...
        def __rtruediv__(self, other: Any) -> Self: ...
        def __pow__(self, other: Any) -> Self: ...
        def __rpow__(self, other: Any) -> Self: ...
        def __floordiv__(self, other: Any) -> Self: ...
        def __rfloordiv__(self, other: Any) -> Self: ...
        def __mod__(self, other: Any) -> Self: ...
        def __rmod__(self, other: Any) -> Self: ...
        def __matmul__(self, other: Any) -> Self: ...
        def __rmatmul__(self, other: Any) -> Self: ...
        def __neg__(self) -> Self: ...
        def __pos__(self) -> Self: ...
        def __abs__(self) -> Self: ...
        def __floor__(self) -> Self: ...
        def __ceil__(self) -> Self: ...
        def __trunc__(self) -> Self: ...
        def __round__(self, digits: int | None = 0) -> Self: ...
        def __divmod__(self, other: Any) -> tuple[Self, Self]: ...

    def __array__(self, *args: object, **options: object) -> None:
        raise refusals.as_array(self)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *operands: Any, **options: Any) -> Any:
        if method == "__call__" and not options:
            primitive = UFUNCS.get(ufunc) or _of_scipy(ufunc)
            if primitive is not None:
                return primitive.unary(self) if len(operands) == 1 else primitive(*operands)
            name = _path(ufunc)
            raise TypeError(f"gradviz knows no derivative of {name}; {ADVICE}{refusals.where()}")
        call = f"{_path(ufunc)}({', '.join('xyz'[: ufunc.nin])})"
        if operands[0] is options.get("out", (None,))[0]:
            sign = IN_PLACE.get(ufunc)
            raise TypeError(
                f"h {sign}= v can't write Variables into h, an array of plain numbers; write "
                f"h = h {sign} v, which makes a new one" + refusals.where()
                if sign
                else f"{call} can't write Variables into x, an array of plain numbers; write "
                f"x = {call}, which makes a new one" + refusals.where()
            )
        if method == "__call__":
            name = f"{_path(ufunc)} with {', '.join(options)}"
        elif method == "reduce" and ufunc in REDUCED_BY:
            raise TypeError(
                f"{_path(ufunc)}.reduce does not work on Variables; use {REDUCED_BY[ufunc]}"
                + refusals.where()
            )
        else:
            name = f"{_path(ufunc)}.{method}"
        raise TypeError(
            f"{name} does not work on Variables; call {call} alone, which makes a new Variable"
            + refusals.where()
        )

    def __array_function__(self, function: Any, types: object, operands: Any, options: Any) -> Any:
        known = FUNCTIONS.get(function)
        if known is None:
            name = f"{function.__module__.replace('numpy', 'np')}.{function.__name__}"
            raise TypeError(f"gradviz does not know {name}; {ADVICE}{refusals.where()}")
        try:
            return known(*operands, **options)
        except TypeError as error:
            if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                raise  # from inside
            takes = ", ".join(signature(known).parameters)
            raise TypeError(
                f"np.{function.__name__} of Variables takes {takes}; "
                f"it {str(error).partition('() ')[2]}"
            ) from None

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of its axes; () of a single number."""
        raise NotImplementedError

    @property
    def dtype(self) -> np.dtype[Any]:
        """float64 or float32."""
        raise NotImplementedError

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return int(np.prod(self.shape))

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError(
                f"{self!r} is a single number, and has no length: there is nothing to count or to "
                "take apart in it" + refusals.where()
            )
        return self.shape[0]

    def __iter__(self) -> Iterator[Self]:
        return iter([self[i] for i in range(len(self))])

    def __getitem__(self, index: Any) -> Self:
        if not self.shape:
            raise TypeError(
                f"{self!r} is a single number, and can't be indexed; give it as an array, "
                f"np.array([1.0, 2.0]) for one, if it is to have elements" + refusals.where()
            )
        for part in index if type(index) is tuple else (index,):
            if type(part) is slice:
                for end in (part.start, part.stop, part.step):
                    if isinstance(end, Operand):
                        raise refusals.as_index(end)
        return FUNCTIONS[operator.getitem](self, index)

    def __rdivmod__(self, other: Any) -> tuple[Self, Self]:
        return other // self, other % self

    def __setitem__(self, index: Any, value: Any) -> None:
        raise refusals.in_place()

    # ── sums and other reductions ──

    def sum(self, axis: Axes = None, **options: Any) -> Self:
        """As np.sum."""
        return FUNCTIONS[np.sum](self, axis=axis, **options)

    def mean(self, axis: Axes = None, **options: Any) -> Self:
        """As np.mean."""
        return FUNCTIONS[np.mean](self, axis=axis, **options)

    def prod(self, axis: Axes = None, **options: Any) -> Self:
        """As np.prod."""
        return FUNCTIONS[np.prod](self, axis=axis, **options)

    def var(self, axis: Axes = None, **options: Any) -> Self:
        """As np.var."""
        return FUNCTIONS[np.var](self, axis=axis, **options)

    def std(self, axis: Axes = None, **options: Any) -> Self:
        """As np.std."""
        return FUNCTIONS[np.std](self, axis=axis, **options)

    def max(self, axis: Axes = None, **options: Any) -> Self:
        """As np.max."""
        return FUNCTIONS[np.max](self, axis=axis, **options)

    def min(self, axis: Axes = None, **options: Any) -> Self:
        """As np.min."""
        return FUNCTIONS[np.min](self, axis=axis, **options)

    def cumsum(self, axis: int | None = None, **options: Any) -> Self:
        """As np.cumsum."""
        return FUNCTIONS[np.cumsum](self, axis=axis, **options)

    def cumprod(self, axis: int | None = None, **options: Any) -> Self:
        """As np.cumprod."""
        return FUNCTIONS[np.cumprod](self, axis=axis, **options)

    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Self:
        """As np.trace."""
        return FUNCTIONS[np.trace](self, offset, axis1, axis2)

    # ── shapes and selections ──

    @property
    def T(self) -> Self:
        """Transposed: with its axes in reverse order."""
        return FUNCTIONS[np.transpose](self)

    @property
    def mT(self) -> Self:
        """As np.matrix_transpose."""
        return FUNCTIONS[np.matrix_transpose](self)

    def transpose(self, *axes: Any) -> Self:
        """As np.transpose; the axes one by one or as a tuple."""
        return FUNCTIONS[np.transpose](self, _one_by_one(axes) or None)

    def reshape(self, *shape: Any, order: str = "C") -> Self:
        """As np.reshape; the lengths one by one or as a tuple."""
        return FUNCTIONS[np.reshape](self, _one_by_one(shape), order)

    def ravel(self, order: str = "C") -> Self:
        """As np.ravel."""
        return FUNCTIONS[np.ravel](self, order)

    def flatten(self, order: str = "C") -> Self:
        """As np.ravel."""
        return FUNCTIONS[np.ravel](self, order)

    def squeeze(self, axis: Axes = None) -> Self:
        """As np.squeeze."""
        return FUNCTIONS[np.squeeze](self, axis)

    def swapaxes(self, axis1: int, axis2: int) -> Self:
        """As np.swapaxes."""
        return FUNCTIONS[np.swapaxes](self, axis1, axis2)

    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Self:
        """As np.diagonal."""
        return FUNCTIONS[np.diagonal](self, offset, axis1, axis2)

    def repeat(self, repeats: Any, axis: int | None = None) -> Self:
        """As np.repeat."""
        return FUNCTIONS[np.repeat](self, repeats, axis)

    def take(self, indices: Any, axis: int | None = None) -> Self:
        """As np.take."""
        return FUNCTIONS[np.take](self, indices, axis)

    # ── the rest ──

    def dot(self, b: Any) -> Self:
        """As np.dot."""
        return FUNCTIONS[np.dot](self, b)

    def clip(self, min: Any = None, max: Any = None) -> Self:
        """As np.clip."""
        return FUNCTIONS[np.clip](self, min, max)

    def round(self, decimals: int = 0) -> Self:
        """As np.round."""
        return FUNCTIONS[np.round](self, decimals)

    def copy(self) -> Self:
        """As np.copy."""
        return FUNCTIONS[np.copy](self)

    def astype(self, dtype: Any) -> Self:
        """As np.astype: float64 or float32."""
        return FUNCTIONS[np.ndarray.astype](self, dtype)

    def conj(self) -> Self:
        """Itself, as it is real."""
        return self

    @property
    def real(self) -> Self:
        """Itself."""
        return self

    def sort(self, *arguments: Any, **options: Any) -> None:
        """Refused, as NumPy's works in place."""
        raise TypeError(
            "a Variable can't be sorted in place; np.sort(x) makes a new one" + refusals.where()
        )

    def fill(self, value: Any) -> None:
        """Refused, as NumPy's works in place."""
        raise refusals.in_place()

    # ── plain values ──

    def searchsorted(self, v: Any, **options: Any) -> Any:
        """As np.searchsorted, a plain value."""
        return FUNCTIONS[np.searchsorted](self, v, **options)

    def argmax(self, axis: int | None = None, **options: Any) -> Any:
        """As np.argmax, a plain value."""
        return FUNCTIONS[np.argmax](self, axis=axis, **options)

    def argmin(self, axis: int | None = None, **options: Any) -> Any:
        """As np.argmin, a plain value."""
        return FUNCTIONS[np.argmin](self, axis=axis, **options)

    def argsort(self, axis: int | None = -1, **options: Any) -> Any:
        """As np.argsort, a plain value."""
        return FUNCTIONS[np.argsort](self, axis=axis, **options)

    def nonzero(self) -> Any:
        """As np.nonzero, a plain value."""
        return FUNCTIONS[np.nonzero](self)

    def any(self, axis: Axes = None, **options: Any) -> Any:
        """As np.any, a plain value."""
        return FUNCTIONS[np.any](self, axis=axis, **options)

    def all(self, axis: Axes = None, **options: Any) -> Any:
        """As np.all, a plain value."""
        return FUNCTIONS[np.all](self, axis=axis, **options)


def _one_by_one(given: tuple[Any, ...]) -> Any:
    """What may be given one by one or as one tuple, as one."""
    if len(given) == 1 and (given[0] is None or isinstance(given[0], tuple | list | np.ndarray)):
        return given[0]
    return given


def _of_scipy(ufunc: np.ufunc) -> Any:
    special = sys.modules.get("scipy.special")
    return next((SPECIAL[name] for name in SPECIAL if getattr(special, name, None) is ufunc), None)


def _path(ufunc: np.ufunc) -> str:
    """Under which name users know it; SciPy's tell no module."""
    name = ufunc.__name__
    if getattr(np, name, None) is ufunc:
        return f"np.{name}"
    homes = [
        module
        for module, loaded in sys.modules.copy().items()
        if not any(part.startswith("_") for part in module.split("."))
        and getattr(loaded, name, None) is ufunc
    ]
    return f"{min(homes, key=len)}.{name}" if homes else name


REDUCED_BY: dict[np.ufunc, str] = {
    np.add: "np.sum",
    np.multiply: "np.prod",
    np.maximum: "np.max",
    np.minimum: "np.min",
}
IN_PLACE: dict[np.ufunc, str] = {
    np.add: "+",
    np.subtract: "-",
    np.multiply: "*",
    np.divide: "/",
    np.floor_divide: "//",
    np.remainder: "%",
    np.power: "**",
    np.matmul: "@",
}
ADVICE = (
    "declare it: write a function that computes it, decorate that with @gv.primitive, and give its "
    "derivative with .derivative(...)"
)
