"""Figures as files: what each kind holds, in both themes, and what is said when it cannot be."""

import math
import re
import struct
import sys
import zlib
from html.parser import HTMLParser
from io import BytesIO

import matplotlib.image
import numpy as np
import pytest
from circuit import INPUTS, circuit
from export.test_draw import NASTY
from lengths import short

import gradviz as gv
from gradviz.export.formats import FORMATS
from gradviz.numerals import numeral


@pytest.fixture(scope="module")
def figure():
    return gv.draw(gv.trace(circuit, INPUTS))


def made(figure, kind, theme=None, scale=2):
    """The content of a file of this kind."""
    return FORMATS[kind].written(figure.scene, theme, scale)


def named(name):
    """A figure with this name on a card and on a block."""

    @gv.block(name=name)
    def inside(t):
        return np.exp(t) - t

    return gv.draw(gv.trace(lambda *xs: inside(xs[0]) * xs[0], {name: 0.5}))


# Endings


def test_endings(figure, tmp_path):
    assert figure.save(tmp_path / "circuit.svg").read_text(encoding="utf-8") == figure.svg
    assert (
        figure.save(str(tmp_path / "circuit.dot")).read_text(encoding="utf-8") == figure.dot.source
    )
    begins = {
        "svg": b"<svg",
        "dot": b"digraph",
        "html": b"<!doctype html>",
        "png": b"\x89PNG",
        "pdf": b"%PDF",
    }
    for ending, beginning in begins.items():
        for name in (f"a.{ending}", f"B.{ending.upper()}"):
            path = tmp_path / name
            assert figure.save(path) == path
            assert path.read_bytes().startswith(beginning)


@pytest.mark.parametrize("name", ["circuit.jpeg", "circuit", ".svg", "svg"])
def test_other_endings(figure, tmp_path, name):
    with pytest.raises(
        ValueError, match=r"saved as \.svg, \.dot, \.html, \.png or \.pdf, not as"
    ) as error:
        figure.save(tmp_path / name)
    assert repr(name) in str(error.value)
    assert [*tmp_path.iterdir()] == []


def test_other_themes(figure, tmp_path):
    with pytest.raises(ValueError, match="a theme is 'light' or 'dark', or None, not 'sepia'"):
        figure.save(tmp_path / "circuit.svg", theme="sepia")


@pytest.mark.parametrize("ending", ["png", "pdf"])
def test_without_the_library(figure, tmp_path, monkeypatch, ending):
    monkeypatch.setitem(sys.modules, "typst", None)
    path = tmp_path / f"circuit.{ending}"
    with pytest.raises(ImportError, match=r"pip install 'gradviz-notebooks\[export\]'"):
        figure.save(path)
    assert not path.exists()
    path.write_text("before")
    with pytest.raises(ImportError):
        figure.save(path)
    assert path.read_text() == "before"
    figure.save(tmp_path / "circuit.html")


def test_every_run_gives_the_same_file(figure):
    again = gv.draw(gv.trace(circuit, INPUTS))
    for kind in FORMATS:
        assert made(figure, kind) == made(again, kind)


# Themes


@pytest.mark.parametrize(
    ("theme", "paper", "ink", "flow"),
    [("light", "#ffffff", "#1b2733", "#f6b98f"), ("dark", "#111111", "#e6edf3", "#8a4a20")],
)
def test_a_sheet_of_one_theme(figure, theme, paper, ink, flow):
    svg = made(figure, ".svg", theme).decode()
    assert not re.search(r"var\(|light-dark\(|light dark", svg)
    assert f".gv-paper {{ fill: {paper}; }}" in svg
    assert f".gradviz text {{ fill: {ink}; text-anchor: middle; }}" in svg
    assert f".gv-flow {{ fill: none; stroke: {flow};" in svg
    before, after = figure.svg.split("</style>")[1], svg.split("</style>")[1]
    assert before == after
    page = made(figure, ".html", theme).decode()
    assert not re.search(r"var\(--gv|light-dark\(|light dark", page)
    assert f'<meta name="color-scheme" content="{theme}">' in page


@pytest.mark.parametrize("theme", [None, "light", "dark"])
def test_programs_other_than_browsers_are_not_asked_for_what_they_do_not_know(figure, theme):
    """Inkscape loses a sheet of which an at-rule stands in another; CairoSVG believes whatever
    stands in a rule.
    """
    sheet = re.search("<style>(.*)</style>", made(figure, ".svg", theme).decode(), re.DOTALL)[1]
    everyone, browsers = sheet[: sheet.index("@")], sheet[sheet.index("@") :]
    assert not re.search(r"var\(|light-dark\(|color-scheme|paint-order|:\w+\(", everyone)
    for block in browsers.split("\n@"):
        assert block.count("@") == block.startswith("@")
    colours = re.findall(r"(?:fill|stroke): ([^;]+);", everyone)
    assert colours and all(re.fullmatch("#[0-9a-f]{6}|none", colour) for colour in colours)


