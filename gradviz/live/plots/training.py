"""Training as it happens: a recorder that is told of each epoch, and the one figure in which the
loss falls, the weights sharpen, and verdicts change.
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import traitlets
from IPython.core.getipython import get_ipython
from IPython.display import display
from numpy.typing import ArrayLike

from gradviz import web
from gradviz.export import published
from gradviz.export.html import document
from gradviz.export.sheets import Theme, checked, style_sheet
from gradviz.figure.page.alive import alive
from gradviz.live.plots.plot import Plot
from gradviz.live.plots.recorded import Record
from gradviz.live.shown import Bundle, Live, is_looked_at, this_run
from gradviz.words import language, say

PAUSE = 0.25  # seconds between what a page is sent, at least


class Training(Live):
    """A recording of a training; :func:`gradviz.plot.training` makes it. `frames` is what was
    recorded, a frame an epoch; `plot` the still picture of the last.
    """

    _esm = web.module("notebook/training")
    _css = "".join([style_sheet("figure"), *map(web.style_sheet, ("view", "parts", "training"))])

    # what is the same in all frames
    given: "traitlets.Dict[str, Any]" = traitlets.Dict().tag(sync=True)
    # the frames
    numbers: "traitlets.List[dict[str, Any]]" = traitlets.List().tag(sync=True)
    # whether a page is to play it at once
    is_new: "traitlets.Bool[bool, bool | int]" = traitlets.Bool(False).tag(sync=True)

    def __init__(self, record: Record) -> None:
        self._record = record
        self._sent = 0.0
        self._run: str | None = None  # the run of a cell in which it was shown
        self._kept: tuple[object, Plot] | None = None
        super().__init__(given=record.given())

    def add(
        self,
        loss: float,
        *,
        weights: ArrayLike | None = None,
        verdicts: Sequence[object] | ArrayLike | None = None,
        gradients: Mapping[str, ArrayLike] | None = None,
        epoch: float | None = None,
    ) -> None:
        """Record an epoch: its loss, and whatever else is to be seen. `weights` are pictures, an
        array of shape (number, rows, columns); `verdicts` what the model now takes the test for;
        `gradients` those of each layer, by its name, of which the size is drawn: the root of the
        mean square. `epoch` counts from 0, unless it is told.

        The first call shows the film in the notebook, if somebody looks, and it grows from there.
        """
        self._record.add(loss, weights, verdicts, gradients, epoch)
        if len(self.frames) == 1:
            self.given = self._record.given()
        if time.monotonic() - self._sent > PAUSE or self._record.is_whole:
            self._tell()
        shell = get_ipython()
        if len(self.frames) == 1 and shell and this_run() and is_looked_at():
            self.is_new = True
            shell.events.register("post_run_cell", self._ran)
            display(self)

    @property
    def frames(self) -> list[Any]:
        """What was recorded."""
        return self._record.frames

    def _tell(self) -> None:
        self.numbers = self._record.told()
        self._sent = time.monotonic()

    def _ran(self, result: object = None) -> None:
        """The cell in which it was first shown is over."""
        self._tell()
        shell = get_ipython()
        if shell:
            shell.events.unregister("post_run_cell", self._ran)

    @property
    def plot(self) -> Plot:
        """The still picture of the last frame."""
        key = len(self.frames), language()
        if self._kept is None or self._kept[0] != key:
            self._kept = key, self._record.plot()
        return self._kept[1]

    @property
    def figure(self) -> Plot:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The same, for whoever shows it where nothing lives."""
        return self.plot

    @property
    def text(self) -> str:
        """What it says in words."""
        return self.plot.text if self.frames else say("page.training")

    def save(self, path: str | Path, *, theme: Theme | None = None, live: bool = True) -> Path:
        """Write the film to a file: as a page, ``.html``, it is played in any browser, without
        Python and without a network. In any other format, or with ``live=False``, it is the still
        plot of its last frame, as :meth:`Plot.save` writes it.

        >>> import tempfile
        >>> import gradviz as gv
        >>> film = gv.plot.training()
        >>> film.add(2.0); film.add(0.5)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     film.save(f"{folder}/training.html").name
        'training.html'
        """
        path = Path(path)
        if not live or path.suffix.lower() != ".html":
            return self.plot.save(path, theme=theme)
        live_ = alive(self.told(), theme=checked(theme))
        page = document(self.plot.name, self.plot.body, language(), theme, live_)
        path.write_text(page, encoding="utf-8")
        return path

    def told(self) -> dict[str, Any]:
        """What a page without Python is told of it."""
        return {
            "kind": "training",
            "words": self.words,
            "given": self._record.given(),
            "numbers": self._record.told(),
        }

    def picture(self) -> Bundle:
        data, metadata = self.plot._repr_mimebundle_()
        return {**data, **published.handed(self.told)}, metadata

    def __repr__(self) -> str:
        return self.text

    def _ipython_display_(self) -> None:
        """It shows itself once in each run of a cell, though it may stand at its end as well."""
        run = this_run() if is_looked_at() else None
        if self.frames and (run is None or run != self._run):
            raise NotImplementedError  # IPython then asks for its bundle

    def _repr_mimebundle_(self, **options: Any) -> Bundle:
        if not self.frames:
            return {"text/plain": self.text}, {}
        self._run = this_run()
        self._tell()
        return super()._repr_mimebundle_(**options)


def training(
    pictures: ArrayLike | None = None,
    answers: Sequence[object] | ArrayLike = (),
    *,
    epochs: int | None = None,
) -> Training:
    """A film of a training, in which one sees it happen: the loss falls, the images of the weights
    sharpen, a row of the test changes its verdicts, and the gradient of each layer fades or does
    not. It is played, stopped and scrubbed through, in a notebook and in pages without Python.

    Tell it of each epoch by :meth:`Training.add`, and let it stand at the end of the cell. The
    model may be of any library: what it is told are numbers. `pictures` is the test, an array of
    shape (number, rows, columns), of which the first twenty are seen; `answers` what is right for
    each; `epochs` how many there will be, so that there is room for them from the start.

    >>> import gradviz as gv
    >>> import numpy as np
    >>> film = gv.plot.training(np.eye(2).reshape(1, 2, 2), ["identity"])
    >>> film.add(0.7, verdicts=["?"]); film.add(0.1, verdicts=["identity"])
    >>> film
        epoch       loss      right
            0        0.7     0 of 1
            1        0.1     1 of 1
    """
    return Training(Record(pictures, answers, epochs))
