"""What is recorded of a training, as numbers, as a page is told them, and as a still picture."""

import math
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from gradviz.live.plots.curve import thinned
from gradviz.live.plots.derivatives import decades
from gradviz.live.plots.networks import PLAIN, SIGNED
from gradviz.live.plots.plot import (
    FAINT,
    GRADIENT,
    INK,
    RISING,
    TITLE,
    VALUE,
    WRONG,
    Plot,
    columns,
    plain,
    subplots,
)
from gradviz.numerals import numeral, real
from gradviz.words import say

MOST_TESTS = 20  # that are seen
MOST_WEIGHTS = 32
MOST_PICTURED = 100  # frames of which a page has the weights
MOST_ROWS = 9  # of the text
SHADES = 127  # of either sign
NO_NUMBER = -128
# of layers: told apart by colour and by dashes
LOOKS: tuple[tuple[str, Any], ...] = (
    (GRADIENT, "-"), (VALUE, (0, (4, 2))), (RISING, (0, (1, 1.4))), (INK, (0, (5, 2, 1, 2))),
)  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """What was recorded of one epoch."""

    epoch: float
    loss: float
    weights: np.ndarray | None
    verdicts: list[str] | None
    gradients: dict[str, float]

    def right(self, answers: Sequence[str]) -> int:
        """How many verdicts are."""
        return sum(map(str.__eq__, self.verdicts or (), answers))


