"""The figure that a document tells of."""

from collections.abc import Mapping
from typing import Any

from gradviz.document.codec import decoded
from gradviz.document.reading import BadDocument, from_dict
from gradviz.figure.figure import Figure
from gradviz.graph import Graph, Run
from gradviz.scene.words import steps as steps_


def from_document(document: Mapping[str, Any], graph: Graph | None = None) -> Figure:
    """The figure that a picture's document tells of; its graph may be at hand already.

    Raises BadDocument, a ValueError, if there is none.
    """
    run = _example(graph or from_dict(document))
    view = document.get("view")
    match view:
        case {"step": None | int() as step, "labels": bool(labels), "wrong": list(wrong)}:
            if step is not None and not 0 <= step <= steps_.last(run.graph):
                raise BadDocument(f"there is no step {step}")
            nodes = run.graph.nodes
            if not all(type(n) is int and 0 <= n < len(nodes) for n in wrong):
                raise BadDocument("it says of no node of it that it is wrong")
            wrt = view.get("wrt")
            if wrt is not None and not isinstance(wrt, dict):
                raise BadDocument("it does not say which inputs move")
            seeds = wrt and {name: decoded(seed) for name, seed in wrt.items()}
            figure = Figure(run, step, labels, wrt=seeds)
            figure.wrong = [nodes[n] for n in wrong]
            return figure
    raise BadDocument("it does not say what a picture shows of it")


def _example(graph: Graph) -> Run:
    """The example of a graph; of one that shows another, as that one's is shown."""
    base = graph.origin.base
    return graph.example if base is None else graph.origin.shown(_example(base))
