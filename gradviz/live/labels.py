"""What stands beside sliders: their names, for every eye and every ear."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import anywidget
import ipywidgets as widgets
import traitlets

from gradviz import web
from gradviz.scene import text

LEAST, ROOM = 20, 150  # pixels for a name
TRACK = 270  # for the rest of a slider: its track is to be long enough for a finger
LONG = 100  # characters of a name: there is room for fewer
PLAIN = "mathjax_ignore tex2jax_ignore"  # what MathJax 3 and 2 leave alone


def described(name: str) -> dict[str, Any]:
    """The traits of a slider that show its name, as it is: cut where it is long, and whole in the
    title; a dollar or a backslash in it begins no mathematics.

    >>> described("x")["description"], described("$5")["description"]
    ('x', '<span class="mathjax_ignore tex2jax_ignore">&#36;5</span>')
    """
    is_tex = any(sign in name for sign in "$\\")
    spelled = escape(name).replace("$", "&#36;").replace("\\", "&#92;")
    return {
        "description": f'<span class="{PLAIN}">{spelled}</span>' if is_tex else name,
        "description_allow_html": is_tex,
        "tooltip": name,
        **room_for([name]),
    }


def room_for(names: Iterable[str]) -> dict[str, Any]:
    """The traits of sliders that stand together: the same room for each of their names, so that
    their tracks stand under one another.

    >>> room_for(["x", "learning_rate_of_the_optimizer"])["style"]["description_width"]
    '150px'
    """
    widest = max((text.width(name[:LONG], 13) for name in names), default=0.0)
    room = round(min(ROOM, max(LEAST, widest + 4)))
    return {
        "style": {"description_width": f"{room}px"},
        "layout": {"width": f"{room + TRACK}px"},
    }


class Labels(anywidget.AnyWidget):
    """Shows nothing, but says to screen readers the names that ipywidgets writes by sliders."""

    _esm = web.module("notebook/labels")
    _css = web.style_sheet("labels")

    # names by the model of the slider
    names: "traitlets.Dict[str, str]" = traitlets.Dict().tag(sync=True)


def labels(hands: Mapping[str, Any]) -> widgets.Box:
    """What is to stand beside sliders, by the names of their inputs."""
    names = {str(hand.model_id): _said(name, hand) for name, hand in hands.items()}
    # in a box that is not shown: nor is the error where a server lacks anywidget
    return widgets.Box([Labels(names=names)], layout=widgets.Layout(display="none"))


def _said(name: str, hand: Any) -> str:
    """What a screen reader says of a slider: what stands beside it, unless that is HTML."""
    is_html = getattr(hand, "description_allow_html", False)
    return name if is_html else getattr(hand, "description", "") or name
