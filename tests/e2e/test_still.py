"""The still picture in other programs: what librsvg, Inkscape and CairoSVG make of its SVG, held
against Chromium's picture; and in browsers, which follow their reader.
"""

import os
import re
import shutil
import subprocess

import matplotlib.image
import numpy as np
import pytest
from browser import only_chromium
from gallery import FIGURES
from lengths import short
from needs import missing, needed

from gradviz.export.sheets import THEMES, style_sheet
from gradviz.export.svg import paint

SHOWN = [
    "circuit-step",
    "nested-half-closed",
    "wrong-gate",
    "extremes",
    "arrays",
    "inside-a-layer",
]


def librsvg(svg, png):
    run("rsvg-convert", svg, "-o", png)


def inkscape(svg, png):
    run("inkscape", svg, "-o", png, "--export-area-page")


def cairosvg(svg, png):
    needed("cairosvg", "CAIROSVG IS NOT INSTALLED: no figure was drawn by it").svg2png(
        url=str(svg), write_to=str(png)
    )


def run(program, *arguments):
    """Run a program, in a home of its own, to its end."""
    if shutil.which(program) is None:
        missing(f"{program.upper()} IS NOT INSTALLED: no figure was drawn by it")
    home = arguments[0].parent  # it is at home where its picture is
    environment = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    subprocess.run([program, *map(str, arguments)], env=environment, check=True)


def pixels(png):
    """The colours of a picture, from 0 to 255."""
    return 255 * matplotlib.image.imread(png, format="png")[:, :, :3]


@pytest.fixture
def drawn_by_browser(browser, tmp_path):
    """What a browser makes of SVG: the picture, and where its texts are."""

    def drawn(svg, scheme="light"):
        path = tmp_path / "drawn.svg"
        path.write_text(svg, encoding="utf-8")
        width, height = map(int, re.search(r'width="(\d+)" height="(\d+)"', svg).groups())
        page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": height})
        page.goto(path.as_uri())
        page.screenshot(path=tmp_path / "drawn.png")
        places = page.evaluate(
            """() => [...document.querySelectorAll("text")]
                .filter((text) => text.textContent.trim())
                .map((text) => [text.textContent, text.getBoundingClientRect()])
                .map(([words, box]) => [words, box.left, box.top, box.right, box.bottom])"""
        )
        page.close()
        return pixels(tmp_path / "drawn.png"), places

    return drawn


def wordless(svg):
    """The same picture without its texts."""
    return re.sub(r"<text[ >].*?</text>", "", svg)


def in_one_font(svg):
    """The same picture in the font that this machine has for any name: of a list each program takes
    another one, according to what is installed."""
    found = subprocess.run(
        ["fc-match", "--format=%{family[0]}", "sans-serif"],
        capture_output=True,
        text=True,
        check=True,
    )
    return re.sub(r"font-family: [^;]*;", f'font-family: "{found.stdout}";', svg)


def blurred(picture, cell=4):
    """The mean colours of cells."""
    height, width = (length // cell * cell for length in picture.shape[:2])
    cells = picture[:height, :width].reshape(height // cell, cell, width // cell, cell, 3)
    return cells.mean(axis=(1, 3))


def draw(program, folder, svg):
    """What a program makes of SVG."""
    path, png = folder / "their.svg", folder / "their.png"
    path.write_text(svg, encoding="utf-8")
    program(path, png)
    return pixels(png)


@pytest.mark.long
@only_chromium
@pytest.mark.parametrize("theme", [None, "dark"])
@pytest.mark.parametrize("program", [librsvg, inkscape, cairosvg])
def test_other_programs_show_the_same(drawn_by_browser, tmp_path, program, theme):
    for name in SHOWN:
        saved = FIGURES[name]().save(tmp_path / "figure.svg", theme=theme)
        svg = in_one_font(saved.read_text("utf-8"))
        whole, shapes = (draw(program, tmp_path, of) for of in (svg, wordless(svg)))
        (their_whole, places), (their_shapes, _) = map(drawn_by_browser, (svg, wordless(svg)))
        # cards, wires and maps: the same but for what a line's edge is blended with
        apart = np.abs(blurred(shapes) - blurred(their_shapes)).max(axis=2)
        assert apart.mean() < 0.5 and apart.max() < 30, (name, apart.mean(), apart.max())
        # texts: as much ink, of the same colour, at the same place
        ink, their_ink = whole - shapes, their_whole - their_shapes
        for words, left, top, right, bottom in places:
            at = np.s_[int(top) : int(bottom) + 1, max(0, int(left) - 4) : int(right) + 5]
            here, there = (of[at].sum(axis=(0, 1)) for of in (ink, their_ink))
            assert np.linalg.norm(here - there) < 0.5 * np.linalg.norm(there), (name, words)


@pytest.mark.parametrize("name", short(0, ["circuit-step", "wrong-gate", "arrays"]))
def test_browsers_follow_their_reader(drawn_by_browser, name):
    figure, papers = FIGURES[name](), []
    for scheme in THEMES:
        followed, _ = drawn_by_browser(figure.svg, scheme)
        fixed, _ = drawn_by_browser(paint(figure.scene, style_sheet("figure", scheme)), "light")
        assert np.array_equal(followed, fixed)
        papers.append(tuple(np.rint(followed[0, 0])))
    assert papers == [(255, 255, 255), (17, 17, 17)]
