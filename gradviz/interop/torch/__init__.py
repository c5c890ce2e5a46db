"""PyTorch: a module or a function of tensors as a graph."""

import sys
from collections.abc import Callable
from typing import Any, Literal

from gradviz.graph import Graph


def trace_torch(
    module: Callable[..., Any],
    /,
    *inputs: Any,
    loss: Callable[[Any], Any] | None = None,
    detail: Literal["functions", "operations"] = "functions",
    **options: Any,
) -> Graph:
    """Call a PyTorch module, or a function of tensors, once with these inputs, go back through it,
    and make a graph of what happened.

    Its inputs are the tensors among `inputs` and `options`, in tuples and dicts too, and the
    parameters that were used, by their names; its operations the functions that ran, with their
    values, gradients, what flowed along each wire and the lines of code; its blocks the modules.
    The output is what `loss` makes of what the module returns. Without a loss it is that itself if
    it is a single number, else the sum of all its numbers.

    With ``detail="operations"`` they are those that `torch.export` takes a module apart into, of
    PyTorch's library ATen, one by one. It knows the module at inputs of these shapes alone, and no
    module that decides by its numbers; that raises ValueError.

    Nothing of the model is changed: its parameters, buffers, gradients, hooks, training mode, and
    the state of random numbers are as they were. ``graph.run(x=…)`` calls the model anew, with the
    random draws of this call; what would need a program of its own raises an error: ``sweep``,
    ``code``, ``cost``, ``opened``. Where nothing asks for a gradient (frozen parameters, whole
    numbers, ``no_grad``), none flows, and the gradient is shown as 0.

    Raises ValueError, in a sentence that names the layer, for what it can't follow, and where the
    model itself fails, on the way forward or back. The error's `recorded` is the graph until there.

    >>> import torch                                                     # doctest: +SKIP
    >>> import gradviz as gv
    >>> model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh())  # doctest: +SKIP
    >>> graph = gv.trace_torch(model, torch.ones(1, 2))                    # doctest: +SKIP
    >>> graph.example.grads["0.weight"].shape                              # doctest: +SKIP
    (3, 2)
    """
    if "torch" not in sys.modules or not callable(module):
        raise TypeError(
            "trace_torch takes a PyTorch module, or a function of tensors, and its inputs, not "
            f"the {type(module).__name__} {module!r:.40}"
        )
    if detail not in ("functions", "operations"):
        raise ValueError(f"detail is 'functions' or 'operations', not {detail!r:.40}")
    from gradviz.interop.torch.tracing import traced

    return traced(module, inputs, options, loss, detail)
