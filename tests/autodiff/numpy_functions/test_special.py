"""SciPy's special functions on Variables: values held against SciPy's, derivatives against central
differences, SciPy's own and JAX's.
"""

import math

import numpy as np
import pytest
from lengths import short
from needs import missing, needed

import gradviz as gv

pytestmark = pytest.mark.long  # it needs SciPy, and JAX
X = np.array([-2.3, -0.7, 0.2, 1.0, 3.4])
P = np.array([0.1, 0.3, 0.8, 1.7, 20.3])
Q = np.array([0.4, 2.0, 1.5, 3.0, 0.9])
# names, and where they are smooth
CASES = {
    "erf": (X,), "erfc": (X,), "ndtr": (X,), "gamma": (X,), "gammaln": (X,), "digamma": (X,),
    "psi": (P,), "expit": (X,), "log_expit": (X,), "softplus": (X,), "logit": (P[:3],),
    "xlogy": (X, P), "xlog1py": (X, P), "entr": (P,), "rel_entr": (P, Q), "kl_div": (P, Q),
    "betaln": (P, Q), "beta": (P[:3], Q[:3]), "pseudo_huber": (Q, X), "exp10": (X / 3,),
    "exp2": (X,), "expm1": (X,), "log1p": (P,), "cbrt": (X,),
}  # fmt: skip
GRID = np.concatenate(
    [
        np.linspace(-12.3, 60.0, 301),
        [0.0, -0.0, 1.0, 2.0, -1.0, -7.0, 0.5, -0.5, 1e-8, -1e-8, 1e-300, 171.6, 172.0, 1e10],
        [1e305, 1e308, -1e5 - 0.3, np.inf, np.nan, 1.4616321449683623],
    ]
)


@pytest.fixture(scope="module")
def special():
    return needed("scipy.special", "SCIPY IS NOT INSTALLED: its functions were not tried")


@pytest.fixture(scope="module")
def jaxs():
    return needed("jax.scipy.special", "JAX IS NOT INSTALLED: its derivatives were not compared")


def found(special, name):
    if not hasattr(special, name):  # softplus came with SciPy 1.15
        missing(f"THIS SCIPY HAS NO {name}: install a newer one, and it is tried")
    return getattr(special, name)


@pytest.mark.parametrize("name", short(12, CASES))
def test_derivatives(special, name):
    function = found(special, name)
    gv.check_grads(function, *CASES[name], tolerance=2e-5)
    gv.check_grads(function, *(float(x[1]) for x in CASES[name]))


@pytest.mark.parametrize("name", short(12, CASES))
def test_eager_work_replay_and_pasted_code_have_the_same_bits(special, name):
    function, arguments = found(special, name), CASES[name]
    for given in (arguments, [float(x[1]) for x in arguments]):
        names = [f"x{position}" for position in range(len(given))]
        graph = gv.trace(lambda *xs: np.sum(function(*xs) ** 2), dict(zip(names, given)))
        namespace = {}
        exec(graph.code(), namespace)
        for at in (given, [x * 1.01 for x in given]):
            variables = [gv.Variable(x) for x in at]
            output = np.sum(function(*variables) ** 2)
            output.backward()
            run = graph.run(dict(zip(names, at)))
            value, gradients = namespace[graph.name](*at)
            assert run.value == output.value == value
            for each, variable in zip(names, variables):
                assert np.array_equal(run.grads[each], variable.grad)
                assert np.array_equal(gradients[each], variable.grad)


@pytest.mark.parametrize("name", short(12, CASES))
def test_values_everywhere(special, name):
    function, count = found(special, name), len(CASES[name])
    smooth = name in ("betaln", "beta", "pseudo_huber")  # made of parts that cancel, or overflow
    given = CASES[name] if smooth else [GRID] if count == 1 else [*map(np.ravel, np.meshgrid(X, P))]
    with np.errstate(all="ignore"):
        expected = function(*given)
        whole = function(*map(gv.Variable, given)).value
        one_by_one = [function(*map(gv.Variable, map(float, at))).value for at in zip(*given)]
    np.testing.assert_allclose(whole, expected, rtol=4e-14, atol=4e-15)
    np.testing.assert_allclose(one_by_one, expected, rtol=4e-14, atol=4e-15)
    single = [gv.Variable(x.astype(np.float32)) for x in CASES[name]]
    assert function(*single).dtype == np.float32


@pytest.mark.parametrize(
    "name", short(1, ["digamma", "erf", "ndtr", "gammaln", "logit", "entr", "xlogy"])
)
def test_derivatives_are_those_of_jax(special, jaxs, name):
    import jax

    jax.config.update("jax_enable_x64", True)
    ours, its = found(special, name), getattr(jaxs, name)
    positions = tuple(range(len(CASES[name])))
    for at in zip(*map(np.ndarray.tolist, CASES[name])):
        gradients = jax.grad(its, positions)(*at)
        assert gv.grad(ours, positions)(*at) == pytest.approx([*map(float, gradients)], rel=1e-11)
        bends = jax.hessian(its, positions)(*at)
        for row, other in zip(gv.hessian(ours, positions)(*at), bends):
            assert row == pytest.approx([*map(float, other)], rel=1e-11)


def test_derivatives_of_digamma(special):
    functions = [special.digamma]
    for order in (1, 2, 3, 4):
        functions.append(gv.grad(functions[-1]))
        for x in (0.01, 0.3, 1.46, 7.7, 15.9, 16.1, 300.0):
            expected = special.polygamma(order, x)
            assert functions[-1](x) == pytest.approx(expected, rel=1e-13)
    for x in (-0.3, -4.6):  # Γ′/Γ by reflection: ψ(1 − x) − ψ(x) = π cot πx
        turned = functions[1](1.0 - x) + functions[1](x)
        assert turned == pytest.approx((math.pi / math.sin(math.pi * x)) ** 2, rel=1e-12)


def test_at_poles_and_where_nothing_is(special):
    assert gv.grad(special.gammaln)(0.0) == -math.inf
    assert gv.grad(special.entr)(0.0) == math.inf
    assert special.xlogy(gv.Variable(0.0), 0.0).value == 0.0
    assert gv.grad(lambda y: special.xlogy(0.0, y))(2.0) == 0.0
    assert gv.grad(lambda y: special.xlogy(2.0, y))(0.0) == math.inf
    assert gv.grad(lambda x: special.xlogy(x, 0.0))(1.0) == -math.inf
    assert special.erf(gv.Variable(np.zeros((0, 2)))).shape == (0, 2)


def test_what_is_unknown_says_so(special):
    with pytest.raises(TypeError, match=r"no derivative of scipy\.special\.loggamma; declare it"):
        special.loggamma(gv.Variable(2.0))
    sentence = r"special\.polygamma makes a plain array|np\.array can't hold Variables"
    with pytest.raises(TypeError, match=sentence):
        special.polygamma(1, gv.Variable(2.0))
