"""View: a figure in a live notebook. The places are sent once; then each move of a slider sends its numbers, and nothing else."""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from gradviz.draw import paint
from gradviz.draw.figure import Figure
from gradviz.graph import Graph, Run

STATIC = Path(__file__).parent / "static"


class View(anywidget.AnyWidget):
    """A laid-out figure whose numbers change.

    `update` runs the graph at new inputs; it is what a slider calls, and any other front end may call it too. Where the
    function takes another branch there, the new graph is drawn. `run` is the run that is shown, `inputs` what was asked for last.

    >>> import gradviz as gv
    >>> view = gv.View(gv.trace(lambda x, y: x * y, x=2.0, y=3.0))
    >>> view.update(x=5.0).grads
    {'x': 3.0, 'y': 5.0}
    """

    _esm = STATIC / "view.js"
    _css = paint.style_sheet() + (STATIC / "view.css").read_text(encoding="utf-8")

    structure = traitlets.Dict().tag(sync=True)  # of a graph: its picture, and the words around its numbers
    numbers = traitlets.Bytes().tag(sync=True)  # of a run, as 64-bit floats: primals, local derivatives, adjoints
    message = traitlets.Unicode().tag(sync=True)  # what went wrong at these inputs, if something did

    def __init__(self, graph: Graph, **options: Any) -> None:
        super().__init__(**options)
        self.inputs = graph.example.inputs
        self._show(graph.example)

    def update(self, /, **inputs: Any) -> Run | None:
        """Show the run at these inputs; those that are left out stay as they are.

        If the function fails there, the view says so and keeps its picture, and None is returned. An input that the function
        does not have, or that is no number, raises TypeError as `Graph.run` does.
        """
        self.inputs |= self.run.graph.checked(inputs)
        try:
            run = self.run.graph.run(self.inputs)
        except Exception as error:
            self.message = f"{type(error).__name__}: {error}"
            return None
        self.message = ""
        self._show(run)
        return run

    def _show(self, run: Run) -> None:
        """Send a run: its numbers, and before them its graph's picture if it is a new one."""
        before = getattr(self, "run", None)
        self.run = run
        if before is not None and before.graph is run.graph:
            self.numbers = paint.packed(run, self._places)
            return
        figure, replayed = Figure(run), run.graph.run(run.inputs)
        self._places = replayed.places if replayed.graph is run.graph else None
        with self.hold_sync():
            self.structure = {
                "svg": paint.paint(run, figure.layout, live=True),
                "places": self._places,
                "shapes": paint.shapes(run),
                **paint.words(run.graph),
            }
            self.numbers = paint.packed(run, self._places)

    @property
    def figure(self) -> Figure:
        """The static figure of what is shown now."""
        return Figure(self.run)

    def __repr__(self) -> str:
        return f"<View {paint.summary(self.run)}>"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return with_picture(super()._repr_mimebundle_(**options), self.figure)


def with_picture(bundle: Any, figure: Figure) -> Any:
    """A widget's MIME bundle with the static figure beside it, for readers without a kernel."""
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
    return {**data, **figure._repr_mimebundle_()}, metadata
