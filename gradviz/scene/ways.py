"""The way of a wire: from its card through its label to the next card, past all that is not its
own."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gradviz.scene.scene import Box, Point

SHIFT = 9  # pixels that a label may move to its wire
TIP = 7  # that an arrow is longer than its wire
BAND = 5.5  # half of the widest that flows back, and a little
# what is nearer is reached by one curve; farther it is Graphviz that knows the way
NEAR = 160
CELL = 64  # of the net by which obstacles are found
PACE = 6  # pixels between two looks

Stretch = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """The way of an edge, in stretches as a :class:`gradviz.scene.scene.Wire` has them; the tip of
    its arrow; and the middle of its label."""

    stretches: tuple[Stretch, ...]
    tip: Point
    label: Point


class Obstacles:
    """Boxes that no wire but their own may touch."""

    def __init__(self, boxes: Iterable[Box]) -> None:
        self._near: dict[tuple[int, int], list[Box]] = {}
        for box in boxes:
            self.add(box)

    def add(self, box: Box) -> None:
        for column in range(_cell(box.x - BAND), _cell(box.x + box.width + BAND) + 1):
            for row in range(_cell(box.y - BAND), _cell(box.y + box.height + BAND) + 1):
                self._near.setdefault((column, row), []).append(box)

    def hit(self, stretches: Sequence[Stretch], own: Sequence[Box]) -> int:
        """How much of a way lies on something that is not its `own`: a place in a box counts for
        ten of those where only a broad band would touch it."""
        count = 0
        for x, y in points(stretches):
            for box in self._near.get((_cell(x), _cell(y)), ()):
                beyond = max(box.x - x, x - box.x - box.width, box.y - y, y - box.y - box.height)
                if beyond < BAND and box not in own:
                    count += 1 if beyond > 1 else 10
        return count


def _cell(place: float) -> int:
    return int(place // CELL)


def points(stretches: Sequence[Stretch]) -> Iterator[Point]:
    """Places on a way, a few pixels apart.

    >>> [*points([((0, 0),), ((12, 0),)])]
    [(0, 0), (6.0, 0.0), (12.0, 0.0)]
    """
    (here,), *others = stretches
    yield here
    for stretch in others:
        for first in range(0, len(stretch), 3):
            piece = (here, *stretch[first : first + 3])
            far = max(abs(piece[-1][0] - here[0]), abs(piece[-1][1] - here[1]))
            steps = max(1, round(far / PACE))
            for step in range(1, steps + 1):
                yield _at(piece, step / steps)
            here = piece[-1]


def _at(piece: Stretch, t: float) -> Point:
    """A place on a straight line, or on a Bézier curve."""
    places = [*piece]
    while len(places) > 1:
        places = [
            (a + t * (c - a), b + t * (d - b)) for (a, b), (c, d) in itertools.pairwise(places)
        ]
    return places[0]


def way(
    to_label: list[Point], to_card: list[Point], boxes: tuple[Box, Box, Box], obstacles: Obstacles
) -> Way:
    """The smoothest way from a card through a label to a card, of which Graphviz knows one, that
    touches nothing else; it arrives level where Graphviz's ends."""
    source, label, target = boxes
    start, tip = (source.x + source.width, source.centre[1]), (target.x, to_card[-1][1])
    before, end = (to_card[-1][0], tip[1]), (tip[0] - TIP, tip[1])
    best, least = None, 0
    for middle, stretches in _candidates(start, before, label, to_label, to_card):
        stretches = ((start,), *stretches, (end,))
        hits = obstacles.hit(stretches, boxes)
        if best is None or hits < least:
            best, least = Way(stretches, tip, middle), hits
        if not hits:
            break
    assert best is not None
    if best.label != label.centre:
        obstacles.add(Box(label.x, best.label[1] - label.height / 2, label.width, label.height))
    return best


def _candidates(
    start: Point, before: Point, label: Box, to_label: list[Point], to_card: list[Point]
) -> Iterator[tuple[Point, tuple[Stretch, ...]]]:
    """Middles of the label, which stands on its wire, and ways."""
    x, y = label.centre
    if before[0] - start[0] < NEAR:
        curve = _curve(start, before)
        here = _height(curve, start, x)
        if abs(y - here) < SHIFT:
            yield (x, here), (curve,)
    left, right = (label.x, y), (label.x + label.width, y)
    if left[0] - start[0] < NEAR and before[0] - right[0] < NEAR:
        yield (x, y), (_curve(start, left), (right,), _curve(right, before))
    yield (x, y), ((to_label[0],), tuple(to_label[1:]), (to_card[0],), tuple(to_card[1:]))


def _height(curve: Stretch, start: Point, x: float) -> float:
    """How high a curve is at a place that it passes."""
    low, high = 0.0, 1.0
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if _at((start, *curve), middle)[0] < x else (low, middle)
    return _at((start, *curve), low)[1]


def _curve(start: Point, end: Point) -> Stretch:
    """Level at both ends."""
    middle = (start[0] + end[0]) / 2
    return (middle, start[1]), (middle, end[1]), end
