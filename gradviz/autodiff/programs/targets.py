"""The languages in which a graph's program can be written."""

from collections.abc import Callable, Mapping

import numpy as np

from gradviz.autodiff.primitives.operation import operation_of
from gradviz.autodiff.primitives.printers.printer import Unspelled
from gradviz.autodiff.programs.instructions import Instructions
from gradviz.autodiff.programs.javascript import JavaScriptWriter
from gradviz.autodiff.programs.javascript_of_arrays import ArraysWriter
from gradviz.autodiff.programs.onward import Onward, OnwardJavaScript
from gradviz.autodiff.programs.program import Writer
from gradviz.graph import Direction, Graph, Lines, Mode, along, is_from_elsewhere


def _javascript(graph: Graph) -> JavaScriptWriter | ArraysWriter:
    operations = (operation_of(node) for node in graph.order if node.operation is not None)
    of_numbers = all(operation.primitive.is_elementwise for operation in operations) and not any(
        isinstance(each, np.ndarray)
        for node in graph.order
        for each in (graph.examples[node], *node.operands)
    )
    return JavaScriptWriter(graph) if of_numbers else ArraysWriter(graph)


WRITERS: Mapping[str, Callable[[Graph], Writer | ArraysWriter]] = {
    "python": Writer,
    "javascript": _javascript,
}


ONWARD: Mapping[str, Callable[..., Onward]] = {"python": Onward, "javascript": OnwardJavaScript}


def listing(
    graph: Graph, target: str, mode: Mode = "reverse", wrt: Direction | None = None
) -> Lines:
    """The lines of a function that returns the value and the gradients, or in forward mode the
    tangent, each with what it works out.

    Raises NotImplementedError where the language lacks something, ValueError where it is unknown.
    """
    if target not in WRITERS:
        raise ValueError(f"code is written for {' or '.join(map(repr, WRITERS))}, not {target!r}")
    seeds = along(graph, mode, wrt)
    try:
        writer = WRITERS[target](graph) if seeds is None else ONWARD[target](graph, seeds)
        lines = [*writer.lines(everything=False)]
    except Unspelled as missing:
        raise NotImplementedError(
            f"{graph.name} can't be written in {target}, which has no {missing} here; "
            "code() writes it in Python"
        ) from None
    return [(text, getattr(line, "shows", None)) for line in lines for text in line.split("\n")]


LONGEST_IN_A_PAGE = 3000  # operations; a longer program takes the page too long to read


def in_a_page(graph: Graph) -> Instructions | None:
    """The program by which a page works out what a figure is sent of a run; None where there can be
    none.
    """
    if graph.origin.base is not None and not graph.origin.has_program:
        return graph.origin.in_a_page(in_a_page(graph.origin.base))
    if len(graph.order) > LONGEST_IN_A_PAGE or is_from_elsewhere(graph):
        return None
    try:
        return Instructions(graph)
    except Unspelled:
        return None
