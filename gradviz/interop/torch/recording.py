"""What runs while a model runs: every call of a function of tensors, branches included.

Each use of a tensor gets an alias, a view of all of it, so that what flows back along each wire can
be read; a call that changes a tensor in place can't be given one, and says itself what it hands
back. Gradients are read by hooks, which belong to the numbers that a tensor has when they are
made."""

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch.autograd.graph import GradientEdge, get_gradient_edge
from torch.overrides import TorchFunctionMode
from torch.utils import _pytree as trees

from gradviz.autodiff.tape.naming import place_in
from gradviz.autodiff.tape.sources import Place as Line
from gradviz.graph import Block
from gradviz.interop.performing import Untraceable
from gradviz.interop.torch import written
from gradviz.interop.torch.modules import Modules

BEGIN = "_recorded"  # the function from which the model is called
NOT_THE_USERS = tuple(str(Path(file).parent) for file in (torch.__file__, __file__))
# what tells of a tensor, or of the gradients that the framework keeps, and works nothing out
PASSED = {
    "requires_grad_", "retain_grad", "register_hook", "backward", "__len__", "dim", "size",
    "numel", "is_floating_point", "is_complex", "stride", "is_contiguous", "item", "tolist",
    "numpy", "data_ptr", "untyped_storage", "storage_offset", "element_size", "get_device",
    "__bool__", "__float__", "__int__", "__index__", "__format__", "__repr__", "__hash__",
}  # fmt: skip
PROPERTIES = {"T", "mT", "H", "mH", "real", "imag", "data"}  # which are calls


@dataclass(eq=False)
class Use:
    """A value as an operand: `back` is what flows back along this use."""

    value: "Recorded"
    alias: torch.Tensor | None = None
    back: torch.Tensor | None = None
    tensor: torch.Tensor | None = None  # that is used
    is_stop: bool = False
    parts: "dict[Recorded, torch.Tensor | None]" = field(default_factory=dict)  # by result


@dataclass(eq=False)
class Call:
    """A call of a function, with what is written of it."""

    name: str
    given: Sequence[Any]  # its arguments, an operand being a Place
    options: Mapping[str, Any]
    uses: list[Use]
    block: Block | None
    line: Line | None
    is_library: bool  # whether the module is one of the framework's
    results: "list[Recorded]" = field(default_factory=list)


@dataclass(eq=False)
class Recorded:
    """A value: of an input if there is no call."""

    number: torch.Tensor
    call: Call | None = None
    part: int | None = None  # which of several results it is
    edge: GradientEdge | None = None
    adjoint: torch.Tensor | None = None
    tensor: torch.Tensor | None = None  # of an input


