"""The lessons in Chinese say what the English ones say, with the same code and the same numbers."""

import re
from collections import Counter
from html import unescape

import nbformat
import pytest
import translations
from translations import LANGUAGES, LESSONS, NUMBER, of_code, of_text, source_hash, trouble

NAMES = [path.name for path in sorted(LESSONS.glob("*.ipynb"))]
ZH = LANGUAGES["zh"]
of_each_lesson = pytest.mark.parametrize("name", NAMES)
HAN = r"[\u4e00-\u9fff]"
MEASURED = "nbval-ignore-output"
FORMULAS = re.compile(r"`[^`]*`|\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL)
NOT_PROSE = re.compile(r"```.*?```|(?<=\])\([^)]*\)|<[^>]+>|https?://\S+", re.DOTALL)
# what a Chinese text may hold of another language: names, titles, what one types
MAY_STAY = re.compile(
    r"Shift|Enter|Baur|Strassen|Griewank|PyTorch|TensorFlow|Jupyter\w*|Python|NumPy|vector|Jacobian"
    r"|True|False|None|gradviz|Optical Recognition of Handwritten Digits"
    r"|UCI Machine Learning Repository"
)
ENGLISH = re.compile(r"(?:\b[A-Za-z]{2,}\b[ ,]+){2,}\b[A-Za-z]{2,}\b")
ENGLISH_TOO = {"check-grads", "glossary"}  # an error; a table with a column in English
TERMS = {  # what is not said, and why
    "伴随值": "伴随变量",
    "轮次": "迭代周期",
    "局部倾斜": "局部梯度",
    "前馈": "前向传播",
    "计算图表": "计算图",
    "您": "你",
}


def cells(name):
    return nbformat.read(ZH / name, 4).cells


def prose(name):
    """What is written in its Markdown cells, without code and formulas."""
    for cell in cells(name):
        if cell.cell_type == "markdown":
            yield cell.id, FORMULAS.sub("x", NOT_PROSE.sub("", cell.source))


@of_each_lesson
def test_nothing_is_stale_missing_or_said_otherwise(name):
    assert [*trouble(ZH / name)] == []


def test_a_changed_sentence_names_its_cell_and_the_command(tmp_path, monkeypatch):
    monkeypatch.setattr(translations, "LESSONS", tmp_path)
    english = nbformat.read(LESSONS / NAMES[1], 4)
    english.cells[0].source += "One more sentence."
    nbformat.write(english, tmp_path / NAMES[1])
    path = ZH / NAMES[1]
    assert [*trouble(path)] == [
        f"{NAMES[1]}, cell 'title' is stale: translate it anew, then run: "
        f"python tests/translations.py accept {path}"
    ]


def test_what_is_covered_in_one_language_is_covered_in_all(tmp_path, monkeypatch):
    monkeypatch.setattr(translations, "LESSONS", tmp_path)
    english = nbformat.read(LESSONS / NAMES[1], 4)
    english.cells[1].metadata["tags"] = ["hide-output"]
    nbformat.write(english, tmp_path / NAMES[1])
    (said,) = trouble(ZH / NAMES[1])
    assert f"cell {english.cells[1].id!r} has other tags than the English; run: " in said


def test_skeleton_and_acceptance(tmp_path):
    path = tmp_path / "zh" / NAMES[0]
    assert [*trouble(path)] == [
        f"{NAMES[0]} is missing; run: python tests/translations.py skeleton"
    ]
    translations.skeleton(path)
    assert all("is stale" in each for each in trouble(path))
    translations.accept(path)
    assert [*trouble(path)] == []
    notebook = nbformat.read(path, 4)
    del notebook.cells[1]
    nbformat.write(notebook, path)
    (found,) = trouble(path)
    assert found.startswith(f"{NAMES[0]} has other cells: ['")
    translations.skeleton(path)
    assert [cell.id for cell in nbformat.read(path, 4).cells] == [
        cell.id for cell in nbformat.read(LESSONS / NAMES[0], 4).cells
    ]


@pytest.mark.parametrize(
    ("english", "other", "kinds"),
    [
        ("It is 6 at x = 3.", "在 x = 3 处是 6。", []),
        ("It is 6 at x = 3.", "在 x = 3 处是 7。", ["numbers"]),
        ("At −0.5 it is 1,000.", "在 0.5 处是 1,000。", ["numbers"]),
        ("Call `f`, see [there](a.ipynb#b).", "调用 `g`，见[那里](a.ipynb#c)。", ["code", "links"]),
        ("$$x^2$$ and $y$", "$$x^3$$ 和 $y$", ["formulas"]),
    ],
)
def test_texts_that_say_the_same(english, other, kinds):
    assert [kind for kind, here, there in of_text(english, other) if here != there] == kinds


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ('gv.draw(f, title="圖")  # 画', True),
        ('gv.draw(g, title="a figure")', False),
        ('gv.draw(f, title="a figure", wrt="x")', False),
        ('gv.draw(f, title="圖")\ngv.set_language("zh")', True),
    ],
)
def test_code_that_is_the_same(other, same):
    ((_, here, there),) = of_code('gv.draw(f, title="a figure")  # draw', other)
    assert (here == there) is same


