"""A notebook whose library is not installed stops with a sentence, and keeps what was stored."""

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from gradviz.course.publishing.running import run
from gradviz.exercises import needed

LIBRARY = "no_such_library_as_this"
ASKS = f"from gradviz.exercises import needed\nneeded({LIBRARY!r}, 'pip install it')"


def test_a_library_that_is_there_is_no_news():
    needed("numpy", "pip install numpy")


def test_the_sentence_says_what_to_install():
    with pytest.raises(ImportError, match=rf"{LIBRARY} is installed.*pip install it"):
        needed(LIBRARY, "pip install it")


def test_a_notebook_shows_the_sentence_alone(capsys):
    shell = InteractiveShell()
    assert not shell.run_cell(ASKS).success
    said = capsys.readouterr().out
    assert "pip install it" in said
    assert "Traceback" not in said and "needed(" not in said


@pytest.mark.long
def test_a_published_page_then_has_what_was_stored(tmp_path):
    output = new_output("execute_result", data={"text/plain": "42"}, execution_count=2)
    cells = [
        new_markdown_cell("# A lesson"),
        new_code_cell(ASKS),
        new_code_cell("6 * 7", outputs=[output], execution_count=2),
    ]
    path = tmp_path / "lesson.ipynb"
    notebook = new_notebook(cells=cells)
    nbformat.write(notebook, path)
    run(notebook, path, lambda *given: None)
    assert notebook.cells[1].outputs == []
    assert notebook.cells[2].outputs == [output]
