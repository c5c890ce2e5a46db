"""The layers of a model, in order: how large values and gradients are, and how many are zero."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradviz.graph import Block, Graph, Node, Run
from gradviz.live.plots.derivatives import decades
from gradviz.live.plots.plot import (
    FAINT,
    GRADIENT,
    INK,
    LEGEND,
    TITLE,
    VALUE,
    WRONG,
    plain,
    plotting,
    subplots,
)
from gradviz.numerals import Value, numeral
from gradviz.scene.unheld import Unheld
from gradviz.scene.words.statistics import Statistics, percent, statistics
from gradviz.words import say

MOST = 40  # layers; where there are more, the outer boxes are shown
LONGEST = 26  # characters of a name
MUCH = 1000.0  # times smaller or larger: then it vanishes, or explodes
WIDTH, ROW, ABOVE, BELOW, LETTER = 9.2, 0.24, 0.3, 0.35, 0.085  # inches


@dataclass(frozen=True)
class Layer:
    """What leaves a box of a graph, or a single operation."""

    name: str
    value: Statistics
    gradient: Statistics
    size: int  # elements
    dead: float | None  # share of units that are zero in all examples; None if that is not known

    @property
    def norm(self) -> float:
        """Of the gradient: the root of the sum of its squares."""
        return float("nan") if self.gradient.scale is None else self.gradient.scale * self.size**0.5

    @property
    def scale(self) -> float:
        """Of the values: the root of their mean square."""
        return float("nan") if self.value.scale is None else self.value.scale


def layers_of(what: Graph | Run) -> list[Layer]:
    """The layers of a graph, in the order of the work: what leaves each innermost box, and each
    operation that shares its box with others. What only arranges numbers anew is left out; so are
    single numbers, where there are arrays.

    Raises ValueError if they are too many and nothing joins them, or if there is none."""
    run = (what.example if isinstance(what, Graph) else what).whole
    graph, found = run.graph, list[Layer]()
    for depth in (None, *range(max(map(_depth, graph.nodes)), 0, -1)):
        found = [*_layers(run, depth)]
        if len(found) <= MOST:
            break
    else:
        raise ValueError(
            f"{graph.name} has {len(found)} operations side by side, and layers are drawn of up to "
            f"{MOST}; put its layers in boxes, by @gv.block"
        )
    if not found:
        raise ValueError(f"{graph.name} has no operation whose numbers are known")
    return found


def _layers(run: Run, depth: int | None) -> Iterator[Layer]:
    graph = run.graph
    around = {block.parent for node in graph.nodes if node.block for block in node.block.path}
    boxes: dict[Block | Node, list[Node]] = {}
    for node in graph.operations:
        path = node.block.path if node.block else ()
        cut = path[depth - 1] if depth is not None and len(path) >= depth else None
        box = cut or (node if node.block is None or node.block in around else node.block)
        boxes.setdefault(box, []).append(node)
    box_of = {node: box for box, nodes in boxes.items() for node in nodes}
    leaving = {
        edge.source for edge in graph.edges if box_of.get(edge.source) is not box_of[edge.target]
    }
    leaving.add(graph.output)
    ordered = sorted(boxes.items(), key=lambda item: item[1][-1].index)
    for box, nodes in ordered:
        out = [node for node in nodes if node in leaving]
        if not out or (isinstance(box, Node) and _is_rearranged(run, box)):
            continue
        value, gradient = (
            _joined([of[node] for node in out]) for of in (run.primals, run.adjoints)
        )
        if value is None or gradient is None or (graph.has_arrays and np.size(value) < 2):
            continue
        ahead, back = statistics(value), statistics(gradient)
        if ahead is not None and back is not None:
            yield Layer(_name(box, out), ahead, back, np.size(value), _dead(value))


def _depth(node: Node) -> int:
    return len(node.block.path) if node.block else 0


def _name(box: Block | Node, out: Sequence[Node]) -> str:
    if isinstance(box, Node) or len(out) == 1:
        label = out[0].label
        return box.name if isinstance(box, Block) and label.isdecimal() else label
    return ".".join(block.name for block in box.path)


def _joined(numbers: Sequence[Value | None]) -> Value | None:
    """All elements of what leaves a box together; the last of them where not all are held."""
    if len(numbers) == 1 or any(each is None or isinstance(each, Unheld) for each in numbers):
        return numbers[-1]
    return np.concatenate([np.ravel(each) for each in numbers if each is not None])


def _is_rearranged(run: Run, node: Node) -> bool:
    """Whether an operation only gives its operand's numbers another order or shape."""
    operands = [operand for operand in node.operands if isinstance(operand, Node)]
    value = run.primals[node]
    return (
        isinstance(value, np.ndarray)
        and not isinstance(value, Unheld)
        and len(operands) == 1
        and np.size(run.primals[operands[0]]) == value.size
        and np.array_equal(np.sort(value, None), np.sort(run.primals[operands[0]], None))
    )


def _dead(value: Value | None) -> float | None:
    """The share of units that are zero in all examples: columns, or channels of images."""
    if not isinstance(value, np.ndarray) or isinstance(value, Unheld) or value.ndim < 2:
        return None
    axis = 1 if value.ndim > 3 else value.ndim - 1
    others = tuple(each for each in range(value.ndim) if each != axis)
    return float(np.mean(~np.any(value != 0.0, axis=others)))


