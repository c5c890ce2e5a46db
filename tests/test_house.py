"""The house: every import of the package, read as text. Nothing goes round in a circle, and
everything is small enough to be held in the head.
"""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "gradviz"


def imports(package: Path) -> dict[str, set[str]]:
    """The modules that each module of a package imports, wherever in it, for types too."""
    files = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    found = {name: set(_named(name, path)) for name, path in files.items()}
    return {
        name: {_module(each, files) for each in named if each.startswith(package.name)} - {name}
        for name, named in found.items()
    }


def _named(name: str, path: Path):
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            around = package.split(".")[: len(package.split(".")) + 1 - node.level]
            base = ".".join([*(around if node.level else []), *filter(None, [node.module])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _module(name: str, modules) -> str:
    """The module that a name stands in: ``gradviz.graph.Graph`` in ``gradviz.graph``."""
    while name not in modules:
        name = name.rpartition(".")[0]
    return name


def circle(arrows: dict[str, set[str]]) -> list[str]:
    """One circle among these, if there is one: each imports the next.

    >>> circle({"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set()}) == list("abca")
    True
    """
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        around = error.args[1][::-1]  # each is imported by the next
        first = around.index(min(around))
        return [*around[first:-1], *around[:first], around[first]]
    return []


def test_no_imports_go_round_in_a_circle():
    found = circle(imports(PACKAGE))
    assert not found, (
        f"imports go round in a circle: {' → '.join(found)}; move what two of them share to a "
        "room below both, or hand it in as an argument"
    )


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a": "import house.b", "b": "from house import a"}, ["house.a", "house.b", "house.a"]),
        ({"a": "def f():\n    from . import b", "b": "from .a import f"}, ["house.a", "house.b"]),
        ({"a": "from house.b import x", "b": "import os"}, []),
    ],
)
def test_a_planted_circle_is_found(tmp_path, files, expected):
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "__init__.py").touch()
    for name, text in files.items():
        (tmp_path / "house" / f"{name}.py").write_text(text, encoding="utf-8")
    assert circle(imports(tmp_path / "house"))[: len(expected)] == expected


TABLE = PACKAGE / "autodiff" / "primitives" / "table.py"  # read across, a row a line
FOLDERS = sorted({path.parent for path in PACKAGE.rglob("*.py")})


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_folder_has_about_ten_entries(folder):
    no_rooms = "__pycache__", "py.typed"  # a mark for type checkers
    entries = [path.name for path in folder.iterdir() if path.name not in no_rooms]
    most = 16 if folder == PACKAGE else 15
    assert len(entries) <= most, f"{folder.name} has {len(entries)} entries: give some a room"


def test_files_are_short_and_narrow():
    texts = [path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".js", ".css"}]
    lines = {path: path.read_text(encoding="utf-8").splitlines() for path in texts}
    assert [str(path) for path in texts if len(lines[path]) > 400] == []
    wide = [path for path in texts if max(map(len, lines[path]), default=0) > 100]
    assert [path for path in wide if path.suffix == ".py"] == [TABLE]
