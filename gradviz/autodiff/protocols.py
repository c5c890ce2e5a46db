"""What Variables and Symbols have in common: they answer NumPy's functions and methods out of the
table of primitives.
"""

from typing import Any

import numpy as np

UFUNCS: dict[
    np.ufunc, Any
] = {}  # these are filled by `primitives` and `functions`, which also give Operand its methods
FUNCTIONS: dict[Any, Any] = {}


class Operand:
    """Something that takes part in a computation: NumPy's functions work on it."""

    __slots__ = ()

    def __array__(self, *args: object, **options: object) -> None:
        raise TypeError(
            "np.array can't hold Variables without breaking the graph; use np.stack([x, y]) to "
            "join Variables"
        )

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *operands: Any, **options: Any) -> Any:
        if method == "__call__" and not options:
            primitive = UFUNCS.get(ufunc)
            if primitive is not None:
                return primitive.unary(self) if len(operands) == 1 else primitive(*operands)
            raise TypeError(
                f"gradviz knows no derivative of np.{ufunc.__name__}; "
                f"{ADVICE.format(name=ufunc.__name__)}"
            )
        if method == "__call__":
            name = f"np.{ufunc.__name__} with {', '.join(options)}"
        elif method == "reduce" and ufunc in (np.add, np.multiply, np.maximum, np.minimum):
            name, better = (
                f"np.{ufunc.__name__}.reduce",
                {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min"}[
                    ufunc.__name__
                ],
            )
            raise TypeError(f"{name} does not work on Variables; use np.{better}")
        else:
            name = f"np.{ufunc.__name__}.{method}"
        raise TypeError(
            f"{name} does not work on Variables; call np.{ufunc.__name__}(x) alone, which makes a "
            "new Variable"
        )

    def __array_function__(self, function: Any, types: object, operands: Any, options: Any) -> Any:
        known = FUNCTIONS.get(function)
        if known is None:
            name = f"{function.__module__.replace('numpy', 'np')}.{function.__name__}"
            raise TypeError(
                f"gradviz does not know {name}; {ADVICE.format(name=function.__name__)}"
            )
        return known(*operands, **options)

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
            raise TypeError(f"{self!r} is a single number, and has no length")
        return self.shape[0]

    def __iter__(self) -> Any:
        return iter([self[i] for i in range(len(self))])

    def __setitem__(self, index: Any, value: Any) -> None:
        raise TypeError(
            "a Variable can't be changed in place: its old value is part of the graph. Make a new "
            "one: "
            "np.where(mask, new, x) replaces elements, np.concatenate and np.stack put parts together"
        )


ADVICE = "declare it: write a function that computes it, decorate that with @gv.primitive, and give its derivative with .derivative(...)"
