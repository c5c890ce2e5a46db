"""A graph and a run of it as a document."""

import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from gradviz.document.codec import Json, encoded, number
from gradviz.graph import Excerpt, External, Graph, Node, Run, Source, is_from_elsewhere
from gradviz.words import SOURCE, language

FORMAT = "gradviz-graph/1"
MOST_OF_A_MODEL = 1024  # elements of an array of a model from elsewhere that are held
UNBEARABLE = re.compile("[\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def to_dict(
    what: Graph | Run, most: int | None = None, source_lines: bool = True
) -> dict[str, Json]:
    """A graph with its example, or with another run of it, as a document: strict JSON, of which the
    schema is `schema.json` here.

    What is believed (inputs, constants, operations, wiring, names, blocks, lines of the source,
    decisions) stands apart from what is derived of it (the numbers), which whoever doubts it works
    out again; and the language that is set is named, if it is not English. Of a folded, opened or
    partial graph it is the graph that is shown, with a note of what was done to it. Arrays of more
    than `most` elements are summarised, of a model from elsewhere those of more than 1,024 if it
    says nothing; the graph of such a document has no numbers but these.
    Without `source_lines` there are of the source only the lines that work something out.

    >>> import gradviz as gv
    >>> document = gv.trace(lambda x: x * 2.0, x=3.0).to_dict()
    >>> document["believed"]["nodes"][1]["operation"], document["derived"]["primals"]
    ({'primitive': 'multiply'}, [3.0, 6.0])
    """
    run = what.example if isinstance(what, Graph) else what
    if most is None and is_from_elsewhere(run.graph):
        most = MOST_OF_A_MODEL
    views, graph = [], run.graph
    while graph.origin.base is not None:
        views.append(graph.origin.note)
        graph = graph.origin.base
    writer = _Writer(graph, most, source_lines)
    return {
        "format": FORMAT,
        **({} if language() == SOURCE else {"language": language()}),
        "believed": writer.believed(run.whole),
        "derived": writer.derived(run.whole),
        "views": views[::-1],
    }


class _Writer:
    def __init__(self, graph: Graph, most: int | None, source_lines: bool) -> None:
        self.graph, self.most, self.source_lines = graph, most, source_lines
        self.places = {node: place for place, node in enumerate(graph.order)}
        blocks = [node.block for node in graph.order if node.block]
        self.blocks = list(dict.fromkeys(block for each in blocks for block in each.path))
        self.block_numbers = {block: number for number, block in enumerate(self.blocks)}
        self.sources: dict[Source, int] = {}
        self.excerpts: dict[Excerpt, int] = {}

    def believed(self, run: Run) -> dict[str, Json]:
        graph = self.graph
        held: dict[str, Json] = {
            "name": graph.name,
            "nodes": [*map(self.node, graph.order)],
            "output": self.places[graph.output],
            "inputs": [encoded(run.primals[node], self.most, True) for node in graph.inputs],
            "decided": graph.performer.knows_decisions,
        }
        if self.blocks:
            held["blocks"] = [
                {
                    "name": block.name,
                    "parent": None if block.parent is None else self.block_numbers[block.parent],
                    "called_with": [self.places[node] for node in graph.calls.get(block, ())],
                }
                for block in self.blocks
            ]
        if graph.guards:
            held["guards"] = [
                {
                    "after": after,
                    "decision": guard.plain.name,
                    "params": {name: encoded(of) for name, of in guard.plain.params.items()},
                    "operands": [*map(self.operand, guard.operands)],
                    "outcome": encoded(guard.outcome, self.most),
                    "source": self.source(guard.source),
                }
                for after, guard in graph.guards
            ]
        held["source"] = self.source(graph.source)
        if self.sources:
            held["sources"] = [
                {"file": source.file.replace("\\", "/").rpartition("/")[2], "line": source.line,
                 "text": source.text, "around": self.excerpts[source.around]}
                for source in self.sources
            ]  # fmt: skip
            held["excerpts"] = [
                {"first": each.first, "lines": [*each.lines], "missing": each.missing}
                for each in self.excerpts
            ]
        return held

    def node(self, node: Node) -> dict[str, Json]:
        held: dict[str, Json] = {"label": node.label, "index": node.index}
        if node.name is not None:
            held["name"] = node.name
        if node.operation is not None:
            held["operation"] = self.operation(node)
            held["operands"] = [*map(self.operand, node.operands)]
        if node.source is not None:
            held["source"] = self.source(node.source)
        if node.block is not None:
            held["block"] = self.block_numbers[node.block]
        if node in self.graph.asides:
            held["aside"] = True
        if node.returned_to:
            held["returned_to"] = [self.source(source) for source in node.returned_to]
        return held

    def operation(self, node: Node) -> dict[str, Json]:
        operation: Any = node.operation
        if isinstance(operation, External):
            about = {"external": operation.name, "symbol": operation.symbol}
            return {**about, "written": [*operation.written], "stops": [*operation.stops]}
        if node.is_handwritten:
            return {"own": operation.name, "has_locals": operation.primitive.has_locals}
        held: dict[str, Json] = {"primitive": operation.name}
        if operation.params:
            params = operation.params.items()
            held["params"] = {name: encoded(value, self.most) for name, value in params}
        return held

    def operand(self, operand: Any) -> Json:
        """A node is its place, a constant an object."""
        if isinstance(operand, Node):
            return self.places[operand]
        return {"constant": encoded(operand, self.most)}

    def source(self, source: Source | None) -> int | None:
        if source is None:
            return None
        if not self.source_lines:
            source = Source(source.file, source.line, source.text)
        self.excerpts.setdefault(source.around, len(self.excerpts))
        return self.sources.setdefault(source, len(self.sources))

    def derived(self, run: Run) -> dict[str, Json]:
        nodes, edges = len(self.graph.nodes), len(self.graph.edges)
        numbers = run.numbers
        asides = (self.graph.asides[node] for node in self.graph.order if node in self.graph.asides)
        held = {
            "primals": self.numbers(numbers[:nodes], mapped=True),
            "locals": self.numbers(numbers[nodes : nodes + edges]),
            "adjoints": self.numbers(numbers[nodes + edges :], mapped=True),
            "asides": self.numbers([*asides]),
        }
        summarised = self.most is not None and any(np.size(n) > self.most for n in numbers)
        by_hand = any(
            edge.operation.is_handwritten and run.locals[edge] is None for edge in self.graph.edges
        )
        if summarised or by_hand or is_from_elsewhere(self.graph):
            # then they do not follow from the rest
            held["flows"] = self.numbers([*run.flows.values()])
        return held

    def numbers(self, numbers: Sequence[Any], mapped: bool = False) -> list[Json]:
        return [
            number(each) if type(each) is float else encoded(each, self.most, mapped)
            for each in numbers
        ]


def packed(document: dict[str, Json]) -> str:
    """A document as text that may stand in XML: without the characters that this can't bear."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return UNBEARABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
