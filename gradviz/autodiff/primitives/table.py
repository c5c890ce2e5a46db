"""THE TABLE: every primitive once, with its value and its derivatives.

It is meant to be read like the table at the back of a calculus book. A row of the first part says:
the name (NumPy's), how it is written, its value, and for each operand the local derivative as a
plain function of the operands x, y and the result z. The value is a function of other rows too, run
once on Symbols for each printer, or one of Python's own, which each printer knows how to spell.
Derivatives are read four ways: with floats, with arrays, with Variables (so a gradient has a
gradient) and with Symbols (so that the same row gives a formula for the figure, and a line of a
program in Python or JavaScript). None is written twice.

To add a row: NumPy's ufunc of its name, if there is one, works on arrays. In a value, conditions
are `x > 0.0`, `equal(x, y)` and the like, which are relations of Symbols; in a derivative they are
the rows `exceeds` (½ where both are the same), `above` and `equals`, which any reading knows. "x ÷ y"
between operands gives the gate its sign. A formula that is no call needs `syntax`: LOOSE binds as a
sum, TIGHT as a product. `choice` says that the derivatives are shares of an adjoint, of which
nothing goes where they are 0, not even from infinity.

>>> import gradviz as gv
>>> gv.grad(np.tanh)(0.0)
1.0
"""

import math
import operator
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from gradviz.autodiff.primitives import hot, vjps
from gradviz.autodiff.primitives.elementwise import Elementwise
from gradviz.autodiff.primitives.general import General
from gradviz.autodiff.primitives.primitive import FITTING, additions, each_operand, free, products
from gradviz.autodiff.primitives.printers import numpy_helpers
from gradviz.autodiff.primitives.symbols import (
    CHOICE,
    DIFFERENCE,
    LOOSE,
    MATRIX_PRODUCT,
    NEGATION,
    POWER,
    PRODUCT,
    QUOTIENT,
    SUM,
    TIGHT,
    Symbol,
    equal,
    logical_or,
    not_equal,
)
from gradviz.autodiff.primitives.vjps import (
    as_matrices_of,
    count,
    freedom,
    kept,
    moved,
    size,
    spread,
    swapped,
    tied,
)
from gradviz.autodiff.tape.plain import number
from gradviz.autodiff.tape.protocols import FUNCTIONS, UFUNCS
from gradviz.autodiff.tape.variable import ArrayVariable, Variable


def row(
    name: str, written: str, function: Any, *local_derivatives: Any, **more: Any
) -> Elementwise:
    primitive = Elementwise(name, written, function, *local_derivatives, **more)
    if primitive.ufunc is not None:
        UFUNCS[primitive.ufunc] = primitive
    return primitive


def slope_of_power(x: Any, y: Any) -> Any:
    if type(y) is float and y == 0.0:
        return 0.0  # x⁰ is 1 everywhere
    exponent = less_one(y, x)
    return y * (x if type(exponent) is float and exponent == 1.0 else power(x, exponent))


def relative_entropy(x: Any, y: Any) -> Any:
    inside = x * log(where(x > 0.0, x, 1.0) / where(y > 0.0, y, 1.0))
    outside = where(logical_or(x < 0.0, y < 0.0), math.inf, x)
    return where(x > 0.0, where(y > 0.0, inside, where(y <= 0.0, math.inf, y)), outside)


def slope_of_sinc(x: Any, z: Any) -> Any:
    """By its Taylor series near 0, where the closed form loses its digits."""
    last, *terms = (
        (-1.0) ** n * 2.0 * n * math.pi ** (2 * n) / math.factorial(2 * n + 1)
        for n in range(9, 0, -1)
    )
    series: Any = last
    for term in terms:
        series = series * (x * x) + term
    far = (cos(math.pi * x) - z) / (x + equals(x, 0.0))
    return where(above(absolute(x), 0.25), far, series * x)


def less_one(exponent: Any, x: Any) -> Any:
    """The exponent of the derivative of x to the power of it."""
    return lowered_at(exponent, x) if isinstance(exponent, Variable) else lowered(exponent)