class Record:
    """The frames, and the test that the verdicts are of."""

    def __init__(
        self, pictures: ArrayLike | None, answers: Sequence[object] | ArrayLike, epochs: int | None
    ) -> None:
        self.pictures: np.ndarray | None = (
            None if pictures is None else _pictures(pictures, "the test's pictures")
        )
        self.answers: list[str] = _labels(answers)
        self.epochs = epochs
        self.frames: list[Frame] = []
        if self.pictures is not None and len(self.pictures) > len(self.answers):
            raise ValueError(
                f"there are {len(self.pictures)} pictures, but {len(self.answers)} answers"
            )

    @property
    def is_whole(self) -> bool:
        """Whether all epochs have come that were to."""
        return self.epochs is not None and self.frames[-1].epoch >= self.epochs

    def add(
        self,
        loss: float,
        weights: ArrayLike | None,
        verdicts: Sequence[object] | ArrayLike | None,
        gradients: Mapping[str, ArrayLike] | None,
        epoch: float | None,
    ) -> None:
        last = self.frames[-1].epoch if self.frames else -1
        frame = Frame(
            last + 1 if epoch is None else real(epoch, "the epoch"),
            real(loss, "the loss"),
            None if weights is None else _pictures(weights, "weights")[:MOST_WEIGHTS].copy(),
            None if verdicts is None else _labels(verdicts),
            {name: size(each) for name, each in (gradients or {}).items()},
        )
        if frame.epoch <= last and self.frames:
            raise ValueError(f"epoch {numeral(frame.epoch)} comes after epoch {numeral(last)}")
        if frame.verdicts is not None and len(frame.verdicts) != len(self.answers):
            raise ValueError(f"{len(frame.verdicts)} verdicts, but {len(self.answers)} answers")
        if self.frames and _parts(frame) != _parts(self.frames[0]):
            raise ValueError(
                "each epoch is to tell of the same parts, of the same shapes; "
                f"the first of {_parts(self.frames[0])}, this one of {_parts(frame)}"
            )
        self.frames.append(frame)

    def given(self) -> dict[str, Any]:
        """What a page is told that is the same in all frames."""
        first = self.frames[0] if self.frames else None
        tests = self.pictures if self.pictures is None else self.pictures[:MOST_TESTS]
        weights = None if first is None else first.weights
        return {
            "epochs": self.epochs,
            "answers": self.answers[:MOST_TESTS],
            "total": len(self.answers),
            "pictures": None if tests is None else _shades(tests, float(np.abs(tests).max())),
            "shapes": [None if each is None else [*each.shape] for each in (tests, weights)],
            "layers": [*first.gradients] if first else [],
        }

    def told(self) -> list[dict[str, Any]]:
        """What a page is told of each frame: numbers as text, since JSON has none for nan."""
        pictured = {*thinned([float(at) for at in range(len(self.frames))], MOST_PICTURED)}
        return [self._frame(frame, at in pictured) for at, frame in enumerate(self.frames)]

    def _frame(self, frame: Frame, is_pictured: bool) -> dict[str, Any]:
        weights = frame.weights if is_pictured else None
        most = _most(weights)
        return {
            "numbers": [*map(repr, (frame.epoch, frame.loss, *frame.gradients.values()))],
            "verdicts": frame.verdicts and frame.verdicts[:MOST_TESTS],
            "right": frame.right(self.answers),
            "most": most,
            "weights": None if weights is None else _shades(weights, most),
        }

    def text(self) -> str:
        """All of it in words: some epochs as a table."""
        names = [*self.frames[0].gradients]
        total = len(self.answers)
        heads = [say("training.epoch"), say("page.training.loss")]
        heads += [say("training.right")] if total else []
        rows = [heads + [say("training.gradient", name=name) for name in names]]
        for at in thinned([float(at) for at in range(len(self.frames))], MOST_ROWS):
            frame = self.frames[int(at)]
            row = [numeral(frame.epoch), numeral(frame.loss, 3)]
            right = frame.right(self.answers)
            row += [say("training.right.of", right=right, total=total)] if total else []
            rows.append(row + [numeral(each, 3) for each in frame.gradients.values()])
        return columns(rows, [9] * len(rows[0]))

    def plot(self) -> Plot:
        """The still picture of the last frame, under the curves of all."""
        last = self.frames[-1]
        figure, axes = subplots(2, 2, size=(9.2, 5.2), height_ratios=(2, 1), width_ratios=(1, 1.15))
        (loss, weights), (gradients, tests) = axes
        epochs = [frame.epoch for frame in self.frames]
        loss.plot(epochs, [frame.loss for frame in self.frames], color=VALUE, linewidth=2)
        loss.plot(epochs[-1:], [last.loss], "o", color=VALUE)
        loss.set_title(f"{say('page.training.loss')} {numeral(last.loss, 3)}", **TITLE)
        for each in (loss, gradients):
            each.xaxis.set_major_locator(MaxNLocator(integer=True))
        loss.set_ylim(bottom=min(0.0, *_finite([frame.loss for frame in self.frames])))
        self._draw_gradients(gradients, epochs)
        if last.weights is None:
            weights.set_axis_off()
        else:
            most = max(_most(frame.weights) for frame in self.frames) or 1.0
            abreast = math.ceil(math.sqrt(len(last.weights)))
            _mosaic(weights, last.weights, abreast, SIGNED, (-most, most))
            told = say("page.training.weights.scale", most=numeral(most, 2))
            title = say("page.of", what=say("page.training.weights"), said=told)
            weights.set_title(title, **TITLE)
        self._draw_tests(tests, last)
        return Plot(figure, self.text(), name=say("page.training"))

    def _draw_gradients(self, axes: Axes, epochs: Sequence[float]) -> None:
        names = [*self.frames[0].gradients]
        if not names:
            axes.set_axis_off()
            return
        rows = {name: [frame.gradients[name] for frame in self.frames] for name in names}
        looks = dict(zip(names, cycle(LOOKS)))
        for name, sizes in rows.items():
            colour, dashes = looks[name]
            axes.plot(epochs, sizes, color=colour, linestyle=dashes, linewidth=1.8)
        ordered = sorted(names, key=lambda name: rows[name][-1])
        for at, name in enumerate(ordered):  # beside the ends of the lines, in their order
            lift = 10 * (at - (len(names) - 1) / 2)
            axes.annotate(
                plain(name), (epochs[-1], float(np.median([rows[each][-1] for each in names]))),
                (6, lift), textcoords="offset points", color=looks[name][0], fontsize=9,
                va="center",
            )  # fmt: skip
        axes.set(yscale="log", ylim=decades([each for row in rows.values() for each in row]))
        axes.set_xlabel(say("training.epoch"))
        axes.set_title(say("page.training.gradients"), **TITLE)
        axes.grid(True, alpha=FAINT, axis="y")

    def _draw_tests(self, axes: Axes, last: Frame) -> None:
        if self.pictures is None:
            axes.set_axis_off()
            return
        tests = self.pictures[:MOST_TESTS]
        most = float(np.abs(tests).max()) or 1.0
        limits = (-most, most) if tests.min() < 0 else (0.0, most)
        places = _mosaic(axes, tests, 10, SIGNED if tests.min() < 0 else PLAIN, limits, room=6)
        for place, verdict, answer in zip(places, last.verdicts or (), self.answers):
            is_right = verdict == answer
            axes.annotate(
                f"{plain(verdict)} {'✓' if is_right else '✗'}", place,
                color=INK if is_right else WRONG, fontsize=9, ha="center", va="top",
            )  # fmt: skip
        if last.verdicts is not None:
            told = {"right": last.right(self.answers), "total": len(self.answers)}
            axes.set_title(say("page.training.right", **told), **TITLE)


