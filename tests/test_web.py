"""The page's modules, and how they are joined."""

import json
import re
import subprocess
from shutil import which

import pytest
from needs import missing

from gradviz import web
from gradviz.figure.page.alive import SHEETS, script, shared_script

MODULES = sorted(web.FOLDER.rglob("*.js"))
WRITTEN = {web.FOLDER / "numbers" / "table.js"}  # by Python, a row a line
ENTRIES = ["view", "race", "plot", "training", "labels", "drags"]


def node(script, *flags):
    """What a program prints."""
    path = which("node") or missing("NODE IS NOT INSTALLED: the page's modules were not joined")
    command = [str(path), *flags, "-"]
    run = subprocess.run(
        command, input=script, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_joined_module_exports_what_its_entry_does(entry):
    text = web.module(f"notebook/{entry}")
    shown = "JSON.stringify(Object.keys(gradviz))"
    classic = node(f"{web.script(f'notebook/{entry}')} process.stdout.write({shown})")
    lines = text.removesuffix("\n").split("\n")
    told = "process.stdout.write(JSON.stringify(Object.keys(it)));"
    module = node(
        "\n".join([*lines[:-1], lines[-1].replace("export default", "const it ="), told]),
        "--input-type=module",
    )
    assert module == classic == (["initialize"] if entry == "drags" else ["render"])


def test_modules_come_after_what_they_import():
    text = web.module("notebook/view")
    places = [text.index(f"\nclass {name} ") for name in ("FittedText", "Picture", "Stage", "View")]
    assert places == sorted(places)


def test_what_is_joined_has_no_comments_and_no_blanks_before_lines():
    lines = web.module("notebook/view").splitlines()
    assert [line for line in lines if re.match(r"//|/\*.*\*/$| |$", line)] == []


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"b": "export const x = 1;\n", "c": "const x = 2;\nexport const y = x;\n"},
            "main.js|c.js and b.js both name something x",
        ),
        ({"b": "const x = 1;\n", "c": "export const y = 1;\n"}, "b.js exports no x"),
        (
            {"b": 'import { y } from "./c.js";\nexport const x = y;\n',
             "c": 'import { x } from "./b.js";\nexport const y = 1;\n'},
            "c.js and b.js import one another",
        ),
        ({"b": 'import * as all from "./c.js";\nexport const x = 1;\n'}, "in no form"),
        ({"b": 'import { y as z } from "left-pad";\nexport const x = 1;\n'}, "in no form"),
        ({"b": "const x = 1;\nexport { x };\n"}, "in no form"),
        ({"b": "export const { x } = {};\n"}, "in no form"),
        ({"b": "export const x = 1;\nexport default x;\n"}, "b.js: 'export default"),
    ],
)  # fmt: skip
def test_what_cannot_be_joined_is_refused(tmp_path, files, told):
    main = 'import { x } from "./b.js";\nimport { y } from "./c.js";\nexport default { x, y };\n'
    for name, text in {"c": "export const y = 2;\n", **files, "main": main}.items():
        (tmp_path / f"{name}.js").write_text(text, encoding="utf-8")
    with pytest.raises(web.Unjoinable, match=told):
        web.joined(tmp_path / "main.js")


def test_comments_go_and_texts_stay(tmp_path):
    (tmp_path / "main.js").write_text(
        '// gone\n\n/**\n * gone, too: */\nconst x = `//`; // gone\nconst z = "a // b";\n'
        "  /** gone */\nconst y = /** @type {any} */ (x);\nexport default y;\n",
        encoding="utf-8",
    )
    assert web.joined(tmp_path / "main.js") == (
        'const x = `//`;\nconst z = "a // b";\nconst y = (x);\n',
        "y",
    )


def test_no_text_is_taken_for_a_comment():
    for path in MODULES:
        for line in web.COMMENT.sub("", path.read_text(encoding="utf-8")).splitlines():
            for found in web.WITHIN.finditer(line):
                before = line[: found.start()]
                assert before.count('"') % 2 == before.count("`") % 2 == 0, f"{path.name}: {line}"


def test_a_page_brings_the_modules_of_its_kinds_only():
    says = "JSON.stringify(Object.keys(gradviz))"
    texts = {kind: script(kind) for kind in SHEETS}
    parts = {"figure": "class View ", "race": "class Race ", "plot": "class Plot "}
    for kind, text in texts.items():
        held = {name for name, part in parts.items() if part in text}
        assert held == {kind} & {*parts}
        told = node(f"{text.removesuffix('gradviz.start();')} process.stdout.write({says})")
        assert told == ["start", "startAll", "render"]
    both = shared_script({"race", "plot"})
    assert [part in both for part in parts.values()] == [False, True, True]
    assert both.endswith("gradviz.startAll();\n")


def test_modules_are_narrow_and_stand_in_small_rooms():
    files = [*MODULES, *web.FOLDER.rglob("*.css")]
    lines = {path: path.read_text(encoding="utf-8").splitlines() for path in files}
    assert {path for path in files if max(map(len, lines[path])) > 100} == WRITTEN
    folders = {path.parent for path in MODULES}
    kept = {folder: {*folder.iterdir()} - {folder / "__pycache__"} for folder in folders}
    assert [folder.name for folder, inside in kept.items() if len(inside) > 14] == []


def test_texts_of_several_lines_would_lose_their_blanks():
    for path in {*MODULES} - WRITTEN:
        for line in path.read_text(encoding="utf-8").splitlines():
            assert line.count("`") % 2 == 0, f"{path.name}: {line}"


# An English word that a person could read: in a text of two words, or said as a label or a title
PROSE = re.compile(
    r"""["`][A-Za-z]+(?:[,;:]? [a-z]+)+["`.]"""
    r"""|(?:textContent|title) = ["`]\w|(?:aria-label|title)"?(?:,|:) ["`]\w"""
)


def test_no_words_stand_in_the_modules():
    found = [
        (path.name, match[0])
        for path in MODULES
        for match in PROSE.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []
