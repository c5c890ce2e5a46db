"""Panel: the sliders above a live figure or plot."""

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import anywidget
import ipywidgets as widgets
import traitlets

from gradviz import web
from gradviz.live.labels import labels, room_for
from gradviz.live.sliders import Change, Hand, Slider, number, place

SLIDERS = widgets.FloatSlider | widgets.FloatLogSlider | widgets.IntSlider


class Panel(widgets.Box):
    """Sliders by the name of what they set; one may set several. `moved` is called with the values
    that a hand, or a program, set by moving one.

    A slider tells where a hand has left it, and never where a program put it, which the page
    rounds to a step; so what was set stands to the last bit.
    """

    def __init__(
        self, hands: Mapping[str, Hand], moved: Callable[[dict[str, Any]], object]
    ) -> None:
        self.hands: dict[str, Any] = dict(hands)
        self._told = moved
        self._here = threading.local()  # hands are told of in a thread of their own
        for hand in set(self.hands.values()):
            hand.observe(self._moved, ["value", "beyond"] if isinstance(hand, Slider) else "value")
        self.drags: Drags = Drags(
            [hand for hand in self.hands.values() if isinstance(hand, SLIDERS)]
        )
        ours = {name: hand for name, hand in hands.items() if isinstance(hand, Slider)}
        room = room_for(ours)
        for hand in ours.values():
            hand.layout.width = room["layout"]["width"]
            hand.style.description_width = room["style"]["description_width"]
        super().__init__(
            [*self.hands.values(), labels(hands)],
            layout=widgets.Layout(flex_flow="row wrap", padding="0 10px"),
        )

    def tied(self, values: Mapping[str, float]) -> dict[str, float]:
        """These values, and those of whatever else the same sliders set."""
        moved = {self.hands[name]: value for name, value in values.items() if name in self.hands}
        others = {name: moved[hand] for name, hand in self.hands.items() if hand in moved}
        return {**others, **values}

    def stand(self, values: Mapping[str, float]) -> None:
        """Move sliders to where these values are, which is no move of a hand."""
        self._here.placing = True
        try:
            for hand in self.hands.values():
                asked = {values[name] for name in self._set_by(hand) if name in values}
                if len(asked) == 1:  # or it would have to stand at two places
                    place(hand, *asked)
        finally:
            self._here.placing = False

    def _moved(self, change: Change) -> None:
        if not getattr(self._here, "placing", False):
            self._told(dict.fromkeys(self._set_by(change.owner), number(change.owner)))

    def _set_by(self, hand: Hand) -> list[str]:
        return [name for name, other in self.hands.items() if other is hand]


class Drags(anywidget.AnyWidget):
    """What lets sliders tell where they are while a hand drags them; it has no view."""

    _esm = web.module("notebook/drags")

    # models of sliders by the class of their elements
    sliders: "traitlets.Dict[str, str]" = traitlets.Dict().tag(sync=True)

    def __init__(self, hands: Iterable[Any]) -> None:
        marks = {f"gradviz-{hand.model_id}": hand for hand in hands}
        for mark, hand in marks.items():
            hand.continuous_update = False
            hand.add_class(mark)
        super().__init__(
            sliders={mark: f"IPY_MODEL_{hand.model_id}" for mark, hand in marks.items()}
        )
