"""Programs of arrays in JavaScript: a line for each instruction that a page performs, with names in
place of memory. Arrays are flat there, row by row.
"""

import math
from bisect import bisect
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from gradviz.autodiff.primitives.printers.javascript import JAVASCRIPT, helpers
from gradviz.autodiff.primitives.printers.printer import substituted
from gradviz.autodiff.programs.instructions import Instructions
from gradviz.autodiff.programs.javascript import RESERVED, returned
from gradviz.autodiff.programs.kernels import CHOICE, rows
from gradviz.autodiff.programs.memory import Grid, Instruction, grid
from gradviz.autodiff.programs.program import Line
from gradviz.autodiff.programs.sweeps import Guard, Step
from gradviz.graph import Graph
from gradviz.words import say


class Named(Instructions):
    """Instructions with names as JavaScript can have them."""

    reserved = RESERVED


class ArraysWriter:
    """Writes a program of arrays."""

    def __init__(self, graph: Graph) -> None:
        self.program: Named = Named(graph)
        self.memory = self.program.memory
        self.rows = {row.name: row for row in rows().values()}
        self.called: dict[int, str] = {}  # what has a name, by where it starts
        self.literals: dict[int, str] = {}  # constants that are single numbers
        self.made: set[int] = set()  # what has been worked out

    def lines(self, everything: bool) -> Iterator[str]:
        body = [*self.body()]
        yield from helpers("\n".join(body))
        yield from body

    def body(self) -> Iterator[str]:
        graph = self.program.graph
        inputs = [self.program.names[node] for node in graph.inputs]
        for name in inputs:
            self.called |= {int(start): name for start in self.program.known[name].flat[:1]}
        yield f"function {self.program.function}({', '.join(inputs)}) {{"
        yield from self.fixed_ones()
        for (start, step), (end, _) in zip(
            self.program.steps, [*self.program.steps[1:], (len(self.memory.code), None)]
        ):
            if isinstance(step, Step) and (step.kind, step.what) == ("adjoint", graph.output):
                yield ""
                output = self.program.names[graph.output]
                yield f"    // {say('code.backward', output=output)}"
            yield from self.step(step, self.memory.code[start:end])
        yield ""
        adjoints = (
            (node.name, self.program.known[self.program.adjoints[node]]) for node in graph.inputs
        )
        output = self.element(int(self.program.known[self.program.names[graph.output]]))
        yield returned(output, [(str(name), self.whole(at)) for name, at in adjoints])
        yield "}"

    def fixed_ones(self) -> Iterator[str]:
        """The constants."""
        for place, constant in self.memory.fixed:
            numbers = [JAVASCRIPT.text(float(number)) for number in constant]
            if self.memory.shapes[place] == ():
                self.literals[place] = f"({numbers[0]})" if "-" in numbers[0] else numbers[0]
            else:
                self.called[place] = name = self.program.free(f"c{len(self.called)}", "c")
                yield f"    const {name} = [{', '.join(numbers)}];"

    def step(self, step: Step | Guard, code: Sequence[Instruction]) -> Iterator[str]:
        """What is done for something, line by line."""
        if isinstance(step, Guard):
            yield from map(self.line, code)
            return
        at = self.program.known[step.alias or step.name]
        made = [instruction[1] for instruction in code]
        if self.is_whole(at) and int(at.flat[0]) in made:
            self.called[int(at.flat[0])] = step.name
            lines = [*map(self.line, code)]
        else:
            is_part = at.size and at.shape and not self.is_whole(at)
            same = self.part(grid(at)) if is_part else self.whole(at)
            remark = say("code.same", name=step.name, other=same)
            lines = [*map(self.line, code), f"    // {remark}"]
        rule = self.program.rule(step.node) if step.kind == "adjoint" else ""
        if rule:
            lines[-1] += f", {rule}" if lines[-1].startswith("    //") else f"  // {rule}"
        for line in lines:
            yield Line.of(line, step.kind, step.what)

    def line(self, instruction: Instruction) -> str:
        kernel, place, *given = instruction
        if kernel == "must":
            return f"    if ({'!' * given[0]}{self.element(place)}) return null;"
        if kernel == "same":
            return f"    if (!same({self.part(place)}, {self.part(given[0])})) return null;"
        if kernel == "ordered":
            return f"    if (!ordered({place}, {self.terms(given[0])})) return null;"
        is_new = place not in self.called or place not in self.made
        self.called.setdefault(place, self.program.free(f"t{len(self.made) + 1}", "t"))
        self.made.add(place)
        name = self.called[place]
        if kernel in self.rows:
            return f"    const {name} = {self.on_numbers(kernel, given)};"
        size, *given = given
        call = self.on_arrays_as_text(kernel, f"zeros({size})" if is_new else name, given)
        number = "[0]" if self.memory.shapes[place] == () else ""
        return f"    const {name} = {call}{number};" if is_new else f"    {call};"

    def on_numbers(self, kernel: str, places: Sequence[int]) -> str:
        operands = [*map(self.element, places)]
        if kernel == CHOICE:
            condition, x, y = operands
            return f"{condition} !== 0 ? {x} : {y}"
        return substituted(self.rows[kernel].text, operands)

    def on_arrays_as_text(self, kernel: str, z: str, given: Sequence[Any]) -> str:
        """The call of a kernel for arrays, whose result is `z`."""
        if kernel == "each":
            operands = [self.rows[given[0]].function, *map(self.part, given[1:])]
        elif kernel in ("move", "put"):
            operands = [written(given[0]), self.part(given[1])]
        elif kernel == "sum":
            operands = [*map(self.terms, given)]
        elif kernel == "reduce":
            operands = [self.rows[given[0]].function, self.terms(given[1])]
        elif kernel == "argmax":
            operands = [str(given[0]), self.terms(given[1])]
        else:  # cumsum
            operands = [*map(str, given[:2]), self.part(given[2])]
        return f"{kernel}({', '.join([z, *operands])})"

    # ── what lies in memory ──

    def start(self, place: int) -> int:
        """Where that begins which has this place."""
        return self.memory.starts[bisect(self.memory.starts, place) - 1]

    def is_whole(self, at: np.ndarray) -> bool:
        """Whether places are all of something, in its order."""
        if not at.size:
            return False
        start = self.start(int(at.flat[0]))
        shape = self.memory.shapes[start]
        if (shape == ()) != (at.shape == ()):
            return False
        return np.array_equal(at.ravel(), np.arange(start, start + math.prod(shape)))

    def element(self, place: int) -> str:
        """A number."""
        start = self.start(place)
        if start in self.literals:
            return self.literals[start]
        if start not in self.called:  # nothing came to it
            return "0.0"
        name = self.called[start]
        return name if self.memory.shapes[start] == () else f"{name}[{place - start}]"

    def array(self, start: int) -> str:
        """What begins there, as an array."""
        if self.memory.shapes[start] == ():
            return f"[{self.element(start)}]"
        return self.called.get(start, f"zeros({math.prod(self.memory.shapes[start])})")

    def part(self, at: Grid) -> str:
        """Some elements of an array."""
        if not at:
            return "[[], []]"
        start = self.start(min(at) if is_list(at) else at[0])
        return f"[{self.array(start)}, {written(at, start)}]"

    def terms(self, pair: Sequence[Grid]) -> str:
        begin, apart = pair
        return f"{self.part(begin)[:-1]}, {written(apart)}]"

    def whole(self, at: np.ndarray) -> str:
        """A number or an array by itself."""
        if not at.shape:
            return self.element(int(at))
        if not at.size:
            return "zeros(0)"
        if self.is_whole(at):
            return self.array(int(at.flat[0]))
        return f"move(zeros({at.size}), {written([0, [at.size], [1]])}, {self.part(grid(at))})"


def is_list(at: Grid) -> bool:
    return len(at) < 2 or not isinstance(at[1], list)


def written(at: Grid, start: int = 0) -> str:
    """Places in what begins at `start`."""
    if is_list(at):
        return str([place - start for place in at])
    if at[0] == start and at[2] == [1]:
        return f"all({at[1][0]})"
    return f"places({at[0] - start}, {at[1]}, {at[2]})"
