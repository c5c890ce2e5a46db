"""Saved pages on a phone: of a wide figure what is seen has no empty paper around it, and says that
there is more; buttons stand in rows; letters are large enough to be read.
"""

import nbformat
import numpy as np
import pytest
from alone import opening
from browser import only_chromium, soon
from circuit import INPUTS, circuit
from lesson_code import code, needed
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import expect

import gradviz as gv
from gradviz.course.publishing.site import publish

pytestmark = pytest.mark.long

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PAPER = 50  # pixels above and below what is seen, at most

SEEN = """() => {
    const stage = document.querySelector(".gv-stage"), frame = stage.getBoundingClientRect();
    const parts = [...stage.querySelectorAll(".gv-node, .gv-label, .gv-block")]
        .map((part) => part.getBoundingClientRect())
        .filter(({ left, right }) => left < frame.right - 1 && right > frame.left + 1);
    const legend = stage.querySelector(".gv-legend").getBoundingClientRect();
    if (legend.right > frame.left + 90) parts.push(legend);
    const fades = stage.querySelector(".gv-fades");
    const fading = (side) => { // over all of its height
        const { content, height } = getComputedStyle(fades, `::${side}`);
        return content !== "none" && Math.abs(parseFloat(height) - stage.clientHeight) < 2;
    };
    return {
        height: frame.height,
        above: Math.min(...parts.map(({ top }) => top)) - frame.top,
        below: frame.bottom - Math.max(...parts.map(({ bottom }) => bottom)),
        fades: [fading("before"), fading("after")],
        rise: fades.getBoundingClientRect().bottom - frame.top - stage.clientHeight,
        moves: document.getAnimations().length,
        letters: Math.min(...[...stage.querySelectorAll("svg.gradviz text")].map((text) => (
            Number.parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a
        ))),
    };
}"""
SCROLL = "(to) => { document.querySelector('.gv-stage').scrollLeft = to; }"


def nine(a, b, c, d, e, f, g, h, i):
    return np.tanh(a * b + c * d + e) * f + g * h + i


FIGURES = {
    "circuit": lambda: gv.explore(circuit, INPUTS),
    "nine inputs": lambda: gv.explore(nine, dict(zip("abcdefghi", np.linspace(-1.0, 1.0, 9)))),
}


@pytest.fixture
def visit(browser, tmp_path):
    with opening(browser) as opened:

        def visit_(saved, **options):
            page = opened(saved.save(tmp_path / "x.html").as_uri(), **{**PHONE, **options})
            page.locator(".gv-stage svg.gradviz").wait_for()
            return page

        yield visit_


def check_tight(page, before, after):
    seen = page.evaluate(SEEN)
    assert not seen["moves"]
    assert 0 <= seen["above"] <= PAPER and 0 <= seen["below"] <= PAPER, seen
    assert seen["fades"] == [before, after] and abs(seen["rise"]) < 4
    assert seen["letters"] > 10.9
    return seen["height"]


def check_lower(page, at_inputs):
    """It comes nearer a while after the last scroll."""
    assert check_tight(page, True, False) < at_inputs - 50


@only_chromium
@pytest.mark.parametrize("name", FIGURES)
def test_a_wide_figure_is_as_high_as_what_is_seen_of_it(visit, name):
    page = visit(FIGURES[name]())
    soon(page, check_tight, page, True, False)
    page.evaluate(SCROLL, 300)
    soon(page, check_tight, page, True, True)
    page.evaluate(SCROLL, 0)
    at_inputs = soon(page, check_tight, page, False, True)
    page.evaluate(SCROLL, 10_000)
    soon(page, check_lower, page, at_inputs)
    page.get_by_role("button", name="fit the figure to the page").click()
    whole = page.evaluate(SEEN)
    assert whole["fades"] == [False, False]


# from the left side of what is seen: where the legend begins and ends
LEGEND = """() => {
    const frame = document.querySelector(".gv-stage").getBoundingClientRect();
    const { left, right } = document.querySelector(".gv-stage .gv-legend").getBoundingClientRect();
    return [left - frame.left, frame.right - right];
}"""


def check_legend(page):
    assert all(room >= 0 for room in page.evaluate(LEGEND))


@only_chromium
@pytest.mark.parametrize("width", [390, 700])
def test_the_legend_goes_along(visit, width):
    page = visit(gv.explore(circuit, INPUTS), viewport={"width": width, "height": 844})
    for place in (10_000, 200, 0):
        page.evaluate(SCROLL, place)
        soon(page, check_legend, page)


@only_chromium
def test_a_wide_practice_fades_where_it_goes_on(visit):
    page = visit(gv.practice(circuit, INPUTS))
    stage = page.locator(".gv-stage")
    expect(stage).to_have_class("gv-stage gv-more-after")
    page.evaluate(SCROLL, 10_000)
    expect(stage).to_have_class("gv-stage gv-more-before")


@only_chromium
def test_buttons_of_steps_do_not_jump_up_and_down(visit):
    """Steps lead along the figure; it makes room, and keeps it until all is shown."""
    page = visit(FIGURES["circuit"]())
    heights = [soon(page, check_tight, page, True, False)]
    page.get_by_role("button", name="to the first step").click()
    for _ in range(12):
        page.get_by_role("button", name="one step forward").click()
        page.wait_for_timeout(250)
        heights.append(page.evaluate(SEEN)["height"])
    assert heights == sorted(heights)
    card = page.locator(".gv-lit").last.bounding_box()
    stage = page.locator(".gv-stage").bounding_box()
    assert stage["y"] <= card["y"] and card["y"] + card["height"] <= stage["y"] + stage["height"]


