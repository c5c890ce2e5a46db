"""Work that must not grow faster than what it is done on: each entry takes a size and gives a
function of nothing, which is the work. `test_linear.py` counts its lines, and
`benchmarks/bench_growth.py` times it."""

import pickle

import numpy as np

import gradviz as gv
from gradviz.autodiff.programs.instructions import Instructions

WORK = {}


def work(function):
    """An entry, called by its title."""
    WORK[function.__doc__] = function
    return function


# ── graphs ──


def chain(length):
    """A graph of one input and so many operations, one after another."""

    def f(x):
        for _ in range(length // 2):
            x = x * 1.0001 + 0.001
        return x

    return gv.trace(f, x=1.0)


def wide(inputs):
    """A graph of many inputs."""
    return gv.trace(lambda **xs: np.tanh(sum(xs.values())), {f"x{i}": 0.1 for i in range(inputs)})


def square(t):
    return t * t + 1.0


def blocks(calls):
    """A graph of many calls of one block."""
    inside = gv.block(square)

    def f(x):
        for _ in range(calls):
            x = np.sin(inside(x))
        return x

    return gv.trace(f, x=0.1)


def prepared(graph):
    """The graph with its program compiled, which long ones get only after some runs."""
    graph.runner.prepare(graph)
    return graph


# ── tracing and running ──


@work
def trace_chain(n):
    "trace, a chain"
    return lambda: chain(n)


@work
def trace_inputs(n):
    "trace, inputs"
    return lambda: wide(n)


@work
def trace_blocks(n):
    "trace, calls of a block"
    return lambda: blocks(n)


@work
def run_chain(n):
    "run, a chain"
    graph = prepared(chain(n))
    return lambda: graph.run(x=2.0)


@work
def page_chain(n):
    "a page's program, a chain"
    graph = chain(n)
    return lambda: Instructions(graph).document()


@work
def page_inputs(n):
    "a page's program, inputs"
    graph = wide(n)
    return lambda: Instructions(graph).document()


@work
def first_run(n):
    "first run, a chain"

    def first():
        graph = chain(n)
        return graph.run(x=2.0).grads

    return first


@work
def run_inputs(n):
    "run with value and gradients, inputs"
    graph = prepared(wide(n))
    moved = dict.fromkeys(graph.input_names, 0.2)

    def read():
        run = graph.run(moved)
        return run.value, run.grads

    return read


@work
def sweep_chain(n):
    "sweep, a chain"
    return lambda: chain(n).sweep(x=[1.0, 2.0])


# ── reading a run ──


@work
def read_grads(n):
    "run.grads by each input's name"
    graph = wide(n)
    run = graph.run(x1=0.3)
    grads = run.grads
    return lambda: [grads[name] for name in graph.input_names]


@work
def read_adjoints(n):
    "run.adjoints by each name"
    graph = wide(n)
    run = graph.run(x1=0.3)
    return lambda: [run.adjoints[node.label] for node in graph.nodes]


@work
def read_primals(n):
    "run.primals by each node"
    graph = chain(n)
    run = graph.run(x=0.3)
    return lambda: [run.primals[node] for node in graph.nodes]


@work
def read_locals(n):
    "run.locals by each edge"
    graph = chain(n)
    run = graph.run(x=0.3)
    return lambda: [run.locals[edge] for edge in graph.edges]


@work
def read_flows(n):
    "run.flows by each edge"
    graph = chain(n)
    run = graph.run(x=0.3)
    return lambda: [run.flows[edge] for edge in graph.edges]


@work
def read_array_flows(n):
    "run.flows of arrays"

    def f(x):
        for _ in range(n // 2):
            x = x * 1.0001 + x
        return np.sum(x)

    graph = gv.trace(f, x=np.ones(2))
    run = graph.run()
    return lambda: [run.flows[edge] for edge in graph.edges]


@work
def print_graph(n):
    "print(graph)"
    return lambda: str(chain(n))


@work
def print_run(n):
    "print(run), inputs"
    graph = prepared(wide(n))
    return lambda: str(graph.run(x1=0.3))


@work
def code_chain(n):
    "code, a chain"
    graph = chain(n)
    return lambda: graph.code()


@work
def code_inputs(n):
    "code, inputs"
    graph = wide(n)
    return lambda: graph.code()


@work
def edges(n):
    "edges"
    return lambda: chain(n).edges


@work
def cost(n):
    "cost, a chain"
    graph = chain(n)
    return lambda: graph.cost()


@work
def ledger(n):
    "a run with a ledger open"
    graph = chain(n)

    def counted():
        with gv.Ledger():
            graph.run(x=2.0)

    return counted


# ── drawing ──


@work
def draw_chain(n):
    "draw, a chain"
    graph = chain(n)
    return lambda: gv.draw(graph).svg


@work
def draw_blocks(n):
    "draw, calls of a block"
    graph = blocks(n)
    return lambda: gv.draw(graph).svg


@work
def draw_inputs(n):
    "draw, inputs"
    graph = wide(n)
    return lambda: gv.draw(graph).svg


@work
def fold_blocks(n):
    "fold, calls of a block"
    from gradviz.scene.folding import fold
    from gradviz.scene.folding.blocks import blocks_of

    graph = prepared(blocks(n))
    return lambda: fold.fold(graph, blocks_of(graph)).run(x=0.3).grads


@work
def draw_long_names(n):
    "draw, long names of an input and a block"
    inside = gv.block(name="b" * n)(square)
    return lambda: gv.draw(gv.trace(lambda *xs: inside(xs[0]), {"x" * n: 0.5})).svg


@work
def draw_variable(n):
    "draw a Variable"
    y = gv.Variable(0.5, name="x")
    for _ in range(n):
        y = y * 1.0001
    y.backward()
    return lambda: gv.draw(y).svg


# ── eager work ──


@work
def eager_chain(n):
    "backward, a chain"

    def f():
        x = y = gv.Variable(0.5)
        for _ in range(n):
            y = y * 1.0001
        y.backward()
        return x.grad

    return f


@work
def eager_sum(n):
    "backward, sum of so many"

    def f():
        xs = [gv.Variable(0.5) for _ in range(n)]
        sum(xs).backward()
        return xs[-1].grad

    return f


@work
def eager_losses(n):
    "so many losses, each with backward"

    def f():
        x = gv.Variable(0.5)
        kept = []
        for _ in range(n):
            kept.append(x * x)
            kept[-1].backward()
        return kept

    return f


@work
def eager_kept(n):
    "so many losses of one page, each with backward"

    def f():
        x = gv.Variable(0.5)
        kept = [x * x for _ in range(n)]
        for each in kept:
            each.backward()
        return kept

    return f


@work
def eager_stack(n):
    "backward, np.stack of so many"

    def f():
        xs = [gv.Variable(0.5) for _ in range(n)]
        np.sum(np.stack(xs) ** 2).backward()
        return xs[-1].grad

    return f


@work
def eager_concatenate(n):
    "backward, np.concatenate of so many"

    def f():
        xs = [gv.Variable([0.5, 1.0]) for _ in range(n)]
        np.sum(np.concatenate(xs) ** 2).backward()
        return xs[-1].grad

    return f


# ── functions of functions ──


def long_chain(x, n):
    for _ in range(n // 2):
        x = x * 1.0001 + 0.001
    return x


@work
def grad_chain(n):
    "gv.grad, a chain"
    return lambda: gv.grad(lambda x: long_chain(x, n))(0.5)


@work
def second_grad(n):
    "gv.grad of gv.grad, a chain"
    return lambda: gv.grad(gv.grad(lambda x: long_chain(x, n)))(0.5)


@work
def grad_of_list(n):
    "gv.grad by a list of so many numbers"
    point = [0.5] * n
    return lambda: gv.grad(lambda xs: sum(x * x for x in xs))(point)


@work
def jvp_chain(n):
    "gv.jvp, a chain"
    return lambda: gv.jvp(lambda x: long_chain(x, n), (0.5,), (1.0,))


@work
def jacobian_chain(n):
    "gv.jacobian, a chain"
    return lambda: gv.jacobian(lambda x: long_chain(x, n))(np.ones(3))


# ── many operands ──


def stacked(n, join=np.stack, value=0.5):
    return gv.trace(
        lambda **xs: np.sum(join([*xs.values()]) ** 2), {f"x{i}": value for i in range(n)}
    )


@work
def trace_stack(n):
    "trace, np.stack"
    return lambda: stacked(n)


@work
def run_stack(n):
    "first run, np.stack"
    return lambda: stacked(n).run(x1=2.0).grads


@work
def run_concatenate(n):
    "first run, np.concatenate"
    return lambda: stacked(n, np.concatenate, np.ones(2)).run(x1=np.zeros(2)).grads


@work
def print_stack(n):
    "print(graph), np.stack"
    graph = stacked(n)
    return lambda: str(graph)


@work
def code_stack(n):
    "code, np.stack"
    graph = stacked(n)
    return lambda: graph.code()


@work
def draw_stack(n):
    "draw, np.stack"
    graph = stacked(n)
    return lambda: gv.draw(graph).svg


@work
def flows_stack(n):
    "run.flows, np.stack"
    graph = prepared(stacked(n))
    return lambda: list(graph.run(x1=0.2).flows.values())


# ── others ──


@work
def pickle_chain(n):
    "pickle, a chain"
    graph = chain(n)
    return lambda: pickle.loads(pickle.dumps(graph))


@work
def code_constants(n):
    "code, so many arrays of constants"
    arrays = [np.full(2, float(i)) for i in range(n // 2)]

    def f(x):
        for array in arrays:
            x = x + array
        return np.sum(x)

    graph = gv.trace(f, x=np.ones(2))
    return lambda: graph.code()


@work
def run_decisions(n):
    "first run, so many decisions"

    def f(x):
        for _ in range(n // 2):
            x = x * 1.0001 if x > 0 else -x
        return x

    return lambda: gv.trace(f, x=1.0).run(x=2.0).value


@work
def flows_of_one(n):
    "run.flows, one value stacked so often"
    graph = prepared(gv.trace(lambda x: np.sum(np.stack([x] * n) ** 2), x=0.5))
    return lambda: list(graph.run(x=0.2).flows.values())


@work
def inside_box(n):
    "a box of an overview"
    graph = blocks(n)

    def opened():
        figure = gv.draw(graph)
        label = next(node.label for node in figure.graph.nodes if node.operation)
        return figure.inside(label).svg

    return opened


@work
def explain_all(n):
    "figure.explain"
    figure = gv.draw(chain(n))
    return lambda: figure.explain(figure.graph.output.label)
