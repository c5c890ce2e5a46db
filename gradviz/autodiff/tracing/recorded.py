"""Figures of Variables: the graph that one was computed from, recorded in eager work."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gradviz.autodiff.modes.reachable import reachable
from gradviz.autodiff.programs import interpreter
from gradviz.autodiff.tape.tape import FOREIGN, LEAF, Leaf, Page, adjoint_at, state
from gradviz.autodiff.tape.variable import Variable, own
from gradviz.autodiff.tracing.pickling import packed, unpacked
from gradviz.autodiff.tracing.recording import Nodes
from gradviz.autodiff.tracing.runner import Unrunnable
from gradviz.graph import Graph, Run


class Recorded(Unrunnable):
    """What there is of a graph that was recorded in eager work, without its function: it can be
    read but not run again, since its decisions were not seen.
    """

    knows_decisions = False

    def refusal(self, graph: Graph) -> TypeError:
        return TypeError(
            f"{graph.name} was recorded while it was computed, without its function; use "
            "gv.trace(f, ...) for a graph that runs"
        )

    def pickled(self, graph: Graph) -> tuple[Callable[..., Graph], tuple[Any, ...]]:
        return unpickled, (packed(graph),)


def unpickled(parts: tuple[Any, ...]) -> Graph:
    """A graph that was recorded in eager work, out of its pickle."""
    return unpacked(parts, Recorded())


def run_of(self: Variable) -> Run:
    """The graph of what this Variable was computed from, with its values; and its adjoints, if its
    backward() was called.
    """
    output = self
    if state.page.is_trace:
        raise TypeError(
            "a figure of a Variable shows plain numbers, which a trace can't follow; draw outside "
            "the traced function"
        )
    own(output)
    pages, _ = getattr(output, "sweep", ({}, {}))
    nodes, primals, adjoints = Nodes(), [], []
    marks = reachable([(output.page, output.index)])
    places = [
        (page, index)
        for page in sorted(marks, key=lambda page: page.serial)
        for index, mark in enumerate(marks[page])
        if mark
    ]
    leaves: dict[tuple[Leaf, int], tuple[Any, Any]] = {}
    for page, index in places:
        operation, leaf, *_, value = page.entry(index)
        if (
            operation == LEAF
        ):  # of an input set to new values between its uses, each value has its share
            share = _adjoint(pages, page, index)
            _, before = leaves.get((leaf, id(value)), (value, None))
            leaves[leaf, id(value)] = (
                value,
                share if before is None else before if share is None else before + share,
            )
    made = [nodes.add_input(leaf, value, leaf.name) for (leaf, _), (value, _) in leaves.items()]
    primals += (value for value, _ in leaves.values())
    adjoints += (adjoint for _, adjoint in leaves.values())
    for page, index in places:
        if page.entry(index).operation not in (LEAF, FOREIGN):
            made.append(nodes.add_operation(len(made), page, index))
            primals.append(page.value(index))
            adjoints.append(_adjoint(pages, page, index))
    final = nodes.at(output.page, output.index)
    numbers = (*primals, *interpreter.locals_of(made, primals), *adjoints)
    graph = Graph(
        output.name or "f",
        tuple(made),
        final,
        order=tuple(made),
        example_numbers=numbers,
        runner=Recorded(),
    )
    return graph.example


def _adjoint(pages: Mapping[Page, Sequence[Any]], page: Page, index: int) -> Any:
    return adjoint_at(pages.get(page, ()), index)


Variable._run_ = run_of