# fmt: off
# ── arithmetic ──          name             written          value                                         local derivatives, one for each operand
add: Final          = row("add",           "x + y",         operator.add,                                 lambda x, y, z: 1.0,
                                                                                                          lambda x, y, z: 1.0, syntax=SUM, commutes=True)
subtract: Final     = row("subtract",      "x − y",         operator.sub,                                 lambda x, y, z: 1.0,
                                                                                                          lambda x, y, z: -1.0, syntax=DIFFERENCE)
multiply: Final     = row("multiply",      "x × y",         operator.mul,                                 lambda x, y, z: y,
                                                                                                          lambda x, y, z: x, syntax=PRODUCT, commutes=True)
divide: Final       = row("divide",        "x ÷ y",         operator.truediv,                             lambda x, y, z: 1.0 / y,
                                                                                                          lambda x, y, z: -z / y, syntax=QUOTIENT)
power: Final        = row("power",         "x ^ y",         math.pow,                                     lambda x, y, z: slope_of_power(x, y),
                                                                                                          lambda x, y, z: exponents_part(z, x), syntax=POWER)
negative: Final     = row("negative",      "−x",            operator.neg,                                 lambda x, z: -1.0, syntax=NEGATION)
positive: Final     = row("positive",      "x",             lambda x: x,                                  lambda x, z: 1.0, flops=free)
absolute: Final     = row("absolute",      "|x|",           abs,                                          lambda x, z: sign(x))
reciprocal: Final   = row("reciprocal",    "1/x",           lambda x: 1.0 / x,                            lambda x, z: -(z * z))
square: Final       = row("square",        "x²",            lambda x: x * x,                              lambda x, z: 2.0 * x)

fabs: Final         = row("fabs",          "|x|",           math.fabs,                                    lambda x, z: sign(x))
float_power: Final  = row("float_power",   "x ^ y",         math.pow,                                     lambda x, y, z: slope_of_power(x, y),
                                                                                                          lambda x, y, z: exponents_part(z, x), syntax=POWER)

# ── exponentials, logarithms, roots ──
exp: Final          = row("exp",           "exp(x)",        math.exp,                                     lambda x, z: z)
exp2: Final         = row("exp2",          "exp2(x)",       math.exp2,                                    lambda x, z: z * math.log(2.0))
expm1: Final        = row("expm1",         "expm1(x)",      math.expm1,                                   lambda x, z: exp(x))
log: Final          = row("log",           "log(x)",        math.log,                                     lambda x, z: 1.0 / x)
log2: Final         = row("log2",          "log2(x)",       math.log2,                                    lambda x, z: 1.0 / (x * math.log(2.0)))
log10: Final        = row("log10",         "log10(x)",      math.log10,                                   lambda x, z: 1.0 / (x * math.log(10.0)))
log1p: Final        = row("log1p",         "log1p(x)",      math.log1p,                                   lambda x, z: 1.0 / (1.0 + x))
sqrt: Final         = row("sqrt",          "√(x)",          math.sqrt,                                    lambda x, z: 0.5 / z)
cbrt: Final         = row("cbrt",          "∛(x)",          math.cbrt,                                    lambda x, z: 1.0 / (3.0 * (z * z)))

logaddexp: Final    = row("logaddexp",     "logaddexp(x, y)",  lambda x, y: where(not_equal(x, y), maximum(x, y) + log1p(exp(-absolute(x - y))), x + math.log(2.0)),
                                                                                                          lambda x, y, z: sigmoid(x - y),
                                                                                                          lambda x, y, z: sigmoid(y - x))
logaddexp2: Final   = row("logaddexp2",    "logaddexp2(x, y)", lambda x, y: where(not_equal(x, y), maximum(x, y) + log1p(exp2(-absolute(x - y))) / math.log(2.0), x + 1.0),
                                                                                                          lambda x, y, z: sigmoid((x - y) * math.log(2.0)),
                                                                                                          lambda x, y, z: sigmoid((y - x) * math.log(2.0)))

