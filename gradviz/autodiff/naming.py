"""Names for intermediate values, read from the user's source: where an instruction stands, and what
its result is assigned to.
"""

import ast
import inspect
import linecache
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import islice, takewhile
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FrameType, MethodDescriptorType
from typing import Any

import numpy as np

from gradviz.graph import Source

TRACER = "_traced"
NOT_THE_USERS = tuple(str(Path(file).parent) for file in (np.__file__, __file__))

ACCUMULATORS = {"sum", "prod", "reduce", "fsum"}
IN_C = BuiltinFunctionType, MethodDescriptorType, type  # they call functions, and have no frame
Span = tuple[int, int, int, int]  # first line, last line, first column, column after the last
Part = tuple[int, ...]  # of nested tuples: () is all of it, (1, 0) the first element of the second
Names = Mapping[Part, str]
Expression = ast.Call | ast.BinOp | ast.Attribute | ast.Subscript | ast.AugAssign


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the user's code an operation happens, and what its result is called there."""

    name: str | None
    source: Source | None
    accumulates: bool = False  # a call such as sum(), in which many operations happen at one place
    returned_as: Part | None = None  # which part its result is of what its function returns
    names: Names = field(default_factory=dict)  # of the parts of its result
    expression: Expression | None = None  # where a user's function may run, and give its result


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
    return not file.startswith(("<", *NOT_THE_USERS)) or file.startswith(
        ("<ipython", "<stdin", "<doctest", "<test")
    )


def here() -> Source | None:
    """The line of the user's code that is being executed."""
    frame, _ = user_frame()
    return frame and place(frame.f_code, frame.f_lasti).source


def expression() -> Expression | None:
    """What of the user's code is being executed."""
    frame, _ = user_frame()
    return frame and place(frame.f_code, frame.f_lasti).expression


def found(name: ast.AST) -> Any:
    """What a name, or an attribute of one, stands for in the user's code that is being executed."""
    frame, _ = user_frame()
    return frame and _found(name, frame)


def placed() -> Place | None:
    """The place of the operation that is being executed."""
    frame, through_numpy = user_frame()
    if frame is None:
        return None
    found = place(frame.f_code, frame.f_lasti, through_numpy)
    if found.name is None and found.returned_as is not None:
        name = name_at(frame.f_back, found.returned_as)
        if name is not None:
            return place(frame.f_code, frame.f_lasti, through_numpy, name)
    return found


def name_at(frame: FrameType | None, part: Part = ()) -> str | None:
    """What is made of the call in this frame, or of that part of what it returns; where this frame
    returns it in turn, what its caller makes of it.
    """
    while frame is not None and is_the_users(frame):
        there = place(frame.f_code, frame.f_lasti)
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


@lru_cache(maxsize=10_000)
def place(
    code: CodeType, instruction: int, through_numpy: bool = False, name: str | None = None
) -> Place:
    """The place of the instruction at this offset of `code`; a name from elsewhere may be given."""
    position = next(islice(code.co_positions(), instruction // 2, None), (None,) * 4)
    first_line, last_line, start, end = position
    if first_line is None or last_line is None or start is None or end is None:
        return Place(None, None)
    span = first_line, last_line, start, end
    lines = linecache.getlines(code.co_filename)
    text = lines[first_line - 1].strip() if first_line <= len(lines) else ""
    known = _known("".join(lines))
    names = known.names.get(span, {})
    return Place(
        names.get((), name),
        Source(code.co_filename, first_line, text),
        span in known.accumulating and not through_numpy,
        known.returned.get(span),
        names,
        known.expressions.get(span),
    )


@dataclass(slots=True)
class Known:
    """What is known of the expressions of source code, by their spans."""

    names: dict[Span, dict[Part, str]] = field(default_factory=dict)  # of their values
    accumulating: set[Span] = field(default_factory=set)  # calls of sum() and its like
    returned: dict[Span, Part] = field(default_factory=dict)  # which part of what is returned
    expressions: dict[Span, Expression] = field(default_factory=dict)


@lru_cache(maxsize=200)
def _known(text: str) -> Known:
    known = Known()
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return known
    for node in ast.walk(tree):
        for span, part, name in _assignments(node):
            known.names.setdefault(span, {})[part] = name
        match node:
            case ast.Return(value=ast.expr() as value) | ast.Lambda(body=value):
                known.returned.update(_returned(value))
            case ast.Call() | ast.BinOp() | ast.Attribute() | ast.Subscript() | ast.AugAssign():
                known.expressions[_span(node)] = node
                callee = getattr(node, "func", None)
                if getattr(callee, "id", getattr(callee, "attr", None)) in ACCUMULATORS:
                    known.accumulating.add(_span(node))
    return known


def _returned(value: ast.expr, part: Part = ()) -> Iterator[tuple[Span, Part]]:
    match value:
        case ast.IfExp(body=body, orelse=orelse):
            yield from _returned(body, part)
            yield from _returned(orelse, part)
        case ast.Tuple(elts=values) | ast.List(elts=values):
            for index, each in enumerate(_before_stars(values)):
                yield from _returned(each, (*part, index))
        case _:
            yield _span(value), part


def _before_stars(parts: list[ast.expr]) -> Iterator[ast.expr]:
    return takewhile(lambda part: not isinstance(part, ast.Starred), parts)


def _assignments(node: ast.AST) -> Iterator[tuple[Span, Part, str]]:
    match node:
        case ast.Assign(targets=[*targets], value=value):
            for target in reversed(targets):  # of `a = b = …` the first name stands
                yield from _pairs(target, value)
        case (
            ast.AnnAssign(target=target, value=ast.expr() as value)
            | ast.NamedExpr(target=target, value=value)
        ):
            yield from _pairs(target, value)
        case ast.AugAssign(target=ast.Name(id=name)):
            yield _span(node), (), name


def _pairs(target: ast.expr, value: ast.expr, part: Part = ()) -> Iterator[tuple[Span, Part, str]]:
    match target, value:
        case _, ast.IfExp(body=body, orelse=orelse):
            yield from _pairs(target, body, part)
            yield from _pairs(target, orelse, part)
        case ast.Name(id=name), _:
            yield _span(value), part, name
        case (
            (ast.Tuple(elts=targets) | ast.List(elts=targets)),
            (ast.Tuple(elts=values) | ast.List(elts=values)),
        ) if not part:
            if len(targets) == len(values) and not any(
                isinstance(part, ast.Starred) for part in (*targets, *values)
            ):
                for inner_target, inner_value in zip(targets, values):
                    yield from _pairs(inner_target, inner_value)
        case ((ast.Tuple(elts=targets) | ast.List(elts=targets)), _):
            for index, each in enumerate(_before_stars(targets)):
                yield from _pairs(each, value, (*part, index))


def _span(node: ast.expr | ast.stmt) -> Span:
    return node.lineno, node.end_lineno or 0, node.col_offset, node.end_col_offset or 0
