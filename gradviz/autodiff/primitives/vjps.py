"""The longer rules of the table, written in NumPy, so that arrays, Variables and Symbols can be put
through them alike.

A vjp is a function of the adjoint g, the result z, the operands and the parameters, and gives what
flows back to one operand; of functions of any number of operands, to each of several."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np


def shape(x: Any) -> tuple[int, ...]:
    """The shape of a number or an array, in any reading."""
    return getattr(x, "shape", ())


def size(x: Any) -> int:
    """How many numbers it holds."""
    return int(np.prod(shape(x)))


def kept(g: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """What belongs to a reduction of x along an axis, with that axis kept, so that it can be
    broadcast against x.
    """
    if axis is None or keepdims or not shape(x):
        return g
    axes = {a % len(shape(x)) for a in (axis if isinstance(axis, tuple) else (axis,))}
    return np.reshape(g, tuple(1 if a in axes else length for a, length in enumerate(shape(x))))


def spread(g: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """The same, repeated for all that was reduced."""
    return np.broadcast_to(kept(g, x, axis, keepdims), x.shape) if shape(x) else g


def count(x: Any, z: Any) -> float:
    """How many elements of x go into each of z."""
    return float(size(x)) / max(1, size(z))


def freedom(x: Any, z: Any, ddof: float) -> float:
    """By what a variance divides the squares that it sums up."""
    return max(0.0, count(x, z) - ddof)


def std_vjp(g: Any, z: Any, x: Any, axis: Any, ddof: float, keepdims: bool) -> Any:
    n = freedom(x, z, ddof)
    if count(x, z) == 1 and n > 0:  # one number does not vary, wherever it is
        return kept(g, x, axis, keepdims) * (0.0 * x)
    apart = x - np.mean(x, axis=axis, keepdims=True)
    return kept(np.divide(g, z * n), x, axis, keepdims) * apart


def tied(where: Any, g: Any, attained: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """The adjoint of a maximum, in even shares for all elements that attain it; where it is nan,
    none does, and all have nan.
    """
    if not shape(x):
        return np.divide(attained, attained) * g
    sharers = np.sum(attained, axis=axis, keepdims=keepdims)
    share, nothing = np.divide(g, sharers), np.divide(sharers, sharers) - 1.0
    return where(attained, kept(share, x, axis, keepdims), kept(nothing, x, axis, keepdims))


def others(x: Any) -> Any:
    """Along the last axis: the product of all other elements, right for zeros too. By halves, from
    pairs up to all, and back.
    """
    levels = [x]
    while levels[-1].shape[-1] > 1:
        x = levels[-1]
        if x.shape[-1] % 2:
            x = levels[-1] = np.concatenate([x, np.ones((*x.shape[:-1], 1), x.dtype)], axis=-1)
        levels.append(x[..., ::2] * x[..., 1::2])
    product = np.ones(levels.pop().shape)
    while levels:
        x = levels.pop()
        product = product[..., : x.shape[-1] // 2]
        left, right = product * x[..., 1::2], product * x[..., ::2]
        product = np.reshape(np.stack([left, right], axis=-1), x.shape)
    return product


def prod_vjp(g: Any, z: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    if not shape(x) or not size(x):
        return g if not shape(x) else 0.0 * x
    axes = (
        tuple(range(x.ndim))
        if axis is None
        else tuple(a % x.ndim for a in (axis if isinstance(axis, tuple) else (axis,)))
    )
    order = (*(a for a in range(x.ndim) if a not in axes), *axes)
    ordered = np.transpose(x, order)
    rest = ordered.shape[: x.ndim - len(axes)]
    flat = others(np.reshape(ordered, (*rest, -1)))[..., : int(np.prod(ordered.shape[len(rest) :]))]
    return kept(g, x, axis, keepdims) * np.transpose(
        np.reshape(flat, ordered.shape), tuple(int(a) for a in np.argsort(order))
    )


def swapped(x: Any) -> Any:
    """With its last two axes exchanged."""
    return (
        np.transpose(x, (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2))
        if x.ndim > 2
        else np.transpose(x)
    )


def matmul_x(g: Any, z: Any, x: Any, y: Any) -> Any:
    if x.ndim == 1 or y.ndim == 1:
        g, x, y = _as_matrices(g, x, y)
    return np.matmul(g, swapped(y))


def matmul_y(g: Any, z: Any, x: Any, y: Any) -> Any:
    wide = y.ndim > 1
    if x.ndim == 1 or y.ndim == 1:
        g, x, y = _as_matrices(g, x, y)
    flow = np.matmul(swapped(x), g)
    return flow if wide else np.reshape(flow, flow.shape[:-1])


def _as_matrices(g: Any, x: Any, y: Any) -> tuple[Any, Any, Any]:
    """A product in which vectors are rows or columns, and its adjoint."""
    x = np.reshape(x, (1, *x.shape)) if x.ndim == 1 else x
    y = np.reshape(y, (*y.shape, 1)) if y.ndim == 1 else y
    batch = np.broadcast_shapes(x.shape[:-2], y.shape[:-2])
    return np.reshape(g, (*batch, x.shape[-2], y.shape[-1])), x, y


def einsum_vjp(
    where: Any, g: Any, *operands: Any, positions: Sequence[int], subscripts: str = ""
) -> list[Any]:
    return [einsum_flow(where, g, operands, position, subscripts) for position in positions]


def einsum_flow(
    where: Any, g: Any, operands: tuple[Any, ...], position: int, subscripts: str
) -> Any:
    terms, result = subscripts.split("->")
    terms = terms.split(",")
    wanted, free = (
        terms[position],
        iter(sorted(set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") - set(subscripts))),
    )
    inputs, arrays = (
        [result, *terms[:position], *terms[position + 1 :]],
        [g, *operands[:position], *operands[position + 1 :]],
    )
    lengths, letters = shape(operands[position]), []
    for axis, letter in enumerate(wanted):
        if (
            letter in letters
        ):  # a diagonal was taken: the adjoint stands on it, and nothing beside it
            letter, before = next(free), letter
            inputs.append(before + letter)
            arrays.append(np.eye(lengths[axis]))
        elif not any(
            letter in term and shape(x)[term.index(letter)] == lengths[axis]
            for term, x in zip(inputs, arrays)
        ):  # summed over
            inputs.append(letter)
            arrays.append(np.ones(lengths[axis]))
        letters.append(letter)
    flow = np.einsum(f"{','.join(inputs)}->{''.join(letters)}", *arrays)
    if len(set(wanted)) == len(wanted):
        return flow
    at = np.indices(shape(flow), sparse=True)
    return where(
        sum(at[axis] != at[wanted.index(letter)] for axis, letter in enumerate(wanted)), 0.0, flow
    )


def concatenate_vjp(
    g: Any, z: Any, *operands: Any, positions: Sequence[int], axis: Any = 0
) -> list[Any]:
    before = () if axis is None else (slice(None),) * (axis % z.ndim)
    lengths = [size(x) if axis is None else x.shape[len(before)] for x in operands]
    starts = [0, *accumulate(lengths)]
    flows = [g[(*before, slice(starts[p], starts[p + 1]))] for p in positions]
    return (
        flows
        if axis is not None
        else [np.reshape(flow, shape(operands[p])) for flow, p in zip(flows, positions)]
    )


def stack_vjp(g: Any, z: Any, *operands: Any, positions: Sequence[int], axis: int = 0) -> list[Any]:
    before = (slice(None),) * (axis % z.ndim)
    return [g[(*before, position)] for position in positions]


def moved(scatter: Any, g: Any, x: Any, function: Any, **params: Any) -> Any:
    """The adjoint of a function that only takes elements of x to other places: each goes back where
    its value came from.
    """
    places = function(
        np.arange(1, size(x) + 1).reshape(shape(x)), **params
    ).ravel()  # 0 where there is no element of x
    g = np.reshape(g, (-1,))
    if not places.all():
        g = g[places > 0]
    return np.reshape(scatter(g, shape=(size(x),), index=places[places > 0] - 1), shape(x))


def solve_x(g: Any, z: Any, x: Any, y: Any) -> Any:
    back = np.linalg.solve(swapped(x), g)
    return (
        -(np.reshape(back, (-1, 1)) * np.reshape(z, (1, -1)))
        if y.ndim == 1
        else -np.matmul(back, swapped(z))
    )


def cholesky_vjp(g: Any, z: Any, x: Any) -> Any:
    """Iain Murray, Differentiation of the Cholesky decomposition (2016), equation 10."""
    half = np.tril(np.ones(x.shape[-2:])) - 0.5 * np.eye(x.shape[-1])
    inner = np.matmul(swapped(z), g) * half
    s = np.linalg.solve(swapped(z), swapped(np.linalg.solve(swapped(z), swapped(inner))))
    return 0.5 * (s + swapped(s))


def eigenvectors_vjp(g: Any, z: Any, x: Any) -> Any:
    """Mike Giles, An extended collection of matrix derivative results (2008), section 3.1."""
    values, n = np.linalg.eigvalsh(x), x.shape[-1]
    apart = (
        np.reshape(values, (*values.shape[:-1], 1, n))
        - np.reshape(values, (*values.shape, 1))
        + np.eye(n)
    )
    inner = np.matmul(swapped(z), g) * ((1.0 - np.eye(n)) / apart)
    s = np.matmul(np.matmul(z, inner), swapped(z))
    return 0.5 * (s + swapped(s))


def eigenvalues_vjp(g: Any, z: Any, x: Any) -> Any:
    vectors = np.linalg.eigh(x).eigenvectors
    return np.matmul(vectors * np.reshape(g, (*g.shape[:-1], 1, g.shape[-1])), swapped(vectors))


def cumsum_vjp(g: Any, z: Any, x: Any, axis: Any) -> Any:
    axis = axis or 0
    return np.reshape(np.flip(np.cumsum(np.flip(g, axis), axis), axis), shape(x))


def cumprod_vjp(recurrence: Any, g: Any, z: Any, x: Any, axis: Any) -> Any:
    """By sums from behind, in which no product is divided: right for zeros too."""
    flat = np.reshape(x, (-1,)) if axis is None or not shape(x) else x
    axis = axis if axis and shape(x) else 0
    return np.reshape(from_behind(recurrence, g, flat, axis) * before(z, axis, 1.0), shape(x))


def recurrence_a(recurrence: Any, g: Any, z: Any, a: Any, b: Any, axis: int) -> Any:
    return from_behind(recurrence, g, a, axis) * before(z, axis, 0.0)


def from_behind(recurrence: Any, g: Any, a: Any, axis: int) -> Any:
    """The adjoints that add up from behind: of each element its own and its successor's times a."""
    back = recurrence(before(np.flip(a, axis), axis, 0.0), np.flip(g, axis), axis=axis)
    return np.flip(back, axis)


