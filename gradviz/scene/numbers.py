"""How the numbers of a run are seen: on a card, at a wire, and as the width of what flows back."""

import numpy as np

from gradviz.graph import Run
from gradviz.numerals import Value, numeral
from gradviz.scene import heat
from gradviz.scene.unheld import Unheld

THICKEST = 9.0  # the largest that flows back along an edge, or 1 if all flows are smaller


def shown(number: Value | None, shape: bool = True) -> str:
    """What a card says of its value or its gradient: the number, or of a map its shape and what its
    shades stand for.
    """
    if not heat.is_mapped(number):
        return numeral(number)
    scale = heat.scale(heat.grid(number))
    return f"{numeral(number)} {scale}" if shape else scale


def on_edge(number: Value | None) -> str:
    """What the label of an edge says of a local derivative or a flow: the number, or how far those
    of an array reach.
    """
    if not isinstance(number, np.ndarray):
        return numeral(number, 3)
    most = magnitude(number)
    return ("" if most == 0.0 else "±") + numeral(most, 3)


def magnitude(flow: Value | None) -> float:
    """How much flows back: of an array, the most; of nothing, nothing."""
    if flow is None:
        return 0.0
    if isinstance(flow, Unheld):
        return flow.magnitude
    return float(np.max(np.abs(flow), initial=0.0)) if isinstance(flow, np.ndarray) else abs(flow)


def largest_flow(run: Run) -> float:
    """The largest finite absolute value that flows back along an edge; 0 if there is none."""
    flows = map(magnitude, run.flows.values())
    return max((flow for flow in flows if flow < float("inf")), default=0.0)


def flow_width(flow: Value | None, largest: float) -> float:
    """The width of what flows back, in pixels: its area grows with the flow, and where nothing
    flows there is nothing.
    """
    much = magnitude(flow)
    return THICKEST * min(1.0, much / max(1.0, largest)) ** 0.5 if much > 0 else 0.0
