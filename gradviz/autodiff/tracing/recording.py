"""From tape to graph: the nodes that an output was computed from, numbered, named and in order."""

from typing import Any

from gradviz.autodiff.primitives import table as primitives
from gradviz.autodiff.primitives.operation import Operation
from gradviz.autodiff.tape.tape import FOREIGN, LEAF, Leaf, Page
from gradviz.graph import SUBSCRIPTS, Node, printable, read_only

CONSTANT = Operation(primitives.constant, ())


class Nodes:
    """Makes nodes of tape entries, each once, with names that are unique."""

    def __init__(self) -> None:
        self.by_place: dict[tuple[Page, int], Node] = {}
        self.by_leaf: dict[tuple[Leaf, int], Node] = {}  # and the identity of its value
        self.inputs: set[str] = set()
        self.names: dict[str, int] = {}  # and how often they were wanted

    def unique(self, name: str) -> str:
        """`name`, or name₂, name₃ … where it is taken."""
        candidate = name
        while candidate in self.names:
            self.names[name] += 1
            candidate = name + str(self.names[name]).translate(SUBSCRIPTS)
        self.names[candidate] = 1
        return candidate

    def add_input(self, leaf: Leaf, value: Any, name: str | None) -> Node:
        """The node of an input at a value; one that was set to another value between two uses has
        two.
        """
        index = len(self.by_leaf)
        name = f"v{index}" if name is None else name
        label = self.unique(printable(name))
        own = name if name not in self.inputs else label
        self.inputs.add(own)
        node = self.by_leaf[leaf, id(value)] = Node(index, label, name=own)
        return node

    def at(self, page: Page, index: int) -> Node:
        """The node of an entry that stands before."""
        operation, first, *_, value = page.entry(index)
        if operation == FOREIGN:
            return self.at(first.page, first.index)
        return (
            self.by_place[page, index]
            if (page, index) in self.by_place
            else self.by_leaf[first, id(value)]
        )

    def add_operation(
        self, number: int, page: Page, index: int, otherwise: str | None = None
    ) -> Node:
        """The node of an operation, number `number` of its graph; `otherwise` is its name if the
        user gave it none.
        """
        entry = operation, *_, value = page.entry(index)
        if operation == LEAF:  # a Variable that the traced function made: a constant
            operation, places = CONSTANT, (value,)
        else:
            places = entry.operands
        made = operation.standing(places, lambda place: self.at(page, place))
        operands = tuple(of if isinstance(of, Node) else read_only(of) for of in made)
        name = page.name(index) or otherwise
        label = self.unique(printable(name) if name else f"v{number}")
        node = Node(
            number,
            label,
            operation,
            operands,
            label if name else None,
            page.source(index),
            page.block(index),
            page.returned_to(index),
        )
        self.by_place[page, index] = node
        return node
