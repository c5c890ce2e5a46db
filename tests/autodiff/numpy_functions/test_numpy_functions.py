"""NumPy's functions on Variables, with the options that people use: values held against
theirs, derivatives against central differences; replayed, and as pasted code.
"""

import pickle

import numpy as np
import pytest

import gradviz as gv

random = np.random.default_rng(3)
A, B, T = (random.normal(size=shape) for shape in ((3, 4), (3, 4), (2, 3, 4)))
V, W, Z = (random.normal(size=n) for n in (4, 3, 7))
S = random.normal(size=(3, 3)) + 3 * np.eye(3)
MASK = np.array([[1, 1, 0, 1], [1, 0, 1, 0], [0, 1, 1, 1]], bool)
XP = np.array([-2.0, -0.7, 0.1, 0.9, 2.5])


def holed(x):
    return np.where(MASK, x, np.nan)


windows = np.lib.stride_tricks.sliding_window_view

# fmt: off
CASES = {
    # reductions with their options
    "amax":              (lambda x: np.amax(x, axis=1), A),
    "amin":              (lambda x: np.amin(x, axis=-1, keepdims=True), A),
    "sum where":         (lambda x: np.sum(x * x, axis=1, where=MASK), A),
    "sum initial":       (lambda x: x.sum(axis=0, initial=2.5) ** 2, A),
    "sum dtype":         (lambda x: np.sum(x * x, dtype=float), A),
    "prod where":        (lambda x: np.prod(x, axis=0, where=MASK, initial=3.0), A),
    "mean where":        (lambda x: np.mean(x * x, axis=1, where=MASK), A),
    "mean where axes":   (lambda x: np.mean(x * x, axis=(0, 2), where=MASK, keepdims=True), T),
    "max where":         (lambda x: np.max(x, axis=1, where=MASK, initial=-9.0), A),
    "max initial":       (lambda x: np.max(x, axis=1, initial=0.2) ** 2, A),
    "min where":         (lambda x: x.min(axis=0, where=MASK, initial=9.0), A),
    "var where":         (lambda x: np.var(x, axis=1, where=MASK, ddof=1), A),
    "var mean":          (lambda x: np.var(x, axis=1, mean=np.mean(x, axis=1, keepdims=True)), A),
    "std where":         (lambda x: np.std(x, where=MASK), A),
    "std correction":    (lambda x: np.std(x, axis=0, correction=1), A),
    "ptp":               (lambda x: np.ptp(x, axis=1), A),
    "cumprod":           (lambda x: np.cumprod(x, axis=1), A),
    "cumprod of all":    (lambda x: np.cumprod(x) ** 2, A[:2, :2]),
    "cumprod of zeros":  (lambda x: x.cumprod(), np.array([1.5, 0.0, 2.0, 0.0, 3.0])),
    "cumprod axis -2":   (lambda x: np.cumprod(x, axis=-2), T),
    "cumsum dtype":      (lambda x: np.cumsum(x, axis=0, dtype=np.float64) ** 2, A),
    "cumulative_sum":    (lambda x: np.cumulative_sum(x, include_initial=True) ** 2, V),
    "cumulative_prod":   (lambda x: np.cumulative_prod(x, axis=1, include_initial=True), A),
    "nansum":            (lambda x: np.nansum(holed(x), axis=1) ** 2, A),
    "nansum of numbers": (lambda x: np.nansum(x * x, axis=1), A),
    "nanprod":           (lambda x: np.nanprod(holed(x), axis=0), A),
    "nanmean":           (lambda x: np.nanmean(holed(x), axis=0) ** 2, A),
    "nanmax":            (lambda x: np.nanmax(holed(x), axis=0), A),
    "nanmin":            (lambda x: np.nanmin(holed(x)), A),
    "nanvar":            (lambda x: np.nanvar(holed(x), axis=1), A),
    "nanstd":            (lambda x: np.nanstd(holed(x), ddof=1), A),
    "nancumsum":         (lambda x: np.nancumsum(holed(x), axis=1) ** 2, A),
    "nancumprod":        (lambda x: np.nancumprod(holed(x), axis=1), A),
    "nanmedian":         (lambda x: np.nanmedian(holed(x), axis=1) ** 2, A),
    "nanpercentile":     (lambda x: np.nanpercentile(holed(x), [30, 80], axis=1) ** 2, A),
    "nan_to_num":        (lambda x: np.nan_to_num(holed(x), nan=2.0) ** 2, A),
    # statistics
    "average":           (lambda x: np.average(x, axis=1) ** 2, A),
    "average weights":   (lambda x: np.average(x, axis=1, weights=[1, 2, 3, 4]) ** 2, A),
    "average by w":      (lambda x, w: np.average(x, axis=0, weights=w * w), A, W),
    "average axes":      (lambda x: np.average(x, axis=(2, 0), weights=A.T[:, :2] ** 2) ** 2, T),
    "average returned":  (lambda x, w: np.stack(np.average(x, 0, w * w, returned=True)), A, W),
    "median":            (lambda x: np.median(x) ** 2, Z),
    "median of even":    (lambda x: np.median(x, axis=1) ** 2, A),
    "median axis 0":     (lambda x: np.median(x, axis=0, keepdims=True) * x, A),
    "median axes":       (lambda x: np.median(x, axis=(0, -1)) ** 2, T),
    "quantile":          (lambda x: np.quantile(x, 0.3) ** 2, Z),
    "quantiles":         (lambda x: np.quantile(x, [0.0, 0.25, 0.9, 1.0], axis=0) ** 2, A),
    "quantile method":   (lambda x: np.quantile(x, 0.4, axis=1, method="hazen") ** 2, A),
    "quantile lower":    (lambda x: np.quantile(x, 0.4, method="lower") ** 2, Z),
    "percentile":        (lambda x: np.percentile(x, [10, 60], axis=-1, keepdims=True) * x, A),
    "cov":               (np.cov, A),
    "cov of two":        (lambda x, y: np.cov(x, y, ddof=0), V, V[::-1] ** 2),
    "cov columns":       (lambda x: np.cov(x, rowvar=False, bias=True), A),
    "cov of one":        (lambda x: np.cov(x) ** 2, V),
    "cov weights":       (lambda x: np.cov(x, fweights=[1, 2, 1, 3], aweights=[1, 2, 3, 4]), A),
    "cov aweights":      (lambda x: np.cov(x, aweights=[1.0, 2.0, 3.0, 4.0]), A),
    "corrcoef":          (np.corrcoef, A),
    # putting together, taking apart
    "append":            (lambda x, y: np.append(x, y) ** 2, A, V),
    "append axis":       (lambda x, y: np.append(x, y, axis=1) ** 2, A, B),
    "atleast_2d":        (lambda x: np.atleast_2d(x) ** 2, V),
    "atleast_3d":        (lambda x: np.atleast_3d(x) ** 2, A),
    "atleast of two":    (lambda x, y: np.atleast_1d(x, y)[0] * y, 2.0, V),
    "column_stack":      (lambda x, y: np.column_stack([x, y, x]) ** 2, W, A),
    "dstack":            (lambda x, y: np.dstack([x, y]) ** 2, A, B),
    "hstack":            (lambda x, y: np.hstack([x, y]) ** 2, 2.0, V),
    "vstack":            (lambda x, y: np.vstack([x, y]) ** 2, V, A),
    "block":             (lambda x, y: np.block([[x, np.eye(3)], [y, 2 * x[:, :3]]]) ** 2, A, B),
    "block of numbers":  (lambda x, y: np.block([x, y, 1.0]) ** 2, 2.0, V),
    "insert":            (lambda x, y: np.insert(x, 1, y, axis=1) ** 2, A, W),
    "insert values":     (lambda x, y: np.insert(x, [0, 2], y) ** 2, V, V[:2]),
    "delete":            (lambda x: np.delete(x, [0, 2], axis=1) ** 2, A),
    "delete slice":      (lambda x: np.delete(x, slice(1, 3)) ** 2, V),
    "hsplit":            (lambda x: np.hsplit(x, 2)[1] ** 2, A),
    "vsplit":            (lambda x: np.vsplit(x, [1])[1] ** 2, A),
    "unstack":           (lambda x: np.unstack(x, axis=1)[2] ** 2, A),
    "broadcast_arrays":  (lambda x, y: np.broadcast_arrays(x, y)[1] * x, A, V),
    "compress":          (lambda x: np.compress([True, False, True], x, axis=0) ** 2, A),
    "extract":           (lambda x: np.extract(MASK, x) ** 2, A),
    "take wrap":         (lambda x: np.take(x, [5, -7], axis=1, mode="wrap") ** 2, A),
    "take clip":         (lambda x: np.take(x, 9, mode="clip") ** 2, V),
    "resize":            (lambda x: np.resize(x, (2, 3)) ** 2, V),
    "windows":           (lambda x: windows(x, 2) ** 2, V),
    "windows of two":    (lambda x: windows(x, (2, 2)) ** 2, A),
    "fliplr":            (lambda x: np.fliplr(x) * x, A),
    "flipud":            (lambda x: np.flipud(x) * x, A),
    "rot90":             (lambda x: np.rot90(x) ** 2, A),
    "rot90 thrice":      (lambda x: np.rot90(x, -1, axes=(1, 2)) ** 2, T),
    "rollaxis":          (lambda x: np.rollaxis(x, 2) ** 2, T),
    "reshape F":         (lambda x: np.reshape(x, (2, -1), order="F") ** 2, A),
    "ravel F":           (lambda x: x.ravel("F") * np.arange(12.0), A),
    "flatten F":         (lambda x: x.flatten(order="F") * np.arange(12.0), A),
    "pad constant":      (lambda x: np.pad(x, 1, constant_values=2.0) ** 2, A),
    "pad constants":     (lambda x: np.pad(x, (1, 2), constant_values=(2.0, -1.0)) ** 2, V),
    "sort stable":       (lambda x: np.sort(x, axis=0, kind="stable") ** 2, A),
    "diff append":       (lambda x: np.diff(x, prepend=0.0, append=x[:, :1]) ** 2, A),
    "full_like":         (lambda x, y: np.full_like(x, y) * x, A, 2.0),
    "full of another":   (lambda x: np.full((2, 2), x, like=x) ** 2, 2.0),
    "around":            (lambda x: np.around(x, 1) * x, V),
    "concatenate dtype": (lambda x, y: np.concatenate([x, y], axis=1, dtype=float) ** 2, A, B),
    "select":            (lambda x: np.select([x < -0.5, x < 0.5], [x**2, -x], 3.0) * x, A),
    "select one":        (lambda x: np.select([x > 3, x > 1], [x, x * x], x**3), 2.0),
    "piecewise":         (lambda x: np.piecewise(x, [x < 0, x > 1], [np.exp, 2.0, np.sin]), A),
    "piecewise log":     (lambda x: np.piecewise(x, [x > 0], [np.log, lambda t: t * t]), A),
    "piecewise one":     (lambda x: np.piecewise(x, [x < 0, x >= 0], [np.exp, np.sin]), 2.0),
    # products and linear algebra
    "cross":             (np.cross, T[0, :, :3], A[:, :3]),
    "cross axis":        (lambda x, y: np.cross(x, y, axis=0), A, B),
    "cross of many":     (lambda x, y: np.cross(x, y), A[:, 1:], W),
    "vecdot":            (lambda x, y: np.vecdot(x, y), A, V),
    "matvec":            (lambda x, y: np.matvec(x, y), T, V),
    "svd values":        (lambda x: np.linalg.svd(x, compute_uv=False), A),
    "svd U":             (lambda x: np.linalg.svd(x, full_matrices=False)[0] ** 2, A.T),
    "svd Vh":            (lambda x: np.linalg.svd(x, full_matrices=False).Vh ** 2, A),
    "svd square":        (lambda x: np.linalg.svd(x)[0][0] * np.linalg.svd(x)[2][0], S),
    "svd again":         (lambda x: (lambda u, s, v: (u * s**2) @ v)(*np.linalg.svd(x)), S),
    "svdvals":           (lambda x: np.linalg.svdvals(x), T),
    "qr Q":              (lambda x: np.linalg.qr(x)[0] ** 2, A.T),
    "qr R":              (lambda x: np.linalg.qr(x, mode="r"), A.T),
    "qr of many":        (lambda x: (lambda q, r: q**3 @ r)(*np.linalg.qr(x)), np.stack([S, S.T])),
    "pinv":              (np.linalg.pinv, A),
    "pinv tall":         (lambda x: np.linalg.pinv(x, rcond=1e-12), A.T),
    "pinv of many":      (np.linalg.pinv, T),
    "lstsq":             (lambda x, y: np.linalg.lstsq(x, y, rcond=None)[0], A.T, V),
    "lstsq residuals":   (lambda x, y: np.linalg.lstsq(x, y)[1], A.T, B.T),
    "matrix_power":      (lambda x: np.linalg.matrix_power(x, 5) / 100, S),
    "matrix_power -3":   (lambda x: np.linalg.matrix_power(x, -3), S),
    "matrix_power 0":    (lambda x: np.linalg.matrix_power(x, 0) @ x, S),
    "multi_dot":         (lambda x, y: np.linalg.multi_dot([V, x.T, y, V]), A, B),
    "cond":              (np.linalg.cond, S),
    "cond 1":            (lambda x: np.linalg.cond(x, 1), S),
    "norm 3":            (lambda x: np.linalg.norm(x, 3), V),
    "norm 0":            (lambda x: np.linalg.norm(x, 0) * x, V),
    "norm -inf":         (lambda x: np.linalg.norm(x, -np.inf), V),
    "norm 0.5":          (lambda x: np.linalg.norm(x, 0.5, axis=1), A),
    "norm nuc":          (lambda x: np.linalg.norm(x, "nuc"), A),
    "norm of matrix 1":  (lambda x: np.linalg.norm(x, 1), A),
    "norm of matrix -1": (lambda x: np.linalg.norm(x, -1, axis=(0, 2), keepdims=True), T),
    "norm of inf":       (lambda x: np.linalg.norm(x, np.inf, axis=(2, 1)), T),
    "norm 2 of matrix":  (lambda x: np.linalg.norm(x, 2), A),
    "norm -2 of matrix": (lambda x: np.linalg.norm(x, -2, axis=(-2, -1)), T),
    "vector_norm":       (lambda x: np.linalg.vector_norm(x, ord=3), A),
    "matrix_norm":       (lambda x: np.linalg.matrix_norm(x, ord=1), T),
    "eigvalsh U":        (lambda x: np.linalg.eigvalsh(x + x.T, UPLO="U"), S),
    "cholesky upper":    (lambda x: np.linalg.cholesky(x @ x.T, upper=True), S),
    "diagflat":          (lambda x: np.diagflat(x) ** 2, A),
    # points on a line
    "linspace":          (lambda x, y: np.linspace(x, y, 5) ** 2, 1.0, 3.0),
    "linspace arrays":   (lambda x: np.linspace(x, 3.0, 4, endpoint=False, axis=1) ** 2, V),
    "linspace step":     (lambda x: np.linspace(x, 3.0, 4, retstep=True)[1], 1.0),
    "logspace":          (lambda x: np.logspace(x, 0.5, 3, base=2.0), 0.1),
    "geomspace":         (lambda x: np.geomspace(x, 7.0, 4), 0.5),
    "meshgrid":          (lambda x, y: np.meshgrid(x, y)[0] * np.meshgrid(x, y)[1] ** 2, V, W),
    "meshgrid ij":       (lambda x, y: np.stack(np.meshgrid(x, y, indexing="ij")) ** 2, V, W),
    "meshgrid sparse":   (lambda x, y: np.meshgrid(x, y, sparse=True)[1] * x, V, W),
    "vander":            (lambda x: np.vander(x, 3), V),
    "vander increasing": (lambda x: np.vander(x, increasing=True), W),
    "interp":            (lambda x: np.interp(x, XP, np.sin(XP)) ** 2, Z),
    "interp number":     (lambda x: np.interp(x, XP, np.sin(XP)) ** 2, 0.3),
    "interp fp":         (lambda x, f: np.interp(x, XP, f) ** 2, Z, XP**2),
    "interp all":        (lambda x, p, f: np.interp(x, p, f) ** 2, Z, XP, XP**2),
    "interp outside":    (lambda x: np.interp(3 * x, XP, XP**2, left=-1.0, right=4.0), Z),
    "interp period":     (lambda x: np.interp(x, [0.1, 0.5, 0.8], [3.0, 1.0, 4.0], period=1.0), Z),
    "polyval":           (lambda p, x: np.polyval(p, x), V, Z),
    "polyval plain p":   (lambda x: np.polyval([1, 2, 3], x), 2.0),
    "convolve":          (np.convolve, Z, W),
    "convolve same":     (lambda x, y: np.convolve(x, y, "same"), W, Z),
    "convolve valid":    (lambda x, y: np.convolve(x, y, mode="valid"), Z, W),
    "correlate":         (lambda x, y: np.correlate(x, y), Z, W),
    "correlate full":    (lambda x, y: np.correlate(x, y, "full"), W, Z),
    "trapezoid":         (lambda y: np.trapezoid(y, dx=0.5), Z),
    "trapezoid x":       (lambda y, x: np.trapezoid(y, x, axis=0), A, W),
    "gradient":          (lambda f: np.gradient(f) ** 2, Z),
    "gradient h":        (lambda f: np.gradient(f, 0.1, axis=1, edge_order=2), A),
    "gradient at x":     (lambda f, x: np.gradient(f, x), Z, np.cumsum(np.abs(Z) + 0.3)),
    "gradient at x, 2":  (lambda f: np.gradient(f, [0.0, 1.0, 3.0, 7.0], edge_order=2), V),
    "gradient both":     (lambda f: np.gradient(f, 1.0, 2.0)[0] * np.gradient(f)[1], A),
    "sinc":              (np.sinc, np.array([-2.3, -0.1, 1e-9, 0.0, 0.2, 0.3, 1.0])),
    "degrees":           (lambda x: np.degrees(x) / 100, V),
    "radians":           (lambda x: np.radians(x) * 10, V),
    "divmod":            (lambda x: np.divmod(x, 0.7)[1] * np.divmod(x, 0.7)[0], V),
    "modf":              (lambda x: np.modf(3 * x)[0] * np.modf(3 * x)[1], V),
    "conjugate":         (lambda x: np.conjugate(x) * np.real(x) * x.conj(), V),
}
# fmt: on
LATER = {"cumulative_sum", "cumulative_prod", "unstack", "matvec"}  # than NumPy 2.0
for name in LATER:
    if not hasattr(np, name):
        del CASES[name]


