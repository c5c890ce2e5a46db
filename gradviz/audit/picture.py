"""What of a file is seen, read aloud or run, held against what gradviz paints: piece by piece, and
what differs is named by its node or edge.

Attributes may stand in another order, and white space where nobody sees it; nothing else may be
different, for whoever reads the file, as XML or as HTML.
"""

import html
import math
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from gradviz.audit.held import FIGURE, SVG, Finding, NoFigure, classes, excerpt

MOST = 40  # findings that are said
SPARE = 1000  # pieces that a file may have beside those painted
SPACE = " \t\n\r\f"
# elements whose white space counts
WORDED = {
    "text",
    "tspan",
    "title",
    "desc",
    "style",
    "metadata",
    "data",
    "h1",
    "caption",
    "th",
    "td",
}
# what a piece is called
ROLES = {
    "gv-halo": "halo",
    "gv-name": "name",
    "gv-sign": "operation",
    "gv-value": "value",
    "gv-adjoint": "adjoint",
    "gv-local": "local derivative",
    "gv-back": "flow",
    "gv-mark": "mark",
    "gv-card": "card",
    "gv-head": "heading",
    "gv-badge": "badge",
    "gv-map": "map",
    "gv-cells": "map",
    "gv-frame": "map",
    "gv-above": "map",
    "gv-below": "map",
    "gv-minus": "map",
    "gv-nan": "map",
    "gv-wire": "wire",
    "gv-tip": "arrow",
    "gv-flow": "width of what flows back",
    "gv-label": "label",
    "gv-paper": "paper",
    "gv-caption": "step",
    "gv-legend": "legend",
}
TAGS = {
    "svg": "view",
    "title": "title",
    "desc": "table of nodes",
    "style": "style sheet",
    "metadata": "document",
    "h1": "heading",
}
IDENTITY = ("id", "data-edge", "data-block", "data-of", "name", "http-equiv")
# what XML and HTML read alike: a page of gradviz has nothing else
NAME = r"[A-Za-z][A-Za-z0-9:_.-]*+"
ATTRIBUTE = rf"[{SPACE}]++({NAME})=(\"[^\"<]*+\"|'[^'<]*+')"
TOKEN = re.compile(
    rf"<(?P<tag>{NAME})(?P<attributes>(?:{ATTRIBUTE})*+)[{SPACE}]*+(?P<closed>/?)>"
    rf"|</(?P<end>{NAME})[{SPACE}]*+>|(?P<words>[^<]++)|(?P<doctype><!doctype html>)"
)
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
NUMBER = re.compile(r"(?<![\w.])-?[0-9]{1,400}(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?(?![\w.])")
NEAR = 1e-9
DECLARED = re.compile(rf"\ufeff?<\?xml[^>]*?encoding[{SPACE}]*=[{SPACE}]*[\"']([^\"']*)")

Read = Callable[[str, "Differences"], ET.Element]


def differences(found: str, expected: str) -> tuple[Finding, ...]:
    """What another SVG text shows otherwise than the one that is expected, or beside it.

    Raises NoFigure if it is no XML.

    >>> svg = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="1"/><g/></svg>'
    >>> for finding in differences(svg.replace('"1"', '"2"').replace("<g/>", ""), svg):
    ...     print(finding)
    the figure: its g is missing
    the figure: its rect has width='2', where gradviz writes '1'
    """
    if found == expected:
        return ()
    return _differences(_xml, found, expected)


def page_differences(found: str, expected: str) -> tuple[Finding, ...]:
    """The same of two pages."""
    if found == expected:
        return ()
    return _differences(_page, found, expected)


def _differences(read: Read, found: str, expected: str) -> tuple[Finding, ...]:
    said, wanted = Differences(), read(expected, Differences())
    painted = sum(1 for _ in wanted.iter())
    said.room = 5 * painted + SPARE
    try:
        said.compare(read(found, said), wanted)
    except Unreadable as error:
        said.add(FIGURE, str(error))
    return said.findings


