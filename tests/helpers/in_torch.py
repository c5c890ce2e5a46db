"""NumPy's and SciPy's functions in PyTorch's words, for random programs."""

import operator
from types import SimpleNamespace

import numpy as np
import torch


def real(x):
    return torch.as_tensor(x, dtype=torch.float64)


def with_options(function, nothing, joined):
    def reduced(x, axis=None, keepdims=False, where=None, initial=None):
        x = x if where is None else torch.where(torch.as_tensor(where), x, nothing)
        result = function(x, axis, keepdims)
        return result if initial is None else joined(result, initial)

    return reduced


def atleast(x, rank):
    return x.reshape((1,) * (rank - x.ndim) + tuple(x.shape))


def block(rows):
    rank = max(2, *(x.ndim for row in rows for x in row))
    return torch.cat([torch.cat([atleast(x, rank) for x in row], -1) for row in rows], -2)


def convolved(x, y, mode):
    whole = torch.nn.functional.conv1d(
        x.reshape(1, 1, -1), y.flip(0).reshape(1, 1, -1), padding=len(y) - 1
    ).reshape(-1)
    start = (min(len(x), len(y)) - 1) // 2
    return whole[start : start + max(len(x), len(y))] if mode == "same" else whole


def weighted(x, axis, weights):
    shape = [1] * x.ndim
    shape[axis] = -1
    return (x * weights.reshape(shape)).sum(axis) / weights.sum()


def linspace(x, y, num, endpoint=True, axis=0):
    x, y = torch.broadcast_tensors(real(x), real(y))
    parts = num - 1 if endpoint else num
    return torch.stack([x + (y - x) * i / parts for i in range(num)], axis)


def interp(x, xp, fp):
    slopes = np.diff(fp) / np.diff(xp)
    inside = torch.clamp(x, xp[0], xp[-1])
    value = fp[0] + slopes[0] * (inside - xp[0])
    for at, bend in zip(xp[1:-1], np.diff(slopes)):
        value = value + bend * torch.relu(inside - at)
    return value


def quantile(x, q, axis=None, keepdims=False):
    if axis is None or not x.ndim:
        found = torch.quantile(x.reshape(-1), q)
        return found.reshape([1] * x.ndim) if keepdims else found
    return torch.quantile(x, q, dim=axis, keepdim=keepdims)


def more(names):
    """More names, that are made of these."""
    total, product, average = names["sum"], names["prod"], names["mean"]
    return {
        "sum": with_options(total, 0.0, operator.add),
        "prod": with_options(product, 1.0, operator.mul),
        "mean": lambda x, axis=None, keepdims=False, where=None: (
            average(x, axis, keepdims)
            if where is None
            else total(torch.where(torch.as_tensor(where), x, 0.0)) / where.sum()
        ),
        "nansum": total,
        "nanmean": average,
        "amax": names["max"],
        "amin": names["min"],
        "ptp": lambda x, axis=None: names["max"](x, axis) - names["min"](x, axis),
        "radians": torch.deg2rad,
        "degrees": torch.rad2deg,
        "conjugate": torch.clone,
        "cumprod": lambda x, axis=None: torch.cumprod(
            x.reshape(-1) if axis is None or not x.ndim else x, axis or 0
        ),
        "append": lambda x, y, axis=None: names["concatenate"]([x, y], axis),
        "column_stack": torch.column_stack,
        "block": block,
        "cross": lambda x, y: torch.linalg.cross(*torch.broadcast_tensors(x, y)),
        "convolve": lambda x, y, mode="full": convolved(x, y, mode),
        "correlate": lambda x, y, mode: convolved(x, y.flip(0), mode),
        "vecdot": lambda x, y: torch.linalg.vecdot(*torch.broadcast_tensors(x, y)),
        "average": lambda x, axis=None, weights=None: (
            x.mean() if weights is None else weighted(x, axis, weights)
        ),
        "cov": lambda x, y=None, ddof=1: torch.cov(
            x if y is None else torch.cat([atleast(x, 2), atleast(y, 2)]), correction=ddof
        ),
        "trapezoid": lambda x, dx=1.0, axis=-1: torch.trapezoid(x, dx=dx, dim=axis),
        "gradient": lambda x, h=1.0, axis=-1, edge_order=1: torch.gradient(
            x, spacing=h, dim=axis, edge_order=edge_order
        )[0],
        "linspace": linspace,
        "meshgrid": lambda x, y, indexing="xy": torch.meshgrid(
            x.reshape(-1), y.reshape(-1), indexing=indexing
        ),
        "vander": lambda x, n: torch.linalg.vander(x, N=n).flip(-1),
        "polyval": lambda p, x: sum(x ** (len(p) - 1 - i) * p[i] for i in range(len(p))),
        "interp": interp,
        "select": lambda conditions, choices, default: torch.where(
            torch.as_tensor(conditions[0]),
            real(choices[0]),
            torch.where(torch.as_tensor(conditions[1]), real(choices[1]), real(default)),
        ),
        "median": lambda x, axis=None, keepdims=False: quantile(x, 0.5, axis, keepdims),
        "nanmedian": lambda x, axis=None, keepdims=False: quantile(x, 0.5, axis, keepdims),
        "quantile": lambda x, q, axis: quantile(x, q, axis),
        "percentile": lambda x, q, axis: torch.stack([quantile(x, p / 100, axis) for p in q]),
    }


class Digamma(torch.autograd.Function):
    """digamma, whose derivative PyTorch knows to nine digits only, unlike that zeta function."""

    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return torch.digamma(x)

    @staticmethod
    def backward(context, adjoint):
        (x,) = context.saved_tensors
        return adjoint * torch.special.zeta(torch.full_like(x, 2.0), x)


special = SimpleNamespace(
    erf=torch.erf,
    erfc=torch.erfc,
    ndtr=torch.special.ndtr,
    expit=torch.sigmoid,
    log_expit=torch.nn.functional.logsigmoid,
    entr=torch.special.entr,
    xlogy=lambda x, y: torch.special.xlogy(real(x), real(y)),
    gammaln=torch.lgamma,
    digamma=Digamma.apply,
    rel_entr=lambda x, y: x * torch.log(x / y),
    logit=torch.logit,
)
