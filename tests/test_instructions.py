"""Programs of arrays that a page performs: what they give is what Python's own run gives."""

import json
import math

import numpy as np
import pytest
from lengths import short
from test_arrays import CASES
from test_printers import EXACT, NASTY, SHARE, apart, document, in_a_page

import gradviz as gv
from gradviz.autodiff.printers.printer import Unspelled
from gradviz.autodiff.instructions import Instructions

FOR_PYTHON = {"inv", "solve", "solve matrix", "det", "slogdet", "cholesky", "eigenvalues", "eigenvectors"}  # fmt: skip


def flat(number):
    """A number, or an array as a page has it."""
    return np.ravel(number).tolist() if np.ndim(number) else number


def wanted(run):
    """All that a figure is sent of a run."""
    return [flat(number) for number in (*run.numbers, *run.flows.values())]


def answers(asked):
    """What a page makes of graphs at inputs; and the JavaScript that people get, of some of them."""
    programs = [[document(graph), [*map(flat, inputs.values())], 0] for graph, inputs in asked]
    texts = [[graph.code("javascript"), programs[n][1], 0] for n, (graph, _) in enumerate(asked)]
    said = in_a_page([*programs, *texts[::SHARE]])
    return said[: len(asked)], dict(zip(range(0, len(asked), SHARE), said[len(asked) :]))


def close(shown, right, near):
    """Whether numbers are as near as they should be: to `near`, or 1e-12 of the largest of them."""
    if right is None or shown is None:
        return right is shown
    size = np.abs(right)
    scale = np.max(size, initial=0.0, where=np.isfinite(size))
    return np.allclose(shown, right, rtol=1e-12, atol=1e-12 * scale + near, equal_nan=True)


def compare(asked, blurs=None):
    """That a page gives what Python's runs give; `blurs` say how near two right answers are."""
    told, in_words = answers(asked)
    for n, (graph, inputs) in enumerate(asked):
        run = graph.run(inputs)
        if told[n] is None or run.retraced:
            assert told[n] is None and run.retraced, (run.retraced, graph.code())
            assert in_words.get(n) is None
            continue
        near = blurs[n] if blurs else [0.0] * len(told[n][0])
        for shown, right, blur in zip(told[n][0], wanted(run), near, strict=True):
            assert close(shown, right, blur), (shown, right, blur, graph.code())
        if n in in_words:
            start = len(graph.nodes) + len(graph.edges)
            for shown, right, blur in zip(
                in_words[n][0],
                [flat(run.value), *map(flat, run.grads.values())],
                [near[graph.output.index], *near[start : start + len(graph.inputs)]],
                strict=True,
            ):
                assert close(shown, right, blur), (shown, right, graph.code("javascript"))


def of_cases():
    random = np.random.default_rng(0)
    for name, (function, *arguments) in CASES.items():
        if name in FOR_PYTHON:
            continue

        def scalar(*operands, function=function):
            result = function(*operands)
            return np.sum(result * result * 0.5 + np.sin(result))

        inputs = {f"x{position}": argument for position, argument in enumerate(arguments)}
        graph = gv.trace(lambda *operands, f=scalar: f(*operands), inputs)
        yield graph, inputs
        yield graph, {name: x + 1e-3 * random.normal(size=np.shape(x)) if np.ndim(x) else x + 1e-3 for name, x in inputs.items()}


def test_each_function():
    compare([*of_cases()])


@pytest.mark.parametrize("case", FOR_PYTHON)
def test_what_needs_python(case):
    function, *arguments = CASES[case]
    graph = gv.trace(lambda *xs: np.sum(function(*xs)), {f"x{n}": x for n, x in enumerate(arguments)})
    assert graph.evaluator.instructions(graph) is None
    with pytest.raises(NotImplementedError, match="can't be written in javascript, which has no"):
        graph.code("javascript")
