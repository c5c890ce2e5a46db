"""What a gradient costs: counted by running the very sweeps that the package uses, with a Ledger open.

>>> import gradviz as gv
>>> cost = gv.trace(lambda x, y: np.exp(x * y) + x, x=1.0, y=2.0).cost()
>>> cost.n, cost.p, cost.edges, cost.reverse, cost.forward
(3, 2, 5, 5, 7)

While no Ledger is open, nothing of this stands in the way of any computation. An open one puts counting versions in the place of
the functions that work: local derivatives, for one, become numbers that count when they are multiplied.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from gradviz.autodiff import forward, primitive, program, reverse, tape, trace
from gradviz.autodiff.tape import FOREIGN, LEAF, Page, recording_on
from gradviz.autodiff.variable import Variable, input_of
from gradviz.graph import Graph, Node, Run

MOST_STEPS = 2_500_000  # along paths that are walked one by one
LARGE, AT_ONCE = 100_000, 512  # n × p from which on many inputs are tried at once, and how many
COLUMNS = ("way", "operations", "local derivatives", "written")


class Ledger:
    """Counts the work that is done while it is open, of single numbers and of arrays.

    `operations` are those of the functions themselves, `local_derivatives` how often one was multiplied with what came along, `adjoints` and
    `tangents` how many were written for operations and inputs; `flops` are floating-point operations, of the functions, and
    `derivative_flops` those of the sweeps: an elementwise operation is one for each element of its result, a product of matrices two
    for each product of elements.

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
        self._zeros = 0  # tangents that many directions at once have where they do not come
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
                    operands = [page.entries[place][5] if position in operation.positions else place for position, place in enumerate(places)]
                    self._operation(operation, operands, entry[5])
        self._pages = []

    def _operation(self, operation: Any, operands: Any, result: Any) -> None:
        self.operations += 1
        self.flops += flops(operation.name, operands, result)

    def __repr__(self) -> str:
        return f"<Ledger: {self.operations:,} operations, {self.local_derivatives:,} local derivatives>"

    def __str__(self) -> str:
        names = ("operations", "local_derivatives", "adjoints", "tangents", "flops", "derivative_flops")
        return "\n".join(f"{name.replace('_', ' '):<18}{getattr(self, name):>14,}" for name in names)


def flops(name: str, operands: Any, result: Any) -> int:
    """The floating-point operations of one operation."""
    if name == "matmul":
        return 2 * np.size(result) * np.shape(operands[0])[-1]
    if name in MOVES:
        return 0
    if name in ("sum", "mean", "prod", "max", "min", "logsumexp"):
        return int(np.size(operands[0])) - (name == "sum")
    return int(np.size(result))


MOVES = {"reshape", "transpose", "getitem", "scatter", "broadcast_to", "concatenate", "stack", "flip", "roll", "repeat", "tile", "diag", "diagonal", "astype", "positive", "constant"}

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
        if isinstance(other, np.ndarray):  # many directions at once, of which the zeros stand for those that do not come here
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

    def pull(self, adjoint: Any, z: Any, operands: Any, entries: list[Any], adjoints: list[Any]) -> None:
        count = len(self.operation.positions)
        _tally("local_derivatives", count)
        plain = [entries[operand][5] if position in self.operation.positions else operand for position, operand in enumerate(operands)]
        _tally("derivative_flops", count * max(flops(self.operation.name, plain, z), int(np.size(z))))
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
        elsewhere = plain[reverse, "_walk"](adjoints, [_counted_entry(entry) for entry in entries], leaves, False)
        reached = (index for index, adjoint in enumerate(adjoints) if adjoint is not tape.UNREACHED)
        _tally("adjoints", sum(entries[index][0] != FOREIGN for index in reached))
        return elsewhere

    def moved(of: Any, tangents: Mapping[int, Any], z: Any, operands: Any, recorded: bool) -> Any:
        if not of.primitive.is_elementwise:
            _tally("local_derivatives", len(tangents))
            _tally("derivative_flops", len(tangents) * flops(of.name, operands, z))
        result = plain[forward, "_moved"](of, tangents, z, operands, recorded)
        there = int(np.count_nonzero(result)) if type(z) is float and isinstance(result, np.ndarray) else 1
        _tally("tangents", there)
        _tally("_zeros", int(np.size(result)) - there if type(z) is float else 0)
        return result

    def number(self: Any, *operands: Any) -> Any:
        result = plain[operation, "number"](self, *operands)
        for ledger in _open:
            ledger._operation(self, operands, result)
        return result

    def local(self: Any, position: int, operands: Any, result: Any) -> Any:
        found = plain[operation, "local"](self, position, operands, result)
        return Counted(found) if type(found) is float else found

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
        return Run(graph, tuple(float(number) if type(number) is Counted else number for number in numbers))

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


# ── the ways of differentiating ──


@dataclass(frozen=True)
class Way:
    """One way of differentiating, and what it evaluated: operations of the function, local derivatives, and how many derivatives it
    wrote; and the gradient that came out."""

    name: str
    operations: int
    local_derivatives: int
    written: int
    gradient: tuple[float, ...]


