"""A program as data: both sweeps of a graph as a list of instructions, which a page performs one by
one without making code of text. They come out of the same symbols as a program in Python, in the
same order.

Every number has a place in one memory. What only moves numbers (an index, a transposition) is done
here, on the places themselves; an instruction is written where they don't lie in a grid then."""

import base64
import math
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np

from gradviz.autodiff import primitives, symbols, vjps
from gradviz.autodiff.general import General
from gradviz.autodiff.kernels import CHOICE, RELATIONS, TESTS, rows
from gradviz.autodiff.primitive import operation_of
from gradviz.autodiff.printers.printer import Unspelled
from gradviz.autodiff.program import RESERVED
from gradviz.autodiff.sweeps import Guard, Recording, Step, Sweeps
from gradviz.autodiff.symbols import Symbol
from gradviz.autodiff.variable import IS
from gradviz.graph import Edge, Node

Instruction = list[Any]
Grid = list[Any]  # a start, lengths and strides; or places one by one
PACKED = 24  # numbers of an array that are sent as base64
ADJOINT = "∂"  # a name that nothing else has


class Instructions(Sweeps):
    """The program of a recording; raises Unspelled where only Python can do something.

    `code` are the instructions, `steps` what is worked out, each with the number of instructions
    before it, and `sent` the places of what a figure is sent."""

    reserved = RESERVED  # names as in Python, so that distinct numbers are the same

    def __init__(self, recording: Recording) -> None:
        for node in recording.order:
            if getattr(recording.examples[node], "dtype", float) == np.float32:
                raise Unspelled("numbers of 32 bits")
            if node.operation is not None and operation_of(node).primitive.is_handwritten:
                raise Unspelled(f"{node.operation.name}, a gate of your own")
        self.size = 0  # of the memory
        self.starts: list[int] = []  # of what was put into it, one after another
        self.shapes: dict[int, tuple[int, ...]] = {}  # of that, by where it starts
        self.fixed: list[tuple[int, Any]] = []  # constants, by their places
        self.code: list[Instruction] = []
        self.steps: list[tuple[int, Step | Guard]] = []
        self.known: dict[str, np.ndarray] = {}  # the places of what has a name
        self.of_numbers: dict[str, np.ndarray] = {}  # and of constants
        # the places of expressions, which are worked out once
        self.done: dict[int, tuple[Symbol, np.ndarray]] = {}
        super().__init__(recording)
        graph = recording.graph
        for node in graph.inputs:
            self.known[self.names[node]] = self.room(np.shape(recording.examples[node]))
        for step in self.forward():
            self.steps.append((len(self.code), step))
            if isinstance(step, Guard):
                self.guard(step)
            else:
                self.known[step.name] = self.at(step.terms[0])
        for step in self.backward():
            self.steps.append((len(self.code), step))
            if step.alias is None:
                self.known[step.name] = self.total(step)
        self.sent: list[np.ndarray | None] = self.distinct_places()

    # ── what is sent ──

    def distinct_places(self) -> list[np.ndarray | None]:
        """The places of the distinct numbers; if there are arrays, of all, and of what flows."""
        graph, numbers = self.recording.graph, self.distinct()
        if not graph.has_arrays:
            return [self.at(number) for number in numbers.values()]
        all_numbers = [*numbers.values()]
        found = [all_numbers[place] for place in self.places]
        flows = (self.flow(edge) for edge in graph.edges)
        return [*(None if each is None else self.at(each) for each in found), *flows]

    def flow(self, edge: Edge) -> np.ndarray:
        """The places of what flows back along an edge."""
        if edge in self.flows:
            return self.at(self.flows[edge])
        return self.room(np.shape(self.recording.examples[edge.source]))

    def document(self) -> dict[str, Any]:
        """The program as a page takes it: strict JSON."""
        return {
            "size": self.size,
            "constants": [[place, _sent(constant)] for place, constant in self.fixed],
            "code": self.code,
            "numbers": [
                None if at is None else int(at) if not at.shape else grid(at) for at in self.sent
            ],
        }

    def add_paths(
        self, terms: Sequence[Any], results: Sequence[str], places: Sequence[int]
    ) -> None:
        """Work out the derivatives along closed blocks too: sums of products along hidden paths;
        `places` is where numbers stand among those that are sent.
        """
        zero = self.number(0.0)
        sums: dict[str, Any] = {"0.0": zero, "None": None}
        for term in terms:
            local = product = cast(np.ndarray, self.sent[places[term.place]])
            if term.ahead:
                product = self.row("multiply", [sums[term.ahead.removesuffix(" * ")], local])
            if term.is_choice:
                product = self.row(CHOICE, [local, product, zero])
            if not term.is_first:
                product = self.row("add", [sums[term.name], product])
            sums[term.name] = product
        self.sent += (sums[result] for result in results)

    def close(
        self,
        terms: Sequence[Any],
        results: Sequence[str],
        picks: Sequence[int],
        along: Sequence[Any],
    ) -> None:
        """The same of a graph of arrays, of whose numbers only those at `picks` are sent; and what
        flows back along edges, node by node: into a closed block, or along those that arrive.
        """
        count = len(self.sent) - len(self.recording.graph.edges)
        flows = self.sent[count:]
        del self.sent[count:]
        self.add_paths(terms, results, range(count))
        self.sent = [self.sent[pick] for pick in picks]
        for what in along:
            if isinstance(what, list):
                self.sent += (flows[edge.index] for edge in what)
            else:
                self.sent += self.flows_into(what.gates, what.operands)

    def flows_into(self, gates: Sequence[Node], operands: Sequence[Node]) -> list[np.ndarray]:
        """What the adjoint of the last of some gates hands back to the operands of all of them."""
        last = Symbol.named(self.adjoints[gates[-1]], self.example(gates[-1]))
        adjoints: dict[Node, np.ndarray] = {gates[-1]: self.at(last)}
        for gate in reversed(gates):
            if gate not in adjoints:
                continue
            self.known[ADJOINT] = adjoints[gate]
            operation, adjoint = operation_of(gate), Symbol.named(ADJOINT, self.example(gate))
            positions = operation.handing_back(gate.operands)
            symbols_of = [*map(self.symbol, gate.operands)]
            flows = operation.primitive.pullback(
                positions, adjoint, self.symbol(gate), symbols_of, operation.params
            )
            for position, flow in zip(positions, flows):
                source, at = cast(Node, gate.operands[position]), self.at(flow)
                before = adjoints.get(source)
                adjoints[source] = at if before is None else self.row("add", [before, at])
        return [
            adjoints[node] if node in adjoints else self.room(np.shape(self.example(node)))
            for node in operands
        ]

    # ── memory ──

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

    def constant(self, array: np.ndarray) -> str:
        name = super().constant(array)
        if name not in self.known:
            self.known[name] = self.array(array)
        return name

    # ── expressions ──

    def at(self, symbol: Any) -> np.ndarray:
        """The places of what an expression is."""
        if isinstance(symbol, np.ndarray):
            return self.array(symbol)
        if not isinstance(symbol, Symbol):
            return self.number(symbol)
        if symbol.is_name:
            return self.known[symbol.name]
        if id(symbol) not in self.done:
            self.done[id(symbol)] = symbol, self._worked_out(symbol)
        return self.done[id(symbol)][1]

    def _worked_out(self, symbol: Symbol) -> np.ndarray:
        primitive = symbol.primitive
        if primitive.is_elementwise or primitive is primitives.where:
            return self.elementwise(symbol)
        operands = symbol.operands
        if primitive in MOVES:
            return self.moved(primitive, [*map(self.at, operands)], symbol.params)
        if primitive in COMPOSED:
            return self.at(COMPOSED[primitive](*operands, **primitive.defaults | symbol.params))
        if primitive not in RULES:
            raise Unspelled(primitive.name)
        at = map(self.at, operands)
        return RULES[primitive](self, *at, **primitive.defaults | symbol.params)

    def elementwise(self, symbol: Symbol) -> np.ndarray:
        primitive = symbol.primitive
        if primitive not in rows():
            if not primitive.is_of_rows:
                raise Unspelled(primitive.name)
            return self.at(primitive.function(*symbol.operands))  # of other rows
        return self.row(rows()[primitive].name, [*map(self.at, symbol.operands)])

    def row(self, name: str, operands: Sequence[np.ndarray]) -> np.ndarray:
        """A row for numbers, or for each element of arrays that are broadcast."""
        if not any(at.ndim for at in operands):
            return self.perform((), name, *map(int, operands))
        shape = np.broadcast_shapes(*(at.shape for at in operands))
        grids = [grid(np.broadcast_to(at, shape)) for at in operands]
        return self.on_arrays(shape, "each", name, *grids)

    def total(self, step: Step) -> np.ndarray:
        """The sum of the terms of an adjoint."""
        terms = [*map(self.at, step.terms)]
        if not terms:
            return self.room(np.shape(self.recording.examples[step.node]))
        for term in terms[1:]:
            terms[0] = self.row("add", [terms[0], term])
        return terms[0]

    def moved(
        self, primitive: General, operands: Sequence[np.ndarray], params: dict[str, Any]
    ) -> np.ndarray:
        """What only takes numbers to other places: it works on places as on numbers."""
        at = np.asarray(primitive.function(*(at + 1 for at in operands), **params)) - 1
        if at.size == 0 or (at.min() >= 0 and self._is_one(at) and is_grid(at)):
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

    # ── what is not elementwise ──

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
        begin = at[(..., *(0,) * (len(letters) - kept))] if letters else at
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
            return self.at(np.ones(shape))  # a product of nothing
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

    def guard(self, guard: Guard) -> None:
        """That a decision comes out as it did."""
        plain, outcome = guard.plain, guard.outcome
        operands = [self.at(self.symbol(operand)) for operand in guard.operands]
        if plain is IS:
            self.same(operands[0], outcome)
        elif plain.function in TESTS or plain.function in RELATIONS:
            row = RELATIONS.get(plain.function, plain.function)
            holds = self.row(rows()[row].name, operands)
            if isinstance(outcome, bool | np.bool_):
                self.code.append(["must", int(holds), int(outcome)])
            else:
                self.same(holds, outcome)
        elif plain.function in (np.argmax, np.argmin) and plain.params.keys() <= {"axis"}:
            sign = 1 if plain.function is np.argmax else -1
            axis = plain.params.get("axis")
            self.same(self.reduced("argmax", sign, operands[0], axis, False), outcome)
        elif plain.function is np.argsort and plain.params.keys() <= {"axis"}:
            self.ordered(operands[0], np.asarray(outcome), plain.params.get("axis", -1))
        else:
            raise Unspelled(plain.name)

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