@pytest.fixture(autouse=True)
def without_numpys_warnings():
    with np.errstate(all="ignore"):
        yield


@pytest.mark.parametrize("case", CASES)
def test_values_are_numpys(case):
    function, *arguments = CASES[case]
    plain = [np.array(argument) if np.ndim(argument) else argument for argument in arguments]
    if case in ("ravel F", "full of another", "conjugate"):  # methods, and a Variable as a model
        plain = [np.asarray(argument) for argument in plain]
    result = function(*map(gv.Variable, arguments))
    expected = np.asarray(function(*plain))
    assert np.shape(result.value) == expected.shape
    np.testing.assert_allclose(result.value, expected, rtol=1e-12, atol=1e-13)


@pytest.mark.filterwarnings("ignore:not all can be checked here.*of where by its operand 1")
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
    moved = [argument * (1 + 1e-6) for argument in arguments]
    for at in (arguments, moved):
        variables = [gv.Variable(value) for value in at]
        output = scalar(*variables)
        output.backward()
        run = graph.run(dict(zip(names, at)))
        value, gradients = namespace["f"](*at)
        assert run.retraced is None
        assert run.value == output.value == value
        for name, variable in zip(names, variables):
            np.testing.assert_array_equal(run.grads[name], variable.grad)
            np.testing.assert_array_equal(gradients[name], variable.grad)


