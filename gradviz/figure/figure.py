"""Figure: a run, drawn. It shows itself in notebooks, with or without a kernel, and can be
saved.
"""

import base64
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cached_property
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any

import graphviz

from gradviz.document.writing import packed
from gradviz.export import published, sheets
from gradviz.export.dot import digraph
from gradviz.export.formats import format_of
from gradviz.export.html import page
from gradviz.export.svg import paint
from gradviz.figure.documents import document_of
from gradviz.figure.page.alive import alive
from gradviz.figure.page.told import Living, told
from gradviz.figure.spoken import spoken
from gradviz.graph import Direction, Edge, Graph, Node, Run, direction, is_from_elsewhere
from gradviz.scene import layout as layout_
from gradviz.scene.cards import card_size
from gradviz.scene.compose import Highlights, compose
from gradviz.scene.folding import overview
from gradviz.scene.scene import Scene, progress, twin
from gradviz.scene.words import explain as explain_
from gradviz.scene.words import steps as steps_
from gradviz.scene.words.forward import words_of
from gradviz.scene.words.titles import summary
from gradviz.words import say


class Figure:
    """The picture of a run of a computational graph.

    `svg` is the picture as text, `dot` a ``graphviz.Digraph`` of the same content, ``str(figure)``
    its text twin.

    >>> import gradviz as gv
    >>> figure = gv.draw(gv.trace(lambda x, y: (x + y) ** 2, x=1.0, y=2.0))
    >>> print(figure)
    f = 9 at x = 1, y = 2
    <BLANKLINE>
    name  operation  value  gradient
    ────────────────────────────────
    x     input          1         6
    y     input          2         6
    v2    x + y          3         6
    f     v2²            9         1
    """

    def __init__(
        self,
        run: Run,
        step: int | None = None,
        labels: bool | None = None,
        whole: Run | None = None,
        wrt: Direction | None = None,
    ) -> None:
        self._run = self.run = run
        self.step = step
        # along which tangents run, in place of adjoints; None of the reverse sweep
        self.wrt: dict[str, float] | None = None if wrt is None else direction(run.graph, wrt)
        self.whole: Run = whole or run  # of which the run may be an excerpt
        self.labels: bool = (
            len(run.graph.nodes) <= overview.MOST_NODES and not run.graph.origin.boxes
            if labels is None
            else labels
        )

    @property
    def graph(self) -> Graph:
        """The graph that is drawn."""
        return self.run.graph

    @spoken
    def run(self) -> Run:
        """The run that is drawn. Of a part of a graph, the boxes have names in the language that
        is set.
        """
        base, origin = self._run.base, self._run.graph.origin
        if base is None or not origin.is_excerpt:
            return self._run
        return origin.again(base.graph).origin.shown(base)

    @spoken
    def shown(self) -> Run:
        """The run as far as it is shown: at a step, what is not known yet is None."""
        return self.drawn if self.step is None else steps_.at(self.drawn, self.step)

    @property
    def drawn(self) -> Run:
        """The run with what stands beside its values: adjoints, or tangents."""
        return self.run if self.wrt is None else self.run.forward(self.wrt)

    @spoken
    def layout(self) -> layout_.Layout:
        """The places of everything; they depend on the graph alone, not on its numbers."""
        return layout_.layout(self.graph, self._card_sizes, self.labels)

    @property
    def _card_sizes(self) -> list[tuple[float, float]]:
        return [card_size(*pair) for pair in zip(self.graph.nodes, self.graph.example_numbers)]

    @cached_property
    def _wrong(self) -> list[int]:
        return [node.index for node in explain_.suspects(self.run)]

    @property
    def wrong(self) -> list[Node]:
        """Gates whose handwritten derivative is wrong."""
        return [self.graph.nodes[index] for index in self._wrong]

    @wrong.setter
    def wrong(self, nodes: Collection[Node]) -> None:
        self._wrong = [node.index for node in nodes]

    @spoken
    def document(self) -> dict[str, Any] | None:
        """The graph and its numbers as a document, with what is drawn of them; None if the graph is
        too large for a picture to hold, or has what no document holds.
        """
        whole = self.run.whole if self.whole is self.run else self.whole.whole
        if self.graph is not whole.graph and is_from_elsewhere(whole.graph):
            return None
        view = {"step": self.step, "labels": self.labels, "wrong": self._wrong}
        return document_of(self.run, whole, self.shown, view)

    @spoken
    def highlights(self) -> Highlights:
        """The step just taken, and gates whose handwritten derivative is wrong."""
        if self.step is None:
            return Highlights(wrong=self.wrong, labels=self.labels)
        step = steps_.steps(self.graph, self.wrt)[self.step]
        words = explain_.step(words_of(self.shown), step)
        return Highlights(
            step.what,
            say("figure.step", step=self.step, last=steps_.last(self.graph)),
            explain_.State(self.shown).text(words),
            self.wrong,
            self.labels,
        )

    def at(self, step: int) -> "Figure":
        """The same picture after so many steps of the sweeps: what is not known yet shows a dot,
        and the step just taken is lit.

        Step 0 has the inputs. Then come the operations, one by one; then the output's gradient, 1;
        then what flows back, edge by edge. Negative numbers count from the end.

        Raises IndexError if there are not so many steps.

        >>> import gradviz as gv
        >>> print(gv.draw(gv.trace(lambda x, y: (x + y) ** 2, x=1.0, y=2.0)).at(1))
        f = • at x = 1, y = 2
        step 1 of 6: v2 = x + y = 1 + 2 = 3
        <BLANKLINE>
        name  operation  value  gradient
        ────────────────────────────────
        x     input          1         •
        y     input          2         •
        v2    x + y          3         •
        f     v2²            •         •
        """
        figure = Figure(
            self.run, steps_.checked(step, self.graph), self.labels, self.whole, self.wrt
        )
        figure.layout = self.layout  # nothing moves
        return figure

    @spoken
    def scene(self) -> Scene:
        """What is to be seen, with words and places, as plain data: of this every picture is made.

        >>> import gradviz as gv
        >>> scene = gv.draw(gv.trace(lambda x: x**2, x=3.0)).scene
        >>> [(card.label, card.value.short, card.adjoint.full) for card in scene.cards]
        [('x', '3', '6.0'), ('f', '9', '1.0')]
        """
        scene = self._scene
        return scene if self.document is None else replace(scene, document=packed(self.document))

    @property
    def _scene(self) -> Scene:
        return compose(self.shown, self.layout, self.highlights)

    @property
    def live_svg(self) -> str:
        """The picture for a page that fills in the numbers, and lights what it likes."""
        highlights = Highlights(wrong=self.wrong, labels=self.labels)
        return paint(compose(self.run, self.layout, highlights, live=True))  # of the reverse sweep

    @property
    def _unplaced(self) -> Scene:
        """The scene for a program that finds places itself, and shows no titles."""
        return compose(self.shown, layout_.nowhere(self.graph, self._card_sizes), live=True)

    @spoken
    def svg(self) -> str:
        """The picture as an SVG document."""
        return paint(self.scene)

    @spoken
    def dot(self) -> graphviz.Digraph:
        """The graph with values, gradients and local derivatives as labels, for any Graphviz."""
        return digraph(self._unplaced)

    def explain(self, name: str, to: str | None = None, *, detail: str = "short") -> str:
        """The chain rule at the node of this name, in symbols and in numbers; or along the edge
        from it to another node.

        ``explain("h[3, 17]")`` tells of one element of an array its value and its gradient.

        With ``detail="full"`` also what the gate works out, its local derivatives, and what comes
        of nudging the value.

        Raises KeyError, with the names that there are, if there is no such node.

        >>> import gradviz as gv
        >>> def f(x, y):
        ...     z = x + y
        ...     return z**2
        >>> figure = gv.draw(gv.trace(f, x=1.0, y=2.0))
        >>> print(figure.explain("x"))
        ∂f/∂x = ∂f/∂z · ∂z/∂x = 6 · 1 = 6
        >>> print(figure.explain("z", detail="full"))
        z = x + y = 1 + 2 = 3
        ∂z/∂x = 1
        ∂z/∂y = 1
        ∂f/∂z = 2·z = 1 · 6 = 6
        nudging z: Δf/Δz = 6
        """
        if detail not in ("short", "full"):
            raise ValueError(f"detail is 'short' or 'full', not {detail!r:.40}")
        found = re.fullmatch(r"(.+)\[([-−\d, ]+)\]", name)
        if to is None and found and all(node.label != name for node in self.graph.nodes):
            return explain_.Explanation(explain_.element(self.shown, self.node(found[1]), found[2]))
        if to is None:
            return self._explained(self.node(name), detail)
        edges = [
            edge
            for edge in self.graph.edges
            if edge.source is self.node(name) and edge.target is self.node(to)
        ]
        if not edges:
            raise KeyError(f"no edge leads from {name!r} to {to!r}")
        return explain_.Explanation("\n".join(self._explained(edge, detail) for edge in edges))

    def _explained(self, what: Node | Edge, detail: str) -> explain_.Explanation:
        return explain_.explain(words_of(self.shown), self.run, self.shown, what, detail)

    def inside(self, box: str) -> "Figure":
        """The inside of a box that stands for many operations: what comes in, its gates or smaller
        boxes, and the rest of the graph.

        Raises KeyError, with the names that there are, if there is no such box.

        >>> import gradviz as gv
        >>> import numpy as np
        >>> def f(x):
        ...     for _ in range(500):
        ...         x = np.sin(x)
        ...     return x
        >>> figure = gv.draw(gv.trace(f, x=1.0))
        >>> len(figure.graph.nodes)
        10
        >>> figure.inside(figure.graph.nodes[1].label)
        <Figure x₅₀₁ = 0.07699 at x = 1>
        """
        if (origin := self.graph.origin).base is None or box not in origin.boxes:
            raise KeyError(
                f"{box!r} is no box that can be opened; there are "
                f"{', '.join(origin.boxes) or 'none'}"
            )
        opened = overview.level(origin.base, [*origin.path, origin.boxes[box]])
        return Figure(opened.shown(self.whole), whole=self.whole)

    def node(self, name: str) -> Node:
        """The node of this name.

        Raises KeyError, with the names that there are, if there is none.
        """
        for node in self.graph.nodes:
            if node.label == name:
                return node
        raise KeyError(
            f"no node is called {name!r}; there are "
            f"{', '.join(node.label for node in self.graph.nodes)}"
        )

    def save(
        self,
        path: str | PathLike[str],
        *,
        theme: sheets.Theme | None = None,
        scale: float = 2,
        live: bool | Living | None = True,
    ) -> Path:
        """Write the picture to a file; its ending says as what: ``.svg``, ``.dot``, ``.html``,
        ``.png`` or ``.pdf``.

        The page, ``.html``, is `live`: one file that any browser opens without Python and without
        a network, with a slider for each input, about its value, and all that the live figure of a
        notebook does: steps, reasons, blocks that open and close, hands on the numbers, code. It
        works the numbers out itself; where it can't, as at a gate of your own, it holds them along
        each slider. What only Python could do is greyed, and the page says so. For readers without
        JavaScript it has the picture and a table of the numbers; with ``live=False`` only these.

        Pictures of pixels and PDFs need ``pip install 'gradviz-notebooks[export]'``; they are the
        same on every machine, but for characters that DejaVu Sans lacks, such as Chinese ones.

        `theme` is "light" or "dark". With None, SVG and pages follow whoever looks at them (on
        GitHub too), and are light in programs other than browsers; pixels and PDFs are light.
        `scale` is the number of pixels of a ``.png``, each way, for one of the
        SVG, of which 96 are an inch: 2 are 192 dots per inch.

        Raises ValueError for any other ending, theme or scale, and ImportError without the library
        for pixels and PDFs. The file is then left as it was.

        >>> import gradviz as gv
        >>> figure = gv.draw(gv.trace(lambda x: x**2, x=3.0))
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     "<script>" in figure.save(f"{folder}/square.html").read_text(encoding="utf-8")
        True
        >>> figure.save("square.jpeg")
        Traceback (most recent call last):
        ValueError: a figure can be saved as .svg, .dot, .html, .png or .pdf, not as 'square.jpeg'
        """
        living = Living() if live is True else live
        path = Path(path)
        theme, made_as = sheets.checked(theme), format_of(path.name)
        if made_as.can_live and living and self._can_live:
            path.write_text(self.page_of(self.told(living), theme), encoding="utf-8")
            return path
        scene = self.scene if made_as.has_places else self._unplaced
        path.write_bytes(made_as.written(scene, theme, scale))
        return path

    @property
    def _can_live(self) -> bool:
        """Whether all numbers are known, and of one run."""
        return self.graph.has_arrays or all(type(each) is float for each in self.run.numbers)

    def told(self, living: Living) -> dict[str, Any]:
        """What a live page is told of the figure, as plain data."""
        drawn = lambda run: Figure(run, labels=self.labels).live_svg  # noqa: E731
        wrong = [n.index for n in self.wrong]
        return told(self.run, self.whole, drawn, living, self.step, wrong, self.wrt)

    def page_of(self, state: Mapping[str, Any], theme: sheets.Theme | None = None) -> str:
        """The live page of what it is told, as text."""
        document = "" if self.document is None else packed(self.document)
        return page(self._scene, theme, alive(state, document, theme))

    def __repr__(self) -> str:
        return f"<Figure {summary(self.drawn)}>"

    @property
    def progress(self) -> str:
        """The step just taken: its number and its words; empty if the sweeps are complete."""
        if self.step is None:
            return ""
        return progress(self.highlights.step, self.highlights.event)

    def __str__(self) -> str:
        return twin(summary(self.shown), self.progress, str(self.shown))

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, Any]:
        stored = {"text/plain": str(self), "text/html": self.html, "image/svg+xml": self.svg}
        living = lambda: self.told(Living(sliders=()))  # noqa: E731
        return stored | (published.handed(living) if self._can_live else {})

    @property
    def html(self) -> str:
        """The picture as an HTML image that needs nothing else: what a notebook shows even where it
        trusts nobody.
        """
        picture = paint(replace(self.scene, document=""))
        data = base64.b64encode(picture.encode()).decode()
        words = escape(str(self), quote=True)
        return (
            f'<img src="data:image/svg+xml;base64,{data}" alt="{words}" '
            'style="max-width: 100%; height: auto">'
        )
