"""The ledger: what sweeps and replays evaluate, counted while they work.

While no Ledger is open, nothing of this stands in the way of any computation. An open one puts
counting versions in the place of the functions that work: local derivatives, for one, become
numbers that count when they are multiplied."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from gradviz.autodiff import forward, primitive, program, reverse, tape, trace
from gradviz.autodiff.tape import FOREIGN, LEAF, Page
from gradviz.autodiff.variable import Variable
from gradviz.graph import Graph, Run


class Ledger:
    """Counts the work that is done while it is open, of single numbers and of arrays.

    `operations` are those of the functions themselves, `local_derivatives` how often one was
    multiplied with what came along, `adjoints` and `tangents` how many were written for operations
    and inputs; `flops` are floating-point operations, of the functions, and `derivative_flops`
    those of the sweeps: an elementwise operation is one for each element of its result, a product
    of matrices two for each product of elements.

    It counts for all threads. Ledgers can be nested.

    >>> import gradviz as gv
    >>> with gv.Ledger() as ledger:
    ...     gradient = gv.grad(lambda x: np.sum(x * x))(np.ones(100))
    >>> ledger.operations, ledger.local_derivatives, ledger.flops
    (2, 3, 199)
    """

    def __init__(self) -> None:
        self.operations = self.local_derivatives = self.adjoints = self.tangents = 0
        self.flops = self.derivative_flops = 0
        self.idle_tangents = 0  # those of many directions at once, where they do not come
        self._pages: list[tuple[Page, int]] = []

    def __enter__(self) -> "Ledger":
        with _lock:
            self._pages.append((tape.state.page, tape.state.page.count))
            if not _open:
                _installed.enter_context(_counting())
            _open.append(self)
        return self

    def __exit__(self, *error: object) -> None:
        with _lock:
            _open.remove(self)
            if not _open:
                _installed.close()
        for page, start in self._pages:
            for index in range(start, page.count):
                operation, *_ = entry = page.entry(index)
                if operation not in (LEAF, FOREIGN):
                    places = operation.operands(entry)
                    operands = [
                        page.entries[place][5] if position in operation.positions else place
                        for position, place in enumerate(places)
                    ]
                    self._operation(operation, operands, entry[5])
        self._pages = []

    def _operation(self, operation: Any, operands: Any, result: Any) -> None:
        self.operations += 1
        self.flops += flops(operation.name, operands, result)

    def __repr__(self) -> str:
        return f"<Ledger: {self.operations:,} operations, {self.local_derivatives:,} local derivatives>"

    def __str__(self) -> str:
        names = (
            "operations",
            "local_derivatives",
            "adjoints",
            "tangents",
            "flops",
            "derivative_flops",
        )
        return "\n".join(
            f"{name.replace('_', ' '):<18}{getattr(self, name):>14,}" for name in names
        )


def flops(name: str, operands: Any, result: Any) -> int:
    """The floating-point operations of one operation."""
    if name == "matmul":
        return 2 * np.size(result) * np.shape(operands[0])[-1]
    if name in MOVES:
        return 0
    if name in ("sum", "mean", "prod", "max", "min", "logsumexp"):
        return int(np.size(operands[0])) - (name == "sum")
    return int(np.size(result))


MOVES = {
    "reshape",
    "transpose",
    "getitem",
    "scatter",
    "broadcast_to",
    "concatenate",
    "stack",
    "flip",
    "roll",
    "repeat",
    "tile",
    "diag",
    "diagonal",
    "astype",
    "positive",
    "constant",
}

_lock = threading.RLock()
_open: list[Ledger] = []
_installed = ExitStack()


def _tally(what: str, count: int = 1) -> None:
    for ledger in _open:
        setattr(ledger, what, getattr(ledger, what) + count)


class Counted(float):
    """A local derivative that counts when what comes along is multiplied with it."""

    def __mul__(self, other: Any) -> Any:
        if type(other) is Variable:  # a sweep that is recorded itself
            return float(self) * other
        if isinstance(
            other, np.ndarray
        ):  # many directions at once, of which the zeros stand for those that do not come here
            _tally("local_derivatives", int(np.count_nonzero(other)))
            _tally("derivative_flops", other.size)
        else:
            _tally("local_derivatives")
            _tally("derivative_flops")
        return float(self) * other

    __rmul__ = __mul__


class _CountedPull:
    """An operation on arrays whose handing back is counted."""

    def __init__(self, operation: Any) -> None:
        self.operation = operation

    def pull(
        self, adjoint: Any, z: Any, operands: Any, entries: list[Any], adjoints: list[Any]
    ) -> None:
        count = len(self.operation.positions)
        _tally("local_derivatives", count)
        plain = [
            entries[operand][5] if position in self.operation.positions else operand
            for position, operand in enumerate(operands)
        ]
        _tally(
            "derivative_flops", count * max(flops(self.operation.name, plain, z), int(np.size(z)))
        )
        self.operation.pull(adjoint, z, operands, entries, adjoints)


@contextmanager
def _counting() -> Iterator[None]:
    """Counting versions in place of what sweeps and replays call."""
    operation = primitive.Operation
    plain = {
        (reverse, "_walk"): reverse._walk,
        (forward, "_moved"): forward._moved,
        (operation, "number"): operation.number,
        (operation, "local"): operation.local,
        (operation, "flow"): operation.flow,
        (trace.Replay, "run"): trace.Replay.run,
        (Page, "__init__"): Page.__init__,
    }

    def walk(adjoints: list[Any], entries: list[Any], leaves: Any, release: bool) -> list[Any]:
        elsewhere = plain[reverse, "_walk"](
            adjoints, [_counted_entry(entry) for entry in entries], leaves, False
        )
        reached = (index for index, adjoint in enumerate(adjoints) if adjoint is not tape.UNREACHED)
        _tally("adjoints", sum(entries[index][0] != FOREIGN for index in reached))
        return elsewhere

    def moved(of: Any, tangents: Mapping[int, Any], z: Any, operands: Any, recorded: bool) -> Any:
        if not of.primitive.is_elementwise or getattr(
            z, "shape", ()
        ):  # of single numbers, the local derivatives count themselves
            _tally("local_derivatives", len(tangents))
            _tally("derivative_flops", len(tangents) * flops(of.name, operands, z))
        result = plain[forward, "_moved"](of, tangents, z, operands, recorded)
        there = (
            int(np.count_nonzero(result))
            if type(z) is float and isinstance(result, np.ndarray)
            else 1
        )
        _tally("tangents", there)
        _tally("idle_tangents", int(np.size(result)) - there if type(z) is float else 0)
        return result

    def number(self: Any, *operands: Any) -> Any:
        result = plain[operation, "number"](self, *operands)
        for ledger in _open:
            ledger._operation(self, operands, result)
        return result

    def local(self: Any, position: int, operands: Any, result: Any) -> Any:
        found = plain[operation, "local"](self, position, operands, result)
        return Counted(found) if type(found) is float and type(result) is float else found

    def flow(self: Any, position: int, adjoint: Any, operands: Any, result: Any) -> Any:
        _tally("local_derivatives")
        _tally("derivative_flops", max(flops(self.name, operands, result), int(np.size(result))))
        return plain[operation, "flow"](self, position, adjoint, operands, result)

    def run(self: Any, graph: Graph, values: Any) -> Run:
        try:
            numbers = program.interpret(self.recording(graph), values)
        except AssertionError as broken:
            return self.anew(graph, values, str(broken))
        _tally("adjoints", len(graph.nodes))
        return Run(
            graph, tuple(float(number) if type(number) is Counted else number for number in numbers)
        )

    def begin(self: Page, *arguments: Any, **options: Any) -> None:
        plain[Page, "__init__"](self, *arguments, **options)
        for ledger in _open:
            ledger._pages.append((self, 0))

    counting = dict(zip(plain, (walk, moved, number, local, flow, run, begin)))
    for (place, name), function in counting.items():
        setattr(place, name, function)
    try:
        yield
    finally:
        for (place, name), function in plain.items():
            setattr(place, name, function)


def _counted_entry(entry: Any) -> Any:
    code, a, by_a, b, by_b, z = entry
    if by_a is not None:
        return code, a, Counted(by_a), b, Counted(by_b) if b is not None else by_b, z
    return entry if type(code) is int else (_CountedPull(code), a, by_a, b, by_b, z)
