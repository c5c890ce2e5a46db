"""A run, drawn."""

from gradviz.figure.drawing import draw, folded
from gradviz.figure.figure import Figure, from_document

__all__ = ["Figure", "draw", "folded", "from_document"]
