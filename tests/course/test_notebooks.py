"""The lessons as they are stored, and that their comparison is strict. nbval itself runs them: see
conftest.py.
"""

import copy
import os
import random
import re
import statistics
import subprocess
import sys
from html import unescape
from pathlib import Path

import nbformat
import pytest
from comparison import NUMBER, agree, decoded
from lengths import short
from lesson_code import PATHS as LESSONS
from nbval.plugin import IPyNbFile, NbCellError

TESTS = Path(__file__).parents[1]
NAMES = [
    "00-start-here", "01-derivatives", "02-computational-graphs", "03-chain-rule",
    "04-granularity", "05-n-plus-p", "06-neural-networks", "07-summary",
    "08-an-engine-of-your-own", "09-a-real-model",
]  # fmt: skip
SUMMARY = LESSONS[7]
LIVE = ("gv.explore(", "gv.View(", "gv.race(", "gv.plot.tangent(square, at=")
NOT_COMPARED = "nbval-ignore-output"
MEASURED = {
    "04-granularity": ["measured", "arrays"],
    "05-n-plus-p": ["timed", "cheap"],
}  # the cells that show times

of_each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def test_there_are_ten():
    assert [path.stem for path in LESSONS] == NAMES


@of_each_lesson
def test_what_is_stored(path):
    notebook = nbformat.read(path, 4)
    nbformat.validate(notebook)
    assert "widgets" not in notebook.metadata
    code = code_cells(notebook)
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    for output in (output for cell in code for output in cell.outputs):
        assert output.output_type != "error"
        assert output.get("name") != "stderr"
        assert "application/vnd.jupyter.widget-view+json" not in output.get("data", {})
        assert " at 0x" not in str(output)
        data = output.get("data", {})
        if not {"image/svg+xml", "image/png"}.isdisjoint(data):
            said = unescape(re.search(r'<img [^>]*alt="([^"]+)"', data["text/html"])[1])
            assert data["text/plain"]
            assert said == data["text/plain"] if "image/png" in data else said
    for cell in code:  # what is covered in one place is covered in all
        hidden = {
            side
            for side in ("source", "outputs")
            if cell.metadata.get("jupyter", {}).get(f"{side}_hidden")
        }
        assert cell.outputs or "outputs" not in hidden  # there is something to be guessed
        tags = {"hide-input": "source", "hide-output": "outputs"}
        assert hidden == {tags[tag] for tag in cell.metadata.get("tags", ()) if tag in tags}
    assert [
        cell.id for cell in code if NOT_COMPARED in cell.metadata.get("tags", [])
    ] == MEASURED.get(path.stem, [])


@of_each_lesson
def test_what_a_lesson_has(path):
    notebook = nbformat.read(path, 4)
    code, text = code_cells(notebook), prose(notebook)
    number, first = int(path.stem[:2]), notebook.cells[0].source.split("\n\n")
    assert first[0].startswith(f"# {number} · ")
    assert re.fullmatch(r"\*\*.+\?\*\*", first[1])  # the question that it answers
    assert re.search(
        r"^After(wards| these two minutes) you can\n\n(- .+\n){3,4}",
        notebook.cells[0].source,
        re.MULTILINE,
    )
    assert re.search(r"Time: (about \d+|two) minutes", first[-1])
    assert "## What to remember" in text
    assert "**Your turn.**" in text or number == 7
    assert text.count("<details><summary>") == text.count("</details>") >= 1
    exercises = [cell for cell in code if cell.id.startswith("exercise-")]
    assert len(exercises) == (6 if number == 7 else 3)
    asked = [cell for cell in exercises if not cell.source.startswith("gv.practice(")]
    assert all(cell.outputs[0].text == "Not answered yet.\n" for cell in asked)
    assert any(any(call in cell.source for call in LIVE) for cell in code)
    lengths = [len(cell.source.splitlines()) for cell in code]
    assert max(lengths) <= 15
    assert 400 <= len(text.split()) <= 1700
    assert "plt." not in str(code) and "matplotlib" not in str(code)


def test_code_cells_are_short():
    assert (
        statistics.median(
            len(cell.source.splitlines())
            for path in LESSONS
            for cell in code_cells(nbformat.read(path, 4))
        )
        <= 3
    )


@of_each_lesson
def test_links_lead_somewhere(path):
    for name, cell in re.findall(
        r"\]\(([\w./-]+)(?:#cell-id=([^)]+))?\)", prose(nbformat.read(path, 4))
    ):
        assert (path.parent / name).exists()
        assert not cell or cell in [each.id for each in nbformat.read(path.parent / name, 4).cells]


def test_each_term_of_the_glossary_is_linked_to_a_cell_that_has_it():
    rows = re.findall(
        r"^\| (.+?) \| .*[^|]+ \| .+ \| \[.+\]\((.+)#cell-id=(.+)\) \|$",
        prose(nbformat.read(SUMMARY, 4)),
        re.MULTILINE,
    )
    assert len(rows) > 30
    for term, name, target in rows:
        (cell,) = (
            cell for cell in nbformat.read(LESSONS[0].parent / name, 4).cells if cell.id == target
        )
        stems = [word[:6].lower().replace("-", " ") for word in term.replace("*", "").split(", ")]
        assert any(stem in cell.source.lower() for stem in stems), f"{term}: {name}, {target}"


