"""What the elements of a figure hold in full, so that a machine can check the figure from its SVG alone (``gradviz check``)."""

import json
from typing import Any
from xml.sax import saxutils

import numpy as np

from gradviz.draw import text
from gradviz.graph import Edge, Node
from gradviz.numerals import FEW


def of_node(node: Node, value: Any, adjoint: Any) -> dict[str, object]:
    """Of a card: its numbers, and what it takes to recompute them."""
    data: dict[str, object] = {"value": full(value), "adjoint": full(adjoint)}
    if node.operation is not None:
        constants = [None if isinstance(operand, Node) else full(operand) for operand in node.operands]
        data = {"operation": node.operation.name, "constants": json.dumps(constants), **data}
    return data


def of_edge(edge: Edge, local: Any, flow: Any) -> dict[str, object]:
    """Of a wire: its ends, and its numbers."""
    return {"from": edge.source.index, "to": edge.target.index, "argument": edge.position, "local": full(local), "flow": full(flow)}


def full(number: Any) -> str:
    """A number, or an array of few, in full precision; empty if it is not known."""
    if isinstance(number, np.ndarray):
        return json.dumps(number.tolist()) if number.size <= FEW else ""
    return "" if number is None else repr(float(number))


def attributes(data: dict[str, object]) -> str:
    """The data-* attributes of an element."""
    return "".join(f" data-{name}={quoteattr(str(value))}" for name, value in data.items())


def escape(words: str) -> str:
    """Any text as XML."""
    return saxutils.escape(text.clean(words))


def quoteattr(words: str) -> str:
    """Any text as the quoted value of an attribute."""
    return saxutils.quoteattr(text.clean(words))
