"""A scene becomes SVG. Every element that shows a number holds it in full too, with what it takes
to recompute it.
"""

import re
from collections.abc import Iterator, Sequence
from xml.sax import saxutils

from gradviz.export.sheets import Theme, style_sheet
from gradviz.scene.heat import LEVELS
from gradviz.scene.scene import (
    Card,
    Data,
    Frame,
    Label,
    Legend,
    Map,
    Point,
    Scale,
    Scene,
    Text,
    Wire,
)
from gradviz.scene.text import clean
from gradviz.words import SOURCE

PAINTER = 3  # changes with whatever is painted otherwise, as tests/golden/circuit.svg then does
MARKUP = re.compile('[&<>"]')
# what the style sheet calls the roles of headings, and where their points are
HEADINGS = {
    ("name", "middle"): "gv-name",
    ("name", "end"): "gv-name gv-left",
    ("sign", "start"): "gv-sign gv-right",
    ("called", "end"): "gv-called",
    ("sign alone", "start"): "gv-sign gv-right gv-alone",
}


def written(scene: Scene, theme: Theme | None, scale: float) -> bytes:
    """The picture as a file; in one theme, or as its reader prefers."""
    return paint(scene, style_sheet("figure", theme)).encode()


def paint(scene: Scene, sheet: str = "", *, titled: bool = True, described: bool = True) -> str:
    """A scene as SVG text, with a style sheet, which is that for every reader if none is given.

    With its table of numbers, unless it is not to be `described`, and all that is said when one
    points at something, unless it is not to be `titled` either.
    """
    return "\n".join(_document(scene, sheet, titled, described)) + "\n"


def _document(scene: Scene, sheet: str, titled: bool, described: bool) -> Iterator[str]:
    width, height = scene.width, scene.height
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    lang = "" if scene.language == SOURCE else f" lang={quoteattr(scene.language)}"
    yield f'<svg xmlns="http://www.w3.org/2000/svg" class="gradviz" role="img" {size}{lang}>'
    way = ' class="gv-tangents"' if scene.second == "tangent" else ""
    if not scene.is_live:
        if titled:
            yield f"<title>{escape(scene.title)}</title>"
        if titled and described:
            yield f"<desc>{escape(scene.table)}</desc>"
        if titled and scene.document:
            yield f"<metadata>{escape(scene.document)}</metadata>"
        yield f"<style>{sheet or style_sheet('figure')}</style>"
    yield '<rect class="gv-paper" width="100%" height="100%"/>'
    yield f'<g{way} transform="translate({scene.margin},{scene.margin})">'
    for frame in scene.frames:
        yield _frame(frame, titled)
    for wire in scene.wires:
        yield from _wire(wire, titled)
    for label in scene.labels:  # above all wires
        yield from _label(label)
    for card in scene.cards:
        yield from _card(card, titled)
    yield "</g>"
    for line in scene.caption:
        yield (
            f'<text class="gv-caption" x="{line.x:g}" y="{line.y:.1f}">{escape(line.words)}</text>'
        )
    yield _legend(scene.legend)
    yield "</svg>"


def _title(title: str) -> str:
    return f"<title>{escape(title)}</title>" if title else "<title/>"


def _frame(frame: Frame, titled: bool) -> str:
    box, text = frame.box, frame.text
    title = f"<title>{escape(frame.name)}</title>" if titled else ""
    return (
        f'<g class="gv-block" data-block="{frame.number}">{title}'
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" rx="9"/>'
        f'<text x="{text.x:.1f}" y="{text.y:.1f}">{escape(text.words)}</text></g>'
    )


def _wire(wire: Wire, titled: bool) -> Iterator[str]:
    path = _path(wire.way)
    yield f'<g class="gv-edge{_lit(wire)}" id="e{wire.index}"{_held(wire.data)}>'
    if titled:
        yield _title(wire.title)
    yield f'<path class="gv-flow" d="{path}" stroke-width="{wire.width:.2f}"/>'
    yield f'<path class="gv-wire" d="{path}"/>'
    yield f'<path class="gv-tip" d="M{wire.tip[0]:.1f},{wire.tip[1]:.1f} l-8,-3.6 v7.2 Z"/>'
    yield "</g>"


def _path(way: Sequence[Sequence[Point]]) -> str:
    """A way as the data of a path.

    >>> _path([[(0, 0)], [(1, 0), (1, 2), (3, 2)], [(4, 2)]])
    'M0.0,0.0 C1.0,0.0 1.0,2.0 3.0,2.0 L4.0,2.0'
    """
    return " ".join(
        ("C" if len(points) > 1 else "L" if place else "M")
        + " ".join([f"{x:.1f},{y:.1f}" for x, y in points])
        for place, points in enumerate(way)
    )


def _label(label: Label) -> Iterator[str]:
    inside, gap = " gv-inside" if label.is_inside else "", label.gap
    yield f'<g class="gv-label{inside}{_lit(label)}" data-edge="{label.wire}">'
    yield (
        f'<rect class="gv-gap" x="{gap.x:.1f}" y="{gap.y:.1f}" width="{gap.width:.1f}" '
        f'height="{gap.height:g}" rx="4"/>'
    )
    for text in label.texts:
        yield _text(text, f"gv-{text.role}")
    yield "</g>"


