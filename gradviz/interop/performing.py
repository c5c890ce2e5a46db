"""What performs the graph of a model from elsewhere: it is called anew."""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar, NoReturn

import numpy as np

from gradviz.autodiff.tape.sources import compiled
from gradviz.graph import Graph, Lines, Node, Run, Source, printable


class Untraceable(ValueError):
    """A model does what can't be followed, or fails. No TypeError: operators of tensors swallow
    these. `recorded` is the graph until there, to be drawn; None if nothing was recorded.
    """

    recorded: Graph | None = None

    def with_recorded(self, graph: Graph) -> "Untraceable":
        """The same, which tells how to see what was recorded."""
        made = Untraceable(
            f"{self} (what was recorded until there is this error's `recorded`: in a notebook, "
            "gv.draw(sys.last_value.recorded))"
        )
        made.recorded = graph
        return made


class Performer(ABC):
    """Performs the graph of a model by calling it anew; it has no program of ours."""

    kind: ClassVar[str]  # of model, in errors
    can_run = False  # by a program
    knows_decisions = False

    @abstractmethod
    def graph(self, values: Mapping[str, Any] | None = None) -> Graph:
        """The graph of a call at these values of inputs, by name."""

    def run(self, graph: Graph, values: Sequence[Any]) -> Run:
        return self.anew(graph, values, "the model took another way")

    def anew(self, graph: Graph, values: Sequence[Any], why: str) -> Run:
        return self._as_of(graph, self.graph(dict(zip(graph.input_names, values))), why)

    def newest(self, graph: Graph) -> Run:
        """A run at the parameters that the model has now."""
        raise TypeError(f"{graph.name} is a {self.kind}, whose parameters are inputs: update these")

    def _as_of(self, graph: Graph, found: Graph, why: str) -> Run:
        """The run of a new trace, of the graph itself if it went the same way."""
        if _form(found) != _form(graph):
            return Run(found, found.example_numbers, None, why, found.example_flows)
        return Run(graph, found.example_numbers, flows=found.example_flows)

    def prepare(self, graph: Graph) -> None:
        return None

    def refusal(self, graph: Graph) -> TypeError:
        return TypeError(
            f"{graph.name} is a {self.kind}, which gradviz has no program of: it can be run, "
            "drawn, explained, saved and checked"
        )

    def sweep(self, graph: Graph, values: Sequence[Any], count: int) -> NoReturn:
        raise self.refusal(graph)

    def cost(self, graph: Graph) -> NoReturn:
        raise self.refusal(graph)

    def listing(self, graph: Graph, target: str, mode: Any, wrt: Any) -> Lines:
        raise self.refusal(graph)

    def is_openable(self, graph: Graph, node: Node) -> bool:
        return False

    def opened(self, graph: Graph, labels: Collection[str]) -> NoReturn:
        raise self.refusal(graph)

    def pickled(self, graph: Graph) -> tuple[Callable[..., Graph], tuple[Any, ...]]:
        return Graph.from_dict, (graph.to_dict(),)


def _form(graph: Graph) -> list[tuple[Any, ...]]:
    """What two graphs of one way through a model have in common."""
    shapes = map(np.shape, graph.example_numbers)
    return [(node.label, node.operand_labels, shape) for node, shape in zip(graph.nodes, shapes)]


def bound(
    called: Callable[..., Any], given: Sequence[Any], options: Mapping[str, Any]
) -> dict[str, Any]:
    """What is given, by the function's own argument names."""
    try:
        signature = inspect.signature(called)
        found = signature.bind(*given, **options).arguments
    except (TypeError, ValueError):
        return {**{f"x{place}": each for place, each in enumerate(given)}, **options}
    named: dict[str, Any] = {}
    for name, each in found.items():
        match signature.parameters[name].kind:
            case inspect.Parameter.VAR_POSITIONAL:
                named |= {f"{name}[{place}]": one for place, one in enumerate(each)}
            case inspect.Parameter.VAR_KEYWORD:
                named |= each
            case _:
                named[name] = each
    return named


def title_of(function: Callable[..., Any]) -> str:
    name = getattr(function, "__name__", type(function).__name__)
    return printable(name.replace("<lambda>", "f"))


def beginning(called: Callable[..., Any], library: Sequence[str]) -> Source | None:
    """The line where a function begins, if it is not in one of the library's folders."""
    called = inspect.unwrap(called)
    code = getattr(called, "__code__", None)
    if code is None or code.co_filename.startswith(tuple(library)):
        return None
    return compiled(code, called.__globals__).source(code.co_firstlineno)
