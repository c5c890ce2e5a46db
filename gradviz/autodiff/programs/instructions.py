"""A program as data: both sweeps of a graph as a list of instructions, which a page performs one by
one without making code of text. They come out of the same symbols as a program in Python, in the
same order.
"""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, cast

import numpy as np

from gradviz.autodiff.primitives import symbols, vjps
from gradviz.autodiff.primitives import table as primitives
from gradviz.autodiff.primitives.operation import operation_of
from gradviz.autodiff.primitives.printers import numpy_helpers
from gradviz.autodiff.primitives.printers.printer import Unspelled
from gradviz.autodiff.primitives.symbols import Symbol
from gradviz.autodiff.programs.kernels import CHOICE, RELATIONS, TESTS, rows
from gradviz.autodiff.programs.memory import Memory
from gradviz.autodiff.programs.program import RESERVED
from gradviz.autodiff.programs.sweeps import Guard, Step, Sweeps
from gradviz.autodiff.tape.plain import IS
from gradviz.graph import Edge, Graph, Node

ADJOINT = "∂"  # a name that nothing else has


class Instructions(Sweeps):
    """The program of a graph; raises Unspelled where only Python can do something.

    `code` are the instructions, `steps` what is worked out, each with the number of instructions
    before it, and `sent` the places of what a figure is sent."""

    reserved = RESERVED  # names as in Python, so that distinct numbers are the same

    def __init__(self, graph: Graph) -> None:
        for node in graph.order:
            if getattr(graph.examples[node], "dtype", float) == np.float32:
                raise Unspelled("numbers of 32 bits")
            if node.operation is not None and operation_of(node).primitive.is_handwritten:
                raise Unspelled(f"{node.operation.name}, a gate of your own")
        self.memory: Memory = Memory()
        self.steps: list[tuple[int, Step | Guard]] = []
        self.known: dict[str, np.ndarray] = {}  # the places of what has a name
        # the places of expressions, which are worked out once
        self.done: dict[int, tuple[Symbol, np.ndarray]] = {}
        super().__init__(graph)
        for node in graph.inputs:
            self.known[self.names[node]] = self.memory.room(np.shape(graph.examples[node]))
        for step in self.forward():
            self.steps.append((len(self.memory.code), step))
            if isinstance(step, Guard):
                self.guard(step)
            else:
                self.known[step.name] = self.at(step.terms[0])
        for step in self.backward():
            self.steps.append((len(self.memory.code), step))
            if step.alias is None:
                self.known[step.name] = self.total(step)
        self.sent: list[np.ndarray | None] = self.distinct_places()

    # ── what is sent ──

    def distinct_places(self) -> list[np.ndarray | None]:
        """The places of the distinct numbers; if there are arrays, of all, and of what flows."""
        graph, numbers = self.graph, self.distinct()
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
        return self.memory.room(np.shape(self.graph.examples[edge.source]))

    def primal(self, node: Node) -> np.ndarray:
        return self.known[self.names[node]]

    def adjoint(self, node: Node) -> np.ndarray:
        return self.known[self.adjoints[node]]

    def local(self, edge: Edge) -> np.ndarray:
        return self.at(self.locals[edge.index])

    def gathered(self, numbers: Sequence[np.ndarray]) -> np.ndarray:
        """Several numbers as an array; one by itself."""
        if len(numbers) == 1:
            return numbers[0]
        return self.memory.moved(numpy_helpers.stack, numbers, {})

    def document(self) -> dict[str, Any]:
        """The program as a page takes it: strict JSON."""
        return self.memory.document(self.sent)

    def add_paths(
        self, terms: Sequence[Any], results: Sequence[str], places: Sequence[int]
    ) -> None:
        """Work out the derivatives along closed blocks too: sums of products along hidden paths;
        `places` is where numbers stand among those that are sent.
        """
        zero = self.memory.number(0.0)
        sums: dict[str, Any] = {"0.0": zero, "None": None}
        for term in terms:
            local = product = cast(np.ndarray, self.sent[places[term.place]])
            if term.ahead:
                product = self.memory.row("multiply", [sums[term.ahead.removesuffix(" * ")], local])
            if term.is_choice:
                product = self.memory.row(CHOICE, [local, product, zero])
            if not term.is_first:
                product = self.memory.row("add", [sums[term.name], product])
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
        count = len(self.sent) - len(self.graph.edges)
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
                adjoints[source] = at if before is None else self.memory.row("add", [before, at])
        return [
            adjoints[node] if node in adjoints else self.memory.room(np.shape(self.example(node)))
            for node in operands
        ]

    def constant(self, array: np.ndarray) -> str:
        name = super().constant(array)
        if name not in self.known:
            self.known[name] = self.memory.array(array)
        return name

    # ── expressions ──

    def at(self, symbol: Any) -> np.ndarray:
        """The places of what an expression is."""
        if isinstance(symbol, np.ndarray):
            return self.memory.array(symbol)
        if not isinstance(symbol, Symbol):
            return self.memory.number(symbol)
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
            return self.memory.moved(primitive.function, [*map(self.at, operands)], symbol.params)
        if primitive in COMPOSED:
            return self.at(COMPOSED[primitive](*operands, **primitive.defaults | symbol.params))
        if primitive not in RULES:
            raise Unspelled(primitive.name)
        at = map(self.at, operands)
        return RULES[primitive](self.memory, *at, **primitive.defaults | symbol.params)

    def elementwise(self, symbol: Symbol) -> np.ndarray:
        primitive = symbol.primitive
        if primitive not in rows():
            if not primitive.is_of_rows:
                raise Unspelled(primitive.name)
            return self.at(primitive.function(*symbol.operands))  # of other rows
        return self.memory.row(rows()[primitive].name, [*map(self.at, symbol.operands)])

    def total(self, step: Step) -> np.ndarray:
        """The sum of the terms of an adjoint."""
        if not step.terms:
            return self.memory.room(np.shape(self.graph.examples[step.node]))
        return self.added([*map(self.at, step.terms)])

    def added(self, terms: Sequence[np.ndarray]) -> np.ndarray:
        """A sum, one after another."""
        return reduce(lambda total, term: self.memory.row("add", [total, term]), terms)

    # ── decisions ──

    def guard(self, guard: Guard) -> None:
        """That a decision comes out as it did."""
        plain, outcome = guard.plain, guard.outcome
        operands = [self.at(self.symbol(operand)) for operand in guard.operands]
        if plain is IS:
            self.memory.same(operands[0], outcome)
        elif plain.function in TESTS or plain.function in RELATIONS:
            row = RELATIONS.get(plain.function, plain.function)
            holds = self.memory.row(rows()[row].name, operands)
            if isinstance(outcome, bool | np.bool_):
                self.memory.code.append(["must", int(holds), int(outcome)])
            else:
                self.memory.same(holds, outcome)
        elif plain.function in (np.argmax, np.argmin) and plain.params.keys() <= {"axis"}:
            sign = 1 if plain.function is np.argmax else -1
            axis = plain.params.get("axis")
            self.memory.same(self.memory.reduced("argmax", sign, operands[0], axis, False), outcome)
        elif plain.function is np.argsort and plain.params.keys() <= {"axis"}:
            self.memory.ordered(operands[0], np.asarray(outcome), plain.params.get("axis", -1))
        else:
            raise Unspelled(plain.name)


MOVES = {
    primitives.reshape, primitives.broadcast_to, primitives.transpose, primitives.getitem,
    primitives.concatenate, primitives.stack, primitives.flip, primitives.roll, primitives.triu,
    primitives.tril, primitives.repeat, primitives.tile, primitives.diag, primitives.diagonal,
    primitives.pad,
}  # fmt: skip


def _astype(memory: Memory, x: np.ndarray, dtype: Any) -> np.ndarray:
    if np.dtype(dtype) != np.float64:
        raise Unspelled(f"numbers of {np.dtype(dtype)}")
    return x


RULES: dict[Any, Callable[..., np.ndarray]] = {  # of places
    primitives.astype: _astype,
    primitives.scatter: Memory.added,
    primitives.matmul: Memory.matmul,
    primitives.einsum: Memory.einsum,
    primitives.cumsum: Memory.cumsum,
    primitives.sum_: lambda memory, x, axis, keepdims: memory.reduced(
        "sum", None, x, axis, keepdims
    ),
    **{
        primitive: lambda memory, x, axis, keepdims, row=row: memory.reduced(
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
