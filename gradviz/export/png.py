"""A scene in pixels."""

import struct
import zlib

from gradviz.export.sheets import Theme
from gradviz.export.typeset import DOTS_PER_INCH, typeset
from gradviz.numerals import real
from gradviz.scene.scene import Scene

MOST_PIXELS = 100_000_000


def written(scene: Scene, theme: Theme | None, scale: float) -> bytes:
    """The picture in pixels: `scale` of them, each way, for one of the SVG; 2 are 192 dots per
    inch, and the file says so.

    Raises ValueError if `scale` is not greater than 0, or the picture would have more than 100
    million pixels."""
    scale = real(scale, "scale")
    most = (MOST_PIXELS / (scene.width * scene.height)) ** 0.5
    if not 0 < scale <= most:
        raise ValueError(
            f"scale must be greater than 0 and, for this picture of {scene.width} × "
            f"{scene.height}, not above {0.95 * most:.2g}; it is {scale:g}"
        )
    dots = round(DOTS_PER_INCH * scale / 0.0254)  # per metre
    return _with_chunk(
        typeset(scene, theme or "light", "png", DOTS_PER_INCH * scale),
        b"pHYs",
        struct.pack(">IIB", dots, dots, 1),
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
