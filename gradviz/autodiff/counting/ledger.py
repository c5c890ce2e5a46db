"""The ledger: what sweeps and replays evaluate, counted while they work.

An open ledger is known to the tape of its thread. The sweeps find it there and are handed what it
counts with: entries whose local derivatives count when they are multiplied, and its own methods.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradviz.autodiff.tape.tape import FOREIGN, LEAF, UNREACHED, Page, state
from gradviz.autodiff.tape.variable import Variable
from gradviz.graph.columns import left
from gradviz.words import say


class Ledger:
    """Counts the work that is done while it is open, of single numbers and of arrays.

    `operations` are those of the functions themselves, `local_derivatives` how often one was
    multiplied with what came along, `adjoints` and `tangents` how many were written for operations
    and inputs; `flops` are floating-point operations, of the functions, and `derivative_flops`
    those of the sweeps: an elementwise operation is one for each element of its result, a product
    of matrices two for each product of elements.

    It counts what is done in the thread that opened it. Ledgers can be nested.

    >>> import gradviz as gv
    >>> with gv.Ledger() as ledger:
    ...     gradient = gv.grad(lambda x: np.sum(x * x))(np.ones(100))
    >>> ledger.operations, ledger.local_derivatives, ledger.flops
    (2, 3, 199)
    """

    def __init__(self) -> None:
        self.operations: int = 0
        self.local_derivatives: int = 0
        self.adjoints: int = 0
        self.tangents: int = 0
        self.flops: int = 0
        self.derivative_flops: int = 0
        self.idle_tangents: int = 0  # those of many directions at once, where they do not come
        self._around: Ledger | None = None
        self._pages: dict[Page, int] = {}  # those recorded on, and how full each was before

    def __enter__(self) -> "Ledger":
        self._around, state.ledger = state.ledger, self
        self.watch(state.page)
        return self

    def __exit__(self, *error: object) -> None:
        state.ledger = self._around
        for page, start in self._pages.items():
            for entry in map(page.entry, range(start, page.count)):
                if entry.operation not in (LEAF, FOREIGN):
                    self._operation(entry.operation, page.primals(entry), entry.value)
        self._pages = {}

    def watch(self, page: Page) -> None:
        """Count what will be recorded on `page`."""
        self._pages.setdefault(page, page.count)
        if self._around is not None:
            self._around.watch(page)

    # ── what sweeps and replays are handed ──

    def operation(self, operation: Any, operands: Sequence[Any], result: Any) -> None:
        """An operation was evaluated off the tape."""
        self._operation(operation, operands, result)
        if self._around is not None:
            self._around.operation(operation, operands, result)

    def handed_back(self, operation: Any, operands: Sequence[Any], result: Any) -> None:
        """An adjoint was multiplied with a local derivative of an operation."""
        flops = max(operation.primitive.flops(operands, result), int(np.size(result)))
        self.count(local_derivatives=1, derivative_flops=flops)

    def carried_on(self, tangent: Any) -> None:
        """A tangent, or many directions at once, was multiplied with a local derivative."""
        if isinstance(tangent, np.ndarray):  # zeros stand for directions that do not come here
            count = int(np.count_nonzero(tangent))
            self.count(local_derivatives=count, derivative_flops=tangent.size)
        else:
            self.count(local_derivatives=1, derivative_flops=1)

    def carried_on_whole(
        self, operation: Any, operands: Sequence[Any], result: Any, times: int
    ) -> None:
        """So many tangents were carried on by an operation that has no local derivatives."""
        flops = operation.primitive.flops(operands, result)
        self.count(local_derivatives=times, derivative_flops=times * flops)

    def tangent(self, tangent: Any, result: Any) -> None:
        """A tangent of `result` was written."""
        many = isinstance(tangent, np.ndarray) and not getattr(result, "shape", ())
        there = int(np.count_nonzero(tangent)) if many else 1
        self.count(tangents=there, idle_tangents=np.size(tangent) - there if many else 0)

    def counting(self, entries: Sequence[Any]) -> list[Any]:
        """Entries of the tape that count when an adjoint is handed back along them."""
        return [self._counting(*entry) for entry in entries]

    def _counting(self, code: Any, a: Any, by_a: Any, b: Any, by_b: Any, value: Any) -> Any:
        if by_a is not None:
            by_b = by_b if b is None else Counted(by_b, self)
            return code, a, Counted(by_a, self), b, by_b, value
        return code if type(code) is int else CountedPull(code, self), a, by_a, b, by_b, value

    def adjoints_of(self, page: Page, adjoints: Sequence[Any]) -> None:
        """These adjoints of the entries of a page are complete."""
        reached = (index for index, each in enumerate(adjoints) if each is not UNREACHED)
        self.count(adjoints=sum(page.entry(index).operation != FOREIGN for index in reached))

    def count(self, **counts: int) -> None:
        """Add to what is counted, here and in the ledgers around."""
        for what, count in counts.items():
            setattr(self, what, getattr(self, what) + count)
        if self._around is not None:
            self._around.count(**counts)

    def _operation(self, operation: Any, operands: Sequence[Any], result: Any) -> None:
        self.operations += 1
        self.flops += operation.primitive.flops(operands, result)

    def __repr__(self) -> str:
        return (
            f"<Ledger: {self.operations:,} operations, "
            f"{self.local_derivatives:,} local derivatives>"
        )

    def __str__(self) -> str:
        return "\n".join(
            f"{left(say(f'cost.ledger.{name}'), 18)}{getattr(self, name):>14,}" for name in SAID
        )


SAID = ("operations", "local_derivatives", "adjoints", "tangents", "flops", "derivative_flops")


class Counted(float):
    """A local derivative that counts when an adjoint is multiplied with it."""

    __slots__ = ("ledger",)
    ledger: Ledger

    def __new__(cls, number: float, ledger: Ledger) -> "Counted":
        counted = super().__new__(cls, number)
        counted.ledger = ledger
        return counted

    def __mul__(self, other: Any) -> Any:
        if not isinstance(other, Variable):  # of a sweep that is recorded itself
            self.ledger.count(local_derivatives=1, derivative_flops=1)
        return float(self) * other

    def __rmul__(self, other: Any) -> Any:
        return self * other


class CountedPull:
    """An operation on arrays whose handing back is counted."""

    def __init__(self, operation: Any, ledger: Ledger) -> None:
        self.operation = operation
        self.ledger = ledger

    def pull(
        self, adjoint: Any, z: Any, operands: Any, entries: list[Any], adjoints: list[Any]
    ) -> None:
        plain = self.operation.primals(operands, entries)
        for _ in self.operation.positions:
            self.ledger.handed_back(self.operation, plain, z)
        self.operation.pull(adjoint, z, operands, entries, adjoints)
