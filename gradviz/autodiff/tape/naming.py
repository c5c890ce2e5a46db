"""Names for intermediate values, read from the user's source: where an instruction stands, and what
its result is assigned to.
"""

import ast
import inspect
import linecache
import sys
from functools import lru_cache, partial
from pathlib import Path
from types import BuiltinFunctionType, FrameType, MethodDescriptorType
from typing import Any

import numpy as np

from gradviz.autodiff.tape.sources import Expression, Part, Place, compiled
from gradviz.graph import Source

TRACER = "_traced"
NOT_THE_USERS = tuple(
    str(folder) for folder in (Path(np.__file__).parent, Path(__file__).parents[1])
)

IN_C = BuiltinFunctionType, MethodDescriptorType, type  # they call functions, and have no frame


def user_frame() -> tuple[FrameType | None, bool]:
    """The innermost frame that is the user's, and whether it came here through NumPy; none outside
    the function being traced.
    """
    frame, through_numpy = sys._getframe(1), False
    while frame is not None and frame.f_code.co_name != TRACER:
        if is_the_users(frame):
            return frame, through_numpy
        through_numpy = through_numpy or frame.f_code.co_name in (
            "__array_ufunc__",
            "__array_function__",
        )
        frame = frame.f_back
    return None, through_numpy


def is_the_users(frame: FrameType) -> bool:
    """Whether it runs code of the user, or of libraries that know nothing of gradviz."""
    return _is_the_users(frame.f_code.co_filename)


@lru_cache(maxsize=1000)
def _is_the_users(file: str) -> bool:
    if not file.startswith("<"):
        return not file.startswith(NOT_THE_USERS)
    return file.startswith(("<stdin", "<doctest")) or bool(linecache.getlines(file))


def place_in(frame: FrameType, through_numpy: bool = False, name: str | None = None) -> Place:
    """Where in its code a frame is; a name from elsewhere may be given."""
    code = compiled(frame.f_code, frame.f_globals)
    return code.place(frame.f_lasti, through_numpy, name)


def here() -> Source | None:
    """The line of the user's code that is being executed."""
    frame, _ = user_frame()
    return frame and place_in(frame).source


def expression() -> Expression | None:
    """What of the user's code is being executed."""
    frame, _ = user_frame()
    return frame and place_in(frame).expression


def found(name: ast.AST) -> Any:
    """What a name, or an attribute of one, stands for in the user's code that is being executed."""
    frame, _ = user_frame()
    return frame and _found(name, frame)


def placed() -> Place | None:
    """The place of the operation that is being executed."""
    frame, through_numpy = user_frame()
    if frame is None:
        return None
    found = place_in(frame, through_numpy)
    if found.name is None and found.returned_as is not None:
        name = name_at(frame.f_back, found.returned_as)
        if name is not None:
            return place_in(frame, through_numpy, name)
    return found


def name_at(frame: FrameType | None, part: Part = ()) -> str | None:
    """What is made of the call in this frame, or of that part of what it returns; where this frame
    returns it in turn, what its caller makes of it.
    """
    while frame is not None and is_the_users(frame):
        there = place_in(frame)
        callee = getattr(there.expression, "func", None)
        if there.expression is None or isinstance(_found(callee, frame), IN_C):
            return None
        if part in there.names or there.returned_as is None:
            return there.names.get(part)
        part, frame = (*there.returned_as, *part), frame.f_back
    return None


def _found(name: ast.AST | None, frame: FrameType) -> Any:
    """What a name, or an attribute of one, stands for in a frame, as far as that can be had without
    running anything.
    """
    match name:
        case ast.Name(id=word):
            code = frame.f_code
            if word in (*code.co_varnames, *code.co_cellvars, *code.co_freevars):
                return _whole(frame.f_locals.get(word))
            return _whole(frame.f_globals.get(word, frame.f_builtins.get(word)))
        case ast.Attribute(value=owner, attr=word):
            return _whole(inspect.getattr_static(_found(owner, frame), word, None))


def _whole(function: Any) -> Any:
    while isinstance(function, partial):
        function = function.func
    return function
