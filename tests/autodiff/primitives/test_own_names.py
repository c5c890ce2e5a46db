"""A gate of the user's own is known by itself, never by its name: under any name of the table it
does what its body says, wherever it is read.
"""

import numpy as np
import pytest
from lengths import short

import gradviz as gv
from gradviz.audit import audit
from gradviz.autodiff.primitives import table as primitives
from gradviz.autodiff.primitives.primitive import Primitive
from gradviz.autodiff.primitives.printers import numpy_helpers

NAMES = sorted(
    {row.name for row in vars(primitives).values() if isinstance(row, Primitive)}
    | {name for name, value in vars(numpy_helpers).items() if callable(value)}
    | {"math", "np", "abs", "float", "max", "f", "x", "share"}
)


def own(name, arity):
    """x − 2y, or 3x: of no row of the table."""
    function = (lambda x, y: x - 2.0 * y) if arity == 2 else (lambda x: 3.0 * x)
    function.__name__ = name
    gate = gv.primitive(function)
    slopes = (1.0, -2.0) if arity == 2 else (3.0,)
    return gate.derivative(
        *(lambda *operands, slope=slope: slope + 0.0 * operands[0] for slope in slopes)
    )


def test_there_are_names_enough():
    assert len(NAMES) >= 100


@pytest.mark.parametrize("name", short(40, NAMES))
def test_a_gate_of_two_operands(name):
    gate = own(name, 2)

    def f(a, b):
        return gate(a, b) * a

    value, grads = (5.0 - 2.0 * 3.0) * 5.0, {"a": 2.0 * 5.0 - 2.0 * 3.0, "b": -2.0 * 5.0}
    a, b = gv.Variable(5.0), gv.Variable(3.0)
    y = f(a, b)
    y.backward()
    assert (y.value, a.grad, b.grad) == (value, *grads.values())
    graph = gv.trace(f, a=5.0, b=3.0)
    run = gv.trace(f, a=1.0, b=1.0).run(a=5.0, b=3.0)
    swept = graph.sweep(a=[1.0, 5.0], b=3.0)
    assert (graph.example.value, graph.example.grads) == (run.value, run.grads) == (value, grads)
    assert swept.value[1] == value
    assert {key: found[1] for key, found in swept.grads.items()} == grads
    assert gv.jvp(f, (5.0, 3.0), (1.0, 0.0)) == (value, grads["a"])
    assert gv.hessian(lambda v: f(v[0], v[1]))(np.array([5.0, 3.0])).tolist() == [[2, -2], [-2, 0]]
    namespace = {"np": np}
    text = graph.code()
    (named,) = [line for line in text.splitlines() if line.startswith("# ")]
    namespace[named.split()[1]] = gate
    exec(text, namespace)
    assert [*namespace.values()][-1](5.0, 3.0) == (value, grads)
    with gv.Ledger() as ledger:
        graph.run(a=5.0, b=3.0)
    assert (ledger.operations, ledger.local_derivatives, ledger.flops) == (2, 4, 2)


@pytest.mark.parametrize("name", short(40, NAMES))
def test_what_figures_say_of_it(name):
    gate = own(name, 2)
    graph = gv.trace(lambda a, b: gate(a, b) * 2.0, a=5.0, b=3.0)
    (node,) = [node for node in graph.nodes if node.is_handwritten]
    assert node.sign == name
    assert node.expression == f"{name}(a, b)"
    assert [edge.mark for edge in graph.edges if edge.target is node] == ["1st", "2nd"]
    figure = gv.draw(graph)
    assert not audit(figure.svg).failures
    assert name in figure.dot.source


@pytest.mark.parametrize("name", short(40, NAMES))
def test_a_gate_on_arrays(name):
    gate = own(name, 1)

    def f(v):
        return np.sum(gate(v) * v)

    v = np.array([1.0, -2.0])
    graph = gv.trace(f, v=v)
    assert graph.run(v=v).value == 3.0 * np.sum(v * v)
    np.testing.assert_array_equal(graph.run(v=v).grads["v"], 6.0 * v)
    np.testing.assert_array_equal(gv.grad(f)(v), 6.0 * v)
    with pytest.raises(ValueError, match="has no parts of single numbers here"):
        gv.draw(graph, expand=[next(node.label for node in graph.nodes if node.is_handwritten)])
    opened = gv.draw(graph, expand=["f"]).graph  # the sum of the table is opened all the same
    assert opened.run(v=v).value == 3.0 * np.sum(v * v)
    np.testing.assert_array_equal(opened.run(v=v).grads["v"], 6.0 * v)
