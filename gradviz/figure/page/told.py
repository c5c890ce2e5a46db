"""What a page that stands alone is told of a figure: all that Python would answer, as far as the
page can hold it or work it out.
"""

import base64
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import numpy as np

from gradviz import words
from gradviz.figure.page.drawings import (
    MOST_NODES,
    MOST_STATES,
    Drawn,
    drawing,
    states,
    traces,
)
from gradviz.figure.page.packing import packed
from gradviz.figure.page.spans import Span, places, span
from gradviz.graph import Block, Graph, Run, is_from_elsewhere
from gradviz.scene.folding import fold, overview
from gradviz.scene.folding.blocks import blocks_of, counterparts, keys

MOST_SLIDERS = 30
MOST_RECORDED = 1_400_000  # characters of the pictures and numbers of boxes that a page may hold
MOST_HELD = 60_000  # numbers that a page may hold where it can't work them out


@dataclass(frozen=True)
class Track:
    """A slider of a page: what it is called, the inputs that it moves, and between which ends; of a
    logarithmic one these are powers of its base.
    """

    name: str
    inputs: tuple[str, ...]
    span: Span
    base: float | None = None

    def and_of(self, name: str) -> "Track":
        """One that moves another input too."""
        return replace(self, name=f"{self.name}, {name}", inputs=(*self.inputs, name))

    @property
    def places(self) -> list[float]:
        """Where it can stand."""
        at = places(self.span)
        return at if self.base is None else [self.base**power for power in at]

    def told(self, names: Sequence[str]) -> dict[str, Any]:
        """The same for a page, where inputs have these names."""
        return {
            "label": self.name,
            "inputs": [names.index(name) for name in self.inputs],
            **dict(zip(("least", "most", "grain"), self.span)),
            "base": self.base,
        }


@dataclass(frozen=True)
class Living:
    """How a figure is alive: with which sliders, and whether its code is open."""

    sliders: Sequence[Track] | None = None  # one about each input
    spans: Mapping[str, Span] = field(default_factory=dict)
    code: bool = False


def sliders_about(run: Run) -> list[Track]:
    """A slider about each input that is a finite number, if there are not too many."""
    numbers = {name: value for name, value in run.inputs.items() if isinstance(value, float)}
    if len(numbers) > MOST_SLIDERS:
        return []
    return [*_sliders_about(numbers)]


def _sliders_about(numbers: Mapping[str, float]) -> Iterator[Track]:
    for name, value in numbers.items():
        try:
            _, *ends = span(name, value)
        except ValueError:  # no slider reaches from there to anywhere
            continue
        least, most, grain = ends
        yield Track(name, (name,), (least, most, grain))


def told(
    run: Run,
    whole: Run,
    drawn: Drawn,
    living: Living,
    step: int | None,
    wrong: Sequence[int],
    wrt: Mapping[str, float] | None,
) -> dict[str, Any]:
    """All of it, as plain data, for ``web/alone``."""
    if living.sliders is None:
        living = replace(living, sliders=sliders_about(whole))
    graph, spans = whole.graph, {**living.spans}
    for slider in living.sliders or ():
        if slider.base is None:
            spans |= dict.fromkeys(slider.inputs, slider.span)
    is_part = run.graph.origin.is_excerpt
    can_run = graph.runner is not None and graph.runner.can_run
    if can_run:
        whole = _replayed(whole)
        run = run.graph.shown(whole) if is_part else whole
    drawings = [drawing(run, drawn, spans, wrt=wrt)]
    first = drawings[0]["structure"]
    can_place = first["places"] is not None or first["shapes"] is not None
    can_move = can_run and can_place and first["program"] is not None
    if can_move and not is_part:
        drawings += _others(run, drawn, living, spans)
    if is_from_elsewhere(graph):
        drawings[0]["part"] = [*run.graph.origin.path]
        drawings += _recorded(run, whole, drawn)
    sliders = (living.sliders or ()) if can_run else ()
    held = None if can_move else _held(whole, run, sliders)
    values = [] if is_from_elsewhere(graph) else [*whole.inputs.values()]  # which nothing moves
    names = [*whole.inputs]
    graphs = {each["trace"]: each.pop("graph") for each in drawings}
    closed = keys(graphs[0])
    return {
        "kind": "figure",
        "words": words.for_the_page(),
        "drawings": drawings,
        "blocks": [[*_blocks(graphs[trace])] for trace in sorted(graphs)],
        "closed": [str(closed[block]) for block in run.graph.origin.closed if block in closed],
        "can_move": can_move,
        "numbers": _base64(packed(run, run.places)),
        "values": _base64(np.concatenate([np.ravel(value) for value in values] or [[]])),
        "sizes": [np.size(value) if isinstance(value, np.ndarray) else None for value in values],
        "sliders": [slider.told(names) for slider in (sliders if can_move or held else ())],
        "held": held,
        "step": step,
        "wrt": wrt,
        "wrong": [*wrong],
        "code_open": living.code,
    }


