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
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from gradviz.audit.held import FIGURE, Finding, classes, excerpt
from gradviz.audit.spelled import SPACE, Said, Unreadable, read_page, read_xml

SPARE = 1000  # pieces that a file may have beside those painted
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
    "gv-gap": "gap",
    "gv-name": "name",
    "gv-called": "name",
    "gv-sign": "operation",
    "gv-value": "value",
    "gv-adjoint": "adjoint",
    "gv-tangent": "tangent",
    "gv-push": "push",
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
NUMBER = re.compile(r"(?<![\w.])-?[0-9]{1,400}(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?(?![\w.])")
NEAR = 1e-9

Read = Callable[[str, Said], ET.Element]


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
    return _differences(read_xml, found, expected)


def page_differences(found: str, expected: str) -> tuple[Finding, ...]:
    """The same of two pages."""
    if found == expected:
        return ()
    return _differences(read_page, found, expected)


def _differences(read: Read, found: str, expected: str) -> tuple[Finding, ...]:
    said, wanted = Differences(), read(expected, Differences())
    painted = sum(1 for _ in wanted.iter())
    said.room = 5 * painted + SPARE
    try:
        said.compare(read(found, said), wanted)
    except Unreadable as error:
        said.add(FIGURE, str(error))
    return said.findings


class Differences(Said):
    """What is different."""

    def __init__(self) -> None:
        super().__init__()
        self.names: Mapping[str, str] = {}

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
