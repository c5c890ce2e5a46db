"""The command line: ``gradviz lab`` opens the lessons in JupyterLab, ``gradviz list`` names them,
``gradviz publish`` makes pages of them, ``gradviz check`` checks a figure.
"""

import argparse
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from gradviz import __version__
from gradviz.course.publishing import command as publishing
from gradviz.course.server import serve
from gradviz.course.trouble import Trouble
from gradviz.words import SOURCE, VARIABLE, language, languages

# widgets are saved with a notebook, and no news is fetched from the network
SETTINGS = Path(__file__).resolve().parent / "jupyter"
# in the learner's folder: the sha256 of each file as it was copied
MANIFEST = ".gradviz-lessons.json"

NO_LAB = """JupyterLab is not installed here. To install it:
    pip install 'gradviz-notebooks[lab]'
or, in a checkout of gradviz:
    pip install -e '.[lab]'"""


def lessons_folder() -> Path:
    """Where the lessons are: inside the package if it was installed from a wheel, else in the
    checkout.
    """
    package = Path(__file__).resolve().parents[1]
    inside = package / "notebooks"
    return inside if inside.is_dir() else package.parent / "notebooks"


def lessons(edition: str = SOURCE) -> list[str]:
    """The file names of the lessons of an edition, in their order, as they are called from the
    folder of the lessons: those in another language than English stand in a folder of its name.

    Raises Trouble if there are none.
    """
    home = lessons_folder()
    inside = home if edition == SOURCE else home / edition
    names = sorted(path.relative_to(home).as_posix() for path in inside.glob("*.ipynb"))
    if not names and edition != SOURCE:
        raise Trouble(f"there are no lessons in the language {edition!r} yet: {inside} has none")
    if not names:
        raise Trouble(f"there are no lessons in {home}; install gradviz-notebooks anew")
    return names


def editions() -> list[str]:
    """The languages that there are lessons in, English first."""
    others = {path.parent.name for path in lessons_folder().glob("*/*.ipynb")}
    return [SOURCE, *sorted(others.intersection(languages()))]


