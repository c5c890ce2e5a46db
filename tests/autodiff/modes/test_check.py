"""check_grads: the innocent go free, the guilty are named, at every scale; and where differences
can't tell, it says so.
"""

import math

import numpy as np
import pytest
from lengths import short

import gradviz as gv
from gradviz.autodiff.tape.protocols import UFUNCS

SCALES = [1.0, 1e-6, 1e6, 1e-3, 1e3]
ROWS = sorted(
    {row for row in UFUNCS.values() if getattr(row, "has_locals", False)}, key=lambda row: row.name
)
AT = {"arccosh": (1.7,), "floor_divide": (0.7, 0.3), "heaviside": (0.7, 0.3)}
SYMMETRIC = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]])


def test_there_are_many():
    assert len(ROWS) * len(SCALES) >= 250


@pytest.mark.parametrize("scale", short(1, SCALES))
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_table_is_innocent(row, scale):
    """At operands of any size, and as functions of any size."""
    operands = AT.get(row.name, (0.7, 0.3)[: row.arity])
    gv.check_grads(lambda *xs: row(*(x / scale for x in xs)), *(scale * x for x in operands))
    gv.check_grads(lambda *xs: scale * row(*xs), *operands)
    arrays = [np.array([x, 0.9 * x, 0.8 * x + (row.name == "arccosh")]) for x in operands]
    gv.check_grads(
        lambda *xs: row(*(x / scale for x in xs)), *(scale * array for array in arrays), order=1
    )


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (np.log, (1e-3,)),
        (np.log, (1e-300,)),
        (np.log, (5e-324,)),
        (lambda x: 3 * x, (5e-324,)),
        (np.sqrt, (1e-6,)),
        (lambda x: 1 / x, (1e-5,)),
        (lambda x: 1 / x, (1e8,)),
        (lambda x: 1e9 + x, (1.0,)),
        (lambda x: 1e9 + x, (1e-6,)),
        (np.sin, (1e5,)),
        (lambda x: np.sin(1e5 * x), (1.0,)),
        (lambda rate, year: np.exp(rate * (year - 2000)), (0.05, 2020.0)),
        (np.tanh, (1000.0,)),
        (np.cos, (0.0,)),
        (np.cos, (math.pi,)),
        (lambda x: x**3, (0.0,)),
        (lambda x: x / x - 1, (3.0,)),
        (lambda x: np.exp(-x * x), (20.0,)),
        (np.arcsin, (0.9999,)),
        (abs, (1e-6,)),
        (np.floor, (1.3,)),
        (lambda x: 3.0, (1.0,)),
        (lambda v: np.sum(v * v), (np.zeros(0),)),
        (lambda v: v * v, (np.array([1e-6, 1.0, 1e6]),)),
        (lambda v: v.astype(np.float32) * 2, (np.array([0.3, 0.7]),)),
        (np.linalg.cholesky, (SYMMETRIC,)),
        (np.linalg.eigvalsh, (SYMMETRIC,)),
        (np.linalg.cholesky, (np.stack([SYMMETRIC, 1e6 * SYMMETRIC]),)),
        (lambda s: np.linalg.eigh(s).eigenvectors ** 2, (1e-6 * SYMMETRIC,)),
        (lambda p: p["w"] @ p["x"] + p["b"], ({"w": np.eye(2), "x": np.ones(2), "b": 1e-6},)),
    ],
)
def test_others_are_innocent(function, arguments):
    gv.check_grads(function, *arguments)


def gate(fault):
    """A product with an exponential whose derivative has a fault."""

    @gv.primitive
    def growth(x, y):
        return x * np.exp(y)

    by_x, by_y = {
        "none": (lambda x, y, z: np.exp(y), lambda x, y, z: z),
        "a factor": (lambda x, y, z: np.exp(y), lambda x, y, z: 1.01 * z),
        "a sign": (lambda x, y, z: -np.exp(y), lambda x, y, z: z),
        "another operand": (lambda x, y, z: np.exp(x), lambda x, y, z: z),
        "left out": (lambda x, y, z: np.exp(y), lambda x, y, z: 0.0 * z),
    }[fault]
    return growth.derivative(by_x, by_y)


