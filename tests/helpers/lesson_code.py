"""The code of the stored lessons: a cell, and those before it that it stands on."""

import ast
import builtins
import linecache
from functools import cache
from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))


@cache
def code(lesson: int) -> dict[str, str]:
    """The code cells of a lesson, by their ids."""
    return {
        cell.id: cell.source
        for cell in nbformat.read(PATHS[lesson], 4).cells
        if cell.cell_type == "code"
    }


def _names(source, context):
    return {
        node.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Name) and isinstance(node.ctx, context)
    }


def _defined(source):
    body = ast.parse(source).body
    made = {node.name for node in body if isinstance(node, ast.FunctionDef)}
    imported = {
        alias.asname or alias.name
        for node in body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    return made | imported | _names(source, ast.Store)


@cache
def needed(lesson: int, cell: str) -> list[str]:
    """The cells before a cell that it stands on."""
    cells = code(lesson)
    chosen, wanted = [], _names(cells[cell], ast.Load) - _defined(cells[cell]) - set(dir(builtins))
    for source in list(cells.values())[: list(cells).index(cell)][::-1]:
        if wanted & _defined(source):
            wanted = (wanted - _defined(source)) | _names(source, ast.Load)
            chosen.append(source)
    return chosen[::-1]


def result(lesson: int, cell: str, source: str | None = None):
    """What a cell (or another text in its place) gives at its end, when it and what it stands on is
    run.
    """
    space: dict = {}
    for place, part in enumerate((*needed(lesson, cell), source or code(lesson)[cell])):
        value = _value(part, f"<test of lesson {lesson}, {cell}, {place}>", space)
    return value


def played(lesson: int) -> dict:
    """What each code cell of a lesson gave at its end, by its id, once all of them have run."""
    space: dict = {"display": lambda *shown: None}  # which IPython has
    return {
        cell: _value(source, f"<test of lesson {lesson} as a whole, {cell}>", space)
        for cell, source in code(lesson).items()
    }


def _value(part: str, name: str, space: dict):
    """What a cell's text gives at its end."""
    # as IPython does, so that names are found
    linecache.cache[name] = len(part), None, part.splitlines(keepends=True), name
    *body, last = ast.parse(part).body
    if not isinstance(last, ast.Expr):
        exec(compile(ast.Module([*body, last], []), name, "exec"), space)
        return None
    exec(compile(ast.Module(body, []), name, "exec"), space)
    return eval(compile(ast.Expression(last.value), name, "eval"), space)
