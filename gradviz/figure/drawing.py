"""draw(): the figure of whatever knows a run, folded as one asks."""

from collections.abc import Collection
from typing import Protocol, runtime_checkable

from gradviz.figure.figure import Figure
from gradviz.graph import Direction, Graph, Mode, Run, along
from gradviz.scene.folding import blocks, fold, overview

DETAILS = ("auto", "full", "cards", "boxes")


@runtime_checkable
class Drawable(Protocol):
    """What knows the run that it stands in, such as a Variable."""

    def _run_(self) -> Run: ...


def draw(
    what: Graph | Run | Drawable,
    *,
    collapse: Collection[str] | bool = (),
    expand: Collection[str] | bool = (),
    detail: str = "auto",
    mode: Mode = "reverse",
    wrt: Direction | None = None,
) -> Figure:
    """The figure of a graph (at the inputs of its trace), of a run, or of a Variable with all it
    was computed from.

    `collapse` names the blocks that are to be closed, each to one card (True: all of them), and
    `expand` those that stay open all the same. A name in `expand` can also be that of an array of
    up to 36 elements: it is drawn as gates of single numbers. Of a Variable, gradients are shown as
    dots until its ``backward()`` was called.

    `detail` says how much is drawn. By itself ("auto") a graph of up to 100 nodes is drawn in full.
    Of a larger one, blocks are closed; if it still has more than 100, wires lose their labels; and
    a graph of more than 300 is drawn as at most 30 boxes, which :meth:`Figure.inside` opens. "full"
    draws every gate with every label, "cards" every gate without the labels of wires, "boxes" boxes
    only.

    With `mode` "forward", tangents run from left to right in place of what flows back: how fast
    each node moves with the input that `wrt` names, or along a direction, such as
    ``wrt={"x": 1.0, "y": 2.0}``. That needs a graph of single numbers, drawn without boxes.

    Raises TypeError for anything else, ValueError for names that no block has, and
    NotImplementedError where tangents can't be drawn.

    >>> import gradviz as gv
    >>> gv.draw(gv.trace(lambda x: x**2, x=3.0))
    <Figure f = 9 at x = 3>
    >>> graph = gv.trace(lambda x, y: (x + y) * y, x=1.0, y=2.0)
    >>> print(gv.draw(graph, mode="forward", wrt="y").explain("f"))
    ∂f/∂y = ∂f/∂v2 · ∂v2/∂y + v2 · ∂y/∂y = 2 · 1 + 3 · 1 = 5
    """
    if detail not in DETAILS:
        raise ValueError(f"detail is one of {', '.join(DETAILS)}, not {detail!r:.40}")
    figure = _drawn(what, collapse, expand, detail)
    seeds = along(figure.graph, mode, wrt)
    return figure if seeds is None else Figure(figure.run, None, figure.labels, figure.whole, seeds)


def _drawn(
    what: object, collapse: Collection[str] | bool, expand: Collection[str] | bool, detail: str
) -> Figure:
    """The figure of the reverse sweep."""
    run = folded(_run(what), collapse, expand)
    if detail == "boxes":
        return Figure(overview.level(run.graph).shown(run), whole=run)
    if detail == "auto":
        run, needs_overview = (
            overview.fitting(run) if not (collapse or expand) else (run, overview.needed(run.graph))
        )
        return (
            Figure(overview.level(run.graph).shown(run), whole=run)
            if needs_overview
            else Figure(run)
        )
    return Figure(run, labels=detail == "full")


def _run(what: object) -> Run:
    if isinstance(what, Graph):
        return what.example
    if isinstance(what, Run):
        return what
    if isinstance(what, Drawable):
        return what._run_()
    hint = "; gv.trace(f, x=1.0) makes a graph of a function" if callable(what) else ""
    raise TypeError(
        f"draw takes a Graph, a Run or a Variable, not the {type(what).__name__} {what!r:.40}{hint}"
    )


def folded(run: Run, collapse: Collection[str] | bool, expand: Collection[str] | bool) -> Run:
    """A run with blocks closed, and arrays opened, as :func:`draw` is asked to."""
    if not collapse and not expand:
        return run
    full = run.graph.unfolded
    if full is not run.graph:  # folded otherwise
        run = full.run(run.inputs)
    arrays = blocks.arrays_named(run.graph, expand)
    if arrays:
        run = run.graph.opened(arrays).run(run.inputs)
        expand = [name for name in blocks.names(expand, "expand") or () if name not in arrays]
    return fold.folded(run, blocks.chosen(run.graph, collapse, expand))
