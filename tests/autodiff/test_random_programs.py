"""Random programs: each is a text that NumPy, gradviz, PyTorch and JAX all run, and they must agree
about its gradients.

A program is a list of lines such as ``v5 = np.hypot(v1, v3)``, each made from a row of the tables
below by putting earlier values in place of x and y, and drawn parameters in place of {axis}, {keep}
and so on. It is written while NumPy computes it, and a line that does not fit (shapes, domains,
huge values) or stands near a kink or a pole is left out: what remains has derivatives. A failure
shows the text, so that it can be pasted."""

import importlib
import importlib.util
import operator
import re
from collections import Counter
from functools import cache
from types import SimpleNamespace

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from lengths import short
from needs import missing

import gradviz as gv

PEERS, DIFFERENCES = 1e-9, 1e-5  # of the largest term
# so near to a kink, and such values and gradients, are left alone
NEAR, LARGE, STEEP = 1e-2, 1e3, 1e6
STEP = 2e-5
RARE = 60  # JAX compiles every operation anew for every shape, so it sees one program in so many
special = importlib.import_module("scipy.special") if importlib.util.find_spec("scipy") else None
MISSING = [
    name
    for name, module in {"PyTorch": "torch", "JAX": "jax"}.items()
    if importlib.util.find_spec(module) is None
]

# ── the rows, by what must not be near zero; WELL, POSITIVE and APART are matrices made of x ──

