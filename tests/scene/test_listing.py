"""Code beside the graph: each line belongs to its nodes, and has the numbers that it works out."""

import numpy as np
from circuit import INPUTS, circuit

import gradviz as gv
from gradviz.scene.words.formula import State
from gradviz.scene.words.listing import listing


def looped(x, n=3):
    h = x
    for _ in range(5):
        h = np.tanh(h * 2)
    total = h + x
    return total


def shown(graph, lines):
    state = State(graph.example)
    return {
        line["text"].strip(): state.text(
            [part for part in line["shows"] if isinstance(part, str) or part[0] != "sent"]
        )
        for line in lines
    }


def test_the_users_lines():
    graph = gv.trace(circuit, INPUTS)
    lines = shown(graph, listing(graph)["source"])
    assert lines["def circuit(w0, x0, w1, x1, w2):"] == ""
    assert lines["t = w0 * x0 + w1 * x1 + w2"] == "1"
    assert lines["return sigmoid(t)"] == "0.7311"
    assert lines["return 1 / (1 + np.exp(-t))"] == "0.7311"


@gv.block
def doubled(x):
    return x * 2


def calling(x):
    y = doubled(x)
    return doubled(y)


def test_lines_that_call_a_block():
    graph = gv.trace(calling, x=3.0)
    lines = shown(graph, listing(graph)["source"])
    assert lines["y = doubled(x)"] == "6"
    assert lines["return doubled(y)"] == "12"
    assert lines["return x * 2"] == "6, 12"


def test_a_line_that_is_run_many_times():
    graph = gv.trace(looped, x=0.5)
    lines = shown(graph, listing(graph)["source"])
    values = [
        v
        for node, v in graph.example.primals.items()
        if node.operation is not None and node.operation.name == "tanh"
    ]
    assert lines["h = np.tanh(h * 2)"] == f"{values[0]:.4}, {values[1]:.4} … {values[-1]:.4}"
    assert float(lines["return total"]) == float(lines["total = h + x"])


def test_the_programs_lines():
    graph = gv.trace(circuit, INPUTS)
    run, found = graph.example, {}
    for line in listing(graph)["program"]:
        for kind, index in line["shows"]:
            found[kind, index] = line["text"]
            assert line["nodes"] == ([index] if kind != "local" else [])
    assert [index for kind, index in found if kind == "value"] == [
        node.index for node in graph.operations
    ]
    assert sorted(index for kind, index in found if kind == "adjoint") == [
        node.index for node in graph.nodes
    ]
    assert graph.code() == "\n".join(line["text"] for line in listing(graph)["program"]) + "\n"
    namespace = {}
    exec(graph.code(), namespace)
    assert namespace["circuit"](**INPUTS) == (run.value, run.grads)


def test_hidden_lines_lead_to_the_closed_block():
    closed = gv.draw(gv.trace(circuit, INPUTS), collapse=True).graph
    run = closed.run(w0=2.0)
    lines = listing(closed)["program"]
    (exponential,) = (line for line in lines if "math.exp" in line["text"])
    assert exponential["nodes"] == [closed.output.index]
    ((kind, place, light, of),) = exponential["shows"]
    assert (kind, light, of) == ("sent", closed.output.index, "value")
    assert run.distinct[place] == np.exp(-1.0)


def test_functions_without_source():
    namespace = {}
    exec("def f(x): return x * x + 1", namespace)
    graph = gv.trace(namespace["f"], x=2.0)
    assert listing(graph)["source"] == []
    assert len(listing(graph)["program"]) > 5
    x = gv.Variable(2.0, name="x")
    assert len(listing(gv.draw(x * x).graph)["program"]) > 4


def test_lambdas():
    graph = gv.trace(lambda x, y: x * y + 1, x=2.0, y=3.0)
    (line,) = listing(graph)["source"]
    assert line["text"] == "graph = gv.trace(lambda x, y: x * y + 1, x=2.0, y=3.0)"
    assert State(graph.example).text(line["shows"]) == "7"
