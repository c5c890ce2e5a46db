"""Functions of plain arrays that NumPy has not, or has in another shape. Programs carry their
source along, so each stands alone.
"""

import numpy as np


def logsumexp(
    x: np.ndarray, axis: int | tuple[int, ...] | None = None, keepdims: bool = False
) -> np.ndarray:
    most = np.max(x, axis=axis, keepdims=True)
    if not np.isfinite(most).all():
        most = np.where(np.isfinite(most), most, 0.0)
    total = np.log(np.sum(np.exp(x - most), axis=axis, keepdims=True)) + most
    return total if keepdims else total.reshape(np.sum(x, axis=axis).shape)


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
