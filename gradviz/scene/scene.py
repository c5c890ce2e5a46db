"""A scene: what is to be seen of a run, piece by piece, with places and words, between the graph
and any picture of it.

It is plain data that never changes, and the same for the same graph, numbers and places: whoever
paints one, as SVG or as anything else, needs to know nothing of graphs, runs or calculus. Two
scenes are equal if the same is to be seen.

Lengths are pixels, y grows downwards. Cards, wires, labels and frames stand as far from the left
upper corner of what is inside the margin, texts and maps of a card as far from that of the card.
What a text or a map is about is its role, which gives it its colour.
"""

from dataclasses import dataclass
from typing import Literal

from gradviz.words import say

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]
Data = tuple[tuple[str, str], ...]  # what a piece holds in full for machines, by name


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its left upper corner and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> Point:
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is printed; and in full, which is empty if it is not known, or an array of
    too many elements.
    """

    short: str
    full: str


@dataclass(frozen=True, slots=True)
class Text:
    """A line of words, which stands with its start, middle or end at a point on its baseline."""

    words: str
    role: str
    x: float
    y: float
    size: float = 12
    anchor: Anchor = "middle"
    room: float | None = None  # that it is condensed to, if it needs more


@dataclass(frozen=True, slots=True)
class Map:
    """A heat map: rows of cells, each with its shade (see :func:`gradviz.scene.heat.shades`); none
    of numbers that are not known, or that the page fills in.
    """

    role: str
    x: float
    y: float
    rows: int
    columns: int
    cell: int  # how wide and high one is
    shades: tuple[tuple[int | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """What is around the cards of a block; it may stand in the frame `around` it, of that place
    among the frames.
    """

    number: int  # of the block, among all of the graph with its blocks open
    name: str
    around: int | None
    box: Box
    text: Text


@dataclass(frozen=True, slots=True)
class Wire:
    """An edge: its local derivative and what flows back along it, which sets its `width`.

    `way` is where it begins, then stretches that each end in their last point: one point is a
    straight line there, more are Bézier curves, by three points each. The tip of its arrow is a
    little further on.
    """

    index: int
    source: int  # cards
    target: int
    mark: str  # which operand it is, where their order matters
    local: Number
    flow: Number
    way: tuple[tuple[Point, ...], ...]
    tip: Point
    width: float
    is_lit: bool
    title: str
    data: Data


@dataclass(frozen=True, slots=True)
class Label:
    """What is written at a wire, in a gap of it; if it is inside a frame, on its ground."""

    wire: int
    gap: Box
    texts: tuple[Text, ...]
    is_inside: bool
    is_lit: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A node: what stands on it, and the same in words and numbers."""

    index: int
    label: str  # what it is called
    name: str  # if that is a name
    sign: str  # of its operation
    expression: str  # the same in words
    value: Number
    adjoint: Number
    kinds: tuple[str, ...]  # of input, output, closed, box and wrong
    frame: int | None  # in which it stands
    box: Box
    head: float  # how high the ground of its heading is
    heading: tuple[Text, ...]
    numbers: tuple[Text, ...]
    maps: tuple[Map, ...]
    badge: str  # that warns of its derivative, or nothing
    is_lit: bool
    title: str
    data: Data


@dataclass(frozen=True, slots=True)
class Scale:
    """All shades of a map, from the most negative number to the most positive, with words."""

    x: float
    y: float
    map: Map
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Legend:
    """What colours and signs mean: words in a row, each with its role; and what shades mean, if
    there are any.
    """

    x: float
    y: float
    entries: tuple[tuple[str, str], ...]
    scale: Scale | None


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is to be seen, from back to front, and what is heard of it: `title`, one line;
    `table`, every node with its numbers; `step` and `event`, at which step of the sweeps it stands
    and what happens there.

    A scene that is live has words only where they stay: the page that shows it fills in numbers,
    says titles and brings the style sheet.
    """

    width: int
    height: int
    margin: float
    title: str
    table: str
    step: str
    event: str
    frames: tuple[Frame, ...]
    wires: tuple[Wire, ...]
    labels: tuple[Label, ...]
    cards: tuple[Card, ...]
    caption: tuple[Text, ...]  # the event, on as many lines as it needs
    legend: Legend
    is_live: bool
    language: str  # of its words
    second: str = "adjoint"  # what the second number of a card is, and its role; or "tangent"
    document: str = ""  # what it was composed of, for machines (:mod:`gradviz.document`)

    @property
    def progress(self) -> str:
        """The step and what happens there; empty if the sweeps are complete."""
        return progress(self.step, self.event) if self.step else ""

    @property
    def words(self) -> str:
        """All of it in words: the text twin of any picture."""
        return twin(self.title, self.progress, self.table)


def progress(step: str, event: str) -> str:
    """At which step it stands, and what happens there."""
    return say("figure.step.progress", step=step, event=event)


def twin(title: str, progress: str, table: str) -> str:
    """What a figure says in words."""
    return "\n".join([title, *filter(None, [progress]), "", table])
