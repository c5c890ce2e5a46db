"""Speed, each way against a peer in the same run. See README.md beside this file.

A group is one piece of work; the first of its ways is the peer that the others are measured
against."""

import gc
import json
import math
import os
import subprocess
import sys
import threading
import timeit
import tracemalloc

import numpy as np
import pytest
from circuit import GRADIENTS, INPUTS, circuit

import gradviz as gv
from gradviz import web
from gradviz.autodiff.programs.targets import in_a_page as page_program
from gradviz.figure.page.packing import packed

VALUES = tuple(INPUTS.values())
SECONDS = 1.0  # for each way: longer than most disturbances by other work on the machine
random = np.random.default_rng(0)


def measure(benchmark, group, way, function, arguments=(), operations=None, peer=False):
    """Time `function`; `operations` says how many operations one call performs."""
    benchmark.group = group
    benchmark.extra_info.update(way=way, peer=peer, operations=operations)
    once = min(timeit.repeat(lambda: function(*arguments), number=1, repeat=5))
    iterations = max(1, min(100, int(1e-3 / once)))
    benchmark.pedantic(
        function,
        args=arguments,
        rounds=max(5, int(SECONDS / once / iterations)),
        iterations=iterations,
        warmup_rounds=3,
    )


def installed(name):
    return pytest.importorskip(name, reason=f"{name} is a peer: pip install {name}")


# ── the sigmoid circuit ──


def micrograd_exp(x):
    """micrograd has no exp, so it gets one written as its own tanh is."""
    from micrograd.engine import Value

    out = Value(math.exp(x.data), (x,), "exp")

    def _backward():
        x.grad += out.data * out.grad

    out._backward = _backward
    return out


def plain_circuit(w0, x0, w1, x1, w2, exp=micrograd_exp):
    return 1 / (1 + exp(-(w0 * x0 + w1 * x1 + w2)))


def circuit_micrograd():
    from micrograd.engine import Value

    def work(*values):
        variables = [Value(value) for value in values]
        plain_circuit(*variables).backward()
        return [variable.grad for variable in variables]

    return work


def circuit_eager():
    def work(*values):
        variables = [gv.Variable(value) for value in values]
        plain_circuit(*variables, exp=np.exp).backward()
        return [variable.grad for variable in variables]

    return work


def circuit_autograd():
    from autograd import grad
    from autograd import numpy as anp

    gradient = grad(lambda values: plain_circuit(*values, exp=anp.exp))
    return lambda *values: gradient(values)


def circuit_torch():
    import torch

    def work(*values):
        variables = [
            torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in values
        ]
        plain_circuit(*variables, exp=torch.exp).backward()
        return [variable.grad for variable in variables]

    return work


def circuit_jax():
    import jax
    from jax import numpy as jnp

    jax.config.update("jax_enable_x64", True)
    gradient = jax.jit(jax.value_and_grad(lambda values: plain_circuit(*values, exp=jnp.exp)))
    return lambda *values: jax.block_until_ready(gradient(values))[1]


def circuit_program():
    """What `run` executes: it returns every number of both sweeps."""
    graph = gv.trace(circuit, INPUTS)
    run = graph.run(INPUTS)
    return lambda *values: [
        run.places(graph.runner.program[0](*values))[-len(graph.nodes) + i] for i in range(5)
    ], graph.runner.program[0]


def circuit_run():
    graph = gv.trace(circuit, INPUTS)

    def work(*values):
        run = graph.run(INPUTS)
        return run.value, run.grads

    return lambda *values: graph.run(dict(zip(INPUTS, values))).grads.values(), work


def circuit_by_hand():
    def work(w0, x0, w1, x1, w2):
        f = 1 / (1 + math.exp(-(w0 * x0 + w1 * x1 + w2)))
        slope = (1 - f) * f
        return f, slope * x0, slope * w0, slope * x1, slope * w1, slope

    return lambda *values: work(*values)[1:], work


CIRCUIT = {
    "micrograd": (circuit_micrograd, "micrograd"),
    "gradviz, eager": (circuit_eager, None),
    "gradviz, graph.run": (circuit_run, None),
    "gradviz, program": (circuit_program, None),
    "by hand": (circuit_by_hand, None),
    "HIPS autograd": (circuit_autograd, "autograd"),
    "torch, eager": (circuit_torch, "torch"),
    "jax, compiled": (circuit_jax, "jax"),
}