def test_only_the_sheet_is_restyled():
    words = "fill: var(--gv-ink, light-dark(#123456, #654321))"
    assert words in made(named(words), ".svg", "dark").decode()


# The page


class Page(HTMLParser):
    """The tags, the words and the table of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.rows, self.full, self.within, self.words = [], [], [], [], {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.within.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        elif tag == "data":
            self.full.append(dict(attributes)["value"])

    def handle_endtag(self, tag):
        while self.within and self.within.pop() != tag:
            pass

    def handle_data(self, data):
        tag = self.within[-1] if self.within else ""
        self.words.setdefault(tag, []).append(data)
        if {"td", "th"} & {*self.within}:
            self.rows[-1][-1] += data


def test_the_table_has_the_numbers_of_the_run(figure):
    page, run = Page(made(figure, ".html").decode()), figure.run
    assert page.rows[0] == ["name", "operation", "value", "gradient"]
    assert page.rows[1:] == [
        [node.label, node.expression, numeral(run.primals[node]), numeral(run.adjoints[node])]
        for node in run.graph.nodes
    ]
    assert [float(number) for number in page.full] == [
        number for node in run.graph.nodes for number in (run.primals[node], run.adjoints[node])
    ]
    assert page.words["h1"] == ["circuit = 0.7311 at w0 = 2, x0 = −1, w1 = −3, x1 = −2, w2 = −3"]


def test_the_page_stands_alone(figure):
    text = made(figure, ".html").decode()
    page = Page(text)
    tags = {tag for tag, _ in page.tags}
    assert {"svg", "table", "title", "figure"} <= tags
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "desc"}
    assert ("html", {"lang": "en"}) in page.tags
    assert ("meta", {"charset": "utf-8"}) in page.tags
    assert ("meta", {"name": "color-scheme", "content": "light dark"}) in page.tags
    assert set(re.findall(r"\w+://[^\"' ]+", text)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"url\(|@import| on\w+=|href=|src=", text)
    assert "∂circuit/∂x1" in "".join(page.words["title"])


@pytest.mark.parametrize("name", NASTY)
def test_names_are_data_in_the_page(name):
    figure = named(name)
    page = Page(made(figure, ".html").decode())
    tags = {tag for tag, _ in page.tags}
    assert tags <= {
        "html", "meta", "title", "style", "h1", "figure", "div", "table", "caption", "thead",
        "tbody", "tr", "th", "td", "data", "svg", "metadata", "rect", "g", "path", "text", "tspan",
    }  # fmt: skip
    assert not any(
        attribute.startswith("on") for _, attributes in page.tags for attribute in attributes
    )
    assert page.rows[1][0] == figure.graph.nodes[0].label


def test_a_page_of_a_step(figure):
    page = made(figure.at(-3), ".html").decode()
    assert 'aria-label="figure, step 19 of 21: ∂circuit/∂x1 += ' in page
    assert "<caption>Every value and its gradient, after step 19 of 21</caption>" in page
    assert Page(page).rows[1] == ["w0", "input", "2", "•"]


def test_a_page_of_arrays():
    figure = gv.draw(
        gv.trace(
            lambda w, x: np.sum(np.tanh(w @ x)), w=np.ones((2, 3)), x=np.array([1.0, 2.0, np.nan])
        )
    )
    rows = Page(made(figure, ".html").decode()).rows
    assert rows[1][:3] == ["w", "input", "2×3"]
    assert rows[2][:3] == ["x", "input", "[1, 2, nan]"]


# Pixels


def pixels(figure, *arguments):
    """The colours of a picture, row by row, from 0 to 255."""
    return np.rint(
        255
        * matplotlib.image.imread(BytesIO(made(figure, ".png", *arguments)), format="png")[:, :, :3]
    ).astype(int)


def size_of(figure):
    width, height = re.search(r'width="(\d+)" height="(\d+)"', figure.svg).groups()
    return int(height), int(width)


@pytest.mark.parametrize("scale", [1, 1.5, 2, 3])
def test_the_size_of_a_picture(figure, scale):
    height, width = size_of(figure)
    assert pixels(figure, "light", scale).shape == (
        math.ceil(height * scale),
        math.ceil(width * scale),
        3,
    )
    image = made(figure, ".png", "light", scale)
    where = image.index(b"pHYs")
    across, down, unit = struct.unpack(">IIB", image[where + 4 : where + 13])
    assert across == down == pytest.approx(96 * scale / 0.0254, abs=0.5)
    assert unit == 1


COLOURS = {  # paper, card, head of an input, border of the output, value, adjoint
    "light": ["ffffff", "ffffff", "fff1cc", "1b2733", "0b5f8a", "b0400a"],
    "dark": ["111111", "1b2128", "4a3b16", "e6edf3", "6cc4f5", "ff9b62"],
}


@pytest.mark.parametrize("theme", short(1, ["light", "dark"]))
@pytest.mark.long
def test_the_colours_of_a_picture(figure, theme):
    picture = pixels(figure, theme, 2)
    paper, *others = [tuple(bytes.fromhex(colour)) for colour in COLOURS[theme]]
    assert all(tuple(picture[y, x]) == paper for y in (0, -1) for x in (0, -1))
    box = figure.layout.cards[0]
    x, y = (2 * (figure.scene.margin + place + 4) for place in (box.x, box.y))
    assert tuple(picture[int(y), int(x)]) == others[1]
    found = {*map(tuple, picture.reshape(-1, 3).tolist())}
    assert {*others} <= found


def test_a_picture_is_light_unless_told_otherwise(figure, tmp_path):
    assert (
        figure.save(tmp_path / "a.png").read_bytes()
        == figure.save(tmp_path / "b.png", theme="light", scale=2).read_bytes()
    )
    assert (
        figure.save(tmp_path / "a.png").read_bytes()
        != figure.save(tmp_path / "b.png", theme="dark").read_bytes()
    )


@pytest.mark.parametrize("scale", [0, -2, float("nan"), float("inf"), 1e6])
def test_sizes_that_cannot_be(figure, scale):
    with pytest.raises(
        ValueError,
        match=r"must be greater than 0 and, for this picture of .* × 318, not above 17; it is",
    ):
        made(figure, ".png", "light", scale)


def test_scale_is_a_number(figure, tmp_path):
    with pytest.raises(TypeError, match="scale must be a real number, not the str '2'"):
        figure.save(tmp_path / "circuit.png", scale="2")


# PDF


def characters(pdf):
    """The characters that can be selected in a PDF."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    maps = [
        text for text in map(inflated, streams) if b"beginbfchar" in text or b"beginbfrange" in text
    ]
    codes = re.findall(rb"<[0-9A-Fa-f]{2,4}>\s*<([0-9A-Fa-f]{4})>", b"".join(maps))
    return {chr(int(code, 16)) for code in codes}


