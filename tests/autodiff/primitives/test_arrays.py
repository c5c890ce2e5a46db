"""Arrays: NumPy's functions on Variables, each held against central differences, and replayed to
the bit.
"""

import inspect

import numpy as np
import pytest

import gradviz as gv
from gradviz.autodiff.primitives import table as primitives
from gradviz.autodiff.primitives.general import General

random = np.random.default_rng(1)
A, B, V, W = (
    random.normal(size=(3, 4)),
    random.normal(size=(4, 2)),
    random.normal(size=4),
    random.normal(size=3),
)
S, T = random.normal(size=(3, 3)) + 3 * np.eye(3), random.normal(size=(2, 3, 4))
ORDER = np.arange(4.0)

# fmt: off
CASES = {
    # broadcasting
    "add":            (lambda x, y: x + y, A, V),
    "multiply":       (lambda x, y: x * y, A, 2.0),
    "divide":         (lambda x, y: x / (y * y + 1), A, V),
    "power":          (lambda x, y: (x * x + 1) ** y, A, V),
    "a number":       (lambda x, y: y * x, A, 3.0),
    "hypot":          (lambda x, y: np.hypot(x, y), A, V),
    "maximum":        (lambda x, y: np.maximum(x, y), A, V),
    "logaddexp":      (lambda x, y: np.logaddexp(x, y), A, V),
    "sigmoid":        (gv.sigmoid, A),
    "softplus":       (gv.softplus, A),
    "relu":           (gv.relu, A),
    # reductions
    "sum":            (lambda x: np.sum(x), A),
    "sum axis":       (lambda x: np.sum(x, axis=(0, -1)), T),
    "sum keepdims":   (lambda x: x.sum(axis=1, keepdims=True) * x, A),
    "mean":           (lambda x: np.mean(x, axis=-1) ** 2, A),
    "prod":           (lambda x: np.prod(x, axis=(0, 2)), T),
    "prod of a zero": (lambda x: np.prod(x), np.array([1.0, 0.0, 2.0])),
    "prod of zeros":  (lambda x: np.prod(x), np.array([1.0, 0.0, 2.0, 0.0, 3.0])),
    "var":            (lambda x: np.var(x, axis=0), A),
    "std":            (lambda x: np.std(x, ddof=1), A),
    "max":            (lambda x: np.max(x, axis=1), A),
    "min":            (lambda x: x.min(), A),
    "cumsum":         (lambda x: np.cumsum(x, axis=1) ** 2, A),
    "cumsum of all":  (lambda x: np.cumsum(x) ** 2, A),
    "logsumexp":      (lambda x: gv.logsumexp(x, axis=1), A),
    "softmax":        (lambda x: gv.softmax(x) * x, A),
    # products
    "matmul":         (lambda x, y: x @ y, A, B),
    "matmul mv":      (lambda x, y: x @ y, A, V),
    "matmul vm":      (lambda x, y: x @ y, W, A),
    "matmul vv":      (lambda x, y: x @ y, V, V + 1),
    "matmul batch":   (lambda x, y: x @ y, A, np.swapaxes(T, 1, 2)),
    "matmul batch v": (lambda x, y: x @ y, T, V),
    "matmul const":   (lambda x: A @ x, V),
    "einsum":         (lambda x, y: np.einsum("ij,jk->ik", x, y), A, B),
    "einsum diag":    (lambda x: np.einsum("ii->i", x) ** 2, S),
    "einsum trace":   (lambda x: np.einsum("ii", x) ** 2, S),
    "einsum sum":     (lambda x: np.einsum("ij->", x), A),
    "einsum dots":    (lambda x, y: np.einsum("...ij,jk", x, y), T, B),
    "einsum three":   (lambda x, y, z: np.einsum("i,ij,j->", x, y, z), W, A, V),
    "tensordot":      (lambda x, y: np.tensordot(x, y, axes=([2], [0])), T, B),
    "dot":            (lambda x, y: np.dot(x, y), T, B),
    "outer":          (lambda x, y: np.outer(x, y), V, W),
    "inner":          (lambda x, y: np.inner(x, y), A, V),
    "kron":           (lambda x, y: np.kron(x, y), A, B),
    # linear algebra
    "inv":            (np.linalg.inv, S),
    "solve":          (lambda x, y: np.linalg.solve(x, y), S, W),
    "solve matrix":   (lambda x, y: np.linalg.solve(x, y), S, A),
    "det":            (np.linalg.det, S),
    "slogdet":        (lambda x: np.linalg.slogdet(x)[1], S),
    "norm":           (lambda x: np.linalg.norm(x, axis=1), A),
    "norm 1":         (lambda x: np.linalg.norm(x, ord=1), V),
    "trace":          (lambda x: np.trace(x @ x), S),
    "cholesky":       (lambda x: np.linalg.cholesky(x @ x.T + np.eye(3)), S),
    "eigenvalues":    (lambda x: np.linalg.eigh(x + x.T)[0], S),
    "eigenvectors":   (lambda x: np.linalg.eigh(x + x.T).eigenvectors ** 2, S),
    # shape and selection
    "reshape":        (lambda x: x.reshape(4, -1) ** 2, A),
    "ravel":          (lambda x: np.ravel(x) ** 2, A),
    "transpose":      (lambda x: np.transpose(x, (2, 0, 1)) ** 2, T),
    "T":              (lambda x: x.T @ x, A),
    "swapaxes":       (lambda x: np.swapaxes(x, 0, -1) ** 2, T),
    "moveaxis":       (lambda x: np.moveaxis(x, 0, -1) ** 2, T),
    "expand_dims":    (lambda x: np.expand_dims(x, 1) * x, V),
    "squeeze":        (lambda x: np.squeeze(x[None]) ** 2, A),
    "broadcast_to":   (lambda x: np.broadcast_to(x, (2, 3, 4)) ** 2, A),
    "concatenate":    (lambda x, y: np.concatenate([x, y, x]) ** 2, A, A + 1),
    "concatenate all": (lambda x, y: np.concatenate([x, y], axis=None) ** 2, A, B),
    "stack":          (lambda x, y: np.stack([x, y], axis=1) ** 2, V, V + 1),
    "stack numbers":  (lambda x, y: np.stack([x, y * x]) ** 2, 2.0, 3.0),
    "hstack":         (lambda x, y: np.hstack([x, y]) ** 2, V, W),
    "vstack":         (lambda x, y: np.vstack([x, y]) ** 2, V, A),
    "tile":           (lambda x: np.tile(x, (2, 3)) ** 2, A),
    "repeat":         (lambda x: np.repeat(x, [1, 2, 0, 3]) ** 2, V),
    "pad":            (lambda x: np.pad(x, 1) ** 2, A),
    "pad reflect":    (lambda x: np.pad(x, 2, mode="reflect") ** 2, V),
    "flip":           (lambda x: np.flip(x, 0) * x, A),
    "roll":           (lambda x: np.roll(x, 1, axis=1) * x, A),
    "split":          (lambda x: np.split(x, 2, axis=1)[1] ** 2, A),
    "where":          (lambda x, y: np.where(A > 0, x, y) ** 2, A, V),
    "clip":           (lambda x: np.clip(x, -0.5, 0.5) ** 2, A),
    "take":           (lambda x: np.take(x, [0, 2, 2], axis=1) ** 2, A),
    "sort":           (lambda x: np.sort(x, axis=1) ** 2 * ORDER, A),
    "diag":           (lambda x: np.diag(x) ** 2, V),
    "diagonal":       (lambda x: np.diagonal(x, offset=1) ** 2, A),
    "triu":           (lambda x: np.triu(x) ** 2, S),
    "tril":           (lambda x: np.tril(x, -1) ** 2, S),
    "diff":           (lambda x: np.diff(x) ** 2, A),
    "slices":         (lambda x: x[1:, ::2] ** 2, A),
    "fancy":          (lambda x: x[[0, 2, 2]] ** 2, A),
    "fancy pairs":    (lambda x: x[np.array([0, 1]), np.array([1, 1])] ** 2, A),
    "mask":           (lambda x: x[A > 0] ** 2, A),
    "element":        (lambda x: x[1, 2] * x[0], A),
    "ellipsis":       (lambda x: x[..., 0] ** 2, T),
}
# fmt: on