# ── sizes and axes ──

SHAPES = [(), (1,), (0,), (3,), (1, 1), (0, 3), (3, 0), (1, 3), (2, 3), (2, 1, 3)]
ALONG = [
    {}, {"axis": 0}, {"axis": -1}, {"axis": (0, 1)}, {"axis": (-1, 0), "keepdims": True},
    {"keepdims": True}, {"axis": None},
]  # fmt: skip
REDUCTIONS = {
    **{function.__name__: function for function in (
        np.amax, np.amin, np.sum, np.prod, np.ptp, np.nansum, np.nanprod, np.nanmax, np.nanmin,
        np.nanstd, np.median, np.nanmedian,
    )},
    "quantiles": lambda x, **along: np.quantile(x, [[0.3, 0.9]], **along),
    "nanquantile": lambda x, **along: np.nanquantile(x, 0.3, **along),
    "sum where": lambda x, **along: np.sum(x, where=x > 0, initial=2.0, **along),
    "prod where": lambda x, **along: np.prod(x, where=x > 0, initial=2.0, **along),
    "max where": lambda x, **along: np.max(x, where=x > 0, initial=0.2, **along),
    "min initial": lambda x, **along: np.min(x, initial=0.2, **along),
    "mean where": lambda x, **along: np.mean(x, where=x > -9, **along),
    "var where": lambda x, **along: np.var(x, where=x > 0, ddof=1, **along),
}  # fmt: skip
ONE_AXIS = {
    "cumprod": np.cumprod, "cumsum": np.cumsum, "nancumsum": np.nancumsum,
    "nancumprod": np.nancumprod, "sort": lambda x, **along: np.sort(x, kind="stable", **along),
}  # fmt: skip