# ── circular and hyperbolic functions ──
sin: Final          = row("sin",           "sin(x)",        math.sin,                                     lambda x, z: cos(x))
cos: Final          = row("cos",           "cos(x)",        math.cos,                                     lambda x, z: -sin(x))
tan: Final          = row("tan",           "tan(x)",        math.tan,                                     lambda x, z: 1.0 + z * z)
arcsin: Final       = row("arcsin",        "arcsin(x)",     math.asin,                                    lambda x, z: 1.0 / sqrt(1.0 - x * x))
arccos: Final       = row("arccos",        "arccos(x)",     math.acos,                                    lambda x, z: -1.0 / sqrt(1.0 - x * x))
arctan: Final       = row("arctan",        "arctan(x)",     math.atan,                                    lambda x, z: 1.0 / (1.0 + x * x))
arctan2: Final      = row("arctan2",       "arctan2(x, y)", math.atan2,                                   lambda x, y, z: y / hypot(x, y) / hypot(x, y),
                                                                                                          lambda x, y, z: -x / hypot(x, y) / hypot(x, y))
hypot: Final        = row("hypot",         "hypot(x, y)",   math.hypot,                                   lambda x, y, z: x / z,
                                                                                                          lambda x, y, z: y / z, commutes=True)
sinh: Final         = row("sinh",          "sinh(x)",       math.sinh,                                    lambda x, z: cosh(x))
cosh: Final         = row("cosh",          "cosh(x)",       math.cosh,                                    lambda x, z: sinh(x))
tanh: Final         = row("tanh",          "tanh(x)",       math.tanh,                                    lambda x, z: 1.0 - z * z)
arcsinh: Final      = row("arcsinh",       "arcsinh(x)",    math.asinh,                                   lambda x, z: 1.0 / hypot(x, 1.0))
arccosh: Final      = row("arccosh",       "arccosh(x)",    math.acosh,                                   lambda x, z: 1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0)))
arctanh: Final      = row("arctanh",       "arctanh(x)",    math.atanh,                                   lambda x, z: 1.0 / (1.0 - x * x))

deg2rad: Final      = row("deg2rad",       "deg2rad(x)",    math.radians,                                 lambda x, z: math.pi / 180.0)
rad2deg: Final      = row("rad2deg",       "rad2deg(x)",    math.degrees,                                 lambda x, z: 180.0 / math.pi)

# ── the cardinal sine: near 0, where its derivative would be lost in differences, by its series ──
sinc: Final         = row("sinc",          "sinc(x)",       lambda x: sin(math.pi * (x + 1e-20 * equal(x, 0.0))) / (math.pi * (x + 1e-20 * equal(x, 0.0))),
                                                                                                          lambda x, z: slope_of_sinc(x, z))

# ── of scipy.special ──
erf: Final          = row("erf",           "erf(x)",        math.erf,                                     lambda x, z: 2.0 / math.sqrt(math.pi) * exp(-(x * x)))
erfc: Final         = row("erfc",          "erfc(x)",       math.erfc,                                    lambda x, z: -2.0 / math.sqrt(math.pi) * exp(-(x * x)))
ndtr: Final         = row("ndtr",          "ndtr(x)",       lambda x: 0.5 * erfc(x * -math.sqrt(0.5)),    lambda x, z: 1.0 / math.sqrt(2.0 * math.pi) * exp(-0.5 * (x * x)))
gamma: Final        = row("gamma",         "Γ(x)",          numpy_helpers.gamma,                          lambda x, z: z * digamma(x))
gammaln: Final      = row("gammaln",       "log|Γ(x)|",     numpy_helpers.gammaln,                        lambda x, z: digamma(x))
digamma: Final      = row("digamma",       "digamma(x)",    lambda x: polygamma(0.0, x),                  lambda x, z: polygamma(1.0, x))
polygamma: Final    = row("polygamma",     "polygamma(x, y)", numpy_helpers.polygamma,                    lambda x, y, z: 0.0,
                                                                                                          lambda x, y, z: polygamma(x + 1.0, y))