ELEMENTWISE = {
    "": (
        "-x; +x; x + y; x - y; x * y; x + x; x * x; x ** 2; x ** 3; x ** 1; x ** 0; 1.7 ** x; "
        "np.add(x, y); np.subtract(x, y); np.multiply(x, y); np.negative(x); np.positive(x); "
        "x * double(1.5); double(1.5) * x; x - whole(2); whole(2) - x; x ** whole(2); "
        "x / double(4); "
        "np.square(x); np.power(x, 2.0); np.exp(x); np.exp2(x); np.expm1(x); np.logaddexp(x, y); "
        "np.logaddexp2(x, y); np.sin(x); np.cos(x); np.arctan(x); np.sinh(x); np.cosh(x); "
        "np.tanh(x); np.arcsinh(x); np.deg2rad(x); np.rad2deg(x); gv.sigmoid(x); gv.softplus(x); "
        "np.copy(x); np.radians(x); np.degrees(x) / 50; np.sinc(x); np.conjugate(x); "
        "np.polyval(heights, x); np.nan_to_num(x); special.erf(x); special.erfc(x); "
        "special.ndtr(x); special.expit(x); special.log_expit(x)"
    ),
    "x": (
        "x ** 0.5; x ** -2; x ** -1.5; np.log(x); np.log2(x); np.log10(x); np.sqrt(x); np.cbrt(x); "
        "1 / x; np.reciprocal(x); np.arctan2(x, y); abs(x); np.abs(x); np.fabs(x); gv.relu(x); "
        "np.sign(x); np.heaviside(x, y); np.maximum(x, 0); np.log(abs(x) + 0.5); "
        "(x if x > 0 else 0.1 * x); special.entr(abs(x)); special.xlogy(y, abs(x)); "
        "special.gammaln(abs(x)); special.digamma(abs(x)); special.rel_entr(abs(x), 1.5)"
    ),
    "x * (x + 1)": "np.select([x > 0, x < -1], [x * y, y], 0.5 * y)",
    "(x + 1) * (x - 0.5) * (x - 2)": "np.interp(x, knots, heights)",
    "(x - 0.1) * (x - 0.9) * (abs(x - 0.5) < 0.5)": "special.logit(x)",
    # a negative number has real powers, but no derivative by the exponent
    "np.sqrt(x)": "x ** y; np.power(x, y); np.float_power(x, y)",
    "y": "x / y; np.divide(x, y); np.copysign(x, y) * abs(y)",
    "x * y": "np.copysign(x, y)",
    "x + 1": "np.log1p(x)",
    "x - 1": "np.arccosh(x)",
    "1 - x * x": "np.arcsin(x); np.arccos(x); np.arctanh(x)",
    "np.cos(x)": "np.tan(x)",
    "np.hypot(x, y)": "np.hypot(x, y); x / np.hypot(x, y)",
    "x - y": (
        "np.maximum(x, y); np.minimum(x, y); np.fmax(x, y); np.fmin(x, y); max(x, y); "
        "(x if x > y else 0.5 * y); (np.sin(x) if x <= y and x != 2.0 else x * y)"
    ),
    "(x - 0.4) * (x + 0.7)": "np.clip(x, -0.7, 0.4); (np.exp(x) if -0.7 < x < 0.4 else x * x)",
    "np.sin(np.pi * x)": "np.floor(x); np.ceil(x); np.trunc(x); x - np.floor(x)",
    "np.cos(np.pi * x)": "np.rint(x); np.round(x); x * np.rint(x)",
    "np.cos(np.pi * x * 10)": "np.round(x, 1)",
    "y * np.sin(np.pi * x / y) / (1 + abs(x / y))": (
        "x // y; x % y; np.floor_divide(x, y); np.remainder(x, y); np.fmod(x, y); x % y + x // y"
    ),
}
WELL = "(np.tanh(x) + 4 * eye(x))"  # far from singular
POSITIVE = "(np.tanh(x) @ np.swapaxes(np.tanh(x), -1, -2) + eye(np.swapaxes(x, -1, -2)))"
APART = "(np.tanh(x) + np.swapaxes(np.tanh(x), -1, -2) + eye(x) * 5 * c(x.shape[-1]))"  # symmetric
ON_ARRAYS = {
    "": (
        "np.sum(x, axis={axis}, keepdims={keep}); np.mean(x, axis={axis}, keepdims={keep}); "
        "np.prod(x, axis={axis}, keepdims={keep}); np.var(x, axis={axis}, keepdims={keep}); "
        "np.cumsum(x); np.cumsum(x, axis={one}); gv.logsumexp(x, axis={one}, keepdims={keep}); "
        "gv.softmax(x, axis={one}); gv.softmax(x); x - np.mean(x, axis={one}, keepdims=True); "
        # products
        "x @ y; y @ x; np.matmul(x, y); np.dot(x, y); np.inner(x, y); np.outer(x, y); "
        "np.kron(x, y); np.vdot(x, y); np.transpose(x) @ x; np.swapaxes(x, -1, -2) @ y; "
        "x @ c({length}); c(2, {length}) @ x; np.tensordot(x, y, axes=1); "
        "np.tensordot(x, y, axes=([0], [0])); np.tensordot(x, y, axes=([-1], [1])); "
        "np.tensordot(x, y, axes=0); np.tensordot(x, y, axes=2); np.einsum('ij,jk->ik', x, y); "
        "np.einsum('ij,kj', x, y); np.einsum('i,j->ij', x, y); np.einsum('ij->ji', x); "
        "np.einsum('ij->', x); "
        "np.einsum('ij,ij->j', x, y); np.einsum('ij,j,ij->i', x, y, x); "
        "np.einsum('bij,bjk->bik', x, y); np.einsum('...i,...i', x, y); "
        "np.einsum('...ij,jk->...ik', x, y); np.einsum('i,i->', x, y); "
        "np.cross(x, y); np.vecdot(x, y); "
        "np.linalg.matrix_power(x, 3); np.linalg.matrix_power(WELL, -2); "
        # linear algebra
        "np.linalg.inv(WELL); np.linalg.solve(WELL, y); np.linalg.solve(WELL, x); "
        "np.linalg.det(WELL) / 64; np.linalg.slogdet(WELL)[1]; np.linalg.slogdet(WELL)[0] * x; "
        "np.trace(x); np.trace(x, offset={shift}); np.linalg.cholesky(POSITIVE); "
        "np.linalg.pinv(WELL) * 4; np.linalg.svd(WELL, compute_uv=False); "
        "np.linalg.norm(WELL, 'nuc'); np.linalg.qr(WELL)[0]; np.linalg.qr(WELL)[1]; "
        # reductions with options, and what is made of them
        "np.sum(x, axis={axis}, where=some(x), initial=1.5); np.mean(x, where=some(x)); "
        "np.prod(x, axis={axis}, keepdims={keep}, where=some(x)); np.cumprod(x, axis={one}); "
        "np.cumprod(x); np.nansum(x, axis={axis}); np.nanmean(x, axis={axis}); np.average(x); "
        "np.average(x, axis={one}, weights=c({length})); np.cov(x, ddof=0); np.cov(x, y, ddof=0); "
        "np.trapezoid(x, axis={one}); np.trapezoid(x, dx=0.5); np.gradient(x, axis={one}); "
        "np.gradient(x, 0.5, axis=-1); np.linspace(x, y, 3); "
        "np.linspace(x, 1.5, 3, endpoint=False, axis=-1); np.vander(x, 3); np.polyval(x, y); "
        "np.meshgrid(np.ravel(x), np.ravel(y))[0]; "
        "np.meshgrid(np.ravel(x), np.ravel(y), indexing='ij')[1]; "
        # shapes
        "np.reshape(x, -1); np.reshape(x, ({length}, -1)); np.ravel(x); "
        "np.transpose(x); np.transpose(x, (1, 0)); np.transpose(x, (2, 0, 1)); "
        "np.swapaxes(x, 0, -1); np.swapaxes(x, -2, -1); np.moveaxis(x, 0, -1); "
        "np.moveaxis(x, -1, 0); np.expand_dims(x, {one}); np.expand_dims(x, (0, 2)); "
        "np.squeeze(x); np.squeeze(x, {one}); np.atleast_1d(x); np.broadcast_to(x, (3,)); "
        "np.broadcast_to(x, (2, 3)); np.broadcast_to(x, (2, 3, 3)); x + np.zeros_like(y); "
        "x * np.ones_like(x); x * c(3); x + c(2, 1); c(2, 3) / (1.5 + x * x); "
        # putting together and taking apart
        "np.concatenate([x, y], axis={one}); np.concatenate([x, y, x]); "
        "np.append(x, y); np.append(x, y, axis={one}); np.column_stack([x, y]); np.dstack([x, y]); "
        "np.block([[x, y], [y, x]]); np.concatenate([x, y], axis=None); "
        "np.stack([x, y], axis={one}); np.stack([x, x * 2]); "
        "np.hstack([x, y]); np.vstack([x, y]); np.tile(x, 2); np.tile(x, (2, 1)); "
        "np.tile(x, (1, 2)); np.repeat(x, 2); np.repeat(x, 2, axis={one}); "
        "np.repeat(x, [1, 0, 2], axis={one}); np.pad(x, 1); np.pad(x, (1, 2)); "
        "np.pad(x, ((0, 1), (2, 0))); np.pad(x, 1, mode='edge'); np.pad(x, 1, mode='reflect'); "
        "np.pad(x, 1, mode='wrap'); np.flip(x); np.flip(x, axis={axis}); np.roll(x, 1); "
        "np.roll(x, {shift}, axis={one}); np.roll(x, (1, 2), axis=(0, 1)); np.split(x, 3)[1]; "
        "np.split(x, [1], axis={one})[1]; np.array_split(x, 2, axis={one})[0]; np.diag(x); "
        "np.diag(x, {shift}); np.diagonal(x); np.diagonal(x, offset={shift}); np.triu(x); "
        "np.tril(x, {shift}); np.diff(x, axis={one}); np.diff(x, 2); "
        "sum([row * row for row in x]); np.fliplr(x); np.flipud(x); np.rot90(x); np.rot90(x, -1); "
        "np.atleast_2d(x); np.atleast_3d(x); np.delete(x, 1, axis={one}); np.ravel(x, order='F'); "
        "np.reshape(x, ({length}, -1), order='F'); np.hsplit(x, 2)[1]; np.vsplit(x, [1])[0]; "
        "np.resize(x, (2, 3)); np.rollaxis(x, 1); "
        "np.take(x, [4, -5], axis={one}, mode='wrap'); "
        # indexing
        "at(x, 0); at(x, -1); at(x, s[1:]); at(x, s[::-1]); at(x, s[..., 0]); at(x, s[..., ::2]); "
        "at(x, s[:, 1:]); at(x, s[None, :]); at(x, s[:, None]); at(x, s[1, 2]); "
        "at(x, s[..., None, 0]); at(x, [0, 1, 1]); at(x, s[[0, 1], [1, 0]]); "
        "at(x, s[:, [2, 0, 0]]); at(x, s[0, :, [0, 1]]); at(x, s[[[0], [1]], [0, 2]]); "
        "at(x, [True, False, True]); at(x, s[..., [0, 0]]); at(x, s[-2:, 0]); at(x, whole(1)); "
        # vectors in stacks
        "np.linalg.solve(WELL, c({length})); np.matmul(x, at(y, s[0])); "
        "np.dot(x, at(y, s[..., 0])); "
        "np.einsum('...ij,...j->...i', x, at(y, s[..., 0])); at(y, s[..., 0, :]) @ x; "
        # parameters that change nothing
        "np.roll(x, 0); np.repeat(x, 1); np.tile(x, 1); np.pad(x, 0); "
        "np.sum(x, axis=whole(0)); np.flip(x, ()); np.mean(x, axis=())"
    ),
    # NumPy's own diagonals of an array without elements are made of other memory
    "float(np.ndim(x) * np.ndim(y) == 1)": (
        "np.convolve(x, y); np.convolve(x, y, 'same'); np.correlate(x, y, 'full')"
    ),
    "float(0 not in np.shape(x))": "np.einsum('ii->i', x); np.einsum('ii', x)",
    # not a single number
    "(len(x), x)[1]": "at(x, x > 0)",
    "len(x)": ("np.take(x, [0, 1, 0]); x.sum(); x.mean(axis={one}); len(x) * x; x.reshape(-1, 1)"),
    # where there are no elements, NumPy itself takes any
    "float(np.shape(x)[{one}] > 1)": (
        "np.take(x, [0, -1, 0], axis={one}); np.take(x, 1, axis={one})"
    ),
    "np.linalg.det(x)": "np.linalg.det(x)",
    "distinct(np.linalg.eigvalsh(APART))": (
        "np.linalg.eigvalsh(APART); np.linalg.eigh(APART)[0]; np.linalg.eigh(APART)[1] ** 2"
    ),
    "np.std(x, axis={axis}, keepdims=True)": "np.std(x, axis={axis}, keepdims={keep})",
    "np.std(x, axis={one}, ddof=1)": (
        "np.std(x, axis={one}, ddof=1); np.var(x, axis={one}, ddof=1, keepdims={keep})"
    ),
    "np.linalg.norm(x, axis={one})": "np.linalg.norm(x, axis={one}, keepdims={keep})",
    "np.linalg.norm(x)": "np.linalg.norm(x); np.linalg.norm(x, axis=(0, 1)); x / np.linalg.norm(x)",
    "x": (
        "np.linalg.norm(x, ord=1, axis={one}); np.linalg.norm(x, 3, axis={one}); "
        "np.where(x > 0, x, 0.1 * x); "
        "(x if np.any(x > 1.5) else x * x)"
    ),
    "distinct(x)": (
        "np.max(x, axis={axis}, keepdims={keep}); np.min(x, axis={axis}, keepdims={keep}); "
        "np.amax(x, axis={axis}); np.amin(x, axis={one}, keepdims={keep}); np.ptp(x, axis={one}); "
        "np.median(x, axis={one}, keepdims={keep}); np.median(x); np.quantile(x, 0.3, axis={one}); "
        "np.percentile(x, 30 * c(2), axis={one}); np.nanmedian(x, axis={one}); "
        "np.max(x); np.sort(x); np.sort(x, stable=True); np.sort(x, axis={one}); "
        "np.sort(x, axis=None); "
        "np.ravel(x)[np.argmax(x)]; np.take_along_axis(x, np.argsort(x, axis={one}), {one})"
    ),
    "x - y": (
        "np.where(x > y, x, 0.5 * y); np.where(x > y, y, x * y); "
        "(x if np.all(x > y) else np.sin(x))"
    ),
    "abs(x) - 1": "np.where(np.abs(x) < 1, x, y)",
    "np.sum(x) - np.sum(y)": (
        "(x if np.sum(x) > np.sum(y) else np.sin(x)); (x * y if np.sum(x) <= np.sum(y) else x - y)"
    ),
}
if special is None:
    print("SCIPY IS NOT INSTALLED: its functions are in no random program")
    ELEMENTWISE = {
        away: "; ".join(row for row in text.split("; ") if "special." not in row) or "-x"
        for away, text in ELEMENTWISE.items()
    }
