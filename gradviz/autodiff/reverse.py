"""The reverse sweep: from an output back to everything it was computed from, adjoint by adjoint.

The tape is walked backwards, page by page, so that every adjoint is complete when its turn comes. A sweep over Variables in
place of floats is recorded itself, and gives derivatives of derivatives.
"""

import heapq
from typing import Any

from gradviz.autodiff.primitives import Primitive
from gradviz.autodiff.variable import Page, Variable, current_page

Adjoint = Any  # a float, or a Variable where the sweep itself is recorded


def sweep(output: Variable, recorded: bool = False, until: frozenset[tuple[Page, int]] = frozenset()) -> tuple[dict[Page, list[Adjoint | None]], dict[Variable, Adjoint]]:
    """The adjoints of everything `output` was computed from: by page and index, and those of the inputs.

    A node that no path joins to the output has None. Places in `until` are taken as inputs: the sweep does not go past them.
    """
    seed = 1.0
    leaves: dict[Variable, Adjoint] = {}
    if output.page is None:
        return {}, {output: seed}
    pages: dict[Page, list[Adjoint | None]] = {output.page: [None] * output.index + [seed]}
    waiting = [(-output.page.serial, output.page)]
    while waiting:
        _, page = heapq.heappop(waiting)
        adjoints = pages[page]
        entries = page.entries
        for index in range(len(adjoints) - 1, -1, -1):
            adjoint = adjoints[index]
            if adjoint is None:
                continue
            primitive, a, b, value = entries[4 * index : 4 * index + 4]
            if (page, index) in until:
                continue
            if primitive is None:
                if a.page is None:
                    leaves[a] = leaves[a] + adjoint if a in leaves else adjoint
                else:
                    if a.page not in pages:
                        pages[a.page] = []
                        heapq.heappush(waiting, (-a.page.serial, a.page))
                    elsewhere = pages[a.page]
                    elsewhere += [None] * (a.index + 1 - len(elsewhere))
                    before = elsewhere[a.index]
                    elsewhere[a.index] = adjoint if before is None else before + adjoint
                continue
            if recorded:
                operands = [page.variable(operand) if type(operand) is int else operand for operand in (a, b) if operand is not None]
                result = page.variable(index)
            else:
                operands = [entries[4 * operand + 3] if type(operand) is int else operand for operand in (a, b) if operand is not None]
                result = value
            for position, operand in ((0, a), (1, b)):
                if type(operand) is int:
                    flow = adjoint * _local(primitive, position, operands, result, recorded)
                    before = adjoints[operand]
                    adjoints[operand] = flow if before is None else before + flow
    return pages, leaves


def _local(primitive: Primitive, position: int, operands: list[Adjoint], result: Adjoint, recorded: bool) -> Adjoint:
    if recorded:
        return primitive.local_derivatives[position](*operands, result)
    return primitive.local(position, operands, result)


def backward(output: Variable) -> None:
    """Set the gradients of `output`, with respect to itself and everything it was computed from.

    They are set, not added up: each call gives the gradients of its own output. Nothing is freed, so it can be called again.
    """
    pages, leaves = sweep(output)
    for page, adjoints in pages.items():
        page.adjoints = adjoints
    for leaf, adjoint in leaves.items():
        leaf._grad = adjoint
    output._sweep = pages, leaves
    if output.page is current_page() and output.page.length > 0:
        output.page.turn(output.index)  # what comes next is another graph: a sweep over it need not walk over this one


Variable.backward = backward