@pytest.mark.parametrize("outside", short(1, SCALES))
@pytest.mark.parametrize("inside", SCALES)
@pytest.mark.parametrize(
    ("fault", "operand"),
    [("none", None), ("a factor", 1), ("a sign", 0), ("another operand", 0), ("left out", 1)],
)
@pytest.mark.parametrize("kind", [float, np.array])
def test_a_wrong_gate_is_named(fault, operand, inside, outside, kind):
    growth = gate(fault)
    at = (0.7, 0.3) if kind is float else (np.array([0.7, 0.2]), np.array([0.3, 0.4]))

    def f(x, y):
        return np.sum(x / inside + outside * growth(x / inside, y / inside))

    if operand is None:
        gv.check_grads(f, *(inside * x for x in at))
        return
    direction = "" if kind is float else "along a random direction "
    with pytest.raises(
        AssertionError,
        match=rf"the derivative of growth by its operand {operand} \(growth\(x, y\)\) is wrong: "
        rf"{direction}it gives .*, but central differences give",
    ):
        gv.check_grads(f, *(inside * x for x in at))


@pytest.mark.parametrize("scale", SCALES)
def test_a_wrong_vjp_and_a_wrong_jvp(scale):
    @gv.primitive
    def total(v):
        return np.sum(v * v)

    total.vjp_by(lambda adjoint, z, v: adjoint * 2 * v)
    total.jvp_by(lambda tangents, z, v: np.sum(2.02 * v * tangents[0]))
    with pytest.raises(AssertionError, match=r"the jvp of total by its operand 0"):
        gv.check_grads(lambda v: np.sum(v) + scale * total(v), np.array([1.0, 2.0]))
    total.jvp_by(lambda tangents, z, v: np.sum(2 * v * tangents[0]))
    gv.check_grads(lambda v: np.sum(v) + scale * total(v), np.array([1.0, 2.0]))
    total.vjp_by(lambda adjoint, z, v: adjoint * 2 * v * np.array([1.0, 1.01]))
    with pytest.raises(AssertionError, match=r"the derivative of total by its operand 0"):
        gv.check_grads(lambda v: np.sum(v) + scale * total(v), np.array([1.0, 2.0]))


def test_a_kink_inside_a_smooth_function():
    gv.check_grads(lambda x: x + gv.relu(x) ** 2, 0.0, order=1)
    gv.check_grads(lambda v: np.sum(v + v * np.maximum(v, 0.0)), np.array([0.0, 1.5]), order=1)
    with pytest.raises(AssertionError, match="forward mode gives 0, but"):
        gv.check_grads(gv.relu, 0.0, order=1)  # at its kink no difference is right


def test_nan_for_a_derivative_is_wrong():
    @gv.primitive
    def deviation(v):
        return np.std(v)

    deviation.vjp_by(lambda adjoint, z, v: adjoint * (v - np.mean(v)) / z / np.size(v))
    with np.errstate(all="ignore"), pytest.raises(AssertionError, match="nan"):
        gv.check_grads(lambda v: deviation(v), np.array([3.0]))


def test_a_derivative_of_a_derivative_that_stops_short():
    @gv.primitive
    def cube(x):
        return x**3

    cube.derivative(lambda x, z: 3 * getattr(x, "value", x) ** 2)
    gv.check_grads(cube, 0.5, order=1)
    with pytest.raises(AssertionError, match=r"mode over \w+ mode gives \[0.\], but"):
        gv.check_grads(cube, 0.5)


def test_where_differences_cannot_tell_it_says_so():
    with pytest.warns(
        UserWarning, match=r"not all can be checked here: the derivative of sin .* give or take"
    ):
        gv.check_grads(np.sin, 1e12)