logit: Final        = row("logit",         "logit(x)",      lambda x: log(x / (1.0 - x)),                 lambda x, z: 1.0 / (x * (1.0 - x)))
xlog1py: Final      = row("xlog1py",       "x·log1p(y)",    lambda x, y: where(not_equal(x, 0.0), x * log1p(y), 0.0),
                                                                                                          lambda x, y, z: log1p(y),
                                                                                                          lambda x, y, z: x / (1.0 + y), syntax=TIGHT)
entr: Final         = row("entr",          "entr(x)",       lambda x: where(x < 0.0, -math.inf, 0.0 - x * log(absolute(x) + equal(x, 0.0))),
                                                                                                          lambda x, z: -1.0 - log(x))
rel_entr: Final     = row("rel_entr",      "rel_entr(x, y)", lambda x, y: relative_entropy(x, y),
                                                                                                          lambda x, y, z: log(x / y) + 1.0,
                                                                                                          lambda x, y, z: -x / y)

# ── what models are made of ──
sigmoid: Final      = row("sigmoid",       "sigmoid(x)",    lambda x: where(x >= 0.0, 1.0, exp(-absolute(x))) / (1.0 + exp(-absolute(x))),
                                                                                                          lambda x, z: z * (1.0 - z))
softplus: Final     = row("softplus",      "softplus(x)",   lambda x: maximum(x, 0.0) + log1p(exp(-absolute(x))),
                                                                                                          lambda x, z: sigmoid(x))
relu: Final         = row("relu",          "relu(x)",       lambda x: maximum(x, 0.0),                    lambda x, z: above(x, 0.0), choice=True)

# ── the larger and the smaller: where both are equal, each has half of the derivative ──
maximum: Final      = row("maximum",       "max(x, y)",     lambda x, y: where(logical_or(x > y, not_equal(x, x)), x, y),
                                                                                                          lambda x, y, z: exceeds(x, y),
                                                                                                          lambda x, y, z: exceeds(y, x), commutes=True, choice=True)
minimum: Final      = row("minimum",       "min(x, y)",     lambda x, y: where(logical_or(x < y, not_equal(x, x)), x, y),
                                                                                                          lambda x, y, z: exceeds(y, x),
                                                                                                          lambda x, y, z: exceeds(x, y), commutes=True, choice=True)

fmax: Final         = row("fmax",          "fmax(x, y)",    lambda x, y: where(logical_or(x >= y, not_equal(y, y)), x, y),
                                                                                                          lambda x, y, z: equals(x, z) / (equals(x, z) + equals(y, z)),
                                                                                                          lambda x, y, z: equals(y, z) / (equals(x, z) + equals(y, z)), choice=True)
fmin: Final         = row("fmin",          "fmin(x, y)",    lambda x, y: where(logical_or(x <= y, not_equal(y, y)), x, y),
                                                                                                          lambda x, y, z: equals(x, z) / (equals(x, z) + equals(y, z)),
                                                                                                          lambda x, y, z: equals(y, z) / (equals(x, z) + equals(y, z)), choice=True)

# ── flat functions: their derivative is zero wherever they have one; nodes all the same, so that a replay is right ──
floor: Final        = row("floor",         "⌊x⌋",           math.floor,                                   lambda x, z: 0.0)
ceil: Final         = row("ceil",          "⌈x⌉",           math.ceil,                                    lambda x, z: 0.0)
trunc: Final        = row("trunc",         "trunc(x)",      math.trunc,                                   lambda x, z: 0.0)
rint: Final         = row("rint",          "round(x)",      round,                                        lambda x, z: 0.0)
rounded: Final      = row("rounded",       "round(x, y)",   float.__round__,                              lambda x, y, z: 0.0,
                                                                                                          lambda x, y, z: 0.0)
