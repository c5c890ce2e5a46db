"""JAX: a function of arrays as a graph."""

import sys
from collections.abc import Callable
from typing import Any

from gradviz.graph import Graph

OLDEST = 0, 6, 2  # older ones do not name the functions under jit


def trace_jax(
    function: Callable[..., Any],
    /,
    *arrays: Any,
    loss: Callable[[Any], Any] | None = None,
    **options: Any,
) -> Graph:
    """Trace a function of JAX arrays at these arrays, go back through it, and make a graph of it;
    with JAX 0.6.2 or newer.

    Its inputs are the arrays and floats among `arrays` and `options`, in trees too, by their names,
    and those that the function itself holds, if it is a tree such as a module of Equinox; all else
    stays as it is. Its operations are those of the function's jaxpr, with their values, gradients,
    what flows along each wire and the lines of code; its blocks are the functions under `jax.jit`
    that it calls, and named scopes, such as modules of Flax. Loops, branches, and functions with a
    derivative of their own (`custom_jvp`, `custom_vjp`) are one card each. The output is what
    `loss` makes of what the function returns. Without a loss it is that itself if it is a single
    number, else the sum of all its numbers.

    ``graph.run(x=…)`` performs it at other numbers; what would need a program of its own raises an
    error: ``sweep``, ``code``, ``cost``, ``opened``. Along whole numbers nothing flows back, and
    their gradient is shown as 0.

    Raises ImportError where JAX is older, and ValueError, in a sentence, for what JAX can't trace,
    such as an `if` that asks for the numbers of an array, and for what it can't go back through,
    such as `jax.lax.while_loop`.

    >>> import jax                                       # doctest: +SKIP
    >>> import gradviz as gv
    >>> x, w = jax.numpy.ones((1, 3)), jax.numpy.ones((3, 2))  # doctest: +SKIP
    >>> graph = gv.trace_jax(lambda x, w: jax.nn.relu(x @ w), x, w)  # doctest: +SKIP
    >>> graph.example.grads["x"]                         # doctest: +SKIP
    array([[2., 2., 2.]], dtype=float32)
    """
    if "jax" not in sys.modules or not callable(function):
        raise TypeError(
            "trace_jax takes a function of JAX arrays, and arrays, not the "
            f"{type(function).__name__} {function!r:.40}"
        )
    if (version := sys.modules["jax"].__version_info__) < OLDEST:
        here, oldest = (".".join(map(str, each)) for each in (version, OLDEST))
        raise ImportError(f"trace_jax needs JAX {oldest} or newer; this is {here}: update jax")
    from gradviz.interop.jax.tracing import Model

    return Model(function, arrays, options, loss).graph()
