"""Blanks: the numbers of a figure that are asked for."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np

from gradviz.graph import Edge, Node, Run
from gradviz.words import say

Kind = Literal["value", "local", "gradient"]
KINDS: tuple[Kind, ...] = ("value", "local", "gradient")
ASKED = {"values": "value", "locals": "local", "gradients": "gradient"}
NOISE = 1e-13  # of the largest number of a run: what rounding can make of nothing
MOST = 6  # numbers of an array that are asked for


@dataclass(frozen=True, slots=True)
class Blank:
    """A number that is asked for: the value or the gradient of a node, or the local derivative
    along an edge; of an array, its numbers one after another.
    """

    kind: Kind
    of: Node | Edge

    @property
    def node(self) -> Node:
        """The node that it is about: of a wire, where it comes from."""
        return self.of if isinstance(self.of, Node) else self.of.source

    def name(self, run: Run) -> str:
        """What is asked for, as one writes it: ``z``, ``∂z/∂x``, ``∂f/∂z``."""
        if isinstance(self.of, Edge):
            return f"∂{self.of.target.label}/∂{self.of.source.label}"
        return (
            self.of.label if self.kind == "value" else f"∂{run.graph.output.label}/∂{self.of.label}"
        )

    def said(self, run: Run) -> str:
        """The same in words."""
        if isinstance(self.of, Edge):
            ends = {"source": self.of.source.label, "target": self.of.target.label}
            return say("practice.blank.local", **ends)
        return say(f"practice.blank.{self.kind}", node=self.of.label)

    def number(self, run: Run) -> Any:
        """The right one."""
        match self.kind, self.of:
            case "value", Node() as node:
                return run.primals[node]
            case "gradient", Node() as node:
                return run.adjoints[node]
        return run.locals[cast(Edge, self.of)]

    def right(self, run: Run) -> tuple[float, ...]:
        """The right numbers, without the noise of rounding."""
        most = max((abs(each) for number in run.numbers for each in flat(number)), default=0.0)
        return tuple(0.0 if abs(each) <= NOISE * most else each for each in flat(self.number(run)))


def flat(number: Any) -> tuple[float, ...]:
    """The numbers of an array, row by row; of a number, itself; of what is not known, none."""
    if type(number) is float:
        return (number,)
    return () if number is None else tuple(map(float, np.ravel(number)))


def every(run: Run) -> list[Blank]:
    """All that can be asked of a run, in the order in which it is worked out: values, local
    derivatives, and gradients from the last. What is given is not asked, nor what is no number.
    """
    graph = run.graph
    blanks = [Blank("value", node) for node in graph.operations]
    blanks += [Blank("local", edge) for edge in graph.edges]
    nodes = [node for node in reversed(graph.nodes) if node is not graph.output]
    blanks += [Blank("gradient", node) for node in nodes]
    return [blank for blank in blanks if _is_askable(flat(blank.number(run)))]


def asked(run: Run, ask: object) -> list[Blank]:
    """The blanks that are asked for: ``"values"``, ``"locals"``, ``"gradients"``, several of them,
    or by name, as in ``{"gradient": ["x", "z"], "local": [("x", "z")]}``.

    Raises ValueError for anything else, and for blanks that there are not.
    """
    there = every(run)
    if ask is None:
        return there
    if isinstance(ask, Mapping):
        named = cast(Mapping[Any, Any], ask)
        wanted = [
            found(run, there, **{str(kind): each})
            for kind, names in named.items()
            for each in (names if isinstance(names, list) else [names])
        ]
    else:
        kinds = [ask] if isinstance(ask, str) else [*cast(Iterable[Any], ask)]
        if not all(isinstance(kind, str) and kind in ASKED for kind in kinds):
            raise ValueError(f"ask is some of {', '.join(ASKED)}, or a dict; not {ask!r:.60}")
        wanted = [blank for blank in there if blank.kind in [ASKED[kind] for kind in kinds]]
    return [blank for blank in there if blank in wanted]


def found(run: Run, among: Iterable[Blank], **which: object) -> Blank:
    """The blank that is meant by ``value="z"``, ``gradient="x"`` or ``local=("x", "z")``; where
    two wires lead from x to z, ``local=("x", "z", 1)`` is that of the second operand.

    Raises TypeError if not one is named, and ValueError, with those that there are, if there is no
    such blank.
    """
    given = {kind: name for kind, name in which.items() if name is not None}
    kind, name = next(iter(given.items())) if len(given) == 1 else ("", None)
    name = tuple(cast(list[Any], name)) if isinstance(name, list) else name
    if kind not in KINDS:
        raise TypeError('name one blank, as in value="z", local=("x", "z") or gradient="x"')
    blanks = [blank for blank in among if blank.kind == kind]
    named = [blank for blank in blanks if name in _names(blank)]
    if len(named) == 1:
        return named[0]
    names = ", ".join(repr(_names(blank)[-1]) for blank in blanks)
    if named:
        raise ValueError(f"{kind}={name!r:.40} is not one wire; there are {names}")
    raise ValueError(f"{kind}={name!r:.40} is not asked for; there is {names or 'none'}")


def _names(blank: Blank) -> list[Any]:
    if isinstance(blank.of, Edge):
        ends = blank.of.source.label, blank.of.target.label
        return [ends, (*ends, blank.of.position)]
    return [blank.of.label]


def _is_askable(numbers: tuple[float, ...]) -> bool:
    return 0 < len(numbers) <= MOST and all(map(math.isfinite, numbers))
