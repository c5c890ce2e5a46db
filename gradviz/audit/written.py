"""What a document holds: the graph of what is believed, and the numbers that are derived of it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any, NoReturn

import numpy as np

from gradviz.audit.held import FIGURE, Doubted, of_one_shape
from gradviz.audit.onward import check_tangents
from gradviz.audit.operations import LARGEST, TOO_LARGE, Careful
from gradviz.audit.recomputed import UNTOLD, Recomputed, agree
from gradviz.document.codec import Json, decoded
from gradviz.document.reading import BadDocument, from_dict
from gradviz.graph import Graph, Node
from gradviz.numerals import Value
from gradviz.scene.data import MOST
from gradviz.scene.unheld import Unheld


def document_in(text: str) -> dict[str, Json]:
    """The document that a text is. Raises BadDocument if it is none."""
    try:
        document = json.loads(text, object_pairs_hook=_object, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise BadDocument(f"the document is no JSON: {error!s:.200}") from None
    if not isinstance(document, dict):
        raise BadDocument("this is no document of a gradviz graph: it names no format")
    return document


def _object(pairs: Sequence[tuple[str, Json]]) -> dict[str, Json]:
    held = dict(pairs)
    if len(held) < len(pairs):  # whoever reads it takes the one or the other
        raise ValueError("an object says something twice")
    return held


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")


class Written(Doubted):
    """The numbers of a document, as they were traced: whatever is shown folded, opened or in part
    follows from these.

    Raises BadDocument if it holds none.
    """

    def __init__(self, document: Mapping[str, Json]) -> None:
        graph: Graph = from_dict({**document, "views": []}, Careful)
        nodes, edges = len(graph.nodes), len(graph.edges)
        super().__init__(nodes, edges)
        self.graph = graph
        self.document: Mapping[str, Json] = document
        derived = document["derived"]
        self.holds_flows = graph.example_flows is not None
        numbers = [_number(number) for number in graph.example_numbers]
        self.values[:] = numbers[:nodes]
        self.locals[:] = numbers[nodes : nodes + edges]
        self.adjoints[:] = numbers[nodes + edges :]
        if graph.example_flows is not None:
            self.flows[:] = map(_number, graph.example_flows)
        for node, value, adjoint in zip(graph.nodes, self.values, self.adjoints):
            with self.guarding(node):
                of_one_shape(value, adjoint)
        for node, primal in zip(graph.inputs, map(decoded, derived["primals"])):
            if not _is_the_same(self.values[node.index], primal):
                self.fail(node, "its value is held as another than that of the input")

    def work(self) -> None:
        """Work every number out again, and take every decision of the function."""
        recomputed = Recomputed(self)
        recomputed.work()
        if not self.failures:
            with self.guarding(FIGURE):
                check_tangents(self, recomputed, self.document)
        if not self.failures:
            self._decide(recomputed)

    def need_small_arrays(self) -> None:
        """That what a picture has room for is there in full."""
        graph = self.graph
        for things, numbers in (
            (graph.nodes, (self.values, self.adjoints)),
            (graph.edges, (self.locals, self.flows)),
        ):
            for each in numbers:
                for where, number in zip(things, each):
                    if isinstance(number, Unheld) and number.size <= MOST:
                        self.fail(where, f"it does not hold the {number.size} numbers of an array")

    @property
    def is_too_large(self) -> bool:
        """Whether some of it is more than there is room for."""
        return any(note.what == TOO_LARGE for note in self.notes)

    def _decide(self, recomputed: Recomputed) -> None:
        known: dict[Node, Any] = dict(zip(self.graph.nodes, recomputed.values))

        def values(operands: Iterable[Any]) -> list[Any]:
            return [known[each] if isinstance(each, Node) else each for each in operands]

        for node in self.graph.order:
            if node not in known:
                operands = values(node.operands)
                is_known = not any(operand is None for operand in operands)
                found = (
                    recomputed.attempt(node, lambda of=node, at=operands: of.gate.number(*at))
                    if is_known
                    else None
                )
                known[node] = None if found is UNTOLD else found
        for _, guard in self.graph.guards:
            operands = values(guard.operands)
            if any(operand is None or isinstance(operand, Unheld) for operand in operands):
                continue
            if prod(max(1, np.size(operand)) for operand in operands) > LARGEST:
                self.note(FIGURE, TOO_LARGE)
                continue
            with self.guarding(FIGURE):
                if not _come_to_the_same(guard.plain.of(*operands), guard.outcome):
                    self.fail(FIGURE, f"a decision of its function is another: {guard.broken}")


def _number(number: Any) -> Value | None:
    if number is None or isinstance(number, float | np.ndarray):
        return number
    if isinstance(number, bool | int):
        return float(number)
    raise BadDocument("the document holds a number that is none")


def _come_to_the_same(found: Any, outcome: Any) -> bool:
    """Up to rounding, where they are no decisions but numbers that were read."""
    one, other = np.asarray(found), np.asarray(outcome)
    return agree(one, other) if one.dtype.kind == "f" else np.array_equal(one, other)


def _is_the_same(value: Any, other: Any) -> bool:
    if isinstance(value, Unheld) or isinstance(other, Unheld):
        summaries = [getattr(each, "summary", None) for each in (value, other)]
        return summaries[0] == summaries[1] and np.shape(value) == np.shape(other)
    return agree(value, _number(other))
