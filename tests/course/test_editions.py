"""Lessons in two languages: named, copied, opened and published, each in its own."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from gradviz import words
from gradviz.course import lessons

FIGURE = "import gradviz as gv\ngv.explore(lambda x, y: x * y, x=2.0, y=3.0)"


def write(path, title, source=FIGURE):
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [new_markdown_cell(f"# {title}"), new_code_cell(source)]
    nbformat.write(new_notebook(cells=cells), path)
    return path


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An English lesson, with data."""
    home = tmp_path / "home"
    write(home / "00-start.ipynb", "Start here")
    write(home / "data" / "not-a-lesson.ipynb", "Data")
    monkeypatch.setattr(lessons, "lessons_folder", lambda: home)
    monkeypatch.setenv(words.VARIABLE, "en")
    return home


@pytest.fixture
def both(home):
    """The same, and in Chinese."""
    write(home / "zh" / "00-start.ipynb", "从这里开始")
    return home


@pytest.fixture
def opened(monkeypatch):
    """With what JupyterLab would have been started."""
    options = []
    monkeypatch.setattr(lessons, "serve", lambda *given: options.extend(given) or 0)
    monkeypatch.setattr(lessons, "trust", lambda notebooks: options.append([*notebooks]))
    return options


@pytest.mark.usefixtures("both")
def test_both_editions_are_named(capsys):
    assert lessons.main(["list"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "00-start.ipynb     Start here",
        "zh/00-start.ipynb  从这里开始",
    ]


@pytest.mark.usefixtures("both")
def test_the_chinese_lessons_are_opened(tmp_path, opened, monkeypatch):
    mine = tmp_path / "mine"
    assert lessons.main(["lab", str(mine), "--language", "zh"]) == 0
    assert sorted(path.relative_to(mine).as_posix() for path in mine.rglob("*.ipynb")) == [
        "data/not-a-lesson.ipynb",
        "zh/00-start.ipynb",
    ]
    assert opened[0] == [mine / "zh" / "00-start.ipynb"]
    assert "--LabApp.default_url=/lab/tree/zh/00-start.ipynb" in opened
    assert lessons.os.environ[words.VARIABLE] == "zh"  # new notebooks there speak it, too
    monkeypatch.setenv(words.VARIABLE, "en")
    assert lessons.main(["lab", str(mine)]) == 0
    assert (mine / "00-start.ipynb").is_file()
    assert lessons.os.environ[words.VARIABLE] == "en"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("command", [("lab",), ("publish", "--to")])
def test_an_edition_that_is_not_there(command, tmp_path, capsys):
    assert lessons.main([*command, str(tmp_path / "new"), "--language", "zh"]) == 2
    assert "there are no lessons in the language 'zh' yet" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_a_language_that_is_not_known(capsys):
    with pytest.raises(SystemExit):
        lessons.main(["lab", "--language", "xx"])
    assert "invalid choice: 'xx'" in capsys.readouterr().err


def links(page):
    """Where a page's links to other editions lead, and what they are called."""
    return re.findall(r'<a hreflang="\w+" lang="(\w+)" href="([^"]+)">(.+?)</a>', page)


@pytest.mark.long
@pytest.mark.usefixtures("both")
def test_published_editions_lead_to_one_another(tmp_path):
    to = tmp_path / "pages"
    assert lessons.main(["publish", "--to", str(to), "--language", "en", "--language", "zh"]) == 0
    english, chinese = ((to / room / "00-start.html").read_text("utf-8") for room in ("", "zh"))
    assert links(english) == [("zh", "zh/00-start.html", "中文")]
    assert links(chinese) == [("en", "../00-start.html", "English")]
    assert links((to / "index.html").read_text("utf-8"))[0][1] == "zh/index.html"
    assert '<html lang="en">' in english and '<html lang="zh">' in chinese
    assert '"page.play":"play"' in english and "播放" not in english
    assert '"page.play":"播放"' in chinese and '"play"' not in chinese
    assert "看见反向传播" in chinese and "See backpropagation" in english
    assert "什么也不用运行" in chinese
    assert words.language() == "en"


@pytest.mark.long
@pytest.mark.usefixtures("home")
def test_published_alone_it_leads_nowhere_else(tmp_path):
    mine = write(tmp_path / "mine.ipynb", "一个函数", f"{FIGURE}\nprint(gv.trace(abs, x=1.0))")
    assert (
        lessons.main(["publish", str(mine), "--to", str(tmp_path / "to"), "--language", "zh"]) == 0
    )
    page = (tmp_path / "to" / "mine.html").read_text("utf-8")
    assert links(page) == []
    assert "名称" in page and ">gradient<" not in page


@pytest.mark.long
@pytest.mark.usefixtures("home")
def test_a_page_is_in_the_language_of_its_figures(tmp_path):
    source = FIGURE.replace("\n", '\ngv.set_language("zh")\n')
    mine = write(tmp_path / "mine.ipynb", "一个函数", source)
    assert lessons.main(["publish", str(mine), "--to", str(tmp_path / "to")]) == 0
    page = (tmp_path / "to" / "mine.html").read_text("utf-8")
    assert '<html lang="zh">' in page and "什么也不用运行" in page
