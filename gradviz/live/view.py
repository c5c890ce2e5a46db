"""View: a figure in a live notebook. The places are sent once; then each move of a slider sends its
numbers, and nothing else.
"""

import threading
from collections.abc import Mapping
from contextlib import nullcontext
from os import PathLike
from pathlib import Path
from typing import Any

import traitlets

from gradviz import web, words
from gradviz.export.sheets import Theme, style_sheet
from gradviz.figure import Figure
from gradviz.figure.page.alive import SHEETS
from gradviz.figure.page.packing import packed, packed_for_a_view, packed_inputs
from gradviz.figure.page.structure import inputs, structure
from gradviz.figure.page.told import Living
from gradviz.graph import Direction, Edge, Graph, Node, Run, direction, is_from_elsewhere
from gradviz.live.shown import Answering
from gradviz.live.sliders import Change, Hand, Span, tracks
from gradviz.scene.folding import fold, overview
from gradviz.scene.folding.blocks import blocks_of
from gradviz.scene.words import statistics, titles
from gradviz.scene.words.explain import element, nudges, suspects
from gradviz.scene.words.formula import Formula, say
from gradviz.scene.words.listing import listing
from gradviz.scene.words.steps import checked, last


class View(Answering):
    """A laid-out figure whose numbers change, and which answers: it goes through the sweeps step by
    step, explains what is selected, opens and closes blocks, takes new values on the inputs' cards,
    and shows the code beside the graph.

    `update` runs the graph at new inputs; it is what a slider calls, and any other front end may
    call it too. Where the function takes another branch there, the new graph is drawn. `run` is the
    run that is shown, `inputs` what was asked for last.

    `step` is the step of the sweeps that is shown (None: all of them are done), `selected` the node
    or edge that is explained, such as ``"n3"`` or ``"e0"``, `closed` the blocks that are closed, by
    their number, `wrt` how fast inputs move in forward mode, such as ``{"x": 1.0}`` (None: it is
    the reverse sweep). All four can be set, and follow what a person does.

    >>> import gradviz as gv
    >>> view = gv.View(gv.trace(lambda x, y: x * y, x=2.0, y=3.0))
    >>> view.update(x=5.0).grads
    {'x': 3.0, 'y': 5.0}
    """

    _esm = web.module("notebook/view")
    _css = style_sheet("figure") + "".join(map(web.style_sheet, (*SHEETS["figure"], "alone")))

    # of a graph: its picture, and all that can be said about it
    structure: "traitlets.Dict[str, Any]" = traitlets.Dict().tag(sync=True)
    # of a run, as 64-bit floats: primals, local derivatives, adjoints
    numbers: traitlets.Bytes = traitlets.Bytes().tag(sync=True)
    # inputs that are not shown by themselves, or arrays of which `numbers` has but a map
    arrays: traitlets.Bytes = traitlets.Bytes().tag(sync=True)
    # of maps of inputs that are shown, apart from `numbers`
    cells: traitlets.Bytes = traitlets.Bytes().tag(sync=True)
    # what went wrong at these inputs, if something did
    message: "traitlets.Unicode[str, str | bytes]" = traitlets.Unicode().tag(sync=True)
    # in forward mode, how fast each input moves that does
    wrt: "traitlets.Instance[dict[str, float] | None]" = traitlets.Instance(
        dict, allow_none=True
    ).tag(sync=True)
    step: "traitlets.Int[int | None, int | None]" = traitlets.Int(None, allow_none=True).tag(
        sync=True
    )
    selected: "traitlets.Unicode[str, str | bytes]" = traitlets.Unicode().tag(sync=True)
    # what comes of moving the selected value a little
    nudges: "traitlets.Dict[str, Any]" = traitlets.Dict().tag(sync=True)
    # gates whose handwritten derivative is wrong
    wrong: "traitlets.List[int]" = traitlets.List(traitlets.Int()).tag(sync=True)
    closed: "traitlets.List[int]" = traitlets.List(traitlets.Int()).tag(sync=True)
    # from the page, by the node, an input: to what it was set last, and when. As text, since JSON
    # knows no infinity; of all of them, since of what the page tells a busy kernel the last is kept
    hand: "traitlets.Dict[str, Any]" = traitlets.Dict().tag(sync=True)
    code: "traitlets.Instance[dict[str, Any] | None]" = traitlets.Instance(
        dict, allow_none=True
    ).tag(sync=True)
    # of a graph drawn as boxes: which box of which is open
    part: "traitlets.List[int]" = traitlets.List(traitlets.Int()).tag(sync=True)
    # arrays that are drawn as gates of single numbers
    opened: "traitlets.List[str]" = traitlets.List(traitlets.Unicode()).tag(sync=True)
    # of the array that is selected: the index of an element, such as "3, 17"
    element: "traitlets.Unicode[str, str | bytes]" = traitlets.Unicode().tag(sync=True)
    code_open: "traitlets.Bool[bool, bool | int]" = traitlets.Bool(False).tag(sync=True)
    # models of sliders by the node, an input, that each moves
    sliders: "traitlets.Dict[str, str]" = traitlets.Dict().tag(sync=True)
    # sliders that the page has itself, where it has none of ipywidgets'
    ranges: "traitlets.List[dict[str, Any]]" = traitlets.List().tag(sync=True)
    inputs: traitlets.Any = traitlets.Any()

    def __init__(
        self,
        graph: Graph,
        *,
        step: int | None = None,
        wrt: Direction | None = None,
        code: bool = False,
        spans: Mapping[str, Span] | None = None,
        **options: Any,
    ) -> None:
        self._spans = dict(spans or {})
        self.hands: Mapping[str, Hand] | None = None  # that move the inputs, if they are known
        self._excerpt: Graph | None = None
        self._updating = threading.RLock()  # hands are told of in a thread of their own
        super().__init__(**options)
        self.inputs = graph.example.inputs
        self.wrt = None if wrt is None else direction(graph, wrt)
        self.step = None if step is None else checked(step, graph)
        self.code_open = code
        self._show(graph.example if graph.origin.is_excerpt else overview.fitting(graph.example)[0])

    def update(self, /, **inputs: Any) -> Run | None:
        """Show the run at these inputs; those that are left out stay as they are.

        If the function fails there, the view says so and keeps its picture, and None is returned.
        An input that the function does not have, or that is no number, raises TypeError as
        `Graph.run` does."""
        with self._updating:
            inputs = {**self.inputs, **self.whole.graph.checked(inputs)}
            try:
                run = self.whole.graph.run(inputs)
            except Exception as error:
                self.message = ""  # or a page would not hear of the same error once more
                self.message = f"{type(error).__name__}: {error}"
                self.inputs = inputs
                return None
            self.message = ""
            self._show(run)
            self.inputs = inputs
            return run

    def refresh(self) -> Run:
        """Call a PyTorch model anew, with the parameters that it has now, and show that.

        Raises TypeError for any other graph."""
        graph = self.whole.whole.graph
        newest = getattr(graph.runner, "newest", None)
        if newest is None:
            raise TypeError(
                f"{graph.name} is no PyTorch model, whose parameters change: use `update`"
            )
        with self._updating:
            run = self.whole.graph.shown(newest(graph))
            self._show(run)
            self.inputs = run.inputs
        return run

    def _show(self, run: Run) -> None:
        """Send a run: its numbers, and before them its graph if it is a new one."""
        if hasattr(self, "whole") and self.whole.graph is run.graph:
            self.whole = run
            self.run = run if self._excerpt is None else self._excerpt.shown(run)
            self._send_numbers()
        else:
            self._stage(run)
        if self._has_handwritten:
            self.wrong = [node.index for node in suspects(self.run)]
        if self.selected:
            self._nudge()

    def _send_numbers(self) -> None:
        """Send the numbers of the run."""
        with self.hold_sync() if self.run.graph.has_arrays else nullcontext():
            if self.run.graph.has_arrays and not is_from_elsewhere(self.run.graph):
                shown = inputs(self.run.graph)
                self.arrays = packed_inputs(self.whole, shown)
                self.numbers, self.cells = packed_for_a_view(self.run, shown)
            else:
                self.numbers = packed(self.run, self._places)

    def _stage(self, run: Run) -> None:
        """Send a graph: its picture and its words, and the numbers of a run."""
        is_new = not hasattr(self, "whole") or self.whole.graph is not run.graph
        # compiling takes a while: meanwhile runs are interpreted
        if is_new and len(run.graph.nodes) > overview.MOST_FOLDED:
            graph = run.graph.unfolded
            prepare = graph.performer.prepare
            threading.Thread(target=prepare, args=(graph,), daemon=True).start()
        if not run.graph.origin.is_excerpt and not is_from_elsewhere(run.graph):
            # by the program, which knows where its numbers stand
            replayed = run.graph.run(run.inputs)
            run = replayed if replayed.graph is run.graph else run
        self.whole: Run = run
        self._excerpt = self._level(run.graph) if overview.needed(run.graph) else None
        self.run: Run = run if self._excerpt is None else self._excerpt.shown(run)
        self._places = self.run.places
        self._has_handwritten = any(node.is_handwritten for node in self.run.graph.operations)
        blocks, closed = blocks_of(run.graph.unfolded), run.graph.origin.closed
        with self.hold_sync():
            svg = Figure(self.run).live_svg
            self.structure = structure(self.run, self._places, self._spans, svg)
            self._send_numbers()
            self.closed = [number for number, block in enumerate(blocks) if block in closed]
            if self.code_open:
                self._list()
            else:
                self.code = None

    def _level(self, graph: Graph) -> Graph:
        try:
            return overview.level(graph, self.part)
        except IndexError:  # the box belonged to another graph
            self.part = []
            return overview.level(graph)

    @traitlets.validate("step")
    def _within(self, proposal: Change) -> int | None:
        return (
            proposal.value
            if proposal.value is None or not hasattr(self, "run")
            else min(max(0, proposal.value), last(self.run.graph))
        )

    @traitlets.observe("closed")
    def _refold(self, change: Change) -> None:
        """Close and open blocks."""
        full = self.whole.graph.unfolded
        blocks = blocks_of(full)
        closed = [block for number, block in enumerate(blocks) if number in self.closed]
        if frozenset(closed) != self.whole.graph.origin.closed:
            self._restage(fold.fold(full, closed))

    @traitlets.observe("opened")
    def _open(self, change: Change) -> None:
        """Draw more arrays as gates of single numbers."""
        more = [label for label in self.opened if label not in change.old]
        if more and hasattr(self, "whole"):
            self._restage(self.whole.graph.opened(more))

    @traitlets.observe("part")
    def _enter(self, change: Change) -> None:
        """Open a box, or go back to what is around it."""
        if (
            hasattr(self, "whole")
            and self._excerpt is not None
            and tuple(self.part) != self._excerpt.origin.path
        ):
            self._restage(self.whole.graph)

    def _restage(self, graph: Graph) -> None:
        """Show another drawing of the same function at the same inputs."""
        self.selected = ""
        if is_from_elsewhere(graph):  # its numbers are there: nothing is worked out again
            self._stage(graph.shown(self.whole.whole))
        else:
            self._stage(graph.run(self.whole.inputs))
        if self._has_handwritten:
            self.wrong = [node.index for node in suspects(self.run)]

    @traitlets.observe("hand")
    def _take(self, change: Change) -> None:
        """Inputs were set on their cards."""
        for node, told in sorted(self.hand.items(), key=lambda item: item[1][1]):
            if told != change.old.get(node):
                name, (number, _) = str(self.run.graph.nodes[int(node)].name), told
                self.update(**{name: float(number)})

    @traitlets.observe("selected", "element")
    def _nudge(self, change: Change | None = None) -> None:
        """Work out what comes of moving the selected value a little."""
        if not hasattr(self, "run"):  # while it is made
            return
        what, lines = self._selected, []
        if isinstance(what, Node) and self.element:
            lines += [
                _line(words.say("live.nudge.element"), [say(line)])
                for line in element(self.run, what, self.element).split("\n")
            ]
        if isinstance(what, Node):
            lines += [
                _line(words.say("page.statistics"), [say(told)], False if is_loud else None)
                for told, is_loud in statistics.lines(self.run, what)
            ]
        if what is not None:
            try:
                lines += [
                    _line(words.say("live.nudge"), nudge.formula, nudge.agrees)
                    for nudge in nudges(self.run, what)
                ]
            except Exception as error:
                failed = words.say("live.nudge.failed", error=f"{type(error).__name__}: {error}")
                lines += [_line(words.say("live.nudge"), [say(failed)])]
        self.nudges = {"of": self.selected, "lines": lines}

    def retell(self) -> None:
        if hasattr(self, "whole"):  # it is made
            self._stage(self.whole)
            self._nudge()

    @property
    def _selected(self) -> Node | Edge | None:
        kind, number = self.selected[:1], self.selected[1:]
        things = {"n": self.run.graph.nodes, "e": self.run.graph.edges}.get(kind, ())
        return things[int(number)] if number.isdecimal() and int(number) < len(things) else None

    @traitlets.observe("code_open", "wrt")
    def _list(self, change: Change | None = None) -> None:
        if self.code_open and hasattr(self, "run"):
            self.code = listing(self.run.graph, self._along)

    def save(
        self,
        path: str | PathLike[str],
        *,
        theme: Theme | None = None,
        scale: float = 2,
        live: bool = True,
    ) -> Path:
        """Write what is shown now to a file, as :meth:`Figure.save` does: as a page, ``.html``, it
        is alive without a kernel, with these sliders, at this step, with these blocks closed.

        >>> import tempfile
        >>> import gradviz as gv
        >>> view = gv.explore(lambda x, y: x * y, x=2.0, y=(0, 10)).view
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     view.save(f"{folder}/product.html").name
        'product.html'
        """
        return self.figure.save(path, theme=theme, scale=scale, live=self._living if live else None)

    def told(self) -> dict[str, Any]:
        """What a page without Python is told of what is shown now."""
        return self.figure.told(self._living)

    @property
    def _living(self) -> Living:
        sliders = None if self.hands is None else tracks(self.hands)
        return Living(sliders, self._spans, self.code_open)

    @property
    def figure(self) -> Figure:
        """The static figure of what is shown now."""
        return Figure(
            self.run,
            None if self.step is None else min(self.step, last(self.run.graph)),
            whole=self.whole,
            wrt=self._along,
        )

    @property
    def _along(self) -> dict[str, float] | None:
        """How fast inputs move, where tangents are shown."""
        try:
            return direction(self.run.graph, self.wrt) if self.wrt else None
        except (NotImplementedError, TypeError):  # another graph has no such input, or has arrays
            return None

    def __repr__(self) -> str:
        return f"<View {titles.summary(self.run)}>"


def _line(label: str, formula: Formula, agrees: bool | None = None) -> dict[str, Any]:
    return {"label": label, "formula": formula, "agrees": agrees}
