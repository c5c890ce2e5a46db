"""grad and value_and_grad, of any order."""

import math

import numpy as np
import pytest

import gradviz as gv


def test_gradients_by_position():
    def f(x, y, power=2):
        return x**power * y

    assert gv.grad(f)(3.0, 2.0) == 12.0
    assert gv.grad(f, argnums=1)(3.0, 2.0) == 9.0
    assert gv.grad(f, argnums=-1)(3.0, 2.0) == 9.0
    assert gv.grad(f, argnums=(1, 0))(3.0, 2.0) == (9.0, 12.0)
    assert gv.grad(f)(3.0, 2.0, power=3) == 54.0
    assert gv.value_and_grad(f)(3, 2) == (18.0, 12.0)


def test_higher_derivatives_have_closed_forms():
    third = gv.grad(gv.grad(gv.grad(np.tanh)))
    for x in (-1.2, 0.0, 0.7):
        t = math.tanh(x)
        assert third(x) == pytest.approx(-2 + 8 * t**2 - 6 * t**4, abs=1e-12)
    assert gv.grad(gv.grad(gv.grad(lambda x: x**5)))(2.0) == 240.0


def test_no_perturbation_confusion():
    def outer(x):
        return x * gv.grad(lambda y: x + y)(1.0)

    assert gv.grad(outer)(1.0) == 1.0
    assert gv.grad(lambda x: x * gv.grad(lambda y: x * y)(2.0))(3.0) == 6.0


def test_where_nothing_depends_on_the_input():
    assert gv.grad(lambda x: 3.0)(1.0) == 0.0
    assert gv.grad(lambda x: x)(1.0) == 1.0
    assert gv.grad(gv.grad(lambda x: 2 * x))(1.0) == 0.0


def test_bad_arguments():
    with pytest.raises(
        TypeError, match="argnums names argument 2, but 1 positional arguments were given"
    ):
        gv.grad(np.exp, argnums=2)(1.0)
    with pytest.raises(TypeError, match="must be a real number"):
        gv.grad(np.exp)("1")


def test_the_oracle_finds_a_wrong_rule(monkeypatch):
    from gradviz.autodiff import primitives
    from gradviz.autodiff.primitive import Elementwise
    from gradviz.autodiff.protocols import UFUNCS

    wrong = Elementwise("sin", "sin(x)", "math.sin(x)", lambda x, z: -primitives.cos(x))
    monkeypatch.setitem(UFUNCS, np.sin, wrong)
    for at in (0.5, np.array([0.5, 1.0])):
        with pytest.raises(
            AssertionError, match=r"the derivative of sin by its operand 0 \(sin\(x\)\) is wrong"
        ):
            gv.check_grads(lambda x: np.exp(np.sin(x)), at)


def test_containers_of_parameters():
    def loss(parameters, x):
        (w, b), scale = parameters["layer"], parameters["scale"]
        return np.sum((w @ x + b) ** 2) * scale

    parameters = {
        "layer": (np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.5, -0.5])),
        "scale": 2.0,
    }
    x = np.array([1.0, -1.0])
    value, gradient = gv.value_and_grad(loss)(parameters, x)
    residual = parameters["layer"][0] @ x + parameters["layer"][1]
    assert value == 2.0 * np.sum(residual**2)
    assert np.allclose(gradient["layer"][0], 4.0 * np.outer(residual, x))
    assert np.allclose(gradient["layer"][1], 4.0 * residual)
    assert gradient["scale"] == np.sum(residual**2)
    gv.check_grads(loss, parameters, x)


def test_jacobians_and_hessians():
    a = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    wide, tall = a.T, a
    assert np.array_equal(gv.jacobian(lambda v: tall @ v)(np.ones(2)), tall)
    assert np.array_equal(gv.jacobian(lambda v: wide @ v)(np.ones(3)), wide)
    assert gv.jacobian(np.sin)(0.0) == 1.0
    assert gv.jacobian(lambda x, y: x * y, argnums=(0, 1))(2.0, 3.0) == (3.0, 2.0)

    def f(v):
        return np.sum(np.tanh(v) * np.exp(v[::-1])) * v[0]

    at = np.array([0.3, -0.7, 1.1])
    hessian = gv.hessian(f)(at)
    assert np.allclose(hessian, gv.jacobian(gv.grad(f))(at), rtol=1e-14)
    assert np.allclose(hessian, hessian.T, rtol=1e-13)
    for direction in np.eye(3):
        assert np.allclose(gv.hvp(f, at, direction), hessian @ direction, rtol=1e-13)
        over = gv.grad(lambda v, along=direction: gv.jvp(f, (v,), (along,))[1])(at)
        assert np.allclose(over, hessian @ direction, rtol=1e-13)


