"""Notebooks become pages: what is read of them, what is written, and what is said where that fails.
Whether the pages live, browsers say: see tests/e2e/test_published.py.
"""

import base64
import json
import re
import sys
from urllib.parse import unquote

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import gradviz as gv
from gradviz.course import lessons
from gradviz.course.publishing.myst import text_of
from gradviz.course.publishing.pages import page_of, sealed
from gradviz.export import published

FIGURE = "import gradviz as gv\ngv.explore(lambda x, y: x * y, x=2.0, y=3.0)"


def read(tmp_path, *cells, pages=()):
    """The page of a notebook as it is, not run."""
    return page_of(new_notebook(cells=[*cells]), tmp_path / "mine.ipynb", pages)


def html(tmp_path, *cells, **options):
    return "\n".join(read(tmp_path, *cells, **options).cells)


def text(tmp_path, source, **options):
    return html(tmp_path, new_markdown_cell(source), **options)


def shown(tmp_path, **data):
    """How an output looks, given by MIME type, with _ for what no name may have."""
    kinds = {"html": "text/html", "plain": "text/plain", "png": "image/png", "svg": "image/svg+xml"}
    kinds["widget"] = "application/vnd.jupyter.widget-view+json"
    bundle = {kinds[name]: value for name, value in data.items()}
    cell = new_code_cell("it", outputs=[new_output("display_data", data=bundle)])
    return html(tmp_path, cell).partition("</div>")[2]


def store(path, *sources):
    cells = [
        new_markdown_cell(each[1:]) if each.startswith("#") else new_code_cell(each)
        for each in sources
    ]
    nbformat.write(new_notebook(cells=cells), path)
    return path


# What is read


def test_title_lead_and_headings(tmp_path):
    page = read(
        tmp_path,
        new_markdown_cell("# The *chain* rule\n\nWhat is **it**?\n\nMore."),
        new_markdown_cell("## One\n\n## One\n\n### a < b"),
    )
    assert (page.title, page.lead) == ("The chain rule", "What is it?")
    assert page.headings == [
        (1, "The-chain-rule", "The chain rule"),
        (2, "One", "One"),
        (2, "One-2", "One"),
        (3, "a-<-b", "a < b"),
    ]
    assert read(tmp_path, new_markdown_cell("only words")).title == "mine"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("$x_1$", "<math><msub><mi>x</mi><mn>1</mn></msub></math>"),
        ("$$\\lim_{h \\to 0} h$$", "<munder>"),
        ("\\begin{align}a &= b\\end{align}", "<mtable"),
        ("$\\text{<b>}$", "<mtext>&lt;b&gt;</mtext>"),
        ("$\\nonsense{1}$", "<code>\\nonsense{1}</code>"),
        ("it costs 5 \\$ or 6 \\$", "<p>it costs 5 $ or 6 $</p>"),
    ],
)
def test_formulas(tmp_path, source, expected):
    assert expected in text(tmp_path, source)


def test_links_lead_to_pages(tmp_path):
    found = text(
        tmp_path,
        "[a](02-b.ipynb#cell-id=x) [b](other.ipynb) [c](https://a.b/02-b.ipynb) [d](<c d.ipynb>)",
        pages={"02-b.ipynb", "c d.ipynb"},
    )
    assert re.findall('href="([^"]+)"', found) == [
        "02-b.html#cell-id=x", "other.ipynb", "https://a.b/02-b.ipynb", "c%20d.html",
    ]  # fmt: skip


def test_answers_stay_folded(tmp_path):
    source = "<details><summary>Answer</summary>\n\nIt is $x$.\n\n</details>\n\nAfter."
    folded = text(tmp_path, source).partition("<details>")[2].partition("</details>")
    assert "It is <math>" in folded[0]
    assert "After." in folded[2]


def test_pictures_are_taken_in(tmp_path):
    (tmp_path / "dot.png").write_bytes(b"\x89PNG")
    taken = 'src="data:image/png;base64,iVBORw=="'
    assert taken in text(tmp_path, "![a dot](dot.png)")
    assert taken in text(tmp_path, '<p><img alt="a dot" src="dot.png"></p>')
    assert 'src="nowhere.png"' in text(tmp_path, "![](nowhere.png)")


def test_code_is_escaped_and_coloured(tmp_path):
    found = html(tmp_path, new_code_cell("x = '</code><script>'  # é\nreturn 1 < 2"))
    assert "<script>" not in found
    assert '<span class="k">return</span>' in found


