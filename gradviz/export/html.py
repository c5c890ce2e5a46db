"""A scene as a page: the picture and its text twin, in one file which loads nothing. It has no
scripts, or the one that makes it live and puts the live figure in their place.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gradviz.export.sheets import Theme, style_sheet
from gradviz.export.svg import escape, paint, quoteattr
from gradviz.scene.scene import Scene
from gradviz.words import say

COLUMNS = ("name", "operation", "value")
SECOND = {"adjoint": "figure.table.gradient", "tangent": "forward.table.tangent"}
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
LIVE = f"{POLICY}; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True)
class Live:
    """What makes a page live: a style sheet, a classic script, what this is given, as JSON by the
    ids of elements, and a note for readers without scripts.
    """

    sheet: str
    script: str
    given: Mapping[str, str]
    note: str

    @property
    def policy(self) -> str:
        digest = base64.b64encode(hashlib.sha256(self.script.encode()).digest()).decode()
        return f"{LIVE}; script-src 'sha256-{digest}'"


def written(scene: Scene, theme: Theme | None, scale: float) -> bytes:
    """The page as a file."""
    return page(scene, theme).encode()


def page(scene: Scene, theme: Theme | None = None, live: Live | None = None) -> str:
    """The picture, with what it says when one points at it, and its numbers as a table."""
    return document(scene.title, _body(scene, theme), scene.language, theme, live)


def document(
    title: str,
    body: Iterable[str],
    language: str,
    theme: Theme | None = None,
    live: Live | None = None,
) -> str:
    """A page under a title; the lines of its body are what is still."""
    return "\n".join(_document(title, body, language, theme, live)) + "\n"


def _document(
    title: str, body: Iterable[str], language: str, theme: Theme | None, live: Live | None
) -> Iterator[str]:
    yield "<!doctype html>"
    yield f"<html lang={quoteattr(language)}>"
    yield '<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<meta name="color-scheme" content="{theme or "light dark"}">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{live.policy if live else POLICY}">'
    yield f"<title>{escape(title)}</title>"
    yield f"<style>{style_sheet('page', theme)}</style>"
    if live:
        yield f"<style>{live.sheet}</style>"
        yield "<main>"
    yield f"<h1>{escape(title)}</h1>"
    yield from body
    if live:
        yield f"<p>{escape(live.note)}</p>"
        yield "</main>"
        for name, json in live.given.items():
            yield f'<script type="application/json" id="{name}">{_contained(json)}</script>'
        yield f"<script>{live.script}</script>"
    yield "</html>"


def _body(scene: Scene, theme: Theme | None) -> Iterator[str]:
    label = (
        say("figure.page.figure_at_step", progress=scene.progress)
        if scene.step
        else say("figure.page.figure")
    )
    yield f'<figure tabindex="0" aria-label={quoteattr(label)} style="--width: {scene.width}px">'
    # without its text twin: the table says it
    yield paint(scene, style_sheet("figure", theme), described=False).rstrip()
    yield "</figure>"
    yield from _table(scene)


def _contained(json: str) -> str:
    """JSON in which nothing ends the element that it stands in, or begins a comment.

    >>> _contained('"</script>"')
    '"\\\\u003c/script>"'
    """
    return json.replace("<", "\\u003c")


def _table(scene: Scene) -> Iterator[str]:
    room = "forward" if scene.second == "tangent" else "figure"
    caption = (
        say(f"{room}.page.caption_at_step", step=scene.step)
        if scene.step
        else say(f"{room}.page.caption")
    )
    columns = [*(f"figure.table.{column}" for column in COLUMNS), SECOND[scene.second]]
    heads = "".join(f'<th scope="col">{escape(say(column))}</th>' for column in columns)
    label = quoteattr(say("figure.page.table"))
    yield f'<div class="table" role="group" tabindex="0" aria-label={label}>'
    way = ' class="gv-tangents"' if scene.second == "tangent" else ""
    yield f"<table{way}><caption>{escape(caption)}</caption>"
    yield f"<thead><tr>{heads}</tr></thead>"
    yield "<tbody>"
    for card in scene.cards:
        cells = "".join(
            f'<td><data value="{number.full}">{number.short}</data></td>'
            for number in (card.value, card.adjoint)
        )
        yield (
            f'<tr><th scope="row">{escape(card.label)}</th>'
            f"<td>{escape(card.expression)}</td>{cells}</tr>"
        )
    yield "</tbody></table></div>"