sign: Final         = row("sign",          "sign(x)",       lambda x: where(x > 0.0, 1.0, where(x < 0.0, -1.0, where(equal(x, x), 0.0, x))),
                                                                                                          lambda x, z: 0.0)
exceeds: Final      = row("exceeds",       "[x > y]",       lambda x, y: (x > y) + 0.5 * equal(x, y),     lambda x, y, z: 0.0,
                                                                                                          lambda x, y, z: 0.0)
above: Final        = row("above",         "[x > y]",       lambda x, y: (x > y) + 0.0,                   lambda x, y, z: 0.0,
                                                                                                          lambda x, y, z: 0.0)
equals: Final       = row("equals",        "[x = y]",       lambda x, y: equal(x, y) + 0.0,               lambda x, y, z: 0.0,
                                                                                                          lambda x, y, z: 0.0)
heaviside: Final    = row("heaviside",     "heaviside(x, y)", lambda x, y: where(x > 0.0, 1.0, where(x < 0.0, 0.0, where(equal(x, x), y, x))),
                                                                                                          lambda x, y, z: 0.0,
                                                                                                          lambda x, y, z: equals(x, 0.0), choice=True)
copysign: Final     = row("copysign",      "copysign(x, y)", math.copysign,                               lambda x, y, z: copysign(1.0, x) * copysign(1.0, y),
                                                                                                          lambda x, y, z: 0.0)

# ── an exponent lowered by one; zero stays, so that the derivative of x⁰ is 0 at x = 0 too. As a Variable, it stays only at 0⁰ ──
lowered: Final      = row("lowered",       "x − 1",         lambda x: x - not_equal(x, 0.0),              lambda x, z: 1.0, syntax=LOOSE)
lowered_at: Final   = row("lowered_at",    "x − 1",         lambda x, y: x - logical_or(not_equal(x, 0.0), not_equal(y, 0.0)),
                                                                                                          lambda x, y, z: 1.0,
                                                                                                          lambda x, y, z: 0.0, syntax=LOOSE)

# ── x log y, which is 0 for x = 0; and how a power x follows its exponent, whose derivatives are 0 where its base y is ──
xlogy: Final        = row("xlogy",         "xlogy(x, y)",   lambda x, y: where(not_equal(x, 0.0), x * log(y), where(equal(y, y), 0.0, y)),
                                                                                                          lambda x, y, z: log(y),
                                                                                                          lambda x, y, z: x / y)
exponents_part: Final = row("exponents_part", "x·log(y)",   lambda x, y: where(not_equal(x, 0.0), x * log(y), 0.0),
                                                                                                          lambda x, y, z: log(y + equals(y, 0.0)),
                                                                                                          lambda x, y, z: x / (y + equals(y, 0.0)), syntax=TIGHT)

# ── division with remainder, in Python's sense ──
floor_divide: Final = row("floor_divide",  "⌊x ÷ y⌋",       operator.floordiv,                            lambda x, y, z: 0.0,
                                                                                                          lambda x, y, z: 0.0)
fmod: Final         = row("fmod",          "fmod(x, y)",    math.fmod,                                    lambda x, y, z: 1.0,
                                                                                                          lambda x, y, z: -trunc(x / y))
remainder: Final    = row("remainder",     "mod(x, y)",     operator.mod,                                 lambda x, y, z: 1.0,
                                                                                                          lambda x, y, z: -floor_divide(x, y))

# ── upstream times the share of an operand that was chosen; what was not chosen gets nothing, whatever comes ──
share: Final        = row("share",         "x·y",           lambda x, y: where(not_equal(y, 0.0), x * y, 0.0),
                                                                                                          lambda x, y, z: y,
                                                                                                          lambda x, y, z: 0.0, syntax=TIGHT, choice=True, helper=numpy_helpers.share)

# ── an output that no input reaches ──
constant: Final     = row("constant",      "x",             lambda x: x,                                  lambda x, z: 1.0, flops=free)
# fmt: on


