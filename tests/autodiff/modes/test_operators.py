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
    from gradviz.autodiff.primitives import table as primitives
    from gradviz.autodiff.primitives.elementwise import Elementwise
    from gradviz.autodiff.tape.protocols import UFUNCS

    wrong = Elementwise("sin", "sin(x)", math.sin, lambda x, z: -primitives.cos(x))
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


def test_jacobians_and_hessians_by_several_arguments():
    def f(x, y, power=2):
        return np.sum(x**power) * y[0] + np.prod(y) * 5

    x, y = np.array([1.0, 2.0, 3.0]), np.array([4.0, 6.0])
    (xx, xy), (yx, yy) = gv.hessian(f, argnums=(0, 1))(x, y)
    assert xx.tolist() == [[8.0, 0.0, 0.0], [0.0, 8.0, 0.0], [0.0, 0.0, 8.0]]
    assert xy.tolist() == [[2.0, 0.0], [4.0, 0.0], [6.0, 0.0]]
    assert (yx.tolist(), yy.tolist()) == (xy.T.tolist(), [[0.0, 5.0], [5.0, 0.0]])
    assert np.array_equal(gv.hessian(f, argnums=(1, -2))(x, y)[1][0], xy)
    assert gv.hessian(f, argnums=(0,))(x, y, power=3)[0][0][2, 2] == 6 * 3 * 4
    assert np.array_equal(gv.hessian(f, argnums=np.int64(1))(x, y), yy)
    by_x, by_y = gv.jacobian(lambda x, y: np.outer(x, y), argnums=(0, 1))(x, y)
    assert (by_x.shape, by_y.shape) == ((3, 2, 3), (3, 2, 2))
    assert by_x[1, 1].tolist() == [0.0, 6.0, 0.0]
    assert by_y[2, 0].tolist() == [3.0, 0.0]
    third = gv.jacobian(lambda x: gv.hessian(f, argnums=(0, 1))(x, y)[0][1])(x)
    assert third[:, 0].tolist() == (2 * np.eye(3)).tolist()
    graph = gv.trace(
        lambda a, b: gv.hessian(lambda a, b: a**3 * b, (0, 1))(a, b)[0][0], a=2.0, b=3.0
    )
    assert (graph.example.value, graph.example.grads) == (36.0, {"a": 18.0, "b": 12.0})


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


# ── arrays that their owner changes, during a function or after it ──

