"""A model and its inputs as a graph; and run again at other inputs."""

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, NoReturn

import numpy as np
import torch
from torch.utils import _pytree as trees

from gradviz.autodiff.tape.sources import compiled
from gradviz.graph import Graph, Lines, Node, Run, Source, printable
from gradviz.interop.torch.kept import holding, kept
from gradviz.interop.torch.making import Maker
from gradviz.interop.torch.modules import Modules
from gradviz.interop.torch.recording import Recorder, Untraceable

Trees = Any  # tensors, in tuples and dicts too


def traced(
    function: Callable[..., Any],
    given: Sequence[Any],
    options: Mapping[str, Any],
    loss: Callable[[Any], Any] | None,
) -> Graph:
    """The graph of one call."""
    return Model(function, given, options, loss).graph()


class Model:
    """What performs the graph of a model: it is called anew."""

    can_run = False  # by a program
    knows_decisions = False

    def __init__(
        self,
        function: Callable[..., Any],
        given: Sequence[Any],
        options: Mapping[str, Any],
        loss: Callable[[Any], Any] | None,
    ) -> None:
        self.function, self.loss = function, loss
        leaves, self.spec = trees.tree_flatten((tuple(given), dict(options)))
        self.leaves = [
            each.detach().clone() if isinstance(each, torch.Tensor) else each for each in leaves
        ]
        self.title: str = printable(
            getattr(function, "__name__", type(function).__name__).replace("<lambda>", "f")
        )
        self.random: Any = None  # the state in which random draws began
        self.tensors: dict[str, torch.Tensor] = {}  # parameters and the like by their names

    def graph(self, values: Mapping[str, Any] | None = None) -> Graph:
        """Of a call at these values of inputs, by name."""
        values = values or {}
        names = _names(self.function, self.spec, self.leaves)
        leaves = [
            _like(values[name], leaf) if name in values else leaf
            for name, leaf in zip(names, self.leaves)
        ]
        held = [
            (tensor, _like(values[name], tensor))
            for name, tensor in self.tensors.items()
            if name in values
        ]
        modules = Modules(self.function)
        known = [*modules.all, *_modules_around(self.function, self.loss)]
        with ExitStack() as stack:
            stack.enter_context(holding(held))
            self.random = stack.enter_context(kept([*dict.fromkeys(known)], self.random))
            stack.enter_context(torch.inference_mode(False))
            stack.enter_context(torch.enable_grad())
            recorder = Recorder(modules)
            named, output = self._recorded(recorder, leaves, names)
            self._go_back(recorder, output)
            named = {**_names_of_tensors(self.function, modules, recorder), **named}
            maker = Maker(self.title, recorder, recorder.value(output), named)
        graph = maker.graph(self, _beginning(self.function))
        self.tensors = maker.tensors
        return graph

    def _recorded(
        self, recorder: Recorder, leaves: Sequence[Any], names: Sequence[str]
    ) -> tuple[dict[int, str], torch.Tensor]:
        """The names of the inputs, and the output of the call, which is recorded."""
        named, at = {}, []
        for leaf, name in zip(leaves, names):
            if isinstance(leaf, torch.Tensor):
                tensor = leaf.detach().clone()
                if tensor.is_floating_point():
                    tensor.requires_grad_()
                value = recorder.input(tensor)
                named[id(value)] = name
                if tensor.requires_grad:  # the model may change it in place, but no leaf
                    leaf = tensor.clone()
                    recorder.stands_for(leaf, value)
                else:
                    leaf = tensor
            at.append(leaf)
        given, options = trees.tree_unflatten(at, self.spec)
        with recorder.modules.watched(), recorder:
            made = self.function(*given, **options)
            output = self._single(recorder, made)
        if not output.requires_grad:
            raise Untraceable(f"{self.title} has no output that asks for a gradient")
        return named, output

    def _single(self, recorder: Recorder, made: Any) -> torch.Tensor:
        """The number that the sweep begins at."""
        if self.loss is not None:
            made = self.loss(made)
        found = [
            each
            for each in trees.tree_leaves(made)
            if isinstance(each, torch.Tensor) and each.is_floating_point() and each.requires_grad
        ]
        if not found or (self.loss is not None and (len(found) > 1 or found[0].numel() != 1)):
            what = "the loss of " if self.loss is not None else ""
            raise Untraceable(
                f"{what}{self.title} must give a tensor that asks for a gradient"
                f"{', one single number' if self.loss is not None else ''}, not {made!r:.60}"
            )
        sums = [each if each.numel() == 1 else each.sum() for each in found]
        output = sums[0]
        for each in sums[1:]:
            output = output.reshape(()) + each.reshape(())
        if recorder.value(output) is None or output.dim():
            output = output.reshape(())
        return output

    def _go_back(self, recorder: Recorder, output: torch.Tensor) -> None:
        leaves = [
            each.tensor
            for each in recorder.inputs
            if each.tensor is not None and each.tensor.requires_grad
        ]
        split = [call for call in recorder.calls if len(call.results) > 1]
        found = torch.autograd.grad(output, leaves, retain_graph=bool(split), allow_unused=True)
        gradients = iter(found)
        for each in recorder.inputs:
            if each.tensor is not None and each.tensor.requires_grad:
                each.adjoint = next(gradients)
        recorder.is_open = False
        for call in split:
            recorder.split(call)

    # ── gradviz.graph.Runner ──

    def run(self, graph: Graph, values: Sequence[Any]) -> Run:
        return self._run(graph, values, "the model took another way")

    def anew(self, graph: Graph, values: Sequence[Any], why: str) -> Run:
        return self._run(graph, values, why)

    def _run(self, graph: Graph, values: Sequence[Any], why: str) -> Run:
        found = self.graph(dict(zip(graph.input_names, values)))
        if _form(found) != _form(graph):
            return Run(found, found.example_numbers, None, why, found.example_flows)
        return Run(graph, found.example_numbers, flows=found.example_flows)

    def prepare(self, graph: Graph) -> None:
        return None

    def refusal(self, graph: Graph) -> TypeError:
        return TypeError(
            f"{graph.name} is a PyTorch model, which gradviz has no program of: it can be run, "
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


def _like(value: Any, tensor: torch.Tensor) -> torch.Tensor:
    """A number or an array as a tensor of the same kind."""
    return torch.tensor(np.array(value)).to(tensor.dtype).to(tensor.device)


def _names(function: Callable[..., Any], spec: Any, leaves: Sequence[Any]) -> list[str]:
    """Of each of the leaves of what is given: by the function's own argument names."""
    called = function.forward if isinstance(function, torch.nn.Module) else function
    given, options = trees.tree_unflatten([*range(len(leaves))], spec)
    try:
        bound = inspect.signature(called).bind(*given, **options).arguments
    except (TypeError, ValueError):
        bound = {**{f"x{place}": each for place, each in enumerate(given)}, **options}
    names = [""] * len(leaves)
    for name, given in dict(bound).items():
        for path, place in trees.tree_flatten_with_path(given)[0]:
            names[place] = name + "".join(map(str, path))
    return names


def _names_of_tensors(function: Any, modules: Modules, recorder: Recorder) -> dict[int, str]:
    """Of parameters, and of what else comes in from around."""
    names = {id(each): name for name, each in _around(function).items()}
    found = dict(modules.named(lambda module: module.named_parameters()))
    names |= {id(each): name for name, each in found.items()}
    return {id(value): names.get(id(value.tensor), "w") for value in recorder.inputs}


def _around(function: Any) -> dict[str, Any]:
    """What a function uses by its name, and does not get."""
    try:
        found = inspect.getclosurevars(function)
    except TypeError:
        return {}
    return {**found.globals, **found.nonlocals}


def _modules_around(*functions: Any) -> list[torch.nn.Module]:
    roots = [value for each in functions for value in (each, *_around(each).values())]
    return [
        module for root in roots if isinstance(root, torch.nn.Module) for module in root.modules()
    ]


def _beginning(function: Any) -> Source | None:
    """The line where the function, or the module's own, begins."""
    called = function.forward if isinstance(function, torch.nn.Module) else function
    called = inspect.unwrap(called)
    code = getattr(called, "__code__", None)
    if code is None or code.co_filename.startswith(str(torch.__path__[0])):
        return None
    return compiled(code, called.__globals__).source(code.co_firstlineno)