def test_the_start_maps_the_lessons_and_the_summary_their_terms():
    titles = {path.name: nbformat.read(path, 4).cells[0].source.split("\n\n") for path in LESSONS}
    start = prose(nbformat.read(LESSONS[0], 4))
    for name, (title, question, *_) in list(titles.items())[1:]:
        assert f"[{title.split(' · ')[1].split(',')[0]}]({name}) | {question.strip('*')} |" in start
    glossary = prose(nbformat.read(SUMMARY, 4))
    for term in ("计算图", "链式法则", "局部梯度", "反向传播", "颗粒度"):
        assert re.search(rf"\| {term}[^|]* \| .+ \| \[.+\]\(\d\d-.+\.ipynb#.+\) \|", glossary)


# How strict the comparison is


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


class Replay:
    """A kernel that runs nothing, and says again what is stored."""

    def __init__(self, cells):
        self.outputs = {cell.source: copy.deepcopy(cell.outputs) for cell in cells}

    def is_alive(self):
        return True

    def execute_cell_input(self, source, allow_stdin):
        idle = ("status", {"execution_state": "idle"})
        self.messages = [
            *((output.output_type, dict(output)) for output in self.outputs[source]),
            idle,
        ]
        return "replay"

    def await_reply(self, *arguments, **options):
        pass

    def get_message(self, stream, timeout=None):
        kind, content = self.messages.pop(0)
        return {"msg_type": kind, "content": content, "parent_header": {"msg_id": "replay"}}


WITHOUT_TORCH = LESSONS[:9]


@pytest.mark.parametrize("path", short(3, WITHOUT_TORCH), ids=lambda path: path.stem)
def test_whatever_is_changed_in_a_stored_lesson_is_noticed(path, request):
    draw = random.Random(path.stem)
    file = IPyNbFile.from_parent(request.session, path=path)
    items = list(file.collect())
    file.kernel = Replay([item.cell for item in items])
    changes = 0
    for item in items:
        item.runtest()  # as it is stored, it passes
        stored = copy.deepcopy(item.cell)
        for changed in changed_cells(stored, draw):
            changes += 1
            item.cell = changed
            with pytest.raises(NbCellError):
                item.runtest()
        item.cell = stored
    assert changes > 2 * len(items)


def changed_cells(cell, draw):
    """The cell, not executed; and where its outputs are compared, without one of them, and with one
    digit in each text changed.
    """
    changed = copy.deepcopy(cell)
    changed.execution_count = None
    yield changed
    if NOT_COMPARED in cell.metadata.get("tags", []):
        return
    for place, output in enumerate(cell.outputs):
        changed = copy.deepcopy(cell)
        del changed.outputs[place]
        yield changed
        texts = output.get("data", {"text": output.get("text")})
        for kind, text in texts.items():
            numbers = list(NUMBER.finditer(decoded(text))) if kind != "image/png" else []
            for number in draw.sample(numbers, min(3, len(numbers))):
                changed = copy.deepcopy(cell)
                holder = changed.outputs[place].get("data", changed.outputs[place])
                holder[kind] = with_another_digit(decoded(text), number)
                yield changed


def with_another_digit(text, number):
    """A text in which the first digit of a number that counts is another."""
    place = number.start() + re.search(r"[1-9]|\d(?=\D*$)", number[0]).start()
    return f"{text[:place]}{(int(text[place]) + 1) % 10}{text[place + 1 :]}"


def nbval(folder, *cells):
    """The exit code and the words of nbval, with our comparison, on a notebook of these cells."""
    notebook = nbformat.v4.new_notebook(
        cells=list(cells), metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    )
    nbformat.write(notebook, folder / "lesson.ipynb")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "conftest",
        "-p",
        "no:cacheprovider",
        "--nbval",
        "--nbval-current-env",
        "lesson.ipynb",
    ]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS / "helpers")])},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def cell(source, text=None, count=1):
    outputs = (
        [nbformat.v4.new_output("execute_result", {"text/plain": text}, execution_count=count)]
        if text
        else []
    )
    return nbformat.v4.new_code_cell(source, outputs=outputs, execution_count=count)


@pytest.mark.long
def test_nbval_compares_strictly_but_for_rounding(tmp_path):
    right = [cell("1 / 3", "0.3333333333333334"), cell("'a 1'", "'a 1'", 2)]
    wrong = [
        cell("1 / 3", "0.3333333343333334", 3),
        cell("1 + 1", None, 4),
        cell("two = 2", None, None),
    ]
    code, words = nbval(tmp_path, *right, *wrong)
    assert code == 1
    assert "3 failed, 2 passed" in words
    assert "stored without being executed" in words
