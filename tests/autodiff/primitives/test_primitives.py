"""The table of primitives against NumPy's values, finite differences and PyTorch."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from needs import needed

import gradviz as gv
from gradviz.autodiff.primitives import table as primitives
from gradviz.autodiff.tape.protocols import UFUNCS

ROWS = sorted(
    (row for row in UFUNCS.values() if getattr(row, "has_locals", False)),
    key=lambda primitive: primitive.name,
)
LEAST = {
    "log": 0.1,
    "log2": 0.1,
    "log10": 0.1,
    "log1p": -0.9,
    "sqrt": 0.1,
    "arccosh": 1.1,
    "cbrt": 0.2,
    "power": 0.1,
    "float_power": 0.1,
}
MOST = {"tan": 1.3, "arcsin": 0.9, "arccos": 0.9, "arctanh": 0.9}
FLAT = {"floor", "ceil", "trunc", "rint", "sign", "floor_divide"}


def points(primitive):
    """Where the primitive has a derivative, away from its kinks."""
    one = st.floats(
        max(LEAST.get(primitive.name, -3.0), -MOST.get(primitive.name, 3.0)),
        MOST.get(primitive.name, 3.0),
    )
    return st.tuples(*[one] * primitive.arity)


@pytest.mark.parametrize("primitive", ROWS, ids=lambda primitive: primitive.name)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_values_and_derivatives(primitive, data):
    operands = data.draw(points(primitive))
    assume(
        all(
            abs(operand) > 1e-2 and abs(2 * operand - round(2 * operand)) > 1e-3
            for operand in operands
        )
    )
    if primitive.arity == 2:
        x, y = operands
        assume(
            abs(x - y) > 1e-2
            and (
                primitive.name not in ("remainder", "fmod", "floor_divide")
                or (abs(y) > 0.1 and abs(x / y - round(x / y)) > 1e-2)
            )
        )
    assert primitive.number(*operands) == pytest.approx(
        float(primitive.ufunc(*operands)), rel=1e-14
    )
    gv.check_grads(primitive.ufunc, *operands)


@pytest.mark.parametrize("primitive", ROWS, ids=lambda primitive: primitive.name)
def test_symbols_floats_and_variables_read_the_same_rule(primitive):
    operands = (0.7, 0.3)[: primitive.arity] if primitive.name != "arccosh" else (1.7,)
    result = primitive.number(*operands)
    for position in range(primitive.arity):
        by_symbols = primitive.local(position, operands, result)
        variables = [gv.Variable(operand) for operand in operands]
        by_variables = primitive.local_derivatives[position](*variables, gv.Variable(result))
        assert by_symbols == getattr(by_variables, "value", by_variables)


@pytest.mark.long
def test_against_torch():
    torch = needed("torch", "PyTorch IS NOT INSTALLED: its derivatives were not compared")
    compared = [primitive.name for primitive in ROWS if agrees_with_torch(torch, primitive)]
    assert len(compared) > 30


def agrees_with_torch(torch, primitive):
    theirs = {
        "floor_divide": None,
        "fabs": None,
        "heaviside": None,
        "copysign": None,
        "absolute": "abs",
        "negative": "neg",
        "power": "pow",
        "arctan2": "atan2",
        "cbrt": None,
        "rint": "round",
        "remainder": "remainder",
        "arccosh": "acosh",
    }
    name = theirs.get(primitive.name, primitive.name)
    if name is None:
        return False
    function = getattr(torch, name)
    for operands in (
        [(0.7, 0.3), (0.2, 0.9), (1.5, 2.5)]
        if primitive.arity == 2
        else [(0.7,), (0.2,), (-0.4,), (1.7,)]
    ):
        tensors = [
            torch.tensor(operand, dtype=torch.float64, requires_grad=True) for operand in operands
        ]
        output = function(*tensors)
        if not torch.isfinite(output):
            continue
        if output.requires_grad:
            output.backward()
        variables = [gv.Variable(operand) for operand in operands]
        result = primitive.ufunc(*variables)
        result.backward()
        assert result.value == pytest.approx(output.item(), rel=1e-12)
        for variable, tensor in zip(variables, tensors):
            gradient = 0.0 if tensor.grad is None else tensor.grad.item()
            assert variable.grad == pytest.approx(gradient, rel=1e-12, abs=1e-15), primitive
    return True


def test_the_larger_of_two_equals_shares_its_derivative():
    x, y = gv.Variable(2.0), gv.Variable(2.0)
    np.maximum(x, y).backward()
    assert (x.grad, y.grad) == (0.5, 0.5)


def test_the_power_zero_has_derivative_zero_everywhere():
    for at in (0.0, -2.0, 3.0):
        assert gv.grad(lambda x: x**0)(at) == 0.0


@pytest.mark.parametrize(
    ("function", "at", "value"),
    [
        (np.log, -1.0, math.nan),
        (np.log, 0.0, -math.inf),
        (lambda x: 1 / x, 0.0, math.inf),
        (lambda x: 1 / x, -0.0, -math.inf),
        (np.exp, 1000.0, math.inf),
        (lambda x: x**0.5, -1.0, math.nan),
        (np.sin, math.inf, math.nan),
        (np.floor, math.inf, math.inf),
        (np.sign, math.inf, 1.0),
        (lambda x: x % 0.0, 1.0, math.nan),
        (lambda x: x * 1e308, 1e308, math.inf),
    ],
)
def test_arithmetic_is_ieee(function, at, value):
    graph = (
        gv.trace(function, {"x": 1.5})
        if not isinstance(function, np.ufunc)
        else gv.trace(lambda x: function(x), x=1.5)
    )
    eager = function(gv.Variable(at))
    assert graph.run({"x": at}).value == pytest.approx(value, nan_ok=True)
    assert eager.value == pytest.approx(value, nan_ok=True)
    eager.backward()


def test_signs_on_cards():
    def sign(function, **inputs):
        return gv.trace(function, **(inputs or {"x": 2.0})).output.sign

    assert sign(lambda x: x * 2) == "×2"
    assert sign(lambda x: 2 * x) == "×2"
    assert sign(lambda x: x + 1) == "+1"
    assert sign(lambda x: x - 1) == "−1"
    assert sign(lambda x: 1 - x) == "1−·"
    assert sign(lambda x: x**2) == "^2"
    assert sign(lambda x: 2**x) == "2^·"
    assert sign(lambda x: 1 / x) == "1/·"
    assert sign(lambda x: x / 4) == "÷4"
    assert sign(lambda x: -x) == "×−1"
    assert sign(np.exp) == "exp"
    assert sign(lambda x: np.maximum(x, 0)) == "max(·, 0)"
    assert sign(lambda x, y: x + y, x=1.0, y=1.0) == "+"
    assert sign(lambda x, y: x - y, x=1.0, y=1.0) == "−"


def test_local_derivatives_in_symbols():
    def local(function, position=0):
        return gv.trace(function, x=2.0, y=3.0).edges[position].local_expression

    assert local(lambda x, y: x**2 + 0 * y) == "2·x"
    assert local(lambda x, y: x**3 + 0 * y) == "3·x²"
    assert local(lambda x, y: x / y) == "1/y"
    assert local(lambda x, y: x / y, 1) == "−f/y"
    assert local(lambda x, y: x**y) == "y·x^(y − 1)"
    assert local(lambda x, y: np.sin(x) + y) == "cos(x)"


def test_the_table_is_whole():
    for primitive in ROWS:
        assert primitive.arity in (1, 2)
        assert primitive.ufunc.nin == primitive.arity
    assert primitives.multiply.on_numbers[0, 1].expression(["a", "b"]) == "a·b"


@pytest.mark.parametrize(
    ("function", "at", "gradient"),
    [
        (np.arcsin, (1.0,), (math.inf,)),
        (np.arccos, (-1.0,), (-math.inf,)),
        (np.arccosh, (1.0,), (math.inf,)),
        (np.sqrt, (0.0,), (math.inf,)),
        (lambda x, y: x**y, (0.0, 2.0), (0.0, 0.0)),
        (np.expm1, (-40.0,), (math.exp(-40.0),)),
        (np.arccosh, (1e200,), (1e-200,)),
        (np.arcsinh, (1e200,), (1e-200,)),
        (np.arctan2, (1e-200, 1e-200), (5e199, -5e199)),
    ],
)
def test_derivatives_at_special_points(function, at, gradient):
    run = gv.trace(lambda *xs: function(*xs), dict(zip("xy", at))).example
    assert tuple(run.grads.values()) == pytest.approx(gradient)
    assert gv.grad(function, tuple(range(len(at))))(*at) == pytest.approx(gradient)


def test_zeros_keep_their_sign():
    for function in (np.trunc, np.ceil, np.rint):
        assert (1 / function(gv.Variable(-0.25))).value == -math.inf
