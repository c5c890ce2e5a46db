"""Functions of functions: from f to its gradient."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from gradviz.autodiff import primitives
from gradviz.autodiff.reverse import sweep
from gradviz.autodiff.variable import Variable, differentiating, record

Argnums = int | tuple[int, ...]


def value_and_grad(function: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., tuple[Any, Any]]:
    """A function that returns f's value and its gradient, by one run forward and one reverse sweep.

    The gradient is a number, or a tuple of numbers if `argnums` is a tuple of positions. Given Variables, it returns
    Variables, so that it can be differentiated again.

    >>> import gradviz as gv
    >>> gv.value_and_grad(lambda x, y: (x + y) ** 2, argnums=(0, 1))(1.0, 2.0)
    (9.0, (6.0, 6.0))
    """

    @wraps(function)
    def with_gradient(*arguments: Any, **options: Any) -> tuple[Any, Any]:
        positions = argnums if isinstance(argnums, tuple) else (argnums,)
        for position in positions:
            if not -len(arguments) <= position < len(arguments):
                raise TypeError(f"argnums names argument {position}, but {len(arguments)} positional arguments were given")
        with differentiating() as nested:
            recorded = nested or any(type(argument) is Variable for argument in arguments)
            inputs = {position % len(arguments): _fresh(arguments[position]) for position in positions}
            output = function(*(inputs.get(position, argument) for position, argument in enumerate(arguments)), **options)
            if type(output) is not Variable:
                output = Variable(output)
            pages, leaves = sweep(output, recorded, frozenset((variable.page, variable.index) for variable in inputs.values()))

        def gradient(variable: Variable) -> Any:
            if variable.page is None:
                return leaves.get(variable, 0.0)
            adjoints = pages.get(variable.page, [])
            adjoint = adjoints[variable.index] if variable.index < len(adjoints) else None
            return 0.0 if adjoint is None else adjoint

        gradients = tuple(gradient(inputs[position % len(arguments)]) for position in positions)
        return output if recorded else output.value, gradients if isinstance(argnums, tuple) else gradients[0]

    return with_gradient


def _fresh(argument: Any) -> Variable:
    """An input that nothing else is computed from: so the derivatives of several functions, one inside the other, stay apart."""
    return record(primitives.positive, (argument,)) if type(argument) is Variable else Variable(argument)


def grad(function: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """A function that returns the gradient of f, as in JAX.

    >>> import gradviz as gv
    >>> gv.grad(lambda x: x**2 + 2*x + 1)(3.0)
    8.0
    >>> gv.grad(gv.grad(lambda x: x**3))(2.0)
    12.0
    """
    with_gradient = value_and_grad(function, argnums)

    @wraps(function)
    def gradient(*arguments: Any, **options: Any) -> Any:
        return with_gradient(*arguments, **options)[1]

    return gradient
