"""Forward mode in a page without Python: the switch, every input and a direction, at every step."""

import pytest
from alone import near, opening
from axe_playwright_python.sync_playwright import Axe
from browser import only_chromium, soon
from circuit import INPUTS, circuit
from gallery import nested
from playwright.sync_api import expect

import gradviz as gv
from gradviz.figure.page.spans import places
from gradviz.scene.words import steps

pytestmark = pytest.mark.long

READ = """() => {
    const svg = document.querySelector(".gv-stage svg.gradviz");
    const all = (kind) => Array.from(svg.querySelectorAll(`g.${kind}`));
    const text = (g, kind) => g.querySelector(`:scope > text.${kind}`)?.textContent;
    return {
        cards: all("gv-node").map((g) => [text(g, "gv-value"), text(g, "gv-tangent")]),
        labels: all("gv-label").map((g) => [text(g, "gv-local"), text(g, "gv-push")]),
        full: [...all("gv-node"), ...all("gv-edge")].map(({ dataset: { tangent, push } }) => (
            tangent ?? push)),
        left: svg.querySelectorAll("[data-adjoint], [data-flow], .gv-adjoint, .gv-back").length,
        words: document.querySelector(".gv-words .gv-spoken")?.textContent ?? "",
    };
}"""


@pytest.fixture
def visit(browser, tmp_path):
    with opening(browser, viewport={"width": 1280, "height": 1000}) as opened:

        def visit_(saved, **options):
            page = opened(saved.save(tmp_path / "x.html").as_uri(), **options)
            page.locator(".gv-stage svg.gradviz").wait_for()
            return page

        yield visit_


def check(page, figure):
    """What is seen of a figure in forward mode is what gradviz paints of it."""
    seen, scene = page.evaluate(READ), figure.scene
    assert seen["left"] == 0
    assert seen["cards"] == [[card.value.short, card.adjoint.short] for card in scene.cards]
    roles = [{text.role: text.words for text in label.texts} for label in scene.labels]
    assert seen["labels"] == [[of["local"], of["push"]] for of in roles]
    wanted = [*(card.adjoint.full for card in scene.cards), *(w.flow.full for w in scene.wires)]
    for one, other in zip(seen["full"], wanted, strict=True):
        assert near(one, other)
    assert seen["words"] == scene.event


def turn(page, wrt):
    page.locator(".gv-way").nth(1).click()
    page.locator(".gv-wrt").select_option(wrt)


def test_the_switch_the_sliders_and_the_steps(visit):
    explorer = gv.explore(circuit, INPUTS)
    page = visit(explorer)
    expect(page.locator(".gv-says")).to_have_text("one output: what every input does to circuit")
    turn(page, "x1")
    expect(page.locator(".gv-says")).to_have_text("one input: what x1 does to every node")
    explorer.view.wrt = {"x1": 1.0}
    soon(page, check, page, explorer.view.figure)
    track = page.locator(".gv-track-of-input").nth(2)
    track.evaluate(
        "(track) => { track.value = 130; track.dispatchEvent(new Event('input', {bubbles: true})) }"
    )
    explorer.update(w1=places(explorer.view._spans["w1"])[130])
    soon(page, check, page, explorer.view.figure)
    figure = explorer.view.figure
    page.locator("#n6").click()
    expect(page.locator(".gv-why")).to_contain_text("tangent")
    expect(page.locator(".gv-why .gv-ghost")).to_have_count(0)
    page.keyboard.press("Home")
    for step in range(steps.last(figure.graph) + 1):
        soon(page, check, page, figure.at(step))
        page.keyboard.press(".")
    page.locator(".gv-way").first.click()
    expect(page.locator(".gv-stage [data-tangent], .gv-stage [data-push]")).to_have_count(0)
    expect(page.locator("#n0 .gv-adjoint")).not_to_be_empty()


def test_a_direction(visit):
    explorer = gv.explore(lambda x, y: x * y + x, x=2.0, y=3.0)
    page = visit(explorer)
    turn(page, "+")
    speed = page.get_by_label("how fast y moves")
    speed.press("Control+a")
    speed.press_sequentially("-0.5")  # Firefox takes only what is typed for a change
    speed.press("Enter")
    explorer.view.wrt = {"x": 1.0, "y": -0.5}
    soon(page, check, page, explorer.view.figure)
    expect(page.locator(".gv-says")).to_contain_text("these inputs together")


def test_saved_in_forward_mode_with_a_closed_block(visit):
    inputs = {"w0": 1.0, "w1": -2.0, "x": 0.5, "b": 0.1}
    explorer = gv.explore(
        nested, inputs, collapse=["sigmoid"], mode="forward", wrt="w0", code=True, step=3
    )
    page = visit(explorer)
    soon(page, check, page, explorer.view.figure)
    expect(page.locator(".gv-code")).to_contain_text("tan_w0 = 1.0")
    blocks = page.locator(".gv-node[data-block]")
    for closed in (2, 1):  # opened, they are in forward mode still
        expect(blocks).to_have_count(closed)
        blocks.locator(".gv-head").first.click()
    explorer.view.closed = []
    soon(page, check, page, explorer.view.figure)
    turn(page, "b")
    expect(page.locator(".gv-code")).to_contain_text("open the notebook")


# by how much the only number of a label that is shown stands out of the middle of its gap
ASIDE = """() => Array.from(document.querySelectorAll(".gv-tight .gv-trivial"), (label) => {
    const [text, gap] = ["text:not(.gv-local)", ".gv-gap"].map((part) => (
        label.querySelector(part).getBoundingClientRect()));
    return Math.abs(text.top + text.bottom - gap.top - gap.bottom) / 2;
})"""


def check_centred(page):
    aside = page.evaluate(ASIDE)
    assert len(aside) >= 4 and max(aside) < 3


@only_chromium
def test_what_stands_alone_on_a_wire_stands_on_it(visit):
    page = visit(gv.explore(circuit, INPUTS), viewport={"width": 800, "height": 900})
    soon(page, check_centred, page)
    turn(page, "w0")
    soon(page, check_centred, page)


@only_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1400])
def test_everybody_can_turn(visit, width, scheme):
    page = visit(
        gv.explore(circuit, INPUTS, mode="forward", wrt="w0"),
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    if width == 390:
        for part in page.locator(".gv-way, .gv-wrt").all():
            assert part.bounding_box()["height"] >= 44
    page.locator(".gv-way").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".gv-says")).to_contain_text("one output")
