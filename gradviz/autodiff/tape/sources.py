"""The text that code was compiled from, and what it says of each place in the code."""

import ast
import linecache
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, takewhile
from types import CodeType
from typing import Any, Literal

from gradviz.graph import Excerpt, Missing, Source

Span = tuple[int, int, int, int]  # first line, last line, first column, column after the last
Part = tuple[int, ...]  # of nested tuples: () is all of it, (1, 0) the first element of the second
Lines = tuple[int, int]  # the first and the last
Names = Mapping[Part, str]
Expression = ast.Call | ast.BinOp | ast.Attribute | ast.Subscript | ast.AugAssign
ACCUMULATORS = {"sum", "prod", "reduce", "fsum"}
MOST = 1000  # code objects that are known at a time


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the user's code an operation happens, and what its result is called there."""

    name: str | None
    source: Source | None
    accumulates: bool = False  # a call such as sum(), in which many operations happen at one place
    returned_as: Part | None = None  # which part its result is of what its function returns
    names: Names = field(default_factory=dict)  # of the parts of its result
    expression: Expression | None = None  # where a user's function may run, and give its result


class Compiled:
    """A code object, with the text that it was compiled from, as far as that is to be had.

    It is known by itself: the code of another cell or file may be equal to it, and is not it.
    """

    def __init__(self, code: CodeType, space: dict[str, Any]) -> None:
        self.code = code
        self.lines, self.missing = _text(code, space)
        self.known: Known = _known("".join(self.lines))
        self.places: dict[tuple[int, bool, str | None], Place] = {}
        self.excerpts: dict[Lines, Excerpt] = {}

    def place(self, instruction: int, through_numpy: bool, name: str | None) -> Place:
        """The place of the instruction at this offset; a name from elsewhere may be given."""
        key = instruction, through_numpy, name
        if key not in self.places:
            self.places[key] = self._place(*key)
        return self.places[key]

    def _place(self, instruction: int, through_numpy: bool, name: str | None) -> Place:
        positions = islice(self.code.co_positions(), instruction // 2, None)
        first_line, last_line, start, end = next(positions, (None,) * 4)
        if first_line is None or last_line is None or start is None or end is None:
            return Place(None, None)
        span = first_line, last_line, start, end
        names = self.known.names.get(span, {})
        return Place(
            names.get((), name),
            self.source(first_line),
            span in self.known.accumulating and not through_numpy,
            self.known.returned.get(span),
            names,
            self.known.expressions.get(span),
        )

    def source(self, line: int) -> Source:
        """A line of its text, with what stands around it."""
        text = self.lines[line - 1].strip() if line <= len(self.lines) else ""
        start, stop = self.known.around(line) if text else (0, 0)
        if (start, stop) not in self.excerpts:
            lines = tuple(each.rstrip() for each in self.lines[start - 1 : stop] if start)
            self.excerpts[start, stop] = Excerpt(start, lines, self.missing)
        return Source(self.code.co_filename, line, text, self.excerpts[start, stop])


_known_code: dict[int, Compiled] = {}  # by the identity of the code object, which this keeps alive


def compiled(code: CodeType, space: dict[str, Any]) -> Compiled:
    """What is known of code that runs in this space of names."""
    found = _known_code.get(id(code))
    if found is None:
        if len(_known_code) >= MOST:
            _known_code.clear()
        found = _known_code[id(code)] = Compiled(code, space)
    return found


def look_again() -> None:
    """Forget what had no text: it may be there by now."""
    for key, found in [*_known_code.items()]:
        if found.missing:
            _known_code.pop(key, None)


def _text(code: CodeType, space: dict[str, Any]) -> tuple[list[str], Missing | Literal[""]]:
    """The lines that code was compiled from; where they are not to be had, why."""
    file, lines = code.co_filename, []
    for again in (False, True):
        if again:
            linecache.checkcache(file)
        lines = linecache.getlines(file, space)
        if lines and _is_from(code, lines, space.get("__loader__")):
            return lines, ""
    if file.startswith("<timed"):
        return [], "timed"  # %%time keeps no text of its cell
    if file.startswith("<"):
        return [], "exec"
    return [], "changed" if lines else "unreadable"


def _is_from(code: CodeType, lines: list[str], loader: Any) -> bool:
    """Whether code was compiled from these lines. Those of a cell are; a file may be edited."""
    entry = linecache.cache.get(code.co_filename, ())
    if len(entry) != 4 or entry[1] is None:  # it has no time of change: it is no file
        return True
    codes = _codes("".join(lines), code.co_filename, loader)
    return codes is None or code in codes


@lru_cache(maxsize=50)
def _codes(text: str, file: str, loader: Any) -> frozenset[CodeType] | None:
    """All code that this text becomes; None where its loader does not tell."""
    translate = getattr(loader, "source_to_code", None)
    if loader is not None and translate is None:
        return None  # one that writes it anew, as pytest's does
    try:
        whole = translate(text, file) if translate else compile(text, file, "exec", 0, True)
    except (SyntaxError, ValueError):
        return frozenset()
    return frozenset(_all(whole))


def _all(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _all(constant)


@dataclass(slots=True)
class Known:
    """What is known of the expressions of source code, by their spans."""

    names: dict[Span, dict[Part, str]] = field(default_factory=dict)  # of their values
    accumulating: set[Span] = field(default_factory=set)  # calls of sum() and its like
    returned: dict[Span, Part] = field(default_factory=dict)  # which part of what is returned
    expressions: dict[Span, Expression] = field(default_factory=dict)
    statements: list[Lines] = field(default_factory=list)
    functions: list[Lines] = field(default_factory=list)
    lambdas: list[Lines] = field(default_factory=list)

    def around(self, line: int) -> Lines:
        """The innermost function around a line, or the statement there if that is a lambda or
        none.
        """
        statements, functions, lambdas = (
            [(start, stop) for start, stop in spans if start <= line <= stop]
            for spans in (self.statements, self.functions, self.lambdas)
        )
        spans = statements if lambdas or not functions else functions
        return min(spans, key=lambda span: span[1] - span[0], default=(line, line))


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
        if isinstance(node, ast.stmt):
            known.statements.append(_lines_of(node))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            known.functions.append(_lines_of(node))
        if isinstance(node, ast.Lambda):
            known.lambdas.append(_lines_of(node))
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


def _lines_of(node: ast.stmt | ast.Lambda) -> Lines:
    """From its first decorator, if it has some, to its end."""
    decorators = getattr(node, "decorator_list", ())
    start = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return start, node.lineno if node.end_lineno is None else node.end_lineno
