"""The picture of a file against what gradviz paints: whatever is seen, read aloud or run otherwise
is named.
"""

import random
import re
import xml.etree.ElementTree as ET
from functools import cache

import pytest
from gallery import FIGURES
from lengths import short
from tamperings import PAGES, TAMPERINGS, figure

from gradviz.audit import NoFigure
from gradviz.audit.picture import MOST, differences, page_differences
from gradviz.export.html import page


@cache
def picture():
    return figure().svg


@cache
def as_page():
    return page(figure().scene)


def told(compare, *texts):
    try:
        return "\n".join(map(str, compare(*texts)))
    except NoFigure as error:
        return str(error)


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_tampering_with_a_picture_is_named(tampering):
    tampered, said = TAMPERINGS[tampering]
    text = tampered(picture())
    assert text != picture()
    found = told(differences, text, picture())
    assert found
    assert said in found


@pytest.mark.parametrize("tampering", PAGES)
def test_tampering_with_a_page_is_named(tampering):
    tampered, said = PAGES[tampering]
    text = tampered(as_page())
    assert text != as_page()
    found = told(page_differences, text, as_page())
    assert found
    assert said in found


# ── tampering at random ──


def seen(element):
    """All that XML counts of an element, but for white space where no words can stand."""
    words = [element.text or "", *(part.tail or "" for part in element)]
    if element.tag.rpartition("}")[2] in ("svg", "g"):
        words = [each.strip(" \t\r\n") for each in words]
    return (element.tag, sorted(element.attrib.items()), words, [*map(seen, element)])


def other_words(chance, words):
    """With a character more, less or changed."""
    at = chance.randrange(len(words) + 1)
    new = chance.choice(["", *"01−-Oxlе \u200b\u202e<&\"'∂é"])
    return words[:at] + new + words[at + chance.randrange(2) :]


def with_other_attributes(chance, elements):
    element = chance.choice(elements)
    name = chance.choice([*element.attrib, "style", "opacity", "transform", "onload", "aria-label"])
    if name in element.attrib and chance.random() < 0.3:
        del element.attrib[name]
    else:
        element.set(name, other_words(chance, element.get(name, "0")))


def with_other_words(chance, elements):
    element = chance.choice([element for element in elements if element.text] or elements)
    if chance.random() < 0.2:
        element.tail = other_words(chance, element.tail or "")
    else:
        element.text = other_words(chance, element.text or "")


def with_other_parts(chance, elements):
    parent = chance.choice([element for element in elements if len(element)])
    place = chance.randrange(len(parent))
    part = parent[place]
    match chance.randrange(5):
        case 0:
            del parent[place]
        case 1:
            parent.insert(chance.randrange(len(parent) + 1), part)
        case 2:
            del parent[place]
            parent.insert(chance.randrange(len(parent) + 1), part)
        case 3:
            part.tag = chance.choice(["g", "rect", "text", "script", "title", "{urn:x}g"])
        case 4:
            parent.insert(place, ET.Element(f"{{{SVG}}}{chance.choice(['rect', 'use', 'set'])}"))


def with_other_text(chance, svg):
    at = chance.randrange(len(svg))
    return svg[:at] + other_words(chance, svg[at : at + 3]) + svg[at + 3 :]


SVG = "http://www.w3.org/2000/svg"


def tampered_at_random(chance, svg):
    if chance.random() < 0.3:
        return with_other_text(chance, svg)
    root = ET.fromstring(svg)
    for _ in range(chance.randrange(1, 3)):
        change = chance.choice([with_other_attributes, with_other_words, with_other_parts])
        change(chance, [*root.iter()])
    ET.register_namespace("", SVG)
    return ET.tostring(root, encoding="unicode")


@cache
def pictures():
    names = ("tiny", "circuit-closed", "circuit-step", "nested", "names", "arrays", "wrong-gate")
    return [picture(), *(FIGURES[name]().svg for name in names)]


