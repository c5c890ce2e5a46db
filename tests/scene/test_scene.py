"""Scenes: what they hold of a graph and where, and that pictures hold what they do."""

import json
import pickle
import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import asdict, fields, is_dataclass, replace
from functools import cache
from itertools import combinations

import numpy as np
import pytest
from circuit import INPUTS, circuit
from export.test_draw import NASTY
from gallery import FIGURES, nested
from lengths import short
from overlaps import overlaps
from test_house import PACKAGE, imports

import gradviz as gv
from gradviz.export.svg import paint
from gradviz.graph import printable
from gradviz.scene import text
from gradviz.scene.compose import compose

SVG = "{http://www.w3.org/2000/svg}"
LARGE = {
    "five-thousand", "five-thousand-loose", "hundred-nodes", "inside-a-layer", "inside-a-unit",
    "two-hundred-nodes",
}  # fmt: skip
SMALL = [name for name in FIGURES if name not in LARGE]
NESTED = {"w0": 1.5, "w1": -0.5, "x": 0.8, "b": 0.2}
every_figure = pytest.mark.parametrize("name", short(len(SMALL), [*SMALL, *sorted(LARGE)]))


@cache
def drawn(name):
    return FIGURES[name]()


def strings(piece):
    """Every string that a scene or a piece of one holds."""
    if isinstance(piece, str):
        yield piece
    elif isinstance(piece, tuple):
        for part in piece:
            yield from strings(part)
    elif is_dataclass(piece):
        for field in fields(piece):
            yield from strings(getattr(piece, field.name))
    else:  # plain data
        assert piece is None or type(piece) in (int, float, bool), piece


# What is in it


@every_figure
def test_every_node_and_every_edge_is_there_once(name):
    figure = drawn(name)
    scene, graph, run = figure.scene, figure.graph, figure.shown
    assert [(card.index, card.label) for card in scene.cards] == [
        (node.index, node.label) for node in graph.nodes
    ]
    assert [(wire.index, wire.source, wire.target) for wire in scene.wires] == [
        (edge.index, edge.source.index, edge.target.index) for edge in graph.edges
    ]
    assert [label.wire for label in scene.labels] == [
        edge.index for edge in graph.edges if figure.labels
    ]
    for card, node in zip(scene.cards, graph.nodes):
        for held, number in (
            (card.value, run.primals[node]),
            (card.adjoint, run.adjoints[node]),
        ):
            assert held.full == "" or np.array_equal(
                np.array(json.loads(held.full) if held.full[0] == "[" else float(held.full)),
                number,
                equal_nan=True,
            )
            assert held.full or number is None or np.size(number) > 256


@pytest.mark.parametrize("closed", [[], ["sigmoid"], ["neuron"], True])
def test_what_is_folded_away_is_not_there(closed):
    graph = gv.trace(nested, NESTED)

    def hides(node):
        """The outermost closed block around a node."""
        path = node.block.path if node.block else ()
        return next((block for block in path if closed is True or block.name in closed), None)

    leaving = {edge.source for edge in graph.edges if hides(edge.source) != hides(edge.target)}
    seen = [
        node
        for node in graph.nodes
        if hides(node) is None or node in leaving or node is graph.output
    ]
    scene = gv.draw(graph, collapse=closed).scene
    labels = [card.label for card in scene.cards]
    assert labels == [node.label for node in seen]
    assert ["closed" in card.kinds for card in scene.cards] == [
        hides(node) is not None for node in seen
    ]
    ends = Counter((labels[wire.source], labels[wire.target]) for wire in scene.wires)
    for edge in graph.edges:
        if hides(edge.target) is None:
            assert ends[edge.source.label, edge.target.label] == 1
    assert {frame.name for frame in scene.frames} == {
        block.name
        for node in seen
        if hides(node) is None and node.block
        for block in node.block.path
    }


# Where it is


def inside(inner, outer, slack=1.0):
    return (
        outer.x - slack <= inner.x
        and outer.y - slack <= inner.y
        and inner.x + inner.width <= outer.x + outer.width + slack
        and inner.y + inner.height <= outer.y + outer.height + slack
    )


@every_figure
def test_cards_do_not_overlap_and_stand_in_their_frames(name):
    scene = drawn(name).scene
    for a, b in combinations([card.box for card in scene.cards], 2):
        assert (
            a.x + a.width <= b.x + 0.5
            or b.x + b.width <= a.x + 0.5
            or a.y + a.height <= b.y + 0.5
            or b.y + b.height <= a.y + 0.5
        )
    for card in scene.cards:
        assert card.frame is None or inside(card.box, scene.frames[card.frame].box)
    for frame in scene.frames:
        assert frame.around is None or inside(frame.box, scene.frames[frame.around].box)


