"""The formats that a figure can be saved in: each a file of its own in this room, and a line in the
table here.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from gradviz.export import dot, html, pdf, png, svg
from gradviz.export.sheets import Theme
from gradviz.scene.scene import Scene


class Format(NamedTuple):
    """What makes the content of a file of a scene, in a theme (None is the reader's) and at a
    scale; whether it shows where things stand, and whether it can be live.
    """

    written: Callable[[Scene, Theme | None, float], bytes]
    has_places: bool = True
    can_live: bool = False


FORMATS = {  # by the endings of files
    ".svg": Format(svg.written),
    ".dot": Format(dot.written, has_places=False),
    ".html": Format(html.written, can_live=True),
    ".png": Format(png.written),
    ".pdf": Format(pdf.written),
}


def format_of(name: str) -> Format:
    """The format of a file, by the ending of its name.

    Raises ValueError for an ending that none has.
    """
    found = FORMATS.get(Path(name).suffix.lower())
    if found is None:
        *others, last = FORMATS
        raise ValueError(
            f"a figure can be saved as {', '.join(others)} or {last}, not as {name!r:.80}"
        )
    return found
