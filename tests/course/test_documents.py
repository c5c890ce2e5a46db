"""The figures of the two source documents."""

import pytest
from circuit import BACKWARD, FORWARD, GRADIENTS, INPUTS, circuit

import gradviz as gv


def test_row_a41_the_sigmoid_circuit():
    graph = gv.trace(circuit, INPUTS)
    run = graph.example
    assert [round(run.primals[node], 2) for node in graph.operations] == FORWARD
    assert [round(run.adjoints[node], 2) for node in reversed(graph.operations)] == BACKWARD
    assert run.grads == pytest.approx(GRADIENTS, abs=5e-8)
    assert (len(graph.operations), len(graph.inputs), len(graph.edges)) == (8, 5, 12)


def test_row_a22_a_sum_squared():
    def f(x, y):
        z = x + y
        return z**2

    graph = gv.trace(f, x=1.0, y=2.0)
    run = graph.example
    assert (run.primals["z"], run.value) == (3.0, 9.0)
    assert [run.locals[edge] for edge in graph.edges] == [1.0, 1.0, 6.0]
    assert run.grads == {"x": 6.0, "y": 6.0}
    assert gv.draw(run).explain("x") == "∂f/∂x = ∂f/∂z · ∂z/∂x = 6 · 1 = 6"


def test_row_b13_a_square_completed():
    x = gv.Variable(3.0, name="x")
    y = x**2 + 2 * x + 1
    y.backward()
    assert (y.value, x.grad) == (16.0, 8.0)
    y.backward()
    assert (y.value, x.grad) == (16.0, 8.0)


def test_row_b21_sum_times_third():
    run = gv.trace(lambda x1, x2, x3: (x1 + x2) * x3, x1=1.0, x2=2.0, x3=4.0).example
    assert run.value == 12.0
    assert run.grads == {"x1": 4.0, "x2": 4.0, "x3": 3.0}


def test_row_b23_a_value_used_twice():
    a = gv.Variable(1.5, name="a")
    total = a + a
    total.backward()
    assert a.grad == 2.0
    figure = gv.draw(total)
    assert len(figure.graph.edges) == 2
    assert figure.svg.count('class="gv-edge"') == 2
    assert figure.explain("a").endswith("= 1 · 1 + 1 · 1 = 2")
