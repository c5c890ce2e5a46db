"""Names for intermediate values, read from the user's source: where an instruction stands, and what
its result is assigned to.
"""

import ast
import linecache
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType

import numpy as np

from gradviz.graph import Source

TRACER = "_traced"
NOT_THE_USERS = tuple(str(Path(file).parent) for file in (np.__file__, __file__))

ACCUMULATORS = {"sum", "prod", "reduce", "fsum"}
Span = tuple[int, int, int, int]  # first line, last line, first column, column after the last


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the user's code an operation happens, and what its result is called there."""

    name: str | None
    source: Source | None
    accumulates: bool = False  # a call such as sum(), in which many operations happen at one place


def user_frame() -> tuple[FrameType | None, bool]:
    """The innermost frame that is the user's, and whether it came here through NumPy; none outside
    the function being traced.
    """
    frame, through_numpy = sys._getframe(1), False
    while frame is not None and frame.f_code.co_name != TRACER:
        if not frame.f_code.co_filename.startswith(
            ("<", *NOT_THE_USERS)
        ) or frame.f_code.co_filename.startswith(("<ipython", "<stdin", "<doctest", "<test")):
            return frame, through_numpy
        through_numpy = through_numpy or frame.f_code.co_name in (
            "__array_ufunc__",
            "__array_function__",
        )
        frame = frame.f_back
    return None, through_numpy


def here() -> Source | None:
    """The line of the user's code that is being executed."""
    frame, _ = user_frame()
    return frame and place(frame.f_code, frame.f_lasti).source


@lru_cache(maxsize=10_000)
def place(code: CodeType, instruction: int) -> Place:
    """The place of the instruction at this offset of `code`."""
    position = next(islice(code.co_positions(), instruction // 2, None), (None,) * 4)
    first_line, last_line, start, end = position
    if first_line is None or last_line is None or start is None or end is None:
        return Place(None, None)
    span = first_line, last_line, start, end
    lines = linecache.getlines(code.co_filename)
    text = lines[first_line - 1].strip() if first_line <= len(lines) else ""
    names, accumulating = _spans("".join(lines))
    return Place(names.get(span), Source(code.co_filename, first_line, text), span in accumulating)


@lru_cache(maxsize=200)
def _spans(text: str) -> tuple[dict[Span, str], frozenset[Span]]:
    """For source code: which expressions' values are given which name; and where sum() and its like
    are called.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return {}, frozenset()
    nodes = list(ast.walk(tree))
    names = {span: name for node in nodes for span, name in _assignments(node)}
    calls = (node for node in nodes if isinstance(node, ast.Call))
    return names, frozenset(_span(call) for call in calls if _called(call) in ACCUMULATORS)


def _assignments(node: ast.AST) -> Iterator[tuple[Span, str]]:
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
            yield _span(node), name


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[Span, str]]:
    match target, value:
        case ast.Name(id=name), _:
            yield _span(value), name
        case (
            (ast.Tuple(elts=targets) | ast.List(elts=targets)),
            (ast.Tuple(elts=values) | ast.List(elts=values)),
        ):
            if len(targets) == len(values) and not any(
                isinstance(part, ast.Starred) for part in (*targets, *values)
            ):
                for inner_target, inner_value in zip(targets, values):
                    yield from _pairs(inner_target, inner_value)


def _called(call: ast.Call) -> str | None:
    return getattr(call.func, "id", getattr(call.func, "attr", None))


def _span(node: ast.expr | ast.stmt) -> Span:
    return node.lineno, node.end_lineno or 0, node.col_offset, node.end_col_offset or 0
