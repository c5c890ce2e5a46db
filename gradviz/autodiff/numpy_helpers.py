"""Functions of plain arrays that NumPy has not, or has in another shape. Programs carry their
source along, so each stands alone.
"""

import numpy as np


def logsumexp(x, axis=None, keepdims=False):
    most = np.max(x, axis=axis, keepdims=True)
    if not np.isfinite(most).all():
        most = np.where(np.isfinite(most), most, 0.0)
    total = np.log(np.sum(np.exp(x - most), axis=axis, keepdims=True)) + most
    return total if keepdims else total.reshape(np.sum(x, axis=axis).shape)


def softmax(x, axis=-1):
    powers = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return powers / np.sum(powers, axis=axis, keepdims=True)


def einsum(*operands, subscripts=""):
    return np.einsum(subscripts, *operands)


def logabsdet(x):
    return np.linalg.slogdet(x)[1]


def signdet(x):
    return np.linalg.slogdet(x)[0]


def eigenvectors(x):
    return np.linalg.eigh(x)[1]


def astype(x, dtype=None):
    return np.asarray(x).astype(dtype)


def reshape(x, shape=()):
    return np.reshape(x, shape)  # as a keyword it is newer than NumPy 2.0


def getitem(x, index=()):
    return x[index]


def scatter(x, shape=(), index=()):
    whole = np.zeros(shape, getattr(x, "dtype", float))
    np.add.at(whole, index, x)
    return whole


def concatenate(*operands, axis=0):
    return np.concatenate(operands, axis)


def stack(*operands, axis=0):
    return np.stack(operands, axis)
