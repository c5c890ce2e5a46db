"""See backpropagation: computational graphs whose values and gradients move under your hand."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gradviz.autodiff.modes.operators import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from gradviz.autodiff.numpy_functions.models import logsumexp, relu, sigmoid, softmax, softplus
from gradviz.autodiff.primitives.handwritten import primitive
from gradviz.autodiff.tape.variable import Variable
from gradviz.autodiff.tracing.recorded import run_of
from gradviz.autodiff.tracing.trace import block, trace
from gradviz.graph import Graph, Run
from gradviz.output import fit_standard_output
from gradviz.words import set_language

if TYPE_CHECKING:
    from gradviz.autodiff.counting.ledger import Ledger
    from gradviz.autodiff.granularity import compare_granularity
    from gradviz.autodiff.modes.check import check_grads
    from gradviz.exercises.practice import Quiz, practice
    from gradviz.figure import Figure, draw
    from gradviz.interop.jax import trace_jax
    from gradviz.interop.torch import trace_torch
    from gradviz.live import plots as plot
    from gradviz.live.explore import Explorer, explore
    from gradviz.live.race import Race, race
    from gradviz.live.view import View

fit_standard_output()
del fit_standard_output, run_of


def _to_dict(what: Graph | Run, most: int | None = None) -> dict[str, Any]:
    from gradviz.document.writing import to_dict

    return to_dict(what, most)


def _from_dict(document: Mapping[str, Any]) -> Graph:
    from gradviz.document.reading import from_dict

    return from_dict(document)


Graph.to_dict = Run.to_dict = _to_dict  # loaded when first used
Graph.from_dict = _from_dict

__version__ = "0.1.0"
__all__ = [
    "Explorer", "Figure", "Graph", "Ledger", "Quiz", "Race", "Variable", "View", "block",
    "check_grads", "compare_granularity", "draw", "explore", "grad", "hessian", "hvp", "jacobian",
    "jvp", "logsumexp", "plot", "practice", "primitive", "race", "relu", "set_language", "sigmoid",
    "softmax", "softplus", "trace", "trace_jax", "trace_torch", "value_and_grad", "vjp",
]  # fmt: skip

_WHERE = {  # loaded when first used: they bring Graphviz, the widgets and more
    "check_grads": "gradviz.autodiff.modes.check",
    "Ledger": "gradviz.autodiff.counting.ledger",
    "compare_granularity": "gradviz.autodiff.granularity",
    "Figure": "gradviz.figure",
    "draw": "gradviz.figure",
    "Explorer": "gradviz.live.explore",
    "explore": "gradviz.live.explore",
    "Race": "gradviz.live.race",
    "race": "gradviz.live.race",
    "View": "gradviz.live.view",
    "Quiz": "gradviz.exercises.practice",
    "practice": "gradviz.exercises.practice",
    "plot": "gradviz.live.plots",
    "trace_jax": "gradviz.interop.jax",
    "trace_torch": "gradviz.interop.torch",
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'gradviz' has no attribute {name!r}")
    from importlib import import_module

    module = import_module(_WHERE[name])
    globals()[name] = value = module if name == "plot" else getattr(module, name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
