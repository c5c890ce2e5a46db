"""NumPy's and SciPy's functions on Variables, with the options that people use: values held against
theirs, derivatives against central differences; replayed, and as pasted code.
"""

import numpy as np
import pytest
import scipy.special as special

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
X = np.array([-2.3, -0.7, 0.2, 1.0, 3.4])
P = np.array([0.1, 0.3, 0.8, 1.7, 20.3])
SCIPY = {
    "erf":           (special.erf, X),
    "erfc":          (special.erfc, X),
    "ndtr":          (special.ndtr, X),
    "gamma":         (special.gamma, X),
    "gammaln":       (special.gammaln, X),
    "digamma":       (special.digamma, X),
    "psi":           (special.psi, P),
    "expit":         (special.expit, X),
    "log_expit":     (special.log_expit, X),
    "softplus":      (special.softplus, X),
    "logit":         (special.logit, np.array([0.02, 0.4, 0.9])),
    "xlogy":         (special.xlogy, X, P),
    "xlog1py":       (special.xlog1py, X, P),
    "entr":          (special.entr, P),
    "rel_entr":      (special.rel_entr, P, P[::-1].copy()),
    "kl_div":        (special.kl_div, P, P[::-1].copy()),
    "betaln":        (special.betaln, P, np.array([0.4, 2.0, 1.5, 3.0, 0.9])),
    "beta":          (special.beta, P[:3], np.array([0.4, 2.0, 1.5])),
    "pseudo_huber":  (lambda x: special.pseudo_huber(1.5, x), X),
    "exp10":         (lambda x: special.exp10(x / 3), X),
    "exp2":          (special.exp2, X),
    "expm1":         (special.expm1, X),
    "log1p":         (special.log1p, P),
    "cbrt":          (special.cbrt, X),
    "erf of one":    (special.erf, 0.3),
    "digamma of one": (special.digamma, 0.3),
}
# fmt: on
CASES |= {f"scipy {name}": case for name, case in SCIPY.items()}


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
