"""What a figure holds: the graph and the numbers of a run, read from the data-* attributes of its
elements.
"""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gradviz.audit.operations import Elsewhere, constant, operation_in
from gradviz.graph import Edge, Graph, Node, Source, printable
from gradviz.numerals import Value
from gradviz.scene.data import number_in

SVG = "{http://www.w3.org/2000/svg}"
FIGURE = "the figure"
EXCERPT = 60  # characters of a text that is wrong
Where = str | Node | Edge


class NoFigure(ValueError):
    """This is no figure of gradviz."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to be said of a node, an edge (``a → b``) or the figure."""

    where: str
    what: str

    @property
    def at(self) -> str:
        return printable(f"{self.where:.80}")

    def __str__(self) -> str:
        return f"{self.at}: {printable(self.what)}"


class Said(Source):
    """A line of the user's code, as a figure says it."""

    __slots__ = ()

    @property
    def said(self) -> str:
        return self.text


def parsed(svg: str) -> ET.Element:
    """The root of a figure. Raises NoFigure if it is none."""
    if "<!DOCTYPE" in svg:  # entities could make it grow without end
        raise NoFigure("it has a document type, which no figure has")
    try:
        root = ET.fromstring(svg)
    except (ET.ParseError, ValueError) as error:
        raise NoFigure(f"it is no XML: {error}") from None
    if root.tag != f"{SVG}svg" or "gradviz" not in classes(root):
        raise NoFigure("it is no figure of gradviz")
    return root


def classes(element: ET.Element) -> list[str]:
    return (element.get("class") or "").split()


def words(element: ET.Element) -> str:
    return "".join(element.itertext())


def data_of(element: ET.Element) -> dict[str, str]:
    return {
        name.removeprefix("data-"): value
        for name, value in element.attrib.items()
        if name.startswith("data-")
    }


def excerpt(said: str, other: str) -> str:
    """A text, from a little before the place where another differs from it."""
    place = next(
        (place for place, (a, b) in enumerate(zip(said, other)) if a != b),
        min(len(said), len(other)),
    )
    start = 0
    if len(said) > EXCERPT:
        before = said[max(0, place - EXCERPT) : place]
        word = len(before) - len(re.split(r"\s", before)[-1])  # where the word there begins
        start = max(0, word + max(0, place - EXCERPT) - 10)
    cut = said[start : start + EXCERPT]
    return repr(("…" if start else "") + cut + ("…" if len(said) > start + EXCERPT else ""))


class Doubted:
    """A graph and the numbers that are held of it; and all that is found out about them.

    Numbers are None where they are not known, and `Unheld` where there are too many. Failures in
    reading are among the findings; after them there may be no graph."""

    graph: Graph
    is_step: bool = False  # of the sweeps, so that not all is known
    holds_flows: bool = True

    def __init__(self, nodes: int, edges: int) -> None:
        self.failures: list[Finding] = []
        self.notes: list[Finding] = []
        self.values: list[Value | None] = [None] * nodes
        self.adjoints: list[Value | None] = [None] * nodes
        self.locals: list[Value | None] = [None] * edges
        self.flows: list[Value | None] = [None] * edges

    @property
    def is_overview(self) -> bool:
        """Whether each card stands for many nodes, so that its numbers are theirs, and follow from
        nothing here.
        """
        return any(
            isinstance(node.operation, Elsewhere) and node.operation.name == "many"
            for node in self.graph.nodes
        )

    def fail(self, where: Where, what: str) -> None:
        self.failures.append(Finding(_name(where), what))

    def note(self, where: Where, what: str) -> None:
        self.notes.append(Finding(_name(where), what))

    @contextmanager
    def guarding(self, where: Where) -> Iterator[None]:
        """Whatever goes wrong with what a file holds is a finding."""
        try:
            yield
        except KeyError as error:
            self.fail(where, f"it does not hold {error!s:.60}")
        except Exception as error:
            self.fail(
                where, f"what it holds makes no sense: {str(error) or type(error).__name__:.200}"
            )


