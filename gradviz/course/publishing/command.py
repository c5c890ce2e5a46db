"""``gradviz publish``: what it is asked for, and what it says."""

import argparse
from collections.abc import Callable, Sequence
from gzip import compress
from importlib.util import find_spec
from pathlib import Path

from gradviz.course.trouble import Trouble
from gradviz.words import language, say, speaking

PUBLISHING = "ipykernel", "nbclient", "nbconvert", "math_core"
NO_PUBLISHING = """what makes pages is not installed here. To install it:
    pip install 'gradviz-notebooks[publish]'
or, in a checkout of gradviz:
    pip install -e '.[publish]'"""


def publish(args: argparse.Namespace, lessons: Callable[[str], Sequence[Path]]) -> int:
    """Run the command; `lessons` are those of an edition, by its language.

    Raises Trouble if it can't do its work.
    """
    if missing := [name for name in PUBLISHING if find_spec(name) is None]:
        raise Trouble(f"{NO_PUBLISHING}\n(missing: {', '.join(missing)})")
    from gradviz.course.publishing import site

    first, *others = dict.fromkeys(args.languages or [language()])
    folders = {first: args.folder, **{each: args.folder / each for each in others}}
    named = {  # all of them are there, or nothing is written
        each: args.notebooks or lessons(each) for each in folders
    }
    pages = {
        each: [folder / f"{path.stem}.html" for path in named[each]] + [folder / "index.html"]
        for each, folder in folders.items()
    }
    about = "publish.title" if args.notebooks else "publish.title.lessons"
    for each, folder in folders.items():
        with speaking(each):
            title = args.title or say(about)
            for path in site.publish(named[each], folder, title, args.format, pages):
                _tell(path, args.folder)
    if args.format == "html":
        print(f"Open {args.folder / 'index.html'}")
    return 0


def _tell(path: Path, folder: Path) -> None:
    """How large a file is that was written."""
    if path.suffix != ".ipynb":
        content = path.read_bytes()
        sizes = f"{len(content) / 1e3:6.0f} kB, {len(compress(content)) / 1e3:.0f} compressed"
        print(f"{sizes:24}  {path.relative_to(folder).as_posix()}")
