"""The reverse sweep: from an output back to everything it was computed from, adjoint by adjoint.

The tape is walked backwards, page by page, so that every adjoint is complete when its turn comes. A
sweep over Variables in place of numbers is recorded itself, and gives derivatives of derivatives.
"""

import heapq
from functools import partial
from typing import Any

import numpy as np

from gradviz.autodiff.modes.reachable import reachable
from gradviz.autodiff.tape.tape import FOREIGN, LEAF, UNREACHED, Few, Leaf, Page, record_on, state
from gradviz.autodiff.tape.variable import NO_ALIAS, ArrayVariable, Variable

LONG = 256  # entries of a page that are not all walked over where a sweep reaches only a few …
FEW = 128  # … that is, less than one in so many
Adjoint = Any  # a number or an array; or a Variable where the sweep itself is recorded


def sweep(
    output: Variable, seed: Adjoint = 1.0, release_from: int | None = None
) -> tuple[dict[Page, list[Adjoint]], dict[Leaf, Adjoint]]:
    """The adjoints, in numbers, of everything `output` was computed from: by page and index, and
    those of the inputs.

    What no path joins to the output is UNREACHED. Values on pages from serial number `release_from`
    on are freed as the sweep goes over them."""
    leaves: dict[Leaf, Adjoint] = {}
    page, ledger = output.page, state.ledger
    pages: dict[Page, Any] = {}
    sparsely = release_from is None and ledger is None
    if sparsely and output.index >= LONG:
        pages[page] = Few({output.index: seed})
    else:
        pages[page] = [UNREACHED] * output.index + [seed]
    waiting: list[tuple[int, Page]] = []
    while True:
        if page.released:
            raise ValueError(
                f"{output!r} was computed from values inside a function whose derivative was "
                "taken; they are freed by then"
            )
        release = release_from is not None and page.serial >= release_from
        entries = page.entries if ledger is None else ledger.counting(page.entries)
        if release:
            page.released = True
            page.close()
        if page.has_arrays:
            with np.errstate(all="ignore"):
                pages[page], elsewhere = _walked(
                    pages[page], entries, leaves, release and ledger is None
                )
        else:
            pages[page], elsewhere = _walked(pages[page], entries, leaves, False)
        if ledger is not None:
            ledger.adjoints_of(page, pages[page])
        for variable, adjoint in elsewhere:
            if variable.page not in pages:
                is_long = sparsely and variable.index >= LONG
                pages[variable.page] = Few() if is_long else []
                heapq.heappush(waiting, (-variable.page.serial, variable.page))
            _reach(pages[variable.page], variable.index, adjoint)
        pages[page] = page.compacted(pages[page])
        if not waiting:
            return pages, leaves
        _, page = heapq.heappop(waiting)


def _walk(
    adjoints: list[Adjoint], entries: list[Any], leaves: dict[Leaf, Adjoint], release: bool
) -> list[tuple[Variable, Adjoint]]:
    """Complete the adjoints of a page, entry by entry from the last; what arrives at Variables of
    other pages is returned.
    """
    elsewhere = []
    for adjoint, (code, a, by_a, b, by_b, z) in zip(
        reversed(adjoints), entries[len(adjoints) - 1 :: -1]
    ):
        if adjoint is UNREACHED:
            continue
        if by_a is not None:  # an operation on single numbers
            adjoints[a] += adjoint * by_a
            if b is not None:
                adjoints[b] += adjoint * by_b
        elif code == LEAF:
            leaves[a] = leaves[a] + adjoint if a in leaves else adjoint
        elif code == FOREIGN:
            elsewhere.append((a, adjoint))
        else:
            code.pull(adjoint, z, a, entries, adjoints)
            if release:
                adjoints[by_b] = entries[by_b] = None
    return elsewhere


def _walked(
    adjoints: Any, entries: list[Any], leaves: dict[Leaf, Adjoint], release: bool
) -> tuple[Any, list[tuple[Variable, Adjoint]]]:
    """The complete adjoints of a page, and what arrives elsewhere."""
    if type(adjoints) is Few:
        return _walk_along(adjoints, entries, leaves)
    return adjoints, _walk(adjoints, entries, leaves, release)


def _walk_along(
    adjoints: Few, entries: list[Any], leaves: dict[Leaf, Adjoint]
) -> tuple[Few | list[Adjoint], list[tuple[Variable, Adjoint]]]:
    """The same from one entry that is reached to the next, so that one of many losses on a page
    costs no more than what it was computed from. Where these are many, it goes on as `_walk` does.
    """
    elsewhere: list[tuple[Variable, Adjoint]] = []
    waiting = [-index for index in adjoints]
    heapq.heapify(waiting)
    most = -waiting[0] // FEW
    while waiting and len(adjoints) <= most:
        index = -heapq.heappop(waiting)
        code, a, by_a, b, by_b, z = entries[index]
        adjoint: Any = adjoints[index]
        if by_a is not None:
            places = (a,) if b is None else (a, b)
        elif code == LEAF:
            leaves[a] = leaves[a] + adjoint if a in leaves else adjoint
            continue
        elif code == FOREIGN:
            elsewhere.append((a, adjoint))
            continue
        else:
            places = [a[position] for position in code.handing_back(a)]
        for place in places:
            if place not in adjoints:
                adjoints[place] = UNREACHED
                heapq.heappush(waiting, -place)
        if by_a is None:
            code.pull(adjoint, z, a, entries, adjoints)
        else:
            adjoints[a] += adjoint * by_a
            if b is not None:
                adjoints[b] += adjoint * by_b
    if not waiting:
        return adjoints, elsewhere
    last, left = max(adjoints), 1 - waiting[0]  # how many entries were not walked over
    every = [UNREACHED] * left
    for index, adjoint in adjoints.items():
        if index < left:
            every[index] = adjoint
    elsewhere += _walk(every, entries, leaves, False)
    every += (adjoints[index] for index in range(left, last + 1))
    return every, elsewhere


