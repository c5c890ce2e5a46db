"""Practice in a real browser, by keyboard alone: saved pages, where the page judges, and
JupyterLab, where Python does.
"""

import re

import nbformat
import pytest
from alone import opening
from axe_playwright_python.sync_playwright import Axe
from browser import PATIENCE, only_chromium, soon
from playwright.sync_api import expect

import gradviz as gv
from gradviz.exercises.practice import Series

LEVEL, STATE = 4, 0  # f(a, b): u = a − b, times a
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}


@pytest.fixture
def visit(browser, tmp_path):
    with opening(browser, viewport={"width": 1280, "height": 1000}) as opened:

        def visit_(quiz, circuits=None, **options):
            more = {} if circuits is None else {"circuits": circuits}
            saved = quiz.save(tmp_path / "x.html", **more)
            page = opened(saved.as_uri(), **options)
            page.locator(".gv-blank").first.wait_for()
            return page

        yield visit_


def typed(numbers):
    return ", ".join(map(repr, numbers))


def own(key):
    """A number that one mistake alone gives at a blank, and its wire; None if there is none."""
    for mistake in dict.fromkeys(wrong.mistake for wrong in key.wrong):
        for wrong in key.own(mistake):
            return wrong
    return None


def solve_by_keyboard(page, quiz):
    """From the first blank on, where the focus is: a hint, all mistakes that are named, an answer
    that can't be read, one that is shown, and all else right; tells how many were mistaken.
    """
    view, keys = page.locator(".gv-practice"), list(quiz._judge.keys.items())
    said, mistaken = view.locator("[role=status]"), 0
    focused = view.locator(".gv-blank:focus")
    for at, (blank, key) in enumerate(keys):
        expect(focused).to_have_attribute("aria-label", blank.said(quiz.run))
        if at == 0:
            page.keyboard.press("?")
            expect(said).to_contain_text(quiz._judge.said.question(blank))
            page.keyboard.type("1,000")
            page.keyboard.press("Enter")
            expect(said).to_contain_text("before thousands or before decimals")
            page.keyboard.press("ControlOrMeta+a")
        elif wrong := own(key):
            page.keyboard.type(typed(wrong.numbers))
            page.keyboard.press("Enter")
            expect(said).to_contain_text(re.compile("Not yet.* fits? "))
            expect(view.locator(f"#e{wrong.wire.index}.gv-lit")).to_have_count(1)
            expect(focused).to_have_attribute("aria-invalid", "true")
            page.keyboard.press("ControlOrMeta+a")
            mistaken += 1
        if at == 3:
            page.keyboard.press("Escape")
            page.keyboard.press("Escape")
            expect(focused).to_have_attribute("aria-label", blank.said(quiz.run))
            page.keyboard.press("Escape")
            page.keyboard.press("Tab")
            expect(page.locator("button:focus")).to_have_text("show me")
            page.keyboard.press("Enter")
            expect(said).to_contain_text(blank.said(quiz.run))
            continue
        page.keyboard.type(typed(key.right))
        page.keyboard.press("Enter")
        expect(said).to_contain_text("Right. ")
    expect(view.locator(".gv-blank:visible")).to_have_count(0)
    expect(view.locator(".gv-notice")).to_have_text(f"{len(keys)} blanks: all found")
    expect(page.locator("[role=status]:focus")).to_have_count(1)
    return mistaken


def read(view):
    """What a screen reader has of it."""
    return view.aria_snapshot()


def test_by_keyboard_alone(visit):
    quiz = gv.practice(level=LEVEL, random_state=STATE)
    page = visit(quiz)
    page.keyboard.press("Tab")
    heard = read(page.locator(".gv-practice"))
    for blank in quiz.blanks:
        assert f'textbox "{blank.said(quiz.run)}"' in heard
    assert 'img "f = • at a = −4, b = 5"' in heard
    assert "u = a − b = −4 − 5 = •; gradient •" in heard
    assert "from a to u: local derivative •" in heard
    mistaken = solve_by_keyboard(page, quiz)
    n = len(quiz.blanks)
    expect(page.locator(".gv-result")).to_have_text(
        f"{n - 1 - mistaken - (mistaken < n - 1)} of {n} right at the first try, "
        f"{mistaken - 1} after tries, 1 after hints, 1 shown, 0 open"
    )
    heard = read(page.locator(".gv-practice"))
    assert "u = a − b = −4 − 5 = −9; gradient −4" in heard
    assert page.locator("#n2").get_attribute("data-value") == "-9"


@pytest.mark.long
def test_fields_that_are_left_are_judged_and_a_thumb_finds_them(visit):
    quiz = gv.practice(lambda x, y: (x + y) * x, x=3.0, y=2.0, ask="gradients")
    page = visit(quiz)
    x, y, v2 = (page.get_by_label(f"the gradient of {name}") for name in ("x", "y", "v2"))
    v2.fill("3")
    y.click()  # leaves it
    expect(page.locator(".gv-reply")).to_contain_text("Right.")
    expect(y).to_be_focused()
    expect(v2).to_be_hidden()
    y.fill("5")
    page.get_by_role("button", name="hint").click()  # judged first, and then
    expect(page.locator(".gv-reply")).to_contain_text("What comes back to v2")
    y.fill("3")
    x.click()
    x.fill("15")
    page.keyboard.press("Enter")
    expect(page.locator(".gv-reply")).to_contain_text("is multiplied")
    page.get_by_role("button", name="show me").click()
    expect(page.locator(".gv-result")).to_contain_text("1 of 3 right at the first try")