class Held(Doubted):
    """A figure's elements, and the graph and the numbers that they hold."""

    def __init__(self, root: ET.Element) -> None:
        self.root = root
        groups = [*root.iter(f"{SVG}g")]
        self.cards: list[ET.Element] = [g for g in groups if "gv-node" in classes(g)]
        self.wires: list[ET.Element] = [g for g in groups if "gv-edge" in classes(g)]
        self.labels: list[ET.Element] = [g for g in groups if "gv-label" in classes(g)]
        self.blocks: list[ET.Element] = [g for g in groups if "gv-block" in classes(g)]
        captions = [
            words(element)
            for element in root.iter(f"{SVG}text")
            if "gv-caption" in classes(element)
        ]
        self.caption: str | None = " ".join(captions) if captions else None  # only a step has one
        self.is_step = self.caption is not None
        # of a figure in forward mode, tangents stand where adjoints do
        self.is_forward: bool = any("data-tangent" in card.attrib for card in self.cards)
        super().__init__(len(self.cards), len(self.wires))
        for read in (self._read_nodes, self._read_edges, self._read_numbers):
            if not self.failures:
                read()

    @cached_property
    def _ends(self) -> list[tuple[int, int, int]]:
        """The source, the target and the position of each edge."""
        ends = []
        for number, wire in enumerate(self.wires):
            with self.guarding(f"edge {number}"):
                held = data_of(wire)
                source, target, position = (int(held[end]) for end in ("from", "to", "argument"))
                if wire.get("id") != f"e{number}" or not 0 <= source < target < len(self.cards):
                    raise ValueError(
                        f"it leads from node {source} to node {target}, of {len(self.cards)}"
                    )
                ends.append((source, target, position))
        return ends

    def _read_nodes(self) -> None:
        coming: list[dict[int, int]] = [{} for _ in self.cards]
        for source, target, position in self._ends:
            coming[target][position] = source
        nodes: list[Node] = []
        for number, card in enumerate(self.cards if not self.failures else ()):
            held = data_of(card)
            with self.guarding(held.get("name", held.get("label", f"node {number}"))):
                if card.get("id") != f"n{number}":
                    raise ValueError(f"it is node {number}, and not {card.get('id')}")
                if len(nodes) == number:
                    nodes.append(_node(nodes, held, coming[number]))
        if self.failures:
            return
        outputs = [node for node, card in zip(nodes, self.cards) if "gv-output" in classes(card)]
        inputs = [node for node in nodes if node.operation is None]
        if len(outputs) != 1:
            self.fail(FIGURE, f"it has {len(outputs)} outputs")
        elif inputs != nodes[: len(inputs)]:
            self.fail(FIGURE, "an input stands behind an operation")
        else:
            self.graph = Graph("f", tuple(nodes), outputs[0])

    def _read_edges(self) -> None:
        edges = self.graph.edges
        if len(edges) != len(self._ends):
            self.fail(
                FIGURE, f"it has {len(self._ends)} edges, and its operations have {len(edges)}"
            )
        for edge, ends in zip(edges, self._ends):
            if (edge.source.index, edge.target.index, edge.position) != ends:
                self.fail(f"edge {edge.index}", f"the edge {_name(edge)} should stand here")
                return

    def _read_numbers(self) -> None:
        second, along = ("tangent", "push") if self.is_forward else ("adjoint", "flow")
        for node, card in zip(self.graph.nodes, self.cards):
            with self.guarding(node):
                held = data_of(card)
                value = self.values[node.index] = number_in(held, "value")
                adjoint = self.adjoints[node.index] = number_in(held, second, dtype_of(value))
                of_one_shape(value, adjoint)
        for edge, wire in zip(self.graph.edges, self.wires):
            with self.guarding(edge):
                self.locals[edge.index] = number_in(data_of(wire), "local")
                self.flows[edge.index] = number_in(
                    data_of(wire), along, dtype_of(self.values[edge.source.index])
                )


def of_one_shape(value: Value | None, adjoint: Value | None) -> None:
    """Raises ValueError if they are not."""
    if value is not None and adjoint is not None and np.shape(value) != np.shape(adjoint):
        raise ValueError(
            f"its value has the shape {np.shape(value)}, and its adjoint {np.shape(adjoint)}"
        )


def dtype_of(number: Value | None) -> str:
    return number.dtype.name if isinstance(number, np.ndarray) else "float64"


def _name(where: Where) -> str:
    if isinstance(where, Edge):
        return f"{where.source.label} → {where.target.label}"
    return where.label if isinstance(where, Node) else where


def _node(before: list[Node], held: Mapping[str, str], coming: Mapping[int, int]) -> Node:
    constants = json.loads(held["constants"]) if "constants" in held else [None] * len(coming)
    operands = tuple(
        before[coming[position]] if given is None else constant(given)
        for position, given in enumerate(constants)
    )
    label = held["name"] if "name" in held else held["label"]
    operation = operation_in(held, operands)
    source = Said("", 0, held["source"]) if held.get("source") else None
    return Node(len(before), label, operation, operands, held.get("name"), source)
