"""explore(): a function, a slider for each of its inputs, and its live figure."""

import inspect
import time
from collections.abc import Callable, Collection, Mapping
from numbers import Real
from os import PathLike
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import numpy as np

from gradviz.autodiff.tracing.trace import trace
from gradviz.export.sheets import Theme
from gradviz.figure import folded
from gradviz.graph import Direction, Graph, Mode, Run, along
from gradviz.live import sliders
from gradviz.live.newest import AfterCell, Newest
from gradviz.live.panel import Panel
from gradviz.live.plots.training import Training
from gradviz.live.shown import Framed
from gradviz.live.sliders import Change, Hand
from gradviz.live.view import View
from gradviz.scene.words.titles import summary

MOST_SLIDERS = 30
OPTIONS = ("collapse", "expand", "step", "code", "mode", "wrt")


class Explorer(Framed):
    """Sliders above a live figure: `sliders` by input, and the `view`. Sliders that are `lent` are
    the user's own.
    """

    def __init__(
        self, view: View, sliders: Mapping[str, Hand], lent: Collection[Hand] = ()
    ) -> None:
        self.view = view
        self._newest = Newest()
        self._after = AfterCell(self._catch_up)
        self.panel: Panel = Panel(sliders, self._moved)
        view.observe(self._follow, names="inputs")
        inputs = view.whole.graph.input_names
        view.sliders = {
            str(inputs.index(name)): f"IPY_MODEL_{slider.model_id}"
            for name, slider in sliders.items()
        }
        view.hands = self.sliders
        super().__init__(
            view,
            [self.panel],
            counted=sliders.values(),
            lent=lent,
            _dom_classes=["gradviz-explorer"],
        )

    @property
    def sliders(self) -> dict[str, Hand]:
        """The sliders, by the input that each moves."""
        return self.panel.hands

    @property
    def run(self) -> Run:
        """The run that is shown."""
        return self.view.run

    def refresh(self, of: int | None = None) -> Run:
        """In a loop that trains a PyTorch model: show the model with its newest parameters.

        Call it after each step. It shows a step at most four times a second, and so seldom that the
        loop is slowed by 5 % at most; in between it returns at once. What was not shown in the loop
        is shown when the cell is over. With `of`, the number of steps that there will be, a bar
        tells how many were taken, and the last step is always shown. Returns the run that is shown;
        `recording` has all that were.

        Raises TypeError for a graph that is no PyTorch model's.

        >>> import torch                                                     # doctest: +SKIP
        >>> import gradviz as gv
        >>> model, x = torch.nn.Linear(2, 1), torch.ones(1, 2)                 # doctest: +SKIP
        >>> view = gv.explore(gv.trace_torch(model, x))                        # doctest: +SKIP
        >>> with torch.no_grad():                                              # doctest: +SKIP
        ...     _ = model.weight.zero_(), model.bias.fill_(3.0)
        >>> view.refresh().value                                               # doctest: +SKIP
        3.0
        """
        if of is not None and self._newest.bar not in self.children:
            self.children = (self._newest.bar, *self.children)
        if self._newest.step(of):
            self._show_newest(of)
        else:
            self._after.ask()
        return self.view.whole

    def _show_newest(self, of: int | None = None) -> None:
        start = time.perf_counter()
        run = self.view.refresh()
        self._newest.shown(run.whole, time.perf_counter() - start, of)

    def _catch_up(self) -> None:
        if self._newest.is_behind:
            self._show_newest(self._newest.of)

    @property
    def recording(self) -> Training:
        """A film of what `refresh` showed, as :func:`gradviz.plot.training` makes them: the output
        and the gradients of up to six layers. It can be scrubbed through, and saved as a page.
        """
        return self._newest.recording

    def update(self, /, **inputs: float) -> Run | None:
        """Move sliders, and with them the figure."""
        return self.view.update(**self.panel.tied(inputs))

    def save(
        self,
        path: str | PathLike[str],
        *,
        theme: Theme | None = None,
        scale: float = 2,
        live: bool = True,
    ) -> Path:
        """Write what is shown now to a file, as :meth:`Figure.save` does: as a page, ``.html``, it
        is alive without a kernel, with these sliders.

        >>> import tempfile
        >>> import gradviz as gv
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     gv.explore(lambda x, y: x * y, x=2.0, y=(0, 10)).save(f"{folder}/product.html").name
        'product.html'
        """
        return self.view.save(path, theme=theme, scale=scale, live=live)

    def _display_(self) -> View:
        """What marimo shows, which asks for it by this name: it has no sliders of ipywidgets."""
        names = self.view.whole.graph.input_names
        self.view.ranges = [track.told(names) for track in sliders.tracks(self.sliders)]
        return self.view

    def _moved(self, values: dict[str, float]) -> None:
        self.view.update(**values)

    def _follow(self, change: Change) -> None:
        """What was set elsewhere, such as on a card, moves its slider, and what else that sets."""
        new, old = change.new, change.old
        values = self.panel.tied(
            {name: new[name] for name in self.sliders if repr(new[name]) != repr(old[name])}
        )
        if all(repr(new[name]) == repr(value) for name, value in values.items()):
            self.panel.stand(values)
        else:
            self.view.update(**values)

    def __repr__(self) -> str:
        return f"<Explorer {summary(self.run)}>"


