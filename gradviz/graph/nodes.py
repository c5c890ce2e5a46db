"""Operations, nodes and edges: what a graph is made of, and the user's lines that it comes from.

Nothing here knows any calculus: operations are known by the small protocol :class:`Operation`."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np

from gradviz.numerals import Value, numeral
from gradviz.words import say

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
Missing = Literal["timed", "exec", "unreadable", "changed"]  # why there are no lines
BREAKS = "\u2028\u2029"  # ends of lines and paragraphs, also of a line of JavaScript


class Operation(Protocol):
    """What a graph asks of an operation: how to write it, and what an adjoint hands back.

    `operands` are names, or numbers and arrays for constants; `constants` has the constants as
    text, and None for what arrives by an edge."""

    @property
    def name(self) -> str:
        """What it is called in the field: ``add``."""
        ...

    @property
    def is_handwritten(self) -> bool:
        """Whether a user wrote its derivative."""
        ...

    @property
    def is_choice(self) -> bool:
        """Whether it chooses among its operands, so that a local derivative of 0 means that one was
        not chosen.
        """
        ...

    def is_flat(self, position: int, operands: Sequence[Any]) -> bool:
        """Whether its local derivative by the operand at `position` is 0 whatever the numbers, the
        constants among the operands excepted.
        """
        ...

    def number(self, *operands: Any) -> Any:
        """The value at operands that are numbers and arrays."""
        ...

    def sign(self, constants: Sequence[str | None]) -> str:
        """The operation on a card: ``+``, ``×2``, ``exp``."""
        ...

    def marks(self, constants: Sequence[str | None]) -> tuple[str, ...]:
        """A mark for each operand where their order matters, else empty strings."""
        ...

    def expression(self, operands: Sequence[str | Value]) -> str:
        """The operation applied: ``x + y``."""
        ...

    def local_expression(self, position: int, operands: Sequence[str | Value], result: str) -> str:
        """The local derivative with respect to the operand at `position`, in symbols: ``2·x``;
        empty where it is no number.
        """
        ...

    def flow(self, position: int, adjoint: Any, operands: Sequence[Any], result: Any) -> Any:
        """What an adjoint of the result hands back to the operand at `position`; here operands are
        numbers and arrays.
        """
        ...

    def pullback(
        self, positions: Sequence[int], adjoint: Any, operands: Sequence[Any], result: Any
    ) -> Mapping[int, Any]:
        """The same to each of several operands, by position."""
        ...


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The lines of the user's function, or statement, as they were compiled; where they are not to
    be had, why: one of `Missing`, or the sentence of an older document.
    """

    first: int
    lines: tuple[str, ...]
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A line of the user's code, and what stands around it. As text it is what errors say of it."""

    file: str
    line: int
    text: str
    around: Excerpt = field(default=Excerpt(0, ()), compare=False, repr=False)

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}" if self.text else f"line {self.line}"

    @property
    def said(self) -> str:
        """What figures say of it."""
        if not self.text:
            return say("figure.title.line", line=self.line)
        return say("figure.title.line_with_text", line=self.line, text=self.text)


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One call of a function decorated with :func:`gradviz.block`; its gates are drawn in one box.

    `arguments` are the numbers under which a trace knows what the function was called with.
    """

    name: str
    parent: "Block | None" = None
    arguments: tuple[int, ...] = ()

    @property
    def path(self) -> tuple["Block", ...]:
        """The blocks around this one, outermost first, itself last."""
        return (*self.parent.path, self) if self.parent else (self,)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Node:
    """An input (`operation` is None) or one operation; `operands` are nodes, or numbers and arrays
    where the code has a constant.

    `name` is what the user's code calls it, if it does; `label` is unique in its graph and
    printable on one line. `source` is the line that computed it, `returned_to` the lines to which
    blocks returned it."""

    index: int
    label: str
    operation: Operation | None = None
    operands: tuple["Node | Value", ...] = ()
    name: str | None = None
    source: Source | None = None
    block: Block | None = None
    returned_to: tuple[Source, ...] = ()

    @property
    def gate(self) -> Operation:
        """Its operation, for whoever knows that it has one.

        Raises TypeError of an input."""
        if self.operation is None:
            raise TypeError(f"{self.label} is an input, which no operation works out")
        return self.operation

    @property
    def is_handwritten(self) -> bool:
        """Whether a user wrote the derivative of its operation."""
        return self.operation is not None and self.operation.is_handwritten

    @property
    def constants(self) -> tuple[str | None, ...]:
        """The operands that are constants, as text; None for those that arrive by an edge."""
        return tuple(
            None
            if isinstance(operand, Node)
            else f"[{numeral(operand)}]"
            if np.ndim(operand) > 1
            else numeral(operand)
            for operand in self.operands
        )

    @property
    def sign(self) -> str:
        """The operation with its constants, as on a card: ``×2``; empty for an input."""
        return self.operation.sign(self.constants) if self.operation else ""

    @property
    def expression(self) -> str:
        """The operation applied to its operands' labels: ``w0·x0``; ``input`` for an input."""
        if self.operation is None:
            return say("figure.operation.input")
        return self.operation.expression(self.operand_labels)

    @property
    def operand_labels(self) -> tuple[str | Value, ...]:
        """Its operands: labels of nodes, and constants as they are."""
        return tuple(
            operand.label if isinstance(operand, Node) else operand for operand in self.operands
        )

    def operands_at(self, values: Mapping["Node", Any]) -> list[Any]:
        """Its operands: the values of nodes, and constants as they are."""
        return [values[of] if isinstance(of, Node) else of for of in self.operands]

    def __repr__(self) -> str:
        return (
            f"<Node {self.label} = {self.expression}>"
            if self.operation
            else f"<Node {self.label}: input>"
        )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Edge:
    """The value of `source` arriving at `target` as operand number `position`: ``a + a`` has two
    of them.
    """

    index: int
    source: Node
    target: Node
    position: int

    @property
    def operation(self) -> Operation:
        """The operation at which it arrives."""
        return self.target.gate

    @property
    def is_flat(self) -> bool:
        """Whether nothing ever goes back along this edge: its local derivative is 0 whatever the
        numbers.
        """
        return self.operation.is_flat(self.position, self.target.operands)

    def carried(self, adjoint: Value, local: Value) -> Value:
        """What an adjoint, a single number or one for each setting, hands back along this edge:
        upstream × local; nothing to what a choice left aside, even where the adjoint is infinite.
        """
        if not self.operation.is_choice:
            return adjoint * local
        if isinstance(local, np.ndarray):
            return np.where(local == 0.0, 0.0, adjoint * local)
        return 0.0 if local == 0.0 else adjoint * local

    @property
    def mark(self) -> str:
        """Which operand this is, where the order matters: on the edge of what is subtracted,
        ``−``.
        """
        return self.operation.marks(self.target.constants)[self.position]

    @property
    def local_expression(self) -> str:
        """The local derivative along this edge, in symbols."""
        return self.operation.local_expression(
            self.position, self.target.operand_labels, self.target.label
        )

    def __repr__(self) -> str:
        return f"<Edge {self.source.label} → {self.target.label}>"


