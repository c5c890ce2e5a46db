"""Formulas with places for numbers: what a gate does and what the chain rule says, in symbols, to
be filled from any run.

A formula is a list of parts, so plain that a live figure can be sent it as it is and fill it itself
(``web/formulas/formula.js``):

- a text of operators and functions, as it stands; ``["name", name]``, a name; ``["say", words]``,
  words between formulas;
- ``["∂", over, under]``, a derivative by its two names (or ``"Δ"``, a quotient of differences);
- ``["value", index]``, ``["adjoint", index]``, ``["local", index]`` or ``["flow", index]``, a
  number of the node or the edge of this index (in forward mode ``"tangent"`` or ``"push"``); with
  a third part, 1, it stands in brackets where it is negative.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from gradviz import words
from gradviz.graph import Edge, Node, Run
from gradviz.numerals import Value, numeral

Part = str | list[str | int]
Formula = list[Part]
Written = Callable[[list[str | Value], str], str]  # an expression of these operands and this result
# characters that stand for the result and the operands while an expression is taken apart
RESULT, FIRST = "\ue000", 0xE001


def name(node: Node) -> Part:
    return ["name", node.label]


def say(words: str) -> Part:
    return ["say", words]


def said(text_id: str, **places: Sequence[Part]) -> Formula:
    """A text of the catalogue whose places are formulas."""
    formula: Formula = []
    for place, part in enumerate(words.parts(text_id)):
        if place % 2:
            formula += places[part]
        elif part:
            formula.append(say(part))
    return formula


def listed(formulas: Iterable[Formula]) -> Formula:
    """Formulas one after another."""
    between = words.say("list.between")
    return [part for formula in formulas for part in (between, *formula)][1:]


def derivative(over: str, under: str, sign: str = "∂") -> Part:
    """∂over/∂under."""
    return [sign, over, under]


def value(node: Node, bracketed: bool = False) -> Part:
    return ["value", node.index, 1] if bracketed else ["value", node.index]


def adjoint(node: Node, bracketed: bool = False) -> Part:
    return ["adjoint", node.index, 1] if bracketed else ["adjoint", node.index]


def local(edge: Edge, bracketed: bool = False) -> Part:
    return ["local", edge.index, 1] if bracketed else ["local", edge.index]


def flow(edge: Edge) -> Part:
    return ["flow", edge.index]


def in_symbols(node: Node, written: Written) -> Formula:
    """An expression of the operands and the result of `node` in their names."""
    return _taken_apart(node, written, lambda of, before, after: name(of))


def in_numbers(node: Node, written: Written) -> Formula:
    """The same in numbers."""
    return _taken_apart(
        node, written, lambda of, before, after: value(of, _needs_brackets(before, after))
    )


def has_places(formula: Formula) -> bool:
    """Whether there is more in it than text."""
    return any(isinstance(part, list) for part in formula)


def _taken_apart(
    node: Node, written: Written, part_of: Callable[[Node, str, str], Part]
) -> Formula:
    stand = {
        chr(FIRST + position): operand
        for position, operand in enumerate(node.operands)
        if isinstance(operand, Node)
    }
    text = written(
        [
            chr(FIRST + position) if isinstance(operand, Node) else operand
            for position, operand in enumerate(node.operands)
        ],
        RESULT,
    )
    parts: Formula = []
    done = 0
    for found in re.finditer(f"[{RESULT}{''.join(stand)}]", text):
        at, of = found.start(), stand.get(found[0], node)
        around = text[max(0, at - 2) : at], text[at + 1 : at + 2]
        parts += [text[done:at], part_of(of, *around)]
        done = at + 1
    return [part for part in (*parts, text[done:]) if part]


def _needs_brackets(before: str, after: str) -> bool:
    """Whether a negative number needs brackets between these texts."""
    opens = not before or before[-1] in "(|[" or before.endswith(", ")
    closes = not after or after[0] in " ,)|]·/"
    return not (opens and closes)


class State:
    """The numbers that fill a formula: those of a run, by kind."""

    def __init__(self, run: Run) -> None:
        self.numbers: dict[str, tuple[Value | None, ...]] = {
            kind: tuple(numbers.values())
            for kind, numbers in (
                ("value", run.primals),
                (run.second, run.adjoints),
                ("local", run.locals),
                (run.along, run.flows),
            )
        }

    def text(self, formula: Sequence[Part], digits: int = 4) -> str:
        """The formula on a line, its places filled."""
        return "".join(self._part(part, digits) for part in formula)

    def _part(self, part: Part, digits: int) -> str:
        match part:
            case str():
                return part
            case ["name" | "say", text]:
                return str(text)
            case ["∂" | "Δ" as sign, over, under]:
                return f"{sign}{over}/{sign}{under}"
            case [str(kind), int(index), *in_brackets]:
                shown = numeral(self.numbers[kind][index], digits)
                return f"({shown})" if in_brackets and shown.startswith("−") else shown
        raise ValueError(f"{part!r:.60} is no part of a formula")