def agree(function, *arguments):
    """Values, or that there is none; and gradients have the shapes of the arguments."""
    variables = [gv.Variable(argument) for argument in arguments]
    try:
        expected = np.asarray(function(*arguments))
    except (ValueError, IndexError, TypeError, ZeroDivisionError):
        with pytest.raises((ValueError, IndexError, TypeError, ZeroDivisionError)):
            function(*variables)
        return 0
    result = function(*variables)
    np.sum(result).backward()
    assert np.shape(result.value) == expected.shape
    np.testing.assert_allclose(result.value, expected, rtol=1e-11, atol=1e-13)
    for variable in variables:
        assert np.shape(variable.grad if variable.grad is not None else 0.0) in (variable.shape, ())
    return 1


@pytest.mark.filterwarnings("ignore:Mean of empty", "ignore:All-NaN", "ignore:.*egrees of freedom")
@pytest.mark.parametrize("name", [*REDUCTIONS, *ONE_AXIS])
def test_sizes_and_axes(name):
    compared = 0
    for shape in SHAPES:
        whole = random.normal(size=shape)
        for x in (whole, np.where(random.random(shape) < 0.4, np.nan, whole)):
            for along in ALONG if name in REDUCTIONS else ({}, {"axis": -1}, {"axis": None}):
                if shape or not {"axis"} & {*along}:
                    function = {**REDUCTIONS, **ONE_AXIS}[name]
                    compared += agree(lambda x, f=function, a=along: f(x, **a), x)
    assert compared > 30


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_convolutions_of_every_size(mode):
    for m in range(1, 6):
        for n in range(1, 6):
            x, y = random.normal(size=m), random.normal(size=n)
            assert agree(lambda x, y: np.convolve(x, y, mode), x, y)
            assert agree(lambda x, y: np.correlate(x, y, mode), x, y)


