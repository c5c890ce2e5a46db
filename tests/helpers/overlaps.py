"""What lies on what in a picture, measured from the geometry of its SVG: the labels of wires on
other labels, on wires that are not their own, on cards and on marks.
"""

import itertools
import re
import xml.etree.ElementTree as ET

from gradviz.scene import text

SVG = "{http://www.w3.org/2000/svg}"
LABEL, MARK = 11.5, 11  # sizes of fonts
TOUCH = 0.5  # pixels that are none


def overlaps(svg):
    """Pairs of pieces that lie on one another, each with how many square pixels (of a wire: how
    many places) they share.
    """
    tree = ET.fromstring(svg)
    cards = {f"card {g.get('id')}": card(g) for g in of_class(tree, "gv-node")}
    wires = {f"e{g.get('id')[1:]}": wire(g) for g in of_class(tree, "gv-edge")}
    labels, marks = {}, {}
    for g in of_class(tree, "gv-label"):
        edge = g.get("data-edge")
        for line in g.iter(f"{SVG}text"):
            if line.text:
                kind = line.get("class").removeprefix("gv-")
                (marks if kind == "mark" else labels)[f"{kind} of e{edge}"] = line_box(line)
    blocks = {
        f"title of {g.get('data-block')}": line_box(g.find(f"{SVG}text"), 11.5)
        for g in of_class(tree, "gv-block")
    }
    yield from pairs(labels, cards | marks | blocks)
    yield from pairs(marks, cards | blocks)
    for kind in labels, marks:
        names = sorted(kind, key=lambda name: kind[name][0])
        for place, one in enumerate(names):
            for other in names[place + 1 :]:
                if kind[other][0] >= kind[one][2]:
                    break
                if one.split(" of ")[1] != other.split(" of ")[1]:
                    yield from pairs({one: kind[one]}, {other: kind[other]})
    for name, way in wires.items():
        yield from crossed(name, *way, labels, marks)


def crossed(name, way, half, labels, marks):
    """What a wire touches, be it its own mark, but not its own label."""
    left, right = min(x for x, _ in way) - half, max(x for x, _ in way) + half
    for what, (x0, y0, x1, y1) in (labels | marks).items():
        if x1 <= left or x0 >= right or (what.split(" of ")[1] == name and what in labels):
            continue
        near = sum(
            x0 - half + TOUCH < x < x1 + half - TOUCH and y0 - half + TOUCH < y < y1 + half - TOUCH
            for x, y in way
        )
        if near:
            yield what, f"wire {name}", near


def pairs(some, others):
    for one, (a0, b0, a1, b1) in some.items():
        for other, (c0, d0, c1, d1) in others.items():
            across, down = min(a1, c1) - max(a0, c0), min(b1, d1) - max(b0, d0)
            if across > TOUCH and down > TOUCH:
                yield one, other, round(across * down, 1)


def of_class(tree, name):
    return [g for g in tree.iter(f"{SVG}g") if name in g.get("class", "").split()]


def card(g):
    x, y = numbers(g.get("transform"))
    box = next(part for part in g if part.get("class") == "gv-card")
    return x, y, x + float(box.get("width")), y + float(box.get("height"))


def line_box(line, size=None):
    """Where a line of words is, in a font that is rather too wide."""
    kind = line.get("class", "")
    size = size or (MARK if "mark" in kind else LABEL)
    width = text.width(line.text or "", size)
    width = min(width, float(line.get("textLength") or width))
    x, y = float(line.get("x")), float(line.get("y"))
    left = x - (width if "mark" in kind else 0 if not kind else width / 2)
    return left, y - 0.74 * size, left + width, y + 0.1 * size


def wire(g):
    """Places on a wire a pixel apart, and half of how wide it is."""
    paths = {part.get("class"): part for part in g if part.tag == f"{SVG}path"}
    half = max(1.2, float(paths["gv-flow"].get("stroke-width"))) / 2
    return [*points(paths["gv-wire"].get("d"))], half


def points(path):
    """Places on a path of straight lines and Bézier curves, a pixel apart."""
    here = None
    for letter, words in re.findall("([MLC])([^MLC]*)", path):
        places = [(x, y) for x, y in zip(*[iter(numbers(words))] * 2)]
        if letter == "M":
            here = places[0]
            yield here
            continue
        for first in range(0, len(places), 3 if letter == "C" else 1):
            piece = [here, *places[first : first + (3 if letter == "C" else 1)]]
            steps = 1 + round(
                sum(abs(a - c) + abs(b - d) for (a, b), (c, d) in itertools.pairwise(piece))
            )
            for step in range(1, steps + 1):
                yield at(piece, step / steps)
            here = piece[-1]


def at(piece, t):
    while len(piece) > 1:
        piece = [(a + t * (c - a), b + t * (d - b)) for (a, b), (c, d) in itertools.pairwise(piece)]
    return piece[0]


def numbers(words):
    return [float(number) for number in re.findall(r"-?[\d.]+", words)]