@only_chromium
def test_in_a_wide_page_nothing_is_cut(visit):
    page = visit(FIGURES["circuit"](), viewport={"width": 1400, "height": 900}, is_mobile=False)
    svg = page.locator(".gv-stage > svg").first.bounding_box()
    assert page.evaluate(SEEN)["height"] == pytest.approx(svg["height"], abs=1)
    assert page.evaluate(SEEN)["fades"] == [False, False]


@only_chromium
@pytest.mark.parametrize("width", [390, 360, 600, 720])
def test_the_buttons_stand_in_rows(visit, width):
    """All of the player's in one, and all others in another, from side to side."""
    page = visit(
        gv.explore(circuit, INPUTS, mode="forward", wrt="w0"),
        viewport={"width": width, "height": 844},
    )
    row = """(all) => all.map((each) => each.getBoundingClientRect()).map(
        ({ top, bottom }) => (top + bottom) / 2)"""
    steps = page.locator(".gv-player > .gv-button, .gv-count").evaluate_all(row)
    assert max(steps) - min(steps) < 3
    others = page.locator(".gv-speed, .gv-lens .gv-button, .gv-opener").evaluate_all(row)
    assert max(others) - min(others) < 3 and min(others) > max(steps)
    assert page.evaluate("document.documentElement.scrollWidth") == width


@only_chromium
def test_the_scrub_has_the_colour_of_its_way(visit):
    page = visit(gv.explore(circuit, INPUTS, mode="forward", wrt="w0"))
    colour = "(scrub) => getComputedStyle(scrub).accentColor"
    scrub, says = page.locator(".gv-scrub"), page.locator(".gv-says")
    ink = lambda name: page.locator(f".gv-stage .{name}").first.evaluate(  # noqa: E731
        "(text) => getComputedStyle(text).fill"
    )
    assert scrub.evaluate(colour) == ink("gv-tangent")
    page.locator(".gv-way").first.click()
    expect(says).to_contain_text("one output")
    assert scrub.evaluate(colour) == ink("gv-adjoint")


GLOSSARY = """| term | other | what it means | seen in |
|---|---|---|---|
| derivative | 导数 | how fast y moves when x moves, and nothing else | [A rate of change](#there) |
| automatic differentiation | 自动微分 | exact derivatives, by a program | [elsewhere](#there) |"""
SENTENCE = (
    "the derivative of hasty by its operand 0 is wrong: it gives 0.268941, but differences not"
)
CELLS = [
    f"print({SENTENCE!r})",
    "print('n      p\\n10     20' + 60 * ' ' + '30')",
    "import gradviz as gv\ngv.plot.cost('chains', sizes=(4, 8))",
    "import numpy as np\ngv.plot.images(np.eye(8).reshape(1, 8, 8).repeat(10, 0), range(10))",
]


@only_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_published_page(browser, tmp_path, scheme):
    cells = [new_markdown_cell(f"# On a phone\n\n{GLOSSARY}"), *map(new_code_cell, CELLS)]
    nbformat.write(new_notebook(cells=cells), tmp_path / "phone.ipynb")
    publish([tmp_path / "phone.ipynb"], tmp_path / "pages", "Pages")
    with opening(browser, beside=True, **PHONE) as opened:
        address = (tmp_path / "pages" / "phone.html").as_uri()
        page = opened(address, color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        wide = "(box) => box.scrollWidth - box.clientWidth"
        assert page.locator(".output").get_by_text(SENTENCE).evaluate(wide) == 0
        assert page.locator(".output > pre").last.evaluate(wide) > 0
        assert page.locator(".wide").evaluate(wide) == 0
        meaning = page.get_by_role("cell", name="exact derivatives").bounding_box()
        assert meaning["width"] > 300 and meaning["height"] < 60
        plots = page.locator(".output svg[role=img]")
        letters = """(plot) => Math.min(Infinity, ...Array.from(
            plot.querySelectorAll("text"),
            (text) => {
                const { a, b } = text.getScreenCTM(); // which may be turned
                return parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b);
            },
        ))"""
        assert plots.count() == 2 and min(plot.evaluate(letters) for plot in plots.all()) >= 8.4
        boxes = page.locator(".output > div")
        assert all(
            box.evaluate(wide) > 0 and box.evaluate("(b) => b.tabIndex") == 0 for box in boxes.all()
        )
        corner = """async (drawn) => {
            const image = new Image();
            image.src = drawn.getAttribute("href");
            await image.decode();
            const canvas = document.createElement("canvas");
            [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
            const paper = canvas.getContext("2d");
            paper.drawImage(image, 0, 0);
            const { data } = paper.getImageData(0, 0, canvas.width, canvas.height);
            return Array.from(data).filter((part, at) => (
                at % 4 === 3 && part > 200 && data[at - 3] > 240 && data[at - 2] > 240
            )).length;
        }"""
        assert plots.last.locator("image").first.evaluate(corner) == 0  # no white tiles


@only_chromium
def test_no_room_is_left_below_a_step_that_a_figure_begins_at(browser, tmp_path):
    cells = [new_code_cell(source) for source in (*needed(3, "steps"), code(3)["steps"])]
    nbformat.write(new_notebook(cells=cells), tmp_path / "step.ipynb")
    publish([tmp_path / "step.ipynb"], tmp_path / "pages", "Pages")
    with opening(browser, beside=True, **PHONE) as opened:
        page = opened((tmp_path / "pages" / "step.html").as_uri())
        page.locator(".gv-stage svg.gradviz").wait_for()
        soon(page, check_tight, page, True, False)
