"""The machine check: it reads nothing but a file, a figure as SVG or as a page, or a graph as JSON.
Are all derived numbers right, and is the picture exactly what gradviz paints?

A figure holds a document, with the graph and its numbers. A value follows from its inputs by its
operation, and so do the local derivatives; what flows back along an edge is the upstream adjoint
times the local derivative, and an adjoint is the sum of the flows that leave. Then the picture is
painted once more from the document, and whatever is seen, read aloud or run otherwise is named by
its node or edge: what lies over it, what is hidden, moved, recoloured or written otherwise, styles
and scripts.

Of a file that another version painted, or in a language that is not known here, only the numbers
are checked. Where there is no document, as in figures of large graphs, the numbers that the pieces
of the picture hold are worked out again, and its texts, widths and maps compared with them; the
picture is not.

>>> import json
>>> import gradviz as gv
>>> graph = gv.trace(lambda x, y: x * y + x, x=2.0, y=3.0)
>>> svg = gv.draw(graph).svg
>>> print(audit(svg))
4 nodes, 4 edges: all of it agrees
>>> print(audit(svg.replace(">8<", ">9<")))
f: its value says '9', where gradviz writes '8'
>>> document = graph.to_dict()
>>> document["derived"]["primals"][2] = 7.0
>>> print(audit(json.dumps(document)))
v2: its value is held as 7, and its inputs give 6
"""

import html
import re
import warnings
from dataclasses import dataclass

import numpy as np

from gradviz.audit.held import FIGURE, Doubted, Finding, Held, NoFigure, parsed
from gradviz.audit.living import (
    can_be_told,
    document_of,
    has_another_script,
    living_differences,
    state_of,
)
from gradviz.audit.onward import Onward
from gradviz.audit.picture import differences, page_differences
from gradviz.audit.recomputed import Recomputed
from gradviz.audit.shown import Shown
from gradviz.audit.written import Written, document_in
from gradviz.document.codec import Json
from gradviz.document.reading import BadDocument
from gradviz.export.html import page
from gradviz.export.sheets import THEMES, Theme, style_sheet
from gradviz.export.svg import paint
from gradviz.figure.documents import painter
from gradviz.figure.figure import Figure
from gradviz.figure.reading import from_document
from gradviz.graph import Graph
from gradviz.scene.folding.overview import MOST_CARDS, MOST_FOLDED
from gradviz.words import SOURCE, languages, speaking

__all__ = ["Finding", "NoFigure", "Report", "audit"]

DOCUMENT = re.compile(r"<(?:[\w.-]+:)?metadata\b[^<>]*>([^<]*)<")
PAGE = re.compile(r"<!doctype html|<html\b", re.IGNORECASE)
SCHEME = re.compile(r"<style>[^<]*?color-scheme: ([a-z ]+);")
MOST_EDGES = 1500  # of a picture that is painted again
RIGHT = "numbers right; picture not compared"
UNKNOWN_WORDS = "its words are of a language that is not known here"
TOO_MUCH = "its graph is larger than those that are painted again"
NO_DOCUMENT = "no document; the picture was not compared"


@dataclass(frozen=True, slots=True)
class Report:
    """What of a figure does not agree, and, as notes, what could not be worked out again;
    `unseen` says why its picture was not compared, and `verdict` what is to be said if nothing is
    wrong.
    """

    nodes: int
    edges: int
    failures: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    verdict: str = "all of it agrees"
    unseen: str = ""

    @property
    def remarks(self) -> list[str]:
        """The notes, by what they say, and why the picture was not compared."""
        reasons: dict[str, list[Finding]] = {}
        for note in self.notes:
            reasons.setdefault(note.what, []).append(note)
        remarks = [
            f"taken as {'it stands' if len(of) == 1 else 'they stand'}: "
            f"{', '.join(note.at for note in of)} ({why})"
            for why, of in reasons.items()
        ]
        return [*remarks, *([self.unseen] if self.unseen else [])]

    def __str__(self) -> str:
        counts = ", ".join(
            f"{n} {what}{'s' * (n != 1)}"
            for n, what in ((self.nodes, "node"), (self.edges, "edge"))
        )
        return "\n".join(map(str, self.failures)) if self.failures else f"{counts}: {self.verdict}"


