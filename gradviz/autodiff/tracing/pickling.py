"""Graphs as pickles: flat rows in place of nodes that hold one another; and rows of the table, by
their names.

>>> import pickle
>>> import gradviz as gv
>>> graph = pickle.loads(pickle.dumps(gv.trace(lambda x: x**2, x=1.0)))
>>> graph.run(x=3.0).value
9.0
"""

import copyreg
import pickle
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from gradviz.autodiff.primitives import table as primitives
from gradviz.autodiff.primitives.handwritten import Derivative, HandWritten
from gradviz.autodiff.primitives.operation import Operation
from gradviz.autodiff.primitives.primitive import Primitive
from gradviz.autodiff.programs.sweeps import Guard
from gradviz.autodiff.tape.plain import IS, RELATIONS, Plain
from gradviz.graph import Graph, Node, Run, Runner

TABLE = {row.name: row for row in vars(primitives).values() if isinstance(row, Primitive)}
PLAIN = {**RELATIONS, IS.name: IS}  # by name: their functions have none


def flat(nodes: Sequence[Node]) -> list[tuple[Any, ...]]:
    """Nodes as rows, in which an operand that is a node is its place among them, an int."""
    places = {node: place for place, node in enumerate(nodes)}
    return [
        (
            node.index,
            node.label,
            node.operation,
            tuple(places[of] if isinstance(of, Node) else of for of in node.operands),
            node.name,
            node.source,
            node.block,
            node.returned_to,
        )
        for node in nodes
    ]


def nodes_of(rows: Sequence[tuple[Any, ...]]) -> list[Node]:
    """The nodes of such rows, in which operands stand before what is made of them."""
    nodes: list[Node] = []
    for index, label, operation, operands, *more in rows:
        made = tuple(nodes[of] if type(of) is int else of for of in operands)
        nodes.append(Node(index, label, operation, made, *more))
    return nodes


def packed(graph: Graph) -> tuple[Any, ...]:
    """A graph without what performs it."""
    places = {node: place for place, node in enumerate(graph.order)}
    decisions = [
        (
            count,
            guard.plain,
            tuple(places[of] if isinstance(of, Node) else of for of in guard.operands),
            guard.outcome,
            guard.source,
        )
        for count, guard in graph.guards
    ]
    return (
        graph.name,
        flat(graph.order),
        len(graph.nodes),
        places[graph.output],
        {block: [places[node] for node in nodes] for block, nodes in graph.calls.items()},
        decisions,
        {places[node]: value for node, value in graph.asides.items()},
        graph.source,
        graph.example_numbers,
    )


def unpacked(parts: tuple[Any, ...], runner: Runner[Graph, Run]) -> Graph:
    """The graph again."""
    name, rows, count, output, calls, decisions, asides, source, numbers = parts
    order = nodes_of(rows)
    guards = tuple(
        (
            place,
            Guard(plain, tuple(order[of] if type(of) is int else of for of in operands), *more),
        )
        for place, plain, operands, *more in decisions
    )
    return Graph(
        name,
        tuple(sorted(order, key=lambda node: node.index)[:count]),
        order[output],
        {block: tuple(order[place] for place in places) for block, places in calls.items()},
        tuple(order),
        guards,
        {order[place]: value for place, value in asides.items()},
        source,
        numbers,
        runner,
    )


class Function:
    """A traced function, which may be lost on the way: where it has no name to be found by, or is
    no longer there. It is called only to trace anew.
    """

    def __init__(self, title: str, pickled: bytes | None, why: str) -> None:
        self.title = title
        self.pickled = pickled
        self.why = why

    @classmethod
    def of(cls, function: Callable[..., Any], title: str) -> "Function":
        """A function as it can be sent."""
        if isinstance(function, cls):
            return function
        try:
            return cls(title, pickle.dumps(function), "")
        except Exception as error:  # whatever a function is made of may say no in its own way
            return cls(title, None, str(error))

    def found(self) -> Callable[..., Any]:
        """The function, or if there is none, what says so when it is called."""
        if self.pickled is not None:
            try:
                return pickle.loads(self.pickled)
            except Exception as error:
                self.why = str(error)
        return self

    def __call__(self, *arguments: Any, **options: Any) -> NoReturn:
        raise TypeError(
            f"{self.title} would have to be traced anew here, but this graph was pickled and its "
            f"function could not come along ({self.why}); trace it again with gv.trace"
        )


def row_named(name: str) -> Primitive:
    """The row of the table of that name."""
    return TABLE[name]


def derivative_of(primitive: HandWritten, position: int) -> Derivative:
    """What a user wrote as a derivative."""
    return primitive.derivatives[position]


def plain_named(name: str) -> Plain:
    """A comparison, or the reading of a value."""
    return PLAIN[name]


def _row(row: Primitive) -> tuple[Any, ...]:
    if TABLE.get(row.name) is not row:
        raise pickle.PicklingError(f"{row!r} is no row of the table of derivatives")
    return row_named, (row.name,)


def _hand_written(primitive: HandWritten) -> str:
    return primitive.function.__qualname__  # found in its module, as functions are


def _plain(plain: Plain) -> tuple[Any, ...]:
    if PLAIN.get(plain.name) is plain:
        return plain_named, (plain.name,)
    return Plain, (plain.name, plain.code, plain.function, plain.params)


for _kind in {type(row) for row in TABLE.values()}:
    copyreg.pickle(_kind, _row)  # pyright: ignore[reportArgumentType]
copyreg.pickle(Operation, lambda of: (Operation, (of.primitive, of.positions, of.params)))
copyreg.pickle(HandWritten, _hand_written)
copyreg.pickle(Derivative, lambda of: (derivative_of, (of.of, of.position)))
copyreg.pickle(Plain, _plain)
