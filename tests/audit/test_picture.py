"""The picture of a file against what gradviz paints: whatever is seen, read aloud or run otherwise
is named.
"""

import json
import random
import re
import xml.etree.ElementTree as ET
from functools import cache

import numpy as np
import pytest
from comparison import agree
from gallery import FIGURES
from lengths import short
from tamperings import FORGERIES, PAGES, TAMPERINGS, figure, forged

import gradviz as gv
from gradviz.audit import NO_DOCUMENT, NoFigure, audit
from gradviz.audit.picture import differences, page_differences
from gradviz.audit.spelled import MOST
from gradviz.export.html import page
from gradviz.export.svg import paint
from gradviz.figure.documents import painter
from gradviz.figure.reading import from_document


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


def checked(text):
    """What the check says of a file, if there is anything wrong with it, or not compared."""

    def findings(text):
        report = audit(text)
        return (*report.failures, *filter(None, [report.unseen]))

    return told(findings, text)


@pytest.mark.parametrize("tampering", short(40, TAMPERINGS))
def test_tampering_with_a_picture_is_named(tampering):
    tampered, said = TAMPERINGS[tampering]
    text = tampered(picture())
    assert text != picture()
    found = checked(text)
    assert found
    assert said in found
    forge = FORGERIES[sorted(FORGERIES)[len(tampering) % len(FORGERIES)]]
    with_forged = forged(text, forge)
    assert with_forged == text or checked(with_forged)


@pytest.mark.parametrize("tampering", short(20, PAGES))
def test_tampering_with_a_page_is_named(tampering):
    tampered, said = PAGES[tampering]
    text = tampered(as_page())
    assert text != as_page()
    found = checked(text)
    assert found
    assert said in found


# ── tampering with its document ──


def repainted(document):
    """The picture of a document, forged as it may be."""
    return paint(from_document(document).scene)


@pytest.mark.parametrize("forgery", short(12, FORGERIES))
def test_a_forged_document_is_named(forgery):
    assert checked(picture()) == ""
    text = forged(picture(), FORGERIES[forgery])
    assert (checked(text) == "") == (forgery == "another function")  # which nothing shows


NUMBERS = [name for name in FORGERIES if name.startswith("a number")]


@pytest.mark.parametrize("forgery", NUMBERS)
def test_a_picture_that_is_forged_along_is_named(forgery):
    """All that is seen is what the document says, and one number of it is wrong."""
    document = json.loads(json.dumps(figure().document))
    FORGERIES[forgery](document)
    report = audit(repainted(document))
    assert report.failures
    assert "gradviz writes" not in str(report)


def test_what_is_believed_may_be_otherwise():
    """A name, a step: that is another figure, and nothing is wrong with it."""
    for forgery in ("a name", "another step", "no labels", "another function"):
        document = json.loads(json.dumps(figure().document))
        FORGERIES[forgery](document)
        assert checked(repainted(document)) == ""


def leaves(held, way=()):
    """The ways to all parts of a document that are no containers."""
    parts = held.items() if isinstance(held, dict) else enumerate(held)
    for key, part in parts:
        if isinstance(part, dict | list):
            yield from leaves(part, (*way, key))
        else:
            yield (*way, key)


JUNK = [
    None,
    True,
    False,
    -1,
    0,
    1,
    10**6,
    0.5,
    1e308,
    "NaN",
    "Infinity",
    "",
    "exp",
    "tile",
    [],
    {},
]


@pytest.mark.parametrize("tries", short(1, [60, 2000]))
def test_documents_forged_at_random(tries):
    chance = random.Random(8)
    document = figure().document
    ways = [*leaves(document)]
    for _ in range(tries):
        other = json.loads(json.dumps(document))
        *way, last = chance.choice(ways)
        part = other
        for key in way:
            part = part[key]
        part[last] = chance.choice(JUNK)
        text = forged(picture(), lambda _, other=other: other)
        if text != picture():
            assert checked(text) or text == repainted(other), (way, last, part[last])
            report = told(lambda text: audit(text).failures, json.dumps(other))
            assert "Error" not in report