def is_grid(at: np.ndarray) -> bool:
    return _grid(at.ravel()) is not None


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


MOVES = {
    primitives.reshape, primitives.broadcast_to, primitives.transpose, primitives.getitem,
    primitives.concatenate, primitives.stack, primitives.flip, primitives.roll, primitives.triu,
    primitives.tril, primitives.repeat, primitives.tile, primitives.diag, primitives.diagonal,
    primitives.pad,
}  # fmt: skip


def _astype(program: Instructions, x: np.ndarray, dtype: Any) -> np.ndarray:
    if np.dtype(dtype) != np.float64:
        raise Unspelled(f"numbers of {np.dtype(dtype)}")
    return x


RULES: dict[Any, Callable[..., np.ndarray]] = {  # of places
    primitives.astype: _astype,
    primitives.scatter: Instructions.added,
    primitives.matmul: Instructions.matmul,
    primitives.einsum: Instructions.einsum,
    primitives.cumsum: Instructions.cumsum,
    primitives.sum_: lambda program, x, axis, keepdims: program.reduced(
        "sum", None, x, axis, keepdims
    ),
    **{
        primitive: lambda program, x, axis, keepdims, row=row: program.reduced(
            "reduce", rows()[row].name, x, axis, keepdims
        )
        for primitive, row in (
            (primitives.prod, primitives.multiply),
            (primitives.max_, primitives.maximum),
            (primitives.min_, primitives.minimum),
        )
    },
}


