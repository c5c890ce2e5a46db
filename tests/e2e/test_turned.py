"""A language that was made up by one line: no English of the page is left in a figure or a race."""

import re

import pytest
from browser import only_chromium, soon
from page import page_of
from playwright.sync_api import expect

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


def turned(text):
    """A text, or its forms, turned around between its places."""
    if isinstance(text, dict):
        return {form: turned(each) for form, each in text.items()}
    return "".join(
        part if part.startswith("{") else part[::-1] for part in re.split(r"(\{\w+\})", text)
    )


ENGLISH = words.catalogue("en").texts
PAGE = {text_id: text for text_id, text in ENGLISH.items() if text_id.startswith("page.")}
LITERAL = {word for text in PAGE.values() for word in re.findall(r"[^\W\d_]{2,}", str(text))}


@pytest.fixture
def in_turned():
    words.add("turned", {text_id: turned(text) for text_id, text in PAGE.items()})
    gv.set_language("turned")
    yield
    gv.set_language("en")


@pytest.fixture
def show(browser):
    pages = []

    def show_(widget):
        page = browser.new_page(viewport={"width": 1200, "height": 1000})
        pages.append(page)
        page.set_content(page_of(widget))
        page.wait_for_selector(".gradviz-view svg.gradviz")
        return page

    yield show_
    for page in pages:
        page.close()


def check_no_english(page, said_by_python):
    """Whatever Python has said is taken away; of the rest no word is English."""
    texts = page.evaluate(SAID)
    for said in sorted(filter(None, said_by_python), key=len, reverse=True):
        texts = [text.replace(said, "") for text in texts]
    found = {word for text in texts for word in re.findall(r"[^\W\d_]{2,}", text)}
    assert {"pets"} <= found  # step
    assert found & LITERAL <= {turned(word) for word in LITERAL}


@only_chromium
def test_a_figure_its_code_and_its_reasons(in_turned, show):
    @gv.block
    def gate(t):
        return t * t + t

    view = gv.View(gv.trace(lambda x, y: gate(x) * y, x=1.5, y=-2.0), code=True)
    page = show(view)
    nodes = view.structure["nodes"]
    by_python = [text for node in nodes for text in (node["label"], node["kind"], node["source"])]
    by_python.append("gate")
    last = str(len(view.structure["steps"]) - 1)
    expect(page.locator(".gv-count")).to_have_text(turned("all {n} steps").replace("{n}", last))
    for selected in ("n0", f"n{len(nodes) - 1}", "e0"):
        page.evaluate("(id) => { model.set('selected', id); model.set('step', 3) }", selected)
        expect(page.locator(".gv-why")).to_be_visible()
        soon(page, check_no_english, page, by_python)
    expect(page.locator(".gv-edge title").first).to_have_text(re.compile(turned("flows back")))
    page.locator("#n0").press("ArrowUp")  # nobody answers
    expect(page.locator(".gv-notice")).to_have_text(turned(PAGE["page.silence.worked_out"]))
    check_no_english(page, by_python)


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
    by_python = [node[key] for node in view.structure["nodes"] for key in ("label", "kind")]
    check_no_english(page, by_python)


@only_chromium
def test_a_race(in_turned, show):
    race = gv.race(lambda x, y: x * y + x, x=1.5, y=-2.0)
    page = show(race)
    page.locator(".gv-player button").nth(2).click()
    names = [way["name"] for way in race.ways]
    expect(page.locator(".gv-score").first).to_contain_text(turned("operation"))
    soon(page, check_no_english, page, names)
    label = page.locator("svg.gradviz").first.get_attribute("aria-label")
    assert label == turned(PAGE["page.race.graph"]).replace("{way}", names[0])
