"""A page that shows a View without a kernel, as anywidget would: for tests, and for pictures."""

import base64
import json
from pathlib import Path

from gradviz.live.race import Race
from gradviz.live.view import View

PAGE = Path(__file__).with_suffix(".html")
BYTES = ("numbers", "arrays", "cells")


def page_of(view: View | Race, dark: bool = False) -> str:
    """An HTML page that needs nothing else. In it are `model`, `display()`, which shows the view
    once more and returns what ends that, and `listening()`, the number of handlers that models
    call."""
    state = {name: value for name, value in view.get_state().items() if not name.startswith("_")}
    sent = {
        "state": {**state, **{name: _sent(getattr(view, name, b"")) for name in BYTES}},
        "bytes": BYTES,
        "esm": str(view._esm),
    }
    html = (
        PAGE.read_text(encoding="utf-8")
        .replace("THEME", "dark" if dark else "light", 1)
        .replace("/* CSS */", str(view._css), 1)
    )
    return html.replace("SENT", json.dumps(sent).replace("</", "<\\/"), 1)


def _sent(numbers: bytes) -> str:
    return base64.b64encode(numbers).decode()