def before(x: Any, axis: int, first: float) -> Any:
    """Each element's predecessor along an axis; `first` before the first."""
    along = (slice(None),) * (axis % x.ndim)
    start = np.full_like(np.empty(x.shape, x.dtype)[(*along, slice(0, 1))], first)
    return np.concatenate([start, x[(*along, slice(0, -1))]], axis)


def convolve_x(convolve: Any, g: Any, z: Any, x: Any, y: Any) -> Any:
    return convolve(g, np.flip(y, 0))[size(y) - 1 : size(y) - 1 + size(x)]


def singular_values_vjp(g: Any, z: Any, x: Any) -> Any:
    u, _, vh = np.linalg.svd(x, full_matrices=False)
    return np.matmul(u * as_columns(g), vh)


def left_singular_vectors_vjp(g: Any, z: Any, x: Any) -> Any:
    """James Townsend, Differentiating the singular value decomposition (2016)."""
    s, (_, _, vh) = np.linalg.svdvals(x), np.linalg.svd(x, full_matrices=False)
    inner = np.matmul(swapped(z), g)
    turned = np.matmul(z, _turning(s, inner) * as_columns(s))
    if x.shape[-2] > x.shape[-1]:
        turned = turned + (g - np.matmul(z, inner)) / as_columns(s)
    return np.matmul(turned, vh)