def test_modes_nest_in_any_mix():
    def f(x):
        return np.sin(x) * x**3

    def forward(g):
        return lambda x: gv.jvp(g, (x,), (1.0,))[1]

    x = 0.7
    third = -math.cos(x) * x**3 - 9 * x**2 * math.sin(x) + 18 * x * math.cos(x) + 6 * math.sin(x)
    for modes in (
        (gv.grad,) * 3,
        (forward,) * 3,
        (forward, gv.grad, forward),
        (gv.grad, forward, gv.grad),
        (gv.grad, gv.grad, forward),
    ):
        g = f
        for mode in modes:
            g = mode(g)
        assert g(x) == pytest.approx(third, rel=1e-12)
    assert forward(lambda x: x * forward(lambda y: x + y)(1.0))(1.0) == 1.0


def test_vjp_and_jvp_of_arrays():
    value, pull = gv.vjp(lambda x, y: x @ y, np.ones((2, 3)), np.arange(3.0))
    assert value.tolist() == [3.0, 3.0]
    for _ in range(2):
        by_x, by_y = pull(np.array([1.0, 2.0]))
        assert by_x.tolist() == [[0.0, 1.0, 2.0], [0.0, 2.0, 4.0]]
        assert by_y.tolist() == [3.0, 3.0, 3.0]
    assert gv.jvp(lambda x: 3.0, (1.0,), (1.0,)) == (3.0, 0.0)
    assert gv.jvp(lambda x: x, (1.0,), (5.0,)) == (1.0, 5.0)
    with pytest.raises(ValueError, match=r"the adjoint must have the shape \(2,\)"):
        pull(np.ones(3))
    with pytest.raises(TypeError, match="another of the same length"):
        gv.jvp(np.sin, (1.0,), (1.0, 2.0))
    with pytest.raises(TypeError, match="must return one number or array"):
        gv.grad(lambda x: (x, x))(1.0)


def test_a_gradient_can_be_drawn():
    graph = gv.trace(lambda v: gv.grad(lambda u: np.sum(np.tanh(u)))(v)[0], v=np.array([0.5, 1.0]))
    assert graph.example.grads["v"][0] == pytest.approx(
        -2 * math.tanh(0.5) * (1 - math.tanh(0.5) ** 2)
    )
    assert gv.draw(graph).svg.count('class="gv-edge"') == len(graph.edges)


def test_what_was_freed_says_so():
    kept = []

    def f(v):
        kept.append(v * 2)
        return np.sum(kept[0] ** 2)

    gv.grad(f)(np.ones(3))
    with pytest.raises(ValueError, match="inside a function whose derivative was taken"):
        np.sum(kept[0]).backward()
    assert kept[0].value.tolist() == [2.0] * 3


def test_tangents_of_containers_go_by_their_keys():
    def f(d):
        return d["a"] ** 2 * d["b"]

    assert gv.jvp(f, ({"a": 3.0, "b": 5.0},), ({"b": 0.0, "a": 1.0},))[1] == 30.0
    with pytest.raises(TypeError, match="must be a dict with the keys 'a', 'b'"):
        gv.jvp(f, ({"a": 3.0, "b": 5.0},), ({"a": 1.0},))
    with pytest.raises(ValueError, match="names an argument twice"):
        gv.grad(np.hypot, (0, 0))(1.0, 2.0)
    with pytest.raises(TypeError, match="a position or a tuple of positions"):
        gv.grad(np.sin, [0])(1.0)


def test_an_outer_variable_set_inside():
    outer = gv.Variable(2.0)

    def f(x):
        outer.value = 7.0
        return x * x

    gv.grad(f)(1.0)
    y = outer * outer
    y.backward()
    assert outer.grad == 14.0