BRANCHING = re.compile(r" if (?!np)|^max")  # of Python's, as only single numbers can
LITERALS = ["2", "0.5", "(-1.5)", "3", "1", "0.0"]
PARAMETERS = {
    "axis": [None, 0, -1, 1, (0, 1), (-1, 0), (0, 2), ()],
    "one": [0, -1, 1],
    "keep": [False, True],
    "length": [3, 2],
    "shift": [1, -1, 2, 0],
}
SHAPES = {
    "scalars": [()],
    "arrays": [(), (3,), (2, 3), (2, 1), (1, 3), (3, 3), (2, 3, 3), (3, 2), (1,)],
    "of few elements": [(), (1,), (0,), (1, 1), (0, 3), (3, 0), (1, 3), (2, 0, 3), (1, 2, 1), (3,)],
}
RANGES = [(-2.0, 2.0), (0.2, 0.9), (1.1, 2.5)]


def rows(table):
    """Each row with what must not be near zero."""
    matrices = {"WELL": WELL, "POSITIVE": POSITIVE, "APART": APART}

    def written(text):
        return re.sub("|".join(matrices), lambda name: matrices[name[0]], text.strip())

    return [
        (written(row), written(away)) for away, text in table.items() for row in text.split(";")
    ]


ROWS = {
    "scalars": rows(ELEMENTWISE),
    "arrays": [row for row in rows(ELEMENTWISE) if not BRANCHING.search(row[0])] + rows(ON_ARRAYS),
}
ROWS["of few elements"] = ROWS["arrays"]
WITH_LITERALS = {
    row for row, _ in ROWS["scalars"] if re.search(r"\by\b", row) and not BRANCHING.search(row)
}


