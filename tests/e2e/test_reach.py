"""Within everybody's reach: the notebook's keys, fingers, screen readers, and who wants nothing to
move.
"""

import nbformat
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import APP, Opened, only_chromium, soon
from lengths import short
from page import page_of
from playwright.sync_api import expect

import gradviz as gv

pytestmark = pytest.mark.long
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}


@gv.block
def squared(t):
    return t * t


def function(x, y):
    return squared(x) * y + np.exp(x)


@pytest.fixture
def show(browser):
    """Show a view, or a race, on a page of its own."""
    pages = []

    def show_(view, width=390, **options):
        page = browser.new_page(viewport={"width": width, "height": 1000}, **options)
        pages.append(page)
        page.set_content(page_of(view))
        page.locator("svg.gradviz, .gv-mini").first.wait_for()
        return page

    yield show_
    for page in pages:
        page.close()


def violations(page, context):
    """What axe-core finds to be mended."""
    found = Axe().run(page, context=context).response["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]


# Keys, in a notebook


NAMES = ["price $5 to $9", r"\(x\) & <b>", "a_very_long_name_of_a_learning_rate", "x", "学习率" * 9]
CELLS = [
    "import gradviz as gv, numpy as np",
    "def f(x, y): return np.exp(x) * y\ngv.explore(f, x=1.0, y=2.0, code=True)",
    "gv.race(f, x=1.0, y=2.0)",
    (
        "def g(*xs): return xs[0] * xs[1] + xs[2] * xs[3] * xs[4]\n"
        f"gv.explore(g, dict.fromkeys({NAMES!r}, 1.0))"
    ),
    "gv.plot.descent(lambda x: x**2, start=(-4.0, 4.0), rate=(0.0, 1.0))",
]


@pytest.fixture(scope="module")
def lab(jupyter, browser):
    """A notebook in JupyterLab, run as a whole."""
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), jupyter.folder / "reach.ipynb"
    )
    notebook = Opened(browser, jupyter.address, "reach.ipynb")
    notebook.run_all()
    assert notebook.errors() == []
    expect(notebook.page.locator(".gradviz-explorer svg.gradviz")).to_have_count(2)
    yield notebook
    notebook.close()


def state(lab):
    """How often the cells were run, how many there are, whether all is saved, and where the focus
    is: in the figure, in the cell around it, or elsewhere.
    """
    return lab.page.evaluate(
        f"""() => {{
            const {{ content, context }} = {APP}.shell.currentWidget, {{ model }} = content;
            const at = document.activeElement, cell = content.activeCell.node;
            return {{
                counts: [...model.cells].map((cell) => cell.executionCount),
                saved: !model.dirty,
                focus: at.closest(".gradviz-view") ? "figure" : cell.contains(at) ? "cell" : "",
            }};
        }}"""
    )