def trouble(layer: Layer, last: float) -> str:
    """The id of what is wrong with a layer, or nothing; `last` is the norm of the last gradient
    that is not 0.
    """
    if layer.value.is_loud or layer.gradient.is_loud:
        return "nan" if layer.value.nan or layer.gradient.nan else "infinite"
    if layer.value.zeros == 1:
        return "dead"
    if layer.gradient.zeros == 1:
        return "no_gradient"
    if layer.norm < last / MUCH:
        return "vanishing"
    return "exploding" if layer.norm > last * MUCH else ""


@plotting
def scales(what: Graph | Run) -> tuple[Figure, str]:
    """The plot of :func:`gradviz.plot.layers` for a graph."""
    found = layers_of(what)
    last = next((each.norm for each in reversed(found) if 0 < each.norm < np.inf), 0.0)
    troubles = [trouble(each, last) for each in found]
    names = [_short(each.name) for each in found]
    figure, axes = subplots(
        1, 4, size=(WIDTH, ROW * len(found) + ABOVE + BELOW), layout=None, sharey=True,
        width_ratios=(1, 1, 0.75, 0.6),
    )  # fmt: skip
    height = figure.get_figheight()
    figure.subplots_adjust(
        left=(0.25 + LETTER * max(map(len, names))) / WIDTH, right=1.0, wspace=0.2,
        bottom=BELOW / height, top=1 - ABOVE / height,
    )  # fmt: skip
    values, gradients, zeros, words = axes
    rows = np.arange(len(found))
    _draw(values, rows, [each.scale for each in found], VALUE, "o")
    _draw(gradients, rows, [each.norm for each in found], GRADIENT, "s")
    _draw_zeros(zeros, rows, found)
    for name, each in zip(("value", "gradient", "zeros"), axes):
        each.set_title(say(f"plot.scales.{name}"), **TITLE)
    values.set_yticks(rows, [*map(plain, names)])
    for each in (gradients, zeros):
        each.tick_params(axis="y", length=0)
    values.set_ylim(len(found) - 0.5, -0.5)
    words.set_axis_off()
    for row, wrong in enumerate(troubles):
        if wrong:
            for each in axes:
                each.axhspan(row - 0.5, row + 0.5, color=WRONG, alpha=0.14, linewidth=0)
            look: Any = {"color": WRONG, "fontsize": 9, "va": "center"}
            words.text(0.05, row, say(f"plot.scales.{wrong}"), **look)
    return figure, _text(found, troubles)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else "…" + name[1 - LONGEST :]


def _draw(axes: Axes, rows: np.ndarray, sizes: Sequence[float], colour: str, marker: str) -> None:
    """Sizes on a logarithmic scale, joined in their order; those that are 0 stand at its edge."""
    shown = [each if 0 < each < np.inf else np.nan for each in sizes]
    low, high = (np.log10(end) for end in decades([each for each in shown if each == each]))
    low, high = np.floor(low + 0.02), np.ceil(high - 0.02)
    axes.plot(shown, rows, marker=marker, markersize=5, color=colour, linewidth=1.4)
    powers = np.arange(low, high + 1, max(1, (high - low) // 4))
    ticks = [(10.0**power, f"$\\mathdefault{{10^{{{power:.0f}}}}}$") for power in powers]
    zeros = [row for row, each in zip(rows, sizes) if each == 0]
    if zeros:
        low -= max(1.0, (high - low) / 8)
        ticks.insert(0, (10.0**low, "0"))
        look: Any = {"color": WRONG, "markersize": 7, "markeredgewidth": 2, "clip_on": False}
        axes.plot([10.0**low] * len(zeros), zeros, "x", **look)
    axes.set(xscale="log", xlim=(10.0**low, 10.0**high))
    axes.set_xticks(*zip(*ticks))
    axes.minorticks_off()
    axes.grid(True, alpha=FAINT, axis="x")


def _draw_zeros(axes: Axes, rows: np.ndarray, found: Sequence[Layer]) -> None:
    """Shares of zeros among the values and the gradients, and of units that are always zero."""
    axes.barh(rows - 0.2, [100 * each.value.zeros for each in found], 0.36, color=VALUE, alpha=0.5)
    axes.barh(rows + 0.2, [100 * each.gradient.zeros for each in found], 0.36, color=GRADIENT)
    dead = [100 * (each.dead or 0.0) for each in found]
    axes.barh(rows - 0.2, dead, 0.36, color=INK, label=say("plot.scales.dead_units"))
    if any(dead):
        axes.legend(**{**LEGEND, "loc": "best", "fontsize": 8})
    axes.set_xlim(0, 100)
    axes.set_xticks([0, 50, 100], [f"{each} %" for each in (0, 50, 100)])


def _text(found: Sequence[Layer], troubles: Sequence[str]) -> str:
    heads = ("page.plot.layers.layer", "plot.scales.value", "plot.scales.gradient")
    rows = [[*map(say, (*heads, "plot.scales.zeros", "plot.scales.dead_units")), ""]]
    rows += [
        [
            _short(each.name),
            numeral(each.scale, 3),
            numeral(each.norm, 3),
            f"{percent(each.value.zeros)}, {percent(each.gradient.zeros)}",
            "" if each.dead is None else percent(each.dead),
            say(f"plot.scales.{wrong}") if wrong else "",
        ]
        for each, wrong in zip(found, troubles)
    ]
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at in (0, 5) else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in rows
    )