# ── the backends: what the names in a program mean ──


def distinct(x):
    return np.diff(np.sort(np.ravel(x)))


def constants(*shape):
    return np.linspace(0.3, 1.7, int(np.prod(shape))).reshape(shape)


class Vanishing:
    """Constants that are written over as soon as the next one is asked for: a derivative that holds
    one for later must hold a copy.
    """

    def __init__(self):
        self.last = np.zeros(())

    def __call__(self, *shape):
        self.last[...] = np.nan
        self.last = constants(*shape)
        return self.last


NUMPY = {
    "double": np.float64,
    "whole": np.int64,
    "np": np,
    "gv": gv,
    "c": constants,
    "eye": lambda x: np.eye(x.shape[-1]),
    "at": operator.getitem,
    "s": np.s_,
    "distinct": distinct,
    "some": lambda x: np.arange(int(np.prod(np.shape(x)))).reshape(np.shape(x)) % 3 != 1,
    "knots": np.array([-1.0, 0.5, 2.0]),
    "heights": np.array([1.0, -0.5, 2.0]),
    "special": special,
}
MOVING = [
    "reshape", "ravel", "transpose", "swapaxes", "moveaxis", "expand_dims", "squeeze", "atleast_1d",
    "broadcast_to", "tile", "repeat", "pad", "flip", "roll", "split", "array_split", "diag",
    "diagonal", "triu", "tril", "take", "take_along_axis", "copy", "fliplr", "flipud", "rot90",
    "atleast_2d", "atleast_3d", "delete", "hsplit", "vsplit", "resize", "rollaxis",
]  # fmt: skip


def gather(function, tensor, join):
    """A function that only takes elements to other places, as one indexing: not every peer has all
    of them, and spells them so.
    """

    def gathered(x, *arguments, **options):
        def taken(places):
            return join([tensor(np.zeros(1)), x.reshape(-1)])[
                tensor(np.array(places))
            ]  # place 0 is for what is no element of x

        places = function(
            np.arange(1, int(np.prod(x.shape)) + 1).reshape(tuple(x.shape)), *arguments, **options
        )
        return [taken(part) for part in places] if isinstance(places, list) else taken(places)

    return gathered


def spelled(module, names):
    """A module in which some names mean something else."""
    return type(
        "Spelled",
        (),
        {
            **{name: staticmethod(function) for name, function in names.items()},
            "__getattr__": lambda _, name: getattr(module, name),
        },
    )()


