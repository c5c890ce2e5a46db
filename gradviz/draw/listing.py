"""Code beside the graph: the lines of the user's functions, and of the generated program, each with
the numbers that it works out.
"""

import ast
import linecache
import textwrap
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from gradviz.draw.fold import Folding, shown_as, unfolded
from gradviz.draw.formula import Formula, Part
from gradviz.graph import Edge, Graph, Node

LONGEST = 400  # lines of each kind
SHOWN = 3  # numbers of a line that is run more than once

Line = dict[str, Any]


def listing(graph: Graph) -> dict[str, list[Line]]:
    """The lines of both, as a live figure shows them: `text`, `shows`, a formula of numbers, and
    `nodes` and `edges`, which the line belongs to. Numbers that are hidden in a closed block are
    taken from what is sent."""
    reader = _Reader(graph)
    return {"source": [*reader.source()][:LONGEST], "program": [*reader.program()][:LONGEST]}


class _Reader:
    def __init__(self, graph: Graph) -> None:
        self.graph, self.full = graph, unfolded(graph)
        folding = graph.evaluator
        self.places = folding.full_places if isinstance(folding, Folding) else None
        self.nodes, self.edges = shown_as(graph)
        self.visible = {node.label for node in graph.nodes}

    def number(self, kind: str, what: Node | Edge) -> Part:
        """A place for a number of the open graph: of this one if it is to be seen here, else among
        those that are sent.
        """
        full = self.full
        if isinstance(what, Edge):
            number, light = len(full.nodes) + what.index, self.nodes[what.target.index]
            here = self.edges.get(what.index)
        else:
            number, light = what.index, self.nodes[what.index]
            here = light if what.label in self.visible else None
            number += (len(full.nodes) + len(full.edges)) * (kind == "adjoint")
        if here is not None:
            return [kind, here]
        return ["sent", -1 if self.places is None else self.places[number], light, kind]

    def source(self) -> Iterator[Line]:
        origin = self.full.evaluator.origin(self.full)
        at: dict[tuple[str, int], list[Node]] = {}
        for node in self.full.nodes:
            for source in dict.fromkeys(
                source for source in (node.source, *node.returned_to) if source is not None
            ):
                at.setdefault((source.file, source.line), []).append(node)
        first = [(origin.file, origin.line)] if origin is not None else []
        spans = dict.fromkeys(
            span for place in [*first, *at] if (span := _function(*place)) is not None
        )
        for count, (file, start, stop) in enumerate(spans):
            lines = [linecache.getline(file, number).rstrip() for number in range(start, stop + 1)]
            if count:
                yield {"text": "", "shows": [], "nodes": [], "edges": []}
            at_return = _only_return(file, start, stop) if first and count == 0 else None
            for number, text in zip(
                range(start, stop + 1), textwrap.dedent("\n".join(lines)).split("\n")
            ):
                nodes = at.get((file, number), [])
                if number == at_return and not nodes:
                    nodes = [self.full.output]
                yield self._line(text, nodes)

    def _line(self, text: str, nodes: Sequence[Node]) -> Line:
        users = {
            operand for node in nodes for operand in node.operands if isinstance(operand, Node)
        }
        results = [node for node in nodes if node.name is not None or node not in users]
        shown = results if len(results) <= SHOWN else [*results[: SHOWN - 1], results[-1]]
        shows: Formula = []
        for count, node in enumerate(shown):
            gap = " … " if len(results) > SHOWN and count == SHOWN - 1 else ", "
            shows += [*([gap] if count else []), self.number("value", node)]
        return {
            "text": text,
            "shows": shows,
            "nodes": sorted({self.nodes[node.index] for node in nodes}),
            "edges": [],
        }

    def program(self) -> Iterator[Line]:
        for text, shows in self.full.evaluator.listing(self.full):
            if shows is None:
                yield {"text": text, "shows": [], "nodes": [], "edges": []}
                continue
            kind, what = shows
            is_edge = isinstance(what, Edge)
            edges = [self.edges[what.index]] if is_edge and what.index in self.edges else []
            node = what.target if is_edge else what
            yield {
                "text": text,
                "shows": [self.number(kind, what)],
                "nodes": [] if edges else [self.nodes[node.index]],
                "edges": edges,
            }


def _function(file: str, line: int) -> tuple[str, int, int] | None:
    """The innermost function around a line, or the statement there if that is a lambda or none: its
    file, first and last line. None without source."""
    lines = linecache.getlines(file)
    if line > len(lines):
        return None
    statements, functions, lambdas = (
        [(start, stop) for start, stop in spans if start <= line <= stop]
        for spans in _spans("".join(lines))
    )
    around = statements if lambdas or not functions else functions
    start, stop = min(around, key=lambda span: span[1] - span[0], default=(line, line))
    return file, start, stop


Spans = list[tuple[int, int]]


@lru_cache(maxsize=50)
def _spans(text: str) -> tuple[Spans, Spans, Spans]:
    """Where statements, functions and lambdas begin and end."""
    try:
        nodes = [*ast.walk(ast.parse(text))]
    except (SyntaxError, ValueError):
        return [], [], []
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return (
        [_span(node) for node in nodes if isinstance(node, ast.stmt)],
        [_span(node) for node in nodes if isinstance(node, functions)],
        [_span(node) for node in nodes if isinstance(node, ast.Lambda)],
    )


def _span(node: ast.stmt | ast.Lambda) -> tuple[int, int]:
    """From its first decorator, if it has some, to its end."""
    decorators = getattr(node, "decorator_list", ())
    start = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return start, node.lineno if node.end_lineno is None else node.end_lineno


def _only_return(file: str, start: int, stop: int) -> int | None:
    """The line of the return statement in these lines, if there is just one."""
    try:
        tree = ast.parse(textwrap.dedent("".join(linecache.getlines(file)[start - 1 : stop])))
    except (SyntaxError, ValueError):
        return None
    returns = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Return)]
    return start - 1 + returns[0] if len(returns) == 1 else None
