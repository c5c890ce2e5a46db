"""The text that code was compiled from: that of this very code, or none and why."""

import importlib.util
import json
import linecache
import os
import pickle
import subprocess
import sys
from types import ModuleType

import pytest

import gradviz as gv
from gradviz.scene.words.listing import listing

FIRST = """import gradviz as gv

def f(x, y):
    z = x * y  # first
    return z + x
"""


def cell(text, name):
    """What a cell of a notebook defines: its text is kept under a name of its own."""
    linecache.cache[name] = len(text), None, text.splitlines(keepends=True), name
    space = {}
    exec(compile(text, name, "exec"), space)
    return space


def shown(graph):
    """The lines that have a number, and why there are no others."""
    lines = listing(graph)
    return [line["text"].strip() for line in lines["source"] if line["shows"]], lines["notes"]


def module(path, text):
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def names(graph):
    return [node.name for node in graph.operations]


# Equal code is not the same code


def test_a_cell_that_is_run_again_has_its_own_lines(tmp_path):
    for count in range(3):
        f = cell(FIRST.replace("first", str(count)) + f"\n{count}\n", f"<ipython {count}>")["f"]
        graph = gv.trace(f, x=2.0, y=3.0)
        assert shown(graph) == ([f"z = x * y  # {count}", "return z + x"], [])
        assert {node.source.file for node in graph.operations} == {f"<ipython {count}>"}


def test_equal_code_in_two_cells_that_work_together():
    one, other = (
        cell(FIRST.replace("first", name), f"<ipython {name}>")["f"] for name in ("one", "other")
    )
    graph = gv.trace(lambda x, y: one(x, y) * other(y, x), x=2.0, y=3.0)
    lines = [line for line in shown(graph)[0] if line.startswith("z")]
    assert lines == ["z = x * y  # one", "z = x * y  # other"]


def test_a_cell_of_a_notebook():
    """In IPython: run again with another last line, and under %%time."""
    program = f"""
import json
from IPython.core.interactiveshell import InteractiveShell
shell, told = InteractiveShell.instance(), []
for cell in ({FIRST!r} + "e = gv.explore(f, x=1.0, y=2.0, code=True)",
             {FIRST!r} + "e = gv.explore(f, x=1.0, y=3.0, code=True)",
             "%%time\\n" + {FIRST!r} + "e = gv.explore(f, x=1.0, y=2.0, code=True)"):
    assert shell.run_cell(cell).success
    told.append(shell.user_ns["e"].view.code)
print(json.dumps(told))
"""
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    first, again, timed = json.loads(said.splitlines()[-1])
    assert [line["text"].split("#")[0].strip() for line in first["source"]] == [
        "def f(x, y):",
        "z = x * y",
        "return z + x",
    ]
    assert again["source"] == first["source"]
    assert (first["notes"], again["notes"], timed["source"]) == ([], [], [])
    (note,) = timed["notes"]
    assert "%%time" in note and "a cell of its own" in note


# Files that are edited


EDITED = FIRST.replace("def f", "\n\n# of old, z was a product\ndef f").replace("x * y", "x / y")


def test_an_edited_file_is_not_taken_for_what_runs(tmp_path):
    path = tmp_path / "mine.py"
    f = module(path, FIRST).f
    path.write_text(EDITED, encoding="utf-8")
    graph = gv.trace(f, x=2.0, y=3.0)
    (lines, (note,)) = shown(graph)
    assert (graph.example.value, names(graph), lines) == (8.0, [None, "f"], [])
    assert "mine.py was changed after it was loaded" in note
    assert "importlib.reload" in note
    assert str(graph.operations[0].source) == "line 4"
    path.write_text(FIRST, encoding="utf-8")  # undone
    assert shown(gv.trace(f, x=2.0, y=3.0)) == (["z = x * y  # first", "return z + x"], [])


def test_an_edit_that_changes_neither_size_nor_time_is_found(tmp_path):
    path = tmp_path / "sly.py"
    f = module(path, FIRST).f
    before = path.stat()
    path.write_text(FIRST.replace(" z", " q"), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    graph = gv.trace(f, x=2.0, y=3.0)
    assert names(graph) == [None, "f"] and shown(graph)[1]


def test_what_was_seen_before_the_edit_stays(tmp_path):
    path = tmp_path / "seen.py"
    f = module(path, FIRST).f
    before = shown(gv.trace(f, x=2.0, y=3.0))
    path.write_text(EDITED, encoding="utf-8")
    linecache.checkcache(str(path))
    assert shown(gv.trace(f, x=2.0, y=3.0)) == before
    path.unlink()
    assert shown(gv.trace(f, x=2.0, y=3.0)) == before


def test_lines_go_along_with_a_pickle(tmp_path):
    graph = gv.trace(module(tmp_path / "left.py", FIRST).f, x=2.0, y=3.0)
    before = shown(graph)
    (tmp_path / "left.py").unlink()
    assert shown(pickle.loads(pickle.dumps(graph))) == before


def test_a_helper_that_was_edited_and_loaded_again(tmp_path):
    path = tmp_path / "helper.py"
    helper = module(path, FIRST)

    def calling(x, y):
        return helper.f(x, y) * 2

    assert names(gv.trace(calling, x=2.0, y=3.0))[0] == "z"
    helper = module(path, EDITED.replace(" z", " quotient"))
    graph = gv.trace(calling, x=2.0, y=3.0)
    assert names(graph)[0] == "quotient"
    assert "quotient = x / y  # first" in shown(graph)[0]


def test_a_loader_that_writes_code_anew_is_believed(tmp_path):
    """As pytest's does with assertions; one that can tell what it makes is asked."""

    class Rewriting:
        pass

    f = module(tmp_path / "rewritten.py", FIRST).f
    text = FIRST.replace("z = x", "assert True\n    z = x")
    (tmp_path / "rewritten.py").write_text(text, encoding="utf-8")
    f.__globals__["__loader__"] = Rewriting()
    assert shown(gv.trace(f, x=2.0, y=3.0))[1] == []


def test_a_file_that_is_gone(tmp_path):
    path = tmp_path / "gone.py"
    f = module(path, FIRST).f
    path.unlink()
    graph = gv.trace(f, x=2.0, y=3.0)
    assert shown(graph)[0] == [] and "gone.py cannot be read" in shown(graph)[1][0]


# Code that is no file


@pytest.mark.parametrize("name", ["<python-input-0>", "<pyshell#1>", "<ipython-input-1-abc>"])
def test_lines_typed_at_a_prompt(name):
    graph = gv.trace(cell(FIRST, name)["f"], x=2.0, y=3.0)
    assert names(graph) == ["z", "f"]
    assert shown(graph)[1] == []


def test_text_that_was_given_to_exec():
    made = ModuleType("made")
    exec(FIRST, made.__dict__)
    lines, (note,) = shown(gv.trace(made.f, x=2.0, y=3.0))
    assert lines == [] and "exec" in note
