"""grad and value_and_grad, of any order."""

import math

import gradviz as gv
import numpy as np
import pytest


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
    with pytest.raises(TypeError, match="argnums names argument 2, but 1 positional arguments were given"):
        gv.grad(np.exp, argnums=2)(1.0)
    with pytest.raises(TypeError, match="must be a real number"):
        gv.grad(np.exp)("1")


def test_the_oracle_finds_a_wrong_rule(monkeypatch):
    from gradviz.autodiff import primitives

    wrong = primitives.Primitive("sin", "sin(x)", "math.sin(x)", lambda x, z: -primitives.cos(x))
    monkeypatch.setitem(gv.autodiff.variable.PRIMITIVES, np.sin, wrong)
    with pytest.raises(AssertionError, match="local derivative of sin by operand 0"):
        gv.check_grads(lambda x: np.exp(np.sin(x)), 0.5)