@pytest.mark.parametrize("case", CASES)
def test_derivatives(case):
    function, *arguments = CASES[case]
    gv.check_grads(function, *arguments, tolerance=2e-5)


@pytest.mark.parametrize("case", CASES)
def test_eager_work_replay_and_pasted_code_have_the_same_bits(case):
    function, *arguments = CASES[case]

    def scalar(*operands):
        result = function(*operands)
        return np.sum(result * result * 0.5 + np.sin(result))

    names = [f"x{position}" for position in range(len(arguments))]
    graph = gv.trace(lambda *operands: scalar(*operands), dict(zip(names, arguments)))
    namespace = {}
    exec(graph.code(), namespace)
    moved = [argument + 0.01 * random.normal(size=np.shape(argument)) for argument in arguments]
    for at in (arguments, moved):
        variables = [gv.Variable(value) for value in at]
        output = scalar(*variables)
        output.backward()
        run = graph.run(dict(zip(names, at)))
        value, gradients = namespace["f"](*at)
        assert run.retraced is None
        assert run.value == output.value == value
        for name, variable in zip(names, variables):
            assert np.array_equal(run.grads[name], variable.grad)
            assert np.array_equal(gradients[name], variable.grad)
            assert np.allclose(
                sum(flow for edge, flow in run.flows.items() if edge.source.name == name),
                variable.grad,
                rtol=1e-12,
                atol=1e-14,
            )