@pytest.mark.filterwarnings("ignore:Mean of empty", "ignore:.*egrees of freedom")
@pytest.mark.parametrize("shape", [(), (1,), (0,), (3,), (0, 2), (2, 2)])
def test_few_elements(shape):
    x = random.normal(size=shape)
    for function in (
        np.atleast_1d, np.atleast_2d, np.atleast_3d, np.sinc, np.nan_to_num, np.cov, np.corrcoef,
        np.fliplr, np.flipud, np.rot90, np.vander, np.trapezoid, np.linalg.svdvals,
        np.linalg.pinv, np.linalg.cond, lambda x: np.linalg.qr(x)[0],
        lambda x: np.linalg.qr(x)[1], lambda x: np.linalg.qr(x, mode="r"),
        lambda x: np.append(x, [1, 2]), lambda x: np.append([], x), lambda x: np.delete(x, 0),
        lambda x: np.insert(x, 0, 5.0), lambda x: np.insert(x, 0, [5.0, 6.0], axis=0),
        lambda x: np.column_stack([x, x]), lambda x: np.dstack([x, x]), lambda x: np.block([x, x]),
        lambda x: np.block([[x, x], [x, x]]), lambda x: np.meshgrid(x, x)[0],
        lambda x: np.gradient(x, axis=0), lambda x: np.gradient(x, 0.3, axis=-1, edge_order=2),
        lambda x: np.cov(x, x), lambda x: np.cov(x, rowvar=False, ddof=0),
        lambda x: np.pad(x, 1, constant_values=3.0), lambda x: np.diff(x, prepend=1.0),
        lambda x: np.select([x > 0, x < -1], [x, 2 * x], 0.5),
        lambda x: np.piecewise(x, [x > 0, x > 1], [lambda t: t * 2, np.exp]),
        lambda x: np.piecewise(x, [x > 0], [lambda t, a, b=2: t**2 * a * b, 3.0], 5.0, b=3),
        lambda x: np.piecewise(x, x > 0, [lambda t: t**2, 3.0]),
        lambda x: np.polyval([], x), lambda x: np.polyval([2.0], x),
        lambda x: np.polyval([2, 3], x),
        lambda x: np.linalg.norm(x, 3), lambda x: np.linalg.norm(x, 0),
        lambda x: np.linalg.norm(x, 1),
        lambda x: np.linalg.norm(x, -np.inf), lambda x: np.linalg.norm(x, np.inf, axis=0),
        lambda x: np.linalg.norm(x, "nuc"), lambda x: np.linalg.norm(x, 2, keepdims=True),
        lambda x: np.linalg.matrix_power(x, 3), lambda x: np.linalg.matrix_power(x, 0),
        lambda x: np.take(x, [0, 5], mode="clip"), lambda x: np.reshape(x, (1, -1), order="F"),
    ):  # fmt: skip
        agree(function, x)


