"""A model while it trains: its newest step is shown now and then, and what was is recorded."""

import time
from functools import cached_property
from typing import Any

import ipywidgets as widgets
import numpy as np
from IPython.core.getipython import get_ipython

from gradviz.graph import Graph, Run
from gradviz.live.plots.curve import thinned
from gradviz.live.plots.recorded import Record
from gradviz.live.plots.training import Training
from gradviz.words import say

PAUSE = 0.25  # seconds between two steps that are shown, at least
SHARE = 0.035  # of the time of a training that showing it takes, at most; 5 % with all around it
MOST_LAYERS = 6  # of which the gradient is recorded


class Newest:
    """When the newest step is to be shown, a bar for how many there were, and the recording."""

    def __init__(self) -> None:
        self.steps: int = 0
        self.of: int | None = None  # how many there will be
        self.is_behind: bool = False  # steps were taken that are not shown
        self._free = 0.0  # from when on the next may be shown
        self._record: Record | None = None
        self._layers: list[str] = []

    @cached_property
    def bar(self) -> widgets.IntProgress:
        return widgets.IntProgress(bar_style="info", layout=widgets.Layout(width="60%"))

    def step(self, of: int | None) -> bool:
        """Count a step; tells whether it is to be shown."""
        self.steps, self.of = self.steps + 1, of
        self.is_behind = time.monotonic() < self._free and self.steps != of
        return not self.is_behind

    def shown(self, run: Run, seconds: float, of: int | None) -> None:
        """That a step was shown, which took so long."""
        self.is_behind = False
        self._free = time.monotonic() + max(PAUSE, seconds * (1 / SHARE - 1))
        if of is not None:
            self.bar.max, self.bar.value = of, min(self.steps, of)
            self.bar.description = say("live.progress", step=self.steps, of=of)
        if self._record is None:
            self._record = Record(None, (), of)
            self._layers = _layers(run.graph)
        frames = self._record.frames
        if isinstance(run.value, float) and (not frames or frames[-1].epoch < self.steps):
            gradients = {name.removesuffix(".weight"): run.grads[name] for name in self._layers}
            self._record.add(run.value, None, None, gradients, self.steps)

    @property
    def recording(self) -> Training:
        """A film of what was shown."""
        return Training(self._record or Record(None, (), None))


def _layers(graph: Graph) -> list[str]:
    """Weights, from the first layer to the last."""
    weights = [node for node in graph.inputs if np.ndim(graph.example.primals[node]) > 1]
    names = [node.label for node in weights if node.label.endswith("weight")]
    return [names[int(at)] for at in thinned([float(at) for at in range(len(names))], MOST_LAYERS)]


class AfterCell:
    """Does something once, when the cell that runs now is over."""

    def __init__(self, act: Any) -> None:
        self._act = act
        self._is_waiting = False

    def ask(self) -> None:
        shell = get_ipython()
        if shell and not self._is_waiting:
            self._is_waiting = True
            shell.events.register("post_run_cell", self._ran)

    def _ran(self, result: object = None) -> None:
        self._is_waiting = False
        shell = get_ipython()
        if shell:
            shell.events.unregister("post_run_cell", self._ran)
        self._act()