def _replayed(run: Run) -> Run:
    """By the program, which knows where its numbers stand."""
    full = run.graph.unfolded
    full.performer.prepare(full)
    replayed = run.graph.run(run.inputs)
    return replayed if replayed.graph is run.graph else run


def _others(
    run: Run, drawn: Drawn, living: Living, spans: Mapping[str, Span]
) -> Iterator[dict[str, Any]]:
    """The other drawings: of other traces as of this, then with other blocks closed and open."""
    tried = {name: track.places for track in living.sliders or () for name in track.inputs}
    turns: list[tuple[int, int, Run, Collection[Block]]] = []
    for trace, there in enumerate(traces(run, tried)):
        full = there.graph.unfolded
        as_here = counterparts(run.graph.unfolded, run.graph.origin.closed, full)
        for turn, closed in enumerate(islice(states(full, as_here), MOST_STATES)):
            turns.append((turn, trace, there, closed))
    room = MOST_NODES
    for turn, trace, there, closed in sorted(turns, key=lambda turn: turn[0] > 0)[1:]:
        other = _replayed(fold.fold(there.graph.unfolded, closed).run(there.inputs))
        room -= len(other.graph.nodes)
        if turn and room < 0:
            break
        yield drawing(other, drawn, spans, trace)


def _recorded(run: Run, whole: Run, drawn: Drawn) -> Iterator[dict[str, Any]]:
    """The other drawings of a model from elsewhere, with their numbers and which box of which each
    is: of its boxes opened, or of its modules closed and open.
    """
    full, room, origin = whole.whole, MOST_RECORDED, run.graph.origin
    if origin.is_excerpt and not origin.closed:
        others = (each for each in _levels(full.graph) if each.origin.path != origin.path)
    else:
        closed = islice(states(full.graph, origin.closed), 1, MOST_STATES)
        others = (fold.fold(full.graph, blocks) for blocks in closed)
    for graph in others:
        other = graph.shown(full)
        numbers, path = _base64(packed(other, other.places)), [*graph.origin.path]
        made = {**drawing(other, drawn, {}), "part": path, "numbers": numbers}
        room -= len(made["structure"]["svg"]) + len(numbers)
        if room < 0:
            break
        yield made


def _levels(full: Graph) -> Iterator[Graph]:
    """What is drawn of a graph of boxes, and of each box that is opened, the outer ones first."""
    waiting: list[tuple[int, ...]] = [()]
    while waiting:
        path = waiting.pop(0)
        graph = overview.level(full, path)
        yield graph
        waiting += [(*path, box) for box in graph.origin.boxes.values()]


def _blocks(graph: Graph) -> Iterator[dict[str, Any]]:
    """What blocks are called from outside, and the block around each."""
    numbers = {block: at for at, block in enumerate(blocks_of(graph))}
    for block, key in keys(graph).items():
        yield {"key": str(key), "parent": numbers.get(block.parent) if block.parent else None}


def _held(whole: Run, run: Run, sliders: Sequence[Track]) -> list[list[str | None]] | None:
    """By slider, the numbers at each of its places, the others standing where they are; None at
    one where there are none. None of all if they are too many.
    """
    count = len(packed(run, run.places)) // 8
    if not sliders or count * sum(len(slider.places) for slider in sliders) > MOST_HELD:
        return None

    def at(slider: Track, value: float) -> str | None:
        try:
            there = whole.graph.run({**whole.inputs, **dict.fromkeys(slider.inputs, value)})
        except Exception:  # the function fails there
            return None
        if there.graph is not whole.graph:
            return None
        shown = run.graph.shown(there) if run.graph.origin.is_excerpt else there
        return _base64(packed(shown, run.places))

    return [[at(slider, value) for value in slider.places] for slider in sliders]


def _base64(numbers: bytes | np.ndarray) -> str:
    sent = numbers if isinstance(numbers, bytes) else np.asarray(numbers, "<f8").tobytes()
    return base64.b64encode(sent).decode()
