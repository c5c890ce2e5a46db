"""NumPy's products and linear algebra, made of the table's primitives."""

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from gradviz.autodiff.numpy_functions.shapes import matrix_transpose, moveaxis, nowhere
from gradviz.autodiff.primitives import table
from gradviz.autodiff.primitives.table import absolute, einsum, matmul, multiply, reshape
from gradviz.autodiff.tape.plain import Plain
from gradviz.autodiff.tape.protocols import FUNCTIONS, UFUNCS, Composition, answers

UFUNCS[np.matmul] = matmul
UFUNCS[np.vecdot] = Composition(lambda x, y: einsums("...i,...i", x, y))
if hasattr(np, "matvec"):  # since NumPy 2.2
    UFUNCS[np.matvec] = Composition(lambda x, y: einsums("...ij,...j", x, y))
    UFUNCS[np.vecmat] = Composition(lambda x, y: einsums("...i,...ij", x, y))
FUNCTIONS[np.linalg.matmul] = matmul
FUNCTIONS[np.linalg.matrix_rank] = Plain(
    "matrix_rank", "np.linalg.matrix_rank(x)", np.linalg.matrix_rank
)

# ── products ──


@answers(np.dot)
def dot(a: Any, b: Any, out: Any = None) -> Any:
    nowhere(out)
    if not np.ndim(a) or not np.ndim(b):
        return multiply(a, b)
    return (
        matmul(a, b)
        if np.ndim(a) <= 2 and np.ndim(b) <= 2
        else tensordot(a, b, (-1, -2 if np.ndim(b) > 1 else -1))
    )


@answers(np.vdot)
def vdot(a: Any, b: Any) -> Any:
    return matmul(np.ravel(a), np.ravel(b))


@answers(np.inner)
def inner(a: Any, b: Any) -> Any:
    return tensordot(a, b, (-1, -1)) if np.ndim(a) and np.ndim(b) else multiply(a, b)


@answers(np.outer, np.linalg.outer)
def outer(a: Any, b: Any, out: Any = None) -> Any:
    nowhere(out)
    return einsum(np.ravel(a), np.ravel(b), subscripts="i,j->ij")


@answers(np.linalg.vecdot)
def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    return einsums("...i,...i", np.moveaxis(x1, axis, -1), np.moveaxis(x2, axis, -1))


@answers(np.cross)
def cross(
    a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Any:
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1)
    if (np.shape(a)[-1], np.shape(b)[-1]) != (3, 3):
        raise ValueError(
            "np.cross of Variables takes vectors of 3, not of "
            f"{np.shape(a)[-1]} and {np.shape(b)[-1]}"
        )
    return moveaxis(table.cross(a, b), -1, axisc)


