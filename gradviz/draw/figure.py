"""Figure: a run, drawn. It shows itself in notebooks, with or without a kernel, and can be saved."""

import base64
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import graphviz

from gradviz.draw import dot as dot_
from gradviz.draw import explain as explain_
from gradviz.draw import layout as layout_
from gradviz.draw import paint
from gradviz.graph import Graph, Node, Run


class Figure:
    """The picture of a run of a computational graph.

    `svg` is the picture as text, `dot` a ``graphviz.Digraph`` of the same content, ``str(figure)`` its text twin.

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

    def __init__(self, run: Run) -> None:
        self.run = run

    @property
    def graph(self) -> Graph:
        """The graph that is drawn."""
        return self.run.graph

    @cached_property
    def layout(self) -> layout_.Layout:
        """The places of everything; they depend on the graph alone, not on its numbers."""
        return layout_.layout(self.graph, [paint.card_width(*pair) for pair in zip(self.graph.nodes, self.graph.example_numbers)])

    @cached_property
    def svg(self) -> str:
        """The picture as an SVG document."""
        return paint.paint(self.run, self.layout)

    @cached_property
    def dot(self) -> graphviz.Digraph:
        """The graph with values, gradients and local derivatives as labels, for any Graphviz."""
        return dot_.digraph(self.run)

    def explain(self, name: str) -> str:
        """The chain rule at the node of this name, in symbols and in numbers.

        >>> import gradviz as gv
        >>> def f(x, y):
        ...     z = x + y
        ...     return z**2
        >>> gv.draw(gv.trace(f, x=1.0, y=2.0)).explain("x")
        '∂f/∂x = ∂f/∂z · ∂z/∂x = 6 · 1 = 6'
        """
        return explain_.explain(self.run, self.node(name))

    def node(self, name: str) -> Node:
        """The node of this name.

        Raises KeyError, with the names that there are, if there is none.
        """
        for node in self.graph.nodes:
            if node.label == name:
                return node
        raise KeyError(f"no node is called {name!r}; there are {', '.join(node.label for node in self.graph.nodes)}")

    def save(self, path: str | Path) -> Path:
        """Write the picture to a file; its ending says as what: ``.svg`` or ``.dot``.

        Raises ValueError for any other ending.
        """
        path = Path(path)
        writers = {".svg": lambda: self.svg, ".dot": lambda: self.dot.source}
        if path.suffix not in writers:
            raise ValueError(f"a figure can be saved as {' or '.join(writers)}, not as {path.name!r}")
        path.write_text(writers[path.suffix](), encoding="utf-8")
        return path

    def __repr__(self) -> str:
        return f"<Figure {paint.summary(self.run)}>"

    def __str__(self) -> str:
        return f"{paint.summary(self.run)}\n\n{self.run}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html, "image/svg+xml": self.svg}

    @property
    def html(self) -> str:
        """The picture as an HTML image that needs nothing else: what a notebook shows even where it trusts nobody."""
        data = base64.b64encode(self.svg.encode()).decode()
        return f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(str(self), quote=True)}" style="max-width: 100%; height: auto">'


def draw(what: Graph | Run | Any) -> Figure:
    """The figure of a graph (at the inputs of its trace), of a run, or of a Variable with all it was computed from.

    Of a Variable, gradients are shown as dots until its ``backward()`` was called.

    Raises TypeError for anything else.

    >>> import gradviz as gv
    >>> gv.draw(gv.trace(lambda x: x**2, x=3.0))
    <Figure f = 9 at x = 3>
    """
    if isinstance(what, Graph):
        return Figure(what.example)
    if isinstance(what, Run):
        return Figure(what)
    if hasattr(what, "_run_"):
        return Figure(what._run_())
    hint = "; gv.trace(f, x=1.0) makes a graph of a function" if callable(what) else ""
    raise TypeError(f"draw takes a Graph, a Run or a Variable, not the {type(what).__name__} {what!r:.40}{hint}")
