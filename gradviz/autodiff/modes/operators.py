"""Functions of functions: from f to its gradient, its products with Jacobians, and its higher
derivatives.

Each of them takes numbers and arrays, and containers of them; given Variables, or inside a function
that is being traced or differentiated, it returns Variables, so that the result can be
differentiated again."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from gradviz.autodiff.modes.evaluation import Evaluation, like, title
from gradviz.autodiff.tape.containers import matched
from gradviz.autodiff.tape.tape import differentiating
from gradviz.autodiff.tape.variable import Variable
from gradviz.numerals import numeric

Argnums = int | tuple[int, ...]


def _scalar(evaluation: Evaluation, function: Callable[..., Any], what: str) -> None:
    if evaluation.output.shape:
        raise TypeError(
            f"{what} needs a function that returns a single number, but {title(function)} "
            f"returned an array of shape {evaluation.output.shape}; "
            "return its sum or mean, or use gv.jacobian or gv.vjp"
        )


def _positions(argnums: Argnums, arguments: Sequence[Any]) -> list[int]:
    positions = argnums if isinstance(argnums, tuple) else (argnums,)
    for position in positions:
        if not isinstance(position, int | np.integer):
            raise TypeError(f"argnums must be a position or a tuple of positions, not {argnums!r}")
        if not -len(arguments) <= position < len(arguments):
            raise TypeError(
                f"argnums names argument {position}, but {len(arguments)} positional arguments "
                "were given"
            )
    found = [int(position) % len(arguments) for position in positions]
    if len(set(found)) < len(found):
        raise ValueError(f"argnums {argnums!r} names an argument twice")
    return found


def value_and_grad(
    function: Callable[..., Any], argnums: Argnums = 0
) -> Callable[..., tuple[Any, Any]]:
    """A function that returns f's value and its gradient, by one run forward and one reverse sweep.

    The gradient has the shape of the argument: a number, an array, or a container (tuple, list,
    dict) of them. If `argnums` is a tuple of positions, it is a tuple of gradients. f must return a
    single number.

    >>> import gradviz as gv
    >>> gv.value_and_grad(lambda x, y: (x + y) ** 2, argnums=(0, 1))(1.0, 2.0)
    (9.0, (6.0, 6.0))
    >>> gv.value_and_grad(lambda p: p["w"] * p["x"] + p["b"])({"w": 2.0, "x": 3.0, "b": 1.0})
    (7.0, {'w': 3.0, 'x': 2.0, 'b': 1.0})
    """

    @wraps(function)
    def with_gradient(*arguments: Any, **options: Any) -> tuple[Any, Any]:
        positions = _positions(argnums, arguments)
        with differentiating() as nested:
            evaluation = Evaluation(function, arguments, options, positions, nested)
            _scalar(evaluation, function, "grad")
            gradients = evaluation.packed(evaluation.pulled(1.0, release=True))
        return evaluation.value, tuple(gradients) if isinstance(argnums, tuple) else gradients[0]

    return with_gradient


def grad(function: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """A function that returns the gradient of f, as in JAX. See :func:`value_and_grad`.

    >>> import gradviz as gv
    >>> gv.grad(lambda x: x**2 + 2*x + 1)(3.0)
    8.0
    >>> gv.grad(gv.grad(lambda x: x**3))(2.0)
    12.0
    >>> gv.grad(lambda v: np.sum(v**2))(np.array([1.0, 2.0]))
    array([2., 4.])
    """
    with_gradient = value_and_grad(function, argnums)

    @wraps(function)
    def gradient(*arguments: Any, **options: Any) -> Any:
        return with_gradient(*arguments, **options)[1]

    return gradient


def vjp(
    function: Callable[..., Any], *primals: Any
) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """f's value, and a function that takes an adjoint of it back to the arguments: v ↦ vᵀJ, one for
    each.

    >>> import gradviz as gv
    >>> value, pull = gv.vjp(lambda v: v**2, np.array([1.0, 2.0, 3.0]))
    >>> value, pull(np.array([1.0, 0.0, 1.0]))
    (array([1., 4., 9.]), (array([2., 0., 6.]),))
    """
    with differentiating() as nested:
        evaluation = Evaluation(function, primals, {}, range(len(primals)), nested)

    def pull(adjoint: Any) -> tuple[Any, ...]:
        adjoint = _seed(adjoint, evaluation.output, "the adjoint")
        return tuple(evaluation.packed(evaluation.pulled(adjoint)))

    return evaluation.value, pull


def jvp(
    function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]
) -> tuple[Any, Any]:
    """f's value, and how it moves when its arguments move along `tangents`: J t, by one forward
    sweep.

    >>> import gradviz as gv
    >>> gv.jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
    (6.0, 3.0)
    """
    if not (
        isinstance(primals, tuple | list)
        and isinstance(tangents, tuple | list)
        and len(primals) == len(tangents)
    ):
        raise TypeError(
            "jvp takes the arguments as a tuple and their tangents as another of the same length: "
            "gv.jvp(f, (x, y), (tx, ty))"
        )
    with differentiating() as nested:
        flat = matched(tuple(primals), tuple(tangents))
        evaluation = Evaluation(
            function,
            primals,
            {},
            range(len(primals)),
            nested or any(isinstance(leaf, Variable) for leaf in flat),
        )
        seeds = [
            _seed(tangent, variable, "a tangent")
            for tangent, variable in zip(flat, evaluation.inputs)
        ]
        return evaluation.value, evaluation.pushed(seeds)


def _seed(given: Any, variable: Variable, what: str) -> Any:
    """A seed of a sweep, in the shape of what it belongs to."""
    if not isinstance(given, Variable):
        given = numeric(given, what)
    if getattr(given, "shape", ()) != variable.shape:
        raise ValueError(
            f"{what} must have the shape {variable.shape} of what it belongs to, not "
            f"{getattr(given, 'shape', ())}"
        )
    return given.astype(variable.dtype, copy=False) if isinstance(given, np.ndarray) else given


def jacobian(function: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """A function that returns all derivatives of f's result by its argument: an array of the
    result's shape followed by the argument's.

    Column by column in forward mode, or row by row in reverse mode, whichever are fewer. If
    `argnums` is a tuple of positions, it is a tuple of such arrays.

    >>> import gradviz as gv
    >>> matrix = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    >>> gv.jacobian(lambda v: matrix @ v)(np.array([1.0, 1.0]))
    array([[1., 2.],
           [3., 4.],
           [5., 6.]])
    """

    @wraps(function)
    def derivatives(*arguments: Any, **options: Any) -> Any:
        positions = _positions(argnums, arguments)
        with differentiating() as nested:
            evaluation = Evaluation(function, arguments, options, positions, nested)
            if len(evaluation.inputs) != len(positions):
                raise TypeError(
                    "jacobian takes numbers and arrays, not containers of them: put the parameters "
                    "into one array"
                )
            if sum(variable.size for variable in evaluation.inputs) <= evaluation.output.size:
                found = _by_columns(evaluation)
            else:
                found = _by_rows(evaluation)
        return tuple(found) if isinstance(argnums, tuple) else found[0]

    return derivatives


def _by_columns(evaluation: Evaluation) -> list[Any]:
    zeros = [like(0.0, variable) for variable in evaluation.inputs]
    found = []
    for number, variable in enumerate(evaluation.inputs):
        columns = [
            evaluation.pushed([*zeros[:number], unit, *zeros[number + 1 :]])
            for unit in _units(variable)
        ]
        found.append(_stacked(columns, -1, evaluation.output.shape + variable.shape))
    return found


def _by_rows(evaluation: Evaluation) -> list[Any]:
    rows = [evaluation.pulled(unit) for unit in _units(evaluation.output)]
    return [
        _stacked([row[number] for row in rows], 0, evaluation.output.shape + variable.shape)
        for number, variable in enumerate(evaluation.inputs)
    ]


def _units(variable: Variable) -> list[Any]:
    """The unit vectors of a Variable's space."""
    if not variable.shape:
        return [1.0]
    return [unit.reshape(variable.shape) for unit in np.eye(variable.size, dtype=variable.dtype)]


