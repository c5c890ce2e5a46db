"""Speed on the documents' circuit, each way against micrograd in the same run. See README.md beside this file."""

import math
import timeit
from array import array

import gradviz as gv
import pytest
from circuit import GRADIENTS, INPUTS, circuit

VALUES = tuple(INPUTS.values())
SECONDS = 2  # for each way: longer than most disturbances by other work on the machine


def program():
    """The compiled program: both sweeps, value and gradients."""
    namespace = {}
    exec(gv.trace(circuit, INPUTS).code(), namespace)
    return namespace["circuit"], VALUES, lambda result: result[1]


def run():
    """`graph.run` with all inputs given: the program, every number kept, objects and all."""
    return gv.trace(circuit, INPUTS).run, (INPUTS,), lambda run: run.grads


def packing():
    """What a slider's move costs the kernel: replay, and all numbers as one binary buffer."""
    graph = gv.trace(circuit, INPUTS)
    values = {"w0": 2.0}
    return lambda: array("d", graph.run(values).numbers).tobytes(), (), lambda numbers: dict(zip(INPUTS, array("d", numbers)[-13:]))


def eager():
    """Variables, operators, backward(): nothing compiled."""

    def work(w0, x0, w1, x1, w2):
        variables = gv.Variable(w0), gv.Variable(x0), gv.Variable(w1), gv.Variable(x1), gv.Variable(w2)
        circuit(*variables).backward()
        return variables

    return work, VALUES, lambda variables: {name: variable.grad for name, variable in zip(INPUTS, variables)}


def micrograd():
    """micrograd's forward and backward; it has no exp, so it gets one written as its own tanh is."""
    from micrograd.engine import Value

    def exp(x):
        out = Value(math.exp(x.data), (x,), "exp")

        def _backward():
            x.grad += out.data * out.grad

        out._backward = _backward
        return out

    def work(w0, x0, w1, x1, w2):
        variables = w0, x0, w1, x1, w2 = Value(w0), Value(x0), Value(w1), Value(x1), Value(w2)
        output = 1 / (1 + exp(-(w0 * x0 + w1 * x1 + w2)))
        output.backward()
        return variables

    return work, VALUES, lambda variables: {name: variable.grad for name, variable in zip(INPUTS, variables)}


def by_hand():
    """The same by hand: what no engine can beat."""

    def work(w0, x0, w1, x1, w2):
        f = 1 / (1 + math.exp(-(w0 * x0 + w1 * x1 + w2)))
        slope = (1 - f) * f
        return f, {"w0": slope * x0, "x0": slope * w0, "w1": slope * x1, "x1": slope * w1, "w2": slope}

    return work, VALUES, lambda result: result[1]


WAYS = [micrograd, eager, run, program, packing, by_hand]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def bench_circuit(benchmark, way):
    pytest.importorskip("micrograd", reason="micrograd is the peer: pip install micrograd")
    function, arguments, gradients = way()
    assert gradients(function(*arguments)) == pytest.approx(GRADIENTS, abs=5e-8)
    benchmark.group = "the sigmoid circuit: 8 operations, 12 edges"
    once = min(timeit.repeat(lambda: function(*arguments), number=200, repeat=5)) / 200
    benchmark.pedantic(function, args=arguments, rounds=int(SECONDS / once / 100), iterations=100, warmup_rounds=20)
