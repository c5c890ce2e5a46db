"""The modules of a model, as the boxes that are open while it runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn.modules import module as hooks

from gradviz.graph import Block, printable


class Modules:
    """Which module is running, and what it is called.

    The root itself is no box, all of the graph is."""

    def __init__(self, root: Any) -> None:
        self.root: torch.nn.Module | None = root if isinstance(root, torch.nn.Module) else None
        self.names: dict[int, str] = {}
        if self.root is not None:
            self.names = {id(module): name for name, module in self.root.named_modules()}
        self.running: list[tuple[torch.nn.Module, Block | None]] = []
        self.paths: dict[Block, str] = {}
        self.modules: dict[Block, torch.nn.Module] = {}
        self.roots: list[torch.nn.Module] = [] if self.root is None else [self.root]

    @contextmanager
    def watched(self) -> Iterator[None]:
        """In this, modules are noted as they begin and end."""
        entered = hooks.register_module_forward_pre_hook(self._enter)
        left = hooks.register_module_forward_hook(self._leave)
        try:
            yield
        finally:
            entered.remove()
            left.remove()

    def _enter(self, module: torch.nn.Module, given: Any) -> None:
        if module is self.root and not self.running:
            self.running.append((module, None))
            return
        if id(module) not in self.names:  # a function calls modules of its own
            self.roots.append(module)
            for name, each in module.named_modules():
                path = ".".join(filter(None, (type(module).__name__, name)))
                self.names.setdefault(id(each), path)
        block = self.box(module, self.names[id(module)], self.block)
        self.running.append((module, block))

    def box(self, module: torch.nn.Module, path: str, parent: Block | None) -> Block:
        """A new box, of one call of a module."""
        path = printable(path)
        block = Block(self._name(module, path), parent)
        self.paths[block], self.modules[block] = path, module
        return block

    def _leave(self, module: torch.nn.Module, given: Any, made: Any) -> None:
        while self.running and self.running.pop()[0] is not module:
            pass  # those that an error ended, which the model caught

    @staticmethod
    def _name(module: torch.nn.Module, path: str) -> str:
        """``fc1``, but ``Linear 0`` of what has only a number."""
        name = path.rpartition(".")[2]
        return f"{type(module).__name__} {name}" if name.isdecimal() else name

    @property
    def block(self) -> Block | None:
        """The box of the innermost module that is running."""
        return self.running[-1][1] if self.running else None

    @property
    def is_library(self) -> bool:
        """Whether the innermost module that is running is one of the framework's."""
        return bool(self.running) and type(self.running[-1][0]).__module__.startswith("torch.")

    @property
    def where(self) -> str:
        """It, in an error."""
        if not self.running:
            return "outside of its modules"
        module, block = self.running[-1]
        return f"in {self.paths[block] if block else 'the model'} ({type(module).__name__})"

    def named_place(self, block: Block | None) -> str:
        """A box, in an error."""
        if block is None:
            return "outside of its inner modules"
        return f"in {self.paths[block]} ({type(self.modules[block]).__name__})"

    def named(self, of: Callable[[torch.nn.Module], Any]) -> Iterator[tuple[str, Any]]:
        """What all modules have of a kind, such as their parameters, by their names."""
        for module in self.roots:
            before = "" if module is self.root else f"{self.names[id(module)]}."
            for name, each in of(module):
                yield before + name, each

    @property
    def all(self) -> list[torch.nn.Module]:
        """All modules that are known, each once."""
        return [*dict.fromkeys(each for root in self.roots for each in root.modules())]
