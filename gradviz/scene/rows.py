"""A long chain in rows, one under the other, as lines of a text are: cut between ranks, where few
wires are in the way. These lead from the end of one row to the beginning of another."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from gradviz.graph import Edge, Graph
from gradviz.scene.scene import Box, Point
from gradviz.scene.ways import Stretch, Way

WIDEST = 1200  # pixels of a flat graph in one row; a high one may be wider
HIGH = 1.5  # by so much of its height
ROW = 940  # of a row
FEW = 3  # wires that lead on to other rows
WORTH = 120  # pixels nearer to rows of one length: as good as one wire less
BETWEEN = 12  # pixels between two rows, beside their wires
ASIDE, LANE, LABELLED = 14, 9, 32  # from a row to the wires beside it, and from wire to wire
ROUND = 7  # a corner


@dataclass(frozen=True, slots=True)
class Places:
    """What a layout has: the boxes of cards and of blocks, the ways of edges."""

    width: float
    height: float
    cards: Sequence[Box]
    ways: Sequence[Way]
    frames: Sequence[Box]


def in_rows(graph: Graph, places: Places, label: tuple[float, float] | None) -> Places:
    """The same in rows, if it is long and can be cut; labels are so wide and high, or there are
    none."""
    if places.width <= WIDEST + HIGH * places.height:
        return places
    cuts = _cuts(graph, places, label)
    return _Rows(graph, places, cuts, label).placed() if cuts else places


def _cuts(graph: Graph, places: Places, label: tuple[float, float] | None) -> list[float]:
    """Where to cut; nowhere if there is a row for which there is no good place."""
    wide = label[0] if label else 0.0
    taken = [(box.x, box.x + box.width) for box in (*places.cards, *places.frames)]
    taken += [(way.label[0] - wide / 2, way.label[0] + wide / 2) for way in places.ways if label]
    free = [*_gaps(taken)]
    begins = sorted(places.cards[edge.source.index].centre[0] for edge in graph.edges)
    ends = sorted(places.cards[edge.target.index].centre[0] for edge in graph.edges)
    crossing = {x: bisect_left(begins, x) - bisect_left(ends, x) for x in free}
    cuts: list[float] = []
    start = 0.0
    while places.width - start > ROW:
        rows = -((start - places.width) // ROW)
        ideal = start + (places.width - start) / rows
        good = [x for x in free if start + ROW / 3 < x <= start + ROW and crossing[x] <= FEW]
        if not good:
            return []
        cuts.append(min(good, key=lambda x: crossing[x] + abs(x - ideal) / WORTH))
        start = cuts[-1]
    return cuts


def _gaps(taken: list[tuple[float, float]]) -> Iterator[float]:
    """The middles of what lies between some intervals.

    >>> [*_gaps([(0, 4), (6, 9), (2, 5)])]
    [5.5]
    """
    reached = None
    for start, end in sorted(taken):
        if reached is not None and start > reached:
            yield (start + reached) / 2
        reached = end if reached is None else max(reached, end)


class _Rows:
    """The rows of one graph."""

    def __init__(
        self, graph: Graph, places: Places, cuts: list[float], label: tuple[float, float] | None
    ) -> None:
        self.places, self.cuts, self.label = places, cuts, label
        self.starts = [0.0, *cuts]
        ends = [*cuts, places.width]
        self.row = [bisect_left(cuts, card.centre[0]) for card in places.cards]
        self.crossing = [edge for edge in graph.edges if self.leads(edge)]
        self.inside = [edge for edge in graph.edges if not self.leads(edge)]
        # the ways in the rows where these begin and end
        self.parts = {edge: self._ends(edge) for edge in self.crossing}
        self.lanes = self._lanes()
        self.left = ASIDE + LANE * max(self.lanes.values(), default=0)
        self.width = max(end - start for start, end in zip(self.starts, ends)) + self.left
        self.above: dict[Edge, float] = {}  # how high the wire stands above its row
        self.tops: list[float] = []
        self.height = self._heights()

    def leads(self, edge: Edge) -> bool:
        """Whether it leads to another row."""
        return self.row[edge.source.index] != self.row[edge.target.index]

    def _ends(self, edge: Edge) -> tuple[list[Stretch], list[Stretch]]:
        way = self.places.ways[edge.index].stretches
        first, last = self.row[edge.source.index], self.row[edge.target.index]
        return _parted(way, self.cuts[first])[0], _parted(way, self.cuts[last - 1])[1]

    def _lanes(self) -> dict[Edge, int]:
        """For each wire that leads to another row, how far beside the rows it goes down."""
        lanes: dict[Edge, int] = {}
        for edge in self.crossing:
            first, last = self.row[edge.source.index], self.row[edge.target.index]
            used = {
                lane
                for other, lane in lanes.items()
                if self.row[other.source.index] < last and first < self.row[other.target.index]
            }
            lanes[edge] = next(lane for lane in range(len(used) + 1) if lane not in used)
        return lanes

    def _heights(self) -> float:
        """Find where each row begins; how high it all is."""
        y, step = 0.0, LABELLED if self.label else LANE
        for number in range(len(self.starts)):
            arriving = [edge for edge in self.crossing if self.row[edge.target.index] == number]
            for edge in sorted(arriving, key=lambda edge: self.lanes[edge]):
                self.above[edge] = y + step / 2
                y += step
            least, most = self._extent(number)
            y += BETWEEN if number else 0
            self.tops.append(y - least)
            y += most - least + BETWEEN
        return y - BETWEEN

    def _extent(self, number: int) -> tuple[float, float]:
        """From where to where a row reaches in the picture with one row."""
        boxes = [card for card, row in zip(self.places.cards, self.row) if row == number]
        start = self.starts[number]
        end = [*self.cuts, self.places.width][number]
        boxes += [box for box in self.places.frames if start <= box.centre[0] < end]
        ys = [y for box in boxes for y in (box.y, box.y + box.height)]
        half = self.label[1] / 2 if self.label else 0.0
        for edge in self.inside:
            if self.row[edge.source.index] == number:
                way = self.places.ways[edge.index]
                ys += [y for stretch in way.stretches for _, y in stretch]
                ys += [way.label[1] - half, way.label[1] + half]
        for edge, (before, after) in self.parts.items():
            if self.row[edge.source.index] == number:
                ys += [y for stretch in before for _, y in stretch]
            if self.row[edge.target.index] == number:
                ys += [y for stretch in after for _, y in stretch]
        return min(ys), max(ys)

    def moved(self, point: Point, number: int) -> Point:
        return point[0] - self.starts[number] + self.left, point[1] + self.tops[number]

    def placed(self) -> Places:
        ways = list(self.places.ways)
        for edge in self.inside:
            number, way = self.row[edge.source.index], ways[edge.index]
            ways[edge.index] = Way(
                tuple(
                    tuple(self.moved(point, number) for point in stretch)
                    for stretch in way.stretches
                ),
                self.moved(way.tip, number),
                self.moved(way.label, number),
            )
        for edge in self.crossing:
            ways[edge.index] = self.led(edge, ways[edge.index])
        frames = [
            self.box(box, bisect_left(self.cuts, box.centre[0])) for box in self.places.frames
        ]
        cards = [self.box(card, row) for card, row in zip(self.places.cards, self.row)]
        lanes = max(self.lanes.values(), default=-1) + 1
        width = self.width + ASIDE + LANE * lanes
        return Places(width, self.height, cards, ways, frames)

    def box(self, box: Box, number: int) -> Box:
        x, y = self.moved((box.x, box.y), number)
        return replace(box, x=x, y=y)

    def led(self, edge: Edge, way: Way) -> Way:
        """The way of a wire from one row to another: at its end it goes down, above the other row
        back to its beginning."""
        first, last = self.row[edge.source.index], self.row[edge.target.index]
        before, after = self.parts[edge]
        here = [tuple(self.moved(point, first) for point in stretch) for stretch in before]
        there = [tuple(self.moved(point, last) for point in stretch) for stretch in after]
        leaving, entering = here[-1][-1], there[0][0]
        lane, y = self.lanes[edge], self.above[edge]
        right, left = self.width + ASIDE + LANE * lane, self.left - ASIDE - LANE * lane
        corners = [(right, leaving[1]), (right, y), (left, y), (left, entering[1])]
        return Way(
            (*here, *_rounded([leaving, *corners, entering]), *there[1:]),
            self.moved(way.tip, last),
            (self.left + 40 + 60 * lane, y),
        )


def _parted(stretches: Sequence[Stretch], x: float) -> tuple[list[Stretch], list[Stretch]]:
    """The parts of a way before it first comes to `x`, and after."""
    (here,), *others = stretches
    before: list[Stretch] = [(here,)]
    for place, stretch in enumerate(others):
        size = 3 if len(stretch) > 1 else 1
        for first in range(0, len(stretch), size):
            piece = (here, *stretch[first : first + size])
            if piece[-1][0] >= x:
                one, other = _split(piece, x)
                rest = [other[1:], stretch[first + size :], *others[place + 1 :]]
                return [*before, one[1:]], [one[-1:], *filter(None, rest)]
            before.append(piece[1:])
            here = piece[-1]
    return before, [(here,)]


def _split(piece: Stretch, x: float) -> tuple[Stretch, Stretch]:
    """A straight line or a curve in two, where it comes to `x`."""
    low, high = 0.0, 1.0
    one = other = piece
    for _ in range(30):
        t = (low + high) / 2
        one, other = _halves(piece, t)
        low, high = (t, high) if one[-1][0] < x else (low, t)
    return one, other


def _halves(piece: Stretch, t: float) -> tuple[Stretch, Stretch]:
    """A straight line or a curve in two, by its parameter.

    >>> _halves(((0.0, 0.0), (8.0, 4.0)), 0.25)
    (((0.0, 0.0), (2.0, 1.0)), ((2.0, 1.0), (8.0, 4.0)))
    """
    one, other = [piece[0]], [piece[-1]]
    while len(piece) > 1:
        piece = tuple((a + t * (c - a), b + t * (d - b)) for (a, b), (c, d) in pairwise(piece))
        one.append(piece[0])
        other.append(piece[-1])
    return tuple(one), tuple(other[::-1])


def _rounded(corners: list[Point]) -> Iterator[Stretch]:
    """Straight on from the first of these points to the last, with round corners."""
    for before, corner, after in zip(corners, corners[1:], corners[2:]):
        start, end = _towards(corner, before), _towards(corner, after)
        yield (start,)
        yield corner, corner, end
    yield (corners[-1],)


def _towards(here: Point, there: Point) -> Point:
    x, y = there[0] - here[0], there[1] - here[1]
    far = max(abs(x), abs(y))
    part = min(ROUND, far / 2) / far if far else 0.0
    return here[0] + part * x, here[1] + part * y