def _stacked(parts: list[Any], axis: int, shape: tuple[int, ...]) -> Any:
    if not shape:
        return parts[0]
    if not parts:
        return np.zeros(shape)
    return np.reshape(np.stack(parts, axis), shape)


def hessian(function: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """A function that returns all second derivatives of f, which returns a single number.

    If `argnums` is a tuple of positions, it is a tuple of tuples: in place [i][j] stands the
    derivative by the argument at the i-th of them and that at the j-th, in the shape of the first
    followed by that of the second.

    >>> import gradviz as gv
    >>> gv.hessian(lambda v: v[0] ** 2 * v[1])(np.array([3.0, 5.0]))
    array([[10.,  6.],
           [ 6.,  0.]])
    >>> gv.hessian(lambda x, y: x**2 * y, argnums=(0, 1))(3.0, 5.0)
    ((10.0, 6.0), (6.0, 0.0))
    """
    gradient = grad(function, argnums)
    if not isinstance(argnums, tuple):
        return jacobian(gradient, argnums)

    @wraps(function)
    def second_derivatives(*arguments: Any, **options: Any) -> Any:
        return tuple(
            jacobian(lambda *at, i=i, **given: gradient(*at, **given)[i], argnums)(
                *arguments, **options
            )
            for i in range(len(argnums))
        )

    return second_derivatives


def hvp(function: Callable[..., Any], x: Any, tangent: Any) -> Any:
    """The product of f's Hessian at x with `tangent`, without the Hessian: forward over reverse.

    >>> import gradviz as gv
    >>> gv.hvp(lambda v: v[0] ** 2 * v[1], np.array([3.0, 5.0]), np.array([1.0, 0.0]))
    array([10.,  6.])
    """
    return jvp(grad(function), (x,), (tangent,))[1]