@answers(np.linalg.cross)
def cross_along(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    return cross(x1, x2, axis=axis)


@answers(np.kron)
def kron(a: Any, b: Any) -> Any:
    rank = max(np.ndim(a), np.ndim(b))
    shapes = [(1,) * (rank - np.ndim(x)) + np.shape(x) for x in (a, b)]
    letters = LETTERS[:rank], LETTERS[rank : 2 * rank]
    product = einsum(
        *(np.reshape(x, shape) for x, shape in zip((a, b), shapes)),
        subscripts=f"{letters[0]},{letters[1]}->{''.join(map(''.join, zip(*letters)))}",
    )
    return reshape(product, shape=tuple(m * n for m, n in zip(*shapes)))


@answers(np.tensordot, np.linalg.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    if not np.ndim(axes):
        axes = operator.index(axes)
        axes = range(np.ndim(a) - axes, np.ndim(a)), range(axes)
    over_a, over_b = (
        [normalize_axis_index(int(axis), np.ndim(x)) for axis in np.atleast_1d(part)]
        for x, part in zip((a, b), axes)
    )
    if [np.shape(a)[axis] for axis in over_a] != [np.shape(b)[axis] for axis in over_b]:
        raise ValueError(
            f"arrays of shape {np.shape(a)} and {np.shape(b)} differ in length along the axes that "
            "are summed over"
        )
    first, rest = list(LETTERS[: np.ndim(a)]), iter(LETTERS[np.ndim(a) :])
    second = [
        first[over_a[over_b.index(axis)]] if axis in over_b else next(rest)
        for axis in range(np.ndim(b))
    ]
    kept = [letter for letter in first + second if (letter in first) != (letter in second)]
    return einsum(a, b, subscripts=f"{''.join(first)},{''.join(second)}->{''.join(kept)}")


LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@answers(np.einsum)
def einsums(subscripts: str, *operands: Any, optimize: Any = False) -> Any:
    if not isinstance(subscripts, str):
        raise TypeError(
            "np.einsum of Variables takes its subscripts as text: np.einsum('ij,jk->ik', x, y)"
        )
    return einsum(*operands, subscripts=_explicit(subscripts.replace(" ", ""), operands))


def _explicit(subscripts: str, operands: Sequence[Any]) -> str:
    """With its result written out, and letters in place of dots."""
    left, arrow, result = subscripts.partition("->")
    terms = left.split(",")
    if "." in left:
        spare = [letter for letter in LETTERS if letter not in subscripts]
        ranks = [np.ndim(x) - len(term.replace("...", "")) for term, x in zip(terms, operands)]
        dots = ["".join(spare[max(ranks) - rank : max(ranks)]) for rank in ranks]
        terms = [term.replace("...", dot) for term, dot in zip(terms, dots)]
        every = "".join(spare[: max(ranks)])
        result = result.replace("...", every) if arrow else every + _once(terms, every)
    elif not arrow:
        result = _once(terms, "")
    return f"{','.join(terms)}->{result}"


def _once(terms: Sequence[str], without: str) -> str:
    letters = "".join(terms)
    return "".join(
        letter
        for letter in sorted(set(letters))
        if letters.count(letter) == 1 and letter not in without
    )


# ── linear algebra ──


@answers(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    if axis is None and (ord is None or (x.ndim, ord) in ((1, 2), (2, "fro"), (2, "f"))):
        return table.norm(x, axis=None, keepdims=keepdims)
    axes = normalize_axis_tuple(range(x.ndim) if axis is None else axis, x.ndim)
    if len(axes) == 1:
        return vector_norm(x, axis=axes[0], keepdims=keepdims, ord=2 if ord is None else ord)
    if len(axes) != 2:
        raise ValueError(
            f"np.linalg.norm takes one axis, or two of matrices, not {len(axes)}; "
            "np.linalg.vector_norm takes any"
        )
    result = matrix_norm(moveaxis(x, axes, (-2, -1)), ord="fro" if ord is None else ord)
    return np.expand_dims(result, tuple(sorted(axes))) if keepdims else result


@answers(np.linalg.vector_norm)
def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    along = {"axis": axis, "keepdims": keepdims}
    if ord == 2 and not np.ndim(axis):
        return table.norm(x, **along)
    if isinstance(ord, str):
        raise ValueError(f"a vector has no norm of order {ord!r}")
    if ord > 0 and not x.size:
        ord = 1  # of nothing, they are all 0
    if ord in (np.inf, -np.inf):
        return (table.max_ if ord > 0 else table.min_)(absolute(x), **along)
    if ord == 0:
        return table.sum_(1.0 - table.equals(x, 0.0), **along)
    if ord == 1:
        return table.sum_(absolute(x), **along)
    return table.sum_(absolute(x) ** float(ord), **along) ** (1.0 / ord)


@answers(np.linalg.matrix_norm)
def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    normalize_axis_tuple((-2, -1), x.ndim)  # there must be two
    if not x.size and ord in (1, 2, np.inf):
        ord = "nuc"  # of nothing, they are all 0
    along = {"axis": -1, "keepdims": False}
    if ord in ("fro", "f"):
        return table.norm(x, axis=(-2, -1), keepdims=keepdims)
    if ord in (1, -1, np.inf, -np.inf):
        sums = table.sum_(absolute(x), axis=-2 if abs(ord) == 1 else -1, keepdims=False)
        result = (table.max_ if ord > 0 else table.min_)(sums, **along)
    elif ord == "nuc":
        result = table.sum_(table.singular_values(x), **along)
    elif ord in (2, -2):
        result = table.singular_values(x)[..., 0 if ord == 2 else -1]
    else:
        raise ValueError(f"a matrix has no norm of order {ord!r}")
    return np.expand_dims(result, (-2, -1)) if keepdims else result


@answers(np.linalg.cond)
def cond(x: Any, p: Any = None) -> Any:
    if p in (None, 2, -2):
        values = table.singular_values(x)
        largest, smallest = values[..., 0], values[..., -1]
        return smallest / largest if p == -2 else largest / smallest
    return matrix_norm(x, ord=p) * matrix_norm(table.inv(x), ord=p)


@answers(np.linalg.svd)
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    if not compute_uv:
        return table.singular_values(a)
    if full_matrices and a.shape[-1] != a.shape[-2]:
        raise TypeError(
            "the singular vectors beyond those of a matrix that is not square have no derivative: "
            "use np.linalg.svd(x, full_matrices=False), or np.linalg.svdvals(x)"
        )
    result = np.linalg.svd(np.eye(2))
    return type(result)(
        U=table.left_singular_vectors(a),
        S=table.singular_values(a),
        Vh=table.right_singular_vectors(a),
    )


@answers(np.linalg.svdvals)
def svdvals(x: Any, /) -> Any:
    return table.singular_values(x)


@answers(np.linalg.qr)
def qr(a: Any, mode: str = "reduced") -> Any:
    if mode not in ("reduced", "complete", "r") or 0 < a.shape[-2] < a.shape[-1]:
        raise TypeError(
            "np.linalg.qr of Variables takes matrices of at least as many rows as columns, and the "
            f"modes 'reduced' and 'r', not {mode!r} of shape {a.shape}"
        )
    if mode == "complete" and a.shape[-2] > a.shape[-1]:
        raise TypeError(
            "the columns of a complete QR beyond those of the matrix have no derivative: use "
            "np.linalg.qr(x)"
        )
    if a.shape[-2]:
        q, r = table.orthogonal_factor(a), table.triangular_factor(a)
    else:  # of no rows: there is nothing in either factor
        q, r = table.reshape(a, shape=(*a.shape[:-2], 0, 0)), table.negative(a)
    return r if mode == "r" else type(np.linalg.qr(np.eye(2)))(Q=q, R=r)


@answers(np.linalg.pinv)
def pinv(a: Any, rcond: Any = None, *, rtol: Any = None) -> Any:
    return table.pinv(a, rcond=rcond if rtol is None else rtol)


@answers(np.linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    m, n = np.shape(a)
    rcond = max(m, n) * np.finfo(float).eps if rcond is None else max(0.0, rcond)
    x = matmul(table.pinv(a, rcond=rcond), b)
    singular = table.singular_values(a)
    rank = np.linalg.matrix_rank(a, rtol=rcond)
    apart = b - matmul(a, x)
    residuals: Any = np.zeros(0)
    if rank == n < m:
        residuals = np.atleast_1d(table.sum_(apart * apart, axis=0, keepdims=False))
    return x, residuals, rank, singular


@answers(np.linalg.matrix_power)
def matrix_power(a: Any, n: int) -> Any:
    n = operator.index(n)
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise ValueError(f"np.linalg.matrix_power takes square matrices, not shape {a.shape}")
    if n == 0:
        return table.where(np.zeros(a.shape, bool), a, np.eye(a.shape[-1]))
    factor, power = table.inv(a) if n < 0 else a, None
    for digit in reversed(f"{abs(n):b}"):
        if digit == "1":
            power = factor if power is None else matmul(power, factor)
        factor = matmul(factor, factor)
    return power


@answers(np.linalg.multi_dot)
def multi_dot(arrays: Sequence[Any], *, out: Any = None) -> Any:
    nowhere(out)
    product = arrays[0]
    for array in arrays[1:]:
        product = matmul(product, array)
    return product


@answers(np.linalg.slogdet)
def slogdet(a: Any) -> Any:
    result = np.linalg.slogdet(np.eye(2))
    return type(result)(sign=table.signdet(a), logabsdet=table.logabsdet(a))


@answers(np.linalg.eigh)
def eigh(a: Any, UPLO: str = "L") -> Any:
    """Of a symmetric matrix, of which it reads one half; it hands back a symmetric gradient."""
    result = np.linalg.eigh(np.eye(2))
    if UPLO.upper() == "U":
        a = matrix_transpose(a)
    return type(result)(eigenvalues=table.eigenvalues(a), eigenvectors=table.eigenvectors(a))


@answers(np.linalg.eigvalsh)
def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    """As np.linalg.eigh, with a symmetric gradient."""
    return table.eigenvalues(matrix_transpose(a) if UPLO.upper() == "U" else a)


@answers(np.linalg.cholesky)
def cholesky(a: Any, /, *, upper: bool = False) -> Any:
    """As np.linalg.eigh, with a symmetric gradient."""
    return matrix_transpose(table.cholesky(a)) if upper else table.cholesky(a)


@answers(np.linalg.solve)
def solve(a: Any, b: Any) -> Any:
    if np.ndim(b) == 1 and np.ndim(a) > 2:  # one vector for many matrices
        return table.solve(a, np.reshape(b, (-1, 1)))[..., 0]
    return table.solve(a, b)


@answers(np.linalg.trace)
def trace_of_last(x: Any, /, *, offset: int = 0) -> Any:
    return trace(x, offset, -2, -1)


@answers(np.linalg.diagonal)
def diagonal_of_last(x: Any, /, *, offset: int = 0) -> Any:
    return table.diagonal(x, offset=offset, axis1=-2, axis2=-1)


@answers(np.linalg.matrix_transpose)
def transposed_of_last(x: Any, /) -> Any:
    return matrix_transpose(x)


@answers(np.diagflat)
def diagflat(v: Any, k: int = 0) -> Any:
    return table.diag(np.ravel(v), k=k)


@answers(np.trace)
def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return (
        table.trace(a, offset=offset)
        if a.ndim == 2 and (axis1, axis2) == (0, 1)
        else table.sum_(table.diagonal(a, offset=offset, axis1=axis1, axis2=axis2), axis=-1)
    )
