"""A live figure in a page of MyST: its directive ``anywidget`` takes an ES module, a style sheet
and JSON, and needs no kernel.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any

from gradviz import web
from gradviz.figure.page.alive import entries

MODULE, SHEET = "gradviz.mjs", "gradviz.css"


def directive(told: Mapping[str, Any], address: str = ".") -> str:
    """The directive that shows a live figure, of what a live page is told of it. `address` is the
    way from the page to the module and the style sheet, which all figures share.

    >>> import gradviz as gv
    >>> from gradviz.figure.page.told import Living
    >>> figure = gv.draw(gv.trace(lambda x: x * x, x=3.0))
    >>> print(directive(figure.told(Living()))[:60])
    ```{anywidget} ./gradviz.mjs
    :css: ./gradviz.css
    {"told":{"k
    """
    # one line, so nothing in it ends the directive
    model = json.dumps({"told": told}, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return f"```{{anywidget}} {address}/{MODULE}\n:css: {address}/{SHEET}\n{model}\n```\n"


def module(kinds: Collection[str]) -> str:
    """The module of all that lives, of these kinds."""
    return web.module(*entries(kinds))
