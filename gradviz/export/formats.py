"""A figure as a file: as SVG and DOT, as a page, and, through Typst, as pixels and as PDF."""

import re
import struct
import zlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Literal, Protocol

import graphviz

from gradviz.export import svg as paint
from gradviz.export.sheets import Theme, style_sheet
from gradviz.graph import Run
from gradviz.numerals import numeral, real
from gradviz.scene import data, text

THEMES = ("light", "dark")
KINDS = (".svg", ".dot", ".html", ".png", ".pdf")
DOTS_PER_INCH = 96  # of a picture that is not scaled, as everywhere in CSS
MOST_PIXELS = 100_000_000
FONT_SIZE = 0.9  # DejaVu Sans runs wider than the fonts that the style sheet asks for
TYPST = b"""
#set document(title: sys.inputs.title, date: none)
#set page(width: auto, height: auto, margin: 0pt, fill: none)
#let width = float(sys.inputs.width) * 0.75pt
#image(bytes(sys.inputs.svg), format: "svg", width: width, alt: sys.inputs.words)
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


class Picture(Protocol):
    """What a file is made of."""

    @cached_property
    def svg(self) -> str:
        """The picture as SVG."""
        ...

    @cached_property
    def dot(self) -> graphviz.Digraph:
        """The graph in Graphviz's language."""
        ...

    @cached_property
    def shown(self) -> Run:
        """The run as far as it is shown."""
        ...

    @property
    def progress(self) -> str:
        """At which step it stands."""
        ...


def written(figure: Picture, name: str, theme: Theme | None = None, scale: float = 2) -> bytes:
    """The content of a file of this name; its ending says what it holds.

    Raises ValueError for another ending, theme or scale, and ImportError if ``.png`` or ``.pdf``
    lack their library."""
    if theme not in (None, *THEMES):
        raise ValueError(f"a theme is 'light' or 'dark', or None, not {theme!r:.40}")
    match Path(name).suffix.lower():
        case ".svg":
            return svg(figure, theme).encode()
        case ".dot":
            return figure.dot.source.encode()
        case ".html":
            return page(figure, theme).encode()
        case ".png":
            return png(figure, theme or "light", scale)
        case ".pdf":
            return pdf(figure, theme or "light")
    raise ValueError(
        f"a figure can be saved as {', '.join(KINDS[:-1])} or {KINDS[-1]}, not as {name!r:.80}"
    )


def svg(figure: Picture, theme: Theme | None = None) -> str:
    """The picture; in one theme, or as its reader prefers."""
    return figure.svg if theme is None else _restyled(figure, style_sheet("figure", theme))


def _restyled(figure: Picture, sheet: str) -> str:
    before, after = (f"<style>{of}</style>" for of in (style_sheet("figure"), sheet))
    return figure.svg.replace(before, after, 1)


def _size(figure: Picture) -> tuple[int, int]:
    width, height = re.findall(r'(?:width|height)="(\d+)"', figure.svg.partition(">")[0])
    return int(width), int(height)


# A page


def page(figure: Picture, theme: Theme | None = None) -> str:
    """The picture and its text twin as a page: one file without scripts, which loads nothing."""
    return "\n".join(_page(figure, theme)) + "\n"


def _page(figure: Picture, theme: Theme | None) -> Iterator[str]:
    title, (width, _) = data.escape(paint.summary(figure.shown)), _size(figure)
    label = data.quoteattr(", ".join(filter(None, ["figure", figure.progress])))
    yield "<!doctype html>"
    yield '<html lang="en">'
    yield '<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<meta name="color-scheme" content="{theme or "light dark"}">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    yield f"<title>{title}</title>"
    yield f"<style>{style_sheet('page', theme)}</style>"
    yield f"<h1>{title}</h1>"
    yield f'<figure tabindex="0" aria-label={label} style="--width: {width}px">'
    picture = svg(figure, theme)  # without its text twin: the table says it
    yield re.sub(r"<desc>.*?</desc>\n", "", picture, count=1, flags=re.DOTALL).rstrip()
    yield "</figure>"
    yield from _table(figure.shown, figure.progress.partition(":")[0])
    yield "</html>"


