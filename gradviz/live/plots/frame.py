"""What stands still of a plot: axes and curves as matplotlib draws them, as SVG that needs no fonts
and has no ids; and where numbers stand in it.
"""

import re
from base64 import b64encode
from collections.abc import Iterator
from html import escape
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.image import imsave
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Transform

from gradviz.live.plots.letters import lettered

POINTS = 72  # per inch
FONTS = (
    "DejaVu Sans, Verdana, Noto Sans CJK SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, "
    "sans-serif"
)
POWER = re.compile(r"\$\\mathdefault\{(?:(.+)\\times)?10\^\{(.+)\}\}\$")  # as matplotlib labels it
RAISED = str.maketrans("0123456789-−+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁺")
ANCHORS = {"left": "start", "center": "middle", "right": "end"}
LETTERS = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C"}


def frame(figure: Figure, axes: Axes) -> dict[str, Any]:
    """The picture of a figure, of which a page draws the rest: its size, the box that its axes are
    in, and how numbers become places along x and y: their logarithm where it `is_log`, times
    `scale`, plus `start`.
    """
    svg = picture(figure)
    width, height = figure.get_size_inches() * POINTS
    ends = axes.get_position().get_points() * (width, height)
    (left, bottom), (right, top) = ends
    return {
        "svg": svg,
        "size": [_rounded(width), _rounded(height)],
        "box": [*map(_rounded, (left, height - top, right - left, top - bottom))],
        "x": _along(axes.get_xlim(), axes.get_xscale(), ends[:, 0]),
        "y": _along(axes.get_ylim(), axes.get_yscale(), height - ends[:, 1]),
    }


def picture(figure: Figure) -> str:
    """The elements of a figure's picture, in points."""
    dots = figure.dpi
    figure.set_dpi(POINTS)
    try:
        renderer = Renderer(*figure.bbox.size)
        with lettered(figure):
            figure.draw(renderer)
        return "".join(renderer.parts)
    finally:
        figure.set_dpi(dots)


def _along(limits: tuple[float, float], kind: str, ends: np.ndarray) -> dict[str, Any]:
    is_log = kind == "log"
    low, high = np.log10(limits) if is_log else limits
    scale = float((ends[1] - ends[0]) / (high - low))
    return {"is_log": is_log, "scale": scale, "start": float(ends[0] - scale * low)}


def _rounded(number: float) -> float:
    return round(float(number), 2) + 0.0


class Renderer(RendererBase):
    """Draws as SVG, of which it keeps the parts."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__()
        self.width: float = width
        self.height: float = height
        self.parts: list[str] = []

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self.width, self.height

    def draw_path(
        self,
        gc: GraphicsContextBase,
        path: Path,
        transform: Transform,
        rgbFace: Any = None,
    ) -> None:
        bounds = gc.get_clip_rectangle()
        clip = bounds.extents if bounds is not None and rgbFace is None else None
        way = "".join(self._way(path.cleaned(transform, remove_nans=True, clip=clip)))
        red, green, blue, alpha = gc.get_rgb()
        stroke = _colour((red, green, blue)) if gc.get_linewidth() else "none"
        style = f'fill="{_colour(rgbFace)}" stroke="{stroke}"'
        if rgbFace is not None:
            own = len(rgbFace) == 4 and not gc.get_forced_alpha()
            if (filled := rgbFace[3] if own else gc.get_alpha()) < 1:
                style += f' fill-opacity="{_rounded(filled)}"'
        if stroke != "none":
            style += f' stroke-width="{_rounded(gc.get_linewidth())}"'
            style += f' stroke-linejoin="{gc.get_joinstyle()}"'
            if alpha < 1:
                style += f' stroke-opacity="{_rounded(alpha)}"'
            dashes: Any = gc.get_dashes()[1]
            if dashes is not None:
                style += f' stroke-dasharray="{" ".join(f"{_rounded(each)}" for each in dashes)}"'
        if way and (stroke != "none" or rgbFace is not None):
            self.parts.append(f'<path d="{way}" {style}/>')

    def _way(self, path: Path) -> Iterator[str]:
        for points, code in path.iter_segments(curves=True, simplify=False):
            if code == Path.STOP:
                return
            if code == Path.CLOSEPOLY:
                yield "Z"
                continue
            xy = points.reshape(-1, 2) * (1, -1) + (0, self.height)
            yield LETTERS[code] + " ".join(f"{_rounded(each):g}" for each in xy.ravel())

    def draw_image(self, gc: Any, x: float, y: float, im: Any, transform: Any = None) -> None:
        target = BytesIO()
        imsave(target, im, format="png", origin="lower")
        height, width = im.shape[:2]
        self.parts.append(
            f'<image x="{_rounded(x):g}" y="{_rounded(self.height - y - height):g}" '
            f'width="{width}" height="{height}" '
            f'href="data:image/png;base64,{b64encode(target.getvalue()).decode()}"/>'
        )

    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,
        mtext: Text | None = None,
    ) -> None:
        found = POWER.fullmatch(s) if ismath else None
        if found:
            s = f"{found[1]}×" if found[1] else ""
            s += f"10{found[2].translate(RAISED)}"
        anchor = "start"
        if mtext is not None:
            at = mtext.get_transform().transform(mtext.get_unitless_position())
            x, y = (x, self.height - at[1]) if angle else (at[0], y)
            anchor = ANCHORS[mtext.get_horizontalalignment()]
        place = f"translate({_rounded(x):g} {_rounded(y):g})"
        place += f" rotate({-angle:g})" if angle else ""
        size = f"{_rounded(prop.get_size_in_points()):g}"
        self.parts.append(
            f'<text transform="{place}" text-anchor="{anchor}" font-size="{size}" '
            f'fill="{_colour(gc.get_rgb())}">{escape(s)}</text>'
        )


def _colour(colour: Any) -> str:
    """A colour as SVG writes it."""
    if colour is None or (len(colour) > 3 and not colour[3]):
        return "none"
    return "#" + "".join(f"{round(255 * part):02x}" for part in colour[:3])
