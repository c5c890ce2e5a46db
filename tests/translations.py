"""The maintainer's command for the lessons in another language, which stand in a folder beside the
English ones: ``python tests/translations.py [skeleton|accept|store] [notebooks/zh/…]``.

Each cell keeps its id, and the hash of the English cell that it translates. Alone, the command
lists what is stale or missing; ``skeleton`` brings in what is missing, in English; ``accept`` notes
that the cells of these notebooks translate the English ones as they are now; and ``store`` executes
them and stores what comes out.
"""

import ast
import hashlib
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from store_lessons import LESSONS
from store_lessons import main as store

LANGUAGES = {"zh": LESSONS / "zh"}
HERE = "python tests/translations.py"
NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:,\d{3})*(?:\.\d+)?")
CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$\n]+\$", re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def source_hash(cell: NotebookNode) -> str:
    """By which a translation knows the English cell."""
    return hashlib.sha256(cell.source.encode()).hexdigest()[:12]


def english_of(path: Path) -> NotebookNode:
    return nbformat.read(LESSONS / path.name, 4)


def trouble(path: Path) -> Iterator[str]:
    """What is stale or missing in a translated lesson, or says other things than the English."""
    english = english_of(path)
    if not path.exists():
        yield f"{path.name} is missing; run: {HERE} skeleton"
        return
    translated = {cell.id: cell for cell in nbformat.read(path, 4).cells}
    ids = [cell.id for cell in english.cells]
    if [*translated] != ids:
        differing = sorted(set(ids) ^ {*translated}) or "their order"
        yield f"{path.name} has other cells: {differing}; run: {HERE} skeleton {path}"
    for cell in english.cells:
        other = translated.get(cell.id)
        if other is None:
            continue
        where = f"{path.name}, cell {cell.id!r}"
        if other.metadata.get("translates") != source_hash(cell):
            yield f"{where} is stale: translate it anew, then run: {HERE} accept {path}"
            continue
        if {**cell.metadata, "translates": source_hash(cell)} != other.metadata:
            yield f"{where} has other tags than the English; run: {HERE} accept {path}"
        differences = of_code if cell.cell_type == "code" else of_text
        for kind, here, there in differences(cell.source, other.source):
            if here != there:
                yield f"{where} has other {kind}: {there} where the English has {here}"


def of_code(english: str, other: str) -> Iterator[tuple[str, object, object]]:
    """Code is the same but for its texts, its comments, and the line that sets the language."""
    lines = [line for line in other.splitlines() if not line.startswith("gv.set_language(")]
    yield "code", _without_texts(english), _without_texts("\n".join(lines))


def of_text(english: str, other: str) -> Iterator[tuple[str, object, object]]:
    for kind, pattern in (("formulas", FORMULA), ("code", CODE), ("links", LINK)):
        here, there = (
            Counter(match[match.re.groups and match.re.groups] for match in pattern.finditer(text))
            for text in (english, other)
        )
        yield kind, sorted((here - there).elements()), sorted((there - here).elements())
        english, other = pattern.sub(" ", english), pattern.sub(" ", other)
    here, there = (Counter(NUMBER.findall(text)) for text in (english, other))
    yield "numbers", sorted((here - there).elements()), sorted((there - here).elements())


def _without_texts(code: str) -> str:
    class Texts(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.Constant:
            return ast.Constant("") if isinstance(node.value, str) else node

    # magics are no Python, and have no texts
    plain = "\n".join(line for line in code.splitlines() if not line.startswith(("%", "!")))
    return ast.dump(Texts().visit(ast.parse(plain)))


def skeleton(path: Path) -> None:
    """The lesson with the English cells that it has not yet, which are stale at once."""
    notebook = english_of(path)
    known = {cell.id: cell for cell in nbformat.read(path, 4).cells} if path.exists() else {}
    for place, cell in enumerate(notebook.cells):
        if cell.id in known:
            notebook.cells[place] = known[cell.id]
        else:
            cell.metadata.pop("translates", None)
    path.parent.mkdir(exist_ok=True)
    nbformat.write(notebook, path)


def accept(path: Path) -> None:
    english = {cell.id: cell for cell in english_of(path).cells}
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        own = dict(english[cell.id].metadata)
        cell.metadata = {**own, "translates": source_hash(english[cell.id])}
    nbformat.write(notebook, path)


def main(arguments: list[str]) -> int:
    what = arguments.pop(0) if arguments and arguments[0] in ("skeleton", "accept", "store") else ""
    names = [path.name for path in sorted(LESSONS.glob("*.ipynb"))]
    all_of_them = [folder / name for folder in LANGUAGES.values() for name in names]
    paths = [Path(argument) for argument in arguments] or all_of_them
    if what == "store":
        store([str(path) for path in paths])
    for path in paths:
        if what in ("skeleton", "accept"):
            {"skeleton": skeleton, "accept": accept}[what](path)
    found = [each for path in paths for each in trouble(path)]
    print("\n".join(found) or "nothing is stale or missing")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
