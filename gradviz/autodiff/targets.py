"""The languages in which a graph's program can be written."""

from collections.abc import Callable, Mapping

import numpy as np

from gradviz.autodiff.instructions import Instructions
from gradviz.autodiff.javascript import JavaScriptWriter
from gradviz.autodiff.javascript_of_arrays import ArraysWriter
from gradviz.autodiff.primitive import operation_of
from gradviz.autodiff.printers.printer import Unspelled
from gradviz.autodiff.program import Writer
from gradviz.autodiff.sweeps import Recording
from gradviz.graph import Lines


def _javascript(recording: Recording) -> JavaScriptWriter | ArraysWriter:
    operations = (operation_of(node) for node in recording.order if node.operation is not None)
    of_numbers = all(operation.primitive.is_elementwise for operation in operations) and not any(
        isinstance(each, np.ndarray)
        for node in recording.order
        for each in (recording.examples[node], *node.operands)
    )
    return JavaScriptWriter(recording) if of_numbers else ArraysWriter(recording)


WRITERS: Mapping[str, Callable[[Recording], Writer | ArraysWriter]] = {
    "python": Writer,
    "javascript": _javascript,
}


def listing(recording: Recording, target: str) -> Lines:
    """The lines of a function that returns the value and the gradients, each with what it works
    out.

    Raises NotImplementedError where the language lacks something, ValueError where it is unknown.
    """
    if target not in WRITERS:
        raise ValueError(f"code is written for {' or '.join(map(repr, WRITERS))}, not {target!r}")
    try:
        lines = [*WRITERS[target](recording).lines(everything=False)]
    except Unspelled as missing:
        raise NotImplementedError(
            f"{recording.graph.name} can't be written in {target}, which has no {missing} here; "
            "code() writes it in Python"
        ) from None
    return [(text, getattr(line, "shows", None)) for line in lines for text in line.split("\n")]


def in_a_page(recording: Recording) -> Instructions | None:
    """The program of a page; None where it lacks something."""
    try:
        return Instructions(recording)
    except Unspelled:
        return None
