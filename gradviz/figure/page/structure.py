"""What a live figure is sent of a graph: its picture, and all that can be said about it."""

import math
from collections.abc import Mapping
from typing import Any

from gradviz.autodiff.programs import targets
from gradviz.figure.page.packing import shapes
from gradviz.figure.page.spans import Span, span
from gradviz.graph import Graph, Node, Places, Run
from gradviz.scene.folding.inside import Inside
from gradviz.scene.words.explain import Words, step
from gradviz.scene.words.formula import Formula, listed, name, said, value
from gradviz.scene.words.forward import ForwardWords
from gradviz.scene.words.steps import Step, steps
from gradviz.words import say


def structure(
    run: Run, places: Places | None, spans: Mapping[str, Span], svg: str
) -> dict[str, Any]:
    """What a live figure knows of a graph: its picture, and all that can be said about its nodes
    and edges, with places for numbers.
    """
    graph, words = run.graph, Words(run.graph)
    taken = steps(graph)
    return {
        "svg": svg,
        "path": list(graph.origin.names),
        "output": graph.output.index,
        "places": places,
        "shapes": shapes(run),
        "inputs": inputs(graph),
        "program": (program := targets.in_a_page(graph)) and program.document(),
        "summary": summary(graph),
        "start": step(words, taken[0]),
        "seed": step(words, Step("seed", graph.output)),
        "steps": [
            [taken_.kind, None if taken_.what is None else taken_.what.index] for taken_ in taken
        ],
        "nodes": [
            {
                "label": node.label,
                "kind": kind(node, graph),
                "source": node.source.said if node.source else "",
                "value": words.value(node),
                "adjoint": words.adjoint(node),
                "input": None if node.index in graph.origin.coming else hand(node, run, spans),
                "openable": graph.is_openable(node),
            }
            for node in graph.nodes
        ],
        "edges": [
            {
                "from": edge.source.index,
                "to": edge.target.index,
                "blank": graph.example.locals[edge] is None,
                "idle": edge in graph.idle,
                "choice": edge.operation.is_choice,
                "local": words.local(edge),
                "flow": words.flow(edge),
                "soFar": words.so_far(edge),
            }
            for edge in graph.edges
        ],
        "forward": forward(graph),
    }


def forward(graph: Graph) -> dict[str, Any] | None:
    """All that can be said about tangents, whichever inputs move; None where there are none."""
    if graph.has_arrays or not graph.inputs or graph.origin.is_excerpt:
        return None
    words = ForwardWords(graph)
    return {
        "names": [*graph.input_names],
        "flat": [edge.index for edge in graph.edges if edge.is_flat],
        "seed": words.seed(),
        "nodes": [*map(words.adjoint, graph.nodes)],
        "edges": [[words.flow(edge), words.so_far(edge)] for edge in graph.edges],
    }


def inputs(graph: Graph) -> list[int | None]:
    """The index of the node that shows each input of the program by itself."""
    return list(graph.origin.inputs or range(len(graph.inputs)))


def summary(graph: Graph) -> Formula:
    """One line that says what is drawn."""
    output, *inputs = ([name(node), " = ", value(node)] for node in (graph.output, *graph.inputs))
    if not graph.operations:
        return output
    return said("figure.title.at_inputs", output=output, inputs=listed(inputs))


def kind(node: Node, graph: Graph) -> str:
    """What a node is, in a word or two."""
    if node.operation is None:
        return say("live.kind.input")
    what = (
        say("live.kind.closed")
        if isinstance(node.operation, Inside)
        else say("live.kind.own")
        if node.operation.is_handwritten
        else node.operation.name.replace("_", " ")
    )
    return say("live.kind.output", what=what) if node is graph.output else what


def hand(node: Node, run: Run, spans: Mapping[str, Span]) -> dict[str, float] | None:
    """How an input's number can be moved on its card: between which ends, in which steps. None if
    it can't be.
    """
    number = run.primals[node]
    if node.operation is not None or not isinstance(number, float):
        return None
    if node.name is not None and node.name in spans:
        least, most, grain = spans[node.name]
    else:
        try:
            _, least, most, grain = span(node.label, number)
        except ValueError:
            least, most, grain = (
                -1e300,
                1e300,
                0.1 if not math.isfinite(number) else abs(number) / 100 or 0.1,
            )
    return {"least": least, "most": most, "grain": grain}