def title(notebook: Path) -> str:
    """The first heading of a notebook, or its file name without one."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            for line in "".join(cell["source"]).splitlines():
                if heading := re.fullmatch(r"#+\s+(.+?)(\s+#+)?\s*", line):
                    return heading[1]
    return notebook.stem


def copy_lessons(folder: Path, edition: str = SOURCE) -> list[str]:
    """Bring the lessons of an edition in a folder up to date, with their data, and return the names
    of those that the learner changed.

    What is missing is copied, what is still as it was copied is replaced by a newer version, and
    anything else is left alone.

    Raises OSError if the folder cannot be written.
    """
    home = lessons_folder()
    kept = {home / "data", home / ("" if edition == SOURCE else edition) / "data"}
    data = (path.relative_to(home) for room in kept for path in room.rglob("*") if path.is_file())
    names = [
        *lessons(edition),
        *sorted(
            path.as_posix() for path in data if not any(part.startswith(".") for part in path.parts)
        ),
    ]
    folder.mkdir(parents=True, exist_ok=True)
    known = _read_manifest(folder)
    copied, changed, written = dict(known), [], False
    for name in names:
        content, target = (home / name).read_bytes(), folder / name
        new, there = _digest(content), _digest(target.read_bytes()) if target.exists() else None
        if there not in (None, new, copied.get(name)):
            changed.append(name)
            continue
        if there != new:
            _write(target, content)
            written = True
        copied[name] = new
    try:
        if copied != known:
            _write(folder / MANIFEST, json.dumps(copied, indent=1, sort_keys=True).encode())
    except OSError:
        if written:  # else all is there, and nobody can change it
            raise
    return changed


def _read_manifest(folder: Path) -> dict[str, str]:
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}  # nothing is known of the files there, so none is overwritten
    return manifest if isinstance(manifest, dict) else {}


def _digest(content: bytes) -> str:
    """The sha256 of a file; of a notebook, that of its cells as written: outputs and metadata
    change when it is only opened or run.
    """
    with suppress(ValueError, KeyError, TypeError):
        content = json.dumps(
            [[cell["cell_type"], "".join(cell["source"])] for cell in json.loads(content)["cells"]]
        ).encode()
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # half a lesson would look like one that the learner changed
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def trust(notebooks: Iterable[Path]) -> None:
    """Mark notebooks as trusted, so that Jupyter shows their stored figures before anything is run.

    Raises Trouble if Jupyter's list of trusted notebooks cannot be written, or if one is no
    notebook."""
    if find_spec("nbformat") is None:
        raise Trouble(NO_LAB)
    import nbformat
    from nbformat.sign import NotebookNotary

    try:
        notary = NotebookNotary()
        with closing(notary.store):
            for notebook in notebooks:
                notary.sign(nbformat.read(notebook, as_version=4))
    except (OSError, ValueError) as error:
        raise Trouble(f"cannot mark notebooks as trusted: {error}") from error


def lab(folder: Path, browser: bool = True, port: int | None = None, edition: str = SOURCE) -> int:
    """Copy the lessons to a folder and open JupyterLab there, until it is ended; return its exit
    code.

    Raises Trouble if JupyterLab is not installed or the folder cannot be written.
    """
    if find_spec("jupyterlab") is None:
        raise Trouble(NO_LAB)
    first, changed = lessons(edition)[0], []
    try:
        folder = folder.resolve()
        if folder.is_symlink():  # still one: from Python 3.13 on, a loop is no error
            raise Trouble(f"{folder} is a loop of links; the lessons need a folder")
        if folder.exists() and not folder.is_dir():
            raise Trouble(f"{folder} is a file; the lessons need a folder")
        # in a checkout, `gradviz lab notebooks` works on the lessons themselves
        if folder != lessons_folder():
            changed = copy_lessons(folder, edition)
    except (OSError, RuntimeError) as error:  # before Python 3.13, a loop is a RuntimeError
        why = getattr(error, "strerror", None) or error
        raise Trouble(f"cannot copy the lessons to {folder}: {why}") from error
    print(f"The lessons are in {folder}; Ctrl-C here ends JupyterLab.")
    if not os.access(folder, os.W_OK):
        print("  that folder is read-only: what you change there cannot be saved")
    for name in changed:
        print(f"  {name} was changed by you and is kept; move it away to get the original")
    try:
        trust(folder / name for name in lessons(edition) if name not in changed)
    except Trouble as trouble:  # then figures show once a lesson is run
        print(f"gradviz: {trouble}", file=sys.stderr)
    sys.stdout.flush()
    if edition != SOURCE:  # of notebooks that one begins there, too
        os.environ[VARIABLE] = edition
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        filter(None, (str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH")))
    )
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0  # in a container there is nobody else
    return serve(
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.default_url=/lab/tree/{quote(first)}",
        # or pages would show the widgets that are saved, and these from the network
        "--HTMLExporter.preprocessors=gradviz.course.exporting.still",
        "--Application.log_level=ERROR",  # warnings there are for Jupyter's developers
        *([] if browser else ["--no-browser"]),
        *([] if port is None else [f"--port={port}"]),
        *(["--allow-root"] if is_root else []),
    )


def _port(text: str) -> int:
    """A port as it is given on the command line."""
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535, not {text}")
    return int(text)


def _list(args: argparse.Namespace) -> int:
    names = [name for edition in editions() for name in lessons(edition)]
    width = max(map(len, names))
    for name in names:
        print(f"{name:<{width}}  {title(lessons_folder() / name)}")
    return 0


def _lab(args: argparse.Namespace) -> int:
    return lab(args.folder, args.browser, args.port, args.language or language())


def _trust(args: argparse.Namespace) -> int:
    notebooks = sorted(args.folder.glob("*.ipynb"))
    if not notebooks:
        raise Trouble(f"there are no notebooks in {args.folder}")
    trust(notebooks)
    return 0


def _publish(args: argparse.Namespace) -> int:
    return publishing.publish(
        args, lambda edition: [lessons_folder() / n for n in lessons(edition)]
    )


def _check(args: argparse.Namespace) -> int:
    from gradviz.audit import audit

    worst = 0
    for path in args.figures:
        try:
            report = audit(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            print(f"gradviz: {path}: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
            worst = 2
            continue
        for line in (
            (*map(str, report.failures), *report.remarks)
            if report.failures
            else (str(report), *report.remarks)
        ):
            print(f"{path}: {line}")
        worst = max(worst, 1 if report.failures else 0)
    return worst


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gradviz", description="See backpropagation: the lessons of gradviz, in JupyterLab."
    )
    parser.add_argument("--version", action="version", version=f"gradviz {__version__}")
    parser.set_defaults(run=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    about = (
        "copy the lessons to a folder of yours and open JupyterLab there; a file that you changed "
        "is never overwritten"
    )
    command = commands.add_parser("lab", help="open the lessons in JupyterLab", description=about)
    command.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path("gradviz-lessons"),
        help="default: ./gradviz-lessons",
    )
    command.add_argument(
        "--no-browser",
        dest="browser",
        action="store_false",
        help="print the address, and open no browser",
    )
    command.add_argument(
        "--port", type=_port, help="the port to serve on; the next free one if it is taken"
    )
    command.add_argument(
        "--language",
        choices=languages(),
        help="of the lessons, and of figures in new notebooks; default: en",
    )
    command.set_defaults(run=_lab)

    command = commands.add_parser(
        "list",
        help="name the lessons",
        description="name the lessons of all editions, one a line",
    )
    command.set_defaults(run=_list)

    about = (
        "run notebooks and write them to a folder as pages that live without Python: the figures "
        "move, the code has colours, formulas are set; they open from a disk and from any web "
        "site, and load nothing from elsewhere"
    )
    command = commands.add_parser(
        "publish", help="make pages of the lessons, or of your notebooks", description=about
    )
    command.add_argument(
        "notebooks", nargs="*", type=Path, metavar="NOTEBOOK.ipynb", help="default: the lessons"
    )
    command.add_argument(
        "--to",
        dest="folder",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="what else is in it stays as it is",
    )
    command.add_argument("--title", help="of all of them, above the contents")
    command.add_argument(
        "--format",
        choices=["html", "myst"],
        default="html",
        help="myst: text for a site made by MyST, with each live figure as it takes widgets",
    )
    command.add_argument(
        "--language",
        dest="languages",
        action="append",
        choices=languages(),
        help="of the lessons, or of what your notebooks' figures say; given more than once, each "
        "further language gets a folder of its name in FOLDER, and pages lead to one another",
    )
    command.set_defaults(run=_publish)

    about = "mark the notebooks of a folder as trusted, so that Jupyter shows their stored figures"
    command = commands.add_parser("trust", help=about.split(",")[0], description=about)
    command.add_argument("folder", type=Path, metavar="FOLDER")
    command.set_defaults(run=_trust)

    about = (
        "check figures from nothing but their files: every number is worked out again, and the "
        "picture is painted again and compared, with all that is seen, read aloud or run; of a "
        "graph as JSON, the numbers are"
    )
    command = commands.add_parser("check", help=about.split(":")[0], description=about)
    command.add_argument("figures", nargs="+", type=Path, metavar="FIGURE.svg|.html|.json")
    command.set_defaults(run=_check)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command, by default that of the command line, and return its exit code: 2 if it could
    not do its work.
    """
    parser = _parser()
    args = parser.parse_args(argv)
    if args.run is None:
        parser.print_help()
        return 0
    try:
        code = args.run(args)
        if sys.stdout is not None:
            sys.stdout.flush()  # here an error can still be told
        return code
    except Trouble as trouble:
        print(f"gradviz: {trouble}", file=sys.stderr)
        return trouble.code
    except KeyboardInterrupt:
        return 130  # as a shell counts Ctrl-C
    except OSError as error:
        if error.filename is None and sys.stdout is not None:  # or Python would try once more
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # whoever read this has seen enough
            return 141  # as a shell counts that
        print(f"gradviz: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