def test_row_b52_the_mean_of_a_vector_doubled():
    x = gv.Variable([1.0, 2.0, 3.0], name="x")
    y = 2 * x
    z = np.mean(y)
    z.backward()
    assert z.value == 4.0
    assert [round(derivative, 4) for derivative in x.grad] == [0.6667] * 3
    assert [node.sign for node in gv.draw(z).graph.nodes] == ["", "×2", "mean"]


def test_float32_is_kept():
    x = gv.Variable(A.astype(np.float32))
    y = np.sum(np.tanh(x @ B.astype(np.float32)) * 2.0)
    y.backward()
    assert x.dtype == x.grad.dtype == np.float32
    single, double = gv.Variable(np.float32([1.0, 2.0])), gv.Variable([3.0, 4.0])
    np.sum(single * double).backward()
    assert (single.grad.dtype, double.grad.dtype) == (np.float32, np.float64)


def test_integers_and_lists_become_floats():
    assert gv.Variable([1, 2]).value.dtype == float
    assert gv.Variable(np.array([True, False])).value.tolist() == [1.0, 0.0]
    x = gv.Variable([1.0, 2.0])
    assert (x * [3, 4]).value.tolist() == [3.0, 8.0]
    assert ([3, 4] - x).value.tolist() == [2.0, 2.0]
    assert (np.array([3, 4]) - x).value.tolist() == [2.0, 2.0]
    assert (np.ones((2, 2)) @ x).value.tolist() == [3.0, 3.0]


def test_ties_are_shared_evenly():
    x = gv.Variable([1.0, 3.0, 3.0])
    np.max(x).backward()
    assert x.grad.tolist() == [0.0, 0.5, 0.5]


def test_arrays_of_one_element_stay_arrays():
    x = gv.Variable([2.0])
    y = np.sum(np.power(x, 3.0) * np.exp(x))
    y.backward()
    assert x.shape == x.grad.shape == (1,)
    assert gv.Variable(np.array(2.0)).shape == ()


def test_values_and_gradients_are_copies():
    given = np.ones(3)
    x = gv.Variable(given)
    y = np.sum(x * x)
    given += 1
    x.value[0] = 9.0
    y.backward()
    x.grad[0] = 9.0
    assert x.value.tolist() == [1.0] * 3
    assert x.grad.tolist() == [2.0] * 3


def test_a_descent_in_place():
    x = gv.Variable([5.0, -3.0])
    for _ in range(100):
        loss = np.sum((x - 2) ** 2)
        loss.backward()
        x.value -= 0.1 * x.grad
    assert x.value == pytest.approx([2.0, 2.0])


def test_methods():
    x = gv.Variable(A)
    for name in ("sum", "mean", "prod", "var", "std", "max", "min", "ravel", "flatten", "cumsum"):
        assert np.array_equal(getattr(x, name)().value, getattr(A, name)())
    assert (x.T.shape, x.shape, x.ndim, x.size, len(x)) == ((4, 3), (3, 4), 2, 12, 3)
    assert [row.shape for row in x] == [(4,)] * 3
    assert x.argmax() == A.argmax()
    assert x.astype(np.float32).dtype == np.float32


def test_plain_values_are_checked_again_on_replay():
    def f(v):
        masked = np.where(v > 0, v, 0.1 * v)
        return masked[np.argmax(v)] + np.sum(np.sort(v)[:2]) * np.any(v > 5)

    graph = gv.trace(f, v=np.array([1.0, -2.0, 3.0]))
    assert graph.run(v=np.array([2.0, -1.0, 4.0])).graph is graph
    for moved in ([1.0, 2.0, 3.0], [4.0, -2.0, 3.0], [1.0, -2.0, 7.0]):
        run = graph.run(v=np.array(moved))
        assert run.graph is not graph
        assert run.value == f(np.array(moved))
        assert "when traced, and no longer is (line" in run.retraced


