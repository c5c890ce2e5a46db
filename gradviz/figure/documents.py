"""What a picture holds of its figure: the graph and its numbers as a document."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gradviz.document.codec import encoded
from gradviz.document.writing import to_dict
from gradviz.export.svg import PAINTER
from gradviz.graph import Forward, Run
from gradviz.scene import engine
from gradviz.scene.data import MOST
from gradviz.scene.folding import overview


def painter() -> str:
    """Who paints here; pictures of the same painter are the same to the letter."""
    return f"gradviz {PAINTER}, {engine.name()}"


def document_of(run: Run, whole: Run, shown: Run, view: Mapping[str, Any]) -> dict[str, Any] | None:
    """The graph and its numbers as a document, with what is drawn of them; None if the graph is too
    large for a picture to hold, or has what no document holds.
    """
    if len(whole.graph.nodes) > overview.MOST_FOLDED:
        return None
    if not whole.graph.has_arrays and type(whole.numbers[0]) is not float:
        return None  # a sweep: many runs at once
    try:
        document = to_dict(run, MOST, source_lines=False)
    except TypeError:
        return None
    if "flows" in document["derived"] and document["views"]:
        return None  # what is shown does not follow from what is summarised
    adjoints = zip(shown.adjoints.values(), run.adjoints.values())
    if any(np.size(part) > MOST for part, full in adjoints if part is not full):
        return None  # nor does a part of a sum
    if isinstance(shown, Forward):
        document["derived"]["tangents"] = [*map(encoded, whole.forward(shown.wrt).tangents.numbers)]
        view = {**view, "wrt": {name: encoded(seed) for name, seed in shown.wrt.items()}}
    return {**document, "painter": painter(), "view": {**view}}
