"""The page: small ES modules, and how they are joined into the one file that a host loads.

Joining is no more than this: modules stand one after another in the order of their imports, in one
scope, without comments and leading blanks. So they may import and export in the forms that are read
here, and in no other, and no two of them may give a name of their own to something at their top.
"""

import re
from functools import cache
from os.path import normpath
from pathlib import Path

FOLDER = Path(__file__).parent
IMPORT = re.compile(r'^import \{([\w\s,]+)\} from "(\.[\w./]+)";\n', re.MULTILINE)
DEFAULT = re.compile(r"^export default ([^;]+);\n\Z", re.MULTILINE)
EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)
NAMED = re.compile(r"^(export )?(?:async )?(?:function|class|const|let) (\w+)\b", re.MULTILINE)
UNKNOWN = re.compile(
    r"^(import\b|export\b(?! (async|function|class|const|let)\b)|var\b).*"
    r"|^(export )?(const|let) ?[{[].*",
    re.MULTILINE,
)
COMMENT = re.compile(r"^ *(?://.*|/\*[^*]*(?:\*(?!/)[^*]*)*\*/)\n", re.MULTILINE)
# in a line: a type, or a comment to its end in which no text ends that it could stand in
WITHIN = re.compile(r"/\*\* @[^*\n]*(?:\*(?!/)[^*\n]*)*\*/ ?| // [^\"`\n]*$", re.MULTILINE)


class Unjoinable(ValueError):
    """Modules that can't be joined, and why."""


@cache
def module(*entries: str) -> str:
    """One ES module of several entries, such as ``notebook/view``, with what one of them exports
    by default.

    >>> module("notebook/race").endswith("export default { render: spokenAnew(render) };\\n")
    True
    """
    text, default = joined(*(FOLDER / f"{entry}.js" for entry in entries))
    return f"{text}export default {default};\n"


@cache
def script(*entries: str) -> str:
    """One classic script of several entries, which gives what one of them exports by default a
    global name, ``gradviz``.
    """
    text, default = joined(*(FOLDER / f"{entry}.js" for entry in entries))
    return f'var gradviz = (() => {{\n"use strict";\n{text}return {default};\n}})();\n'


@cache
def style_sheet(name: str) -> str:
    """The style sheet of this name."""
    text = (FOLDER / "styles" / f"{name}.css").read_text(encoding="utf-8")
    return _bare(COMMENT.sub("", text))


def joined(*entries: Path) -> tuple[str, str]:
    """The text of modules and of all that they need, and what one of them exports by default, if
    any does.

    Raises Unjoinable, naming the module, for what can't be joined.
    """
    texts: dict[Path, str] = {}
    exported: dict[Path, set[str]] = {}
    named: dict[str, Path] = {}
    defaults = [""]
    around: set[Path] = set()  # modules of which the imports are looked for

    def add(path: Path) -> None:
        text = WITHIN.sub("", COMMENT.sub("", path.read_text(encoding="utf-8")))
        around.add(path)
        for names, source in IMPORT.findall(text):
            needed = Path(normpath(path.parent / source))
            if needed in around:
                raise Unjoinable(f"{path.name} and {needed.name} import one another")
            if needed not in texts:
                add(needed)
            if missing := {*re.findall(r"\w+", names)} - exported[needed]:
                raise Unjoinable(f"{needed.name} exports no {', '.join(sorted(missing))}")
        around.remove(path)
        text = IMPORT.sub("", text)
        if path in entries:
            defaults.extend(DEFAULT.findall(text))
            text = DEFAULT.sub("", text)
        if found := UNKNOWN.search(text):
            raise Unjoinable(f"{path.name}: {found[0]!r} is in no form that is joined here")
        own = NAMED.findall(text)
        for _, name in own:
            if name in named:
                raise Unjoinable(f"{path.name} and {named[name].name} both name something {name}")
            named[name] = path
        exported[path] = {name for export, name in own if export}
        texts[path] = EXPORT.sub("", text)

    for entry in entries:
        if entry not in texts:
            add(entry)
    return "".join(map(_bare, texts.values())), defaults[-1]


def _bare(text: str) -> str:
    """A text without blank lines and blanks before lines."""
    lines = map(str.strip, text.splitlines())
    return "".join(f"{line}\n" for line in lines if line)
