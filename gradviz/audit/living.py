"""What a live page holds beside its still figure: the script, and what this is told."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from gradviz.audit.held import FIGURE, Finding
from gradviz.audit.picture import page_differences
from gradviz.document.codec import Json
from gradviz.document.reading import BadDocument
from gradviz.export.sheets import Theme
from gradviz.figure.figure import Figure
from gradviz.figure.page.alive import DOCUMENT, SHEETS, STATE, script
from gradviz.figure.page.told import Living, Track

SCRIPT = re.compile(r"<script\b([^<>]*)>(.*?)</script>\n?", re.DOTALL)
SAME = ("structure", "nudged")  # of a drawing


def given(text: str, name: str) -> str | None:
    """The JSON that a page gives its script by this name, if it does."""
    for attributes, content in SCRIPT.findall(text):
        if attributes == f' type="application/json" id="{name}"':
            return content
    return None


def document_of(text: str) -> str | None:
    """The document that a live page holds."""
    return given(text, DOCUMENT)


def state_of(text: str) -> str | None:
    """What a live page is told."""
    return given(text, STATE)


def has_another_script(text: str, state: Mapping[str, Json]) -> bool:
    """Whether a page runs one script, as pages do, and that is not this version's of its kind."""
    scripts = [content for attributes, content in SCRIPT.findall(text) if not attributes]
    kind = str(state.get("kind"))
    return len(scripts) == 1 and (kind not in SHEETS or scripts != [script(kind)])


def can_be_told(figure: Figure) -> bool:
    """Whether what a script is told of a figure follows from its document."""
    runner = figure.graph.whole.runner
    return runner is not None and runner.can_run


def living_differences(
    text: str, figure: Figure, state: Mapping[str, Json], theme: Theme | None
) -> Iterator[Finding]:
    """What of a live page is otherwise than gradviz writes it: its still figure, its scripts, and
    what these are told of the figure.
    """
    expected = figure.page_of(state, theme)
    yield from page_differences(SCRIPT.sub("", text), SCRIPT.sub("", expected))
    scripts, known = SCRIPT.findall(text), SCRIPT.findall(expected)
    if [*scripts] != known:
        yield Finding(FIGURE, "its scripts are not those that gradviz writes")
    if state["kind"] == "figure":
        yield from _told_differences(figure, state) if can_be_told(figure) else ()
    elif state["svg"] != figure.live_svg:
        yield Finding(FIGURE, "the picture of its race is not what gradviz paints")


def _told_differences(figure: Figure, state: Mapping[str, Any]) -> Iterator[Finding]:
    """What the script is told, held against what follows from the document."""
    try:
        names = [*figure.whole.inputs]
        sliders = [
            Track(
                track["label"],
                tuple(names[number] for number in track["inputs"]),
                (track["least"], track["most"], track["grain"]),
                track["base"],
            )
            for track in state["sliders"]
        ]
        expected = json.loads(json.dumps(figure.told(Living(sliders, {}, state["code_open"]))))
        known = {(each["trace"], *each["closed"]): each for each in expected["drawings"]}
        for drawing in state["drawings"]:
            other = known.get((drawing["trace"], *drawing["closed"]))
            if other is not None and any(drawing[name] != other[name] for name in SAME):
                yield Finding(FIGURE, f"its script is told otherwise of {_named(drawing)}")
        for name in ("numbers", "values", "sizes", "step", "wrt", "wrong", "words"):
            if state[name] != expected[name]:
                yield Finding(FIGURE, f"its script is told other {name} than its document has")
    except (KeyError, IndexError, TypeError, ValueError, ArithmeticError) as error:
        raise BadDocument(f"what its script is told can't be read: {error!s:.200}") from None


def _named(drawing: Mapping[str, Any]) -> str:
    closed = drawing["closed"]
    return f"the figure with blocks {closed} closed" if closed else "the figure"
