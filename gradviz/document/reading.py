"""A document read: the graph again, of what is believed, with the numbers that are held."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import fastjsonschema

from gradviz.autodiff.numpy_functions import statistics
from gradviz.autodiff.numpy_functions.choices import FUNCTIONS, UFUNCS
from gradviz.autodiff.numpy_functions.reductions import HAS_NAN
from gradviz.autodiff.primitives.operation import Operation
from gradviz.autodiff.programs.sweeps import Guard
from gradviz.autodiff.tape.plain import IS, RELATIONS, Plain
from gradviz.autodiff.tracing.pickling import TABLE
from gradviz.autodiff.tracing.scalars import Openable
from gradviz.document.codec import Json, decoded
from gradviz.document.told import Own, Told
from gradviz.document.writing import FORMAT
from gradviz.graph import Block, Excerpt, External, Graph, Node, Source, printable
from gradviz.scene.folding.fold import fold_named
from gradviz.scene.folding.overview import level
from gradviz.scene.unheld import Unheld

DECISIONS: dict[str, Plain] = {
    plain.name: plain
    for plain in (
        *(each for each in (*FUNCTIONS.values(), *UFUNCS.values()) if isinstance(each, Plain)),
        *RELATIONS.values(), IS, HAS_NAN, statistics.ORDER,
    )
}  # fmt: skip
RECORDED = "it was recorded in eager work, without its function"


class BadDocument(ValueError):
    """This is no document of a graph, or not a whole one."""


@lru_cache(maxsize=1)
def _schema() -> Callable[[Json], Json]:
    text = Path(__file__).with_name("schema.json").read_text(encoding="utf-8")
    return fastjsonschema.compile(json.loads(text))


def from_dict(document: Mapping[str, Json], make: Callable[..., Operation] | None = None) -> Graph:
    """The graph of a document, which runs, draws and checks as the first did; its example has the
    numbers that are held. Where there is a gate that a user wrote, or an array that is summarised,
    those are all the numbers that it has.

    `make` makes operations out of a row of the table, the positions of its operands that vary and
    its parameters.

    Raises BadDocument, a ValueError, with a sentence that says what is wrong.

    >>> import gradviz as gv
    >>> graph = gv.Graph.from_dict(gv.trace(lambda x: x * 2.0, x=3.0).to_dict())
    >>> graph.run(x=4.0).value
    8.0
    """
    if not isinstance(document, dict) or not isinstance(document.get("format"), str):
        raise BadDocument("this is no document of a gradviz graph: it names no format")
    if document["format"] != FORMAT:
        raise BadDocument(
            f"this is a document of the format {document['format']!r:.60}; this gradviz reads "
            f"{FORMAT}, a newer one may read more"
        )
    try:
        _schema()(document)
    except fastjsonschema.JsonSchemaValueException as error:
        where = printable(str(error.name or "data")).replace("data", "the document", 1)
        raise BadDocument(f"{where:.200} is not as it should be: {_rule(error)}") from None
    try:
        graph = _Reader(document, make).graph()
        for view in document["views"]:
            graph = _shown(graph, view)
        return graph
    except BadDocument:
        raise
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError) as error:
        said = printable(str(error))
        raise BadDocument(f"the document does not hold together: {said:.300}") from None


def _rule(error: fastjsonschema.JsonSchemaValueException) -> str:
    return printable(f"it breaks the rule {error.rule} {error.rule_definition!r:.100}")


def _shown(graph: Graph, view: Mapping[str, Json]) -> Graph:
    match view:
        case {"opened": labels}:
            return graph.opened(labels)
        case {"closed": keys}:
            return fold_named(graph, [tuple((name, of) for name, of in key) for key in keys])
    return level(graph, view["part"])


class _Reader:
    def __init__(self, document: Mapping[str, Json], make: Callable[..., Operation] | None) -> None:
        self.believed, self.derived = document["believed"], document["derived"]
        self.make = make
        self.why_not = "" if self.believed["decided"] else RECORDED
        held = self.believed
        excerpts = [
            Excerpt(each["first"], tuple(each["lines"]), each["missing"])
            for each in held.get("excerpts", ())
        ]
        self.sources = [
            Source(each["file"], each["line"], each["text"], excerpts[each["around"]])
            for each in held.get("sources", ())
        ]
        self.blocks: list[Block] = []
        for each in held.get("blocks", ()):
            parent = None if each["parent"] is None else self.blocks[each["parent"]]
            self.blocks.append(Block(each["name"], parent))
        self.nodes: list[Node] = []
        self.primals = [*map(_number, self.derived["primals"])]
        self.asides = [*map(_number, self.derived["asides"])]

    def graph(self) -> Graph:
        held = self.believed
        for node in held["nodes"]:
            self.nodes.append(self.node(node))
        aside = [node for node, each in zip(self.nodes, held["nodes"]) if each.get("aside")]
        rest = [node for node, each in zip(self.nodes, held["nodes"]) if not each.get("aside")]
        nodes = tuple(sorted(rest, key=lambda node: node.index))
        edges = sum(isinstance(of, Node) for node in nodes for of in node.operands)
        locals_, adjoints = ([*map(_number, self.derived[kind])] for kind in ("locals", "adjoints"))
        inputs = [node for node in nodes if node.operation is None]
        if [node.index for node in (*nodes, *aside)] != [*range(len(self.nodes))]:
            raise BadDocument("the document numbers its nodes in no order")
        if [*nodes[: len(inputs)]] != inputs or len(held["inputs"]) != len(inputs):
            raise BadDocument("the document does not begin with its inputs")
        labels = {node.label for node in nodes}
        if len(labels) != len(nodes):
            raise BadDocument("two nodes of the document have one label")
        counts = [len(nodes), edges, len(nodes), len(aside)]
        if [*map(len, (self.primals, locals_, adjoints, self.asides))] != counts:
            raise BadDocument("the document has not as many numbers as its graph")
        values = [*map(self.constant, map(_number, held["inputs"]))]
        return Graph(
            held["name"],
            nodes,
            self.at(held["output"]),
            {
                block: tuple(map(self.at, each["called_with"]))
                for block, each in zip(self.blocks, held.get("blocks", ()))
            },
            tuple(self.nodes),
            tuple(map(self.guard, held.get("guards", ()))),
            dict(zip(aside, self.asides)),
            self.source(held["source"]),
            (*values, *self.primals[len(values) :], *locals_, *adjoints),
            Told(self.why_not, held["decided"], from_dict) if self.why_not else Openable(),
            example_flows=self.flows(edges),
        )

    def flows(self, edges: int) -> tuple[Any, ...] | None:
        held = self.derived.get("flows")
        if held is not None and len(held) != edges:
            raise BadDocument("the document has not as many flows as its graph has edges")
        return None if held is None else tuple(map(_number, held))

    def node(self, held: Mapping[str, Json]) -> Node:
        operands = tuple(map(self.operand, held.get("operands", ())))
        number = len(self.nodes)
        return Node(
            held["index"],
            held["label"],
            self.operation(held, operands, number) if "operation" in held else None,
            operands,
            held.get("name"),
            self.source(held.get("source")),
            self.blocks[held["block"]] if "block" in held else None,
            tuple(self.sources[each] for each in held.get("returned_to", ())),
        )

    def operation(
        self, held: Mapping[str, Json], operands: Sequence[Any], number: int
    ) -> Operation | External:
        about, index = held["operation"], held["index"]
        positions = tuple(at for at, of in enumerate(operands) if isinstance(of, Node))
        if "external" in about:
            return self.external(held["label"], about, len(operands))
        if "own" in about:
            self.why_not = self.why_not or f"{about['own']} is a primitive written by hand"
            own = Own(printable(about["own"]), len(operands), about["has_locals"])
            return (self.make or Operation)(own, positions, {})
        row: Any = TABLE.get(about["primitive"])
        if row is None:
            raise BadDocument(
                f"{held['label']!r:.60}: no primitive is called {about['primitive']!r:.60}"
            )
        if not operands or row.arity not in (None, len(operands)):
            raise BadDocument(
                f"{held['label']!r:.60}: {row.name} does not take {len(operands)} operands"
            )
        params = {name: decoded(value) for name, value in about.get("params", {}).items()}
        if not row.is_elementwise and not params.keys() <= row.defaults.keys():
            raise BadDocument(f"{held['label']!r:.60}: {row.name} has no such parameters")
        if self.make is not None or not positions:  # a constant works nothing out
            return (self.make or Operation)(row, positions, params)
        values = self.asides if held.get("aside") else self.primals
        place = index - (len(self.primals) if held.get("aside") else 0)
        return row.operation(positions, params, values[place])

    def external(self, label: str, about: Mapping[str, Json], count: int) -> External:
        if self.why_not in ("", RECORDED):
            self.why_not = "it is of a model from elsewhere"
        places = [part for part in about["written"] if isinstance(part, int)]
        if any(place >= count for place in (*places, *about["stops"])):
            raise BadDocument(f"{label!r:.60} has only {count} operands")
        parts = (printable(part) if isinstance(part, str) else part for part in about["written"])
        name, symbol = printable(about["external"]), printable(about["symbol"])
        return External(name, symbol, tuple(parts), tuple(about["stops"]))

    def operand(self, held: Json) -> Any:
        return self.at(held) if type(held) is int else self.constant(_number(held["constant"]))

    def constant(self, value: Any) -> Any:
        if isinstance(value, Unheld):
            self.why_not = self.why_not or "an array of it is summarised"
        return value

    def at(self, place: int) -> Node:
        if not 0 <= place < len(self.nodes):
            raise BadDocument(f"node {len(self.nodes)} needs node {place}, which is not there yet")
        return self.nodes[place]

    def source(self, number: int | None) -> Source | None:
        return None if number is None else self.sources[number]

    def guard(self, held: Mapping[str, Json]) -> tuple[int, Guard]:
        plain = DECISIONS.get(held["decision"])
        if plain is None:
            raise BadDocument(f"no decision is called {held['decision']!r:.60}")
        params = {name: decoded(value) for name, value in held["params"].items()}
        if params:
            plain = Plain(plain.name, plain.code, plain.function, params)
        operands = tuple(map(self.operand, held["operands"]))
        return held["after"], Guard(
            plain, operands, decoded(held["outcome"]), self.source(held["source"])
        )


def _number(held: Json) -> Any:
    """A number or an array; a whole number may have lost its point on the way."""
    value = decoded(held)
    return float(value) if type(value) is int else value