@pytest.mark.long
def test_thirty_circuits_one_after_another(visit):
    quiz = gv.practice(level=1, random_state=5)
    page = visit(quiz, circuits=30)
    expect(page.locator("h1")).to_have_text("Unseen circuits of level 1")
    for number in range(1, 30):
        expect(page.locator(".gv-series")).to_contain_text(f"{number} of 30")
        page.get_by_role("button", name="next circuit").press("Enter")
    last = gv.practice(level=1, random_state=34)
    expect(page.locator(".gv-blank:focus")).to_have_count(1)
    for key in last._judge.keys.values():
        page.keyboard.type(typed(key.right))
        page.keyboard.press("Enter")
    expect(page.locator(".gv-result")).to_be_visible()
    expect(page.get_by_role("button", name="next circuit")).to_be_hidden()


@pytest.mark.long
def test_a_run_in_which_what_was_missed_comes_back(visit):
    series = Series(random_state=3, ask="values")
    page = visit(series)
    expect(page.locator(".gv-series")).to_contain_text("1 of 10")
    field = page.locator(".gv-blank").first
    field.fill("99")
    field.press("Enter")
    page.get_by_role("button", name="next circuit").click()
    expect(page.locator(".gv-series")).to_contain_text("2 of 11")


@pytest.mark.long
def test_a_users_text_is_text(visit):
    graph = gv.trace(lambda **them: them["<b>&"] * 2, {"<b>&": 3.0})
    page = visit(gv.practice(graph))
    field = page.get_by_label("the gradient of <b>&")
    field.fill("<script>alert(1)</script>")
    field.press("Enter")
    expect(page.locator(".gv-reply")).to_contain_text("That is no number")
    assert page.locator(".gv-practice b, .gv-practice script").count() == 0


# For every eye and hand


def check_axe(page):
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


@only_chromium
@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_nothing_is_to_be_mended(visit, scheme, width):
    quiz = gv.practice(level=LEVEL, random_state=STATE)
    page = visit(quiz, 2, color_scheme=scheme, viewport={"width": width, "height": 844})
    check_axe(page)
    page.locator(".gv-blank").first.fill("99")
    page.keyboard.press("Enter")
    check_axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for key in quiz._judge.keys.values():
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type(typed(key.right))
        page.keyboard.press("Enter")
    check_axe(page)


@only_chromium
@pytest.mark.long
@pytest.mark.parametrize(("coarse", "least"), [(False, 24), (True, 44)])
def test_targets_are_large_enough_and_apart(visit, coarse, least):
    for level in (1, 4, 6):
        page = visit(
            gv.practice(level=level, random_state=STATE),
            viewport={"width": 390, "height": 844},
            has_touch=coarse,
            is_mobile=coarse,
        )
        boxes = [each.bounding_box() for each in page.locator(".gv-blank").all()]
        assert all(box["height"] >= least and box["width"] >= least for box in boxes)
        for at, one in enumerate(boxes):
            for other in boxes[:at]:
                apart = [
                    one[start] + one[size] <= other[start]
                    or other[start] + other[size] <= one[start]
                    for start, size in (("x", "width"), ("y", "height"))
                ]
                assert any(apart)
        buttons = page.locator(".gv-asks button").all()
        assert all(button.bounding_box()["height"] >= least for button in buttons)
        assert page.evaluate("document.documentElement.scrollWidth") == 390


# Where Python judges


def test_in_a_notebook(jupyter, open_notebook):
    sources = [
        "import gradviz as gv",
        f"quiz = gv.practice(level={LEVEL}, random_state={STATE})\nquiz",
    ]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), jupyter.folder / "practice.ipynb"
    )
    notebook = open_notebook(jupyter.address, "practice.ipynb")
    notebook.run_all()
    page, quiz = notebook.page, gv.practice(level=LEVEL, random_state=STATE)
    first = page.locator(".gv-practice .gv-blank").first
    first.wait_for(timeout=1000 * PATIENCE)
    first.focus()
    mistaken = solve_by_keyboard(page, quiz)
    result = notebook.ask("quiz.result.to_dict()")
    n = len(quiz.blanks)
    assert (result["open"], result["shown"], result["after_hints"]) == (0, 1, 1)
    assert result["after_tries"] == mistaken - 1
    assert sum(result["mistakes"].values()) == mistaken
    assert notebook.ask("quiz.run.grads == quiz.known.grads")
    # what happens there elsewhere is seen
    code = "again = gv.practice(lambda x, y: x * y, x=2.0, y=3.0)"
    assert notebook.ask(f"[{n} == len(quiz.blanks), exec({code!r})][0]")
    check = soon(page, lambda: page.locator(".gv-practice .gv-blank:visible").count() == 0)
    assert check