OPERATORS = {
    "grad": lambda f, x: gv.grad(f)(x),
    "value_and_grad": lambda f, x: gv.value_and_grad(f)(x)[1],
    "vjp": lambda f, x: gv.vjp(f, x)[1](1.0)[0],
    "jvp": lambda f, x: [gv.jvp(f, (x,), (unit,))[1] for unit in np.eye(len(x))],
    "jacobian": lambda f, x: gv.jacobian(f)(x),
    "hessian": lambda f, x: gv.hessian(f)(x) @ x,  # of squares: the gradient again
    "hvp": lambda f, x: gv.hvp(f, x, x),
    "trace": lambda f, x: gv.trace(lambda v: f(v), v=x).example.grads["v"],
}
# each uses the array `b` as another kind of operand, with b = [0, …, i + 1, …, 0], and gives
# (i + 1) x_i²
USES = {
    "multiply": lambda x, b: np.sum(b * x * x),
    "reflected": lambda x, b: np.sum((x * x).__rmul__(b)),
    "ufunc": lambda x, b: np.sum(np.multiply(b, x * x)),
    "subtract": lambda x, b: np.sum(x * x * (b - 0 * x)),
    "power": lambda x, b: np.sum(b * x ** (2 * np.sign(b))),
    "matmul": lambda x, b: b @ (x * x),
    "matrix": lambda x, b: np.sum(np.stack([b, b]) @ (x * x)) / 2,
    "einsum": lambda x, b: np.einsum("i,i,i->", x, b, x),
    "tensordot": lambda x, b: np.tensordot(x * x, b, 1),
    "concatenate": lambda x, b: np.sum(np.concatenate([b, x])[:3] * np.concatenate([b, x * x])[3:]),
    "where": lambda x, b: np.sum(np.where(b, b, 0.0 * x) * x * x),
    "where, a mask": lambda x, b: np.sum(np.where(b > 0, x * x, 0.0)) * np.max(b),
    "clip": lambda x, b: np.sum(np.clip(x * x * b, -b, b * b * 1000)),
    "a mask": lambda x, b: np.sum(x[b > 0] ** 2) * np.sum(b),
    "an index": lambda x, b: (x[np.argmax(b)] ** 2) * np.sum(b),
    "take": lambda x, b: np.sum(np.take(x, [np.argmax(b)])) ** 2 * np.sum(b),
    "repeat": lambda x, b: np.sum(np.repeat(x, b.astype(int)) ** 2),
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("operator", OPERATORS)
def test_a_buffer_that_a_loop_uses_again(operator, use):
    def f(x):
        buffer, total = np.zeros(3), 0.0
        for i in range(3):
            buffer[:] = 0
            buffer[i] = i + 1
            total = total + USES[use](x, buffer)
        buffer[:] = np.nan
        return total

    found = OPERATORS[operator](f, np.array([1.0, 2.0, 3.0]))
    assert np.array(found) == pytest.approx([2.0, 8.0, 18.0])


# the parameters of operations, in arrays and lists that are changed afterwards
PARAMETERS = {
    "an index array": (np.array([2, 0]), lambda x, p: x[p]),
    "a list": ([2, 0], lambda x, p: x[p]),
    "a mask": (np.array([True, False, True]), lambda x, p: x[p]),
    "two index arrays": (np.array([2, 0]), lambda x, p: np.outer(x, x)[p, p]),
    "take": (np.array([2, 0]), lambda x, p: np.take(x, p)),
    "take_along_axis": (np.array([2, 0]), lambda x, p: np.take_along_axis(x, p, 0)),
    "repeats": (np.array([2, 1, 1]), lambda x, p: np.repeat(x, p)),
    "a list of repeats": ([2, 1, 1], lambda x, p: np.repeat(x, p)),
    "reps": (np.array([1, 2]), lambda x, p: np.tile(x, p)),
    "pad_width": (np.array([2, 1]), lambda x, p: np.pad(x, p, mode="reflect")),
    "shift": (np.array([2]), lambda x, p: np.roll(x, p)),
    "shape": ([1, 3], lambda x, p: np.broadcast_to(np.sin(x), p)),
    "axes": (np.array([1, 0]), lambda x, p: np.transpose(np.outer(x, np.sin(x)), p)),
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_that_are_changed_afterwards(name):
    given, work = PARAMETERS[name]
    x, weights = np.array([1.0, 2.0, 3.0]), np.linspace(1.0, 2.0, 12)

    def f(x, changed):
        mine = given.copy()
        result = np.ravel(work(x, mine))
        total = np.sum(result**2 * weights[: result.size])
        if changed:
            mine[0] = 0 if name != "shape" else 3
            mine[-1] = 1
        return total

    expected = gv.grad(f)(x, False)
    gv.check_grads(lambda x: f(x, False), x)
    assert np.array_equal(gv.grad(f)(x, True), expected)
    assert np.array_equal(gv.vjp(lambda x: f(x, True), x)[1](1.0)[0], expected)
    assert np.array_equal(gv.hessian(f)(x, True), gv.hessian(f)(x, False))
    variable = gv.Variable(x)
    f(variable, True).backward()
    assert np.array_equal(variable.grad, expected)
    graph = gv.trace(lambda x: f(x, True), x=x)
    assert np.array_equal(graph.example.grads["x"], expected)
    assert np.array_equal(graph.run(x=x).grads["x"], expected)


def test_an_argument_that_is_changed_during_the_function():
    x = np.array([1.0, 2.0])

    def f(v):
        result = v**3
        x[:] = 0
        return np.sum(result)

    for operator in ("grad", "value_and_grad", "vjp", "jacobian", "trace"):
        x[:] = 1.0, 2.0
        assert OPERATORS[operator](f, x).tolist() == [3.0, 12.0]
    x[:] = 1.0, 2.0
    assert gv.jvp(f, (x,), (np.ones(2),)) == (9.0, 15.0)


def test_decisions_that_the_function_changes_afterwards():
    def f(v):
        limit = np.array([0.0, 0.0])
        mask = v > limit
        (places,) = np.nonzero(v > 0)
        total = np.sum(np.where(mask, v, 0.0)) + v[places[0]]
        mask[:] = ~mask
        places[:] = 1 - places
        limit[:] = 100
        return total

    graph = gv.trace(f, v=np.array([3.0, -1.0]))
    assert graph.run(v=np.array([5.0, -2.0])).retraced is None
    run = graph.run(v=np.array([-2.0, 5.0]))
    assert (run.value, run.grads["v"].tolist()) == (10.0, [0.0, 2.0])


def test_values_that_are_changed_belong_to_their_receiver():
    x, tangent = np.array([0.0, 1.0]), np.array([1.0, 1.0])
    value, pull = gv.vjp(np.exp, x)
    value[:] = 0
    assert pull(tangent)[0] == pytest.approx(np.exp(x))
    for function in (lambda v: v, lambda v: v.reshape(-1), lambda v: v[::-1]):
        for received in gv.jvp(function, (x,), (tangent,)):
            received += 1
    assert (x.tolist(), tangent.tolist()) == ([0.0, 1.0], [1.0, 1.0])


def test_views_and_arrays_that_cannot_be_changed():
    base = np.arange(1.0, 5.0)
    view = base[::2]
    view.flags.writeable = False  # its base is not

    def f(x, constant):
        result = np.sum(x * constant)
        base[:] = 0
        return result

    assert gv.grad(f)(np.ones(2), view).tolist() == [1.0, 3.0]
    base[:] = np.arange(1.0, 5.0)
    base.flags.writeable = False
    assert gv.grad(np.vdot)(np.ones(2), base[::2]).tolist() == [1.0, 3.0]


# ── arithmetic is IEEE's, of arrays with single numbers too ──


@pytest.mark.parametrize("zero", [0.0, -0.0])
@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_an_array_divided_by_a_single_number_that_is_zero(zero, kind):
    x, infinity = np.array([1.0, -2.0], kind), math.copysign(math.inf, zero)

    def f(x, y):
        with np.errstate(all="ignore"):
            return np.sum(x / y)

    value, (by_x, by_y) = gv.value_and_grad(f, (0, 1))(x, zero)
    assert math.isnan(value)  # inf − inf
    assert (by_x.tolist(), by_x.dtype) == ([infinity] * 2, kind)
    assert math.isnan(by_y)
    variables = gv.Variable(x), gv.Variable(zero)
    f(*variables).backward()
    assert variables[0].grad.tolist() == [infinity] * 2
    graph = gv.trace(lambda x, y: f(x, y), x=x, y=1.0)
    assert graph.run(x=x, y=zero).grads["x"].tolist() == [infinity] * 2
    assert gv.trace(lambda x: f(x, zero), x=x).example.grads["x"].tolist() == [infinity] * 2
    settings = graph.sweep(x=np.stack([x, x]), y=zero)
    assert settings.grads["x"].tolist() == [[infinity] * 2] * 2
    with np.errstate(all="ignore"):
        moved = gv.jvp(lambda x: x / zero, (x,), (np.array([1.0, -1.0], kind),))[1]
    assert moved.tolist() == [infinity, -infinity]
    assert gv.grad(gv.grad(lambda y: f(np.abs(x), y)))(abs(zero)) == math.inf  # 6/y³


def test_the_table_is_read_by_ieee_where_python_would_raise():
    """Every row of two operands, one an array and one a single number that Python can't take."""
    from gradviz.autodiff.tape.protocols import UFUNCS

    with np.errstate(all="ignore"):
        for row in {*UFUNCS.values()}:
            if not getattr(row, "has_locals", False) or row.arity != 2:
                continue
            for number in (0.0, -1.0, 1e308, math.inf, math.nan):
                array = np.array([0.0, -1.5, 2.0, 1e308])
                for function, whole in (
                    (lambda v, n, row=row: row.ufunc(v, n), (array, np.full(4, number))),
                    (lambda v, n, row=row: row.ufunc(n, v), (array, np.full(4, number))),
                ):
                    each = gv.vjp(function, *whole)[1](np.ones(4))
                    by_array, by_number = gv.vjp(function, array, number)[1](np.ones(4))
                    assert np.array_equal(by_array, each[0], equal_nan=True), (row, number)
                    total = np.sum(each[1])
                    assert np.array_equal(by_number, total, equal_nan=True), (row, number)
                    along = gv.jvp(function, (array, number), (np.ones(4), 0.0))[1]
                    other = gv.jvp(function, whole, (np.ones(4), np.zeros(4)))[1]
                    assert np.array_equal(along, other, equal_nan=True), (row, number)


def test_a_vjp_of_ones_own_by_ieee():
    @gv.primitive
    def root(x):
        return np.sqrt(x)

    root.vjp_by(lambda adjoint, z, x: adjoint * (0.5 / z))
    root.jvp_by(lambda tangents, z, x: tangents[0] * (0.5 / z))
    assert gv.grad(root)(0.0) == math.inf
    assert gv.jvp(root, (0.0,), (1.0,)) == (0.0, math.inf)
    assert gv.trace(lambda x: root(x), x=1.0).run(x=0.0).grads == {"x": math.inf}


def test_an_argument_of_a_product_that_is_changed_during_the_function():
    """Of a product of matrices, each is copied only if the derivative by the other depends on it."""
    x, y = np.array([[1.0, 2.0], [3.0, 4.0]]), np.ones((2, 2))

    def f(v, w):
        product = v @ w
        x[:], y[:] = 0, 0
        return np.sum(product)

    for operator in ("value_and_grad", "vjp"):
        for positions in ((0, 1), (0,), (1,)):
            x[:], y[:] = [[1.0, 2.0], [3.0, 4.0]], 1
            given = [(lambda v: f(v, 1 * y)), (lambda w: f(1 * x, w)), f]
            function = given[2] if len(positions) == 2 else given[positions[0]]
            arguments = [(x, y)[position] for position in positions]
            if operator == "vjp":
                value, pull = gv.vjp(function, *arguments)
                gradients = pull(1.0)
            else:
                value, gradients = gv.value_and_grad(function, tuple(range(len(positions))))(
                    *arguments
                )
            assert value == 20.0
            expected = {0: [[2.0, 2.0], [2.0, 2.0]], 1: [[4.0, 4.0], [6.0, 6.0]]}
            assert [g.tolist() for g in gradients] == [expected[p] for p in positions]


def test_arguments_that_are_handed_on_as_they_are():
    x = np.array([1.0, 2.0])
    drawn = []

    def f(v):
        drawn.append(gv.draw(v).graph.example)
        return v

    value, pull = gv.vjp(f, x)
    x[:] = 0
    assert value.tolist() == [1.0, 2.0]
    assert pull(np.array([3.0, 4.0]))[0].tolist() == [3.0, 4.0]
    assert drawn[0].value.tolist() == [1.0, 2.0]
    assert gv.grad(lambda v: v @ v)(np.array([1.0, 2.0])).tolist() == [2.0, 4.0]
