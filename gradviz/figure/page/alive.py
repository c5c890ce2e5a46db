"""The page as a file: the still figure, and what makes it live in any browser, without a kernel and
without a request.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any

from gradviz import web
from gradviz.export.html import Live
from gradviz.export.sheets import Theme, style_sheet, themed
from gradviz.words import say

DOCUMENT, STATE = "gradviz-document", "gradviz-state"
# the style sheets of each kind of what lives in a page; its module is alone/<kind>.js
SHEETS = {
    "figure": ("view", "formulas", "parts", "ways", "motion"),
    "race": ("view", "parts", "race"),
    "plot": ("view", "plot"),
    "practice": ("view", "formulas", "practice"),
    "question": (),
    "training": ("view", "parts", "training"),
}


def script(kind: str) -> str:
    """The script of a page that holds one thing of this kind."""
    return web.script(*entries({kind})) + "gradviz.start();"


def shared_script(kinds: Collection[str]) -> str:
    """The script of pages that hold many, of these kinds."""
    return web.script(*entries(kinds)) + "gradviz.startAll();\n"


def entries(kinds: Collection[str]) -> list[str]:
    """The modules that make these kinds live; others are left still.

    >>> entries({"race", "plot"})
    ['alone/race', 'alone/plot', 'alone/host']
    """
    return [*(f"alone/{kind}" for kind in SHEETS if kind in kinds), "alone/host"]


def shared_sheet(kinds: Collection[str], *around: str) -> str:
    """The style sheet of pages that hold many, of these kinds; and what these sheets say of the
    rest.
    """
    names = dict.fromkeys(name for kind in SHEETS if kind in kinds for name in SHEETS[kind])
    sheets = (web.style_sheet(name) for name in (*names, "alone", *around))
    return "".join([style_sheet("figure"), "\n", *sheets])


def alive(told: Mapping[str, Any], document: str = "", theme: Theme | None = None) -> Live:
    """What makes a page live: what it is told, of which `kind` is one of `SHEETS`."""
    sheets = [web.style_sheet(name) for name in (*SHEETS[told["kind"]], "alone")]
    state = json.dumps(told, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Live(
        style_sheet("figure", theme) + themed("".join(sheets), theme),
        script(told["kind"]),
        {**({DOCUMENT: document} if document else {}), STATE: state},
        say("page.alone.script"),
    )