def audit(text: str) -> Report:
    """Check a figure, as SVG or as a page, or a graph as JSON. The text may be anybody's: whatever
    is wrong with it is a finding.

    Raises NoFigure if it is none.
    """
    start = text[:1000].lstrip("\ufeff \t\r\n")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            if start.startswith("{"):
                written = Written(document_in(text))
                written.work()
                return _report(written, "all numbers are right")
            state, held = state_of(text), document_of(text)
            if state and held:
                return _of_document(text, held, True, document_in(state))
            kind = document_in(state).get("kind") if state else None
            if kind in ("plot", "training"):
                raise NoFigure("it is a plot, which holds no graph")
            if kind == "practice":
                raise NoFigure("it is a practice, which leaves out the numbers that it asks for")
            held = DOCUMENT.search(text)
            if held:
                return _of_document(text, html.unescape(held[1]), _is_page(start))
        except BadDocument as error:
            raise NoFigure(str(error)) from None
        return _of_pieces(text, _is_page(start), state is not None)


def _is_page(start: str) -> bool:
    return bool(PAGE.search(start))


def _report(
    doubted: Doubted,
    verdict: str = "all of it agrees",
    unseen: str = "",
    drawn: Graph | None = None,
) -> Report:
    """Of the graph that is drawn, if it is known, else of the one whose numbers are held."""
    return Report(
        len(doubted.values if drawn is None else drawn.nodes),
        len(doubted.locals if drawn is None else drawn.edges),
        tuple(doubted.failures),
        tuple(dict.fromkeys(doubted.notes)),
        verdict,
        unseen,
    )


def _of_document(
    text: str, document_text: str, is_page: bool, state: dict[str, Json] | None = None
) -> Report:
    """The numbers of the document, and the picture painted again from it; and of a live page what
    its script is told.
    """
    document = document_in(document_text)
    written = Written(document)
    written.need_small_arrays()
    written.work()
    if document.get("painter") != painter():
        return _report(written, RIGHT, "painted by another version; the picture was not compared")
    unseen = _unpaintable(written, document)
    if unseen:
        return _report(written, RIGHT, f"{unseen}; the picture was not compared")
    if state is not None and has_another_script(text, state):
        return _report(written, RIGHT, "its script is of another version; it was not compared")
    language = document.get("language", SOURCE)
    if language not in languages():
        return _report(written, RIGHT, f"{UNKNOWN_WORDS}; the picture was not compared")
    drawn = None
    with written.guarding(FIGURE), speaking(language):
        figure = _figure(document)
        drawn, theme = figure.graph, _theme(text)
        if len(drawn.nodes) > MOST_CARDS or len(drawn.edges) > MOST_EDGES:
            return _report(written, RIGHT, f"{TOO_MUCH}; the picture was not compared", drawn)
        if state is not None:
            written.failures += living_differences(text, figure, state, theme)
            if not can_be_told(figure):
                written.note(FIGURE, "what the script of its page is told")
        elif is_page:
            written.failures += page_differences(text, page(figure.scene, theme))
        else:
            expected = paint(figure.scene, style_sheet("figure", theme))
            written.failures += differences(text, expected)
    return _report(written, drawn=drawn)


def _unpaintable(written: Written, document: dict[str, Json]) -> str:
    """Why a picture can't be painted again; empty if it can."""
    if len(written.values) > MOST_FOLDED:
        return TOO_MUCH
    if document["views"] and (written.failures or written.is_too_large):
        return "what is shown follows from wrong numbers"
    return ""


def _figure(document: dict[str, Json]) -> Figure:
    """What the document tells of, to be painted again."""
    figure = from_document(document)
    for node in figure.wrong:
        if not node.is_handwritten:
            raise ValueError(f"{node.label:.60} is shown as wrong, and not written by hand")
    return figure


def _theme(text: str) -> Theme | None:
    """The theme that its style sheet says; None if it leaves it to the reader."""
    found = SCHEME.search(text)
    return next((theme for theme in THEMES if found and found[1] == theme), None)


def _of_pieces(text: str, is_page: bool, is_live: bool) -> Report:
    """What the pieces of a picture without a document hold, and what they show of it."""
    if is_page:
        end = text.find("</svg>") if is_live else text.rfind("</svg>")  # its script holds others
        text = text[text.find("<svg") : end + len("</svg>")]
        if not text:
            raise NoFigure("it is no figure of gradviz")
    held = Held(parsed(text))
    language = held.root.get("lang", SOURCE)
    is_known = language in languages()
    if not held.failures:
        recomputed = (Onward if held.is_forward else Recomputed)(held)
        recomputed.work()
        if held.is_forward and all(number is None for number in held.adjoints):
            held.note("the words", "which inputs move is not said yet")
        elif is_known:
            with speaking(language):
                Shown(held, recomputed).compare_all()
    if not is_known:
        return _report(held, RIGHT, f"{UNKNOWN_WORDS}; the picture was not compared")
    return _report(held, unseen=NO_DOCUMENT)