def extent(line):
    """From where to where a text reaches, and from how high to how low."""
    width = text.width(line.words, line.size) if line.room is None else line.room
    left = line.x - {"start": 0, "middle": 0.5, "end": 1}[line.anchor] * width
    return left, left + width, line.y - 0.8 * line.size, line.y + 0.25 * line.size


@every_figure
def test_all_texts_stand_within_the_view_box(name):
    figure = drawn(name)
    scene = figure.scene
    places = [
        *((line, scene.margin, scene.margin) for label in scene.labels for line in label.texts),
        *((frame.text, scene.margin, scene.margin) for frame in scene.frames),
        *(
            (line, scene.margin + card.box.x, scene.margin + card.box.y)
            for card in scene.cards
            for line in (*card.heading, *card.numbers)
        ),
        *((line, 0, 0) for line in scene.caption),
    ]
    for line, x, y in places:
        left, right, top, bottom = extent(line)
        assert 0 <= left + x <= right + x <= scene.width, line
        assert 0 <= top + y <= bottom + y <= scene.height, line
    for card in scene.cards:
        for line in (*card.heading, *card.numbers):
            left, right, top, bottom = extent(line)
            assert 0 <= left <= right <= card.box.width, line
            assert 0 <= top <= bottom <= card.box.height, line
        for each in card.maps:
            assert 0 <= each.x <= card.box.width - each.columns * each.cell
            assert card.head <= each.y <= card.box.height - each.rows * each.cell


@every_figure
def test_wires_lead_from_card_to_card(name):
    scene = drawn(name).scene
    for wire in scene.wires:
        source, target = (scene.cards[end].box for end in (wire.source, wire.target))
        ((x, y),), *stretches = wire.way
        assert x == pytest.approx(source.x + source.width, abs=1.5)
        assert source.y <= y <= source.y + source.height
        assert all(len(points) == 1 or len(points) % 3 == 0 for points in stretches)
        (x, y), (tip_x, tip_y) = stretches[-1][-1], wire.tip
        assert target.x - 8 <= x <= tip_x <= target.x + 0.5
        assert y == tip_y and target.y <= y <= target.y + target.height


# What it is


def test_the_same_is_the_same_scene():
    first, second = (gv.draw(gv.trace(circuit, INPUTS)).at(16).scene for _ in range(2))
    assert first == second and hash(first) == hash(second)
    assert pickle.loads(pickle.dumps(first)) == first
    assert first != gv.draw(gv.trace(circuit, INPUTS)).at(15).scene


@every_figure
def test_it_is_plain_data(name):
    scene = drawn(name).scene
    words = [*strings(scene)]
    assert not any(mark in said for said in words for mark in ("<g", "<text", "digraph", "class="))
    document = json.dumps(asdict(scene), allow_nan=False)
    assert document == json.dumps(asdict(FIGURES[name]().scene), allow_nan=False)


def test_numbers_move_nothing():
    graph = gv.trace(circuit, INPUTS)
    first, second = (gv.draw(graph.run(w0=w0)).scene for w0 in (2.0, -1.234567e-9))
    assert [card.box for card in first.cards] == [card.box for card in second.cards]
    assert [wire.way for wire in first.wires] == [wire.way for wire in second.wires]
    assert (first.width, first.height) == (second.width, second.height)
    assert first != second


# What is painted of it


def painted(svg):
    """Every text of a picture, titles and all."""
    for element in ET.fromstring(svg).iter():
        if element.tag != f"{SVG}style":
            yield from filter(str.strip, (element.text or "", element.tail or ""))


@every_figure
def test_a_picture_has_the_words_of_its_scene_and_no_others(name):
    scene = drawn(name).scene
    said = {text.clean(words) for words in strings(scene)}
    tree = ET.fromstring(paint(scene))
    assert {*painted(paint(scene))} <= said
    held = {
        element.get("id"): {
            key: value for key, value in element.attrib.items() if key.startswith("data-")
        }
        for element in tree.iter()
        if element.get("id")
    }
    pieces = [("e", wire) for wire in scene.wires] + [("n", card) for card in scene.cards]
    assert held == {
        f"{kind}{piece.index}": {f"data-{key}": text.clean(value) for key, value in piece.data}
        for kind, piece in pieces
    }


def test_another_word_in_the_scene_is_another_in_the_picture():
    """The painter has nothing but the scene."""
    scene = gv.draw(gv.trace(circuit, INPUTS)).scene
    strange = replace(
        scene,
        title="no graph says this",
        cards=tuple(replace(card, title=f"nor that of {card.index}") for card in scene.cards),
    )
    assert "<title>no graph says this</title>" in paint(strange)
    assert re.findall("nor that of (\\d+)<", paint(strange)) == [*map(str, range(len(scene.cards)))]


