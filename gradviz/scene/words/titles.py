"""What is said of a figure in a line, and of a node or an edge when one points at it."""

from gradviz.graph import Edge, Node, Run
from gradviz.numerals import numeral
from gradviz.scene.words.explain import Words
from gradviz.scene.words.formula import Formula

TITLE_DIGITS = 6


def summary(run: Run) -> str:
    """One line that says what is drawn."""
    inputs = ", ".join(f"{node.label} = {numeral(run.primals[node])}" for node in run.graph.inputs)
    return f"{run.graph.output.label} = {numeral(run.value)}" + (
        f" at {inputs}" if run.graph.operations else ""
    )


def node_title(words: Words, node: Node) -> Formula:
    """What is said of a node when one points at it."""
    return [
        *words.value(node),
        "\n",
        *words.adjoint(node),
        *([f"\n{node.source}"] if node.source else []),
    ]


def edge_title(words: Words, edge: Edge) -> Formula:
    """What is said of an edge when one points at it."""
    return [*words.local(edge), "\nflows back: ", *words.flow(edge)]
