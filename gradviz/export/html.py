"""A scene as a page: the picture and its text twin, in one file without scripts, which loads
nothing.
"""

from collections.abc import Iterator

from gradviz.export.sheets import Theme, style_sheet
from gradviz.export.svg import escape, paint, quoteattr
from gradviz.scene.scene import Scene

POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def written(scene: Scene, theme: Theme | None, scale: float) -> bytes:
    """The page as a file."""
    return page(scene, theme).encode()


def page(scene: Scene, theme: Theme | None = None) -> str:
    """The picture, with what it says when one points at it, and its numbers as a table."""
    return "\n".join(_page(scene, theme)) + "\n"


def _page(scene: Scene, theme: Theme | None) -> Iterator[str]:
    title = escape(scene.title)
    label = quoteattr(", ".join(filter(None, ["figure", scene.progress])))
    yield "<!doctype html>"
    yield '<html lang="en">'
    yield '<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<meta name="color-scheme" content="{theme or "light dark"}">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    yield f"<title>{title}</title>"
    yield f"<style>{style_sheet('page', theme)}</style>"
    yield f"<h1>{title}</h1>"
    yield f'<figure tabindex="0" aria-label={label} style="--width: {scene.width}px">'
    # without its text twin: the table says it
    yield paint(scene, style_sheet("figure", theme), described=False).rstrip()
    yield "</figure>"
    yield from _table(scene)
    yield "</html>"


def _table(scene: Scene) -> Iterator[str]:
    after = scene.step and f", after {scene.step}"
    yield '<div class="table" role="group" tabindex="0" aria-label="table">'
    yield f"<table><caption>Every value and its gradient{after}</caption>"
    yield (
        "<thead><tr>"
        + "".join(
            f'<th scope="col">{name}</th>' for name in ("name", "operation", "value", "gradient")
        )
        + "</tr></thead>"
    )
    yield "<tbody>"
    for card in scene.cards:
        cells = "".join(
            f'<td><data value="{number.full}">{number.short}</data></td>'
            for number in (card.value, card.adjoint)
        )
        yield (
            f'<tr><th scope="row">{escape(card.label)}</th>'
            f"<td>{escape(card.expression)}</td>{cells}</tr>"
        )
    yield "</tbody></table></div>"
