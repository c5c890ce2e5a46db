"""The languages in which a graph's program can be written."""

from collections.abc import Mapping

from gradviz.autodiff.javascript import JavaScriptWriter
from gradviz.autodiff.printers.printer import Unspelled
from gradviz.autodiff.program import Recording, Writer
from gradviz.graph import Graph, Lines

WRITERS: Mapping[str, type[Writer]] = {"python": Writer, "javascript": JavaScriptWriter}


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


LONGEST_IN_A_PAGE = 3000  # operations; a longer program takes the page too long to read


def program_in_a_page(graph: Graph) -> str | None:
    """The body of a JavaScript function of the inputs that returns the distinct numbers of a run;
    None where there can be none.
    """
    if graph.origin.base is not None and not graph.origin.has_program:
        return graph.origin.in_a_page(program_in_a_page(graph.origin.base))
    return None if len(graph.order) > LONGEST_IN_A_PAGE else in_a_page(Recording.of(graph))


def in_a_page(recording: Recording) -> str | None:
    """The body of a JavaScript function of the inputs, that returns the distinct numbers of a Run;
    null where the traced function decides otherwise. None where JavaScript lacks something.
    """
    try:
        return "\n".join(JavaScriptWriter(recording).lines(everything=True))
    except Unspelled:
        return None
