"""The chain rule at one node, in symbols and in numbers."""

from gradviz.graph import Node, Run
from gradviz.numerals import numeral


def explain(run: Run, node: Node) -> str:
    """How the adjoint of `node` comes about: the sum, over the edges that leave it, of what each hands back."""
    output = run.graph.output.label
    whole = f"∂{output}/∂{node.label}"
    if node is run.graph.output:
        return f"{whole} = 1"
    edges = [edge for edge in run.graph.edges if edge.source is node]
    if not edges:
        return f"{whole} = 0"
    adjoint = run.adjoints[node]
    symbols = " + ".join(f"∂{output}/∂{edge.target.label} · ∂{edge.target.label}/∂{node.label}" for edge in edges)
    numbers = " + ".join(f"{_bracketed(run.adjoints[edge.target])} · {_bracketed(run.locals[edge])}" for edge in edges)
    return f"{whole} = {symbols} = {numbers} = {numeral(adjoint)}"


def _bracketed(number: float | None) -> str:
    shown = numeral(number)
    return f"({shown})" if shown.startswith("−") else shown
