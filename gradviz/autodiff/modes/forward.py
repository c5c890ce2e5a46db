"""The tangent sweep: from inputs forward to an output, tangent by tangent.

A tangent says how fast a value moves when the inputs move along given directions. The sweep follows
the tape of a computation; over Variables in place of numbers it is recorded itself."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from gradviz.autodiff.modes.reachable import reachable
from gradviz.autodiff.modes.reverse import recorded_sweep, standing, sweep
from gradviz.autodiff.primitives.table import positive
from gradviz.autodiff.tape.constants import settled
from gradviz.autodiff.tape.tape import (
    FOREIGN,
    LEAF,
    UNREACHED,
    Entry,
    Leaf,
    Page,
    recording_on,
    state,
)
from gradviz.autodiff.tape.variable import Variable, input_of, record

Tangent = Any  # a number or an array; or a Variable where the sweep itself is recorded
Place = tuple[Page, int]


def tangent_sweep(
    output: Variable, seeds: Mapping[Place | Leaf, Tangent], since: int, recorded: bool = False
) -> Tangent | None:
    """How `output` moves when inputs move along the tangents in `seeds`, which are given by place
    or leaf; None if it does not.

    Where all values are single numbers and all operations elementwise, a tangent may be an array:
    then there are many directions at once.

    Nothing before the page of serial number `since` depends on them.
    """
    tangents: dict[Place | Leaf, Tangent] = dict(seeds)
    marks, ledger = reachable([(output.page, output.index)], since), state.ledger
    for page in sorted(marks, key=lambda page: page.serial):
        for index, marked in enumerate(marks[page]):
            if not marked or (page, index) in seeds:
                continue
            entry = page.entry(index)
            operation, what = entry.operation, entry.first
            if operation == LEAF:
                if what in seeds:
                    tangents[page, index] = seeds[what]
                continue
            if operation == FOREIGN:
                arriving = tangents.get((what.page, what.index))
                if arriving is not None:
                    tangents[page, index] = arriving
                continue
            places = entry.operands
            arriving = {
                position: tangents[page, places[position]]
                for position in _moving(page, entry)
                if (page, places[position]) in tangents
            }
            if not arriving:
                continue
            at = standing if recorded else Page.value
            operands = operation.standing(places, partial(at, page))
            z = at(page, index)
            moved = _moved(operation, arriving, z, operands, recorded, ledger)
            tangents[page, index] = moved
            if ledger is not None:
                ledger.tangent(moved, z)
    return tangents.get((output.page, output.index))


def _moving(page: Page, entry: Entry) -> Sequence[int]:
    """The positions of the operands that may move a result; those that a choice among single
    numbers left aside do not.
    """
    positions = entry.operation.handing_back(entry.operands)
    if not entry.operation.is_choice or type(entry.value) is not float:
        return positions
    operands = page.primals(entry)
    return [p for p in positions if entry.operation.local(p, operands, entry.value) != 0.0]


def _moved(
    operation: Any,
    tangents: Mapping[int, Tangent],
    z: Any,
    operands: Sequence[Any],
    recorded: bool,
    ledger: Any,
) -> Tangent:
    """How the result of an operation moves with its operands."""
    primitive, shape = operation.primitive, getattr(z, "shape", ())
    if ledger is not None and (shape or not primitive.is_elementwise):
        ledger.carried_on_whole(operation, operands, z, len(tangents))
    if primitive.is_elementwise and not recorded:
        moves = []
        for position, tangent in tangents.items():
            moves.append(primitive.times(tangent, operation.local(position, operands, z)))
            if ledger is not None and not shape:
                ledger.carried_on(tangent)
        moved = moves[0] if len(moves) == 1 else moves[0] + moves[1]
    else:
        moved = primitive.jvp(tangents, z, operands, operation.params)
        if moved is NotImplemented:
            moved = _transposed(operation, tangents, z, operands, recorded)
    if primitive.is_elementwise and not recorded and not shape and getattr(moved, "shape", ()):
        return moved  # many directions
    if getattr(moved, "shape", ()) != shape:
        moved = np.broadcast_to(moved, shape)
    return moved if recorded else settled(moved) if not shape else moved.astype(z.dtype, copy=False)


def _transposed(
    operation: Any, tangents: Mapping[int, Tangent], z: Any, operands: Sequence[Any], recorded: bool
) -> Tangent:
    """The jvp out of the vjp: that is linear in the adjoint u, so the gradient of its product with
    the tangents, by u, is the jvp.
    """
    zero = np.zeros(z.shape, z.dtype) if getattr(z, "shape", ()) else 0.0
    if recorded:
        u = record(positive, (input_of(zero),))
        return _gradient(operation, tangents, z, operands, u, True)
    with recording_on(Page()):
        return _gradient(operation, tangents, z, operands, input_of(zero), False)


def _gradient(
    operation: Any,
    tangents: Mapping[int, Tangent],
    z: Any,
    operands: Sequence[Any],
    u: Variable,
    recorded: bool,
) -> Tangent:
    terms = [
        np.sum(operation.primitive.vjp(position, u, z, operands, operation.params) * tangent)
        for position, tangent in tangents.items()
    ]
    product = sum(terms[1:], terms[0])
    if not isinstance(product, Variable):  # nothing flows, whatever the adjoint
        return 0.0 * z
    if recorded:
        pages, _ = recorded_sweep(product, 1.0, frozenset([(u.page, u.index)]))
        adjoint = (
            pages[u.page][u.index]
            if u.page in pages and u.index < len(pages[u.page])
            else UNREACHED
        )
        return 0.0 * z if adjoint is UNREACHED else adjoint
    _, leaves = sweep(product)
    return leaves.get(u.leaf, 0.0 * z)