@pytest.mark.parametrize("name", ["sum", "prod", "max", "min", "mean", "var", "std"])
def test_the_first_and_last_axis_of_a_single_number(name):
    for function in (getattr(np, name), getattr(np, f"nan{name}")):
        for axis in (0, -1, 1, (0,)):
            agree(lambda x, f=function, a=axis: f(x, axis=a), np.float64(0.3))


@pytest.mark.parametrize("ord", [0, 0.5, 1, 2, 3, np.inf])
def test_a_norm_of_nothing_has_no_slope(ord):
    nothing = np.zeros((3, 0))
    moved = gv.jvp(lambda x: np.linalg.norm(x, ord, axis=-1), (nothing,), (nothing,))
    assert np.array_equal(moved, np.zeros((2, 3)))


@pytest.mark.parametrize("num", [0, 1, 2, 5])
@pytest.mark.parametrize("endpoint", [True, False])
def test_grids_of_every_size(num, endpoint):
    assert agree(lambda x, y: np.linspace(x, y, num, endpoint), np.array(0.3), np.array(2.0))
    assert agree(lambda x, y: np.linspace(x, y, num, endpoint, axis=-1), V[:2], W.reshape(3, 1))
    assert agree(lambda x, y: np.logspace(x, y, num, endpoint), np.array(0.3), np.array(2.0))
    assert agree(lambda x, y: np.geomspace(x, y, num, endpoint), np.array(0.3), np.array(2.0))


@pytest.mark.parametrize("count", [1, 2, 5])
def test_interpolation_everywhere(count):
    everywhere = np.concatenate([XP, XP + 0.1, [-9.0, 9.0, np.inf, -np.inf]])
    for options in ({}, {"left": 7.0, "right": -3.0}, {"left": 2.0}, {"period": 1.3}):
        for x in (everywhere, *map(np.array, everywhere)):
            agree(lambda x, o=options: np.interp(x, XP[:count], np.sin(XP)[:count], **o), x)