class Unreadable(Exception):
    """Why the pieces of a file can't be told."""


class Differences:
    """What is different, each told once, and not too much of it."""

    def __init__(self) -> None:
        self._said: dict[Finding, None] = {}
        self._more = 0
        self.room: float = math.inf  # for pieces: there may be no end of those of a file
        self.names: Mapping[str, str] = {}

    @property
    def findings(self) -> tuple[Finding, ...]:
        more = [Finding(FIGURE, f"it differs in {self._more:,} more places")] if self._more else []
        return (*self._said, *more)

    def add(self, where: str, what: str) -> None:
        finding = Finding(where, what)
        if len(self._said) < MOST:
            self._said.setdefault(finding)
        elif finding not in self._said:
            self._more += 1

    def count(self) -> None:
        """One more piece."""
        self.room -= 1
        if self.room < 0:
            raise Unreadable("it has many more pieces than gradviz paints")

    def compare(self, found: ET.Element, expected: ET.Element) -> None:
        """All of two trees, from the top; what is on one side alone is told without its parts."""
        self.names = _names(expected)
        if found.tag != expected.tag:
            self.add(FIGURE, f"it is a {found.tag:.60}, and no {expected.tag}")
            return
        pairs = [(found, expected, FIGURE)]
        while pairs:
            one, other, where = pairs.pop()
            where = _where(other, self.names, where)
            self._attributes(one, other, where)
            self._words(one.text, other.text, other, where)
            if len(one) or len(other):
                pairs += [(*pair, where) for pair in self._paired(one, other, where)][::-1]

    def _attributes(self, found: ET.Element, expected: ET.Element, where: str) -> None:
        if found.attrib == expected.attrib:
            return
        role = _role(expected)
        for name, value in found.attrib.items():
            wanted = expected.get(name)
            if wanted is None:
                self.add(
                    where,
                    f"its {role} has {name:.60}={excerpt(value, '')}, which gradviz does not write",
                )
            elif wanted != value and not (_is_data(name, expected) and _are_near(value, wanted)):
                self.add(where, f"its {role} has {name}={_instead(value, wanted)}")
        for name in expected.attrib.keys() - found.attrib.keys():
            self.add(where, f"its {role} has no {name}")

    def _words(
        self, found: str | None, expected: str | None, parent: ET.Element, where: str
    ) -> None:
        """The words in front of the first part of an element, or behind one of its parts."""
        found, expected = found or "", expected or ""
        if parent.tag not in WORDED:
            found, expected = found.strip(SPACE), expected.strip(SPACE)
        if found != expected:
            self.add(where, f"its {_role(parent)} says {_instead(found, expected)}")

    def _paired(
        self, found: ET.Element, expected: ET.Element, where: str
    ) -> Iterator[tuple[ET.Element, ET.Element]]:
        """The parts of two elements that are to be the same."""
        pairs, strange, missing = _matched(found, expected)
        for part in strange:
            self.add(where, f"it has an element that gradviz does not paint there, {_shown(part)}")
            if (part.tail or "").strip(SPACE):
                self.add(where, f"it says {excerpt(part.tail or '', '')}, which gradviz does not")
        for part in missing:
            self.add(_where(part, self.names, where), f"its {_role(part)} is missing")
        places = {part: place for place, part in enumerate(found)}
        for (before, _), (part, other) in pairwise(pairs):
            if places[part] < places[before]:
                self.add(
                    _where(other, self.names, where),
                    f"its {_role(other)} is painted before another that it lies on",
                )
                break
        for part, other in pairs:
            self._words(part.tail, other.tail, expected, where)
            yield part, other