@pytest.mark.parametrize("tries", short(1, [100, 5000]))
def test_random_tampering_is_named(tries):
    chance, told_of = random.Random(6), 0
    while told_of < tries:
        svg = chance.choice(pictures())
        text = tampered_at_random(chance, svg)
        try:
            is_seen = seen(ET.fromstring(text)) != seen(ET.fromstring(svg))
        except ET.ParseError:
            is_seen = True
        found = told(differences, text, svg)
        told_of += is_seen
        assert bool(found) == is_seen or "comment" in found or "namespace" in found, text


# ── what is the same for whoever reads it ──


@pytest.mark.parametrize("name", FIGURES)
def test_the_same_picture_written_otherwise(name):
    svg = FIGURES[name]().svg
    root = ET.fromstring(svg)
    for element in root.iter():
        element.attrib = dict(reversed(element.attrib.items()))
    ET.register_namespace("", SVG)
    for text in (svg, ET.tostring(root, encoding="unicode"), ET.canonicalize(svg)):
        assert differences(text, svg) == ()
    assert differences(svg.replace("\n<g", "\r\n\t<g"), svg) == ()
    assert differences("\ufeff<?xml version='1.0' encoding='UTF-8'?>\n" + svg, svg) == ()


def test_the_same_page_written_otherwise():
    text = as_page()
    for other in (
        text.replace("\n<tr", "<tr"),
        text.replace("\n<g", "\n\n  <g"),
        text.replace('<figure tabindex="0" ', "<figure  ").replace('px">', 'px"\ntabindex="0" >'),
    ):
        assert page_differences(other, text) == ()


# ── what it says ──


def test_what_it_says():
    svg = figure().svg
    for old, new, said in (
        (
            ">0.7867<",
            ">O.7867<",
            "loss: its value says 'O.7867', where gradviz writes '0.7867'",
        ),
        (
            ">−0.9834<",
            ">\u20100.9834<",
            "x: its adjoint says '‐0.9834', where gradviz writes '−0.9834' (HYPHEN)",
        ),
        (
            'viewBox="0 0 859 315"',
            'viewBox="0 0 600 315"',
            "the figure: its view has viewBox='0 0 600 315', where gradviz writes '0 0 859 315'",
        ),
        (
            "\n</svg>",
            '<rect x="9" fill="red"/></svg>',
            "the figure: it has an element that gradviz does not paint there, "
            "rect x='9' fill='red'",
        ),
    ):
        assert str(*differences(svg.replace(old, new), svg)) == said


def test_it_says_not_too_much():
    svg = FIGURES["hundred-nodes"]().svg
    found = differences(re.sub(r'class="gv-value"', 'class="gv-value" opacity="0"', svg), svg)
    assert len(found) == MOST + 1
    assert re.fullmatch(r"the figure: it differs in \d+ more places", str(found[-1]))


# ── files without end ──

ENDLESS = {
    "elements": lambda svg: svg.replace("</svg>", '<rect x="1"/>' * 4_000_000 + "</svg>"),
    "comments": lambda svg: svg.replace("</svg>", "<!--a-->" * 6_000_000 + "</svg>"),
    "depth": lambda svg: svg.replace("</svg>", "<g>" * 7_000_000 + "</g>" * 7_000_000 + "</svg>"),
    "a name": lambda svg: svg.replace(">circuit<", f">{'n' * 50_000_000}<"),
    "attributes": lambda svg: svg.replace("<svg", f'<svg a="{"<" * 50_000_000}"'),
    "tags": lambda svg: svg + "<" * 50_000_000,
    "an open tag": lambda svg: svg + "<b" + ' a="b"' * 8_000_000,
    "a reference": lambda svg: svg + "&" * 50_000_000,
}


@pytest.mark.parametrize("kind", short(2, ENDLESS))
def test_files_of_50_megabytes(kind):
    """Each is read once, if at all: else this would not end."""
    svg = FIGURES["circuit"]().svg
    text = ENDLESS[kind](svg)
    for compare in (differences, page_differences):
        found = told(compare, text, svg)
        assert found
        assert len(found) < 10_000
