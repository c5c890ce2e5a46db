"""What a figure shows: every text of it, every width and every map, held against the numbers that
it holds, by the words of the scene.
"""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from math import isfinite

import numpy as np

from gradviz.audit.held import FIGURE, SVG, Held, Where, classes, excerpt, words
from gradviz.audit.onward import run_of
from gradviz.audit.operations import Careful
from gradviz.audit.recomputed import Recomputed
from gradviz.export import svg
from gradviz.graph import Edge, Graph, Node, Run, printable
from gradviz.numerals import Value, numeral
from gradviz.scene import cards, heat, text
from gradviz.scene import numbers as seen
from gradviz.scene.compose import ALONG
from gradviz.scene.folding.inside import Inside
from gradviz.scene.unheld import Unheld
from gradviz.scene.words import explain, titles
from gradviz.scene.words.explain import Words
from gradviz.scene.words.formula import Formula, State
from gradviz.scene.words.forward import said_of_second, words_of
from gradviz.scene.words.steps import Step, steps
from gradviz.words import say

LONGEST = 10**8  # characters of the table of nodes


class Shown:
    """What is shown of a figure. Elements and texts that are not known here, or not there, are
    passed over.

    Where a number was wrong, which is said already, a text may also show the right one.
    """

    def __init__(self, held: Held, recomputed: Recomputed) -> None:
        self.held: Held = held
        self.graph: Graph = held.graph
        self.recomputed: Recomputed = recomputed
        sources = [held, recomputed] if held.failures else [held]
        self.runs: list[Run] = [
            run_of(Run(graph, (*of.values, *of.locals, *of.adjoints)), of.adjoints, of.flows)
            if held.is_forward
            else Run(graph, (*of.values, *of.locals, *of.adjoints), flows=tuple(of.flows))
            for of in sources
            for graph in self._graphs()
        ]
        self.flows: list[tuple[Value | None, ...]] = [
            tuple(run.flows.values()) for run in self.runs
        ]

    def _graphs(self) -> Iterator[Graph]:
        """The graph twice, with examples that say where there are arrays and local derivatives;
        where that is not certain, the second says otherwise.
        """
        graph, values, held = self.graph, self.recomputed.values, self.held.values
        edges = list(zip(graph.edges, self.recomputed.locals))
        first = [
            1.0
            if local is None and held[edge.target.index] is None and _may_have_local(edge)
            else local
            for edge, local in edges
        ]
        yield replace(
            graph,
            example_numbers=(
                *(1.0 if value is None else value for value in values),
                *first,
                *values,
            ),
        )
        kind = 1.0 if any(isinstance(value, np.ndarray) for value in values) else np.ones(1)
        second = [
            None if held[edge.target.index] is None or local is None else kind
            for edge, local in edges
        ]
        yield replace(
            graph, example_numbers=(*[kind] * len(values), *second, *[kind] * len(values))
        )

    def compare_all(self) -> None:
        held = self.held
        if not self._is_short():
            held.fail(FIGURE, "its table of nodes would be too long to be read")
            return
        self.words: list[tuple[Words, State]] = [(words_of(run), State(run)) for run in self.runs]
        widths = [*map(_widths, self.flows)]
        with held.guarding(FIGURE):
            self.whole()
        for block in held.blocks:
            with held.guarding(FIGURE):
                self.block(block)
        for node, card in zip(self.graph.nodes, held.cards):
            with held.guarding(node):
                self.card(node, card)
        for edge, wire in zip(self.graph.edges, held.wires):
            with held.guarding(edge):
                self.wire(edge, wire, [of[edge.index] for of in widths])
        for label in held.labels:
            with held.guarding(FIGURE):
                self.label(self.graph.edges[int(label.get("data-edge", ""))], label)

    def _is_short(self) -> bool:
        with suppress(Exception):
            return (
                len(self.graph.nodes)
                * max(len(node.label) + len(node.expression) for node in self.graph.nodes)
                <= LONGEST
            )
        return False

    # ── how two texts are compared ──

    def compare(self, where: Where, what: str, shown: str | None, expected: Iterable[str]) -> None:
        """A text, if there is one, against what it may say."""
        if shown is None:
            return
        wanted: list[str] = []
        for said in expected:
            if said == shown:
                return
            wanted.append(said)
        if wanted:
            self.held.fail(
                where,
                (
                    f"its {what} is shown as {excerpt(shown, wanted[0])}, and what is held says "
                    f"{excerpt(wanted[0], shown)}"
                ),
            )

    def cut(self, where: Where, what: str, shown: str, whole: str) -> None:
        """A text that may be cut to fit."""
        whole = printable(whole)
        kept, ends = shown.removeprefix("…"), [whole]
        if what == "name" or kept != shown:  # of a path the end is shown
            ends = [*ends[kept != shown :], *_after_dots(whole)]
        if not any(
            end.startswith(kept[:-1]) if kept.endswith("…") else end == kept for end in ends
        ):
            self.compare(where, what, shown, [whole])

    def said(self, formula_of: Callable[[Words], Formula], digits: int = 4) -> Iterator[str]:
        return (text.clean(state.text(formula_of(words_), digits)) for words_, state in self.words)

    # ── one element each ──

    def whole(self) -> None:
        """The figure's title, its table of nodes, its legend, and the words of a step."""
        root, nodes = self.held.root, self.graph.nodes
        self.compare(
            FIGURE,
            "title",
            _child(root, "title"),
            (text.clean(titles.summary(run)) for run in self.runs),
        )
        table = _child(root, "desc") or ""
        rows, lines = table.split("\n"), text.clean(str(self.runs[0])).split("\n")
        if len(rows) == len(lines) == len(nodes) + 2 and all(
            text.clean(str(run)) != table for run in self.runs
        ):
            for where, row, line in zip([FIGURE, FIGURE, *nodes], rows, lines):
                self.compare(where, "row in the table", row, [line])
        else:
            self.compare(
                FIGURE, "table", table or None, (text.clean(str(run)) for run in self.runs)
            )
        self.legend()
        if self.held.caption is not None:
            self.step(self.held.caption)

    def legend(self) -> None:
        """Whose gradient is shown: that is the first text of the gradients' colour."""
        parts = self.held.root.iterfind(f"{SVG}g[@class='gv-legend']//{SVG}tspan")
        role = f"gv-{self.runs[0].second}"
        shown = next((words(part) for part in parts if role in classes(part)), None)
        label = self.graph.output.label
        whole = [text.clean(said_of_second(run)) for run in self.runs]
        if not self.held.is_forward:
            whole.append(say("figure.legend.gradient", output=printable(label)))
        self.compare(FIGURE, "legend", shown, whole)

    def step(self, caption: str) -> None:
        """The words of the step just taken: what it is about is lit."""
        elements = zip((*self.held.cards, *self.held.wires), (*self.graph.nodes, *self.graph.edges))
        lit = [what for element, what in elements if "gv-lit" in classes(element)]
        where = lit[0] if lit else FIGURE
        wrt = getattr(self.runs[0], "wrt", None)
        taken = [
            step
            for step in steps(self.graph, wrt)
            if lit == ([] if step.what is None else [step.what])
        ]
        if not taken:
            self.held.fail(where, "no step of the sweeps lights just this")
        self.compare(
            where,
            "step",
            caption,
            (
                said
                for step in taken
                for said in self.said(lambda of, step=step: explain.step(of, _in(of, step)))
            ),
        )

    def block(self, block: ET.Element) -> None:
        """A block: its name, which is also its title."""
        for part in block.findall(f"{SVG}text"):
            self.cut(
                FIGURE,
                "block",
                words(part).removeprefix("▾ "),
                _child(block, "title") or words(part),
            )

    def card(self, node: Node, card: ET.Element) -> None:
        """A node: its title, its name and operation, its value and adjoint, and the maps of
        these.
        """
        numbers = {
            "value": [run.numbers[node.index] for run in self.runs],
            "second": [run.numbers[node.index - len(self.held.cards)] for run in self.runs],
        }
        self.compare(
            node,
            "title",
            _child(card, "title"),
            self.said(lambda of: titles.node_title(of, node), titles.TITLE_DIGITS),
        )
        for kind, shown in _texts(card):
            match kind:
                case "gv-name" | "gv-called":
                    self.cut(node, "name", shown, node.label)
                case "gv-sign":
                    if not (shown == "▸" and node.sign == f"▸ {cards.plain(node.label)}"):
                        self.cut(node, "operation", shown, node.sign)
                case "gv-value":
                    self.compare(node, "value", shown, _on_card(numbers["value"], shape=True))
                case "gv-adjoint" | "gv-tangent":
                    what = self.runs[0].second
                    self.compare(node, what, shown, _on_card(numbers["second"], shape=False))
        for group in card.findall(f"{SVG}g"):
            if "gv-map" in classes(group):
                kind = "value" if group.get("data-of") == "value" else "second"
                self.map(node, group, numbers[kind])

    def map(self, node: Node, group: ET.Element, arrays: Sequence[np.ndarray | None]) -> None:
        """A heat map, against those that the arrays give."""
        cells = [
            part.attrib
            for cells in group.findall(f"{SVG}g")
            if "gv-cells" in classes(cells)
            for part in cells
        ]
        pictures = (
            ""
            if array is None
            else svg.cells(heat.shades(heat.grid(array)), heat.size(array.shape)[2])
            for array in arrays
            if not isinstance(array, Unheld)
        )
        expected = [
            [part.attrib for part in ET.fromstring(f"<g>{picture}</g>")] for picture in pictures
        ]
        if expected and cells not in expected:
            self.held.fail(
                node,
                f"the map of its {group.get('data-of')} is not that of the numbers that are held",
            )

    def wire(self, edge: Edge, wire: ET.Element, widths: Sequence[str]) -> None:
        """An edge: its title, and the width of what flows back."""
        self.compare(
            edge,
            "title",
            _child(wire, "title"),
            self.said(
                lambda of: titles.edge_title(of, of.graph.edges[edge.index]), titles.TITLE_DIGITS
            ),
        )
        for path in wire.findall(f"{SVG}path"):
            if "gv-flow" in classes(path):
                self.compare(edge, "width", path.get("stroke-width"), widths)

    def label(self, edge: Edge, label: ET.Element) -> None:
        """The label of an edge: its local derivative, what flows back, and which operand it is."""
        place = len(self.held.cards) + edge.index
        locals_ = [
            ("" if run.graph.example_numbers[place] is None else "∂ ", run.numbers[place])
            for run in self.runs
        ]
        for kind, shown in _texts(label):
            match kind:
                case "gv-mark":
                    self.compare(edge, "mark", shown, [text.clean(edge.mark)])
                case "gv-local":
                    self.compare(
                        edge,
                        "local derivative",
                        shown,
                        (sign and sign + seen.on_edge(_tangible(local)) for sign, local in locals_),
                    )
                case "gv-back" | "gv-push":
                    sign = ALONG[self.runs[0].along][1]
                    self.compare(
                        edge,
                        self.runs[0].along,
                        shown,
                        (
                            f"{sign} {seen.on_edge(_tangible(flows[edge.index]))}"
                            for flows in self.flows
                        ),
                    )


