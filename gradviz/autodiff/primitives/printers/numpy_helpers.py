"""Functions of plain arrays that NumPy has not, or has in another shape. Programs carry their
source along, so each stands alone. The last ones take single numbers, too.
"""

import math

import numpy as np


def logsumexp(
    x: np.ndarray, axis: int | tuple[int, ...] | None = None, keepdims: bool = False
) -> np.ndarray:
    most = np.max(x, axis=axis, keepdims=True)
    if not np.isfinite(most).all():
        most = np.where(np.isfinite(most), most, 0.0)
    total = np.log(np.sum(np.exp(x - most), axis=axis, keepdims=True)) + most
    return total if keepdims else np.squeeze(total, axis)


def softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    powers = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return powers / np.sum(powers, axis=axis, keepdims=True)


def share(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    product = np.multiply(x, y)
    if not np.isfinite(np.sum(product)):
        product = np.where(np.equal(y, 0.0), 0.0, product)
    return product + 0.0  # no −0 where nothing was chosen


def einsum(*operands: np.ndarray, subscripts: str = "") -> np.ndarray:
    return np.einsum(subscripts, *operands)


def logabsdet(x: np.ndarray) -> np.ndarray:
    return np.linalg.slogdet(x)[1]


def signdet(x: np.ndarray) -> np.ndarray:
    return np.linalg.slogdet(x)[0]


def eigenvectors(x: np.ndarray) -> np.ndarray:
    return np.linalg.eigh(x)[1]


def astype(x: np.ndarray, dtype: str | np.dtype | None = None) -> np.ndarray:
    return np.asarray(x).astype(dtype)


def reshape(x: np.ndarray, shape: tuple[int, ...] = ()) -> np.ndarray:
    return np.reshape(x, shape)  # as a keyword it is newer than NumPy 2.0


def getitem(x: np.ndarray, index: object = ()) -> np.ndarray:
    return x[index]  # pyright: ignore


def scatter(x: np.ndarray, shape: tuple[int, ...] = (), index: object = ()) -> np.ndarray:
    whole = np.zeros(shape, getattr(x, "dtype", float))
    np.add.at(whole, index, x)  # pyright: ignore
    return whole


def concatenate(*operands: np.ndarray, axis: int = 0) -> np.ndarray:
    return np.concatenate(operands, axis)


def stack(*operands: np.ndarray, axis: int = 0) -> np.ndarray:
    return np.stack(operands, axis)


def recurrence(a: np.ndarray, b: np.ndarray, axis: int = 0) -> np.ndarray:
    """y, of which each element is a times the one before it along an axis, plus b."""
    a, y = np.moveaxis(a, axis, 0), np.moveaxis(np.array(b), axis, 0)
    for i in range(1, len(y)):
        y[i] += a[i] * y[i - 1]
    return np.moveaxis(y, 0, axis)


def singular_values(x: np.ndarray) -> np.ndarray:
    return np.linalg.svd(x, compute_uv=False)


def left_singular_vectors(x: np.ndarray) -> np.ndarray:
    return np.linalg.svd(x, full_matrices=False)[0]


def right_singular_vectors(x: np.ndarray) -> np.ndarray:
    return np.linalg.svd(x, full_matrices=False)[2]


def orthogonal_factor(x: np.ndarray) -> np.ndarray:
    return np.linalg.qr(x)[0]


def triangular_factor(x: np.ndarray) -> np.ndarray:
    return np.linalg.qr(x)[1]


def gammaln(x):
    """log|Γ(x)|, infinite at its poles."""

    def of(t: float) -> float:
        try:
            return math.lgamma(t)
        except (ValueError, OverflowError):
            return math.inf

    return of(x) if isinstance(x, float) else np.vectorize(of, otypes=[x.dtype])(x)


def gamma(x):
    """Γ(x): at 0 infinite, at its other poles nan."""

    def of(t: float) -> float:
        try:
            return math.gamma(t)
        except (ValueError, OverflowError):
            return math.copysign(math.inf, t) if t > -1.0 else math.nan

    return of(x) if isinstance(x, float) else np.vectorize(of, otypes=[x.dtype])(x)


def polygamma(n, x):
    """The derivative number n of digamma: by its asymptotic series from 16 on, below by its
    recurrence, left of 1/2 by reflection."""
    n, x = int(np.max(n)), np.asarray(x)  # one n for all
    with np.errstate(all="ignore"):
        t = np.where(x < 0.5, 1.0 - x, x).astype(float)
        total = np.zeros_like(t)
        for _ in range(16):
            is_below = t < 16.0
            total += np.where(is_below, math.factorial(n) * t ** -(n + 1.0), 0.0)
            t = np.where(is_below, t + 1.0, t)
        total += math.factorial(n - 1) * t**-n if n else -np.log(t)
        total += math.factorial(n) / 2 * t ** -(n + 1.0)
        bernoulli = 1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510
        for k, number in zip(range(2, 18, 2), bernoulli):
            factor = math.factorial(k + n - 1) / math.factorial(k)
            total += number * factor * t ** -(k + float(n))
        total *= (-1.0) ** (n + 1)
        of_cot = np.polynomial.Polynomial([0.0, 1.0])
        for _ in range(n):
            of_cot = np.polynomial.Polynomial([-1.0, 0.0, -1.0]) * of_cot.deriv()
        beside = np.pi ** (n + 1.0) * of_cot(1.0 / np.tan(np.pi * (x - np.rint(x))))
        total = np.where(x < 0.5, (-1.0) ** n * total - beside, total)
        pole = (-1.0) ** (n + 1) * np.inf
        if n == 0:
            pole = np.where(x == 0.0, -np.copysign(np.inf, x), np.nan)
        total = np.where((x <= 0.0) & (x == np.rint(x)), pole, total)
    return total.astype(x.dtype) if x.ndim else float(total)
