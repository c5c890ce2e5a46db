"""Where in the user's code an equation comes from."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any

import jax
import jaxlib
from jax.extend.core import JaxprEqn

from gradviz.autodiff.tape.sources import Place, compiled
from gradviz.graph import Source

LIBRARY = tuple(str(Path(file).parent) for file in (jax.__file__, jaxlib.__file__))
OURS = str(Path(__file__).parents[1])

Frames = Sequence[tuple[CodeType, int]]  # and the instruction in each, innermost first


def named(equations: Sequence[JaxprEqn]) -> list[tuple[Place | None, bool]]:
    """Of each equation its place, and whether it makes what its place names: where several run at
    one place, one after another, as in ``jnp.var(x)``, the last does.
    """
    spaces = _Spaces()
    places = [spaces.place(_frames(each)) for each in equations]
    made: list[tuple[Place | None, bool]] = []
    seen = set[int]()
    for count, (place, told) in enumerate(zip(places, equations)):
        seen.add(hash(tuple(_frames(told))))
        after = equations[count + 1 : count + 2]
        goes_on = (
            after
            and places[count + 1] is place
            and (
                after[0].source_info.traceback is told.source_info.traceback
                or hash(tuple(_frames(after[0]))) not in seen  # else it is run anew, as in a loop
            )
        )
        if not goes_on:
            seen.clear()
        made.append((place, not goes_on))
    return made


def line_of(error: BaseException) -> Source | None:
    """The user's line that an error came from."""
    found = None
    for each in _steps(error.__traceback__):
        code = each.tb_frame.f_code
        if code.co_filename.startswith(OURS):  # what comes before called trace_jax
            found = None
        elif not code.co_filename.startswith(LIBRARY):
            found = compiled(code, each.tb_frame.f_globals).source(each.tb_lineno)
    return found


def _steps(step: TracebackType | None) -> Iterator[TracebackType]:
    while step is not None:
        yield step
        step = step.tb_next


def _frames(told: JaxprEqn) -> Frames:
    traceback: Any = told.source_info.traceback
    return () if traceback is None else [*zip(*traceback.raw_frames())]


class _Spaces:
    """The names around code, which a traceback does not hold: those of the module of its file."""

    def __init__(self) -> None:
        self.by_file: dict[str, dict[str, Any]] = {
            file: vars(module)
            for module in [*sys.modules.values()]
            if isinstance(file := getattr(module, "__file__", None), str)
        }

    def place(self, frames: Frames) -> Place | None:
        for code, instruction in frames:
            if code.co_filename.startswith(OURS):
                return None
            if not code.co_filename.startswith(LIBRARY):
                space = self.by_file.get(code.co_filename, {})
                return compiled(code, space).place(instruction, False, None)
        return None