def test_options_by_their_places():
    x = gv.Variable(A)
    assert np.array_equal(
        np.sum(x, 0, float, None, True, 2.0).value, np.sum(A, 0, keepdims=True) + 2
    )
    assert np.array_equal(np.max(x, 1, None, True).value, np.max(A, 1, keepdims=True))
    assert np.array_equal(np.std(x, 0, None, None, 1).value, np.std(A, 0, ddof=1))
    assert np.sum(x, dtype=np.float32).value == np.sum(A, dtype=np.float32)
    assert np.mean(gv.Variable(A.astype(np.float32)), 0, float).dtype == float


# ── conventions, where there is more than one derivative, or none ──


def test_ties():
    assert gv.grad(np.median)(np.array([1.0, 4.0, 3.0, 0.0])).tolist() == [0.5, 0.0, 0.5, 0.0]
    assert gv.grad(lambda x: np.max(x, initial=3.0))(np.array([1.0, 3.0])).tolist() == [0.0, 0.5]
    assert gv.grad(lambda x: np.amax(x))(np.array([3.0, 3.0])).tolist() == [0.5, 0.5]
    assert gv.grad(lambda x: np.linalg.norm(x, np.inf))(np.array([-3.0, 3.0])).tolist() == [
        -0.5,
        0.5,
    ]
    assert gv.grad(lambda x: np.linalg.norm(x, 1))(np.zeros(2)).tolist() == [0.0, 0.0]
    assert np.isnan(gv.grad(lambda x: np.linalg.norm(x, 3))(np.zeros(2))).all()  # as of order 2
    assert gv.grad(np.median)(np.array([2.0, 2.0, 2.0])).tolist() == [0.0, 1.0, 0.0]  # as np.sort


def test_slopes_at_the_points_of_an_interpolation():
    slope = gv.grad(lambda x: np.interp(x, [0.0, 1.0, 3.0], [0.0, 2.0, 3.0]))
    assert [slope(x) for x in (-1.0, 0.0, 1.0, 2.0, 3.0, 4.0)] == [0.0, 2.0, 0.5, 0.5, 0.5, 0.0]


def test_what_is_left_out_has_no_derivative():
    x = np.array([1.0, np.nan, np.inf])
    assert gv.grad(np.nansum)(x).tolist() == [1.0, 0.0, 1.0]
    assert gv.grad(lambda x: np.sum(np.nan_to_num(x)))(x).tolist() == [1.0, 0.0, 0.0]
    assert gv.grad(np.nanmean)(np.array([1.0, np.nan, 3.0])).tolist() == [0.5, 0.0, 0.5]
    assert gv.grad(lambda x: np.mean(x, where=[1, 0, 0]))(x).tolist() == [1.0, 0.0, 0.0]
    logs = lambda x: np.sum(np.piecewise(x, [x > 0], [np.log, 0.0]))  # noqa: E731
    assert gv.grad(logs)(np.array([-1.0, 0.0, 2.0])).tolist() == [0.0, 0.0, 0.5]
    with np.errstate(all="ignore"):
        assert np.isnan(np.median(gv.Variable(x)).value)
        assert np.isnan(np.nanmax(gv.Variable([np.nan])).value)


def test_the_cardinal_sine_at_zero():
    slope, bend = gv.grad(np.sinc), gv.grad(gv.grad(np.sinc))
    assert (np.sinc(gv.Variable(0.0)).value, slope(0.0)) == (1.0, 0.0)
    for x in (0.0, 1e-12, 1e-4, 0.2):
        series = (
            -(np.pi**2) / 3 + (np.pi * x) ** 2 * np.pi**2 / 10 - (np.pi * x) ** 4 * np.pi**2 / 168
        )
        assert bend(x) == pytest.approx(series, rel=1e-2 if x == 0.2 else 1e-12)
    assert gv.grad(gv.grad(bend))(0.0) == pytest.approx(np.pi**4 / 5)
    for x in (0.24999, 0.25001, 1.0, -3.7):
        closed = (np.cos(np.pi * x) - np.sinc(x)) / x
        assert slope(x) == pytest.approx(closed, rel=1e-12)
        again = -np.pi * np.sin(np.pi * x) / x - 2 * closed / x
        assert bend(x) == pytest.approx(again, rel=1e-12)


def test_a_singular_matrix_has_a_pseudo_inverse():
    x = np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])
    along = np.outer(x[:, 0], [1.0, -1.0])  # the rank stays
    moved = gv.jvp(lambda x: np.linalg.pinv(x), (x,), (along,))[1]
    ahead, behind = (np.linalg.pinv(x + h * along) for h in (1e-6, -1e-6))
    np.testing.assert_allclose(moved, (ahead - behind) / 2e-6, atol=1e-9)
    solution, residuals, rank, singular = np.linalg.lstsq(gv.Variable(x), np.ones(3))
    expected = np.linalg.lstsq(x, np.ones(3))
    assert (rank, residuals.shape) == (1, (0,))
    np.testing.assert_allclose(solution.value, expected[0])
    np.testing.assert_allclose(singular.value, expected[3], atol=1e-12)