def _matched(
    found: ET.Element, expected: ET.Element
) -> tuple[list[tuple[ET.Element, ET.Element]], list[ET.Element], list[ET.Element]]:
    """The parts of two elements that are to be the same, in the order of those expected; parts that
    are only found, and parts that are only expected.
    """
    if len(found) == len(expected) and all(map(_are_alike, found, expected)):
        return [*zip(found, expected)], [], []
    known = dict(zip(_identities(expected), expected))
    given = dict(zip(_identities(found), found))
    of = {other: given[identity] for identity, other in known.items() if identity in given}
    strange = [part for identity, part in given.items() if identity not in known]
    missing = [part for identity, part in known.items() if identity not in given]
    spare: dict[str, list[ET.Element]] = {}  # the same, but for what tells which it is
    for part in strange[::-1] if missing else ():
        spare.setdefault(part.tag, []).append(part)
    for part in missing:
        if spare.get(part.tag):
            of[part] = spare[part.tag].pop()
    taken = set(of.values())
    return (
        [(of[part], part) for part in expected if part in of],
        [part for part in strange if part not in taken],
        [part for part in missing if part not in of],
    )


def _are_alike(found: ET.Element, expected: ET.Element) -> bool:
    return found.tag == expected.tag and found.attrib == expected.attrib


def _identities(parent: ET.Element) -> Iterator[tuple[object, ...]]:
    """What tells each part of an element from the others."""
    count: Counter[tuple[object, ...]] = Counter()
    for part in parent:
        identity = (part.tag, part.get("class", "").partition(" ")[0], *map(part.get, IDENTITY))
        count[identity] += 1
        yield (*identity, count[identity])


def _is_data(name: str, element: ET.Element) -> bool:
    return name.startswith("data-") or element.tag == "data"


def _are_near(found: str, expected: str) -> bool:
    """Whether two attributes hold the same, up to the rounding of another machine."""
    if NUMBER.sub("#", found) != NUMBER.sub("#", expected):
        return False
    pairs = zip(*(map(float, NUMBER.findall(words)) for words in (found, expected)))
    return all(math.isclose(a, b, rel_tol=NEAR) for a, b in pairs)


# ── how pieces are called ──


def _names(tree: ET.Element) -> dict[str, str]:
    """The labels of nodes and edges, by their ids."""
    names: dict[str, str] = {}
    edges: list[ET.Element] = []
    for element in tree.iter("g"):
        label = element.get("data-name", element.get("data-label"))
        if label is not None:
            names[element.get("id", "")] = html.unescape(label)
        elif "data-from" in element.attrib:
            edges.append(element)
    for edge in edges:
        source, target = (names.get(f"n{edge.get(end)}", "") for end in ("data-from", "data-to"))
        names[edge.get("id", "")] = f"{source} → {target}"
    return names


def _where(element: ET.Element, names: Mapping[str, str], around: str) -> str:
    """The node or edge that an element is of."""
    if element.tag == "tr":
        heading = element.find("th[@scope='row']")
        return around if heading is None else html.unescape(heading.text or "")
    held = element.get(
        "id", f"e{element.get('data-edge')}" if "data-edge" in element.attrib else ""
    )
    return names.get(held, around)


def _role(element: ET.Element) -> str:
    """What an element is of a figure."""
    known = [ROLES[kind] for kind in classes(element) if kind in ROLES]
    return " of its ".join(known) or TAGS.get(element.tag, element.tag)


def _shown(element: ET.Element) -> str:
    """An element in a few words."""
    told = [
        f"{name}={excerpt(value, '')}"
        for name, value in [*element.attrib.items()][:3]
        if name != "/"
    ]
    words = (element.text or "").strip(SPACE)
    return " ".join([f"{element.tag:.60}", *told, *([excerpt(words, "")] if words else [])])


def _instead(found: str, expected: str) -> str:
    """Two texts, and the characters that look alike and are not."""
    told = f"{excerpt(found, expected)}, where gradviz writes {excerpt(expected, found)}"
    strange = next((a for a, b in zip(found, expected) if a != b), "")
    if strange.isascii():
        return told
    return f"{told} ({unicodedata.name(strange, f'U+{ord(strange):04X}')})"


