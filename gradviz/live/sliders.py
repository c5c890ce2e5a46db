"""Sliders for inputs, from ipywidgets' abbreviations."""

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol, TypeGuard, runtime_checkable

import ipywidgets as widgets
import traitlets
from traitlets import Bunch, TraitError

from gradviz.figure.page.spans import STEPS, Span, span
from gradviz.figure.page.told import Track
from gradviz.live.labels import described
from gradviz.numerals import real

BOUNDED = (
    widgets.FloatSlider | widgets.BoundedFloatText | widgets.IntSlider | widgets.BoundedIntText
)

Change = Bunch  # what is handed to whoever observes


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


def span_of(slider: Any) -> Span:
    """Where a slider begins and ends, and its step."""
    grain = (slider.max - slider.min) / STEPS if slider.step is None else slider.step
    return slider.min, slider.max, grain


def tracks(hands: Mapping[str, Hand]) -> list[Track]:
    """The sliders of a page without a kernel that do what these do: of a widget without ends there
    is one about its number.
    """
    found: dict[int, Track] = {}
    for name, hand in hands.items():
        if id(hand) in found:
            found[id(hand)] = found[id(hand)].and_of(name)
            continue
        try:
            found[id(hand)] = Track(name, (name,), *_ends(name, hand))
        except ValueError:  # its number is infinite
            continue
    return [*found.values()]


def _ends(name: str, hand: Hand) -> tuple[Span, float | None]:
    """Between which ends a widget moves, and the base of a logarithmic one."""
    if isinstance(hand, widgets.FloatLogSlider):
        return (hand.min, hand.max, hand.step or (hand.max - hand.min) / STEPS), hand.base
    if isinstance(hand, BOUNDED):
        return span_of(hand), None
    _, *ends = span(name, float(number(hand)))
    return (ends[0], ends[1], ends[2]), None


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
    )


def log_slider(name: str, abbreviation: object) -> Hand:
    """The same for an input of which every size has as much room: where a pair is positive, its
    slider is logarithmic, and stands at its larger end.
    """
    if not (isinstance(abbreviation, tuple | list) and len(abbreviation) == 2):
        return slider(name, abbreviation)
    least, most = (real(each, f"an end of input {name!r}") for each in abbreviation)
    if not 0 < least < most < math.inf:
        return slider(name, abbreviation)
    low, high = math.log10(least), math.log10(most)
    return widgets.FloatLogSlider(
        value=most,
        base=10.0,
        min=low,
        max=high,
        step=(high - low) / STEPS,
        **described(name),
        readout_format=".3g",
    )
