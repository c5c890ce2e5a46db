"""The chain rule at one node, in symbols and in numbers."""

from typing import Any

from gradviz.graph import Edge, Node, Run
from gradviz.numerals import numeral


class Explanation(str):
    """A text that notebooks show without quotes."""

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(self)


def explain(run: Run, node: Node) -> Explanation:
    """How the adjoint of `node` comes about: the sum, over the edges that leave it, of what each hands back."""
    output = run.graph.output.label
    whole = f"∂{output}/∂{node.label}"
    if node is run.graph.output:
        return Explanation(f"{whole} = 1")
    edges = [edge for edge in run.graph.edges if edge.source is node]
    if not edges:
        return Explanation(f"{whole} = 0")
    symbols = " + ".join(_term(edge, edges, run) for edge in edges)
    numbers = "" if run.graph.has_arrays else " = " + " + ".join(f"{_bracketed(run.adjoints[edge.target])} · {_bracketed(run.locals[edge])}" for edge in edges)
    return Explanation(f"{whole} = {symbols}{numbers} = {numeral(run.adjoints[node])}")


def _term(edge: Edge, edges: list[Edge], run: Run) -> str:
    """What one edge hands back, in symbols; the local derivative as ∂z/∂x where that can mean nothing else."""
    output, target, source = run.graph.output, edge.target, edge.source
    ambiguous = bool(edge.local_expression) and (target is output or sum(other.target is target for other in edges) > 1)
    local = edge.local_expression if ambiguous else f"∂{target.label}/∂{source.label}"
    if target is output:
        return local
    return f"∂{output.label}/∂{target.label} · " + (f"({local})" if " " in local or local.startswith("−") else local)


def _bracketed(number: float | None) -> str:
    shown = numeral(number)
    return f"({shown})" if shown.startswith("−") else shown
