"""Programs in JavaScript: so that a page can work out a move itself, and show it before Python has
answered, or where there is no Python.
"""

import json
import operator
from collections.abc import Iterator

import numpy as np

from gradviz.autodiff.primitive import operation_of
from gradviz.autodiff.printers.javascript import HELPERS, JAVASCRIPT, helpers
from gradviz.autodiff.printers.printer import Unspelled, substituted
from gradviz.autodiff.program import Guard, Recording, Writer
from gradviz.autodiff.variable import IS

WORDS = """
    arguments await break case catch class const continue debugger default delete do else enum eval
    export extends false finally for function if implements import in inputs instanceof interface
    let new null package private protected public return static super switch this throw true try
    typeof undefined var void while with yield BigInt Infinity Math NaN Number Object
"""
DECISIONS = {  # of x and y
    operator.lt: "x < y", operator.le: "x <= y", operator.gt: "x > y", operator.ge: "x >= y",
    operator.eq: "x === y", operator.ne: "x !== y",
    np.isnan: "x !== x", np.isfinite: "Number.isFinite(x)", np.isinf: "Math.abs(x) === Infinity",
}  # fmt: skip


class JavaScriptWriter(Writer):
    """Writes a program of single numbers; raises Unspelled where there is something else."""

    printer = JAVASCRIPT
    reserved = frozenset([*WORDS.split(), *HELPERS])
    remark = "//"

    def __init__(self, recording: Recording) -> None:
        for node in recording.order:
            for each in (recording.examples[node], *node.operands):
                if isinstance(each, np.ndarray):
                    raise Unspelled("arrays")
            if node.operation is not None and operation_of(node).primitive.is_handwritten:
                raise Unspelled(f"{node.operation.name}, a gate of your own")
        super().__init__(recording)
        self.declared: set[str] = set()

    def lines(self, everything: bool) -> Iterator[str]:
        body = [*self.body(everything)]
        yield from helpers("\n".join(body))
        yield from body

    def body(self, everything: bool) -> Iterator[str]:
        if everything:
            yield f"const [{', '.join(self.inputs)}] = inputs;"
            for line in map(str.strip, self.sweeps(with_rules=False)):
                if line and not line.startswith(self.remark):
                    yield line
            yield f"return [{', '.join(self.distinct())}];"
            return
        yield f"function {self.function}({', '.join(self.inputs)}) {{"
        yield from self.sweeps(with_rules=True)
        output, gradients = self.result()
        pairs = ", ".join(f"{json.dumps(name)}: {gradient}" for name, gradient in gradients)
        yield f"    return [{output}, {{ {pairs} }}];"
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