class Recorder(TorchFunctionMode):
    """Records calls while it is entered."""

    def __init__(self, modules: Modules) -> None:
        super().__init__()
        self.modules = modules
        self.calls: list[Call] = []
        self.inputs: list[Recorded] = []
        self.names: dict[int, str] = {}  # of inputs, by their identity
        self.line: Line | None = None  # of code, where it is told
        self.is_open = True  # gradients that come by are those of the sweep
        self._at: dict[int, tuple[torch.Tensor, Recorded, int]] = {}
        start = torch.zeros((), requires_grad=True) * 1.0
        self._start: int = start.grad_fn._sequence_nr()  # pyright: ignore

    def input(self, tensor: torch.Tensor) -> Recorded:
        """A tensor that comes in."""
        value = Recorded(_copy(tensor), tensor=tensor)
        self.inputs.append(value)
        self._hold(tensor, value)
        return value

    def value(self, tensor: torch.Tensor) -> Recorded | None:
        """The value that a tensor has now; None of a constant."""
        held = self._at.get(id(tensor))
        if held is not None:
            if held[2] != tensor._version:
                raise self.refusal("a value was changed in place through another view of it")
            if tensor.requires_grad and held[1].edge is None:
                raise self.unseen(tensor)
            return held[1]
        if not tensor.requires_grad and not isinstance(tensor, torch.nn.Parameter):
            return None
        if tensor.grad_fn is not None and tensor.grad_fn._sequence_nr() > self._start:
            raise self.unseen(tensor)
        return self.input(tensor)

    def unseen(self, tensor: torch.Tensor) -> Untraceable:
        name = tensor.grad_fn.name() if tensor.grad_fn is not None else "a gradient"
        return self.refusal(
            f"{name} was recorded by what can't be followed, such as an autograd.Function or a "
            "scripted module"
        )

    def stands_for(self, tensor: torch.Tensor, value: Recorded) -> None:
        """Take a tensor for a value that came in."""
        self._hold(tensor, value)

    def split(self, call: Call) -> None:
        """Of a call with several results, what flows back from each of them."""
        uses = [use for use in call.uses if use.alias is not None]
        aliases = [use.alias for use in uses if use.alias is not None]
        for value in call.results:
            if value.edge is None or value.adjoint is None or not aliases:
                continue
            found = torch.autograd.grad(
                [value.edge], aliases, [value.adjoint], retain_graph=True, allow_unused=True
            )
            for use, back in zip(uses, found):
                use.parts[value] = back

    def refusal(self, why: str) -> Untraceable:
        return Untraceable(f"trace_torch stops {self.modules.where}: {why}")

    def failed(self, error: Exception) -> Untraceable:
        """A refusal that says what failed, and where."""
        if isinstance(error, Untraceable):
            return Untraceable(str(error).partition("\n")[0])  # who performs it may add lines
        said = str(error).strip().partition("\n")[0].partition(". ")[0]
        why = f"{type(error).__name__}: {said}"
        call = self._stuck()
        if call is None:
            return self.refusal(why)
        where = self.modules.named_place(call.block)
        return Untraceable(f"trace_torch stops {where}: on the way back through {call.name}, {why}")

    def _stuck(self) -> Call | None:
        """The call that the sweep came to, and did not get through."""
        for call in reversed(self.calls):
            has_come = any(value.adjoint is not None for value in call.results)
            if has_come and any(use.back is None and not use.is_stop for use in call.uses):
                return call
        return None

    def _hold(self, tensor: torch.Tensor, value: Recorded) -> None:
        _look_at(tensor, self.refusal)
        self._at[id(tensor)] = tensor, value, tensor._version
        if tensor.requires_grad:
            value.edge = get_gradient_edge(tensor)
            tensor.register_hook(self._taking(value, "adjoint"))

    def _taking(self, what: Recorded | Use, name: str) -> Callable[[torch.Tensor | None], None]:
        def take(gradient: torch.Tensor | None) -> None:  # None: of a result that nothing uses
            if self.is_open and gradient is not None:
                setattr(what, name, gradient.detach())

        return take

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        options = kwargs or {}
        name = getattr(func, "__name__", "")
        is_property = name == "__get__" and written.name_of(func) in PROPERTIES
        if name in PASSED or (
            (name.startswith("__") and name[2:5] in ("get", "set"))
            and not (is_property or name.endswith("item__"))
        ):
            return func(*args, **options)
        leaves, spec = trees.tree_flatten((args, options))
        tensors = [each for each in leaves if isinstance(each, torch.Tensor)]
        if not tensors:
            return func(*args, **options)
        call, at = self._prepared(func, leaves, spec, written.writes_into(func, args, options))
        versions = [(each, each._version) for each in tensors]
        arguments, named = trees.tree_unflatten(at, spec)
        old = {id(each): each.grad_fn for each in tensors}
        made = func(*arguments, **named)
        changed = {id(each): each for each, version in versions if each._version != version}
        return self._noted(call, made, changed, old)

    def _prepared(
        self, func: Callable[..., Any], leaves: list[Any], spec: Any, into: torch.Tensor | None
    ) -> tuple[Call, list[Any]]:
        """A call, and its arguments, of which operands are aliases."""
        at, given = [*leaves], [*leaves]
        uses: list[Use] = []
        known: dict[int, tuple[Use, int]] = {}
        is_python = inspect.isfunction(func)  # which may ask whether two arguments are the same
        for place, leaf in enumerate(leaves):
            value = self.value(leaf) if isinstance(leaf, torch.Tensor) else None
            if value is None:
                continue
            if is_python and id(leaf) in known:
                given[place] = written.Place(known[id(leaf)][1])
                continue
            stops = not (leaf.requires_grad and torch.is_grad_enabled())
            use = Use(value, tensor=leaf, is_stop=stops)
            given[place] = written.Place(len(uses))
            known[id(leaf)] = use, len(uses)
            uses.append(use)
        done: dict[int, torch.Tensor] = {}
        for place, leaf in reversed([*enumerate(leaves)]):  # the sweep then goes as it would have
            if not isinstance(given[place], written.Place) or leaf is into:
                continue
            use = uses[given[place]]
            if use.is_stop:
                continue
            if is_python and id(leaf) in done:
                at[place] = done[id(leaf)]
                continue
            use.alias = at[place] = done[id(leaf)] = leaf.view_as(leaf)
            use.alias.register_hook(self._taking(use, "back"))
        arguments, options = trees.tree_unflatten(given, spec)
        modules = self.modules
        return Call(
            written.name_of(func),
            arguments,
            options,
            uses,
            modules.block,
            self.line or _line(),
            modules.is_library,
        ), at

    def _noted(
        self,
        call: Call,
        made: Any,
        changed: dict[int, torch.Tensor],
        old: Mapping[int, Any],
    ) -> Any:
        """What a call returned, noted."""
        graph = [each for each in changed.values() if each.requires_grad or id(each) in self._at]
        if graph:
            self._changed(call, graph, old)
            return made
        originals = {id(use.alias): use.tensor for use in call.uses if use.alias is not None}
        leaves, spec = trees.tree_flatten(made)
        results = [each for each in leaves if isinstance(each, torch.Tensor)]
        if not call.uses or not results:
            return made
        if len(results) == 1 and id(results[0]) in originals:  # it did nothing
            tensor = originals[id(results[0])]
            return trees.tree_unflatten(
                [tensor if leaf is results[0] else leaf for leaf in leaves], spec
            )
        for part, tensor in enumerate(results):
            if id(tensor) in self._at:
                continue  # it is there already
            self._result(call, tensor, part if len(results) > 1 else None)
        if call.results:
            self.calls.append(call)
        return made

    def _result(self, call: Call, tensor: torch.Tensor, part: int | None = None) -> None:
        value = Recorded(_copy(tensor), call, part)
        call.results.append(value)
        self._hold(tensor, value)

    def _changed(self, call: Call, changed: Sequence[torch.Tensor], old: Mapping[int, Any]) -> None:
        """A call that changed tensors in place, which are its results."""
        aliased = {id(use.value) for use in call.uses if use.alias is not None}
        for tensor in changed:
            value = self._at[id(tensor)][1] if id(tensor) in self._at else None
            if value is not None and id(value) in aliased:
                raise self.refusal(f"{call.name} changes an operand in place without saying so")
            if tensor._is_view() and self._shares(tensor):
                raise self.refusal(
                    f"{call.name} changes a part, or another view, of a value in place; change "
                    "the value itself, or a copy"
                )
            uses = [use for use in call.uses if use.value is value]
            if tensor.requires_grad and any(use.is_stop and use.value.edge for use in uses):
                raise self.refusal(f"{call.name} changes a value where no gradient is recorded")
            for count, use in enumerate(use for use in uses if not use.is_stop):
                self._read_back(use, count, tensor, old[id(tensor)])
            self._result(call, tensor)
        self.calls.append(call)

    def _shares(self, tensor: torch.Tensor) -> bool:
        """Whether another value lies where a tensor does."""
        place = tensor.untyped_storage().data_ptr()
        return any(
            each is not tensor and each.untyped_storage().data_ptr() == place
            for each, *_ in self._at.values()
        )

    def _read_back(self, use: Use, count: int, tensor: torch.Tensor, before: Any) -> None:
        """Read what a call that changed a tensor hands back to what it was before."""
        step = tensor.grad_fn
        places = [
            place
            for place, (node, _) in enumerate(step.next_functions if step is not None else ())
            if node is before
        ]
        if step is None or before is None or len(places) <= count:
            raise self.refusal("a change in place can't be followed; change a copy")

        def take(inputs: Sequence[torch.Tensor | None], outputs: Any) -> None:
            back = inputs[places[count]]
            if self.is_open and back is not None:
                use.back = back.detach()

        step.register_hook(take)


def _copy(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().clone()


def _look_at(tensor: torch.Tensor, refusal: Callable[[str], Untraceable]) -> None:
    if tensor.layout is not torch.strided or tensor.is_complex() or tensor.is_quantized:
        kind = "complex" if tensor.is_complex() else str(tensor.layout).removeprefix("torch.")
        raise refusal(f"a tensor is {kind}, and only dense tensors of real numbers can be drawn")


def _frames() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_name != BEGIN:
        yield frame
        frame = frame.f_back


def _line() -> Line | None:
    """The line of the user's code that is being executed, if the model has some."""
    for frame in _frames():
        if not frame.f_code.co_filename.startswith(NOT_THE_USERS):
            return place_in(frame)
    return None
