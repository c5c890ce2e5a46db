"""Letters that the font which comes along has not: drawn by a font of the machine, or said to be
missing. The tests make a font of their own, and need none of the machine.
"""

import warnings

import pytest
from circuit import INPUTS, circuit
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib.figure import Figure

import gradviz as gv
from gradviz import words
from gradviz.export import fonts
from gradviz.export.sheets import style_sheet
from gradviz.live.plots import letters

SIGNS = "值的局部梯度回传，：。上下升斜率"


@pytest.fixture(autouse=True)
def in_chinese():
    with words.speaking("zh"):
        yield


@pytest.fixture
def no_font(monkeypatch):
    monkeypatch.setattr(fonts, "_fonts", list)


@pytest.fixture
def a_font(tmp_path, monkeypatch):
    """A font that has these signs, all of them squares."""
    pen = TTGlyphPen(None)
    for at, go in enumerate([(50, 0), (950, 0), (950, 900), (50, 900)]):
        (pen.lineTo if at else pen.moveTo)(go)
    pen.closePath()
    made = FontBuilder(1000, isTTF=True)
    names = [".notdef", *(f"sign{at}" for at in range(len(SIGNS)))]
    made.setupGlyphOrder(names)
    made.setupCharacterMap({ord(sign): names[at] for at, sign in enumerate(SIGNS, 1)})
    made.setupGlyf(dict.fromkeys(names, pen.glyph()))
    made.setupHorizontalMetrics(dict.fromkeys(names, (1000, 0)))
    made.setupHorizontalHeader(ascent=900, descent=-100)
    made.setupNameTable({"familyName": "Squares", "styleName": "Regular", "psName": "Squares"})
    made.setupOS2(sTypoAscender=900, usWinAscent=900, usWinDescent=100)
    made.setupPost()
    (tmp_path / "fonts").mkdir()
    path = tmp_path / "fonts" / "squares.ttf"
    made.save(path)
    monkeypatch.setattr(fonts, "_fonts", lambda: [path])
    known = [*letters.fontManager.ttflist]
    yield path
    letters.fontManager.ttflist[:] = known


def tangent():
    return gv.plot.tangent(lambda x: x**2, at=3.0)


def test_which_signs_are_strange():
    assert fonts.strange(["∂f/∂x = −0.5 · ◂ ▸ × ÷ ₁ ²", "x\ny"]) == set()
    assert fonts.strange(["梯度 gradient", "度"]) == {"梯", "度"}


def test_likely_fonts_are_asked_first(monkeypatch, tmp_path):
    monkeypatch.setattr(fonts, "_fonts", fonts._fonts.__wrapped__)
    found = ["/a/Ahem.ttf", "/b/NotoSansSC-Bold.otf", "/b/NotoSansSC-Regular.otf", "/c/msyh.ttc"]
    monkeypatch.setattr("matplotlib.font_manager.findSystemFonts", lambda: found)
    order = [path.name for path in fonts._fonts()]
    assert order == ["NotoSansSC-Regular.otf", "NotoSansSC-Bold.otf", "msyh.ttc", "Ahem.ttf"]
    (tmp_path / "no.ttf").write_text("no font")
    assert fonts._signs_of(tmp_path / "no.ttf") == set()


@pytest.mark.parametrize("ending", ["png", "pdf"])
@pytest.mark.usefixtures("no_font")
def test_without_a_font_a_sentence_says_what_helps(tmp_path, ending):
    figure = gv.draw(gv.trace(circuit, INPUTS))
    with pytest.warns(UserWarning, match=r"no font of this machine has .*fonts-noto-cjk"):
        figure.save(tmp_path / f"f.{ending}")
    with pytest.warns(UserWarning, match="no font of this machine has 上升斜率，：") as told:
        tangent().save(tmp_path / f"p.{ending}")
    assert len(told) == 1  # and not one for each letter
    with words.speaking("en"), warnings.catch_warnings(action="error"):
        gv.draw(gv.trace(circuit, INPUTS)).save(tmp_path / f"f.{ending}")
        tangent().save(tmp_path / f"p.{ending}")


@pytest.mark.usefixtures("no_font")
def test_without_a_font_letters_stay_letters(tmp_path):
    with warnings.catch_warnings(action="error"):
        html = tangent().save(tmp_path / "p.html").read_text("utf-8")
        svg = tangent().save(tmp_path / "p.svg").read_text("utf-8")
        shown = tangent()._repr_mimebundle_()[0]["text/html"]
    assert "斜率 6：上升</text>" in svg and "斜率 6：上升</text>" in html
    assert "Source Han Sans SC" in svg
    assert '<img src="data:image/svg+xml;' in shown


@pytest.mark.usefixtures("a_font")
def test_with_a_font_all_is_drawn(tmp_path):
    with warnings.catch_warnings(action="error"):
        figure = gv.draw(gv.trace(lambda x, y: x * y, x=2.0, y=3.0))
        pdf = figure.save(tmp_path / "f.pdf").read_bytes()
        figure.save(tmp_path / "f.png")
        plot = tangent()
        plot.save(tmp_path / "p.png")
        assert '<img src="data:image/png;' in plot.html
    assert b"Squares" in pdf and b"DejaVu" in pdf
    families = {tuple(each.get_fontfamily()) for each in plot.figure.findobj(letters.Text)}
    assert ("DejaVu Sans", "Squares") in families


@pytest.mark.usefixtures("a_font")
def test_names_of_bars_are_drawn_too():
    figure = Figure()
    axes = figure.subplots()
    axes.barh(["上", "下"], [1.0, 2.0])  # the names of bars are not there before one asks
    with letters.lettered(figure) as missing:
        assert missing == frozenset()
        families = {tuple(each.get_fontfamily()) for each in axes.get_yticklabels()}
    assert families == {("DejaVu Sans", "Squares")}


def test_sheets_name_fonts_for_the_language():
    chinese = style_sheet("figure"), style_sheet("page")
    with words.speaking("en"):
        english = style_sheet("figure"), style_sheet("page")
    for one, other in zip(chinese, english):
        assert '"PingFang SC", "Microsoft YaHei", sans-serif' in one and "PingFang" not in other