@pytest.mark.parametrize("way", CIRCUIT)
def bench_circuit(benchmark, way):
    make, package = CIRCUIT[way]
    if package:
        installed(package)
    made = make()
    gradients, function = made if isinstance(made, tuple) else (made, made)
    assert [float(gradient) for gradient in gradients(*VALUES)] == pytest.approx(
        list(GRADIENTS.values()), abs=5e-8
    )
    measure(
        benchmark,
        "the sigmoid circuit, 8 operations",
        way,
        function,
        VALUES,
        operations=8,
        peer=way == "micrograd",
    )


# ── many such circuits in one graph, with the garbage collector on ──


def many_circuits(variable, exp, operations):
    """A chain of circuits, each fed with the result of the one before."""
    w0, w1, x1, w2 = (variable(value) for value in (2.0, -3.0, -2.0, -3.0))
    x0 = variable(-1.0)
    for _ in range(operations // 8):
        x0 = plain_circuit(w0, x0, w1, x1, w2, exp=exp)
    x0.backward()
    return w0.grad


def chained_micrograd(operations):
    from micrograd.engine import Value

    return many_circuits(Value, micrograd_exp, operations)


def chained_eager(operations):
    return many_circuits(gv.Variable, np.exp, operations)


def chained_torch(operations):
    import torch

    return many_circuits(
        lambda value: torch.tensor(value, dtype=torch.float64, requires_grad=True),
        torch.exp,
        operations,
    )


CHAINED = {
    "micrograd": (chained_micrograd, "micrograd"),
    "gradviz, eager": (chained_eager, None),
    "torch, eager": (chained_torch, "torch"),
}


@pytest.mark.parametrize("way", CHAINED)
@pytest.mark.parametrize("operations", [600, 65_000])
def bench_chained(benchmark, way, operations):
    function, package = CHAINED[way]
    if package:
        installed(package)
    gc.collect()

    def measured():
        assert float(function(operations)) == pytest.approx(chained_eager(operations), rel=1e-9)
        measure(
            benchmark,
            f"circuits in a chain, {operations} operations",
            way,
            function,
            (operations,),
            operations,
            way == "micrograd",
        )

    if way != "micrograd":
        measured()
        return
    limit, size = (
        sys.getrecursionlimit(),
        threading.stack_size(512 * 1024 * 1024),
    )  # micrograd walks its graph by recursion
    sys.setrecursionlimit(10**7)
    thread = threading.Thread(target=measured)
    thread.start()
    thread.join()
    sys.setrecursionlimit(limit)
    threading.stack_size(size)


def bench_memory(benchmark):
    """Bytes that an operation takes, with its adjoint, in a chain of 200,000; and that a million
    run.
    """
    count = 200_000

    def chain(length):
        y = gv.Variable(1.0)
        for _ in range(length):
            y = y * 1.0000001
        y.backward()
        return y

    gc.collect()
    tracemalloc.start()
    kept = chain(count)
    benchmark.extra_info["bytes"] = tracemalloc.get_traced_memory()[0] / count
    tracemalloc.stop()
    del kept
    benchmark.group = "a chain of 1000000 operations"
    benchmark.extra_info.update(way="gradviz, eager", peer=True, operations=1_000_000)
    benchmark.pedantic(chain, args=(1_000_000,), rounds=3)


# ── a slider's move ──


def hundred_nodes(**inputs):
    values = list(inputs.values())
    for number in range(95):
        values.append(
            [np.tanh, lambda v: v * values[-5], lambda v: v + values[-3]][number % 3](values[-1])
        )
    return values[-1]


@pytest.mark.parametrize("way", ["replay and packing", "replay"])
def bench_slider(benchmark, way):
    inputs = {f"x{i}": 0.1 * i for i in range(5)}
    graph = gv.trace(lambda **xs: hundred_nodes(**xs), inputs)
    moved = {"x1": 0.7}
    places = graph.run(moved).places
    benchmark.extra_info["message"] = len(packed(graph.run(moved), places))
    function = (
        (lambda: packed(graph.run(moved), places))
        if way != "replay"
        else (lambda: graph.run(moved))
    )
    measure(
        benchmark,
        f"a slider's move at {len(graph.nodes)} nodes",
        way,
        function,
        operations=len(graph.operations),
        peer=way != "replay",
    )


WALKS = 1000
IN_NODE = """
const walk = prepared({program}), inputs = {inputs};
const ways = {{ walker: () => walk(inputs)[{output}], source: () => {name}(...inputs)[0] }};
process.stdin.on("data", (asked) => {{
    const work = ways[String(asked).trim()];
    let last = 0;
    for (let count = 0; count < {walks}; count++) {{
        inputs[1] = 0.7 + 1e-9 * count;
        last = work();
    }}
    process.stdout.write(`${{last}}\n`);
}});
"""


@pytest.mark.parametrize("way", ["source", "walker"])
def bench_page(benchmark, way):
    """A program as a page walks it, and as straight-line JavaScript that its engine compiles."""
    inputs = {f"x{i}": 0.1 * i for i in range(5)}
    graph = gv.trace(lambda **xs: hundred_nodes(**xs), inputs)
    script = IN_NODE.format(
        program=json.dumps(page_program(graph).document()),
        name=graph.name,
        inputs=[*inputs.values()],
        output=graph.output.index,
        walks=WALKS,
    )
    module, _ = web.joined(web.FOLDER / "numbers" / "program.js")
    with subprocess.Popen(
        ["node", "-e", module + graph.code("javascript") + script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as node:

        def work():
            print(way, file=node.stdin)
            return float(node.stdout.readline())

        last = graph.run(x1=0.7 + 1e-9 * (WALKS - 1))
        assert work() == pytest.approx(last.value, rel=1e-12)
        measure(
            benchmark,
            f"a page's program at {len(graph.nodes)} nodes, {WALKS} times",
            way,
            work,
            operations=WALKS * len(graph.operations),
            peer=way == "source",
        )
        node.stdin.close()


@pytest.mark.parametrize("way", ["graph.run, one by one", "graph.sweep"])
def bench_settings(benchmark, way):
    graph, settings = gv.trace(circuit, INPUTS), np.linspace(-3, 3, 5000)

    def one_by_one():
        return [graph.run(w0=setting).grads["w0"] for setting in settings.tolist()]

    def at_once():
        return graph.sweep(w0=settings).grads["w0"]

    assert np.allclose(one_by_one(), at_once(), rtol=1e-12)
    measure(
        benchmark,
        "5000 settings of an input of the circuit",
        way,
        at_once if way == "graph.sweep" else one_by_one,
        operations=40_000,
        peer=way != "graph.sweep",
    )


# ── arrays ──


class Network:
    """A network of 784 inputs, 128 hidden units and 10 outputs; its loss on a batch of images, in
    the words of each peer.
    """

    def __init__(self, batch):
        self.images, self.labels, self.rows = (
            random.normal(size=(batch, 784)),
            random.integers(0, 10, batch),
            np.arange(batch),
        )
        self.parameters = {
            "w1": 0.05 * random.normal(size=(784, 128)),
            "b1": np.zeros(128),
            "w2": 0.1 * random.normal(size=(128, 10)),
            "b2": np.zeros(10),
        }

    def loss(self, w1, b1, w2, b2, np=np, relu=gv.relu, logsumexp=gv.logsumexp):
        hidden = relu(self.images @ w1 + b1)
        logits = hidden @ w2 + b2
        return np.mean(logsumexp(logits, 1) - logits[self.rows, self.labels])

    def by_hand(self):
        w1, b1, w2, b2 = self.parameters.values()
        before = self.images @ w1 + b1
        hidden = np.maximum(before, 0.0)
        logits = hidden @ w2 + b2
        most = np.max(logits, axis=1, keepdims=True)
        total = np.log(np.sum(np.exp(logits - most), axis=1)) + most[:, 0]
        loss = np.mean(total - logits[self.rows, self.labels])
        by_logits = np.exp(logits - total[:, None])
        by_logits[self.rows, self.labels] -= 1.0
        by_logits /= len(self.rows)
        by_hidden = (by_logits @ w2.T) * (before > 0)
        return loss, (
            self.images.T @ by_hidden,
            by_hidden.sum(0),
            hidden.T @ by_logits,
            by_logits.sum(0),
        )

    def eager(self):
        gradient = gv.value_and_grad(self.loss, (0, 1, 2, 3))
        return lambda: gradient(*self.parameters.values())

    def replay(self):
        graph = gv.trace(lambda w1, b1, w2, b2: self.loss(w1, b1, w2, b2), self.parameters)

        def work():
            run = graph.run(self.parameters)
            return run.value, tuple(run.grads.values())

        return work

    def autograd(self):
        from autograd import numpy as anp
        from autograd import value_and_grad

        def logsumexp(x, axis):
            most = anp.max(x, axis=axis, keepdims=True)
            return anp.log(anp.sum(anp.exp(x - most), axis=axis)) + most[:, 0]

        function = value_and_grad(
            lambda p: self.loss(*p, np=anp, relu=lambda x: anp.maximum(x, 0.0), logsumexp=logsumexp)
        )
        return lambda: function(tuple(self.parameters.values()))

    def torch(self):
        import torch

        torch.set_num_threads(1)
        images, labels = torch.tensor(self.images), torch.tensor(self.labels)
        parameters = [torch.tensor(value, requires_grad=True) for value in self.parameters.values()]

        def work():
            w1, b1, w2, b2 = parameters
            loss = torch.nn.functional.cross_entropy(torch.relu(images @ w1 + b1) @ w2 + b2, labels)
            return loss, torch.autograd.grad(loss, parameters)

        return work

    def jax(self):
        import jax
        from jax import numpy as jnp

        jax.config.update("jax_enable_x64", True)
        images, labels = jnp.asarray(self.images), jnp.asarray(self.labels)

        def loss(parameters):
            w1, b1, w2, b2 = parameters
            logits = jax.nn.relu(images @ w1 + b1) @ w2 + b2
            return jnp.mean(jax.nn.logsumexp(logits, 1) - logits[jnp.asarray(self.rows), labels])

        function, parameters = (
            jax.jit(jax.value_and_grad(loss)),
            tuple(map(jnp.asarray, self.parameters.values())),
        )
        return lambda: jax.block_until_ready(function(parameters))


NETWORK = {
    "NumPy by hand": (lambda network: network.by_hand, None),
    "gradviz, value_and_grad": (Network.eager, None),
    "gradviz, graph.run": (Network.replay, None),
    "HIPS autograd": (Network.autograd, "autograd"),
    "torch, eager": (Network.torch, "torch"),
    "jax, compiled": (Network.jax, "jax"),
}


@pytest.mark.parametrize("way", NETWORK)
@pytest.mark.parametrize("batch", [64, 256, 1024])
def bench_network(benchmark, way, batch):
    make, package = NETWORK[way]
    if package:
        installed(package)
    network = Network(batch)
    work = make(network)
    (loss, gradients), (expected, by_hand) = work(), network.by_hand()
    assert np.asarray(loss.detach() if hasattr(loss, "detach") else loss) == pytest.approx(
        expected, rel=1e-9
    )
    for gradient, other in zip(gradients, by_hand):
        assert np.allclose(np.asarray(gradient), other, rtol=1e-9, atol=1e-12)
    measure(
        benchmark,
        f"gradient of a 784-128-10 network, batch of {batch}",
        way,
        work,
        peer=way == "NumPy by hand",
    )


def tiny(v, w):
    y = v
    for _ in range(50):
        y = y * w + v
    return y


def tiny_eager():
    v, w = gv.Variable(np.ones(3)), gv.Variable(np.full(3, 0.5))
    np.sum(tiny(v, w)).backward()
    return w.grad


def tiny_by_hand():
    v, w, values = np.ones(3), np.full(3, 0.5), []
    y = v
    for _ in range(50):
        values.append(y)
        y = y * w + v
    adjoint, by_w, by_v = np.ones(3), np.zeros(3), np.zeros(3)
    for value in reversed(values):
        by_v = by_v + adjoint
        by_w = by_w + adjoint * value
        adjoint = adjoint * w
    return by_w


def tiny_replay():
    arrays = {"v": np.ones(3), "w": np.full(3, 0.5)}
    graph = gv.trace(lambda v, w: np.sum(tiny(v, w)), arrays)
    return lambda: graph.run(arrays).grads["w"]


def tiny_autograd():
    from autograd import grad
    from autograd import numpy as anp

    gradient = grad(lambda w, v: anp.sum(tiny(v, w)))
    return lambda: gradient(np.full(3, 0.5), np.ones(3))


def tiny_torch():
    import torch

    def work():
        v, w = torch.ones(3, requires_grad=True), torch.full((3,), 0.5, requires_grad=True)
        torch.sum(tiny(v, w)).backward()
        return w.grad

    return work


TINY = {
    "NumPy by hand": (lambda: tiny_by_hand, None),
    "gradviz, eager": (lambda: tiny_eager, None),
    "gradviz, graph.run": (tiny_replay, None),
    "HIPS autograd": (tiny_autograd, "autograd"),
    "torch, eager": (tiny_torch, "torch"),
}


@pytest.mark.parametrize("way", TINY)
def bench_tiny_arrays(benchmark, way):
    make, package = TINY[way]
    if package:
        installed(package)
    work = make()
    assert np.allclose(np.asarray(work()), tiny_by_hand(), rtol=1e-5)
    measure(
        benchmark,
        "arrays of 3 elements, 101 operations",
        way,
        work,
        operations=101,
        peer=way == "NumPy by hand",
    )


@pytest.mark.parametrize("module", ["numpy", "gradviz"])
def bench_import(benchmark, module):
    command = [sys.executable, "-c", f"import {module}"]
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    subprocess.run(command, check=True, env=environment)
    benchmark.group = "import, a whole process"
    benchmark.extra_info.update(way=f"import {module}", peer=module == "numpy", operations=None)
    benchmark.pedantic(
        subprocess.run, args=(command,), kwargs={"check": True, "env": environment}, rounds=20
    )
