"""A run, drawn."""

from gradviz.figure.documents import painter
from gradviz.figure.drawing import draw, folded
from gradviz.figure.figure import Figure
from gradviz.figure.reading import from_document

__all__ = ["Figure", "draw", "folded", "from_document", "painter"]
