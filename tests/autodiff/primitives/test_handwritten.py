"""Primitives written by hand: coarse gates, and their derivatives."""

import math

import numpy as np
import pytest
from circuit import GRADIENTS, INPUTS, circuit

import gradviz as gv


def sigmoid_by_hand():
    @gv.primitive
    def sigmoid(t):
        return 1 / (1 + math.exp(-t))

    return sigmoid.derivative(lambda t, out: out * (1 - out))


def whole_by_hand():
    @gv.primitive
    def whole(w0, x0, w1, x1, w2):
        return 1 / (1 + math.exp(-(w0 * x0 + w1 * x1 + w2)))

    return whole.vjp_by(
        lambda adjoint, f, w0, x0, w1, x1, w2: [
            adjoint * f * (1 - f) * other for other in (x0, w0, x1, w1, 1.0)
        ]
    )


def test_three_granularities_agree():
    sigmoid, whole = sigmoid_by_hand(), whole_by_hand()

    def fused(w0, x0, w1, x1, w2):
        return sigmoid(w0 * x0 + w1 * x1 + w2)

    for function, operations in (
        (circuit, 8),
        (fused, 5),
        (lambda w0, x0, w1, x1, w2: whole(w0, x0, w1, x1, w2), 1),
    ):
        graph = gv.trace(function, INPUTS)
        assert len(graph.operations) == operations
        for gradients in (
            graph.example.grads,
            graph.run(INPUTS).grads,
            dict(zip(INPUTS, gv.grad(function, (0, 1, 2, 3, 4))(*INPUTS.values()))),
        ):
            assert gradients == pytest.approx(GRADIENTS, abs=5e-8)
        gv.check_grads(function, *INPUTS.values())


def test_its_derivative_stands_on_the_edge():
    sigmoid = sigmoid_by_hand()
    graph = gv.trace(lambda t: sigmoid(2 * t), t=0.5)
    assert graph.output.sign == "sigmoid"
    assert graph.edges[-1].local_expression == "sigmoid′(v1)"
    assert graph.example.locals[graph.edges[-1]] == pytest.approx(0.19661193)
    assert gv.draw(graph).svg.count('class="gv-node') == 3


def test_a_wrong_sign_is_found():
    @gv.primitive
    def wave(t):
        return np.sin(t)

    wave.derivative(lambda t, out: -np.cos(t))
    with pytest.raises(
        AssertionError, match=r"the derivative of wave by its operand 0 \(wave\(x\)\) is wrong"
    ):
        gv.check_grads(lambda x, y: np.exp(wave(x * y)) + y, 0.5, 2.0)

    @gv.primitive
    def product(x, y):
        return x * y

    product.derivative(lambda x, y, out: y, lambda x, y, out: y)
    with pytest.raises(AssertionError, match="the derivative of product by its operand 1"):
        gv.check_grads(product, 0.5, 2.0)


def test_on_arrays_and_to_the_second_order():
    @gv.primitive
    def cube(x):
        return x**3

    cube.derivative(lambda x, out: 3 * x**2)
    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    gv.check_grads(cube, x)
    assert gv.grad(gv.grad(cube))(2.0) == 12.0
    graph = gv.trace(lambda v: np.sum(cube(v)), v=x)
    assert np.array_equal(graph.run(v=2 * x).grads["v"], 3 * (2 * x) ** 2)


def test_a_jvp_by_hand():
    @gv.primitive
    def total(x):
        return np.sum(x)

    total.vjp_by(lambda adjoint, out, x: adjoint * np.ones(x.shape)).jvp_by(
        lambda tangents, out, x: np.sum(tangents[0])
    )
    gv.check_grads(total, np.array([1.0, 2.0]))


def test_it_uses_python_and_is_still_ieee():
    inverse = gv.primitive(lambda x: 1 / x).derivative(lambda x, out: -out * out)
    assert inverse(gv.Variable(0.0)).value == math.inf
    with pytest.raises(
        OverflowError,
        match=r"sigmoid fails at −1000: math range error; NumPy's functions, such as np\.exp for ",
    ):
        sigmoid_by_hand()(gv.Variable(-1000.0))
    assert gv.primitive(lambda t: 1 / (1 + np.exp(-t)))(gv.Variable(-1000.0)).value == 0.0