def test_what_stands_as_it_was_stored(tmp_path):
    assert "</p></div>" in shown(tmp_path, html="<p>open<script>bad()</script>")
    assert "bad()" not in shown(tmp_path, html="<p>open<script>bad()</script>")
    assert "</div></section>" in shown(tmp_path, html="a</div></section></main>", plain="no")
    assert 'src="data:image/png;base64,AA==" alt="&lt;a&gt;"' in shown(
        tmp_path, png="AA==\n", plain="<a>"
    )
    assert "data:image/svg+xml,%3Csvg/%3E" in shown(tmp_path, svg="<svg/>")
    assert '<pre class="stdout' in shown(tmp_path, plain="1 < 2")
    assert "<code>IntProgress</code>" in shown(tmp_path, widget={}, plain="IntProgress(value=0)")


def test_what_was_printed_over_is_gone(tmp_path):
    bar = new_output("stream", name="stderr", text=" 10%\r 55%\r100%\nlast\r\n")
    found = html(tmp_path, new_code_cell("it", outputs=[bar]))
    assert ">100%\nlast</pre>" in found


def test_an_error_that_was_meant_is_shown_in_its_colours(tmp_path):
    error = new_output("error", ename="A", evalue="b", traceback=["\x1b[31mA\x1b[0m: <b>"])
    found = html(tmp_path, new_code_cell("it", outputs=[error]))
    assert '<span class="ansi-red-fg">A</span>: &lt;b&gt;' in found


def test_no_page_gives_its_key_away():
    page = (
        '{policy}<p>{nonce} <script nonce="{nonce}">bad()</script></p><script nonce="{nonce}" src>'
    )
    key = re.search("'nonce-([^']+)'", sealed(page))[1]
    assert sealed(page).count(key) == 2  # in the policy, and where its own script is
    assert sealed(page).endswith(f'<script nonce="{key}" src>')
    assert "script-src" not in sealed("{policy}<p>no script</p>")


# The command line