@pytest.mark.parametrize("name", NASTY)
def test_names_are_in_it_as_they_are(name):
    figure = gv.draw(gv.trace(lambda *xs: xs[0] * 2, {name: 1.0}))
    assert figure.scene.cards[0].name == printable(name)
    assert {*painted(figure.svg)} <= {text.clean(words) for words in strings(figure.scene)}


def test_without_words_that_a_page_has_of_its_own():
    scene = gv.draw(gv.trace(circuit, INPUTS)).scene
    tags = [
        Counter(element.tag.removeprefix(SVG) for element in ET.fromstring(svg).iter())
        for svg in (
            paint(scene),
            paint(scene, described=False),
            paint(scene, titled=False),
        )
    ]
    pieces = len(scene.cards) + len(scene.wires) + len(scene.frames)
    assert [each["desc"] for each in tags] == [1, 0, 0]
    assert [each["title"] for each in tags] == [1 + pieces, 1 + pieces, 0]


def test_a_live_scene_stands_where_the_still_one_does():
    figure = gv.draw(gv.trace(nested, NESTED))
    live = compose(figure.run, figure.layout, figure.highlights, live=True)
    assert [(card.box, card.data, card.heading, card.numbers) for card in live.cards] == [
        (card.box, card.data, card.heading, card.numbers) for card in figure.scene.cards
    ]
    assert [wire.way for wire in live.wires] == [wire.way for wire in figure.scene.wires]
    assert {card.title for card in live.cards} | {wire.title for wire in live.wires} == {""}
    assert not re.search("<(desc|style)>", paint(live))


def test_who_fills_in_numbers_fills_in_the_cells_of_maps():
    figure = gv.draw(gv.trace(lambda x: (x * x).sum(), x=np.linspace(-1, 1, 64).reshape(8, 8)))
    live = compose(figure.run, figure.layout, figure.highlights, live=True)
    pairs = [
        (still, filled)
        for still_card, card in zip(figure.scene.cards, live.cards)
        for still, filled in zip(still_card.maps, card.maps, strict=True)
    ]
    assert len(pairs) == 4
    for still, filled in pairs:
        assert still.shades and filled == replace(still, shades=())


def test_painters_know_scenes_only():
    """No graph, no run, and nothing of how a scene was made."""
    known = {f"gradviz.scene.{name}" for name in ("scene", "heat", "text")}
    known |= {"gradviz.numerals", "gradviz.words"}
    found = imports(PACKAGE)
    formats = {name for name in found if name.startswith("gradviz.export")}
    assert formats and all(found[name] <= known | formats for name in formats)


def test_dot_is_there_without_places(monkeypatch):
    from gradviz.scene import layout

    def no_graphviz(dot):
        raise RuntimeError("No Graphviz can be run here")

    monkeypatch.setattr(layout, "graphviz", no_graphviz)
    figure = gv.draw(gv.trace(circuit, INPUTS))
    assert figure.dot.source.count(" -> ") == len(figure.graph.edges)
    with pytest.raises(RuntimeError, match="No Graphviz"):
        _ = figure.scene


# Inputs


def inputs_of(figure):
    """The names of inputs from top to bottom."""
    cards = [card for card in figure.scene.cards if "input" in card.kinds]
    return [card.name for card in sorted(cards, key=lambda card: card.box.y)]


def test_inputs_stand_in_their_order():
    """As sliders do, where a figure can be turned upside down for it."""
    assert inputs_of(gv.draw(gv.trace(lambda x, y: x * y + x, x=1.0, y=3.0))) == ["x", "y"]
    assert inputs_of(gv.draw(gv.trace(lambda a, b, c: c * b + b * a, a=1.0, b=2.0, c=3.0))) == [
        *"abc"
    ]


def test_operands_whose_order_matters_come_first():
    """What is subtracted stands below, whatever the function calls its inputs."""
    assert inputs_of(gv.draw(gv.trace(lambda x, y: y - x, x=1.0, y=3.0))) == ["y", "x"]


def test_what_is_turned_costs_nothing(monkeypatch):
    from gradviz.scene import layout

    def sizes(figure):
        return figure.scene.width, figure.scene.height, len([*overlaps(figure.svg)])

    make = lambda: gv.draw(gv.trace(lambda x, y: np.sin(x * y + x) * x, x=1.0, y=3.0))  # noqa: E731
    turned = make()
    assert inputs_of(turned) == ["x", "y"]  # places are found when they are asked for
    monkeypatch.setattr(layout, "_in_order", lambda graph, found: found)
    as_found = make()
    assert inputs_of(as_found) == ["y", "x"]
    assert sizes(turned) == sizes(as_found)
