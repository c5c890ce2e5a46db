"""Speed on the documents' circuit, each way against micrograd in the same run. See README.md beside this file."""

import math
import sys
from pathlib import Path

import gradviz as gv
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))


def program():
    """The compiled program: both sweeps, value and gradients."""
    from circuit import INPUTS, circuit

    namespace = {}
    exec(gv.trace(circuit, INPUTS).code(), namespace)
    values = tuple(INPUTS.values())
    return lambda: namespace["circuit"](*values)[1]


def run():
    """`graph.run` with all inputs given: the program, every number kept, objects and all."""
    from circuit import INPUTS, circuit

    graph = gv.trace(circuit, INPUTS)
    graph.run(INPUTS)
    return lambda: graph.run(INPUTS).grads if run.check else graph.run(INPUTS)


run.check = False


def packing():
    """What a slider's move costs the kernel: replay, and all numbers as one binary buffer."""
    from array import array

    from circuit import INPUTS, circuit

    graph = gv.trace(circuit, INPUTS)
    graph.run(INPUTS)
    return lambda: array("d", graph.run(w0=2.5).numbers).tobytes()


def eager():
    """Variables, operators, backward(): nothing compiled."""
    from circuit import INPUTS, circuit

    def work():
        variables = {name: gv.Variable(value) for name, value in INPUTS.items()}
        circuit(**variables).backward()
        return {name: variable.grad for name, variable in variables.items()}

    return work


def micrograd():
    """micrograd's forward and backward; it has no exp, so it gets one written as its own tanh is."""
    from circuit import INPUTS
    from micrograd.engine import Value

    def exp(x):
        out = Value(math.exp(x.data), (x,), "exp")

        def _backward():
            x.grad += out.data * out.grad

        out._backward = _backward
        return out

    def work():
        variables = {name: Value(value) for name, value in INPUTS.items()}
        w0, x0, w1, x1, w2 = variables.values()
        output = 1 / (1 + exp(-(w0 * x0 + w1 * x1 + w2)))
        output.backward()
        return {name: variable.grad for name, variable in variables.items()}

    return work


def by_hand():
    """The same by hand: what no engine can beat."""
    from circuit import INPUTS

    def work(w0, x0, w1, x1, w2):
        f = 1 / (1 + math.exp(-(w0 * x0 + w1 * x1 + w2)))
        slope = (1 - f) * f
        return {"w0": slope * x0, "x0": slope * w0, "w1": slope * x1, "x1": slope * w1, "w2": slope}

    values = tuple(INPUTS.values())
    return lambda: work(*values)


WAYS = [micrograd, eager, run, program, packing, by_hand]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def bench_circuit(benchmark, way):
    pytest.importorskip("micrograd", reason="micrograd is the peer: pip install micrograd")
    from circuit import GRADIENTS

    if way is not packing:
        run.check = True
        assert way()() == pytest.approx(GRADIENTS, abs=5e-8)
        run.check = False
    benchmark.group = "the sigmoid circuit: 8 operations, 12 edges"
    benchmark.pedantic(way(), rounds=200, iterations=200, warmup_rounds=20)
