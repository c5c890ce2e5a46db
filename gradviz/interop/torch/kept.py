"""What a trace leaves as it was: a model's parameters, buffers and attributes, the random state."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch


@contextmanager
def kept(modules: list[torch.nn.Module], random: Any = None) -> Iterator[Any]:
    """In this, modules run and draw as they like; afterwards they are as they were. Random draws
    begin at the state `random`, if it is given; the state in which they begin is handed over."""
    before = [(module, _attributes(module)) for module in modules]
    tensors = {
        id(each): each
        for module in modules
        for each in (*module._parameters.values(), *module._buffers.values())
        if each is not None
    }
    copies = [(each, each.detach().clone()) for each in tensors.values()]
    devices = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()
    with torch.random.fork_rng(devices=[*devices]):
        if random is not None:
            torch.set_rng_state(random)
        try:
            yield torch.get_rng_state()
        finally:
            for module, attributes in before:
                module.__dict__.clear()
                module.__dict__.update(attributes)
            with torch.no_grad():
                for each, copy in copies:
                    if not torch.equal(each, copy):  # versions do not tell of running statistics
                        each.copy_(copy)


def _attributes(module: torch.nn.Module) -> dict[str, Any]:
    """Its attributes; of those that are dicts or lists, such as its buffers, copies."""
    return {
        name: value.copy() if isinstance(value, dict | list) else value
        for name, value in module.__dict__.items()
    }


@contextmanager
def holding(values: list[tuple[torch.Tensor, torch.Tensor]]) -> Iterator[None]:
    """In this, each first tensor has the numbers of the second."""
    before = [each.data for each, _ in values]
    try:
        for each, value in values:
            each.data = value
        yield
    finally:
        for (each, _), data in zip(values, before):
            each.data = data
