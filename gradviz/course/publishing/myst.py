"""Notebooks that were run, as text for MyST: their Markdown, their code, and each live figure in
the directive ``anywidget``.
"""

import base64
import re
from collections.abc import Collection, Iterator
from typing import Any

from gradviz.export.published import PAGE
from gradviz.figure.page.myst import directive
from gradviz.words import say

NOTEBOOK = re.compile(r"(?<=\]\()([^()\s/#]+)\.ipynb")
PICTURES = ("image/svg+xml", "image/png", "image/jpeg")


def text_of(notebook: Any, pages: Collection[str]) -> str:
    """The text of a notebook that was run; links to notebooks among `pages` lead to their texts."""
    parts = (part for cell in notebook.cells for part in _parts(cell, pages))
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def _parts(cell: Any, pages: Collection[str]) -> Iterator[str]:
    hidden = cell.metadata.get("tags", ())
    if cell.cell_type == "markdown":
        yield NOTEBOOK.sub(
            lambda to: f"{to[1]}.md" if f"{to[1]}.ipynb" in pages else to[0], cell.source
        )
    if cell.cell_type != "code":
        return
    if "remove-input" not in hidden and cell.source.strip():
        shown = _fenced(cell.source, "python")
        yield _folded(say("publish.show"), shown) if "hide-input" in hidden else shown
    if "remove-output" not in hidden:
        shown = [part for output in cell.outputs for part in _shown(output)]
        if shown and "hide-output" in hidden:
            shown = [_folded(say("publish.show_output"), "\n\n".join(shown))]
        yield from shown


def _shown(output: Any) -> Iterator[str]:
    """What an output shows: what lives first, else the picture, else the words."""
    if output.output_type in ("stream", "error"):
        yield _fenced(output.get("text") or "\n".join(output.get("traceback", ())), "text")
        return
    data = output.data
    live = [told for told in data.get(PAGE, ()) if told["kind"] != "still"]
    picture = next((kind for kind in PICTURES if kind in data), None)
    if live:
        yield from map(directive, live)
    elif picture:
        yield _picture(data[picture], picture)
    elif text := data.get("text/markdown") or data.get("text/latex"):
        yield text
    else:
        yield _fenced(data.get("text/plain", ""), "text")


def _folded(summary: str, text: str) -> str:
    return f":::{{dropdown}} {summary}\n{text}\n:::"


def _picture(content: str, kind: str) -> str:
    if kind == "image/svg+xml":
        content = base64.b64encode(content.encode()).decode()
    return f"![](data:{kind};base64,{''.join(content.split())})"


def _fenced(text: str, language: str) -> str:
    """Text that stands as it is: no fence in it ends it."""
    longest = max((len(ticks) for ticks in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}" if text.strip() else ""
