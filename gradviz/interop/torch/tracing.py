"""A model and its inputs as a graph; and run again at other inputs."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np
import torch
from torch.utils import _pytree as trees

from gradviz.graph import Graph, Node, Run
from gradviz.interop.making import Made, graph_of
from gradviz.interop.performing import Performer, Untraceable, beginning, bound, title_of
from gradviz.interop.torch.exported import Exported
from gradviz.interop.torch.kept import holding, kept
from gradviz.interop.torch.making import made_of
from gradviz.interop.torch.modules import Modules
from gradviz.interop.torch.recording import Recorded, Recorder

Trees = Any  # tensors, in tuples and dicts too


def traced(
    function: Callable[..., Any],
    given: Sequence[Any],
    options: Mapping[str, Any],
    loss: Callable[[Any], Any] | None,
    detail: str,
) -> Graph:
    """The graph of one call."""
    model = Model(function, given, options, loss)
    if detail == "operations":
        model.take_apart(model.leaves)
    return model.graph()


class Model(Performer):
    """A model and its inputs."""

    kind = "PyTorch model"

    def __init__(
        self,
        function: Callable[..., Any],
        given: Sequence[Any],
        options: Mapping[str, Any],
        loss: Callable[[Any], Any] | None,
    ) -> None:
        self.function: Callable[..., Any] = function
        self.loss: Callable[[Any], Any] | None = loss
        leaves, spec = trees.tree_flatten((tuple(given), dict(options)))
        self.spec: Any = spec
        self.leaves: list[Any] = [
            each.detach().clone() if isinstance(each, torch.Tensor) else each for each in leaves
        ]
        self.title: str = title_of(function)
        self.exported: Exported | None = None  # where it is performed operation by operation
        self.random: Any = None  # the state in which random draws began
        self.tensors: dict[str, torch.Tensor] = {}  # parameters and the like by their names

    def take_apart(self, leaves: Sequence[Any]) -> None:
        """Perform the operations of the module from now on, one by one."""
        if not isinstance(self.function, torch.nn.Module):
            raise Untraceable(
                "detail='operations' takes a torch.nn.Module, not the "
                f"{type(self.function).__name__} {self.title}; use detail='functions'"
            )
        given, options = trees.tree_unflatten([*leaves], self.spec)
        if self.exported is None or not self.exported.fits(given, options):
            with kept([*self.function.modules()]):
                self.exported = Exported(self.function, given, options)

    def graph(self, values: Mapping[str, Any] | None = None) -> Graph:
        """Of a call at these values of inputs, by name."""
        values = values or {}
        names = _names(self.function, self.spec, self.leaves)
        leaves = [
            _like(values[name], leaf) if name in values else leaf
            for name, leaf in zip(names, self.leaves)
        ]
        if self.exported is not None:
            self.take_apart(leaves)
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
            try:
                output = self._recorded(recorder, leaves, names)
                self._go_back(recorder, output)
                value = recorder.value(output)
            except Exception as error:
                if not recorder.calls:
                    raise
                until, _, _ = self._made(recorder, recorder.calls[-1].results[-1], False)
                refusal = recorder.failed(error).with_recorded(until)
                raise refusal from (None if isinstance(error, Untraceable) else error)
            assert value is not None, "an output asks for a gradient, so it has a value"
            graph, made, nodes = self._made(recorder, value)
        self.tensors = {
            nodes[made[each]].label: each.tensor
            for each in recorder.inputs
            if each.tensor is not None and made[each] in nodes
        }
        return graph

    def newest(self, graph: Graph) -> Run:
        return self._as_of(graph, self.graph(), "the model took another way")

    def _made(
        self, recorder: Recorder, value: Recorded, is_whole: bool = True
    ) -> tuple[Graph, dict[Recorded, Made], dict[Made, Node]]:
        """The graph of what led to a value."""
        names = {**_names_of_tensors(self.function, recorder.modules, recorder), **recorder.names}
        made = made_of(recorder, value, names, is_whole)
        source = beginning(_called(self.function), torch.__path__)
        graph, nodes = graph_of(self.title, [*made.values()], made[value], self, source)
        return graph, made, nodes

    def _recorded(
        self, recorder: Recorder, leaves: Sequence[Any], names: Sequence[str]
    ) -> torch.Tensor:
        """The output of the call, which is recorded."""
        at: list[Any] = []
        for leaf, name in zip(leaves, names):
            if isinstance(leaf, torch.Tensor):
                tensor = leaf.detach().clone()
                if tensor.is_floating_point():
                    tensor.requires_grad_()
                value = recorder.input(tensor)
                recorder.names[id(value)] = name
                if tensor.requires_grad:  # the model may change it in place, but no leaf
                    leaf = tensor.clone()
                    recorder.stands_for(leaf, value)
                else:
                    leaf = tensor
            at.append(leaf)
        given, options = trees.tree_unflatten(at, self.spec)
        with recorder.modules.watched(), recorder:
            if self.exported is None:
                made = self.function(*given, **options)
            else:
                made = self.exported.called(recorder, given, options)
                recorder.line, recorder.modules.running = None, []
            output = self._single(recorder, made)
        if not output.requires_grad:
            raise Untraceable(f"{self.title} has no output that asks for a gradient")
        return output

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
            line = " ".join(repr(made).split())
            raise Untraceable(
                f"{what}{self.title} must give a tensor that asks for a gradient"
                f"{', one single number' if self.loss is not None else ''}, not {line:.60}"
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


def _like(value: Any, tensor: torch.Tensor) -> torch.Tensor:
    """A number or an array as a tensor of the same kind."""
    return torch.tensor(np.array(value)).to(tensor.dtype).to(tensor.device)


def _names(function: Callable[..., Any], spec: Any, leaves: Sequence[Any]) -> list[str]:
    """Of each of the leaves of what is given: by the function's own argument names."""
    given, options = trees.tree_unflatten([*range(len(leaves))], spec)
    names = [""] * len(leaves)
    for name, each in bound(_called(function), given, options).items():
        for path, place in trees.tree_flatten_with_path(each)[0]:
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


def _called(function: Any) -> Callable[..., Any]:
    return function.forward if isinstance(function, torch.nn.Module) else function