@cache
def pytorch():
    import in_torch
    import torch

    torch.set_num_threads(1)
    tensor, linalg = torch.as_tensor, torch.linalg

    def axes(x, axis):
        return (
            tuple(range(x.ndim))
            if axis is None or not x.ndim
            else tuple(a % x.ndim for a in (axis if isinstance(axis, tuple) else (axis,)))
        )

    def reducing(function):  # for PyTorch, no axis is all of them: it gets one more
        return lambda x, axis=None, keepdims=False, **more: function(
            x if axis != () else x[..., None],
            dim=axes(x, axis) if axis != () else (-1,),
            keepdim=keepdims and axis != (),
            **more,
        )

    def deviation(function):
        return lambda x, axis=None, keepdims=False, ddof=0: reducing(function)(
            x, axis, keepdims, correction=ddof
        )

    def prod(x, dim, keepdim):
        for axis in dim:
            x = torch.prod(x, dim=axis, keepdim=True)
        return x if keepdim else torch.squeeze(x, dim)

    def of_tensors(function):
        return lambda *operands: function(
            *(tensor(operand, dtype=torch.float64) for operand in operands)
        )

    def dot(x, y):
        return (
            x * y
            if not x.ndim or not y.ndim
            else torch.matmul(x, y)
            if y.ndim < 3
            else torch.tensordot(x, y, dims=([-1], [-2]))
        )

    binary = [
        "maximum", "minimum", "fmax", "fmin", "hypot", "logaddexp", "logaddexp2", "copysign",
        "remainder", "fmod", "power", "arctan2", "float_power", "add", "subtract", "multiply",
        "divide",
    ]  # fmt: skip
    names = {name: gather(getattr(np, name), tensor, torch.cat) for name in MOVING}
    names |= {name: of_tensors(getattr(torch, {"power": "pow"}.get(name, name))) for name in binary}
    names |= {
        name: reducing(getattr(torch, {"max": "amax", "min": "amin"}.get(name, name)))
        for name in ("sum", "mean", "max", "min")
    }
    names |= {
        "prod": reducing(prod),
        "var": deviation(torch.var),
        "std": deviation(torch.std),
        "dot": dot,
        "fabs": torch.abs,
        "rint": torch.round,
    }
    names |= {
        "floor_divide": of_tensors(lambda x, y: torch.div(x, y, rounding_mode="floor")),
        "heaviside": of_tensors(lambda x, y: (x > 0 * y).to(torch.float64)),
        "round": lambda x, digits=0: torch.round(x, decimals=digits),
        "cbrt": lambda x: x.sign() * x.abs() ** (1 / 3),
        "cumsum": lambda x, axis=None: torch.cumsum(
            x.reshape(-1) if axis is None or not x.ndim else x, axis or 0
        ),
        "trace": lambda x, offset=0: torch.diagonal(x, offset).sum(-1),
        "diff": lambda x, n=1, axis=-1: torch.diff(x, n, axis),
        "sort": lambda x, axis=-1, stable=True: torch.sort(
            x.ravel() if axis is None else x, -1 if axis is None else axis
        )[0],
        "argsort": lambda x, axis: x.detach().numpy().argsort(axis),
        "tensordot": lambda x, y, axes: torch.tensordot(x, y, dims=axes),
        "outer": lambda x, y: torch.outer(x.ravel(), y.ravel()),
        "vdot": lambda x, y: x.ravel() @ y.ravel(),
        "kron": lambda x, y: torch.kron(x.contiguous(), y.contiguous()),
        "concatenate": lambda parts, axis=0: torch.cat(
            [part.ravel() for part in parts] if axis is None else parts, axis or 0
        ),
        "stack": lambda parts, axis=0: torch.stack(parts, axis),
    }
    names |= in_torch.more(names)
    numpy = spelled(torch, names)
    numpy.linalg = spelled(
        linalg,
        {
            "norm": lambda x, ord=2, axis=None, keepdims=False: (
                linalg.vector_norm(x, ord, dim=axis, keepdim=keepdims)
                if ord != "nuc"
                else linalg.matrix_norm(x, "nuc")
            ),
            "svd": lambda x, compute_uv: linalg.svdvals(x),
        },
    )

    def taken_at(x, key):  # NumPy takes a tensor of one boolean for a whole number
        return x[np.asarray(key) if isinstance(key, torch.Tensor) else key]

    models = SimpleNamespace(
        relu=torch.relu,
        sigmoid=torch.sigmoid,
        softplus=lambda x: torch.logaddexp(x, 0 * x),
        block=lambda function: function,
    )
    models.logsumexp, models.softmax = (
        reducing(torch.logsumexp),
        lambda x, axis=-1: torch.softmax(x, axis),
    )
    backend = {
        **NUMPY,
        "np": numpy,
        "gv": models,
        "at": gather(taken_at, tensor, torch.cat),
    }
    backend |= {
        "double": float,
        "whole": int,
        "special": in_torch.special,
        "c": lambda *shape: tensor(constants(*shape)),
        "eye": lambda x: torch.eye(x.shape[-1], dtype=torch.float64),
    }

    def gradients(text, inputs):
        for sign, name in {
            "//": "floor_divide",
            "%": "remainder",
        }.items():  # its operators have no derivative of numbers with tensors
            text = re.sub(
                rf"(\(-1\.5\)|[\w.]+) {sign} (\(-1\.5\)|[\w.]+)", rf"np.{name}(\1, \2)", text
            )
        tensors = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in inputs]
        output = compiled(text, backend)(*tensors)
        if output.requires_grad:
            output.backward()
        return output.item(), [
            np.zeros(t.shape) if t.grad is None else t.grad.numpy() for t in tensors
        ]

    return gradients


