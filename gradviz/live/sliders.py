"""Sliders for inputs, from ipywidgets' abbreviations."""

import math
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol, TypeGuard, runtime_checkable

import ipywidgets as widgets
import traitlets
from traitlets import Bunch, TraitError

from gradviz.live.labels import described
from gradviz.numerals import real

STEPS = 200  # about so many positions of a slider
BOUNDED = (
    widgets.FloatSlider | widgets.BoundedFloatText | widgets.IntSlider | widgets.BoundedIntText
)

Change = Bunch  # what is handed to whoever observes
Span = tuple[float, float, float]  # where a slider begins and ends, and its step


@runtime_checkable
class Hand(Protocol):
    """A widget with a numeric value, such as a slider."""

    value: Any
    model_id: Any

    def observe(self, handler: Callable[..., Any], names: Any = ..., type: Any = ...) -> None: ...


Range = tuple[float, ...] | list[float] | Hand  # what asks for a slider, or is one


def is_range(abbreviation: object) -> TypeGuard[Range]:
    """Whether it asks for a slider, and is not just a number."""
    return isinstance(abbreviation, tuple | list | widgets.Widget)


class Slider(widgets.FloatSlider):
    """A slider by which a page can tell infinity too, for which JSON has no number: it tells all
    that it tells in order, and what two models tell may overtake one another.
    """

    # infinity or nan as text, and where the slider stood then: it holds until the slider is moved
    beyond: "traitlets.List[Any]" = traitlets.List().tag(sync=True)


def number(hand: Hand) -> Any:
    """What a widget says."""
    beyond = getattr(hand, "beyond", [])
    return float(beyond[0]) if beyond[1:] == [hand.value] else hand.value


def place(slider: Hand, value: float) -> None:
    """Move a slider, and its ends if they are in the way; a widget that can't show the value stays
    as it is.
    """
    if isinstance(slider, Slider):
        slider.beyond = [] if math.isfinite(value) else [str(value), slider.value]
    if not math.isfinite(value):
        return
    with suppress(TraitError, OverflowError, ValueError):
        if type(slider.value)(value) != value:  # a slider of whole numbers
            return
        if isinstance(slider, widgets.FloatLogSlider):
            power = math.floor(math.log(value, slider.base))
            slider.max, slider.min = max(slider.max, power + 1), min(slider.min, power - 1)
        elif isinstance(slider, BOUNDED):
            slider.max, slider.min = max(slider.max, value), min(slider.min, value)
        slider.value = value


def span_of(slider: widgets.FloatSlider) -> Span:
    """Where a slider begins and ends, and its step."""
    grain = (slider.max - slider.min) / STEPS if slider.step is None else slider.step
    return slider.min, slider.max, grain


def slider(name: str, abbreviation: object) -> Hand:
    """The widget for one input, from its abbreviation."""
    if isinstance(abbreviation, widgets.Widget):
        real(getattr(abbreviation, "value", None), f"the value of the widget for input {name!r}")
    if isinstance(abbreviation, Hand):
        return abbreviation
    value, least, most, width = span(name, abbreviation)
    return Slider(
        value=value,
        min=least,
        max=most,
        step=width,
        **described(name),
        readout_format=f".{max(0, min(12, -math.floor(math.log10(width))))}f",
        layout=widgets.Layout(width="300px"),
    )


def span(name: str, abbreviation: object) -> tuple[float, float, float, float]:
    """Where a slider stands, where it begins and ends, and its step: the value stands on a step."""
    if isinstance(abbreviation, tuple | list):
        if len(abbreviation) not in (2, 3):
            raise TypeError(
                f"input {name!r} must be a number, (least, most) or (least, most, step), not "
                f"{abbreviation!r}"
            )
        least, most, *step = (
            real(part, f"input {name!r}: each part of its range") for part in abbreviation
        )
        if not (math.isfinite(least) and math.isfinite(most) and least < most) or (
            step and not step[0] > 0
        ):
            raise ValueError(
                f"input {name!r}: in (least, most, step), least must be below most and the step "
                f"positive, not {abbreviation!r}"
            )
        value = least + (most - least) / 2
    else:
        value = real(abbreviation, f"input {name!r}")
        if not math.isfinite(value):
            raise ValueError(
                f"input {name!r} must be finite to have a slider, not {value}; give a range, as in "
                f"{name}=(-1, 1)"
            )
        least, most = sorted((-value, 3 * value)) if value else (-1.0, 1.0)
        step = []
    if not (math.isfinite(most - least) and (most - least) / STEPS > 0):
        raise ValueError(
            f"input {name!r}: from {least} to {most} is too far or too near for a slider; give "
            "(least, most)"
        )
    width = step[0] if step else _round_step((most - least) / STEPS)
    if isinstance(abbreviation, tuple | list):
        value = least + width * round((value - least) / width)
    else:  # the value stands on a step, whole steps away from both ends
        least, most = (value + width * round((end - value) / width) for end in (least, most))
    return value, least, most, width


def _round_step(step: float) -> float:
    """The nearest of 1, 2, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return min((1, 2, 5, 10), key=lambda factor: abs(factor * power - step)) * power
