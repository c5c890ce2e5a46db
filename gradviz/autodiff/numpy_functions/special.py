"""SciPy's special functions, by their names there: rows of the table, or made of rows. SciPy itself
is never imported; where a user did, its functions find what answers them.
"""

from typing import Any

from gradviz.autodiff.primitives import table
from gradviz.autodiff.tape.protocols import SPECIAL, Composition


def log_expit(x: Any) -> Any:
    return -table.softplus(-x)


def kl_div(x: Any, y: Any) -> Any:
    return table.rel_entr(x, y) - x + y


def betaln(a: Any, b: Any) -> Any:
    return table.gammaln(a) + table.gammaln(b) - table.gammaln(a + b)


def beta(a: Any, b: Any) -> Any:
    return table.exp(betaln(a, b))


def pseudo_huber(delta: Any, r: Any) -> Any:
    return delta * delta * (table.sqrt(1.0 + (r / delta) ** 2) - 1.0)


def exp10(x: Any) -> Any:
    return table.power(10.0, x)


SPECIAL.update(
    erf=table.erf,
    erfc=table.erfc,
    ndtr=table.ndtr,
    gamma=table.gamma,
    gammaln=table.gammaln,
    psi=table.digamma,
    digamma=table.digamma,
    expit=table.sigmoid,
    softplus=table.softplus,
    logit=table.logit,
    xlogy=table.xlogy,
    xlog1py=table.xlog1py,
    entr=table.entr,
    rel_entr=table.rel_entr,
    exp2=table.exp2,
    expm1=table.expm1,
    log1p=table.log1p,
    cbrt=table.cbrt,
)
for _function in (log_expit, kl_div, betaln, beta, pseudo_huber, exp10):
    SPECIAL[_function.__name__] = Composition(_function)
