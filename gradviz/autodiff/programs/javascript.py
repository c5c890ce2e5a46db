"""Programs of single numbers in JavaScript, for people to read and to take elsewhere."""

import json
import operator
from collections.abc import Iterator, Sequence

import numpy as np

from gradviz.autodiff.primitives.operation import operation_of
from gradviz.autodiff.primitives.printers.javascript import FUNCTIONS, JAVASCRIPT, helpers
from gradviz.autodiff.primitives.printers.printer import Unspelled, substituted
from gradviz.autodiff.programs.kernels import TESTS
from gradviz.autodiff.programs.program import Writer
from gradviz.autodiff.programs.sweeps import Guard
from gradviz.autodiff.tape.plain import IS
from gradviz.graph import Graph

WORDS = """
    arguments await break case catch class const continue debugger default delete do else enum eval
    export extends false finally for function if implements import in inputs instanceof interface
    let new null package private protected public return static super switch this throw true try
    typeof undefined var void while with yield BigInt Infinity Math NaN Number Object
"""
DECISIONS = {  # of x and y
    operator.lt: "x < y", operator.le: "x <= y", operator.gt: "x > y", operator.ge: "x >= y",
    operator.eq: "x === y", operator.ne: "x !== y",
    **{test: text for test, (_, text) in TESTS.items()},
}  # fmt: skip


RESERVED = frozenset([*WORDS.split(), *FUNCTIONS])


class JavaScriptWriter(Writer):
    """Writes a program of single numbers; raises Unspelled where there is something else."""

    printer = JAVASCRIPT
    reserved = RESERVED
    remark = "//"

    def __init__(self, graph: Graph) -> None:
        for node in graph.order:
            if node.operation is not None and operation_of(node).primitive.is_handwritten:
                raise Unspelled(f"{node.operation.name}, a gate of your own")
        super().__init__(graph)
        self.declared: set[str] = set()

    def lines(self, everything: bool) -> Iterator[str]:
        body = [*self.body(everything)]
        yield from helpers("\n".join(body))
        yield from body

    def body(self, everything: bool) -> Iterator[str]:
        yield f"function {self.function}({', '.join(self.inputs)}) {{"
        yield from self.sweeps(with_rules=True)
        output, gradients = self.result()
        yield returned(output, gradients)
        yield "}"

    def assigned(self, name: str, text: str) -> str:
        again = name in self.declared
        self.declared.add(name)
        return f"    {name} = {text};" if again else f"    let {name} = {text};"

    def assertion(self, guard: Guard) -> str:
        return f"    if (!({self.holds(guard)})) return null;"

    def holds(self, guard: Guard) -> str:
        """Whether a decision comes out as it did."""
        operands, outcome = [*map(self.atom, guard.operands)], guard.outcome
        if guard.plain is IS and isinstance(outcome, float):
            return f"Object.is({operands[0]}, {self.printer.text(outcome)})"
        if guard.plain.function not in DECISIONS or not isinstance(outcome, bool | np.bool_):
            raise Unspelled(guard.plain.name)
        holds = substituted(DECISIONS[guard.plain.function], operands)
        return holds if outcome else f"!({holds})"


def returned(output: str, gradients: Sequence[tuple[str, str]]) -> str:
    """The last line of a function: the value, and the gradients by name."""
    pairs = ", ".join(f"{json.dumps(name)}: {gradient}" for name, gradient in gradients)
    return f"    return [{output}, {{ {pairs} }}];"
