"""A file as its elements spell it out, for whoever reads it, as XML or as HTML; and what is said of
what stands outside of them.
"""

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from functools import lru_cache

from gradviz.audit.held import FIGURE, SVG, Finding, NoFigure, excerpt

MOST = 40  # findings that are said
SPACE = " \t\n\r\f"
# what XML and HTML read alike: a page of gradviz has nothing else
NAME = r"[A-Za-z][A-Za-z0-9:_.-]*+"
ATTRIBUTE = rf"[{SPACE}]++({NAME})=(\"[^\"<]*+\"|'[^'<]*+')"
TOKEN = re.compile(
    rf"<(?P<tag>{NAME})(?P<attributes>(?:{ATTRIBUTE})*+)[{SPACE}]*+(?P<closed>/?)>"
    rf"|</(?P<end>{NAME})[{SPACE}]*+>|(?P<words>[^<]++)|(?P<doctype><!doctype html>)"
)
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
DECLARED = re.compile(rf"\ufeff?<\?xml[^>]*?encoding[{SPACE}]*=[{SPACE}]*[\"']([^\"']*)")


class Unreadable(Exception):
    """Why the pieces of a file can't be told."""


class Said:
    """What is said of a file, each told once, and not too much of it."""

    def __init__(self) -> None:
        self._said: dict[Finding, None] = {}
        self._more = 0
        self.room: float = math.inf  # for pieces: there may be no end of those of a file

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


class _Builder:
    """Makes a tree of XML, and tells of what stands outside of elements."""

    def __init__(self, said: Said) -> None:
        tree = ET.TreeBuilder()
        self.said: Said = said
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


def read_xml(text: str, said: Said) -> ET.Element:
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


def read_page(text: str, said: Said) -> ET.Element:
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