def explore(
    function: Callable[..., Any] | Graph,
    inputs: Mapping[str, Any] | None = None,
    /,
    *,
    collapse: Collection[str] | bool = (),
    expand: Collection[str] | bool = (),
    step: int | None = None,
    code: bool = False,
    mode: Mode = "reverse",
    wrt: Direction | None = None,
    **abbreviations: Any,
) -> Explorer:
    """Sliders for the inputs of `function`, and its figure, whose values and gradients follow them.

    Inputs are given by the function's own argument names (or as one dict), in the shapes of
    ipywidgets' abbreviations: a number (its slider reaches from minus once to three times it),
    (least, most), (least, most, step), or a widget with a numeric value. An array is an input
    without a slider; so is, among more than 30 inputs, a plain number. Sliders are always of
    floats, of about 200 steps. The numbers on the inputs' cards can be dragged, typed and stepped
    with the arrow keys as well. What is set stands to the last bit, also between two steps; a
    widget that can't show it, such as a slider of whole numbers, stays where it is.

    `collapse` and `expand` close blocks as in :func:`gradviz.draw`; `step` stops at a step of the
    two sweeps, as in :meth:`Figure.at`; `code` opens the code beside the graph; `mode` "forward"
    shows tangents of what `wrt` says, as in :func:`gradviz.draw`. A switch in the figure turns from
    one to the other. Where the function
    itself has an argument of such a name, the keyword is that argument.

    A graph, such as :func:`gradviz.trace_torch` makes, is explored as it is, without sliders; in a
    loop that trains a model, :meth:`Explorer.refresh` shows the newest step.

    Raises TypeError, naming the input, for anything else; IndexError for a step that there is not.

    >>> import gradviz as gv
    >>> explorer = gv.explore(lambda x, y: x * y, x=2.0, y=(0, 10))
    >>> explorer
    <Explorer f = 10 at x = 2, y = 5>
    >>> explorer.sliders["x"].value = 3.0
    >>> explorer.run.grads
    {'x': 5.0, 'y': 3.0}
    """
    options = {
        **{"collapse": collapse, "expand": expand, "step": step, "code": code},
        **{"mode": mode, "wrt": wrt},
    }
    if isinstance(function, Graph):
        if given := {**(inputs or {}), **abbreviations}:
            raise TypeError(
                f"a graph has its inputs already; sliders of {', '.join(given)} are for "
                "the function itself"
            )
        graph = folded(function.example, collapse, expand).graph
        view = View(graph, step=step, wrt=along(graph, mode, wrt), code=code)
        return Explorer(view, {})
    for name in OPTIONS:
        if name in _own_names(function) and options[name] != NOT_GIVEN[name]:
            abbreviations[name], options[name] = options[name], NOT_GIVEN[name]
    given = {**(inputs or {}), **abbreviations}
    plain = len(given) > MOST_SLIDERS
    hands = {
        name: value if _is_fixed(value, plain) else sliders.slider(name, value)
        for name, value in given.items()
    }
    graph = folded(
        trace(
            function, {name: getattr(hand, "value", hand) for name, hand in hands.items()}
        ).example,
        options["collapse"],
        options["expand"],
    ).graph
    spans = {
        name: sliders.span_of(hand)
        for name, hand in hands.items()
        if isinstance(hand, widgets.FloatSlider)
    }
    return Explorer(
        View(
            graph,
            step=options["step"],
            wrt=along(graph, options["mode"], options["wrt"]),
            code=options["code"],
            spans=spans,
        ),
        {name: hand for name, hand in hands.items() if isinstance(hand, Hand)},
        [hand for name, hand in hands.items() if isinstance(hand, Hand) and hand is given[name]],
    )


def _is_fixed(abbreviation: object, plain: bool) -> bool:
    """Whether an input gets no slider: an array, and where there are very many, a plain number."""
    return (
        bool(np.ndim(abbreviation))
        if isinstance(abbreviation, np.ndarray)
        else plain and isinstance(abbreviation, Real)
    )


NOT_GIVEN: dict[str, Any] = {
    "collapse": (), "expand": (), "step": None, "code": False,
    "mode": "reverse", "wrt": None,
}  # fmt: skip


def _own_names(function: Callable[..., Any]) -> Collection[str]:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):
        return ()