class Cost:
    """What each way of differentiating a graph evaluates. `ways` has them all, as they were run."""

    def __init__(self, graph: Graph, ways: Mapping[str, Way | None], paths: int) -> None:
        self.graph = graph
        self.ways = ways
        self.paths = paths
        self.n, self.p, self.edges = len(graph.operations), len(graph.inputs), len(graph.edges)
        self.n_plus_p, self.n_times_p = self.n + self.p, self.n * self.p

    @property
    def reverse(self) -> int:
        """Local derivatives that one reverse sweep evaluates."""
        return self.ways["reverse"].local_derivatives

    @property
    def forward(self) -> int:
        """Local derivatives that forward mode evaluates, one sweep for each input, where it skips what does not depend on that."""
        return self.ways["forward"].local_derivatives

    @property
    def bumping(self) -> int:
        """Operations that bumping evaluates: all once, and then for each input those that depend on it."""
        return self.ways["bumping"].operations

    @cached_property
    def rows(self) -> list[tuple[str, ...]]:
        return [(way.name, *(f"{count:,}" for count in (way.operations, way.local_derivatives, way.written))) for way in self.ways.values() if way is not None]

    @property
    def verdict(self) -> str:
        """Which of n + p and n × p is less here."""
        n, p = f"n + p = {self.n_plus_p:,}", f"n × p = {self.n_times_p:,}"
        if self.n_times_p < self.n_plus_p:
            return f"{p} is less than {n}: with {self.p} input{'s' * (self.p != 1)} one forward sweep writes less than the reverse sweep"
        return f"{n} is less than {p}" if self.n_plus_p < self.n_times_p else f"{n} and {p} are the same"

    def __repr__(self) -> str:
        return f"<Cost of {self.graph.name}: n = {self.n}, p = {self.p}, reverse {self.reverse}, forward {self.forward}>"

    def __str__(self) -> str:
        rows = [COLUMNS, *self.rows]
        widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
        lines = ["  ".join(cell.ljust(width) if not column else cell.rjust(width) for column, (cell, width) in enumerate(zip(row, widths))) for row in rows]
        head = f"{self.graph.name}: n = {self.n:,} operations, p = {self.p:,} inputs, {self.edges:,} edges, {self.paths:,} paths"
        return "\n".join([head, self.verdict, "", lines[0], "─" * len(lines[0]), *lines[1:]])

    def _repr_html_(self) -> str:
        from html import escape

        head = "".join(f"<th style='text-align: {'right' if column else 'left'}'>{name}</th>" for column, name in enumerate(COLUMNS))
        body = "".join("<tr>" + "".join(f"<td style='text-align: {'right' if column else 'left'}'>{cell}</td>" for column, cell in enumerate(row)) + "</tr>" for row in self.rows)
        first, second, *_ = str(self).split("\n")
        return f"<div>{escape(first)}<br>{escape(second)}</div><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def cost(graph: Graph) -> Cost:
    """Differentiate a graph in each way, and count. Its inputs must be single numbers.

    Raises TypeError for a graph of arrays; a Ledger counts those.
    """
    if graph.has_arrays:
        raise TypeError(f"{graph.name} has arrays: its cost in operations and floating-point operations is counted by a Ledger, as in: with gv.Ledger() as ledger: graph.run()")
    paths, steps = count_paths(graph)
    ways = {way.__name__.strip("_"): way(graph) for way in (_reverse, _forward, _forward_all, _bumping)}
    return Cost(graph, {**ways, "paths": _paths(graph) if steps <= MOST_STEPS else None}, paths)


def _reverse(graph: Graph) -> Way:
    with Ledger() as ledger:
        output, inputs = performed(graph)
        _, leaves = reverse.sweep(output)
    return Way("reverse sweep", ledger.operations, ledger.local_derivatives, ledger.adjoints, tuple(leaves.get(each.leaf, 0.0) for each in inputs))


def _forward(graph: Graph) -> Way:
    with Ledger() as ledger:
        output, inputs = performed(graph)
        gradient: list[float] = []
        for seeds in _seeds(graph, inputs, skipping=True):
            moved = forward.tangent_sweep(output, seeds, 0)
            gradient += np.atleast_1d(np.zeros(np.shape(next(iter(seeds.values())))) if moved is None else moved).tolist()
    return Way("forward mode, skipping", ledger.operations, ledger.local_derivatives, ledger.tangents, tuple(gradient))


def _forward_all(graph: Graph) -> Way:
    with Ledger() as ledger:
        output, inputs = performed(graph)
        gradient: list[float] = []
        for seeds in _seeds(graph, inputs, skipping=False):
            moved = forward.tangent_sweep(output, seeds, 0)
            gradient += np.atleast_1d(0.0 if moved is None else moved).tolist()
    return Way("forward mode, leaving nothing out", ledger.operations, ledger.derivative_flops, ledger.tangents + ledger._zeros, tuple(gradient))


