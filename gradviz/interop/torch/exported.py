"""A module as `torch.export` takes it apart: operations of ATen, the library below PyTorch's
functions, which are performed one by one, each in the box of its module.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch.fx import Interpreter, Node
from torch.utils import _pytree as trees

from gradviz.autodiff.tape.sources import Place as Line
from gradviz.graph import Block, Source
from gradviz.interop.performing import Untraceable
from gradviz.interop.torch.recording import NOT_THE_USERS, Recorder

LINE = re.compile(r'File "(?P<file>.+)", line (?P<line>\d+), in .*\n\s*(?P<text>.*)')


class Exported:
    """What `torch.export` made of a module for inputs of these shapes.

    Raises Untraceable, in a sentence, for what it can't take apart."""

    def __init__(
        self, module: torch.nn.Module, given: Sequence[Any], options: Mapping[str, Any]
    ) -> None:
        self.module = module
        self._form = _form(module, given, options)
        try:
            program = torch.export.export(module, tuple(given), dict(options))
            self.graph: torch.fx.GraphModule = program.module()  # pyright: ignore
        except Exception as error:
            why = str(error).strip().partition("\n")[0]
            raise Untraceable(
                "torch.export, which detail='operations' needs, can't take "
                f"{type(module).__name__} apart ({type(error).__name__}: {why}); use "
                "detail='functions'"
            ) from error

    def fits(self, given: Sequence[Any], options: Mapping[str, Any]) -> bool:
        """Whether it is of inputs of these shapes, and of modules that train as they do now."""
        return self._form == _form(self.module, given, options)

    def called(self, recorder: Recorder, given: Sequence[Any], options: Mapping[str, Any]) -> Any:
        """What the module returns, as it returns it, recorded operation by operation."""
        leaves = trees.tree_leaves((tuple(given), dict(options)))
        performed = _Performed(self.graph, self.module, recorder)
        made = performed.run(*leaves, enable_io_processing=False)
        return self.graph.graph.process_outputs(made)


class _Performed(Interpreter):
    """Performs operations in the boxes of their modules."""

    def __init__(
        self, graph: torch.fx.GraphModule, module: torch.nn.Module, recorder: Recorder
    ) -> None:
        super().__init__(graph)
        self.of, self.recorder = module, recorder
        self.boxes: dict[str, Block] = {}

    def run_node(self, n: Node) -> Any:
        if n.op == "call_module" and n.target == "_guards_fn":
            return None  # the shapes are those that it was taken apart for
        if n.op == "get_attr":
            return self._attribute(str(n.target))
        stack = n.meta.get("nn_module_stack") or {}
        self.recorder.modules.running = [self._running(stack)]
        self.recorder.line = _line(n.meta.get("stack_trace") or "")
        return super().run_node(n)

    def _attribute(self, path: str) -> Any:
        """A parameter or a buffer of the module itself; a constant, where it has none."""
        for of in (self.of, self.module):
            found: Any = of
            try:
                for name in path.split("."):
                    found = getattr(found, name)
            except AttributeError:
                continue
            return found
        raise AttributeError(path)

    def _running(self, stack: Mapping[str, Any]) -> tuple[torch.nn.Module, Block | None]:
        """The innermost module, and its box."""
        module, block, modules = self.of, None, self.recorder.modules
        for key, (path, _) in stack.items():
            if not path:
                continue
            path = path.partition("@")[0]
            module = self.of.get_submodule(path)
            parent = block
            block = self.boxes.get(key)
            if block is None:
                block = self.boxes[key] = modules.box(module, path, parent)
        return module, block


def _form(module: torch.nn.Module, given: Sequence[Any], options: Mapping[str, Any]) -> Any:
    leaves = trees.tree_leaves((tuple(given), dict(options)))
    shapes = [
        (tuple(each.shape), each.dtype) if isinstance(each, torch.Tensor) else each
        for each in leaves
    ]
    return shapes, [each.training for each in module.modules()]


def _line(trace: str) -> Line | None:
    """The line of the user's code that an operation comes from, if it is known."""
    for found in reversed([*LINE.finditer(trace)]):
        if not found["file"].startswith(NOT_THE_USERS):
            return Line(None, Source(found["file"], int(found["line"]), found["text"].strip()))
    return None
