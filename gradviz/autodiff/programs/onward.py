"""Programs of forward mode: values, and with them the tangents of what moves with some inputs, in
one sweep from left to right.
"""

from collections.abc import Iterator, Mapping, Sequence

from gradviz.autodiff.primitives.operation import operation_of
from gradviz.autodiff.primitives.symbols import Symbol
from gradviz.autodiff.programs.javascript import JavaScriptWriter
from gradviz.autodiff.programs.program import Line, Writer
from gradviz.autodiff.programs.sweeps import Guard, Step
from gradviz.graph import Edge, Graph, Node
from gradviz.numerals import numeral
from gradviz.words import say


class Onward(Writer):
    """Writes values and tangents; one input's by themselves, or those along a direction."""

    def __init__(self, graph: Graph, wrt: Mapping[str, float]) -> None:
        super().__init__(graph)
        self.moving: dict[Node, str] = {}  # what moves, and the names of the tangents
        self.arriving: dict[Node, list[Edge]] = {node: [] for node in graph.nodes}
        for edge in graph.edges:
            self.arriving[edge.target].append(edge)
        inputs = zip(graph.inputs, graph.input_names)
        self.seeds = {node: wrt[name] for node, name in inputs if name in wrt}

    @property
    def only(self) -> str | None:
        """The input that moves by 1 while all others stand still, if it is so."""
        seeds = [*self.seeds.items()]
        return seeds[0][0].label if [seed for _, seed in seeds] == [1.0] else None

    def sweeps(self, with_rules: bool) -> Iterator[str]:
        yield f"    {self.remark} {self.heading}"
        for node, seed in self.seeds.items():
            name = self.tangent(node)
            yield Line.of(self.assigned(name, self.printer.text(seed)), "tangent", node)
        for step in self.forward():
            if isinstance(step, Guard):
                yield self.assertion(step)
                continue
            yield self.line(step)
            if step.node in self.arriving:
                yield from self.carried(step.node)
        yield ""

    @property
    def heading(self) -> str:
        """What the program is about, in a remark."""
        if self.only is not None:
            return say("forward.code.tangent", input=self.only)
        seeds = (f"d{node.label} = {numeral(seed)}" for node, seed in self.seeds.items())
        return say("forward.code.along", direction=say("list.between").join(seeds))

    def tangent(self, node: Node) -> str:
        self.moving[node] = self.free(f"tan_{self.names[node]}", "tan")
        return self.moving[node]

    def carried(self, node: Node) -> Iterator[str]:
        """The local derivatives of a gate, and the sum of what they carry on."""
        operands, result = [*map(self.symbol, node.operands)], self.symbol(node)
        primitive, terms = operation_of(node).primitive, []
        arriving = [e for e in self.arriving[node] if e.source in self.moving and not e.is_flat]
        for edge in arriving:
            local = primitive.derivative_by(edge.position, operands, result)
            if isinstance(local, Symbol) and not local.is_name:
                name = self.free(f"d{self.names[node]}_d{self.names[edge.source]}", "d")
                yield self.line(Step("local", edge, name, [local]))
                local = Symbol.named(name, local.example)
            tangent = Symbol.named(self.moving[edge.source], self.example(edge.source))
            terms.append(primitive.times(tangent, local))
        if terms:
            step = Step("tangent", node, self.tangent(node), terms)
            rule = self.rule_of(node, arriving)
            yield from (
                Line.of(f"{line}  {self.remark} {rule}", "tangent", node)
                for line in self.total(step)
            )

    def rule_of(self, node: Node, arriving: Sequence[Edge]) -> str:
        """The chain rule at a node, as a remark."""
        only = self.only
        rate = (lambda of: f"d{of.label}") if only is None else (lambda of: f"∂{of.label}/∂{only}")
        terms = [
            f"∂{node.label}/∂{edge.source.label}"
            + ("" if edge.source.label == only else f"·{rate(edge.source)}")
            for edge in arriving
        ]
        return f"{rate(node)} = {' + '.join(terms)}" if terms != [rate(node)] else rate(node)

    def body(self, everything: bool) -> Iterator[str]:
        yield f"def {self.function}({', '.join(self.inputs)}):"
        yield from self.sweeps(True)
        output = self.graph.output
        yield f"    return {self.names[output]}, {self.moving.get(output, '0.0')}"


class OnwardJavaScript(Onward, JavaScriptWriter):
    """The same in JavaScript; its function returns [value, tangent]."""

    def body(self, everything: bool) -> Iterator[str]:
        yield f"function {self.function}({', '.join(self.inputs)}) {{"
        yield from self.sweeps(True)
        output = self.graph.output
        yield f"    return [{self.names[output]}, {self.moving.get(output, '0.0')}];"
        yield "}"