def _card(card: Card, titled: bool) -> Iterator[str]:
    box, kinds = card.box, "".join([f" gv-{kind}" for kind in card.kinds])
    yield (
        f'<g class="gv-node{kinds}{_lit(card)}" id="n{card.index}"{_held(card.data)} '
        f'transform="translate({box.x:.1f},{box.y:.1f})">'
    )
    if titled:
        yield _title(card.title)
    yield f'<rect class="gv-card" width="{box.width:.1f}" height="{box.height:g}" rx="7"/>'
    right, low = f"{box.width - 7:.1f}", f"{card.head:g}"
    head = f"M1,{low} V7 a6,6 0 0 1 6,-6 H{right} a6,6 0 0 1 6,6 V{low} Z"
    yield f'<path class="gv-head" d="{head}"/>'
    yield "".join([_text(text, HEADINGS[text.role, text.anchor]) for text in card.heading])
    for text in card.numbers:
        yield _text(text, f"gv-{text.role}")
    for each in card.maps:
        yield (
            f'<g class="gv-map" data-of="{each.role}" '
            f'transform="translate({each.x:.1f},{each.y:.1f})">'
            f'{_ground(each)}<g class="gv-cells">{cells(each.shades, each.cell)}</g></g>'
        )
    if card.badge:
        yield (
            f'<g class="gv-badge" transform="translate({box.width:.1f},0)"><circle r="8"/>'
            f'<text y="4">{escape(card.badge)}</text></g>'
        )
    yield "</g>"


def _lit(piece: Card | Wire | Label) -> str:
    return " gv-lit" if piece.is_lit else ""


def _text(text: Text, kind: str) -> str:
    condensed = (
        ""
        if text.room is None
        else f' font-size="{text.size:.1f}" textLength="{text.room:g}" '
        'lengthAdjust="spacingAndGlyphs"'
    )
    return (
        f'<text class="{kind}" x="{text.x:.1f}" y="{text.y:.1f}"{condensed}>'
        f"{escape(text.words)}</text>"
    )


def _legend(legend: Legend) -> str:
    spans = ""
    for count, (role, words) in enumerate(legend.entries):
        styled = f' class="gv-{role}"' if role else ""
        apart = ' dx="16"' if count else ""
        spans += f"<tspan{styled}{apart}>{escape(words)}</tspan>"
    scale = "" if legend.scale is None else _scale(legend.scale)
    return (
        f'<g class="gv-legend"><text x="{legend.x:g}" y="{legend.y:.1f}">{spans}</text>{scale}</g>'
    )


def _scale(scale: Scale) -> str:
    at = [f'x="{text.x:g}" ' if text.x else "" for text in scale.texts]
    first, *others = [
        f'<text {x}y="{text.y:g}">{escape(text.words)}</text>' for x, text in zip(at, scale.texts)
    ]
    return (
        f'<g transform="translate({scale.x:g},{scale.y:.1f})">{first}'
        f'<g class="gv-map" transform="translate({scale.map.x:g},{scale.map.y:g})">'
        f"{_ground(scale.map)}{cells(scale.map.shades, scale.map.cell)}</g>"
        f"{''.join(others)}</g>"
    )


# ── heat maps ──


def _ground(of: Map) -> str:
    return f'<rect class="gv-frame" width="{of.columns * of.cell}" height="{of.rows * of.cell}"/>'


def cells(shades: Sequence[Sequence[int | None]], cell: int) -> str:
    """The cells of a map: one path for each shade, and a stroke through each negative cell, so that
    signs are seen without colours.
    """
    paths: dict[int | None, str] = {}
    for row, levels in enumerate(shades):
        for column, count, level in _runs(levels):
            paths[level] = (
                paths.get(level, "")
                + f"M{column * cell},{row * cell}h{count * cell}v{cell}h-{count * cell}z"
            )
    painted = "".join(
        _shade(paths[level], level)
        for level in (*range(-LEVELS, 0), *range(1, LEVELS + 1), None)
        if level in paths
    )
    strokes = "".join(
        f"M{column * cell + 1},{row * cell + cell / 2:g}h{cell - 2}"
        for row, levels in enumerate(shades)
        for column, level in enumerate(levels)
        if (level or 0) < 0
    )
    return painted + (
        f'<path class="gv-minus" stroke-width="{cell / 8:g}" d="{strokes}"/>' if strokes else ""
    )


def _runs(levels: Sequence[int | None]) -> Iterator[tuple[int, int, int | None]]:
    """Cells of one shade that stand side by side: where they begin, how many they are, their
    level.
    """
    start = 0
    for end in range(1, len(levels) + 1):
        if end == len(levels) or levels[end] != levels[start]:
            if levels[start] != 0:
                yield start, end - start, levels[start]
            start = end


def _shade(path: str, level: int | None) -> str:
    if level is None:
        return f'<path class="gv-nan" d="{path}"/>'
    kind = "gv-above" if level > 0 else "gv-below"
    return f'<path class="{kind}" opacity="{abs(level) / LEVELS:.2f}" d="{path}"/>'


# ── any text ──


def _held(held: Data) -> str:
    """The data-* attributes of an element."""
    return "".join([f" data-{name}={quoteattr(words)}" for name, words in held])


def escape(words: str) -> str:
    """Any text as XML."""
    return words if _is_plain(words) else saxutils.escape(clean(words))


def quoteattr(words: str) -> str:
    """Any text as the quoted value of an attribute."""
    return f'"{words}"' if _is_plain(words) else saxutils.quoteattr(clean(words))


def _is_plain(words: str) -> bool:
    """Whether it can stand anywhere as it is, as most texts can, which is soon seen."""
    return words.isprintable() and not MARKUP.search(words)