def test_other_shapes_are_traced_anew():
    graph = gv.trace(lambda v: np.sum(v * v), v=np.ones(3))
    run = graph.run(v=np.ones(5))
    assert (run.value, run.grads["v"].tolist()) == (5.0, [2.0] * 5)
    assert (
        run.retraced
        == "input 'v' was an array of shape (3,) of float64 when traced, and no longer is"
    )
    assert graph.run(v=2.0).value == 4.0


def test_figures_of_arrays():
    graph = gv.trace(lambda w, b: np.mean((w * V + b) ** 2), w=1.0, b=np.zeros(4))
    figure = gv.draw(graph)
    assert "[0, 0, 0, 0]" in figure.svg
    assert "w·[" in str(graph)
    big = gv.draw(gv.trace(lambda x: np.sum(x @ B), x=A))
    assert "3×4" in big.svg
    explorer = gv.explore(lambda w: np.mean((w * V) ** 2), w=1.0)
    explorer.sliders["w"].value = 2.0
    assert explorer.run.grads["w"] == pytest.approx(4 * np.mean(V**2))


def test_many_settings_at_once():
    def f(x, y):
        return np.exp(x * y) / (1 + x**2) + np.maximum(x, y)

    graph = gv.trace(f, x=1.0, y=2.0)
    xs = np.linspace(-2, 2, 41)
    runs = graph.sweep(x=xs, y=0.5)
    for i, x in enumerate(xs):
        run = graph.run(x=float(x), y=0.5)
        assert (runs.value[i], runs.grads["x"][i], runs.grads["y"][i]) == pytest.approx(
            (run.value, run.grads["x"], run.grads["y"]), rel=1e-14
        )
    branching = gv.trace(lambda x: x if x > 0 else 0.1 * x * x, x=1.0)
    runs = branching.sweep(x=[-1.0, 2.0])
    assert (runs.value.tolist(), runs.grads["x"].tolist()) == ([0.1, 2.0], [-0.2, 1.0])
    vectors = gv.trace(lambda v: np.sum(v**2), v=np.ones(2)).sweep(v=[[1.0, 2.0], [3.0, 4.0]])
    assert (vectors.value.tolist(), vectors.grads["v"].tolist()) == (
        [5.0, 25.0],
        [[2.0, 4.0], [6.0, 8.0]],
    )
    with pytest.raises(ValueError, match="one and the same number of settings"):
        graph.sweep(x=[1.0, 2.0], y=[1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (
            lambda x: x @ np.ones(5),
            r"matmul can't take operands of shape \(3, 4\) and shape \(5,\)"
            r".*\(line \d+: .*x @ np.ones",
        ),
        (lambda x: x + np.ones(5), r"add can't take operands of shape \(3, 4\) and shape \(5,\)"),
        (lambda x: np.reshape(x, (5, 5)), r"reshape can't take an operand of shape \(3, 4\)"),
        (lambda x: x[7], "index 7 is out of bounds"),
        (lambda x: np.linalg.inv(x), "inv can't take an operand"),
        (lambda x: x.backward(), r"backward\(\) needs a single number to differentiate"),
        (lambda x: x.__setitem__(0, 1.0), "can't be changed in place"),
        (lambda x: np.add(x, x, out=np.ones((3, 4))), "np.add with out does not work on Variables"),
        (lambda x: np.unwrap(x), r"gradviz does not know np.unwrap; declare it.*@gv\.primitive"),
        (lambda x: np.broadcast_to(x, (3, 4), subok=True), "np.broadcast_to of Variables takes sh"),
        (lambda x: np.trace(x, dtype=float), "np.trace of Variables takes .*keyword .* 'dtype'"),
        (lambda x: np.sum(x, out=np.zeros(())), r"can't be written into .* as out.*\(line"),
        (lambda x: np.full(3, np.sum(x)), r"np\.full makes a plain array.*np\.broadcast_to\(x"),
        (lambda x: np.full_like(V, np.sum(x)), r"np\.full_like makes a plain array.*\(line"),
        (lambda x: np.fill_diagonal(x, 0.0), "can't be changed in place.*np.where"),
        (lambda x: x.sort(), r"can't be sorted in place; np\.sort\(x\) makes a new one"),
        (lambda x: np.sum(x, dtype=int), "holds float64 or float32, not int64"),
        (lambda x: np.max(x, where=A > 0), "with where= it needs initial="),
        (lambda x: np.linalg.svd(x), "use np.linalg.svd.x, full_matrices=False."),
        (lambda x: np.quantile(x, np.sum(x)), "can't be a Variable: give q as plain numbers"),
        (lambda x: np.pad(x, 1, mode="mean"), "knows no mode 'mean': it knows constant"),
        (lambda x: np.pad(x, 1, "linear_ramp", end_values=1), "'linear_ramp' with end_values"),
        (lambda x: x.item(), "can only convert an array of size 1"),
        (lambda x: bool(x), "is an array, so it is neither true nor false"),
        (lambda x: x[gv.Variable(1.0)], "can't be an index"),
        (lambda x: gv.Variable(1.0)[0], "is a single number"),
        (lambda x: len(gv.Variable(1.0)), "is a single number"),
        (lambda x: float(x), r"np\.exp instead of math\.exp"),
        (
            lambda x: gv.grad(lambda v: v * 2)(A),
            r"grad needs a function that returns a single number.*shape \(3, 4\)",
        ),
        (
            lambda x: gv.grad(np.sum)({"a": "text"}),
            r"argument 0 of sum\['a'\] must be a real number",
        ),
        (
            lambda x: gv.trace(lambda v: v * 2, v=A),
            r"must return a single number, not an array of shape \(3, 4\)",
        ),
    ],
)
def test_errors_say_what_is_wrong(work, message):
    with pytest.raises((TypeError, ValueError, IndexError), match=message):
        work(gv.Variable(A))
    y = np.sum(gv.Variable(A) * 2)  # and nothing is broken after them
    y.backward()
    assert y.grad == 1.0