def _mean(x: Any, axis: Any, keepdims: bool) -> Any:
    total = primitives.sum_(x, axis=axis, keepdims=keepdims)
    return total / vjps.count(x, total)


def _var(x: Any, axis: Any, ddof: float, keepdims: bool) -> Any:
    apart = x - _mean(x, axis, True)
    total = primitives.sum_(apart * apart, axis=axis, keepdims=keepdims)
    return total / vjps.freedom(x, total, ddof)


def _logsumexp(x: Any, axis: Any, keepdims: bool) -> Any:
    most = primitives.max_(x, axis=axis, keepdims=True)
    most = primitives.where(symbols.equal(most - most, 0.0), most, 0.0)  # 0 if it is not finite
    powers = primitives.exp(x - most)
    total = primitives.log(primitives.sum_(powers, axis=axis, keepdims=True)) + most
    wanted = primitives.sum_(x, axis=axis, keepdims=keepdims)
    return primitives.reshape(total, shape=vjps.shape(wanted))


def _softmax(x: Any, axis: Any) -> Any:
    powers = primitives.exp(x - primitives.max_(x, axis=axis, keepdims=True))
    return powers / primitives.sum_(powers, axis=axis, keepdims=True)


def _norm(x: Any, axis: Any, keepdims: bool) -> Any:
    return primitives.sqrt(primitives.sum_(x * x, axis=axis, keepdims=keepdims))


COMPOSED: dict[Any, Callable[..., Any]] = {  # of symbols, of other primitives
    primitives.mean: _mean,
    primitives.var: _var,
    primitives.std: lambda x, axis, ddof, keepdims: primitives.sqrt(_var(x, axis, ddof, keepdims)),
    primitives.logsumexp: _logsumexp,
    primitives.softmax: _softmax,
    primitives.norm: _norm,
    primitives.trace: lambda x, offset: primitives.sum_(
        primitives.diagonal(x, offset=offset), axis=-1
    ),
}
