"""The page as a file: the still figure, and what makes it live in any browser, without a kernel and
without a request.
"""

import json
from collections.abc import Mapping
from typing import Any

from gradviz import web
from gradviz.export.html import Live
from gradviz.export.sheets import Theme, style_sheet, themed
from gradviz.words import say

DOCUMENT, STATE = "gradviz-document", "gradviz-state"
SHEETS = {
    "figure": ("view", "parts", "motion"),
    "race": ("view", "parts", "race"),
    "plot": ("view", "plot"),
}


def script() -> str:
    """The script of every live page."""
    return web.script("alone/page") + "gradviz.start();"


def shared_script() -> str:
    """The script of pages that hold many figures."""
    return web.script("alone/page") + "gradviz.startAll();\n"


def shared_sheet(*around: str) -> str:
    """The style sheet of pages that hold many figures; and what these sheets say of the rest."""
    names = dict.fromkeys(name for sheets in SHEETS.values() for name in sheets)
    sheets = (web.style_sheet(name) for name in (*names, "alone", *around))
    return "".join([style_sheet("figure"), "\n", *sheets])


def alive(told: Mapping[str, Any], document: str = "", theme: Theme | None = None) -> Live:
    """What makes a page live: what it is told, of which `kind` is "figure", "race" or "plot"."""
    sheets = [web.style_sheet(name) for name in (*SHEETS[told["kind"]], "alone")]
    state = json.dumps(told, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Live(
        style_sheet("figure", theme) + themed("".join(sheets), theme),
        script(),
        {**({DOCUMENT: document} if document else {}), STATE: state},
        say("page.alone.script"),
    )
