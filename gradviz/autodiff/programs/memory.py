"""A memory in which every number has its place, and the instructions that work on it.

What is known of numbers here is where they are: an array of places for each array. What only moves
numbers (an index, a transposition) is done on the places themselves, and an instruction is written
where they don't lie in a grid then."""

import base64
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradviz.autodiff.primitives.printers.printer import Unspelled

Instruction = list[Any]  # the kernel, and what it is given
Grid = list[Any]  # a start, lengths and strides; or places one by one
PACKED = 24  # numbers of an array that are sent as base64


class Memory:
    """Places of numbers; `code` are the instructions, `fixed` the constants with their places."""

    def __init__(self) -> None:
        self.size = 0
        self.starts: list[int] = []  # of what was put into it, one after another
        self.shapes: dict[int, tuple[int, ...]] = {}  # of that, by where it starts
        self.fixed: list[tuple[int, np.ndarray]] = []
        self.of_numbers: dict[str, np.ndarray] = {}  # the places of those that are single numbers
        self.code: list[Instruction] = []

    def document(self, numbers: Sequence[np.ndarray | None]) -> dict[str, Any]:
        """The program as a page takes it, in strict JSON; `numbers` are those that it gives."""
        return {
            "size": self.size,
            "constants": [[place, _sent(constant)] for place, constant in self.fixed],
            "code": self.code,
            "numbers": [
                None if at is None else int(at) if not at.shape else grid(at) for at in numbers
            ],
        }

    # ── numbers and arrays ──

    def room(self, shape: Sequence[int]) -> np.ndarray:
        """The places of something new."""
        start, size = self.size, math.prod(shape)
        self.starts.append(start)
        if size:
            self.shapes[start] = tuple(shape)
        self.size += size
        return np.arange(start, start + size).reshape(shape) if shape else np.array(start)

    def perform(self, shape: Sequence[int], kernel: str, *operands: Any) -> np.ndarray:
        """Write an instruction; the places of what it gives."""
        at = self.room(shape)
        self.code.append([kernel, int(self.starts[-1]), *operands])
        return at

    def on_arrays(self, shape: Sequence[int], kernel: str, *operands: Any) -> np.ndarray:
        """The same of an instruction for arrays; nothing is to be done for none of elements."""
        size = math.prod(shape)
        return self.perform(shape, kernel, size, *operands) if size else self.room(shape)

    def number(self, number: float) -> np.ndarray:
        key = repr(float(number))
        if key not in self.of_numbers:
            self.of_numbers[key] = self.room(())
            self.fixed.append((self.starts[-1], np.array([number], float)))
        return self.of_numbers[key]

    def array(self, array: np.ndarray) -> np.ndarray:
        if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
            raise Unspelled(f"arrays of {array.dtype}")
        at = self.room(array.shape)
        if array.size:
            self.fixed.append((self.starts[-1], array.astype(float).ravel()))
        return at

    # ── element by element, and moves ──

    def row(self, name: str, operands: Sequence[np.ndarray]) -> np.ndarray:
        """A row for numbers, or for each element of arrays that are broadcast."""
        if not any(at.ndim for at in operands):
            return self.perform((), name, *map(int, operands))
        shape = np.broadcast_shapes(*(at.shape for at in operands))
        grids = [grid(np.broadcast_to(at, shape)) for at in operands]
        return self.on_arrays(shape, "each", name, *grids)

    def moved(
        self, function: Callable[..., Any], operands: Sequence[np.ndarray], params: dict[str, Any]
    ) -> np.ndarray:
        """What only takes numbers to other places: it works on places as on numbers."""
        at = np.asarray(function(*(at + 1 for at in operands), **params)) - 1
        if at.size == 0 or (at.min() >= 0 and self._is_one(at) and _grid(at.ravel())):
            return at
        return self.copied(at)

    def _is_one(self, at: np.ndarray) -> bool:
        """Whether places lie in one thing."""
        ends = np.searchsorted(self.starts, [at.min(), at.max()], "right")
        return ends[0] == ends[1]

    def copied(self, at: np.ndarray) -> np.ndarray:
        """The same numbers side by side; where there is no place, 0."""
        size = at.size
        made, at = self.room(at.shape), at.ravel()
        start, wholes = self.starts[-1], np.searchsorted(self.starts, at, "right")
        for whole in np.unique(wholes[at >= 0]):
            here = np.flatnonzero((wholes == whole) & (at >= 0))
            self.code.append(["move", start, size, grid(here), grid(at[here])])
        return made

    # ── sums ──

    def added(self, x: np.ndarray, shape: tuple[int, ...], index: Any) -> np.ndarray:
        """Each number added at its place."""
        to = np.arange(math.prod(shape)).reshape(shape)[index]
        return self.on_arrays(shape, "put", grid(to), grid(np.broadcast_to(x, to.shape)))

    def contracted(
        self, operands: Sequence[np.ndarray], terms: Sequence[Sequence[Any]], result: Sequence[Any]
    ) -> np.ndarray:
        """Sums of products, over the axes that the result has not; axes go by letters."""
        lengths: dict[Any, int] = {}
        for at, term in zip(operands, terms):
            for letter, length in zip(term, at.shape):
                if lengths.get(letter, 1) == 1:
                    lengths[letter] = length
        shape = tuple(lengths[letter] for letter in result)
        summed = [letter for letter in lengths if letter not in result]
        if 0 in lengths.values():
            return self.room(shape)
        pairs = [
            self.terms_of(at, term, [*result], summed, lengths) for at, term in zip(operands, terms)
        ]
        return self.on_arrays(shape, "sum", *pairs)

    def terms_of(
        self,
        at: np.ndarray,
        term: Sequence[Any],
        result: Sequence[Any],
        summed: Sequence[Any],
        lengths: dict[Any, int],
    ) -> list[Grid]:
        """Where the terms of each sum begin, and how far from there they are."""
        letters = [letter for letter in (*result, *summed) if letter in term]
        numbers = {letter: count for count, letter in enumerate(letters)}
        at = np.einsum(at, [numbers[letter] for letter in term], [*numbers.values()])  # diagonals
        kept = sum(letter in result for letter in letters)
        begin = at[(..., *(0,) * (len(letters) - kept))]
        apart = at[(0,) * kept]
        both = begin.reshape(begin.shape + (1,) * apart.ndim) + apart - at[(0,) * at.ndim]
        if not np.array_equal(both, at):
            return self.terms_of(self.copied(at), letters, result, summed, lengths)
        begin = _spread(begin, letters[:kept], result, lengths)
        apart = _spread(apart - at[(0,) * at.ndim], letters[kept:], summed, lengths)
        return [grid(begin), grid(apart)]

    def reduced(self, kernel: str, how: Any, x: np.ndarray, axis: Any, keepdims: bool) -> Any:
        """A reduction along some axes."""
        axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        gone = {a % x.ndim for a in axes if x.ndim}
        letters, kept = [*range(x.ndim)], [a for a in range(x.ndim) if a not in gone]
        lengths = dict(enumerate(x.shape))
        shape = tuple(
            1 if a in gone else n for a, n in lengths.items() if keepdims or a not in gone
        )
        if kernel == "sum":
            return self.contracted([x], [letters], kept).reshape(shape)
        if not x.size:
            return self.array(np.ones(shape))  # a product of nothing
        return self.on_arrays(
            shape, kernel, how, self.terms_of(x, letters, kept, sorted(gone), lengths)
        )

    def matmul(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        batch = [*range(max(x.ndim, y.ndim, 2) - 2)][::-1]
        rows, columns = ["row"][: x.ndim - 1], ["column"][: y.ndim - 1]
        terms = [
            [*batch[len(batch) - max(0, x.ndim - 2) :], *rows, "inner"],
            [*batch[len(batch) - max(0, y.ndim - 2) :], "inner", *columns],
        ]
        return self.contracted([x, y], terms, [*batch, *rows, *columns])

    def einsum(self, *operands: np.ndarray, subscripts: str) -> np.ndarray:
        terms, result = subscripts.split("->")
        return self.contracted(operands, terms.split(","), result)

    def cumsum(self, x: np.ndarray, axis: int | None) -> np.ndarray:
        x, axis = (x.ravel(), 0) if axis is None or not x.ndim else (x, axis)
        stride = math.prod(x.shape[axis % x.ndim + 1 :])
        return self.on_arrays(x.shape, "cumsum", x.shape[axis], stride, grid(x))

    # ── decisions ──

    def same(self, at: np.ndarray, outcome: Any) -> None:
        if at.shape != np.shape(outcome):
            raise Unspelled("arrays of another shape")
        known = self.array(np.asarray(outcome))
        self.code.append(["same", grid(at), grid(known)])

    def ordered(self, x: np.ndarray, order: np.ndarray, axis: int | None) -> None:
        """That numbers along an axis have this order, and no two are equal."""
        if x.size < 2:
            return
        x, axis = (x.ravel(), 0) if axis is None else (x, axis % x.ndim)
        letters, lengths = [*range(x.ndim)], dict(enumerate(x.shape))
        others = [a for a in letters if a != axis]
        rest = self.terms_of(x, letters, others, [axis], lengths)
        in_rows = np.moveaxis(order.reshape(x.shape), axis, -1)
        self.code.append(["ordered", in_rows.ravel().tolist(), rest])


def _spread(
    at: np.ndarray, letters: Sequence[Any], wanted: Sequence[Any], lengths: dict[Any, int]
) -> np.ndarray:
    """Places along some axes, with all the axes that are wanted."""
    index = tuple(slice(None) if letter in letters else None for letter in wanted)
    return np.broadcast_to(at[index], [lengths[letter] for letter in wanted])


def grid(at: np.ndarray) -> Grid:
    """Places as a start, lengths and strides, if they lie so; else one by one.

    >>> grid(np.arange(12).reshape(3, 4).T)
    [0, [4, 3], [1, 4]]
    >>> grid(np.array([0, 1, 5]))
    [0, 1, 5]
    """
    at = at.ravel()
    return _grid(at) or at.tolist()


def _grid(at: np.ndarray) -> Grid | None:
    lengths, strides, starts = [], [], at
    while starts.size > 1:
        steps = np.diff(starts)
        length = int(np.argmax(np.append(steps != steps[0], True))) + 1
        if starts.size % length:
            return None
        rows = starts.reshape(-1, length)
        if (rows - rows[:, :1] != steps[0] * np.arange(length)).any():
            return None
        lengths.insert(0, length)
        strides.insert(0, int(steps[0]))
        starts = rows[:, 0]
    return [int(starts[0]), lengths, strides] if at.size else None


def _sent(constant: np.ndarray) -> list[Any] | str:
    """Numbers one by one, those that JSON has not as words; or, if they are many, as base64."""
    if constant.size > PACKED and not all(float(number).is_integer() for number in constant):
        return base64.b64encode(constant.astype("<f8").tobytes()).decode()
    return [_plain(float(number)) for number in constant]


def _plain(number: float) -> Any:
    if number - number != 0.0:
        return repr(number)
    if number == 0.0:
        return "-0" if math.copysign(1.0, number) < 0 else 0
    return int(number) if number.is_integer() and abs(number) < 2**53 else number
