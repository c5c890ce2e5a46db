"""Cards: how much room each needs, and what stands where on it."""

from collections.abc import Iterator

import numpy as np

from gradviz.graph import External, Node
from gradviz.numerals import Value, numeral
from gradviz.scene import heat, text
from gradviz.scene.folding.gates import Many
from gradviz.scene.layout import APART
from gradviz.scene.numbers import shown
from gradviz.scene.scene import Anchor, Map, Text

NARROWEST, WIDEST = 60, 132
HEIGHT = 58
HEAD = 20
ELEMENT = 50  # of a vector
SIDES = 13  # where no number stands
CHARACTER = 6  # pixels of a digit: texts that need more room than there is are condensed
DIGIT = 0.55  # of the size of a font: about how wide a character of a number is
NAME = 12.5  # the size of the font of names
CALLED = 11.5  # of what a value without a name is called
BOLD = 13.5  # a bold text of that size is as wide as a plain one of this
DIGITS = "₀₁₂₃₄₅₆₇₈₉"  # that tell what is called alike apart
LONG = 100  # characters of a name: a card has room for fewer
BASELINE = 14.5  # of a heading
# where the map of a value stands; that of the gradient follows under it
MAP_TOP, MAP_LEFT = 41, 8
RANGE_ROOM = 52  # for what the shades of a map stand for


def card_size(node: Node, example: Value | None) -> tuple[float, float]:
    """Room for a node's name and operation, within limits, and for its numbers: the two maps of an
    array, or a short vector; one number fits into any card."""
    name, sign = (each[:LONG] for each in called(node))
    sign = text.clean(sign)
    wide = text.width(name, BOLD if node.name or not sign else CALLED)
    room = min(WIDEST, wide + text.width(sign, NAME) + 20)
    if heat.is_mapped(example):
        rows, columns, cell = heat.size(example.shape)
        shape = text.width(numeral(example), 12) + RANGE_ROOM
        return round(max(NARROWEST, room, shape, columns * cell + 2 * MAP_LEFT), 1), 2 * (
            MAP_TOP - HEAD + rows * cell
        ) + HEAD + 4
    numbers = example.size * ELEMENT if isinstance(example, np.ndarray) else 0
    arriving = sum(isinstance(operand, Node) for operand in node.operands)
    return round(max(NARROWEST, numbers, room), 1), max(HEIGHT, arriving * APART - 10)


def called(node: Node) -> tuple[str, str]:
    """What a card says that a node is called, and its operation: of a model, whose names are long,
    nothing that the boxes around it say, and nothing twice.
    """
    label, sign, operation = node.label, node.sign, node.operation
    if isinstance(operation, Many) and len(operation.part.nodes) == 1:
        operation = operation.part.nodes[0].operation
    if operation is None:
        return (label if node.block is None else label.rpartition(".")[2]), sign
    if not isinstance(operation, External) and not getattr(operation, "is_from_elsewhere", False):
        return label, sign
    name = plain(label)
    label = label if node.block is None else label.rpartition(".")[2]
    if sign == name:
        return label, ""
    return label, "▸" if sign == f"▸ {name}" else sign


def plain(label: str) -> str:
    """The end of a path, without what tells it from others of that name.

    >>> plain("layer1.0.relu₂")
    'relu'
    """
    return label.rpartition(".")[2].rstrip(DIGITS)


def heading(label: str, sign: str, width: float, is_named: bool) -> Iterator[Text]:
    """What a card is called, as words call it too, and the operation, cut to its width: the louder
    is the name that it was given, or else the operation."""
    middle, room, size = width / 2, width - 14, BOLD if is_named else CALLED
    if not sign:
        yield Text(_cut(label, room, BOLD), "name", middle, BASELINE, NAME)
        return
    sign = text.cut(sign, room - 6 - min(text.width(label[:LONG], size), room / 2))
    label = _cut(label, room - 6 - text.width(sign), size)
    gap = middle + (text.width(label, size) - text.width(sign)) / 2  # between the two
    if is_named:
        yield Text(label, "name", gap - 3, BASELINE, NAME, "end")
        yield Text(sign, "sign", gap + 3, BASELINE, anchor="start")
    else:
        yield Text(label, "called", gap - 3, BASELINE, CALLED, "end")
        yield Text(sign, "sign alone", gap + 3, BASELINE, NAME, "start")


def _cut(name: str, room: float, size: float) -> str:
    """A name cut to its room: of the path of a parameter, ``…conv1.weight``, the end is kept."""
    while "." in name[1:] and text.width(name[:LONG], size) > room:
        name = "…" + name.lstrip("…").partition(".")[2]
    if text.width(name[:LONG], size) > room:
        name = name.lstrip("…")  # it is cut once, at its end
    return text.cut(name, room, size)


def numbers(
    value: Value | None,
    second: Value | None,
    example: Value | None,
    width: float,
    height: float,
    role: str = "adjoint",
    live: bool = False,
) -> tuple[list[Text], list[Map]]:
    """The value and the gradient, or what else has this role, on a card of this size, and the maps
    of arrays; `live` for who fills in their cells.
    """
    is_mapped = heat.is_mapped(example)
    below = MAP_TOP - 6 + (height - HEAD - 4) / 2 if is_mapped else 51  # the gradient
    texts = [
        fitted(shown(value), "value", width / 2, MAP_TOP - 6, width - SIDES),
        fitted(shown(second, shape=False), role, width / 2, below, width - SIDES),
    ]
    maps = (
        [
            heat_map("value", None if live else value, example.shape, MAP_TOP, width),
            heat_map(role, None if live else second, example.shape, below + 6, width),
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