def _table(run: Run, step: str) -> Iterator[str]:
    yield '<div class="table" role="group" tabindex="0" aria-label="table">'
    yield f"<table><caption>Every value and its gradient{step and f', after {step}'}</caption>"
    yield (
        "<thead><tr>"
        + "".join(
            f'<th scope="col">{name}</th>' for name in ("name", "operation", "value", "gradient")
        )
        + "</tr></thead>"
    )
    yield "<tbody>"
    for node in run.graph.nodes:
        cells = "".join(
            f'<td><data value="{data.full(number)}">{numeral(number)}</data></td>'
            for number in (run.primals[node], run.adjoints[node])
        )
        yield (
            f'<tr><th scope="row">{data.escape(node.label)}</th>'
            f"<td>{data.escape(node.expression)}</td>{cells}</tr>"
        )
    yield "</tbody></table></div>"


# Pixels and PDF


def png(figure: Picture, theme: Theme, scale: float = 2) -> bytes:
    """The picture in pixels: `scale` of them, each way, for one of the SVG; 2 are 192 dots per
    inch, and the file says so.

    Raises ValueError if `scale` is not greater than 0, or the picture would have more than 100
    million pixels."""
    scale, (width, height) = real(scale, "scale"), _size(figure)
    most = (MOST_PIXELS / (width * height)) ** 0.5
    if not 0 < scale <= most:
        raise ValueError(
            f"scale must be greater than 0 and, for this picture of {width} × {height}, not above "
            f"{0.95 * most:.2g}; it is {scale:g}"
        )
    dots = round(DOTS_PER_INCH * scale / 0.0254)  # per metre
    return _with_chunk(
        _typeset(figure, theme, "png", DOTS_PER_INCH * scale),
        b"pHYs",
        struct.pack(">IIB", dots, dots, 1),
    )


def pdf(figure: Picture, theme: Theme) -> bytes:
    """The picture as vectors with text that can be selected, the size of the SVG: 96 of its pixels
    are an inch.
    """
    return _typeset(figure, theme, "pdf")


def _typeset(
    figure: Picture,
    theme: Theme,
    kind: Literal["png", "pdf"],
    dots_per_inch: float = DOTS_PER_INCH,
) -> bytes:
    try:
        import typst
    except ImportError:
        raise ImportError(
            f"a figure becomes a .{kind} by Typst, which is not installed: pip install "
            "'gradviz-notebooks[export]'",
            name="typst",
        ) from None
    import matplotlib
    from matplotlib.ft2font import FT2Font

    sheet = re.sub(
        r"font-family: [^;]+;", 'font-family: "DejaVu Sans";', style_sheet("figure", theme)
    )
    sheet = re.sub(  # which Typst understands
        r"@supports \(paint-order: stroke\) \{\n(.*?)\n\}", r"\1", sheet, flags=re.DOTALL
    )
    sheet = re.sub(
        r"font-size: ([\d.]+)px", lambda size: f"font-size: {float(size[1]) * FONT_SIZE:g}px", sheet
    )
    picture = re.sub(r"<(title|desc)>.*?</\1>\n?", "", _restyled(figure, sheet), flags=re.DOTALL)
    fonts = Path(matplotlib.get_data_path(), "fonts", "ttf")
    known = FT2Font(str(fonts / "DejaVuSans.ttf")).get_charmap()
    return typst.compile(
        TYPST,
        format=kind,
        ppi=dots_per_inch,
        font_paths=[str(fonts)],  # pyright: ignore[reportArgumentType]: not of the source's type
        ignore_system_fonts=all(
            ord(character) in known for character in picture if character != "\n"
        ),
        sys_inputs={
            "svg": picture,
            "width": str(_size(figure)[0]),
            "title": paint.summary(figure.shown),
            "words": text.clean(str(figure)),
        },
    )


def _with_chunk(image: bytes, kind: bytes, content: bytes) -> bytes:
    """A PNG with one more chunk after its header."""
    header = 8 + 25
    return (
        image[:header]
        + struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
        + image[header:]
    )