def size(array: ArrayLike) -> float:
    """The root of the mean square.

    >>> size([3.0, 4.0, 0.0, 0.0])
    2.5
    """
    return float(np.sqrt(np.mean(np.square(np.asarray(array, float)))))


def _pictures(pictures: ArrayLike, what: str) -> np.ndarray:
    array = np.asarray(pictures, float)
    if array.ndim != 3 or not array.size:
        raise ValueError(
            f"{what} are an array of shape (number, rows, columns), not of {array.shape}; "
            "use .reshape(-1, rows, columns)"
        )
    return array


def _labels(labels: Sequence[object] | ArrayLike) -> list[str]:
    return [str(each) for each in np.asarray(labels).tolist()]


def _parts(frame: Frame) -> tuple[Any, ...]:
    weights = None if frame.weights is None else frame.weights.shape
    return weights, frame.verdicts is not None, tuple(frame.gradients)


def _most(weights: np.ndarray | None) -> float:
    """The magnitude that one weight in a hundred is beyond: there shades end, lest one of them
    pale all others.
    """
    finite = np.zeros(0) if weights is None else weights[np.isfinite(weights)]
    return float(np.quantile(np.abs(finite), 0.99)) if finite.size else 0.0


def _finite(numbers: Sequence[float]) -> list[float]:
    return [each for each in numbers if np.isfinite(each)] or [0.0]


def _shades(pictures: np.ndarray, most: float) -> str:
    """Pictures in a byte an element: a share of the most, in steps of 1/127."""
    with np.errstate(invalid="ignore"):
        shares = np.clip(pictures / (most or 1.0), -1.0, 1.0)
    rounded = np.where(np.isnan(shares), NO_NUMBER, np.rint(SHADES * shares))
    return b64encode(rounded.astype(np.int8).tobytes()).decode()


def _mosaic(
    axes: Axes,
    pictures: np.ndarray,
    abreast: int,
    colours: Any,
    limits: tuple[float, float],
    room: int = 1,
) -> list[tuple[float, float]]:
    """Draw pictures side by side in one image, with `room` below each; tells where that is."""
    count, height, width = pictures.shape
    abreast = min(abreast, count)
    rows = -(-count // abreast)
    whole = np.full((rows * (height + room), abreast * (width + 1)), np.nan)
    places: list[tuple[float, float]] = []
    for at, picture in enumerate(pictures):
        top, left = at // abreast * (height + room), at % abreast * (width + 1)
        whole[top : top + height, left : left + width] = picture
        places.append((left + width / 2 - 0.5, top + height - 0.5 + room / 12))
    axes.set_axis_off()
    axes.set_anchor("NW")
    axes.imshow(whole, cmap=colours, vmin=limits[0], vmax=limits[1], interpolation="nearest")
    return places