# ── decisions ──

DECIDING = {
    "median": (lambda v: np.median(v), [[1.1, 5.0, 2.0], [9.0, 1.0, 2.0]], [[1.0, 1.5, 9.0]]),
    "nan": (lambda v: np.nansum(v * v), [[7.0, 5.0, 2.0]], [[np.nan, 5.0, 2.0]]),
    "nanmax": (lambda v: np.nanmax(v), [[7.0, 9.0, 2.0]], [[1.0, np.nan, 0.5]]),
    "quantile of nan": (lambda v: np.quantile(v, 0.5), [[1.5, 4.0, 2.0]], [[1.0, np.nan, 2.0]]),
    "nan_to_num": (lambda v: np.sum(np.nan_to_num(v)), [[1.0, 2.0, 3.0]], [[np.inf, 1.0, np.nan]]),
    "interp": (
        lambda v: np.sum(np.interp(v, [0.0, 2.5, 4.0, 7.0], [0.0, 1.0, 5.0, 3.0])),
        [[0.5, 3.5, 2.0]],
        [[5.0, 3.0, 2.0], [-1.0, 3.0, 2.0], [1.0, 3.0, 9.0]],
    ),
    "select": (
        lambda v: np.sum(np.select([v < 2.5, v < 9], [v**2, -v])),
        [[0.0, 4.0, 1.0]],
        [[3.0, 3.0, 2.0], [1.0, 11.0, 2.0]],
    ),
    "piecewise": (
        lambda v: np.sum(np.piecewise(v, [v < 2.5], [np.exp, np.sin])),
        [[0.0, 4.0, 1.0]],
        [[3.0, 3.0, 2.0]],
    ),
    "where": (lambda v: np.sum(v**2, where=v > 1.5), [[0.0, 4.0, 5.0]], [[3.0, 3.0, 2.0]]),
    "item": (lambda v: v[0] * v.item(1), [[7.0, 3.0, 9.0]], [[1.0, 4.0, 2.0]]),
    "tolist": (lambda v: v[0] * sum(v[1:].tolist()), [[7.0, 3.0, 2.0]], [[1.0, 3.0, 4.0]]),
    "rank": (
        lambda v: np.linalg.lstsq(np.stack([v, v[::-1]]), v[:2])[2] * v[0],
        [[2.0, 3.0, 1.0]],
        [[1.0, 3.0, 1.0]],
    ),
}


@pytest.mark.filterwarnings("ignore:All-NaN")
@pytest.mark.parametrize("name", DECIDING)
def test_decisions(name):
    function, alike, otherwise = DECIDING[name]
    graph = gv.trace(lambda v: function(v), v=[1.0, 3.0, 2.0])
    namespace = {}
    exec(graph.code(), namespace)
    again = pickle.loads(pickle.dumps(graph))
    for v in map(np.array, [*alike, *otherwise]):
        holds = v.tolist() in alike
        run = graph.run(v=v)
        assert (run.retraced is None) is holds
        fresh = gv.Variable(v)
        output = function(fresh)
        output.backward()
        np.testing.assert_array_equal(run.value, output.value)
        np.testing.assert_array_equal(run.grads["v"], fresh.grad)
        if holds:
            value, gradients = namespace["f"](v)
            np.testing.assert_array_equal(value, output.value)
            np.testing.assert_array_equal(gradients["v"], fresh.grad)
            assert again.run(v=v).value == output.value
        else:
            with pytest.raises(AssertionError, match="when traced, and no longer"):
                namespace["f"](v)


def test_plain_numbers():
    x, v = gv.Variable(2.0), gv.Variable(A)
    assert (x.item(), x.tolist(), gv.Variable([3.0]).item()) == (2.0, 2.0, 3.0)
    assert (v.item(5), v.item(1, 2), v.item((0, 1))) == (A.item(5), A.item(1, 2), A.item((0, 1)))
    assert v.tolist() == A.tolist()
    assert {type(x.item()), type(v.item(0)), type(v.tolist()[0][0])} == {float}
    for wrong in (lambda: v.item(), lambda: v.item(99), lambda: x.item(1)):
        with pytest.raises((ValueError, IndexError)):
            wrong()
    graph = gv.trace(lambda x: x * x.item(), x=2.0)
    assert graph.run(x=3.0).value == 9.0
    assert "the value of x was read as 2" in graph.run(x=3.0).retraced