PLACES = {  # in a figure: where the focus is, and what it is that shows it there
    "a card": lambda view: view.locator("#n2 .gv-adjoint").click(),
    "an editor": lambda view: view.locator("#n0").press("Enter"),
    "a button": lambda view: view.locator(".gv-opener").focus(),
    "a line of code": lambda view: view.locator(".gv-line[tabindex]").first.focus(),
    "the race": lambda view: view.page.locator(".gv-race .gv-play").focus(),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_figure_leaves_the_notebook_its_keys(lab, place):
    """It saves, and runs its cell, once; and then the focus is in the cell."""
    number = 2 if place == "the race" else 1
    view, act = lab.cell(number + 1).locator(".gradviz-view"), PLACES[place]

    def reach():
        view.locator("svg.gradviz, .gv-mini").first.wait_for()
        view.scroll_into_view_if_needed()
        act(view)
        assert state(lab)["focus"] == "figure"

    reach()
    before = state(lab)
    lab.page.keyboard.press("b")  # JupyterLab's own keys do nothing here
    lab.page.evaluate(f"() => {{ {APP}.shell.currentWidget.content.model.dirty = true; }}")
    lab.page.keyboard.press("Control+s")

    def check_saved():
        assert state(lab)["saved"]

    soon(lab.page, check_saved)
    assert state(lab)["counts"] == before["counts"]
    opened = view.locator(".gv-opener").get_attribute("aria-pressed") if number == 1 else None
    for keys in ("Control+Enter", "Shift+Enter"):
        last = max(filter(None, state(lab)["counts"]))
        lab.page.keyboard.press(keys)
        soon(lab.page, check_run, lab, number, last + 1)
        if number == 1:  # what had the focus was not pressed by it
            expect(view.locator(".gv-opener")).to_have_attribute("aria-pressed", opened)
        reach()
    lab.page.keyboard.press("Escape")


def check_run(lab, number, count):
    """The cell was run, as the one of this count; and the focus is in the cell that is active."""
    now = state(lab)
    assert now["counts"][number] == count
    assert now["focus"] == "cell"


def test_a_click_on_the_prompt_takes_the_focus_out_of_a_figure(lab):
    view = lab.cell(2).locator(".gradviz-view")
    view.locator("#n2 .gv-adjoint").click()
    assert state(lab)["focus"] == "figure"
    lab.page.locator(".jp-CodeCell").nth(1).locator(".jp-InputPrompt").click()
    assert state(lab)["focus"] == "cell"
    view.locator("#n2 .gv-adjoint").click()
    assert state(lab)["focus"] == "figure"


# Names


def test_every_slider_has_a_name(lab):
    sliders = lab.page.locator("[role=slider]")
    names = ["x", "y", *NAMES, "start", "rate", "start, on the curve"]
    expect(sliders).to_have_count(len(names))

    def check_named():
        assert sliders.evaluate_all("(all) => all.map((each) => each.ariaLabel)") == names

    soon(lab.page, check_named)
    for context in (".gradviz-explorer", ".gradviz-plot", ".gv-race"):
        assert violations(lab.page, context) == []


def test_a_name_beside_a_slider_is_as_it_was_given_and_leaves_room(lab):
    row = lab.cell(4).locator(".gradviz-explorer .widget-slider")
    row.first.scroll_into_view_if_needed()
    lab.page.wait_for_timeout(500)  # MathJax would come late
    assert row.locator(".widget-label").all_text_contents() == NAMES
    assert [label.get_attribute("title") for label in row.locator(".widget-label").all()] == NAMES
    assert not lab.page.locator(".gradviz-explorer mjx-container, .widget-label b").count()
    boxes = row.evaluate_all(
        """(rows) => rows.map((row) => [
            ".widget-label", ".noUi-base", ".widget-readout",
        ].map((part) => row.querySelector(part).getBoundingClientRect())
            .map(({ left, right }) => [left, right]))"""
    )
    for (_, end_of_name), (start, end), (start_of_number, _) in boxes:
        assert end_of_name <= start
        assert end - start >= 80
        assert end <= start_of_number


@only_chromium
def test_a_finger_finds_the_handle_of_a_slider(lab):
    session = lab.page.context.new_cdp_session(lab.page)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 1})
    for count in (2, 5):
        handle = lab.cell(count).locator(".noUi-touch-area").first
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        assert (round(box["width"]), round(box["height"])) == (44, 44)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": False})


@pytest.mark.parametrize("shape", [(1,), (5,), (2, 3), (2, 1, 4)])
def test_the_index_that_is_suggested_is_one(show, shape):
    array = np.arange(float(np.prod(shape))).reshape(shape) + 0.5
    view = gv.View(gv.trace(lambda w: np.sum(w * w), w=array))
    view.selected = "n0"
    index = show(view).locator(".gv-index").get_attribute("placeholder")
    view.element = index
    assert f"w[{index}] = {array[tuple(map(int, index.split(', ')))]:g}" in str(view.nudges)


# Fingers


def live():
    view = gv.explore(function, x=1.0, y=(0, 4), code=True).view
    view.selected = "n0"
    return view


@only_chromium  # Firefox can't be told that it is touched
@pytest.mark.parametrize(
    ("across", "down", "steps"), short(2, [(100, 8, 50), (20, 100, 0), (-60, 0, -30), (0, 100, 0)])
)
def test_a_finger_drags_a_number_as_far_as_it_goes(show, across, down, steps):
    """But one that goes down scrolls the page."""
    page = show(live(), has_touch=True)
    page.add_style_tag(content="body { height: 4000px; }")
    box = page.locator("#n0").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)

    def send(kind, *points):
        touch.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]},
        )

    grain = page.evaluate("() => model.get('structure').nodes[0].input.grain")
    send("touchStart", (x, y))
    for part in range(1, 26):
        send("touchMove", (x + across * part / 25, y - down * part / 25))
    send("touchEnd")

    def check_dragged():
        hand = page.evaluate("() => Number(model.get('hand')[0]?.[0] ?? 1)")
        assert hand == pytest.approx(1.0 + steps * grain)
        assert (page.evaluate("scrollY") > 0) == (steps == 0)

    soon(page, check_dragged)


