"""A scene as PDF."""

from gradviz.export.sheets import Theme
from gradviz.export.typeset import typeset
from gradviz.scene.scene import Scene


def written(scene: Scene, theme: Theme | None, scale: float) -> bytes:
    """The picture as vectors with text that can be selected, the size of the SVG: 96 of its pixels
    are an inch.
    """
    return typeset(scene, theme or "light", "pdf")
