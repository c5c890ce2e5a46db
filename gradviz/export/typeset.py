"""A scene set by Typst, as pixels or as PDF: in the font that comes with matplotlib, and, for signs
that this has not, one of the machine's.
"""

import re
from typing import Literal

from gradviz.export import fonts
from gradviz.export.sheets import Theme, style_sheet
from gradviz.export.svg import paint
from gradviz.scene.scene import Scene
from gradviz.scene.text import clean

DOTS_PER_INCH = 96  # of a picture that is not scaled, as everywhere in CSS
FONT_SIZE = 0.9  # DejaVu Sans runs wider than the fonts that the style sheet asks for
TYPST = b"""
#set document(title: sys.inputs.title, date: none)
#set page(width: auto, height: auto, margin: 0pt, fill: none)
#let width = float(sys.inputs.width) * 0.75pt
#image(bytes(sys.inputs.svg), format: "svg", width: width, alt: sys.inputs.words)
"""


def typeset(
    scene: Scene,
    theme: Theme,
    kind: Literal["png", "pdf"],
    dots_per_inch: float = DOTS_PER_INCH,
) -> bytes:
    """The picture, with its words for who can't see it.

    Raises ImportError without Typst.
    """
    try:
        import typst
    except ImportError:
        raise ImportError(
            f"a figure becomes a .{kind} by Typst, which is not installed: pip install "
            "'gradviz-notebooks[export]'",
            name="typst",
        ) from None
    picture = paint(scene, _sheet(theme), titled=False)
    others = fonts.strange(re.findall(">([^<]+)<", picture))
    found = fonts.font_with(others) if others else None
    if others and not found:
        fonts.warn_of(others)
    folders = [str(each) for each in (fonts.folder(), found and found.parent) if each]
    return typst.compile(
        TYPST,
        format=kind,
        ppi=dots_per_inch,
        font_paths=folders,  # pyright: ignore[reportArgumentType]: not of the source's type
        ignore_system_fonts=True,
        sys_inputs={
            "svg": picture,
            "width": str(scene.width),
            "title": scene.title,
            "words": clean(scene.words),
        },
    )


def _sheet(theme: Theme) -> str:
    """The style sheet, for the one font that is the same everywhere, and as Typst reads it."""
    sheet = re.sub(
        r"font-family: [^;]+;", 'font-family: "DejaVu Sans";', style_sheet("figure", theme)
    )
    sheet = re.sub(  # which Typst understands
        r"@supports \(paint-order: stroke\) \{\n(.*?)\n\}", r"\1", sheet, flags=re.DOTALL
    )
    return re.sub(
        r"font-size: ([\d.]+)px", lambda size: f"font-size: {float(size[1]) * FONT_SIZE:g}px", sheet
    )
