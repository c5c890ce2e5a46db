"""A folder of pages: one for each notebook, their contents, and one script and one style sheet for
all of them.
"""

import os
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, Literal, NamedTuple

import nbformat

from gradviz import words
from gradviz.course.publishing.myst import text_of
from gradviz.course.publishing.pages import Page, environment, page_of, sealed
from gradviz.course.publishing.running import read, run
from gradviz.course.trouble import Trouble
from gradviz.export.published import PAGE
from gradviz.figure.page import myst
from gradviz.figure.page.alive import shared_script, shared_sheet

MARK = "published by gradviz"  # stands in every file of here: no other is written over
CONTENTS, SCRIPT, SHEET = "index.html", "gradviz.js", "gradviz.css"
Form = Literal["html", "myst"]
# endings of what each notebook becomes, and what is there for all
FILES: dict[Form, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "html": ((".html", ".ipynb"), (CONTENTS, SCRIPT, SHEET)),
    "myst": ((".md",), (myst.MODULE, myst.SHEET)),
}


def publish(
    notebooks: Sequence[Path],
    folder: Path,
    title: str,
    form: Form = "html",
    editions: Mapping[str, Collection[Path]] = {},
) -> list[Path]:
    """Run notebooks and write them to a folder, as pages which live without Python, or as text for
    MyST; the paths of what was written. Their figures speak the language that is set. Each
    page leads to those of its name among the pages of `editions` in other languages.

    What else is in the folder stays. Raises Trouble, before anything is written, if a notebook
    can't be read or fails, or if a file of the folder is not of here and in the way.
    """
    named = _named(notebooks)
    read_in = {name: read(path) for name, path in named.items()}
    endings, shared = FILES[form]
    _check(folder, [*shared, *(f"{name}{ending}" for ending in endings for name in named)])
    files: dict[str, str] = {}
    pages: list[Page] = []
    kinds: set[str] = set()
    for count, (name, path) in enumerate(named.items(), 1):
        notebook = read_in[name]
        bare = nbformat.writes(_bare(notebook)) + "\n"
        among = {each.name for each in notebooks}
        with _Progress(f"{count} of {len(named)}  {path.name}") as progress:
            run(notebook, path, progress)
            kinds |= _kinds(notebook)
            if form == "myst":
                files[f"{name}.md"] = f"% {MARK}\n\n{text_of(notebook, among)}"
                continue
            files[f"{name}.ipynb"] = bare
            pages.append(page_of(notebook, path, among))
    if form == "myst":
        files[myst.MODULE] = _marked(myst.module(kinds))
        files[myst.SHEET] = _marked(shared_sheet(kinds))
    else:
        others = [
            Other(each, page.name, os.path.relpath(page, folder).replace(os.sep, "/"))
            for each, there in editions.items()
            for page in (there if each != words.language() else ())
        ]
        files |= dict(_written(pages, title, others))
        files[SCRIPT] = _marked(shared_script(kinds))
        files[SHEET] = _marked(shared_sheet(kinds, "text", "site"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        why = error.strerror or error
        raise Trouble(f"cannot write to {folder}: {why}") from error
    return [folder / name for name in files]


def _named(notebooks: Sequence[Path]) -> dict[str, Path]:
    """The notebooks by the names of their pages."""
    named: dict[str, Path] = {}
    for path in notebooks:
        if not path.is_file():
            raise Trouble(f"there is no file {path}")
        other = named.setdefault(path.stem, path)
        if other is not path or f"{path.stem}.html" == CONTENTS:
            why = f"{other} is called so too" if other is not path else "the contents are there"
            raise Trouble(f"{path} would become {path.stem}.html, but {why}; rename it")
    return named


def _check(folder: Path, names: Sequence[str]) -> None:
    """That nothing which is not of here stands where pages will."""
    if folder.exists() and not folder.is_dir():
        raise Trouble(f"{folder} is a file; pages need a folder")
    for name in names:
        path = folder / name
        if path.exists() and MARK not in path.read_text(encoding="utf-8", errors="replace"):
            raise Trouble(f"{path} is there already, and not by gradviz: choose another folder")


def _bare(notebook: Any) -> Any:
    """A notebook without outputs, for whoever wants to run it."""
    bare = deepcopy(notebook)
    bare.metadata["about"] = MARK
    for cell in bare.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return bare


class Other(NamedTuple):
    """A page of another edition: its language, its file's name, and where it is from here."""

    language: str
    name: str
    address: str

    @property
    def called(self) -> str:
        """What its language calls itself."""
        with words.speaking(self.language):
            return words.say("publish.language")


def _written(
    pages: Sequence[Page], title: str, others: Sequence[Other]
) -> Iterator[tuple[str, str]]:
    """Files by their names."""
    jinja = environment()

    def rendered(template: str, name: str, language: str, **told: Any) -> tuple[str, str]:
        told |= {"site": title, "language": language}
        told["others"] = [other for other in others if other.name == name]
        with words.speaking(language if language in words.languages() else words.language()):
            return name, sealed(jinja.get_template(template).render(**told))

    language = pages[0].language if pages else words.language()
    yield rendered("contents.html", CONTENTS, language, pages=pages)
    for at, page in enumerate(pages):
        around = {
            "before": pages[at - 1] if at else None,
            "after": pages[at + 1] if at + 1 < len(pages) else None,
        }
        here = [heading for heading in page.headings if heading[0] == 2]
        name = f"{page.name}.html"
        yield rendered("page.html", name, page.language, page=page, here=here, **around)


def _kinds(notebook: Any) -> set[str]:
    """The kinds of what lives in a notebook that was run."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    told = (each for output in outputs for each in output.get("data", {}).get(PAGE, ()))
    return {each["kind"] for each in told}


def _marked(text: str) -> str:
    return f"/* {MARK} */\n{text}"


class _Progress:
    """A line on standard error that says how far a notebook is; where that is no terminal, one for
    each notebook.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self.is_seen = sys.stderr is not None and sys.stderr.isatty()

    def __call__(self, cell: int, count: int) -> None:
        if self.is_seen:
            print(f"\r\x1b[K{self.what}  cell {cell} of {count}", end="", file=sys.stderr)
            sys.stderr.flush()

    def __enter__(self) -> "_Progress":
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        if sys.stderr is not None:
            line = f"{self.what}{'' if failed is None else ' fails'}"
            print(f"\r\x1b[K{line}" if self.is_seen else line, file=sys.stderr)