def test_arrays_that_the_user_changes_later():
    factor, given, index, mask = (
        np.array([1.0, 2.0]),
        np.array([1.0, 2.0]),
        np.array([0, 1]),
        np.array([True, False]),
    )
    v = gv.Variable([1.0, 1.0])
    total = np.sum(v * factor + factor * v + v[index] + np.where(mask, v, 0.0))
    graph = gv.trace(lambda v: np.sum(v**2 * factor), v=given)
    _, pull = gv.vjp(lambda v: v**2, given)
    for array in (factor, given, index, mask):
        array[:] = 0
    total.backward()
    assert v.grad.tolist() == [4.0, 5.0]
    assert (graph.example.value, graph.run(v=np.ones(2)).value) == (9.0, 3.0)
    assert pull(np.ones(2))[0].tolist() == [2.0, 4.0]


def test_gradients_are_the_receivers_own():
    x = np.array([1.0, 2.0])
    mean = gv.grad(np.mean)(x)
    mean += 1
    left, right = gv.grad(lambda a, b: np.sum(a + b), (0, 1))(x, x)
    left *= 0
    assert right.tolist() == [1.0, 1.0]
    assert gv.vjp(lambda v: v, x)[1](x)[0] is not x


@pytest.mark.parametrize(
    "function",
    [
        np.hstack,
        np.ravel,
        np.cumsum,
        np.max,
        np.prod,
        np.var,
        np.atleast_1d,
        lambda x: np.tile(x, 3),
        lambda x: np.outer(x, x),
        gv.logsumexp,
    ],
)
def test_array_functions_of_a_single_number(function):
    def f(x):
        return np.sum(function([x, x]) if function is np.hstack else function(x))

    gv.check_grads(f, 2.0)
    graph = gv.trace(f, x=1.5)
    assert graph.sweep(x=[1.0, 2.0]).value.tolist() == [
        graph.run(x=1.0).value,
        graph.run(x=2.0).value,
    ]
    gv.explore(f, x=1.0).sliders["x"].value = 2.0


@pytest.mark.parametrize(
    ("function", "at"),
    [
        (np.linalg.norm, [0.0, 0.0]),
        (np.std, [1.0, 1.0]),
        (np.max, [np.nan, 1.0]),
        (lambda v: np.sum(np.log(v)), [0.0, -1.0]),
        (lambda v: np.sum(1 / v), [0.0, 1.0]),
    ],
)
def test_arithmetic_is_ieee(function, at):
    x = gv.Variable(at)
    with np.errstate(all="ignore"):
        y = function(x)
    y.backward()
    assert not np.isfinite(x.grad).all()
    assert np.array_equal(
        gv.trace(lambda v: function(v), v=np.array(at)).example.grads["v"], x.grad, equal_nan=True
    )


