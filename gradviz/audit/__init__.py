"""The machine check: it reads nothing but a figure's SVG, works out every number again and holds
the texts, widths and maps of a figure against them. Places, colours, and what else may lie over it,
it does not see.

A value follows from its inputs by its operation, and so do the local derivatives; what flows back
along an edge is the upstream adjoint times the local derivative, and an adjoint is the sum of the
flows that leave. What is written must be what is held.

>>> import gradviz as gv
>>> svg = gv.draw(gv.trace(lambda x, y: x * y + x, x=2.0, y=3.0)).svg
>>> print(audit(svg))
4 nodes, 4 edges: all of it agrees
>>> print(audit(svg.replace('data-value="6.0"', 'data-value="7.0"')))
v2: its value is held as 7, and its inputs give 6
"""

import warnings
from dataclasses import dataclass

import numpy as np

from gradviz.audit.held import Finding, Held, NoFigure, parsed
from gradviz.audit.recomputed import Recomputed
from gradviz.audit.shown import Shown

__all__ = ["Finding", "NoFigure", "Report", "audit"]


@dataclass(frozen=True, slots=True)
class Report:
    """What of a figure does not agree, and, as notes, what could not be worked out again."""

    nodes: int
    edges: int
    failures: tuple[Finding, ...]
    notes: tuple[Finding, ...]

    @property
    def remarks(self) -> list[str]:
        """The notes, by what they say."""
        reasons: dict[str, list[Finding]] = {}
        for note in self.notes:
            reasons.setdefault(note.what, []).append(note)
        return [
            f"taken as {'it stands' if len(of) == 1 else 'they stand'}: "
            f"{', '.join(note.at for note in of)} ({why})"
            for why, of in reasons.items()
        ]

    def __str__(self) -> str:
        counts = ", ".join(
            f"{n} {what}{'s' * (n != 1)}"
            for n, what in ((self.nodes, "node"), (self.edges, "edge"))
        )
        return (
            "\n".join(map(str, self.failures)) if self.failures else f"{counts}: all of it agrees"
        )


def audit(svg: str) -> Report:
    """Check a figure. The text may be anybody's: whatever is wrong with it is a finding.

    Raises NoFigure if it is none.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        held = Held(parsed(svg))
        if not held.failures:
            recomputed = Recomputed(held)
            recomputed.work()
            Shown(held, recomputed).compare_all()
    return Report(
        len(held.cards), len(held.wires), tuple(held.failures), tuple(dict.fromkeys(held.notes))
    )
