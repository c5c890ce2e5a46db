"""What is said of a figure in a line, and of a node or an edge when one points at it."""

from gradviz.graph import Edge, Forward, Node, Run
from gradviz.numerals import numeral
from gradviz.scene.words.explain import Words
from gradviz.scene.words.formula import Formula
from gradviz.scene.words.forward import named
from gradviz.words import listed, say

TITLE_DIGITS = 6


def summary(run: Run) -> str:
    """One line that says what is drawn."""
    title = f"{run.graph.output.label} = {numeral(run.value)}"
    if run.graph.operations:
        inputs = [f"{node.label} = {numeral(run.primals[node])}" for node in run.graph.inputs]
        title = say("figure.title.at_inputs", output=title, inputs=listed(inputs))
    if isinstance(run, Forward):
        return say("page.forward.title", direction=named(run.wrt), title=title)
    return title


def node_title(words: Words, node: Node) -> Formula:
    """What is said of a node when one points at it."""
    return [
        *words.value(node),
        "\n",
        *words.adjoint(node),
        *([f"\n{node.source.said}"] if node.source else []),
    ]


def edge_title(words: Words, edge: Edge) -> Formula:
    """What is said of an edge when one points at it."""
    return [*words.local(edge), "\n", *words.passing(edge)]