@pytest.fixture
def told(capsys):
    """What a command says, by its arguments: its code, its output, and what it complains of."""

    def told_(*arguments):
        code = lessons.main(["publish", *map(str, arguments)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return told_


def test_a_notebook_becomes_a_page(tmp_path, told):
    notebook = store(tmp_path / "mine.ipynb", "## Mine", FIGURE)
    before = notebook.read_bytes()
    folder = tmp_path / "new" / "pages"
    code, out, err = told(notebook, "--to", folder, "--title", "Ours & yours")
    assert (code, err) == (0, "1 of 1  mine.ipynb\n")
    assert str(folder / "index.html") in out
    assert notebook.read_bytes() == before
    files = {"index.html", "mine.html", "mine.ipynb", "gradviz.js", "gradviz.css"}
    assert {path.name for path in folder.iterdir()} == files
    assert "<h1>Ours &amp; yours</h1>" in (folder / "index.html").read_text("utf-8")
    page = (folder / "mine.html").read_text("utf-8")
    given, words = (
        json.loads(found) for found in re.findall(r'application/json"[^>]*>([^<]+)<', page)
    )
    assert [slider["label"] for slider in given["sliders"]] == ["x", "y"]
    assert given["words"] == 0
    assert words[0]["language"] == page[len('<!doctype html>\n<html lang="') :][:2] == "en"
    assert nbformat.read(folder / "mine.ipynb", 4).cells[1].source == FIGURE


@pytest.mark.long
def test_pages_are_written_over_and_other_files_stay(tmp_path, told):
    notebook, pages = store(tmp_path / "mine.ipynb", "## First"), tmp_path / "pages"
    assert told(notebook, "--to", pages)[0] == 0
    (pages / "CNAME").write_text("example.org")
    store(notebook, "## Second")
    assert told(notebook, "--to", pages)[0] == 0
    assert "Second" in (pages / "index.html").read_text("utf-8")
    assert (pages / "CNAME").read_text() == "example.org"


@pytest.mark.long
def test_a_notebook_that_fails_says_where(tmp_path, told):
    good = store(tmp_path / "good.ipynb", "1 + 1")
    bad = store(tmp_path / "bad.ipynb", "## Words", "x = 1", "y = 2\n1 / 0", "z = 3")
    code, _, err = told(good, bad, "--to", tmp_path / "pages")
    assert code == 1
    assert (
        f"{bad}: cell 3 fails with ZeroDivisionError: division by zero\n    y = 2\n    1 / 0" in err
    )
    assert not (tmp_path / "pages").exists()
    ended = store(tmp_path / "ended.ipynb", "import os\nos._exit(3)")
    code, _, err = told(ended, "--to", tmp_path / "pages")
    assert code == 1
    assert "the kernel died in cell 1" in err


def test_what_is_in_the_way_is_said_before_anything_runs(tmp_path, told):
    notebook = store(tmp_path / "mine.ipynb", "raise SystemExit('it was run')")
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "index.html").write_text("<p>about gradviz</p>")
    assert told(notebook, "--to", pages)[::2] == (
        2, f"gradviz: {pages / 'index.html'} is there already, and not by gradviz: choose another "
        "folder\n",
    )  # fmt: skip
    assert "mine.ipynb is there already" in told(notebook, "--to", tmp_path)[2]
    assert "is a file" in told(notebook, "--to", notebook)[2]
    missing = tmp_path / "none.ipynb"
    assert told(notebook, missing, "--to", pages)[2] == f"gradviz: there is no file {missing}\n"
    for text in ("# words", "{}", "[1]"):
        (tmp_path / "words.ipynb").write_text(text)
        assert "is no notebook" in told(tmp_path / "words.ipynb", "--to", pages)[2]
    other = store(tmp_path / "pages" / "mine.ipynb", "1")
    assert "is called so too" in told(notebook, other, "--to", pages)[2]
    index = store(tmp_path / "index.ipynb", "1")
    assert "the contents are there" in told(index, "--to", pages)[2]
    assert sorted(path.name for path in pages.iterdir()) == ["index.html", "mine.ipynb"]


def test_other_languages_are_refused(tmp_path, told):
    notebook = new_notebook(cells=[new_code_cell("1")])
    notebook.metadata["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    nbformat.write(notebook, tmp_path / "r.ipynb")
    assert (
        "is a notebook for R, not for Python"
        in told(tmp_path / "r.ipynb", "--to", tmp_path / "pages")[2]
    )


def test_what_is_not_installed_is_said(tmp_path, told, monkeypatch):
    monkeypatch.setitem(sys.modules, "math_core", None)
    code, _, err = told("--to", tmp_path / "pages")
    assert code == 2
    assert "pip install 'gradviz-notebooks[publish]'" in err
    assert "missing: math_core" in err


def test_only_a_kernel_that_is_asked_hands_over_what_lives(monkeypatch):
    figure = gv.draw(gv.trace(lambda x: x * x, x=3.0))
    assert published.PAGE not in figure._repr_mimebundle_()
    monkeypatch.setenv(published.VARIABLE, "1")
    assert [told["kind"] for told in figure._repr_mimebundle_()[published.PAGE]] == ["figure"]
    still = {"text/html": "<p>"}
    assert published.together([still, {published.PAGE: [{"kind": "race"}]}]) == {
        published.PAGE: [{"kind": "still", "html": "<p>"}, {"kind": "race"}]
    }


def test_a_page_has_the_lines_of_a_plot_and_not_their_dots(monkeypatch):
    plot = gv.plot.tangent(lambda x: x**2, at=3.0)
    assert "<svg" not in plot._repr_mimebundle_()[0]["text/html"]
    monkeypatch.setenv(published.VARIABLE, "1")
    page = BeautifulSoup(plot._repr_mimebundle_()[0]["text/html"], "html.parser")
    assert (page.svg["role"], page.svg["aria-label"]) == ("img", plot.text)


def test_pictures_of_lines_stand_as_text(tmp_path):
    drawn = "<svg xmlns='…'>\n<text fill=\"#fff\">100 % &amp; 梯度</text></svg>"
    html = f'<img src="data:image/svg+xml;base64,{base64.b64encode(drawn.encode()).decode()}">'
    for page in (shown(tmp_path, html=html), shown(tmp_path, svg=drawn)):
        kind, _, text = BeautifulSoup(page, "html.parser").img["src"].partition(",")
        assert kind == "data:image/svg+xml" and unquote(text) == drawn
        assert not set(text) & set('"<>#&\n')  # which end an address, or are lost in it


# Text for MyST


def test_code_that_is_tagged_so_is_folded(tmp_path):
    cell = new_code_cell("fold()", metadata={"tags": ["hide-input"]})
    (shown,) = page_of(new_notebook(cells=[cell]), tmp_path / "mine.ipynb", ()).cells
    assert '<details><summary>Show the code</summary><div class="code"><pre' in shown


def test_what_is_to_be_guessed_first_is_folded(tmp_path):
    output = new_output("stream", text="a 3\n")
    cell = new_code_cell("fold()", outputs=[output], metadata={"tags": ["hide-output"]})
    (shown,) = page_of(new_notebook(cells=[cell]), tmp_path / "mine.ipynb", ()).cells
    code, _, folded = shown.partition("<details><summary>Show what comes out</summary>")
    assert "fold" in code and "a 3" not in code
    assert "a 3" in folded and folded.endswith("</details></section>")
    assert text_of(new_notebook(cells=[cell]), ()) == (
        "```python\nfold()\n```\n\n:::{dropdown} Show what comes out\n```text\na 3\n```\n:::\n"
    )


def test_a_notebook_as_text_for_myst():
    told = [{"kind": "figure", "words": {}}, {"kind": "still", "html": "<p>"}]
    outputs = [
        new_output("stream", text="a ``` b\n"),
        new_output("display_data", data={published.PAGE: told, "text/plain": "seen"}),
        new_output("display_data", data={"image/png": "YQ==\n", "text/plain": "seen"}),
        new_output("display_data", data={"text/latex": "$x^2$", "text/plain": "x**2"}),
        new_output("execute_result", data={"text/plain": "3"}),
    ]
    hidden = {"metadata": {"tags": ["remove-input", "remove-output"]}}
    cells = [
        new_markdown_cell("# One\n\n[two](two.ipynb#there), [three](three.ipynb)"),
        new_code_cell("print()", outputs=outputs),
        new_code_cell("hide()", outputs=outputs, **hidden),
        new_code_cell(""),
        new_code_cell("fold()", metadata={"tags": ["hide-input"]}),
    ]
    parts = text_of(new_notebook(cells=cells), {"one.ipynb", "two.ipynb"}).split("\n\n")
    assert parts == [
        "# One",
        "[two](two.md#there), [three](three.ipynb)",
        "```python\nprint()\n```",
        "````text\na ``` b\n````",
        "```{anywidget} ./gradviz.mjs\n:css: ./gradviz.css\n"
        '{"told":{"kind":"figure","words":{}}}\n```',
        "![](data:image/png;base64,YQ==)",
        "$x^2$",
        "```text\n3\n```",
        ":::{dropdown} Show the code\n```python\nfold()\n```\n:::\n",
    ]


@pytest.mark.long
def test_notebooks_are_published_as_text_for_myst(told, tmp_path):
    store(tmp_path / "mine.ipynb", "# Mine", FIGURE)
    folder = tmp_path / "site"
    given = [tmp_path / "mine.ipynb", "--to", folder, "--format", "myst"]
    assert told(*given)[0] == 0
    assert {path.name for path in folder.iterdir()} == {"mine.md", "gradviz.mjs", "gradviz.css"}
    assert "{anywidget} ./gradviz.mjs" in (folder / "mine.md").read_text(encoding="utf-8")
    assert told(*given)[0] == 0  # its own files are written over


def test_sentences_are_wrapped_and_columns_are_not(tmp_path):
    for plain, is_prose in (
        ("the derivative by operand 0 is wrong: it gives 1, not 2", True),
        ("[array([1. , 2. ]), 3]", True),
        ("n      p\n10     20", False),
        ("def f(x):\n    return x", False),
        ("[[1 0]\n [0 1]]", False),
        ("a\tb", False),
    ):
        assert ("prose" in shown(tmp_path, plain=plain)) == is_prose, plain


def test_a_table_of_words_is_told_from_one_of_numbers(tmp_path):
    head = "| a | b | c | d |\n|---|---|---|---|\n"
    words = "a term, and what is meant by it"
    assert "wordy" in text(tmp_path, f"{head}| term | x | {words} | [{words}](02-b.ipynb) |")
    assert "wordy" not in text(tmp_path, f"{head}| 1 | 2 | 3 | [4](a-very-long-{'n' * 60}.ipynb) |")
    assert "wordy" not in text(tmp_path, f"| a | b |\n|---|---|\n| {words} | {words} |")