@only_chromium
@pytest.mark.parametrize(
    "make",
    [
        live,
        lambda: gv.race(function, x=1.0, y=2.0),
        lambda: gv.explore(lambda v: np.sum(v * v), v=np.arange(3.0)).view,
    ],
    ids=["view", "race", "array"],
)
def test_what_is_pressed_is_large_enough_for_a_finger(show, make):
    view = make()
    if isinstance(view, gv.View):
        view.selected = "n0"
    page = show(view, has_touch=True)
    assert page.evaluate("matchMedia('(pointer: coarse)').matches")
    sizes = page.locator("button, input:not(.gv-editor)").filter(visible=True)
    for width, height in sizes.evaluate_all(
        "(all) => all.map((each) => each.getBoundingClientRect()).map((box) => "
        "[box.width, box.height])"
    ):
        assert width >= 44
        assert height >= 44
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_hand_that_drags_selects_no_words(show):
    page = show(live(), width=1400)
    box = page.locator("#n0").bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 40, steps=6)
    page.mouse.move(box["x"] + 220, box["y"] + 90, steps=6)
    page.mouse.up()
    assert page.evaluate("() => Number(model.get('hand')[0][0])") > 1
    assert page.evaluate("() => getSelection().toString()") == ""


# Motion


def finished(page):
    return page.evaluate(
        """() => {
            document.querySelector(".gv-play").click();
            return document.querySelectorAll(".gv-finished").length;
        }"""
    )


def test_a_race_does_not_run_for_who_wants_nothing_to_move(show):
    race = gv.race(function, x=1.0, y=2.0)
    assert finished(show(race, reduced_motion="no-preference")) == 0
    page = show(race, reduced_motion="reduce")
    expect(page.get_by_role("button", name="to the end")).to_be_visible()
    assert not page.locator(".gv-scrub").is_visible()
    page.get_by_role("button", name="one step forward").click()
    assert page.locator(".gv-visited").count() == 3
    assert finished(page) == 3
    assert page.evaluate("document.getAnimations().length") == 0


# Screen readers and keyboards


def test_nothing_in_a_figure_is_a_heading_of_the_page_around_it(show):
    for view in (live(), gv.race(function, x=1.0, y=2.0)):
        page = show(view)
        assert not page.locator("h1, h2, h3, h4, h5, h6, [role=heading]").count()
        assert violations(page, ".gradviz-view") == []


@pytest.mark.parametrize("width", short(1, [390, 1400]))
def test_what_is_too_wide_is_scrolled_by_keyboard(show, width):
    """Also what grows when it stands already, as when a font comes."""
    view = gv.View(gv.trace(lambda v: np.sum(v * v), v=np.arange(3.0)), step=1)
    view.selected = "n0"
    page = show(view, width=width)
    boxes = page.locator(".gv-row, .gv-step").filter(visible=True)

    def check(wide):
        found = boxes.evaluate_all(
            "(all) => all.map((box) => [box.scrollWidth > box.clientWidth, box.tabIndex])"
        )
        assert len(found) >= 4
        assert all((tab == 0) == is_wide for is_wide, tab in found)
        assert [is_wide for is_wide, _ in found].count(True) == (len(found) if wide else 0)

    soon(page, check, False)
    page.add_style_tag(content=".gv-formula math { padding-right: 1400px; }")
    soon(page, check, True)
    assert violations(page, ".gradviz-view") == []
    page.add_style_tag(content=".gv-formula math { padding-right: 0 !important; }")
    soon(page, check, False)


@pytest.mark.parametrize("width", short(1, [390, 1400]))
def test_no_word_of_a_reason_is_lost(show, width):
    """Each piece of a formula is as wide as what it says."""
    view = gv.View(gv.trace(lambda v: np.sum(v * v), v=np.arange(3.0)))
    view.selected = "n0"
    page = show(view, width=width)
    lost = page.locator(".gv-why math").evaluate_all(
        """(all) => all.filter((math) => {
            const inside = document.createRange();
            inside.selectNodeContents(math);
            const words = inside.getBoundingClientRect(), box = math.getBoundingClientRect();
            return words.width > box.width + 1 || words.height > box.height + 9;
        }).map((math) => math.textContent)"""
    )
    assert lost == []
