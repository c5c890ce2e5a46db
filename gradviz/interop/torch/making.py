"""What was recorded, as it goes into a graph."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from gradviz.graph import External, read_only
from gradviz.interop.making import Made
from gradviz.interop.torch.recording import Call, Recorded, Recorder, Use
from gradviz.interop.torch.written import call as written_call


def made_of(
    recorder: Recorder, output: Recorded, named: Mapping[int, str], is_whole: bool = True
) -> dict[Recorded, Made]:
    """All values, inputs first; `named` has names of inputs by their identity. If it is not the
    whole, what did not come on the way back is not known."""
    made: dict[Recorded, Made] = {}
    for value in recorder.inputs:
        made[value] = Made(
            _number(value.number, value.number),
            _adjoint(value, output),
            named.get(id(value), "w"),
            is_parameter=isinstance(value.tensor, torch.nn.Parameter),
        )
    for call in recorder.calls:
        for value in call.results:
            made[value] = _made(call, value, output, recorder, made)
    if not is_whole:
        for value, each in made.items():
            each.adjoint = None if value.adjoint is None else each.adjoint
            uses = value.call.uses if value.call else ()
            each.flows = tuple(
                None if use.back is None else flow for use, flow in zip(uses, each.flows)
            )
    return made


def _made(
    call: Call,
    value: Recorded,
    output: Recorded,
    recorder: Recorder,
    made: Mapping[Recorded, Made],
) -> Made:
    stops = [use.is_stop or value.edge is None for use in call.uses]
    symbol, parts = written_call(call.name, call.given, call.options, value.part)
    stopped = tuple(place for place, stop in enumerate(stops) if stop)
    flows = (
        _number(_back(use, value, stop), use.value.number) for use, stop in zip(call.uses, stops)
    )
    return Made(
        _number(value.number, value.number),
        _adjoint(value, output),
        call.name,
        External(call.name, symbol, parts, stopped),
        tuple(made[use.value] for use in call.uses),
        tuple(flows),
        call.line.name if call.line is not None and not call.is_library else None,
        call.line and call.line.source,
        call.block,
        recorder.modules.paths[call.block] if call.block else "",
    )


def _adjoint(value: Recorded, output: Recorded) -> Any:
    adjoint = torch.ones_like(value.number) if value is output else value.adjoint
    return _number(adjoint, value.number)


def _back(use: Use, value: Recorded, stop: bool) -> torch.Tensor | None:
    """What flows back along a use to one of the results of its call."""
    if stop:
        return None
    return use.parts.get(value) if use.parts else use.back


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
