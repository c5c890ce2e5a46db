"""The reverse sweep: from an output back to everything it was computed from, adjoint by adjoint.

The tape is walked backwards, page by page, so that every adjoint is complete when its turn comes. A sweep over Variables in
place of floats is recorded itself, and gives derivatives of derivatives.
"""

import heapq
from typing import Any

from gradviz.autodiff.variable import Page, Variable, current_page

Adjoint = Any  # a float, or a Variable where the sweep itself is recorded


def sweep(
    output: Variable, recorded: bool = False, until: frozenset[tuple[Page, int]] = frozenset()
) -> tuple[dict[Page, list[Adjoint | None]], dict[Variable, Adjoint]]:
    """The adjoints of everything `output` was computed from: by page and index, and those of the inputs.

    A node that no path joins to the output has None. Places in `until` are taken as inputs: the sweep does not go past them.
    """
    leaves: dict[Variable, Adjoint] = {}
    if output.page is None:
        return {}, {output: 1.0}
    pages: dict[Page, list[Adjoint | None]] = {output.page: [None] * output.index + [1.0]}
    waiting = [(-output.page.serial, output.page)]
    while waiting:
        _, page = heapq.heappop(waiting)
        adjoints, entries = pages[page], page.entries
        for index in range(len(adjoints) - 1, -1, -1):
            adjoint = adjoints[index]
            if adjoint is None or (until and (page, index) in until):
                continue
            primitive, a, b, z = entries[4 * index : 4 * index + 4]
            if primitive is None:
                if a.page is None:
                    leaves[a] = leaves[a] + adjoint if a in leaves else adjoint
                    continue
                if a.page not in pages:
                    pages[a.page] = []
                    heapq.heappush(waiting, (-a.page.serial, a.page))
                elsewhere = pages[a.page]
                elsewhere += [None] * (a.index + 1 - len(elsewhere))
                _add(elsewhere, a.index, adjoint)
            elif recorded:
                operands = [page.variable(place) if type(place) is int else place for place in (a, b) if place is not None]
                for position, place in enumerate((a, b)):
                    if type(place) is int:
                        local = primitive.local_derivatives[position](*operands, page.variable(index))
                        _add(adjoints, place, adjoint * local)
            elif type(b) is not int:  # from here on with floats: the hot path of eager work
                if type(a) is int:
                    flow = primitive.pulls[1](adjoint, entries[4 * a + 3], b, z)
                    before = adjoints[a]
                    adjoints[a] = flow if before is None else before + flow
            elif type(a) is not int:
                flow = primitive.pulls[2](adjoint, a, entries[4 * b + 3], z)
                before = adjoints[b]
                adjoints[b] = flow if before is None else before + flow
            else:
                flow, other = primitive.pulls[3](adjoint, entries[4 * a + 3], entries[4 * b + 3], z)
                before = adjoints[a]
                adjoints[a] = flow if before is None else before + flow
                before = adjoints[b]
                adjoints[b] = other if before is None else before + other
    return pages, leaves


def _add(adjoints: list[Adjoint | None], index: int, flow: Adjoint) -> None:
    before = adjoints[index]
    adjoints[index] = flow if before is None else before + flow


def backward(output: Variable) -> None:
    """Set the gradients of `output`, with respect to itself and everything it was computed from.

    They are set, not added up: each call gives the gradients of its own output. Nothing is freed, so it can be called again.

    Raises TypeError inside a function that is being traced.
    """
    if current_page().length < 0:
        raise TypeError("backward() gives plain numbers, which a trace can't follow; inside a traced function use gv.grad(f)(x)")
    pages, leaves = sweep(output)
    for page, adjoints in pages.items():
        before = page.adjoints
        both = [old if new is None else new for old, new in zip(before, adjoints)]
        page.adjoints = both + adjoints[len(before) :] + before[len(adjoints) :]
    for leaf, adjoint in leaves.items():
        leaf._grad = adjoint
    output._sweep = pages, leaves
    if output.page is current_page():
        output.page.turn(output.index)  # what comes next is another graph: a sweep over it need not walk over this one


Variable.backward = backward
