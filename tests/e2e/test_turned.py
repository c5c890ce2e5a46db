"""A language that was made up by one line: no English of the page is left in a figure or a race."""

import re

import pytest
from browser import only_chromium, soon
from page import page_of
from playwright.sync_api import expect
from turned import runs_of_letters, speaking_turned, turned, words_of

import gradviz as gv
from gradviz import words

# What the page says outside of pictures and formulas, and what it says aloud
SAID = """() => {
    const aside = "svg.gradviz, .gv-formula, .gv-line, .gv-ghost, .gv-note, style";
    const names = ["title", "aria-label", "aria-valuetext", "aria-roledescription", "placeholder"];
    const all = [];
    for (const element of document.querySelectorAll("main, main *")) {
        for (const name of names) {
            const isMade = name !== "aria-label" || !element.closest("svg.gradviz");
            if (isMade && element.hasAttribute(name)) all.push(element.getAttribute(name));
        }
        if (element.closest(aside)) continue;
        for (const node of element.childNodes) {
            if (node.nodeType === Node.TEXT_NODE) all.push(node.nodeValue);
        }
    }
    return all;
}"""


ENGLISH = words.catalogue("en").texts
LITERAL = set().union(*map(words_of, ENGLISH.values()))


@pytest.fixture
def in_turned():
    with speaking_turned():
        yield


@pytest.fixture
def show(browser):
    pages = []

    def show_(widget):
        page = browser.new_page(viewport={"width": 1200, "height": 1000})
        pages.append(page)
        page.set_content(page_of(widget))
        page.wait_for_selector(".gradviz-view :is(svg.gradviz, .gv-mini)")
        return page

    yield show_
    for page in pages:
        page.close()


def check_no_english(page, names):
    """No word is English but those that are names."""
    found = runs_of_letters(*page.evaluate(SAID)) - runs_of_letters(*names)
    assert {"pets"} <= found  # step
    assert found & LITERAL <= {word for word in LITERAL if word[::-1] in LITERAL}


@pytest.mark.long
@only_chromium
def test_a_figure_its_code_and_its_reasons(in_turned, show):
    @gv.block
    def gate(t):
        return t * t + t

    view = gv.View(gv.trace(lambda x, y: gate(x) * y, x=1.5, y=-2.0), code=True)
    page = show(view)
    nodes = view.structure["nodes"]
    names = ["gate", "multiply", "add", "View", *(f"{n['label']} {n['source']}" for n in nodes)]
    last = str(len(view.structure["steps"]) - 1)
    expect(page.locator(".gv-count")).to_have_text(turned("all {n} steps").replace("{n}", last))
    for selected in ("n0", f"n{len(nodes) - 1}", "e0"):
        page.evaluate("(id) => { model.set('selected', id); model.set('step', 3) }", selected)
        expect(page.locator(".gv-why")).to_be_visible()
        soon(page, check_no_english, page, names)
    expect(page.locator(".gv-edge title").first).to_have_text(re.compile(turned("flows back")))
    page.locator("#n0").press("ArrowUp")  # nobody answers
    expect(page.locator(".gv-notice")).to_have_text(turned(ENGLISH["page.silence.worked_out"]))
    check_no_english(page, names)


@pytest.mark.long
@only_chromium
def test_an_array(in_turned, show):
    view = gv.View(gv.trace(lambda w: (w * w).sum(), w=[[0.5] * 60] * 40))
    page = show(view)
    page.evaluate("() => model.set('selected', 'n0')")
    expect(page.locator(".gv-of-array label")).to_have_text(
        turned("one element: [ {index} ]").replace("{index}", "")
    )
    page.locator("#n0 .gv-map[data-of=value] .gv-frame").hover()
    expect(page.locator(".gv-tip-text")).to_be_visible()
    check_no_english(
        page, ["multiply", "sum", *(node["label"] for node in view.structure["nodes"])]
    )


@pytest.mark.long
@only_chromium
def test_a_race(in_turned, show):
    race = gv.race(lambda x, y: x * y + x, x=1.5, y=-2.0)
    page = show(race)
    page.locator(".gv-player button").nth(2).click()
    expect(page.locator(".gv-score").first).to_contain_text(turned("operation"))
    soon(page, check_no_english, page, ["multiply", "add"])
    label = page.locator(".gv-mini").first.get_attribute("aria-label")
    assert label == turned(ENGLISH["page.race.graph"]).replace("{way}", race.ways[0]["name"])
