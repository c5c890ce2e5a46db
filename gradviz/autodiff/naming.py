"""Names for intermediate values, read from the user's source: where an instruction stands, and what its result is assigned to."""

import ast
import linecache
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from types import CodeType

from gradviz.graph import Source

ACCUMULATORS = {"sum", "prod", "reduce", "fsum"}
Span = tuple[int, int, int, int]  # first line, last line, first column, column after the last


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the user's code an operation happens, and the name that its result is given there."""

    name: str | None
    source: Source | None
    accumulates: bool = False  # a call such as sum(), in which many operations happen at one place


@lru_cache(maxsize=10_000)
def place(code: CodeType, instruction: int) -> Place:
    """The place of the instruction at this offset of `code`."""
    position = next(islice(code.co_positions(), instruction // 2, None), None)
    if position is None or None in position:
        return Place(None, None)
    lines = linecache.getlines(code.co_filename)
    first_line = position[0]
    text = lines[first_line - 1].strip() if first_line <= len(lines) else ""
    names, accumulating = _spans("".join(lines))
    return Place(names.get(position), Source(code.co_filename, first_line, text), position in accumulating)


@lru_cache(maxsize=200)
def _spans(text: str) -> tuple[dict[Span, str], frozenset[Span]]:
    """For source code: which expressions' values are given which name; and where sum() and its like are called."""
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
        case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
            yield from _pairs(target, value)
        case ast.AugAssign(target=ast.Name(id=name)):
            yield _span(node), name


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[Span, str]]:
    match target, value:
        case ast.Name(id=name), _:
            yield _span(value), name
        case (ast.Tuple(elts=targets) | ast.List(elts=targets)), (ast.Tuple(elts=values) | ast.List(elts=values)):
            if len(targets) == len(values) and not any(isinstance(part, ast.Starred) for part in (*targets, *values)):
                for inner_target, inner_value in zip(targets, values):
                    yield from _pairs(inner_target, inner_value)


def _called(call: ast.Call) -> str | None:
    return getattr(call.func, "id", getattr(call.func, "attr", None))


def _span(node: ast.AST) -> Span:
    return node.lineno, node.end_lineno, node.col_offset, node.end_col_offset
