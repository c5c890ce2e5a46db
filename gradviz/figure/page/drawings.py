"""The drawings of a figure that a page without a kernel holds: of each trace that the ranges of its
sliders lead through, in each state of its blocks.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from gradviz.autodiff.programs import targets
from gradviz.autodiff.programs.instructions import Instructions
from gradviz.autodiff.programs.memory import grid
from gradviz.autodiff.programs.sweeps import Step
from gradviz.figure.page.spans import Span
from gradviz.figure.page.structure import structure
from gradviz.graph import Block, Graph, Node, Run, is_from_elsewhere
from gradviz.scene.folding.blocks import blocks_of
from gradviz.scene.folding.inside import Inside
from gradviz.scene.words.listing import listing
from gradviz.scene.words.statistics import lines

MOST_TRACES = 16
MOST_STATES = 32  # of blocks
MOST_NODES = 400  # in all that a page holds beside the first
MOST_WORK = 200_000  # operations that are traced to find traces
SEED = 20  # of the settings that are tried at random

Drawn = Callable[[Run], str]  # the picture of a run, for a page that fills in the numbers


def drawing(
    run: Run,
    drawn: Drawn,
    spans: Mapping[str, Span],
    trace: int = 0,
    wrt: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """What a page is told of one drawing."""
    graph = run.graph
    full, closed = graph.unfolded, _seen(graph.origin.closed)
    return {
        "graph": full,
        "trace": trace,
        "closed": [at for at, block in enumerate(blocks_of(full)) if block in closed],
        "structure": structure(run, run.places, spans, drawn(run)),
        "code": listing(graph, wrt),
        "nudged": nudged(graph),
        "statistics": [lines(run, node) for node in graph.nodes]
        if is_from_elsewhere(graph)
        else None,
    }


def traces(run: Run, tried: Mapping[str, Sequence[float]]) -> list[Run]:
    """Runs of the function by its distinct traces, that of this run first: as many as there are
    where each input is `tried` by itself, and then all of them at random.
    """
    found = {_decided(run.graph.unfolded): run}
    settings = [*_settings(run, tried)] if run.graph.unfolded.guards else []
    every = 1 + len(settings) * len(run.graph.unfolded.nodes) // MOST_WORK
    for setting in settings[::every]:
        if len(found) == MOST_TRACES:
            break
        try:
            there = run.graph.run(setting)
        except Exception:  # the function fails there; the page will say that it has no numbers
            continue
        if there.graph is not run.graph:
            found.setdefault(_decided(there.graph.unfolded), there)
    return [*found.values()]


def _decided(graph: Graph) -> str:
    """What tells a trace from others: its operations, and how it decided."""
    nodes = [(node.label, node.expression) for node in graph.nodes]
    guards = [(each.plain.name, str(each.operands), str(each.outcome)) for _, each in graph.guards]
    return str((nodes, guards))


def _settings(run: Run, tried: Mapping[str, Sequence[float]]) -> Iterator[dict[str, float]]:
    for name, at in tried.items():
        for value in at:
            yield {**run.inputs, name: value}
    random = np.random.default_rng(SEED)
    for _ in range(400 if len(tried) > 1 else 0):
        yield {**run.inputs, **{name: float(random.choice(at)) for name, at in tried.items()}}


def states(graph: Graph, closed: Collection[Block]) -> Iterator[frozenset[Block]]:
    """Which blocks may be seen closed together, none inside of another that is closed: first these,
    then those that are fewest clicks away.
    """
    blocks = blocks_of(graph)
    waiting = [frozenset(closed)]
    found, told = {*waiting}, set[frozenset[Block]]()
    while waiting:
        here = waiting.pop(0)
        if _seen(here) not in told:
            told.add(_seen(here))
            yield _seen(here)
        clicked = (here ^ {block} for block in blocks if not _is_hidden(block, here))
        more = [there for there in clicked if there not in found]
        found.update(more)
        waiting += more


def _seen(closed: Collection[Block]) -> frozenset[Block]:
    return frozenset(block for block in closed if not _is_hidden(block, closed))


def _is_hidden(block: Block, closed: Collection[Block]) -> bool:
    """Whether it is inside of one that is closed."""
    return any(around in closed for around in block.path[:-1])


def nudged(graph: Graph) -> list[Any] | None:
    """Where the page's program has the value of each node, and which instructions work it out: so
    it can be moved a little, and the rest be worked out again. None of a node that shares its
    place with another; no instructions of the inside of a closed block.
    """
    program = targets.in_a_page(graph)
    if program is None or graph.origin.is_excerpt:
        return None
    ends = _instructions(program)
    there = {node.label: node for node in program.graph.nodes}  # hidden or not
    taken: set[int] = set()
    found: list[Any] = []
    for node in graph.nodes:
        at = there[node.label]
        here = program.known[program.names[at]]
        if taken.isdisjoint(here.ravel().tolist()):
            taken.update(here.ravel().tolist())
            start, end = ends[at]
            found.append([grid(here), end if isinstance(node.operation, Inside) else start, end])
        else:
            found.append(None)
    return found


def _instructions(program: Instructions) -> dict[Node, tuple[int, int]]:
    """By node, the first of the instructions that work it out, and the first after them."""
    found: dict[Node, tuple[int, int]] = dict.fromkeys(program.graph.inputs, (0, 0))
    starts = [start for start, _ in program.steps] + [len(program.memory.code)]
    for (start, step), end in zip(program.steps, starts[1:]):
        if isinstance(step, Step) and step.kind == "value":
            found[step.node] = start, end
    return found