def test_constants_of_other_kinds():
    x = gv.Variable([1.0, 2.0])
    np.sum(x ** np.array([True, False]) + np.arctan2(np.array([3, 3], np.uint8), x)).backward()
    assert x.grad == pytest.approx([1 - 0.3, -3 / 13])


def test_powers_of_zero():
    assert gv.grad(gv.grad(lambda y: 0.0**y))(2.0) == 0.0
    assert gv.hessian(lambda p: p[0] ** p[1])(np.array([0.0, 2.0])).tolist() == [
        [2.0, 0.0],
        [0.0, 0.0],
    ]
    mixed = gv.hessian(lambda p: p[0] ** p[1])(np.array([2.0, 0.0]))
    assert mixed[0, 1] == mixed[1, 0] == 0.5


def test_what_numpy_refuses_is_refused():
    x = gv.Variable(np.ones((2, 3)))
    for work in (
        lambda: np.inner(x, np.ones(1)),
        lambda: np.diff(x, axis=3),
        lambda: np.split(x, 2, axis=1),
        lambda: np.take(x, 0, axis=2),
        lambda: x.astype(int),
        lambda: np.pad(x, 1, mode="mean"),
    ):
        with pytest.raises((ValueError, TypeError)):
            work()


def test_a_variable_that_is_called_as_a_function_of_the_program():
    def f(v):
        scatter = v[0] * 2
        max = scatter * v[1]
        return np.logaddexp(max, scatter)

    graph = gv.trace(f, v=np.ones(2))
    assert np.array_equal(
        graph.run(v=np.array([2.0, 3.0])).grads["v"], gv.grad(f)(np.array([2.0, 3.0]))
    )


# ── parameters: left at NumPy's defaults, or in NumPy's kinds of numbers ──

WITHOUT_EFFECT = {
    "roll": lambda x: np.roll(x, 0),
    "roll along an axis": lambda x: np.roll(x, 0, axis=0),
    "repeat": lambda x: np.repeat(x, 1),
    "tile": lambda x: np.tile(x, 1),
    "pad": lambda x: np.pad(x, 0),
    "diff": lambda x: np.diff(x, 0),
    "expand_dims": lambda x: np.expand_dims(x, ()),
    "sum over no axis": lambda x: np.sum(x, axis=()),
    "prod over no axis": lambda x: np.prod(x, axis=()),
    "max over no axis": lambda x: np.max(x, axis=()),
    "flip of no axis": lambda x: np.flip(x, ()),
    "index": lambda x: x[()],
}


@pytest.mark.parametrize("name", WITHOUT_EFFECT)
def test_parameters_that_change_nothing(name):
    graph = gv.trace(lambda x: np.sum(WITHOUT_EFFECT[name](x) * 2.5), x=np.arange(3.0))
    namespace = {}
    exec(graph.code(), namespace)
    run, (value, gradients) = graph.run(x=np.ones(3)), namespace["f"](np.ones(3))
    assert run.value == value == 7.5
    assert run.grads["x"].tolist() == gradients["x"].tolist() == [2.5] * 3


def test_the_defaults_of_the_table_are_those_of_the_functions():
    """So that code may leave them out."""
    compared = 0
    for row in vars(primitives).values():
        for name, default in row.defaults.items() if isinstance(row, General) else ():
            own = inspect.signature(row.function).parameters[name].default
            if own is not inspect.Parameter.empty and "no value" not in repr(own):
                assert own == default, (row, name)
                compared += 1
    assert compared > 20


