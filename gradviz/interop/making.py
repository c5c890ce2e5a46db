"""From the values of a model, whichever library worked them out, to a graph."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gradviz.graph import SUBSCRIPTS, Block, External, Graph, Node, Run, Runner, Source
from gradviz.numerals import Value


@dataclass(eq=False, slots=True)
class Made:
    """A value of a model, with all that a graph holds of it; an input if it has no operation."""

    number: Value
    adjoint: Value | None  # None if it is not known
    name: str  # what its operation, or the input, is called
    operation: External | None = None
    operands: "tuple[Made, ...]" = ()
    flows: tuple[Value | None, ...] = ()  # what goes back to each operand
    own: str | None = None  # what the user's code calls it
    source: Source | None = None
    block: Block | None = None
    path: str = ""  # what the block is called in the whole model
    is_parameter: bool = False  # an input that belongs to the block which uses it


def graph_of(
    title: str,
    values: Sequence[Made],
    output: Made,
    runner: Runner[Graph, Run],
    source: Source | None,
) -> tuple[Graph, dict[Made, Node]]:
    """The graph of what leads to an output, and the nodes in it; inputs come first in `values`."""
    reached = set(_leading_to(output))
    values = [value for value in values if value in reached]
    leaving, around = _leaving(values, output), _around(values)
    labels, nodes = Labels(), dict[Made, Node]()
    for value in values:
        if value.operation is None:
            label = own = labels.new(value.name)
        elif value.block and leaving[value.block] == {value}:  # it is what the block makes
            own, label = None, labels.new(value.path)
        else:
            own = value.own
            label = labels.new(".".join(filter(None, (value.path, own or value.name))))
        operands = tuple(nodes[each] for each in value.operands)
        block = around.get(value, value.block)
        nodes[value] = Node(len(nodes), label, value.operation, operands, own, value.source, block)
    flows = tuple(flow for value in values for flow in value.flows)
    numbers = [value.number for value in values]
    adjoints = [value.adjoint for value in values]
    made = tuple(nodes.values())
    graph = Graph(
        title,
        made,
        nodes[output],
        order=made,
        source=source,
        example_numbers=(*numbers, *[None] * len(flows), *adjoints),
        runner=runner,
        example_flows=flows,
    )
    return graph, nodes


class Labels:
    """Labels, each of which is new."""

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self.times: dict[str, int] = {}

    def new(self, label: str) -> str:
        found = label
        while found in self.taken:
            self.times[label] = self.times.get(label, 1) + 1
            found = label + str(self.times[label]).translate(SUBSCRIPTS)
        self.taken.add(found)
        return found


def _leading_to(output: Made) -> Iterator[Made]:
    waiting, seen = [output], {output}
    while waiting:
        value = waiting.pop()
        yield value
        for operand in value.operands:
            if operand not in seen:
                seen.add(operand)
                waiting.append(operand)


def _leaving(values: Sequence[Made], output: Made) -> dict[Block, set[Made]]:
    """The values that leave each block."""
    leaving: dict[Block, set[Made]] = {}
    ways = [(operand, _path(value.block)) for value in values for operand in value.operands]
    for value, there in [*ways, (output, ())]:
        for block in _path(value.block):
            if block not in there:
                leaving.setdefault(block, set()).add(value)
    return leaving


def _around(values: Sequence[Made]) -> dict[Made, Block | None]:
    """The innermost block that holds all uses of each parameter."""
    blocks: dict[Made, Block | None] = {}
    for value in values:
        for operand in value.operands:
            if operand.is_parameter:
                before = blocks.get(operand, value.block)
                blocks[operand] = _common(before, value.block)
    return blocks


def _common(one: Block | None, other: Block | None) -> Block | None:
    """The innermost block around both."""
    found = None
    for a, b in zip(_path(one), _path(other)):
        if a is not b:
            break
        found = a
    return found


def _path(block: Block | None) -> tuple[Block, ...]:
    return block.path if block else ()
