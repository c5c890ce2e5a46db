"""Which entries of the tape others were computed from."""

import heapq
from collections.abc import Sequence

from gradviz.autodiff.tape.tape import FOREIGN, LEAF, Page


def reachable(roots: Sequence[tuple[Page, int]], since: int = 0) -> dict[Page, list[bool]]:
    """Which entries of which pages, from that of serial number `since` on, the roots were computed
    from.
    """
    marks: dict[Page, list[bool]] = {}
    waiting: list[tuple[int, Page]] = []

    def mark(page: Page, index: int) -> None:
        if page not in marks:
            if page.released:
                raise ValueError(
                    "this was computed inside a function whose derivative was taken; its values "
                    "are freed by then"
                )
            marks[page] = []
            heapq.heappush(waiting, (-page.serial, page))
        marked = marks[page]
        marked += [False] * (index + 1 - len(marked))
        marked[index] = True

    for root in roots:
        mark(*root)
    while waiting:
        _, page = heapq.heappop(waiting)
        marked = marks[page]
        for index in range(len(marked) - 1, -1, -1):
            if marked[index]:
                entry = page.entry(index)
                if entry.operation == FOREIGN:
                    if entry.first.page.serial >= since:
                        mark(entry.first.page, entry.first.index)
                elif entry.operation != LEAF:
                    places = entry.operands
                    for position in entry.operation.positions:
                        marked[places[position]] = True
    return marks