# ── reading ──


class _Builder:
    """Makes a tree of XML, and tells of what stands outside of elements."""

    def __init__(self, said: Differences) -> None:
        tree = ET.TreeBuilder()
        self.said: Differences = said
        self.tree: ET.TreeBuilder = tree
        self.data, self.close = tree.data, tree.close

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.said.count()
        self.tree.start(_local(tag), attributes)

    def end(self, tag: str) -> None:
        self.tree.end(_local(tag))

    def comment(self, text: str) -> None:
        self.said.count()
        self.said.add(FIGURE, f"it has a comment, {excerpt(text, '')}")

    def pi(self, target: str, text: str | None = None) -> None:
        self.said.count()
        told = excerpt(f"{target} {text or ''}", "")
        self.said.add(FIGURE, f"it has an instruction for programs, {told}")

    def start_ns(self, prefix: str | None, uri: str | None) -> None:
        self.said.count()
        if prefix or f"{{{uri}}}" != SVG:
            self.said.add(FIGURE, f"it has a foreign namespace, {excerpt(f'{prefix}:{uri}', '')}")


@lru_cache
def _local(tag: str) -> str:
    return tag.removeprefix(SVG) if tag.startswith(SVG) else f"foreign {tag}"


def _xml(text: str, said: Differences) -> ET.Element:
    """Raises NoFigure if it is no XML, or has a document type, which can make more of it."""
    if "<!DOCTYPE" in text:
        raise NoFigure("it has a document type, which no figure has")
    encoding = DECLARED.match(text)
    if encoding and encoding[1].lower() not in ("utf-8", "utf8"):
        said.add(FIGURE, f"it says that its characters are of {encoding[1]!r:.40}")
    parser = ET.XMLParser(target=_Builder(said))
    try:
        parser.feed(text)
        return parser.close()
    except (ET.ParseError, ValueError) as error:
        raise NoFigure(f"it is no XML: {error}") from None


def _page(text: str, said: Differences) -> ET.Element:
    """A page as the elements that it spells out, and references as they stand.

    Raises Unreadable if it is written otherwise than gradviz writes, so that one browser may read
    it as this, and one as that.
    """
    builder, open_, at = ET.TreeBuilder(), ["page"], 0
    builder.start("page", {})
    while at < len(text):
        said.count()
        token = TOKEN.match(text, at)
        why = _odd(token, open_)
        if token is None or why:
            line = text.count("\n", 0, at) + 1
            raise Unreadable(f"line {line} is {why}: {text[at : at + 60]!r}")
        at = token.end()
        if token["tag"]:
            pairs = re.findall(ATTRIBUTE, token["attributes"])
            attributes = {name: quoted[1:-1] for name, quoted in pairs}
            builder.start(token["tag"], attributes | ({"/": "/"} if token["closed"] else {}))
            if token["closed"] or token["tag"] in VOID:
                builder.end(token["tag"])
            else:
                open_.append(token["tag"])
        elif token["end"]:
            builder.end(open_.pop())
        elif token["words"]:
            builder.data(token["words"])
        else:
            builder.start("doctype", {})
            builder.end("doctype")
    if len(open_) > 1:
        raise Unreadable(f"its {open_[-1]:.60} is not closed")
    builder.end("page")
    return builder.close()


def _odd(token: re.Match[str] | None, open_: Sequence[str]) -> str:
    """Why a token can't stand where it does; empty if it can."""
    if token is None or "\0" in token[0]:
        return "not written as gradviz writes pages"
    if token["end"] and token["end"] != open_[-1]:
        return f"the end of a {token['end']:.60} that is not open"
    named = [name for name, _ in re.findall(ATTRIBUTE, token["attributes"] or "")]
    return "an element with an attribute twice" if len({*named}) < len(named) else ""