def _seeds(graph: Graph, inputs: list[Variable], skipping: bool) -> Iterator[dict[Any, Any]]:
    """The seeds of one sweep for each input; of large graphs, of many sweeps that are made at once, as arrays."""
    if not _is_large(graph):
        for each in inputs:
            yield {each.leaf: 1.0} if skipping else {other.leaf: float(other is each) for other in inputs}
        return
    for start in range(0, len(inputs), AT_ONCE):
        block = inputs[start : start + AT_ONCE]
        rows = np.eye(len(block))
        yield {**({} if skipping else {other.leaf: np.zeros(len(block)) for other in inputs}), **{each.leaf: row for each, row in zip(block, rows)}}


def _is_large(graph: Graph) -> bool:
    return len(graph.operations) * len(graph.inputs) > LARGE and all(node.operation.primitive.is_elementwise for node in graph.operations)


def _bumping(graph: Graph) -> Way:
    run = graph.example
    steps = [6e-6 * max(1.0, abs(run.primals[node])) for node in graph.inputs]
    with Ledger() as ledger:
        output, _ = performed(graph)
        if _is_large(graph):
            bumped, evaluated = _bumped_at_once(graph, steps)
        else:
            bumped, evaluated = [run.bumped(node, step) for node, step in zip(graph.inputs, steps)], None
    quotients = tuple((after - output._value) / step for after, step in zip(bumped, steps))
    operations = ledger.operations if evaluated is None else len(graph.operations) + evaluated
    return Way("bumping", operations, ledger.local_derivatives, len(quotients), quotients)


def _bumped_at_once(graph: Graph, steps: list[float]) -> tuple[list[float], int]:
    """The output with each input bumped by itself, for many inputs at once: of each operation only those elements are evaluated that
    depend on the input that was bumped; how many they were."""
    base = graph.example.primals.numbers
    outputs: list[float] = []
    evaluated = 0
    for start in range(0, len(steps), AT_ONCE):
        count = min(AT_ONCE, len(steps) - start)
        moved: dict[int, tuple[np.ndarray, np.ndarray]] = {}  # by node: which of the runs differ, and their values there
        for place in range(count):
            moved[start + place] = np.array([place]), np.array([base[start + place] + steps[start + place]])
        for node in graph.operations:
            arriving = [moved[operand.index] for operand in node.operands if isinstance(operand, Node) and operand.index in moved]
            if not arriving:
                continue
            runs = arriving[0][0] if len(arriving) == 1 else np.unique(np.concatenate([each for each, _ in arriving]))
            operands = []
            for operand in node.operands:
                if isinstance(operand, Node) and operand.index in moved:
                    values = np.full(count, base[operand.index])
                    values[moved[operand.index][0]] = moved[operand.index][1]
                    operands.append(values[runs])
                else:
                    operands.append(base[operand.index] if isinstance(operand, Node) else operand)
            moved[node.index] = runs, node.operation.primitive.number(*operands)
            evaluated += len(runs)
        after = np.full(count, base[graph.output.index])
        if graph.output.index in moved:
            after[moved[graph.output.index][0]] = moved[graph.output.index][1]
        outputs += after.tolist()
    return outputs, evaluated


def _paths(graph: Graph) -> Way:
    """The sum over paths, each by itself: nothing is kept."""
    run = graph.example
    onward: dict[Node, list[tuple[Node, float]]] = {node: [] for node in graph.nodes}
    for edge in graph.edges:
        onward[edge.source].append((edge.target, run.locals[edge]))
    gradient, walked, multiplied = [], 0, 0
    for start in graph.inputs:
        total, waiting = 0.0, [(start, 1.0)]
        while waiting:
            node, product = waiting.pop()
            if node is graph.output:
                total += product
                walked += 1
            further = [(target, product * local) for target, local in onward[node]]
            multiplied += len(further)
            waiting += further
        gradient.append(total)
    return Way("path by path", len(graph.operations), multiplied, walked, tuple(gradient))


def count_paths(graph: Graph) -> tuple[int, int]:
    """How many paths lead from inputs to the output, and how many steps it takes to walk them all from each input."""
    ways, steps = dict.fromkeys(graph.nodes, 0), dict.fromkeys(graph.nodes, 0)
    ways[graph.output] = 1
    for edge in reversed(graph.edges):
        ways[edge.source] += ways[edge.target]
        steps[edge.source] += 1 + steps[edge.target]
    return sum(ways[node] for node in graph.inputs), sum(steps[node] for node in graph.inputs)


def performed(graph: Graph) -> tuple[Variable, list[Variable]]:
    """The graph's operations, done anew on a tape of their own: the output, and the inputs."""
    values: dict[Node, Variable] = {}
    with recording_on(Page()):
        for node, number in zip(graph.inputs, graph.example_numbers):
            values[node] = input_of(number)
        for node in graph.operations:
            operation = node.operation
            apply: Callable[..., Variable] = operation.primitive
            values[node] = apply(*(values[operand] if isinstance(operand, Node) else operand for operand in node.operands), **operation.params)
    return values[graph.output], [values[node] for node in graph.inputs]
