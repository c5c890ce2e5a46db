"""Cards: how much room each needs, and what stands where on it."""

from collections.abc import Iterator

import numpy as np

from gradviz.graph import Node
from gradviz.numerals import Value, numeral
from gradviz.scene import heat, text
from gradviz.scene.layout import APART
from gradviz.scene.numbers import shown
from gradviz.scene.scene import Anchor, Map, Text

NARROWEST, WIDEST = 63, 132
HEIGHT = 58
HEAD = 20
ELEMENT = 50  # of a vector
SIDES = 13  # where no number stands
CHARACTER = 6  # pixels of a digit: texts that need more room than there is are condensed
DIGIT = 0.55  # of the size of a font: about how wide a character of a number is
NAME = 12.5  # the size of the font of names
BOLD = 13.5  # a bold text of that size is as wide as a plain one of this
LONG = 100  # characters of a name: a card has room for fewer
BASELINE = 14.5  # of a heading
# where the map of a value stands; that of the gradient follows under it
MAP_TOP, MAP_LEFT = 41, 8
RANGE_ROOM = 52  # for what the shades of a map stand for


def card_size(node: Node, example: Value | None) -> tuple[float, float]:
    """Room for a node's name and operation, within limits, and for its numbers: the two maps of an
    array, or a short vector; one number fits into any card."""
    bold, sign = (node.label if node.name else "")[:LONG], node.sign[:LONG]
    name = min(WIDEST, text.width(bold, BOLD) + text.width(sign, NAME) + 20)
    if heat.is_mapped(example):
        rows, columns, cell = heat.size(example.shape)
        shape = text.width(numeral(example), 12) + RANGE_ROOM
        return round(max(NARROWEST, name, shape, columns * cell + 2 * MAP_LEFT), 1), 2 * (
            MAP_TOP - HEAD + rows * cell
        ) + HEAD + 4
    numbers = example.size * ELEMENT if isinstance(example, np.ndarray) else 0
    arriving = sum(isinstance(operand, Node) for operand in node.operands)
    return round(max(NARROWEST, numbers, name), 1), max(HEIGHT, arriving * APART - 10)


def heading(name: str, sign: str, width: float) -> Iterator[Text]:
    """The name and the operation on top of a card, cut to its width."""
    middle, room = width / 2, width - 14
    if not name or not sign:
        words = _cut(name, room) if name else text.cut(sign, room, 12.5)
        yield Text(words, "name" if name else "sign alone", middle, BASELINE, NAME)
        return
    sign = text.cut(sign, room - 6 - min(text.width(name[:LONG], BOLD), room / 2))
    name = _cut(name, room - 6 - text.width(sign))
    gap = middle + (text.width(name, BOLD) - text.width(sign)) / 2  # between the two
    yield Text(name, "name", gap - 3, BASELINE, NAME, "end")
    yield Text(sign, "sign", gap + 3, BASELINE, anchor="start")


def _cut(name: str, room: float) -> str:
    """A name cut to its room: of the path of a parameter, ``…conv1.weight``, the end is kept."""
    while "." in name[1:] and text.width(name[:LONG], BOLD) > room:
        name = "…" + name.lstrip("…").partition(".")[2]
    return text.cut(name, room, BOLD)


def numbers(
    value: Value | None, adjoint: Value | None, example: Value | None, width: float, height: float
) -> tuple[list[Text], list[Map]]:
    """The value and the gradient on a card of this size, and the maps of arrays."""
    is_mapped = heat.is_mapped(example)
    below = MAP_TOP - 6 + (height - HEAD - 4) / 2 if is_mapped else 51  # the gradient
    texts = [
        fitted(shown(value), "value", width / 2, MAP_TOP - 6, width - SIDES),
        fitted(shown(adjoint, shape=False), "adjoint", width / 2, below, width - SIDES),
    ]
    maps = (
        [
            heat_map("value", value, example.shape, MAP_TOP, width),
            heat_map("adjoint", adjoint, example.shape, below + 6, width),
        ]
        if is_mapped
        else []
    )
    return texts, maps


def heat_map(role: str, array: Value | None, shape: tuple[int, ...], y: float, width: float) -> Map:
    """The map of an array in the middle of a card; without cells if the array is not known."""
    rows, columns, cell = heat.size(shape)
    shades = heat.shades(heat.grid(array)) if isinstance(array, np.ndarray) else ()
    return Map(role, (width - columns * cell) / 2, y, rows, columns, cell, shades)


def fitted(
    words: str,
    role: str,
    x: float,
    y: float,
    room: float,
    size: float = 12,
    anchor: Anchor = "middle",
) -> Text:
    """A text of digits, condensed to its room, and smaller for programs that can't condense it."""
    if len(words) * CHARACTER > room + 2:
        return Text(words, role, x, y, min(size, room / (len(words) * DIGIT)), anchor, room)
    return Text(words, role, x, y, size, anchor)