@of_each_lesson
def test_outputs_have_the_numbers_of_the_english_ones(name):
    english = nbformat.read(LESSONS / name, 4)
    for cell, other in zip(english.cells, cells(name), strict=True):
        assert source_hash(cell) == other.metadata["translates"]
        if cell.cell_type == "code" and MEASURED not in cell.metadata.get("tags", ()):
            here, there = (Counter(NUMBER.findall(said(each))) for each in (cell, other))
            assert here == there, f"{name}, cell {cell.id!r}"


@of_each_lesson
def test_no_english_is_left_in_outputs_and_prose(name):
    for cell in cells(name):
        if cell.cell_type == "code" and cell.id not in ENGLISH_TOO:
            found = ENGLISH.findall(MAY_STAY.sub("", said(cell)))
            assert not found, f"{name}, cell {cell.id!r}: {found}"
    for cell, text in prose(name):
        found = ENGLISH.findall(MAY_STAY.sub("", text))
        assert cell in ENGLISH_TOO or not found, f"{name}, cell {cell!r}: {found}"


@of_each_lesson
def test_punctuation_and_spaces(name):
    for cell, text in prose(name):
        text = re.sub(r"(?<=[。：？！])\*\* ", "", text)  # without a space it would be no bold
        text = re.sub(r"[*_\[\]]", "", text)
        wrong = re.findall(
            rf".{{0,9}}{HAN}[,;?!].{{0,9}}|.{{0,9}}{HAN}[A-Za-z0-9].{{0,9}}|.{{0,9}}[A-Za-z0-9]{HAN}.{{0,9}}"
            r"|.{0,9}[，。：；？！、] +(?=[^\s|]).{0,9}|.{0,9}\S +[，。：；？！、].{0,9}",
            text,
        )
        assert not wrong, f"{name}, cell {cell!r}: {wrong}"


@of_each_lesson
def test_terms_are_those_of_the_glossary(name):
    for cell, text in prose(name):
        for wrong, right in TERMS.items():
            assert wrong not in text, f"{name}, cell {cell!r}: {wrong}, where {right} is our term"


def said(cell):
    """All words that a person reads in a code cell's outputs."""
    texts = []
    for output in cell.outputs:
        data = output.get("data", {"text": output.get("text", "")})
        texts += [
            text for kind, text in data.items() if kind in ("text", "text/plain", "text/html")
        ]
    found = "\n".join(texts)
    alts = " ".join(re.findall(r'(?:alt|title|aria-label)="([^"]*)"', found))
    return unescape(re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", found, flags=re.DOTALL) + alts)