@cache
def jax():
    import jax

    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    numpy = spelled(
        jnp,
        {
            "fix": jnp.trunc,
            **{name: gather(getattr(np, name), jnp.asarray, jnp.concatenate) for name in MOVING},
        },
    )
    models = SimpleNamespace(
        **{
            name: getattr(jax.nn, name)
            for name in ("relu", "sigmoid", "softplus", "softmax", "logsumexp")
        },
        block=lambda function: function,
    )
    backend = {
        **NUMPY,
        "np": numpy,
        "gv": models,
        "at": gather(operator.getitem, jnp.asarray, jnp.concatenate),
        "special": spelled(
            jax.scipy.special,
            {
                "log_expit": jax.nn.log_sigmoid,
                # of whole numbers it has no derivative
                "xlogy": lambda x, y: jax.scipy.special.xlogy(1.0 * x, 1.0 * y),
                "rel_entr": lambda x, y: jax.scipy.special.rel_entr(1.0 * x, 1.0 * y),
            },
        ),
    }

    def gradients(text, inputs):
        value, found = jax.value_and_grad(compiled(text, backend), tuple(range(len(inputs))))(
            *map(jnp.asarray, inputs)
        )
        return float(value), [np.asarray(gradient) for gradient in found]

    return gradients


def compiled(text, backend):
    namespace = dict(backend)
    exec(compile(text, "<program>", "exec"), namespace)
    return namespace["f"]


# ── programs ──


@cache
def evaluator(expression):
    return eval(f"lambda x, y: {expression}", dict(NUMPY))


