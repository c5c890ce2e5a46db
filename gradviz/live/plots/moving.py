"""LivePlot: a plot whose sliders move what moves in it. Matplotlib draws the axes and the curve
once; the page draws the rest, by the function's program, or by numbers that it is sent.
"""

import base64
import math
import struct
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import Any

import traitlets
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradviz import web
from gradviz.export import published
from gradviz.export.html import document
from gradviz.export.sheets import Theme, checked, style_sheet
from gradviz.figure.page.alive import alive
from gradviz.figure.page.told import MOST_HELD, Track
from gradviz.live.panel import Panel
from gradviz.live.plots.curve import thinned
from gradviz.live.plots.frame import frame
from gradviz.live.plots.marks import Mark, Shown, draw, lost
from gradviz.live.plots.plot import MARGINS, NARROW, UNTITLED, Plot, fit
from gradviz.live.shown import Bundle, Framed, Live
from gradviz.live.sliders import Hand, is_range, log_slider, slider, tracks
from gradviz.numerals import real
from gradviz.words import language, say

FEW = 9  # places of a slider that axes are made for where each of them may take long

Places = Mapping[str, Sequence[float]]  # where each of the values may stand


class Subject:
    """What a plot is of: numbers that follow from some values, and what is shown of them; the page
    knows the same by its `kind`.
    """

    kind: str
    marks: Sequence[Mark]
    curve: Any = None  # whose program finds the numbers, if there is one
    beside: float = 0.0  # inches for more than the axes, in a wide picture
    below: float = 0.0  # and in a narrow one

    def numbers(self, values: Mapping[str, float]) -> list[float]:
        """All numbers that are shown at these values."""
        raise NotImplementedError

    def shown(self, values: Mapping[str, float], numbers: Sequence[float]) -> Shown:
        """What is shown of them."""
        raise NotImplementedError

    def axes(self, places: Places) -> tuple[Figure, Axes]:
        """What stands still, with room for values at all of these places."""
        raise NotImplementedError

    def given(self) -> dict[str, Any]:
        """What the page is to know besides."""
        return {}

    def framed(self, size: tuple[float, float], is_wide: bool) -> dict[str, Any]:
        """What the page is to know of a picture of this size, in inches."""
        return {}

    def seen(self, places: Places) -> Iterable[float]:
        """Where the curve is looked at."""
        return ()

    def plot(self, values: Mapping[str, float], places: Places | None = None) -> Plot:
        """The still plot at some values, by matplotlib alone."""
        shown = self.shown(values, self.numbers(values))
        figure, axes = self.axes(places or {name: [value] for name, value in values.items()})
        draw(axes, self.marks, shown)
        return Plot(figure, shown.text, shown.title, say(f"page.plot.{self.kind}"))


