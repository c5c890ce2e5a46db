"""From what was recorded to a graph."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch

from gradviz.graph import SUBSCRIPTS, Block, External, Graph, Node, Run, Runner, Source, read_only
from gradviz.interop.torch.recording import Call, Recorded, Recorder, Use
from gradviz.interop.torch.written import call as written_call


class Maker:
    """Makes the graph of what leads to an output; `named` has names of inputs by their identity."""

    def __init__(
        self, title: str, recorder: Recorder, output: Recorded | None, named: Mapping[int, str]
    ) -> None:
        assert output is not None, "an output asks for a gradient, so it has a value"
        self.title, self.recorder, self.output, self.named = title, recorder, output, named
        self.reached: set[Recorded] = set(_leading_to(output))
        self.blocks: dict[Recorded, Block | None] = {}
        self.calls = [call for call in recorder.calls if not self.reached.isdisjoint(call.results)]
        self.inputs = [each for each in recorder.inputs if each in self.reached]
        self.leaving = self._leaving()
        self.tensors: dict[str, torch.Tensor] = {}

    def _leaving(self) -> dict[Block, set[Recorded]]:
        """The values that leave each block."""
        leaving: dict[Block, set[Recorded]] = {}
        ways = [(use.value, _path(call.block)) for call in self.calls for use in call.uses]
        for value, there in [*ways, (self.output, ())]:
            for block in _path(value.call and value.call.block):
                if block not in there:
                    leaving.setdefault(block, set()).add(value)
        return leaving

    def graph(self, runner: Runner[Graph, Run], source: Source | None) -> Graph:
        nodes: dict[Recorded, Node] = {}
        labels = _Labels()
        around = self._around()
        for value in self.inputs:
            label = labels.new(self.named.get(id(value), "w"))
            if value.tensor is not None:
                self.tensors[label] = value.tensor
            nodes[value] = Node(len(nodes), label, name=label, block=around.get(value))
        uses: list[tuple[Use, Recorded, bool]] = []  # in the order of the edges
        for call in self.calls:
            for value in call.results:
                if value not in self.reached:
                    continue
                own, label = self._label(call, value)
                label = labels.new(label)
                stops = [use.is_stop or value.edge is None for use in call.uses]
                stopped = tuple(place for place, stop in enumerate(stops) if stop)
                symbol, parts = written_call(call.name, call.given, call.options, value.part)
                operation = External(call.name, symbol, parts, stopped)
                operands = tuple(nodes[use.value] for use in call.uses)
                nodes[value] = Node(
                    len(nodes),
                    label,
                    operation,
                    operands,
                    own,
                    call.line and call.line.source,
                    call.block,
                )
                uses += ((use, value, stop) for use, stop in zip(call.uses, stops))
        adjoints = [self._adjoint(value) for value in nodes]
        flows = tuple(_number(_back(*use), use[0].value.number) for use in uses)
        return Graph(
            self.title,
            tuple(nodes.values()),
            nodes[self.output],
            order=tuple(nodes.values()),
            source=source,
            example_numbers=(
                *(_number(value.number, value.number) for value in nodes),
                *[None] * len(flows),
                *adjoints,
            ),
            runner=runner,
            example_flows=flows,
        )

    def _adjoint(self, value: Recorded) -> Any:
        if value is self.output:
            return _number(torch.ones_like(value.number), value.number)
        return _number(value.adjoint, value.number)

    def _label(self, call: Call, value: Recorded) -> tuple[str | None, str]:
        """What the user's code calls the result of a call, if it does; and its label: that of the
        module, if it is what this makes.
        """
        path = self.recorder.modules.paths[call.block] if call.block else ""
        if call.block and self.leaving.get(call.block) == {value}:
            return None, path
        own = call.line.name if call.line is not None and not call.is_library else None
        return own, ".".join(filter(None, (path, own or call.name)))

    def _around(self) -> dict[Recorded, Block | None]:
        """The innermost block that holds all uses of a parameter."""
        blocks: dict[Recorded, Block | None] = {}
        named = {id(each) for each in self.inputs if isinstance(each.tensor, torch.nn.Parameter)}
        for call in self.calls:
            for use in call.uses:
                value = use.value
                if id(value) not in named:
                    continue
                before = blocks.get(value, call.block)
                blocks[value] = _common(before, call.block)
        return blocks


class _Labels:
    """Labels, each of which is new."""

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self.times: dict[str, int] = {}

    def new(self, label: str) -> str:
        found = label
        while found in self.taken:
            self.times[label] = self.times.get(label, 1) + 1
            found = label + str(self.times[label]).translate(SUBSCRIPTS)
        self.taken.add(found)
        return found


def _common(one: Block | None, other: Block | None) -> Block | None:
    """The innermost block around both."""
    both = zip(_path(one), _path(other))
    found = None
    for a, b in both:
        if a is not b:
            break
        found = a
    return found


def _path(block: Block | None) -> tuple[Block, ...]:
    return block.path if block else ()


def _leading_to(output: Recorded) -> Iterator[Recorded]:
    waiting, seen = [output], {output}
    while waiting:
        value = waiting.pop()
        yield value
        for use in value.call.uses if value.call else ():
            if use.value not in seen:
                seen.add(use.value)
                waiting.append(use.value)


def _back(use: Use, value: Recorded, stop: bool) -> torch.Tensor | None:
    """What flows back along a use to one of the results of its call."""
    if stop:
        return None
    return use.parts[value] if use.parts else use.back


def _number(tensor: torch.Tensor | None, like: torch.Tensor) -> Any:
    """A tensor as a number or an array; zeros where nothing came."""
    if tensor is None:
        dtype = np.float64 if like.dtype is torch.float64 else np.float32
        zero = np.zeros((), dtype if like.is_floating_point() else np.float64)
        return float(zero) if not like.dim() else np.broadcast_to(zero, tuple(like.shape))
    if tensor.dtype not in (torch.float32, torch.float64):
        tensor = tensor.to(torch.float32 if tensor.is_floating_point() else torch.float64)
    if not like.dim():
        return float(tensor)
    return read_only(tensor.detach().cpu().numpy())