class Program:
    """A text, the point where it is differentiated, another point, and directions."""

    def __init__(self, kind, seed, shapes, steps, block):
        random = np.random.default_rng(seed)
        bounds = [RANGES[random.integers(3)] for _ in shapes]
        self.seed, self.may_be_empty = seed, kind == "of few elements"
        self.inputs, self.elsewhere = (
            [random.uniform(*bound, shape) for bound, shape in zip(bounds, shapes)]
            for _ in range(2)
        )
        self.tangents = [random.normal(size=shape) for shape in shapes]
        self.values, self.lines = (
            {f"v{i}": np.asarray(value)[()] for i, value in enumerate(self.inputs)},
            [],
        )
        with np.errstate(all="ignore"):
            for step in steps:
                self.add(*step)
        self.text = self.written(block)

    def add(self, row, i, j, k):
        """Add a line, with the first operands that fit: i and j say where to begin, 0 with the last
        values, and k the parameters.
        """
        row, away = (
            re.sub(
                r"\{(\w+)\}",
                lambda name: str(PARAMETERS[name[1]][k % len(PARAMETERS[name[1]])]),
                text,
            )
            for text in row
        )
        names = list(self.values)
        for attempt in range(4 * len(names)):
            x, y = (
                names[-1 - (int(len(names) * (place / 60) ** 2) + shift) % len(names)]
                for place, shift in ((i, attempt), (j, attempt // len(names)))
            )
            if row in WITH_LITERALS and k % 6 < 2:
                x, y = (
                    (x, LITERALS[j % len(LITERALS)]) if k % 6 else (LITERALS[j % len(LITERALS)], y)
                )
            operands = [
                self.values[name] if name in self.values else np.float64(eval(name))
                for name in (x, y)
            ]
            try:
                result = np.asarray(evaluator(row)(*operands))[()]
                clear = not away or np.all(np.abs(evaluator(away)(*operands)) > NEAR)
            except (
                ValueError,
                TypeError,
                IndexError,
                AttributeError,
                RuntimeWarning,
                DeprecationWarning,
            ):  # it does not take these shapes
                continue
            if (
                clear
                and (result.size or self.may_be_empty)
                and result.size <= 60
                and result.ndim <= 4
                and np.all(np.abs(result) < LARGE)
            ):
                in_place = {"x": x, "y": y}.get
                line = re.sub(r"\b[xy]\b", lambda operand, at=in_place: at(operand[0]), row)
                self.lines.append(f"v{len(names)} = {line}")
                self.values[f"v{len(names)}"] = result
                return

    def written(self, block):
        """The text: some lines in a block, and a sum of all that no line uses."""
        names, inputs = list(self.values), len(self.inputs)
        used = re.findall(r"v\d+\b", " ".join(line.partition("=")[2] for line in self.lines))
        terms = [
            f"np.sum({name} * c{value.shape})".replace(",)", ")") if value.ndim else f"0.7 * {name}"
            for name, value in self.values.items()
            if name not in used
        ]
        start, stop = sorted(number % (len(self.lines) + 1) for number in block)
        inside, results = self.lines[start:stop], ", ".join(names[inputs + start : inputs + stop])
        if inside:
            inside = [
                "@gv.block",
                "def part():",
                *(f"    {line}" for line in inside),
                f"    return {results}",
                f"{results} = part()",
            ]
        lines = [*self.lines[:start], *inside, *self.lines[stop:], f"return {' + '.join(terms)}"]
        return f"def f({', '.join(names[:inputs])}):\n" + "".join(f"    {line}\n" for line in lines)

    def __repr__(self):
        return f"{self.text}# at {self.inputs}"


def programs(kind):
    place = st.integers(0, 59)
    steps = st.lists(
        st.tuples(st.sampled_from(ROWS[kind]), place, place, place), min_size=1, max_size=14
    )
    return st.builds(
        Program,
        st.just(kind),
        st.integers(0, 2**32 - 1),
        st.lists(st.sampled_from(SHAPES[kind]), min_size=2, max_size=4),
        steps,
        st.tuples(place, place),
    )


# ── what must hold ──


def bits(numbers):
    return [
        np.where(np.isnan(number), np.nan, number).tobytes()
        for number in numbers
        if number is not None
    ]


def largest(numbers):
    return max(
        (float(np.max(np.abs(number), initial=0.0)) for number in numbers if number is not None),
        default=0.0,
    )


def flat(parts):
    return np.concatenate([np.ravel(part) for part in parts])


def agree(found, expected, tolerance, what):
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape, f"{what}: shapes {found.shape} and {expected.shape}"
    assert np.all(np.abs(found - expected) <= tolerance), (
        f"{what}: {found} and {expected}, {np.max(np.abs(found - expected)):g} apart where "
        f"{tolerance:g} is allowed"
    )


def held_against_differences(found, function, inputs, tangents, tally, what):
    """Hold what moves along the tangents against differences, unless those of two steps say that it
    is too curved for them.
    """

    def moved(by):
        return np.asarray(
            function(*(value + by * tangent for value, tangent in zip(inputs, tangents))), float
        )

    coarse, fine = ((moved(step) - moved(-step)) / (2 * step) for step in (STEP, STEP / 2))
    tolerance = DIFFERENCES * max(1.0, largest([found]))
    if not np.all(np.abs(fine - coarse) <= tolerance):
        tally[f"{what}: too curved"] += 1
        return
    tally[what] += 1
    agree(found, (4 * fine - coarse) / 3, tolerance, what)


def all_agree(program, tally):
    """Every way to a gradient of the program against every other."""
    inputs, tangents = program.inputs, program.tangents
    f, names, positions = (
        compiled(program.text, {**NUMPY, "c": Vanishing()}),
        [f"v{i}" for i in range(len(inputs))],
        tuple(range(len(inputs))),
    )
    graph = gv.trace(f, dict(zip(names, inputs)))
    run = graph.example
    terms = max(1.0, largest([*run.adjoints.values(), *run.flows.values()]))
    tally["programs"] += 1
    if not terms < STEEP:
        tally["too steep"] += 1
        return

    # gradviz with itself, to the bit: eager work, gv.grad, pasted code, and a replay at another
    # point
    def eager(at):
        variables = [gv.Variable(value) for value in at]
        output = f(*variables)
        output.backward()
        return bits(
            [output.value, *(np.zeros(v.shape) if v.grad is None else v.grad for v in variables)]
        )

    value, gradients = gv.value_and_grad(f, positions)(*inputs)
    assert eager(inputs) == bits([run.value, *run.grads.values()]) == bits([value, *gradients])
    pasted_value, pasted_gradients = compiled(graph.code(), {})(
        *(value if value.ndim else float(value) for value in inputs)
    )
    assert bits([pasted_value, *pasted_gradients.values()]) == bits([value, *gradients])
    try:
        fresh = gv.trace(f, dict(zip(names, program.elsewhere))).example
    except ValueError as refusal:  # NumPy finds no inverse there
        with pytest.raises(ValueError, match=re.escape(str(refusal))):
            graph.run(dict(zip(names, program.elsewhere)))
    else:
        run_elsewhere = graph.run(dict(zip(names, program.elsewhere)))
        tally["retraced"] += run_elsewhere.retraced is not None
        assert bits(run_elsewhere.numbers) == bits(fresh.numbers)
        assert eager(program.elsewhere) == bits(
            [run_elsewhere.value, *run_elsewhere.grads.values()]
        )

    # forward against reverse mode
    along = [float(np.sum(gradient * tangent)) for gradient, tangent in zip(gradients, tangents)]
    agree(
        gv.jvp(f, inputs, tangents),
        (value, sum(along)),
        10 * PEERS * terms,
        "forward and reverse mode",
    )

    # a neighbour that is not finite, and of which nothing is taken
    flat_inputs = [np.append(np.ravel(value), np.inf) for value in inputs]
    beside = gv.grad(
        lambda *xs: f(*(np.reshape(x[:-1], np.shape(v)) for x, v in zip(xs, inputs))), positions
    )(*flat_inputs)
    # −0 among them is 0 there: what goes back to a selection is added to zeros
    assert bits(part[:-1] for part in beside) == bits(np.ravel(g) + 0.0 for g in gradients)
    assert all(part[-1] == 0 for part in beside)

    # the peers
    for name, peer in {"PyTorch": pytorch, "JAX": jax}.items():
        if (
            name in MISSING
            or (name == "JAX" and program.seed % RARE)
            or any(not np.size(value) for value in program.values.values())
        ):
            continue
        try:
            its_value, its_gradients = peer()(program.text, inputs)
        except ValueError as refusal:  # JAX is stricter than NumPy about axes of single numbers
            if "out of bounds for array of dimension 0" in str(refusal):
                continue
            raise
        tally[name] += 1
        agree(
            value,
            its_value,
            PEERS * max(1.0, largest(run.primals.values())),
            f"values of gradviz and {name}",
        )
        for gradient, its_gradient in zip(gradients, its_gradients, strict=True):
            agree(gradient, its_gradient, PEERS * terms, f"gradients of gradviz and {name}")

    # differences, input by input, and of gradients
    for position, slope in enumerate(along):
        one = [tangent * (number == position) for number, tangent in enumerate(tangents)]
        held_against_differences(slope, f, inputs, one, tally, "differences")
    if program.seed % 3 == 0:
        second_derivatives_agree(f, inputs, tangents, positions, tally)


def second_derivatives_agree(f, inputs, tangents, positions, tally):
    def directional(*at):
        return sum(
            np.sum(part * tangent) for part, tangent in zip(gv.grad(f, positions)(*at), tangents)
        )

    product = flat(gv.grad(directional, positions)(*inputs))
    held_against_differences(
        product,
        lambda *at: flat(gv.grad(f, positions)(*at)),
        inputs,
        tangents,
        tally,
        "differences of gradients",
    )
    forward = gv.jvp(directional, inputs, tangents)[1]
    agree(
        forward,
        np.sum(product * flat(tangents)),
        DIFFERENCES * max(1.0, largest([product])) * product.size,
        "forward and reverse over reverse",
    )
    if product.size <= 8:
        rows = gv.hessian(f, positions)(*inputs)
        whole = np.block(
            [
                [np.reshape(part, (np.size(x), np.size(y))) for part, y in zip(row, inputs)]
                for row, x in zip(rows, inputs)
            ]
        )
        bound = PEERS * max(1.0, largest([whole])) * product.size
        tally["Hessians"] += 1
        agree(whole, whole.T, bound, "a Hessian and itself transposed")
        agree(whole @ flat(tangents), product, bound * 10, "a Hessian and its product")
    first = gv.hvp(lambda x: f(x, *inputs[1:]), inputs[0], tangents[0])
    held_against_differences(
        first,
        lambda x: gv.grad(f)(x, *inputs[1:]),
        inputs[:1],
        tangents[:1],
        tally,
        "differences for hvp",
    )


def hunts(examples, long_examples, most=1000):
    """How many programs of each kind a test tries; in the long part it does so in portions, each
    with programs of its own. Half of those of arrays are of few elements.
    """
    cases = [pytest.param(kind, examples, 0, id=kind) for kind in ROWS]
    for kind in ROWS:
        wanted = long_examples if kind == "scalars" else long_examples // 2
        each = min(most, wanted)
        cases += [
            pytest.param(kind, each, portion, id=f"{kind}-{portion}", marks=pytest.mark.long)
            for portion in range(1, wanted // each + 1)
        ]
    return cases


def tries(examples, portion):
    """A test with so many examples; on CI the same ones every time, other ones in each portion."""
    settings = hypothesis.settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    if not (portion and settings.derandomize):
        return settings
    return lambda test: hypothesis.seed(portion)(settings(test))


@pytest.mark.filterwarnings("ignore:.*[dD]egrees of freedom", "ignore:Mean of empty slice")
@pytest.mark.parametrize(("kind", "examples", "portion"), hunts(10, 3_000))
def test_random_programs(kind, examples, portion):
    tally = Counter()

    @tries(examples, portion)
    @hypothesis.given(programs(kind))
    def hunt(program):
        hypothesis.note(repr(program))
        tally["lines"] += len(program.lines)
        with np.errstate(all="ignore"):
            all_agree(program, tally)

    try:
        hunt()
    finally:
        print(f"{kind}: {dict(tally)}")  # what was compared: see it with pytest -s
    assert examples < 1000 or tally["lines"] > 3 * tally["programs"]
    assert tally["too steep"] < 2 + 0.02 * tally["programs"]
    for what in ("differences", "differences of gradients", "differences for hvp"):
        assert tally[f"{what}: too curved"] < 2 + 0.05 * tally[what]


@pytest.mark.parametrize("kind", short(0, ["scalars", "arrays"]))
def test_each_row_alone(kind):
    """So that no row is without a test because nothing fits it."""
    idle = []
    for row in ROWS[kind]:
        for seed in range(100):
            random = np.random.default_rng(seed)
            shapes = [SHAPES[kind][random.integers(len(SHAPES[kind]))] for _ in range(3)]
            program = Program(
                kind,
                3 * (RARE * seed + 1),
                shapes,
                [(row, *map(int, random.integers(60, size=3)))],
                (0, 0),
            )
            if program.lines:
                with np.errstate(all="ignore"):
                    all_agree(program, Counter())
                break
        else:
            idle.append(row[0])
    assert not idle


@pytest.mark.long
@pytest.mark.parametrize("peer", ["PyTorch", "JAX"])
def test_peer_is_at_hand(peer):
    if peer in MISSING:
        missing(
            f"{peer} IS NOT INSTALLED: random programs were held against central differences, but "
            "not against its gradients"
        )
