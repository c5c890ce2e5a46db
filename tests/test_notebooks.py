"""The lessons as they are stored, and that their comparison is strict. nbval itself runs them: see conftest.py."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from comparison import agree

TESTS = Path(__file__).parent
LESSONS = sorted((TESTS.parent / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_what_is_stored(path):
    notebook = nbformat.read(path, 4)
    nbformat.validate(notebook)
    assert "widgets" not in notebook.metadata
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    for output in (output for cell in code for output in cell.outputs):
        assert output.output_type != "error"
        assert output.get("name") != "stderr"
        assert "application/vnd.jupyter.widget-view+json" not in output.get("data", {})
        assert " at 0x" not in str(output)
    assert sum("image/svg+xml" in output.get("data", {}) for cell in code for output in cell.outputs) >= 3
    assert max(len(cell.source.splitlines()) for cell in code) <= 15


@pytest.mark.parametrize(
    ("text", "other", "same"),
    [
        ("f = 0.7310585786300049", "f = 0.7310585786300048", True),
        ("f = 0.7310585786300049", "f = 0.7310585796300049", False),
        ('data-value="-1.5e-07"', 'data-value="-1.5000000000000002e-07"', True),
        ('d="M75.1,41.0 C96.4"', 'd="M75.1,41.1 C96.4"', False),
        ("−0.1966", "−0.1967", False),
        ("−0.1966", "0.1966", False),
        ("w0 = 2", "w1 = 2", False),
        ("x nan", "x 1.0", False),
        ("1 2", "1 2 3", False),
        ("[0.1, 0.2]", "[0.1,0.2]", False),
    ],
)
def test_texts_that_agree(text, other, same):
    assert agree(text, other) is same


def nbval(folder, *cells):
    """The exit code and the words of nbval, with our comparison, on a notebook of these cells."""
    notebook = nbformat.v4.new_notebook(cells=list(cells), metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    nbformat.write(notebook, folder / "lesson.ipynb")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "conftest", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env", "lesson.ipynb"]
    done = subprocess.run(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(TESTS)}, capture_output=True, text=True)
    return done.returncode, done.stdout


def cell(source, text=None, count=1):
    outputs = [nbformat.v4.new_output("execute_result", {"text/plain": text}, execution_count=count)] if text else []
    return nbformat.v4.new_code_cell(source, outputs=outputs, execution_count=count)


def test_nbval_compares_strictly_but_for_rounding(tmp_path):
    assert nbval(tmp_path, cell("1 / 3", "0.3333333333333334"), cell("'a 1'", "'a 1'", 2))[0] == 0
    code, words = nbval(tmp_path, cell("1 / 3", "0.3333333343333334"), cell("1 + 1", None, 2), cell("two = 2", None, None))
    assert code == 1
    assert "3 failed" in words
    assert "stored without being executed" in words