class Guard(Protocol):
    """A plain value that a traced function made of its Variables: where it would come out
    otherwise, the trace does not hold.
    """

    @property
    def plain(self) -> Any:
        """What makes the plain value: known to whoever recorded the graph."""
        ...

    @property
    def operands(self) -> tuple[Any, ...]:
        """Nodes, and numbers and arrays."""
        ...

    @property
    def outcome(self) -> Any:
        """How it came out."""
        ...

    @property
    def source(self) -> Source | None:
        """The line that made it."""
        ...

    @property
    def broken(self) -> str:
        """What to say when it comes out otherwise."""
        ...


def applied_derivative(name: str, position: int, operands: Sequence[Any]) -> str:
    """The derivative of a function by its operand at `position`, applied: ``sigmoid′(t)``,
    ``swish′₁(a, b)``.
    """
    number = "" if len(operands) == 1 else str(position + 1).translate(SUBSCRIPTS)
    return f"{name}′{number}({', '.join(map(str, operands))})"


def printable(text: str) -> str:
    """`text` without what a line of text, XML or a reader can't bear: control characters, ends of
    lines, marks that turn the direction.
    """
    if text.isprintable():  # as most texts are, and long ones are seen quickly
        return text
    other = (
        ord(each) for each in set(text) if unicodedata.category(each)[:1] == "C" or each in BREAKS
    )
    return text.translate(dict.fromkeys(other, " "))
