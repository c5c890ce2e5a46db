"""explore(): a function, a slider for each of its inputs, and its live figure."""

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import ipywidgets as widgets
from traitlets import TraitError

from gradviz.autodiff.trace import trace
from gradviz.draw import paint
from gradviz.graph import Run
from gradviz.live.view import View, with_picture
from gradviz.numerals import real

STEPS = 200  # about so many positions of a slider


class Explorer(widgets.VBox):
    """Sliders above a live figure: `sliders` by input, and the `view`."""

    def __init__(self, view: View, sliders: Mapping[str, widgets.Widget]) -> None:
        self.view = view
        self.sliders = dict(sliders)
        self._placed: dict[str, float] = {}  # the values that `update` has set sliders to
        for slider in self.sliders.values():
            slider.observe(self._moved, names="value")
        hands = widgets.Box(list(self.sliders.values()), layout=widgets.Layout(flex_flow="row wrap"))
        super().__init__([hands, view])

    @property
    def run(self) -> Run:
        """The run that is shown."""
        return self.view.run

    def update(self, /, **inputs: float) -> Run | None:
        """Move sliders, and with them the figure."""
        inputs = self.view.run.graph.checked(inputs)
        run = self.view.update(**inputs)
        self._placed |= inputs
        for name, value in inputs.items():
            if name in self.sliders:
                _set(self.sliders[name], value)
        return run

    def _moved(self, change: Any) -> None:
        names = [name for name, slider in self.sliders.items() if slider is change.owner]  # one widget may stand for several
        shown = self.view.inputs[names[0]]
        if change.new != shown and not (shown == self._placed.get(names[0]) and _between_steps(change.owner, shown)):
            self.view.update(**dict.fromkeys(names, change.new))

    def __repr__(self) -> str:
        return f"<Explorer {paint.summary(self.run)}>"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return with_picture(super()._repr_mimebundle_(**options), self.view.figure)


def explore(function: Callable[..., Any], inputs: Mapping[str, Any] | None = None, /, **abbreviations: Any) -> Explorer:
    """Sliders for the inputs of `function`, and its figure, whose values and gradients follow them.

    Inputs are given by the function's own argument names (or as one dict), in the shapes of ipywidgets' abbreviations: a
    number (its slider reaches from minus once to three times it), (least, most), (least, most, step), or a widget with a
    numeric value. Sliders are always of floats, of about 200 steps.

    Raises TypeError, naming the input, for anything else.

    >>> import gradviz as gv
    >>> explorer = gv.explore(lambda x, y: x * y, x=2.0, y=(0, 10))
    >>> explorer
    <Explorer f = 10 at x = 2, y = 5>
    >>> explorer.sliders["x"].value = 3.0
    >>> explorer.run.grads
    {'x': 5.0, 'y': 3.0}
    """
    sliders = {name: slider(name, abbreviation) for name, abbreviation in {**(inputs or {}), **abbreviations}.items()}
    return Explorer(View(trace(function, {name: widget.value for name, widget in sliders.items()})), sliders)


def _between_steps(slider: widgets.Widget, value: float) -> bool:
    """Whether a slider stands as near to `value` as it can: a browser moves one that was set between two steps to the nearer."""
    if not isinstance(slider, widgets.FloatSlider) or not math.isfinite(value):
        return False
    steps = (value - slider.min) / slider.step
    return abs(steps - round(steps)) > 1e-6 and abs(slider.value - value) <= slider.step * 0.500001


def _set(slider: widgets.Widget, value: float) -> None:
    """Move a slider, and its ends if they are in the way; a widget that can't show the value stays as it is."""
    if isinstance(slider, widgets.FloatSlider):
        if not math.isfinite(value):
            return
        slider.max = max(slider.max, value)
        slider.min = min(slider.min, value)
    with suppress(TraitError, OverflowError, ValueError):
        slider.value = value


def slider(name: str, abbreviation: Any) -> widgets.Widget:
    """The widget for one input, from its abbreviation."""
    if isinstance(abbreviation, widgets.Widget):
        real(getattr(abbreviation, "value", None), f"the value of the widget for input {name!r}")
        return abbreviation
    if isinstance(abbreviation, tuple | list):
        if len(abbreviation) not in (2, 3):
            raise TypeError(f"input {name!r} must be a number, (least, most) or (least, most, step), not {abbreviation!r}")
        least, most, *step = (real(part, f"input {name!r}: each part of its range") for part in abbreviation)
        if not (math.isfinite(least) and math.isfinite(most) and least < most) or (step and not step[0] > 0):
            raise ValueError(f"input {name!r}: in (least, most, step), least must be below most and the step positive, not {abbreviation!r}")
        value = least + (most - least) / 2
    else:
        value = real(abbreviation, f"input {name!r}")
        if not math.isfinite(value):
            raise ValueError(f"input {name!r} must be finite to have a slider, not {value}; give a range, as in {name}=(-1, 1)")
        least, most = sorted((-value, 3 * value)) if value else (-1.0, 1.0)
        step = []
    if not (math.isfinite(most - least) and (most - least) / STEPS > 0):
        raise ValueError(f"input {name!r}: from {least} to {most} is too far or too near for a slider; give (least, most)")
    width = step[0] if step else _round_step((most - least) / STEPS)
    if isinstance(abbreviation, tuple | list):
        value = least + width * round((value - least) / width)
    else:  # the value stands on a step, whole steps away from both ends
        least, most = (value + width * round((end - value) / width) for end in (least, most))
    return widgets.FloatSlider(
        value=value,
        min=least,
        max=most,
        step=width,
        description=name,
        readout_format=f".{max(0, min(12, -math.floor(math.log10(width))))}f",
        description_allow_html=False,
        style={"description_width": "initial"},
        layout=widgets.Layout(width="300px"),
    )


def _round_step(step: float) -> float:
    """The nearest of 1, 2, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return min((1, 2, 5, 10), key=lambda factor: abs(factor * power - step)) * power