class Drawing(Live):
    """What the page shows of a live plot."""

    _esm = web.module("notebook/plot")
    _css = style_sheet("figure") + web.style_sheet("view") + web.style_sheet("plot")

    # the axes, the marks, and how the page finds the numbers
    given: "traitlets.Dict[str, Any]" = traitlets.Dict().tag(sync=True)
    # as 64-bit floats: where the values stand, and the numbers there
    numbers: traitlets.Bytes = traitlets.Bytes().tag(sync=True)
    # what went wrong, if something did
    message: "traitlets.Unicode[str, str | bytes]" = traitlets.Unicode().tag(sync=True)
    # models of sliders by the value that each moves
    sliders: "traitlets.Dict[str, str]" = traitlets.Dict().tag(sync=True)

    def __init__(
        self, drawn: Callable[[], Plot], framed: Callable[[], object], **options: Any
    ) -> None:
        self._drawn = drawn
        self._framed = framed  # tells what stands still anew
        super().__init__(**options)

    @property
    def figure(self) -> Plot:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The still plot."""
        return self._drawn()

    def retell(self) -> None:
        self._framed()

    def picture(self) -> Bundle:
        return self.figure._repr_mimebundle_()


class LivePlot(Framed):
    """A plot under sliders, which move what moves in it. `sliders` by the name of what they set,
    `values` what they were set to last, `text` what it says there, `plot` the still plot there.
    Sliders that are `lent` are the user's own.
    """

    def __init__(
        self,
        subject: Subject,
        values: Mapping[str, float],
        hands: Mapping[str, Hand],
        lent: Collection[Hand] = (),
    ) -> None:
        self.subject = subject
        self.panel: Panel = Panel(hands, self._show)
        self._set = {**values}  # those of no slider among them
        self._showing = threading.RLock()  # hands are told of in a thread of their own
        self._there = {**values}, subject.numbers(values)  # where it was shown last
        self._tried = {name: [value] for name, value in values.items()}
        for track in tracks(hands):
            # where there is no curve, each place may take long
            tried = track.places if subject.curve else thinned(track.places, FEW)
            self._tried |= {name: [*tried] for name in track.inputs}
        self._kept: tuple[object, Plot] | None = None
        self._drawing = Drawing(
            lambda: self.plot,
            self._frame,
            sliders={name: f"IPY_MODEL_{hand.model_id}" for name, hand in hands.items()},
        )
        self._frame()
        super().__init__(
            self._drawing,
            [self.panel],
            counted=hands.values(),
            lent=lent,
            _dom_classes=["gradviz-plot"],
        )

    @property
    def sliders(self) -> dict[str, Hand]:
        """The sliders, by the name of what they set."""
        return self.panel.hands

    @property
    def values(self) -> dict[str, float]:
        """What the sliders were set to last."""
        return {name: self._set[name] for name in self.sliders}

    @property
    def text(self) -> str:
        """What it says."""
        values, numbers = self._there
        return self.subject.shown(values, numbers).text

    @property
    def plot(self) -> Plot:
        """The still plot of what is shown now."""
        key = self._there, language()
        if self._kept is None or self._kept[0] != key:
            self._kept = key, self.subject.plot(self._there[0], self._places)
        return self._kept[1]

    def update(self, /, **values: float) -> None:
        """Move sliders, and with them the plot."""
        for name, value in values.items():
            if name not in self.sliders:
                raise TypeError(
                    f"this plot has no slider {name!r}; it has {', '.join(self.sliders)}"
                )
            values[name] = real(value, f"{name!r} of this plot")
        values = self.panel.tied(values)
        self.panel.stand(values)
        self._show(values)

    def save(self, path: str | Path, *, theme: Theme | None = None, live: bool = True) -> Path:
        """Write the plot to a file: as a page, ``.html``, it is alive, with its sliders, in any
        browser, without Python and without a network; of a function that the page can't work out
        it holds the numbers along each slider. In any other format, or with ``live=False``, it is
        the still plot, as :meth:`Plot.save` writes it.

        >>> import tempfile
        >>> import gradviz as gv
        >>> plot = gv.plot.tangent(lambda x: x**2, at=(-4.0, 4.0))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     plot.save(f"{folder}/tangent.html").name
        'tangent.html'
        """
        path = Path(path)
        if not live or path.suffix.lower() != ".html":
            return self.plot.save(path, theme=theme)
        plot, told = self.plot, self._told()
        live_ = alive(told, theme=checked(theme))
        page = document(plot.name, plot.body, language(), theme, live_)
        path.write_text(page, encoding="utf-8")
        return path

    def picture(self) -> Bundle:
        data, metadata = super().picture()
        return {**data, **published.handed(self._told)}, metadata

    def _told(self) -> dict[str, Any]:
        """What the page is told that stands alone."""
        found, names = tracks(self.sliders), [*self._set]
        held = None if self._drawing.given["programs"] else self._held(found)
        given = self._drawing.given  # with room for what is held
        return {
            "kind": "plot",
            "words": self._drawing.words,
            "given": given,
            "numbers": base64.b64encode(_packed(*self._there)).decode(),
            "sliders": [track.told(names) for track in found],
            "held": held,
        }

    def _held(self, found: Sequence[Track]) -> list[list[list[str]]] | None:
        """By slider and place, the numbers where the other sliders stand where they are, as text;
        none at a place where the function fails. None of all if they are too many.
        """
        values, numbers = self._there
        if len(numbers) * sum(len(track.places) for track in found) > MOST_HELD:
            return None

        missed = False

        def at(track: Track, place: float) -> list[str]:
            nonlocal missed
            there = {**values, **dict.fromkeys(track.inputs, place)}
            try:
                numbers = self.subject.numbers(there)
                if lost(self._axes, self.subject.marks, self.subject.shown(there, numbers)):
                    missed = True
                    for name in track.inputs:
                        self._tried[name].append(place)
            except Exception:  # the function fails there
                return []
            return [*map(repr, numbers)]

        held = [[at(track, place) for place in track.places] for track in found]
        if missed:
            self._frame()
        return held

    @property
    def _places(self) -> dict[str, list[float]]:
        """Where the values may stand, and where they do."""
        values, _ = self._there
        return {
            name: sorted({*tried, values[name]}) if math.isfinite(values[name]) else tried
            for name, tried in self._tried.items()
        }

    def _frame(self) -> None:
        """Draw what stands still, and tell the page."""
        places, subject = self._places, self.subject
        figure, self._axes = subject.axes(places)
        width, height = figure.get_size_inches()
        top = MARGINS["top"] if self._axes.get_legend() else UNTITLED  # the page says the title
        frames: list[dict[str, Any]] = []
        for size, beyond in (
            ((width, height), (subject.beside, 0.0)),
            (NARROW, (0.0, subject.below)),
        ):
            fit(figure, size, top, beyond)
            inches = size[0] + beyond[0], size[1] + beyond[1]
            more = subject.framed(inches, size != NARROW)
            frames.append({**frame(figure, self._axes), **more})
        curve, (values, _) = subject.curve, self._there
        here = next(iter(values.values()), 0.0)
        with self._drawing.hold_sync():
            self._drawing.given = {
                "kind": subject.kind,
                "names": [*values],
                "frames": frames,
                "marks": [mark.told() for mark in subject.marks],
                "programs": curve and curve.programs(here, subject.seen(places)),
                **subject.given(),
            }
            self._drawing.numbers = _packed(*self._there)

    def _show(self, values: dict[str, float]) -> None:
        with self._showing:
            self._set = {**self._set, **values}
            self._drawing.message = ""  # or a page would not hear of the same error once more
            try:
                numbers = self.subject.numbers(self._set)
                shown = self.subject.shown(self._set, numbers)
            except Exception as error:
                self._drawing.numbers = _packed(self._set, ())
                self._drawing.message = f"{type(error).__name__}: {error}"
                return
            self._there = {**self._set}, numbers
            if lost(self._axes, self.subject.marks, shown):
                self._frame()
            else:
                self._drawing.numbers = _packed(*self._there)

    def __repr__(self) -> str:
        return self.text


def _packed(values: Mapping[str, float], numbers: Sequence[float]) -> bytes:
    return struct.pack(f"<{len(values) + len(numbers)}d", *values.values(), *numbers)


def plotted(
    make: Callable[[dict[str, float]], Subject],
    inputs: Mapping[str, Any],
    log: Collection[str] = (),
) -> Plot | LivePlot:
    """A plot of what is made of some values, of which some may be ranges or widgets: then it is a
    live one. The ranges of those in `log` are on a logarithmic scale, if they are positive.
    """
    hands = {
        name: (log_slider if name in log else slider)(name, given)
        for name, given in inputs.items()
        if is_range(given)
    }
    values = {name: getattr(hands.get(name), "value", given) for name, given in inputs.items()}
    if not hands:
        return make(values).plot(values)
    lent = [hand for name, hand in hands.items() if hand is inputs[name]]
    return LivePlot(make(values), values, hands, lent)


def movable(
    *names: str, log: Collection[str] = ()
) -> Callable[[Callable[..., Subject]], Callable[..., Plot | LivePlot]]:
    """A function that makes what a plot is of, as one that gives a plot of it: a live one where
    some of these arguments are ranges or widgets.
    """

    def with_sliders(make: Callable[..., Subject]) -> Callable[..., Plot | LivePlot]:
        @wraps(make)
        def plot(*arguments: Any, **options: Any) -> Plot | LivePlot:
            bound = signature(make).bind(*arguments, **options)
            bound.apply_defaults()
            given = bound.arguments
            inputs = {name: given[name] for name in names}
            return plotted(lambda values: make(**{**given, **values}), inputs, log)

        return plot

    return with_sliders
