"""Programs of arrays that a page performs: what they give is what Python's own run gives."""

import json
import math

import numpy as np
import pytest
from lengths import short
from node import in_node
from test_arrays import CASES
from test_printers import document, in_a_page

import gradviz as gv
from gradviz.autodiff import primitives
from gradviz.autodiff.primitive import Elementwise

NEEDS_PYTHON = ["inv", "solve", "solve matrix", "det", "slogdet", "cholesky", "eigenvalues", "eigenvectors"]  # fmt: skip


def given(inputs):
    """Inputs as a page has them: arrays are flat."""
    return [np.ravel(x).tolist() if np.ndim(x) else float(x) for x in inputs]


def wanted(run):
    """All that a figure is sent of a run, arrays flat."""
    numbers = (*run.numbers, *run.flows.values())
    return [None if x is None else np.ravel(x).tolist() if np.ndim(x) else x for x in numbers]


def compared(graph, inputs, close=1e-12, program=None):
    """The page's numbers are those of Python's run: to `close` of the largest in an array."""
    run = graph.run(inputs)
    assert run.graph is graph
    [(numbers, _)] = in_a_page([[program or document(graph), given(inputs.values()), 0]])
    for shown, right in zip(numbers, wanted(run), strict=True):
        assert agrees(shown, right, close), (shown, right, graph.code())


def agrees(shown, right, close):
    if right is None or shown is None:
        return right is shown
    with np.errstate(all="ignore"):
        size = np.abs(right)
        scale = np.max(size, initial=0.0, where=np.isfinite(size))
    return np.allclose(shown, right, rtol=close, atol=close * scale, equal_nan=True)


@pytest.mark.parametrize("case", [case for case in CASES if case not in NEEDS_PYTHON])
def test_each_function(case):
    function, *arguments = CASES[case]

    def scalar(*operands):
        result = function(*operands)
        return np.sum(result * result * 0.5 + np.sin(result))

    inputs = {f"x{position}": argument for position, argument in enumerate(arguments)}
    graph = gv.trace(lambda *operands: scalar(*operands), inputs)
    random = np.random.default_rng(0)
    moved = {
        name: x + 1e-3 * random.normal(size=np.shape(x)) if np.ndim(x) else x + 1e-3
        for name, x in inputs.items()
    }
    compared(graph, inputs)
    compared(graph, moved)