def hostile(primitive, params, operand=2.0, views=()):
    """A document of one operation."""
    document = gv.trace(lambda x: np.sum(x) * 1.0, x=[1.0, 2.0]).to_dict()
    document["believed"]["nodes"][1]["operation"] = {"primitive": primitive, "params": params}
    return {**document, "views": [*views]}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (hostile("tile", {"reps": 10**10}), "too large to be worked out"),
        (hostile("broadcast_to", {"shape": {"tuple": [99999, 99999, 2]}}), "too large"),
        (hostile("pad", {"pad_width": 10**9}), "too large"),
        (hostile("repeat", {"repeats": 10**10}), "too large"),
        (hostile("__import__", {}), "no primitive is called '__import__'"),
        (hostile("sum", {"nonsense": 1}), "sum has no such parameters"),
        (hostile("sum", {"axis": 7}), "axis 7 is out of bounds"),
        ({}, "it names no format"),
        ({"format": "gradviz-graph/9"}, "a newer one may read more"),
        ({"format": "gradviz-graph/1"}, "is not as it should be"),
    ],
)
def test_hostile_documents(document, said):
    text = json.dumps(document)
    with_it = forged(picture(), lambda _: {**document, "painter": painter()})
    for each in (text, with_it):
        try:
            report = audit(each)
            found = "\n".join(map(str, (*report.failures, *report.notes)))
        except NoFigure as error:
            found = str(error)
        assert said in found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"format": ' + "[" * 100_000, "no JSON"),
        ('{"format": NaN}', "NaN is no number of JSON"),
        ('{"format": "a", "format": "gradviz-graph/1"}', "says something twice"),
        ('{"format": ' + "9" * 10_000 + "}", "no JSON"),
        ("[]", "no XML"),
        ("{}", "it names no format"),
    ],
)
def test_what_is_no_document(text, said):
    assert said in checked(text)


# ── files of others ──


def test_a_picture_of_another_painter():
    """Its numbers are right, and its picture may be anything."""

    def another(document):
        document["painter"] = "gradviz 0, dot"

    report = audit(forged(picture(), another).replace("#0b5f8a", "#000000"))
    assert str(report) == "9 nodes, 10 edges: numbers right; picture not compared"
    assert report.remarks == ["painted by another version; the picture was not compared"]
    wrong = forged(forged(picture(), another), FORGERIES["a number: a value"])
    assert audit(wrong).failures


def test_a_picture_without_a_document():
    bare = re.sub("<metadata>[^<]*</metadata>", "", picture())
    assert checked(bare) == NO_DOCUMENT
    assert "loss: its value is shown as" in checked(bare.replace(">0.7867<", ">0.7868<"))
    page_of_it = re.sub("<metadata>[^<]*</metadata>", "", as_page())
    assert checked(page_of_it) == NO_DOCUMENT


@pytest.mark.parametrize("theme", short(1, [None, "light", "dark"]))
@pytest.mark.parametrize("name", ["circuit", "nested-half-closed", "arrays", "array-opened"])
def test_files_that_are_saved(name, theme, tmp_path):
    saved = FIGURES[name]()
    for ending in ("svg", "html"):
        path = saved.save(tmp_path / f"figure.{ending}", theme=theme)
        assert checked(path.read_text(encoding="utf-8")) == ""
    report = audit(json.dumps(saved.graph.to_dict()))
    assert str(report).endswith("edges: all numbers are right")


def test_decisions_are_taken_again():
    graph = gv.trace(lambda x, y: x * y if x * x > y else y, x=2.0, y=1.0)
    document = graph.to_dict()
    assert audit(json.dumps(document)).failures == ()
    document["believed"]["guards"][0]["outcome"] = False
    assert "a decision of its function is another" in str(audit(json.dumps(document)))


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


def written(svg):
    """The same for all ways in which it may be written."""
    return ET.canonicalize(svg, strip_text=True)


@pytest.mark.parametrize("tries", short(1, [50, 5000]))
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
        if is_seen and not found:  # a number of data differs by less than machines round
            assert agree(written(text), written(svg)), text
            continue
        told_of += is_seen
        assert bool(found) == is_seen or "comment" in found or "namespace" in found, text


# ── what is the same for whoever reads it ──


@pytest.mark.parametrize("name", short(8, FIGURES))
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
    view = re.search('viewBox="([^"]*)"', svg)[1]
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
            f'viewBox="{view}"',
            'viewBox="0 0 600 309"',
            f"the figure: its view has viewBox='0 0 600 309', where gradviz writes '{view}'",
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


@pytest.mark.parametrize("kind", short(0, ENDLESS))
def test_files_of_50_megabytes(kind):
    """Each is read once, if at all: else this would not end."""
    svg = FIGURES["circuit"]().svg
    text = ENDLESS[kind](svg)
    for compare in (differences, page_differences):
        found = told(compare, text, svg)
        assert found
        assert len(found) < 10_000