def not_chosen(position: int, operands: Sequence[Any], positions: Sequence[int]) -> bool:
    """Whether `where` chose nothing of the operand at `position`; nothing goes to its condition."""
    if 0 in positions:  # what is recorded as the condition is a place, and no value
        return position == 0
    chosen = operands[0] if position == 1 else np.logical_not(operands[0])
    return not np.any(chosen)


def general(name: str, function: Any, *vjps: Any, **more: Any) -> General:
    primitive = General(name, function, *vjps, **more)
    if getattr(np, name, None) is not None or primitive.module.startswith("numpy.linalg"):
        FUNCTIONS[getattr(np, name, function)] = primitive.bound
    return primitive


# fmt: off
# ── sums and other reductions ──
sum_: Final         = general("sum",          np.sum,                  lambda g, z, x, axis=None, keepdims=False: spread(g, x, axis, keepdims), linear=True, flops=additions)
mean: Final         = general("mean",         np.mean,                 lambda g, z, x, axis=None, keepdims=False: spread(np.divide(g, count(x, z)), x, axis, keepdims), linear=True, flops=each_operand)
var: Final          = general("var",          np.var,                  lambda g, z, x, axis=None, ddof=0, keepdims=False:
                                                                           kept(g * np.divide(2.0, freedom(x, z, ddof)), x, axis, keepdims) * (x - mean(x, axis=axis, keepdims=True)))
std: Final          = general("std",          np.std,                  lambda g, z, x, axis=None, ddof=0, keepdims=False: vjps.std_vjp(g, z, x, axis, ddof, keepdims))
prod: Final         = general("prod",         np.prod,                 lambda g, z, x, axis=None, keepdims=False: vjps.prod_vjp(g, z, x, axis, keepdims), flops=each_operand)
max_: Final         = general("max",          np.max,                  lambda g, z, x, axis=None, keepdims=False: tied(where, g, equals(x, kept(z, x, axis, keepdims)), x, axis, keepdims), flops=each_operand)
min_: Final         = general("min",          np.min,                  lambda g, z, x, axis=None, keepdims=False: tied(where, g, equals(x, kept(z, x, axis, keepdims)), x, axis, keepdims), flops=each_operand)
cumprod: Final      = general("cumprod",      np.cumprod,              lambda g, z, x, axis=None: vjps.cumprod_vjp(recurrence, g, z, x, axis))
recurrence: Final   = general("recurrence",   numpy_helpers.recurrence, lambda g, z, x, y, axis=0: vjps.recurrence_a(recurrence, g, z, x, y, axis),
                                                                       lambda g, z, x, y, axis=0: vjps.from_behind(recurrence, g, x, axis))
cumsum: Final       = general("cumsum",       np.cumsum,               lambda g, z, x, axis=None: vjps.cumsum_vjp(g, z, x, axis), linear=True)
logsumexp: Final    = general("logsumexp",    numpy_helpers.logsumexp, lambda g, z, x, axis=None, keepdims=False: kept(g, x, axis, keepdims) * exp(x - kept(z, x, axis, keepdims)), flops=each_operand)
softmax: Final      = general("softmax",      numpy_helpers.softmax,   lambda g, z, x, axis=-1: z * (g - sum_(g * z, axis=axis, keepdims=True)))

# ── products ──
matmul: Final       = general("matmul",       np.matmul,               vjps.matmul_x,
                                                                       vjps.matmul_y, multilinear=True, written="{0} @ {1}", flops=products, syntax=MATRIX_PRODUCT)
einsum: Final       = general("einsum",       numpy_helpers.einsum,    lambda g, z, *operands, positions, subscripts="": vjps.einsum_vjp(where, g, *operands, positions=positions, subscripts=subscripts), multilinear=True, code="np.einsum({subscripts}, {operands})")
cross: Final        = general("cross",        np.cross,                lambda g, z, x, y: cross(y, g),
                                                                       lambda g, z, x, y: cross(g, x), multilinear=True)
convolve: Final     = general("convolve",     np.convolve,             lambda g, z, x, y: vjps.convolve_x(convolve, g, z, x, y),
                                                                       lambda g, z, x, y: vjps.convolve_x(convolve, g, z, y, x), multilinear=True, flops=products)

