"""Code beside the graph: the lines of the user's functions, and of the generated program, each with
the numbers that it works out.
"""

import ast
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

from gradviz.graph import Edge, Excerpt, Graph, Missing, Node, Source, is_from_elsewhere
from gradviz.scene.words.formula import Formula, Part
from gradviz.scene.words.forward import Seeds, named
from gradviz.words import say

LONGEST = 400  # lines of each kind
SHOWN = 3  # numbers of a line that is run more than once

Line = dict[str, Any]


def listing(graph: Graph, wrt: Seeds | None = None) -> dict[str, Any]:
    """The lines of both, as a live figure shows them: `text`, `shows`, a formula of numbers, and
    `nodes` and `edges`, which the line belongs to. Numbers that are hidden in a closed block are
    taken from what is sent. `notes` say why lines are missing, and `forward` has the program of
    forward mode along `wrt`, by what that is called."""
    reader = _Reader(graph)
    return {
        "source": [*reader.source()][:LONGEST],
        "program": [*reader.program(None)][:LONGEST],
        "forward": {named(wrt): [*reader.program(wrt)][:LONGEST]} if wrt else {},
        "notes": [*reader.notes()],
    }


class _Reader:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        is_part = graph.origin.is_excerpt and not graph.origin.closed
        self.full = graph if is_part else graph.unfolded
        self.places = graph.origin.places
        self.nodes, self.edges = graph.origin.shown_as(graph)
        self.visible = {node.label for node in graph.nodes}
        self.origin = graph.source
        self.sources: list[Source] = [self.origin] if self.origin is not None else []
        self.at: dict[tuple[str, Excerpt, int], list[Node]] = {}
        for node in self.full.nodes:
            for source in dict.fromkeys((node.source, *node.returned_to)):
                if source is not None:
                    self.sources.append(source)
                    self.at.setdefault((source.file, source.around, source.line), []).append(node)

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
        if kind == "tangent":
            return ["sent", -1, light, kind]  # of what is hidden there is none
        return ["sent", -1 if self.places is None else self.places[number], light, kind]

    def source(self) -> Iterator[Line]:
        excerpts = dict.fromkeys(
            (source.file, source.around) for source in self.sources if source.around.lines
        )
        origin = self.origin and (self.origin.file, self.origin.around)
        for count, (file, excerpt) in enumerate(excerpts):
            if count:
                yield {"text": "", "shows": [], "nodes": [], "edges": []}
            at_return = _only_return(excerpt) if (file, excerpt) == origin else None
            lines = textwrap.dedent("\n".join(excerpt.lines)).split("\n")
            for number, text in enumerate(lines, excerpt.first):
                nodes = self.at.get((file, excerpt, number), [])
                if number == at_return and not nodes:
                    nodes = [self.full.output]
                yield self._line(text, nodes)

    def notes(self) -> Iterator[str]:
        """Why lines of the user's are not here."""
        for why in dict.fromkeys(map(_why_missing, self.sources)):
            if why:
                yield say("figure.code.missing", why=why)

    def _line(self, text: str, nodes: Sequence[Node]) -> Line:
        users = {
            operand for node in nodes for operand in node.operands if isinstance(operand, Node)
        }
        results = [node for node in nodes if node.name is not None or node not in users]
        shown = results if len(results) <= SHOWN else [*results[: SHOWN - 1], results[-1]]
        shows: Formula = []
        for count, node in enumerate(shown):
            is_far = len(results) > SHOWN and count == SHOWN - 1
            gap = " … " if is_far else say("list.between")
            shows += [*([gap] if count else []), self.number("value", node)]
        return {
            "text": text,
            "shows": shows,
            "nodes": sorted({self.nodes[node.index] for node in nodes}),
            "edges": [],
        }

    def program(self, wrt: Seeds | None) -> Iterator[Line]:
        way = ("python", "reverse" if wrt is None else "forward", wrt)
        has_none = self.graph.origin.is_excerpt or is_from_elsewhere(self.full)
        for text, shows in () if has_none else self.full.listing(*way):
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


def _why_missing(source: Source) -> str:
    """Why the lines around one are not here; empty if they are."""
    missing = source.around.missing
    if missing not in get_args(Missing):
        return missing  # the sentence of an older document
    return say(f"figure.code.missing.{missing}", file=Path(source.file).name)


def _only_return(excerpt: Excerpt) -> int | None:
    """The line of the return statement in these lines, if there is just one."""
    try:
        tree = ast.parse(textwrap.dedent("\n".join(excerpt.lines)))
    except (SyntaxError, ValueError):
        return None
    returns = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Return)]
    return excerpt.first - 1 + returns[0] if len(returns) == 1 else None
