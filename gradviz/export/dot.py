"""A scene as DOT, for any Graphviz, which finds places of its own: values, gradients and local
derivatives as labels.
"""

import graphviz

from gradviz.export.sheets import Theme
from gradviz.scene.scene import Card, Frame, Scene
from gradviz.scene.text import clean
from gradviz.words import say

COLOURS = {
    "value": "#0b5f8a",
    "adjoint": "#b0400a",
    "tangent": "#0a7b59",
    "line": "#8393a4",
    "input": "#fff1cc",
    "card": "#ffffff",
}
LABELS = {"adjoint": "figure.dot.label", "tangent": "forward.dot.label"}
SIGNS = {"adjoint": "◂", "tangent": "▸"}


def written(scene: Scene, theme: Theme | None, scale: float) -> bytes:
    """The graph as a file."""
    return digraph(scene).source.encode()


def digraph(scene: Scene) -> graphviz.Digraph:
    """The annotated graph. Names are data: they are escaped, and identifiers are n0, n1, …"""
    dot = graphviz.Digraph(
        "gradviz",
        graph_attr={
            "rankdir": "LR",
            "nodesep": "0.3",
            "ranksep": "0.5",
            "fontname": "Helvetica",
            "label": _plain(say(LABELS[scene.second])),
            "fontsize": "10",
        },
        node_attr={
            "shape": "box",
            "style": "rounded,filled",
            "fillcolor": COLOURS["card"],
            "color": COLOURS["line"],
            "fontname": "Helvetica",
            "fontsize": "11",
        },
        edge_attr={
            "fontname": "Helvetica",
            "fontsize": "9",
            "color": COLOURS["line"],
            "fontcolor": COLOURS[scene.second],
        },
    )
    inside: dict[int | None, list[Card]] = {}
    for card in scene.cards:
        inside.setdefault(card.frame, []).append(card)
    _fill(dot, None, inside, scene.frames)
    for wire in scene.wires:
        label = f"∂ {wire.local.short}\n{SIGNS[scene.second]} {wire.flow.short}"
        marked = {"headlabel": f" {wire.mark} "} if wire.mark else {}
        dot.edge(f"n{wire.source}", f"n{wire.target}", label=_plain(label), **marked)
    return dot


def _fill(
    dot: graphviz.Digraph,
    around: int | None,
    inside: dict[int | None, list[Card]],
    frames: tuple[Frame, ...],
) -> None:
    for card in inside.get(around, ()):
        dot.node(f"n{card.index}", _label(card), **_looks(card))
    for number, frame in enumerate(frames):
        if frame.around == around:
            cluster = graphviz.Digraph(f"cluster_{number}")
            cluster.attr(
                label=_plain(frame.name),
                style="dashed,rounded",
                color=COLOURS["line"],
                labeljust="l",
                fontname="Helvetica",
            )
            _fill(cluster, number, inside, frames)
            dot.subgraph(cluster)


def _label(card: Card) -> str:
    head = " ".join(filter(None, [card.name, card.sign]))
    return _plain(f"{head}\n{card.value.short}\n{card.adjoint.short}")


def _looks(card: Card) -> dict[str, str]:
    return ({"fillcolor": COLOURS["input"]} if "input" in card.kinds else {}) | (
        {"penwidth": "2", "color": "#1b2733"} if "output" in card.kinds else {}
    )


def _plain(text: str) -> str:
    """`text` as the label that shows exactly it: no escapes of DOT, no HTML."""
    return graphviz.nohtml(
        clean(text).replace("&", "&amp;").replace("\\", "\\\\").replace("\n", "\\n")
    )