# ── linear algebra ──
inv: Final          = general("inv",          np.linalg.inv,           lambda g, z, x: -matmul(matmul(swapped(z), g), swapped(z)))
solve: Final        = general("solve",        np.linalg.solve,         vjps.solve_x,
                                                                       lambda g, z, x, y: solve(swapped(x), g))
det: Final          = general("det",          np.linalg.det,           lambda g, z, x: as_matrices_of(g * z, x) * swapped(inv(x)))
logabsdet: Final    = general("logabsdet",    numpy_helpers.logabsdet, lambda g, z, x: as_matrices_of(g, x) * swapped(inv(x)))
signdet: Final      = general("signdet",      numpy_helpers.signdet,   lambda g, z, x: 0.0 * x)
norm: Final         = general("norm",         np.linalg.norm,          lambda g, z, x, axis=None, keepdims=False: kept(np.divide(g, z), x, axis, keepdims) * x if size(x) else x)
trace: Final        = general("trace",        np.trace,                lambda g, z, x, offset=0: where(np.eye(*x.shape, k=offset), g, 0.0), linear=True)
cholesky: Final     = general("cholesky",     np.linalg.cholesky,      vjps.cholesky_vjp, symmetric=True)
eigenvalues: Final  = general("eigenvalues",  np.linalg.eigvalsh,      vjps.eigenvalues_vjp, symmetric=True)
eigenvectors: Final = general("eigenvectors", numpy_helpers.eigenvectors, vjps.eigenvectors_vjp, symmetric=True)
singular_values: Final        = general("singular_values",        numpy_helpers.singular_values,        vjps.singular_values_vjp)
left_singular_vectors: Final  = general("left_singular_vectors",  numpy_helpers.left_singular_vectors,  vjps.left_singular_vectors_vjp)
right_singular_vectors: Final = general("right_singular_vectors", numpy_helpers.right_singular_vectors, vjps.right_singular_vectors_vjp)
orthogonal_factor: Final      = general("orthogonal_factor",      numpy_helpers.orthogonal_factor,      vjps.orthogonal_factor_vjp)
triangular_factor: Final      = general("triangular_factor",      numpy_helpers.triangular_factor,      vjps.triangular_factor_vjp)
pinv: Final         = general("pinv",         np.linalg.pinv,          lambda g, z, x, rcond=None: vjps.pinv_vjp(g, z, x))

# ── shapes; where an operand was broadcast, `fitted` takes the sum of what its copies get ──
astype: Final       = general("astype",       numpy_helpers.astype,    lambda g, z, x, dtype=None: g, linear=True, flops=free)
reshape: Final      = general("reshape",      numpy_helpers.reshape,   lambda g, z, x, shape=(): reshape(g, shape=vjps.shape(x)), linear=True, code="np.reshape({0}, {shape})", flops=free)
broadcast_to: Final = general("broadcast_to", np.broadcast_to,         lambda g, z, x, shape=(): g, linear=True, code="np.broadcast_to({0}, {shape})", flops=free)
transpose: Final    = general("transpose",    np.transpose,            lambda g, z, x, axes=None: transpose(g, axes=vjps.inverse(axes)), linear=True, flops=free)

# ── selections ──
getitem: Final      = general("getitem",      numpy_helpers.getitem,   lambda g, z, x, index=(): scatter(g, shape=x.shape, index=index), linear=True, code="{0}[{index}]", written="{0}[{index}]", flops=free)
scatter: Final      = general("scatter",      numpy_helpers.scatter,   lambda g, z, x, shape=(), index=(): getitem(g, index=index), linear=True, flops=free)
where: Final        = general("where",        np.where,                lambda g, z, c, x, y: 0.0 * c,
                                                                       lambda g, z, c, x, y: where(c, g, 0.0),
                                                                       lambda g, z, c, x, y: where(c, 0.0, g), flat=not_chosen, syntax=CHOICE)
