"""What is printed where standard output has not all of Unicode."""

import io
import os
import subprocess
import sys

import pytest
from lengths import short

from gradviz import output

PROGRAM = """
import gradviz as gv, numpy as np
def 学习(x, y):
    z = x**2 * -y
    return np.sqrt(z * z) / y
graph = gv.trace(学习, x=2.0, y=-3.0)
for each in (graph, graph.example, graph.cost(), gv.draw(graph), graph.edges, gv.Variable(-2.0)):
    print(each, repr(each))
print(gv.draw(graph).explain("x"), gv.plot.tangent(lambda x: x**2, at=-1.0))
"""


@pytest.mark.parametrize(
    "encoding", short(0, ["ascii", "cp932", "cp1252", "cp437", "gbk", "utf-8"])
)
def test_all_that_can_be_printed(encoding, tmp_path):
    path = tmp_path / "program.py"  # a locale may not know how to read it from the command
    path.write_text(PROGRAM, encoding="utf-8")
    said = subprocess.run(
        [sys.executable, path],
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        check=True,
        capture_output=True,
    ).stdout.decode(encoding)
    lines = [line.replace("−", "-").replace("－", "-").split() for line in said.splitlines()]
    assert ["x", "input", "2", "-4"] in lines
    assert lines[-1][-2:] == ["-2:", "falling"]
    if encoding == "ascii":
        assert ["v2", "x^2", "4", "-1"] in lines
        assert "d\\u5b66\\u4e60/dx = " in said


@pytest.mark.parametrize(
    ("encoding", "errors", "expected"),
    [
        ("ascii", "strict", b"-1 \\u5b66"),
        ("latin-1", "surrogateescape", b"-1 \\u5b66"),
        ("ascii", "replace", b"?1 ?"),  # as the user chose
        ("utf-8", "strict", "−1 学".encode()),
    ],
)
def test_what_is_done_to_standard_output(monkeypatch, encoding, errors, expected):
    stream = io.TextIOWrapper(io.BytesIO(), encoding, errors)
    monkeypatch.setattr(sys, "stdout", stream)
    output.fit_standard_output()
    stream.write("−1 学")
    stream.flush()
    assert stream.buffer.getvalue() == expected


def test_a_notebooks_output_is_left_alone(monkeypatch):
    for stream in (None, io.StringIO()):
        monkeypatch.setattr(sys, "stdout", stream)
        output.fit_standard_output()