def inflated(stream):
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_pdf_has_text_and_vectors(figure, theme):
    pdf = made(figure, ".pdf", theme)
    assert pdf.startswith(b"%PDF")
    assert b"DejaVuSans" in pdf
    assert not re.search(rb"/Subtype\s*/Image", pdf)
    assert {*"circuit∂◂−×0.7311"} <= characters(pdf)
    height, width = size_of(figure)
    box = re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf).groups()
    assert [*map(float, box)] == [0.75 * width, 0.75 * height]


def test_a_pdf_says_what_it_shows(figure):
    pdf = made(figure, ".pdf", "light")
    words = re.search(rb"/Alt\s*<([0-9A-F]+)>", pdf)[1]
    assert bytes.fromhex(words.decode()).decode("utf-16") == str(figure)


# Anything that can be drawn


@pytest.mark.filterwarnings("ignore:no font of this machine has")  # 损失, on some
@pytest.mark.parametrize("name", NASTY)
def test_names_are_data_in_pictures(name, capfd):
    figure = named(name)
    assert made(figure, ".png", "light", 1).startswith(b"\x89PNG")
    assert made(figure, ".pdf", "dark").startswith(b"%PDF")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("function", "at"), [(np.log, -1.0), (lambda x: 1 / x, 0.0), (np.exp, 1000.0)]
)
def test_nan_and_infinity_are_saved(function, at):
    figure = gv.draw(gv.trace(lambda x: function(x) * 2, x=at))
    assert {"nan", "inf", "-inf"} & {*Page(made(figure, ".html").decode()).full}
    assert {*"nan"} <= characters(made(figure, ".pdf", "light")) or "∞" in characters(
        made(figure, ".pdf", "light")
    )
    assert pixels(figure, "light", 1).shape == (*size_of(figure), 3)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: gv.draw(gv.trace(circuit, INPUTS), collapse=["sigmoid"]),
        lambda: gv.draw(gv.trace(circuit, INPUTS)).at(8),
        lambda: gv.draw(gv.Variable(3.0, name="x") * 2),
        lambda: gv.draw(gv.trace(lambda w: np.sum(w * w), w=np.linspace(-1, 1, 24).reshape(4, 6))),
    ],
)
def test_every_kind_of_figure_is_saved(draw):
    figure = draw()
    assert all(made(figure, kind) for kind in FORMATS)
