"""Notebooks that were run, as HTML."""

import base64
import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bs4 import BeautifulSoup
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from nbconvert.filters.ansi import ansi2html

from gradviz import __version__, words
from gradviz.course.publishing.texts import Renderer, code, formula, markdown
from gradviz.export.published import PAGE
from gradviz.words import say

WIDGET = "application/vnd.jupyter.widget-view+json"
PICTURES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp")
POLICY = (
    "default-src 'none'; style-src 'self' file: 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
COLUMNS = re.compile(r"^[^\S\n]|\S[^\S\n]{2,}\S|\t", re.MULTILINE)  # what is not to be wrapped
SCRIPT = '<script nonce="{nonce}"'
DRAWN = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")
AS_IT_IS = " !$'()*,/:;=?@"  # in an address between double quotes


@dataclass(frozen=True)
class Page:
    """A notebook as a page: its title, what it begins with, its headings, and its cells as HTML."""

    name: str  # without an ending
    title: str
    lead: str
    headings: list[tuple[int, str, str]]
    cells: list[Markup]
    words: list[Mapping[str, Any]]  # of its figures
    language: str


def page_of(notebook: Any, path: Path, pages: Collection[str]) -> Page:
    """The page of a notebook that was run."""
    language = spoken_in(notebook)
    with words.speaking(language if language in words.languages() else words.language()):
        return Reader(path, pages).page(notebook, language)


def spoken_in(notebook: Any) -> str:
    """The language of the figures that live in a notebook; where none does, that which is set."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    told = (each for output in outputs for each in output.get("data", {}).get(PAGE, ()))
    spoken = (each["words"]["language"] for each in told if "words" in each)
    return next(spoken, words.language())


class Reader:
    """Reads a notebook's cells, one after another."""

    def __init__(self, path: Path, pages: Collection[str]) -> None:
        self.path = path
        self.renderer: Renderer = Renderer(str(path.parent), pages)
        self.words: list[Mapping[str, Any]] = []

    def page(self, notebook: Any, language: str) -> Page:
        cells = [Markup(html) for cell in notebook.cells if (html := self.cell(cell))]
        headings = self.renderer.headings
        title = next((text for _, _, text in headings), self.path.stem)
        lead = next(filter(None, map(_lead, cells)), "")
        return Page(self.path.stem, title, lead, headings, cells, self.words, language)

    def cell(self, cell: Any) -> str:
        """A cell as HTML; nothing if nothing of it is to be seen."""
        at = f' id="cell-id={escape(cell.id)}"' if cell.get("id") else ""
        if cell.cell_type == "markdown":
            text = markdown(cell.source, self.renderer, cell.get("attachments"))
            return f'<section class="text"{at}>{text}</section>'
        if cell.cell_type == "raw":
            return ""
        hidden = cell.metadata.get("tags", ())
        source = "" if "remove-input" in hidden or not cell.source.strip() else cell.source
        outputs = [] if "remove-output" in hidden else [*map(self.output, cell.outputs)]
        parts = "".join(outputs)
        if parts and "hide-output" in hidden:
            parts = _folded(say("publish.show_output"), parts)
        if source:
            label = escape(say("publish.code"))
            shown = f'<pre role="group" aria-label="{label}"><code>{code(source)}'
            shown = f'<div class="code">{shown}</code></pre></div>'
            if "hide-input" in hidden:
                shown = _folded(say("publish.show"), shown)
            parts = shown + parts
        return f'<section class="cell"{at}>{parts}</section>' if parts else ""

    def output(self, output: Any) -> str:
        """An output as HTML."""
        if output.output_type == "stream":
            return _printed(output.text, output.name) if output.text.strip() else ""
        if output.output_type == "error":
            return _printed("\n".join(output.traceback), "stderr")
        data = output.data
        if PAGE in data:
            still = self.still(data)
            return "".join(self.figure(told, still) for told in data[PAGE])
        html = self.still(data)
        return f'<div class="output">{html}</div>' if html else ""

    def still(self, data: Mapping[str, Any]) -> str:
        """What stands as it was stored."""
        if "text/html" in data:
            return _balanced(data["text/html"])
        for kind in PICTURES:
            if kind in data:
                return _picture(data[kind], kind, data.get("text/plain", ""))
        if "text/markdown" in data:
            return markdown(data["text/markdown"], self.renderer)
        if "text/latex" in data:
            return formula(data["text/latex"].strip().strip("$"), alone=True)
        text = data.get("text/plain", "")
        if WIDGET in data:
            widget = f"<code>{escape(text.partition('(')[0])}</code>"
            return f'<p class="note">{say("publish.widget", widget=widget)}</p>'
        return _printed(text, "stdout", around=False) if text else ""

    def figure(self, told: dict[str, Any], still: str) -> str:
        """A live figure: as it stands still, and what makes it live."""
        if told["kind"] == "still":
            return f'<div class="output">{_balanced(told["html"])}</div>'
        spoken = told.pop("words")
        if spoken not in self.words:
            self.words.append(spoken)
        told["words"] = self.words.index(spoken)
        return (
            f'<div class="figure"><div class="still">{still}</div>'
            f'<script type="application/json">{_contained(told)}</script></div>'
        )


def _folded(summary: str, html: str) -> str:
    return f"<details><summary>{escape(summary)}</summary>{html}</details>"


def _contained(data: Any) -> str:
    """Data as JSON in which nothing ends the element that it stands in."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _printed(text: str, stream: str, around: bool = True) -> str:
    label = escape(say("publish.output"))
    html = ansi2html(re.sub(r"[^\n]*\r(?!\n)", "", text).rstrip("\r\n"))  # as a terminal shows it
    kind = stream if COLUMNS.search(text) else f"{stream} prose"
    shown = f'<pre class="{kind}" role="group" aria-label="{label}">{html}</pre>'
    return f'<div class="output">{shown}</div>' if around else shown


def _picture(content: str, kind: str, text: str) -> str:
    is_drawn = kind == "image/svg+xml"
    address = _spelled(content.encode()) if is_drawn else f"data:{kind};base64,{content.strip()}"
    return f'<img src="{address}" alt="{escape(text)}">'


def _balanced(html: str) -> str:
    """HTML of somebody's, each element of which ends within it; scripts would not be run."""
    soup = BeautifulSoup(html, "html.parser")
    for script in soup.find_all("script"):
        script.decompose()
    return DRAWN.sub(lambda picture: _spelled(base64.b64decode(picture[1])), str(soup))


def _spelled(picture: bytes) -> str:
    """The address of an SVG: its text, of which a compressed page keeps less than of base64."""
    return f"data:image/svg+xml,{quote(picture, AS_IT_IS)}"


def _lead(cell: str) -> str:
    """The first paragraph of a text, without markup."""
    found = BeautifulSoup(cell, "html.parser").select_one(".text > p")
    return found.get_text() if found else ""


def environment() -> Environment:
    loader = PackageLoader("gradviz.course.publishing", "templates")
    jinja = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    jinja.globals |= {"say": say, "version": __version__, "contained": _marked}
    return jinja


def _marked(data: Any) -> Markup:
    return Markup(_contained(data))


def sealed(html: str) -> str:
    """A page with its policy: no script but its own is run, and nothing is asked of a network.

    Its own is named by what the page itself comes to, which nothing that stands in it can know.
    """
    nonce = base64.b64encode(hashlib.sha256(html.encode()).digest()[:18]).decode()
    head, tag, rest = html.rpartition(SCRIPT)  # the last: what is before may be anybody's
    scripts = f"; script-src 'nonce-{nonce}'" if tag else ""
    whole = head + tag.format(nonce=nonce) + rest
    return whole.replace("{policy}", POLICY + scripts, 1)
