"""What an array is like, in a few numbers: its range, its mean, how many of its elements are zero,
and how many are no numbers at all, which is said first. The same is done in
``web/alone/statistics.js``.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gradviz.graph import Node, Run
from gradviz.numerals import Value, numeral
from gradviz.scene import heat
from gradviz.scene.folding.overview import Overview
from gradviz.scene.unheld import Unheld
from gradviz.words import say

SPECIAL = {"NaN": np.nan, "Infinity": np.inf, "-Infinity": -np.inf}  # in a summary


@dataclass(frozen=True)
class Statistics:
    """Of an array: the range and the mean of what is finite (nan if nothing is), and shares of
    zeros, of nan and of infinities. `nan` and `infinite` are None where a summary only tells their
    sum, `not_finite`; `scale`, the root of the mean square, where it does not tell that.

    >>> about = statistics(np.array([0.0, 3.0, np.nan, np.inf]))
    >>> about.greatest, about.mean, about.zeros, about.nan
    (3.0, 1.5, 0.25, 0.25)
    """

    least: float
    greatest: float
    mean: float
    zeros: float
    not_finite: float
    nan: float | None
    infinite: float | None
    scale: float | None

    @property
    def is_loud(self) -> bool:
        """Whether there is something that is no number."""
        return self.not_finite > 0

    def __str__(self) -> str:
        told = (
            say("page.statistics.nothing")
            if self.not_finite == 1
            else say("page.statistics.only_zeros")
            if self.least == self.greatest == 0
            else say(
                "page.statistics.told",
                least=numeral(self.least),
                greatest=numeral(self.greatest),
                mean=numeral(self.mean),
                zeros=percent(self.zeros),
            )
        )
        if not self.is_loud:
            return told
        if self.nan is None or self.infinite is None:
            return say("page.statistics.not_finite", share=percent(self.not_finite), told=told)
        shares = {"nan": percent(self.nan), "infinite": percent(self.infinite)}
        return say("page.statistics.loud", **shares, told=told)


def statistics(number: Value) -> Statistics | None:
    """Of a number or an array; None of an empty one, and of one that is not held or summarised."""
    if isinstance(number, Unheld):
        return None if number.summary is None else _summarised(number.summary)
    array = np.asarray(number, float)
    if not array.size:
        return None
    nan, infinite = float(np.mean(np.isnan(array))), float(np.mean(np.isinf(array)))
    finite = array[np.isfinite(array)] if nan or infinite else array
    if not finite.size:
        return Statistics(np.nan, np.nan, np.nan, 0.0, 1.0, nan, infinite, np.nan)
    return Statistics(
        float(finite.min()),
        float(finite.max()),
        float(finite.mean()),
        float(np.mean(array == 0.0)),
        1.0 - finite.size / array.size,
        nan,
        infinite,
        scale_of(finite),
    )


def scale_of(array: np.ndarray) -> float:
    """The root of the mean square, of numbers whose squares are too large or too small, too.

    >>> scale_of(np.array([1e200, -1e200]))
    1e+200
    """
    most = float(np.max(np.abs(array), initial=0.0))
    return most * float(np.sqrt(np.mean(np.square(array / most)))) if most else 0.0


def _summarised(summary: dict[str, Any]) -> Statistics:
    held: dict[str, Any] = {
        name: SPECIAL.get(each, each) for name, each in summary.items() if name != "cells"
    }
    if "mean" not in held:
        held |= dict.fromkeys(("least", "greatest", "mean"), np.nan)
    return Statistics(
        held["least"],
        held["greatest"],
        held["mean"],
        held.get("zeros", 0.0),
        held.get("not_finite", 0.0),
        held.get("nan"),
        held.get("infinite"),
        held.get("scale"),
    )


def percent(share: float) -> str:
    """A share, of which one sees whether it is all or nothing.

    >>> [percent(share) for share in (0.0, 1e-6, 0.0625, 0.99999, 1.0)]
    ['0 %', '< 0.1 %', '6.3 %', '> 99.9 %', '100 %']
    """
    if 0 < share < 0.001:
        return "< 0.1 %"
    if 0.999 < share < 1:
        return "> 99.9 %"
    return f"{numeral(100 * share, 3 if share > 0.1 else 2)} %"


def lines(run: Run, node: Node) -> list[tuple[str, bool]]:
    """What is said of a node that is shown as a map: of its value, of its gradient; and whether it
    is to be loud. Nothing of a box whose map is made of many values.
    """
    origin = run.graph.origin
    if isinstance(origin, Overview) and len(origin.picks[node.index]) > 1:
        return []
    found: list[tuple[str, bool]] = []
    for kind, number in (("value", run.primals[node]), (run.second, run.adjoints[node])):
        about = statistics(number) if heat.is_mapped(number) else None
        if about is not None:
            what = "gradient" if kind == "adjoint" else kind
            found.append((say(f"page.statistics.{what}", told=str(about)), about.is_loud))
    return found