def test_what_is_missing_is_said():
    @gv.primitive
    def naked(x):
        return x

    y = naked(gv.Variable(1.0))
    assert y.value == 1.0
    with pytest.raises(
        TypeError, match=r"naked has no derivative yet: give it with naked\.derivative"
    ):
        y.backward()
    with pytest.raises(
        TypeError, match="naked takes 1 operand, so it needs as many derivatives, not 2"
    ):
        naked.derivative(lambda x, out: 1.0, lambda x, out: 1.0)
    with pytest.raises(
        TypeError,
        match="derivative 0 of naked must be a function of 2: its operands, and then its result",
    ):
        naked.derivative(lambda x: 1.0)
    with pytest.raises(TypeError, match="naked takes 1 operand, not 2"):
        naked(1.0, 2.0)
    with pytest.raises(TypeError, match="plain arguments"):
        gv.primitive(lambda *xs: xs[0])
    with pytest.raises(TypeError, match="primitive decorates a function, not the float"):
        gv.primitive(1.0)


def test_its_code_calls_it_by_name():
    sigmoid = sigmoid_by_hand()
    graph = gv.trace(lambda x: sigmoid(x) * 2, x=0.5)
    namespace = {"sigmoid": sigmoid}
    exec(graph.code(), namespace)
    run = graph.run(x=0.25)
    assert namespace["f"](0.25) == (run.value, run.grads)
    assert "# sigmoid is a primitive of your own" in graph.code()
    assert graph.sweep(x=[0.25, 0.5]).grads["x"].tolist() == [
        run.grads["x"],
        graph.run(x=0.5).grads["x"],
    ]


def test_two_of_one_name():
    double, fivefold = gv.primitive(lambda x: 2 * x), gv.primitive(lambda x: 5 * x)
    double.derivative(lambda x, out: 2.0)
    fivefold.derivative(lambda x, out: 5.0)
    run = gv.trace(lambda x: double(x) * fivefold(x), x=1.0).run(x=1.0)
    assert (run.value, run.grads) == (10.0, {"x": 20.0})


def test_an_error_inside_it_breaks_nothing():
    broken = gv.primitive(lambda x: {}["a"]).derivative(lambda x, out: 1.0)
    x = gv.Variable(2.0)
    with pytest.raises(KeyError):
        broken(x)
    y = x * 3
    y.backward()
    assert x.grad == 3.0


def test_results_are_floats():
    rounded = gv.primitive(lambda v: np.round(v).astype(int)).derivative(lambda v, out: 1.0)
    assert gv.grad(lambda v: np.sum(rounded(v) * 0.5))(np.array([0.4, 1.6])).tolist() == [0.5, 0.5]
    with pytest.raises(TypeError, match="a result must hold real numbers"):
        gv.primitive(lambda v: v * 1j)(gv.Variable([1.0]))
    total = gv.primitive(lambda v: np.sum(v**2)).derivative(lambda v, out: 2 * v)
    with pytest.raises(TypeError, match="makes one number of an array"):
        total(gv.Variable([1.0, 2.0])).backward()
    wrong = gv.primitive(lambda v: np.sum(v)).vjp_by(lambda adjoint, out, v: np.ones(5))
    with pytest.raises(
        TypeError, match=r"what flows back to operand 0 in its shape \(2,\), not shape \(5,\)"
    ):
        wrong(gv.Variable([1.0, 2.0])).backward()


def test_operands_by_name_and_left_out():
    @gv.primitive
    def swish(t, beta=2.0):
        return t / (1 + np.exp(-beta * t))

    swish.vjp_by(lambda g, z, t, beta: (g * beta, g * t))
    at_one = 1 / (1 + math.exp(-2.0))
    assert swish(1.0) == swish(t=1.0) == swish(beta=2.0, t=1.0) == pytest.approx(at_one)
    assert gv.trace(swish, t=1.0).example.value == pytest.approx(at_one)
    graph = gv.trace(lambda t, b: swish(beta=b, t=t), t=1.0, b=2.0)
    assert graph.example.value == pytest.approx(at_one)
    assert graph.example.grads == {"t": 2.0, "b": 1.0}
    with pytest.raises(TypeError, match="swish takes 2 operands, not 3: too many positional"):
        swish(1.0, 2.0, 3.0)
    with pytest.raises(TypeError, match="swish takes 2 operands: got an unexpected keyword"):
        swish(1.0, gamma=2.0)