def recorded_sweep(
    output: Variable, seed: Adjoint, until: frozenset[tuple[Page, int]]
) -> tuple[dict[Page, list[Adjoint]], dict[Leaf, Adjoint]]:
    """The same with Variables, so that the sweep can be differentiated. It does not go past the
    places in `until`.
    """
    leaves: dict[Leaf, Adjoint] = {}
    pages: dict[Page, list[Adjoint]] = {output.page: [UNREACHED] * output.index + [seed]}
    waiting = [(-output.page.serial, output.page)]
    while waiting:
        _, page = heapq.heappop(waiting)
        adjoints = pages[page]
        for index in range(len(adjoints) - 1, -1, -1):
            adjoint = adjoints[index]
            if adjoint is UNREACHED or (page, index) in until:
                continue
            entry = page.entry(index)
            operation, what = entry.operation, entry.first
            if operation == LEAF:
                leaves[what] = leaves[what] + adjoint if what in leaves else adjoint
            elif operation == FOREIGN:
                if what.page not in pages:
                    pages[what.page] = []
                    heapq.heappush(waiting, (-what.page.serial, what.page))
                _reach(pages[what.page], what.index, adjoint)
            else:
                places = entry.operands
                positions = operation.handing_back(places)
                flows = operation.primitive.pullback(
                    positions,
                    adjoint,
                    standing(page, index),
                    operation.standing(places, partial(standing, page)),
                    operation.params,
                )
                for position, flow in zip(positions, flows):
                    _reach(adjoints, places[position], flow)
    return pages, leaves


def _reach(adjoints: Any, index: int, flow: Adjoint) -> None:
    if type(adjoints) is not Few:
        adjoints += [UNREACHED] * (index + 1 - len(adjoints))
    before = adjoints[index]
    adjoints[index] = flow if before is UNREACHED else before + flow


def standing(page: Page, index: int) -> Variable:
    """The Variable that stands at this place; an input's, with the value that it had there."""
    operation, what, *_, value = page.entry(index)
    if operation == FOREIGN:
        return what
    variable = object.__new__(Variable if type(value) is float else ArrayVariable)
    variable._value, variable.page, variable.index, variable.alias = value, page, index, NO_ALIAS
    return variable


def _settle(output: Variable, pages: dict[Page, Any], leaves: dict[Leaf, Adjoint]) -> None:
    """Give an adjoint of 0 to whatever `output` was computed from and got nothing back."""
    for page, marks in reachable([(output.page, output.index)]).items():
        adjoints = pages.get(page, ())
        if type(adjoints) is not Few:
            adjoints = [*adjoints, *[UNREACHED] * (len(marks) - len(adjoints))]
        for index in (index for index, is_reached in enumerate(marks) if is_reached):
            if adjoints[index] is UNREACHED:
                entry = page.entry(index)
                zero = np.zeros_like(entry.value) if isinstance(entry.value, np.ndarray) else 0.0
                adjoints[index] = zero
                if entry.operation == LEAF:
                    leaves.setdefault(entry.first, zero)
        pages[page] = adjoints


def backward(self: Variable) -> None:
    """Set the gradients of this Variable with respect to everything it was computed from.

    They are set, not added up: each call gives the gradients of its own output. Nothing is freed,
    so it can be called again.

    Raises TypeError if this Variable is an array, and inside a function that is being traced.
    """
    page, output = state.page, self
    if page.is_trace:
        raise TypeError(
            "backward() gives plain numbers, which a trace can't follow; inside a traced function "
            "use gv.grad(f)(x)"
        )
    if type(output._value) is not float:
        raise TypeError(
            f"backward() needs a single number to differentiate, not {output!r} of shape "
            f"{output.shape}; take its sum or mean, or use gv.vjp or gv.jacobian"
        )
    pages, leaves = output.sweep = sweep(output)
    if any(reached.has_flat for reached in pages):
        _settle(output, pages, leaves)
    for reached, adjoints in pages.items():
        reached.keep(adjoints)
    for leaf, adjoint in leaves.items():
        leaf.grad = adjoint
    if (
        output.page is page
    ):  # what comes next is another graph: a sweep over it need not walk over this one
        record_on(Page(block=page.blocks[-1][1]))
        page.close()


Variable.backward = backward