N = np.int64
IN_ARRAYS = {
    "an index": lambda x, of: x[of(1)],
    "an index without axes": lambda x, of: x[np.array(1), of(0)],
    "a slice": lambda x, of: x[of(0) : of(2), of(1) :],
    "sum": lambda x, of: np.sum(x, axis=of(1)),
    "mean": lambda x, of: np.mean(x, axis=(of(0), of(-1))),
    "var": lambda x, of: np.var(x, axis=of(0), ddof=of(1)),
    "max": lambda x, of: np.max(x, axis=of(-1)),
    "cumsum": lambda x, of: np.cumsum(x, axis=of(0)),
    "sort": lambda x, of: np.sort(x, axis=of(0)),
    "logsumexp": lambda x, of: gv.logsumexp(x, axis=of(0)),
    "norm": lambda x, of: np.linalg.norm(x, axis=of(0)),
    "norm of order 1": lambda x, of: np.linalg.norm(x, ord=of(1), axis=of(0)),
    "trace": lambda x, of: np.trace(x, of(1), of(1), of(0)),
    "reshape": lambda x, of: np.reshape(x, of([3, 2])),
    "reshape of one length": lambda x, of: np.reshape(x, of(6)),
    "the method": lambda x, of: x.reshape(of(3), of(2)),
    "broadcast_to": lambda x, of: np.broadcast_to(x, of([4, 2, 3])),
    "transpose": lambda x, of: np.transpose(x, of([1, 0])),
    "transpose from the end": lambda x, of: np.transpose(x, of([-1, 0])),
    "swapaxes": lambda x, of: np.swapaxes(x, of(0), of(-1)),
    "moveaxis": lambda x, of: np.moveaxis(x, of([0]), of([1])),
    "squeeze": lambda x, of: np.squeeze(x[None], of(0)),
    "concatenate": lambda x, of: np.concatenate([x, x], axis=of(1)),
    "stack": lambda x, of: np.stack([x, x], axis=of(-1)),
    "split": lambda x, of: np.split(x, of([1]), axis=of(1))[1],
    "take": lambda x, of: np.take(x, of([0, 1]), axis=of(1)),
    "diff": lambda x, of: np.diff(x, of(1), of(0)),
    "tensordot": lambda x, of: np.tensordot(x, x, axes=of(2)),
    "tensordot over axes": lambda x, of: np.tensordot(x, x, axes=of([[0], [0]])),
    "pad": lambda x, of: np.pad(x, of([[1, 1], [0, 2]])),
    "roll": lambda x, of: np.roll(x, of([1, 2]), axis=of([0, 1])),
    "flip": lambda x, of: np.flip(x, (of(0), of(1))),
    "tile": lambda x, of: np.tile(x, of([2, 1])),
    "repeat": lambda x, of: np.repeat(x, of([1, 2]), axis=of(0)),
    "diag": lambda x, of: np.diag(x, of(1)),
    "triu": lambda x, of: np.triu(x, of(1)),
    "where": lambda x, of: np.where(of([1, 0, 1]), x, of(3)),
    "clip": lambda x, of: np.clip(x, of(-1), of([1, 2, 3])),
    "matmul": lambda x, of: x @ of([1, 2, 3]),
}


@pytest.mark.parametrize("name", IN_ARRAYS)
def test_parameters_as_arrays_as_numpy_integers_and_as_lists(name):
    x, work = random.normal(size=(2, 3)), IN_ARRAYS[name]
    expected = work(x, np.array)
    for of in (np.array, lambda p: p if isinstance(p, list) else N(p), lambda p: p):
        assert work(gv.Variable(x), of).value == pytest.approx(expected, rel=1e-15)
        graph = gv.trace(lambda x, of=of: np.sum(np.sin(work(x, of))), x=x)
        assert graph.run(x=x).value == pytest.approx(np.sum(np.sin(expected)))
        namespace = {}
        exec(graph.code(), namespace)
        assert np.array_equal(namespace["f"](x)[1]["x"], graph.example.grads["x"])
    gv.check_grads(lambda x: np.sin(work(x, np.array)), x)


def test_many_axes():
    x = gv.Variable(random.normal(size=(2,) * 12))
    for function in (
        lambda x: np.swapaxes(x, 0, 11),
        lambda x: np.moveaxis(x, 3, -2),
        np.matrix_transpose,
        np.transpose,
        lambda x: np.expand_dims(x, (0, 13)),
        lambda x: np.squeeze(x[None], 0),
    ):
        assert np.array_equal(function(x).value, function(x.value))
    large = gv.Variable(np.ones(100_000))
    for function in (lambda x: x[:, None], lambda x: np.expand_dims(x, 0)):
        assert np.array_equal(
            np.swapaxes(function(large), 0, 1).value, np.swapaxes(function(large.value), 0, 1)
        )


def test_masks_of_what_is_empty():
    for shape in ((0, 3), (0,), (3, 0)):
        x = gv.Variable(np.ones(shape))
        assert x[x > 0].shape == (0,)
        np.sum(x[x > 0]).backward()
        assert x.grad.shape == shape


# ── few elements, none, and neighbours that are not finite ──


def test_one_element_does_not_vary():
    for x, axis in ((3.0, None), (np.array([3.0]), 0), (A, ()), (A[:, None], 1)):
        assert not np.any(gv.grad(lambda x, axis=axis: np.sum(np.std(x, axis=axis)))(x))
        assert not np.any(gv.jvp(lambda x, axis=axis: np.std(x, axis), (x,), (x,))[1])
        assert not np.any(gv.grad(lambda x, axis=axis: np.sum(np.var(x, axis=axis)))(x))