def _may_have_local(edge: Edge) -> bool:
    operation = edge.target.operation
    return (
        operation.primitive.has_locals
        if isinstance(operation, Careful)
        else isinstance(operation, Inside)
    )


def _in(words_: Words, step: Step) -> Step:
    """A step in the graph that the words are of, whose edges are its own."""
    return (
        replace(step, what=words_.graph.edges[step.what.index])
        if isinstance(step.what, Edge)
        else step
    )


def _child(element: ET.Element, tag: str) -> str | None:
    """The words of a child; None if there are none."""
    child = element.find(f"{SVG}{tag}")
    return None if child is None else words(child) or None


def _texts(element: ET.Element) -> Iterator[tuple[str, str]]:
    """The texts of an element and their parts, each with what they are."""
    for child in element.findall(f"{SVG}text"):
        for part in (child, *child.findall(f"{SVG}tspan")):
            yield from ((kind, words(part)) for kind in classes(part))


def _widths(flows: Sequence[Value | None]) -> list[str]:
    sizes = [flow.magnitude if isinstance(flow, Unheld) else seen.magnitude(flow) for flow in flows]
    largest = max((size for size in sizes if isfinite(size)), default=0.0)
    return [f"{seen.flow_width(size, largest):.2f}" for size in sizes]


def _tangible(number: Value | None) -> Value | None:
    """A number; for an array that is not held, one that an edge shows alike."""
    return np.array([number.magnitude]) if isinstance(number, Unheld) else number


def _on_card(numbers: Sequence[Value | None], shape: bool) -> Iterator[str]:
    for number in numbers:
        if not isinstance(number, Unheld) or not number.size:
            yield seen.shown(number, shape)
        elif isfinite(number.magnitude):
            scale = heat.scale(np.array([[number.magnitude]]))
            yield f"{numeral(number)} {scale}" if shape else scale


def _after_dots(path: str) -> list[str]:
    return [path[place + 1 :] for place, each in enumerate(path) if each == "."]