concatenate: Final  = general("concatenate",  numpy_helpers.concatenate, vjps.concatenate_vjp, linear=True, code="np.concatenate([{operands}], axis={axis})", flops=free)
stack: Final        = general("stack",        numpy_helpers.stack,     vjps.stack_vjp, linear=True, code="np.stack([{operands}], axis={axis})", flops=free)
flip: Final         = general("flip",         np.flip,                 lambda g, z, x, axis=None: flip(g, axis=axis), linear=True, flops=free)
roll: Final         = general("roll",         np.roll,                 lambda g, z, x, shift=0, axis=None: roll(g, shift=vjps.back(shift), axis=axis), linear=True, flops=free)
triu: Final         = general("triu",         np.triu,                 lambda g, z, x, k=0: triu(g, k=k), linear=True)
tril: Final         = general("tril",         np.tril,                 lambda g, z, x, k=0: tril(g, k=k), linear=True)
repeat: Final       = general("repeat",       np.repeat,               lambda g, z, x, repeats=1, axis=None: moved(scatter, g, x, np.repeat, repeats=repeats, axis=axis), linear=True, flops=free)
tile: Final         = general("tile",         np.tile,                 lambda g, z, x, reps=1: moved(scatter, g, x, np.tile, reps=reps), linear=True, flops=free)
diag: Final         = general("diag",         np.diag,                 lambda g, z, x, k=0: moved(scatter, g, x, np.diag, k=k), linear=True, flops=free)
diagonal: Final     = general("diagonal",     np.diagonal,             lambda g, z, x, offset=0, axis1=0, axis2=1: moved(scatter, g, x, np.diagonal, offset=offset, axis1=axis1, axis2=axis2), linear=True, flops=free)
pad: Final          = general("pad",          np.pad,                  lambda g, z, x, pad_width=0, mode="constant": moved(scatter, g, x, np.pad, pad_width=pad_width, mode=mode), linear=True)
# fmt: on
FITTING.update(share=share, sum=sum_, reshape=reshape, astype=astype)


def _matmul(x: Any, y: Any) -> Any:
    y = number(y)
    return NotImplemented if y is None else matmul(x, y)


def _install_operators() -> None:
    """Give Variable and Symbol Python's operators, from the table."""
    unary = {"neg": negative, "abs": absolute, "floor": floor, "ceil": ceil, "trunc": trunc}
    binary = {
        "add": add,
        "sub": subtract,
        "mul": multiply,
        "truediv": divide,
        "pow": power,
        "floordiv": floor_divide,
        "mod": remainder,
    }
    for name, primitive in {**unary, **binary}.items():
        setattr(Symbol, f"__{name}__", lambda *operands, primitive=primitive: primitive(*operands))
        setattr(
            Symbol, f"__r{name}__", lambda self, other, primitive=primitive: primitive(other, self)
        )
    for name, primitive in unary.items():
        hot.install(Variable, (f"__{name}__",), lambda primitive=primitive: (primitive.unary,))
    for name, primitive in binary.items():
        names = f"__{name}__", f"__r{name}__"
        hot.install(Variable, names, lambda primitive=primitive: hot.binary_operators(primitive))
        hot.install(
            ArrayVariable,
            names,
            lambda primitive=primitive: hot.array_operators(primitive.binary_on_arrays),
        )
    for name, method in zip(("__matmul__", "__rmatmul__"), hot.array_operators(_matmul)):
        setattr(ArrayVariable, name, method)
    Symbol.__matmul__ = lambda x, y: matmul(x, y)  # pyright: ignore[reportAttributeAccessIssue]
    Variable.__pos__ = lambda self: self
    Variable.__round__ = lambda self, digits=0: (
        rounded(self, float(operator.index(digits))) if digits else rint(self)
    )
    ArrayVariable.__round__ = lambda self, digits=0: FUNCTIONS[np.round](self, digits or 0)
    Variable.__divmod__ = lambda self, other: (self // other, self % other)


_install_operators()