@pytest.mark.filterwarnings("ignore:Degrees of freedom")
def test_too_few_to_vary():
    with np.errstate(all="ignore"):
        assert np.isnan(gv.grad(lambda x: np.std(x, ddof=1))(np.array([3.0])))
        # its value is 0.5 / 0: NumPy never divides by less
        assert np.isinf(gv.grad(lambda x: np.var(x, ddof=3))(np.array([1.0, 2.0]))).all()


def test_the_norm_of_nothing():
    value, pull = gv.vjp(np.linalg.norm, np.ones((0, 3)))
    assert (value, pull(1.0)[0].shape) == (0.0, (0, 3))
    assert gv.jvp(np.linalg.norm, (np.ones(0),), (np.ones(0),)) == (0.0, 0.0)


X = np.arange(1.0, 10.0).reshape(3, 3)
MOVING = {
    "trace": np.trace,
    "trace beside": lambda x: np.trace(x, 1),
    "einsum trace": lambda x: np.einsum("ii", x),
    "einsum diagonal": lambda x: np.einsum("ii->i", x),
    "einsum of three": lambda x: np.einsum("iii->i", np.stack([x, x, x])),
    "max": np.max,
    "min along an axis": lambda x: np.min(x, axis=1, keepdims=True),
    "inf norm": lambda x: np.linalg.norm(x, ord=np.inf, axis=0),
    "sort": lambda x: np.sort(x, 0),
    "mask": lambda x: x[x > 3],
    "triu": np.triu,
    "diag": np.diag,
    "pad": lambda x: np.pad(x, 1, mode="wrap"),
    "repeat": lambda x: np.repeat(x, [0, 1, 2], 0),
    "where": lambda x: np.where(x > 5, x, 0.0),
    "stack": lambda x: np.stack([x, x]),
    "cumsum": np.cumsum,
    "diff": np.diff,
    "sum": lambda x: np.sum(x, 0),
    "matmul": lambda x: x @ np.ones((3, 2)),
}


@pytest.mark.parametrize("name", MOVING)
def test_infinity_reaches_only_what_it_comes_from(name):
    """Of functions whose Jacobian is of ones and zeros: zero times infinity is none of theirs."""
    function = MOVING[name]
    jacobian = gv.jacobian(function)(X).reshape(-1, X.size)
    shape = np.shape(function(X))
    for row in range(len(jacobian)):
        adjoint = np.where(np.arange(len(jacobian)) == row, np.inf, 0.0).reshape(shape)[()]
        flow = gv.vjp(function, X)[1](adjoint)[0].ravel()
        assert np.array_equal(flow != 0, jacobian[row] != 0)
        assert np.isinf(flow[flow != 0]).all()
    for column in range(X.size):
        tangent = np.where(np.arange(X.size) == column, np.inf, 0.0).reshape(X.shape)
        moved = np.ravel(gv.jvp(function, (X,), (tangent,))[1])
        assert np.array_equal(moved != 0, jacobian[:, column] != 0)
        assert np.isinf(moved[moved != 0]).all()


@pytest.mark.parametrize("function", [np.fmax, np.fmin])
def test_what_is_no_number_is_passed_over(function):
    assert gv.grad(function, (0, 1))(2.0, np.nan) == (1.0, 0.0)
    assert gv.grad(function, (0, 1))(np.nan, 2.0) == (0.0, 1.0)
    assert gv.grad(function, (0, 1))(2.0, 2.0) == (0.5, 0.5)
    by_x, by_y = gv.vjp(function, np.array([1.0, np.nan]), np.array([np.nan, 1.0]))[1](np.ones(2))
    assert (by_x.tolist(), by_y.tolist()) == ([1.0, 0.0], [0.0, 1.0])
    assert np.isnan(gv.grad(function)(np.nan, np.nan))


def test_run_says_what_numpy_does_not_take_as_tracing_does():
    """Also where the compiled program gives up, and the interpreter comes after it."""
    graph = gv.trace(lambda x: np.sum(np.linalg.inv(x)), x=np.eye(2))
    told = r"inv can't take an operand of shape \(2, 2\): Singular matrix \(line \d+: .*inv\(x\)"
    for work in graph.run, lambda x: gv.trace(lambda x: np.sum(np.linalg.inv(x)), x=x):
        with pytest.raises(ValueError, match=told):
            work(x=np.ones((2, 2)))