def right_singular_vectors_vjp(g: Any, z: Any, x: Any) -> Any:
    s, (u, _, _) = np.linalg.svdvals(x), np.linalg.svd(x, full_matrices=False)
    inner, rows = np.matmul(z, swapped(g)), np.reshape(s, (*s.shape, 1))
    turned = np.matmul(_turning(s, inner) * rows, z)
    if x.shape[-1] > x.shape[-2]:
        turned = turned + (g - np.matmul(swapped(inner), z)) / rows
    return np.matmul(u, turned)


def _turning(s: Any, inner: Any) -> Any:
    """How singular vectors turn into one another."""
    rows, columns, one = np.reshape(s, (*s.shape, 1)), as_columns(s), np.eye(s.shape[-1])
    apart = (columns - rows) * (columns + rows) + one
    return (inner - swapped(inner)) * ((1.0 - one) / apart)


def as_columns(x: Any) -> Any:
    """A number for each column of matrices."""
    return np.reshape(x, (*x.shape[:-1], 1, x.shape[-1]))


def orthogonal_factor_vjp(g: Any, z: Any, x: Any) -> Any:
    """Walter and Lehmann, Algorithmic differentiation of linear algebra functions (2012)."""
    turned = g - np.matmul(z, _mirrored(np.matmul(swapped(g), z)))
    return _over_transposed(turned, np.linalg.qr(x)[1])


def triangular_factor_vjp(g: Any, z: Any, x: Any) -> Any:
    inner = _mirrored(np.matmul(z, swapped(g)))
    return _over_transposed(np.matmul(np.linalg.qr(x)[0], inner), z)


def _mirrored(x: Any) -> Any:
    """The symmetric matrix of its lower triangle."""
    return np.tril(x) + swapped(np.tril(x, -1))


def _over_transposed(x: Any, r: Any) -> Any:
    """x times the inverse of r transposed."""
    return swapped(np.linalg.solve(r, swapped(x)))


def pinv_vjp(g: Any, z: Any, x: Any) -> Any:
    """Golub and Pereyra, The differentiation of pseudo-inverses (1973): while the rank stays."""
    back, turned = swapped(z), swapped(g)
    beside = turned - np.matmul(x, np.matmul(z, turned))
    above = turned - np.matmul(np.matmul(turned, z), x)
    flow = np.matmul(beside, np.matmul(z, back)) + np.matmul(np.matmul(back, z), above)
    return flow - np.matmul(np.matmul(back, g), back)


def as_matrices_of(g: Any, x: Any) -> Any:
    """A number for each of a stack of matrices, so that it can be broadcast against them."""
    return np.reshape(g, (*x.shape[:-2], 1, 1)) if x.ndim > 2 else g


def inverse(axes: Any) -> Any:
    """The order of axes that undoes a transposition."""
    return axes and tuple(int(axis) for axis in np.argsort([axis % len(axes) for axis in axes]))


def back(shift: Any) -> Any:
    """The shift that undoes one."""
    return tuple(-step for step in shift) if isinstance(shift, tuple) else -shift
