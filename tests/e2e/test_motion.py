"""What moves while steps are taken, and an order of one's own, in a real browser."""

import re

import pytest
from browser import soon
from circuit import INPUTS, circuit
from page import page_of
from playwright.sync_api import expect

import gradviz as gv

MOVING = "document.querySelectorAll('.gv-motion > g > *').length"
PLAYS = """async ([plays]) => {
    const { player, moves } = window.view;
    const paint = () => {
        cancelAnimationFrame(view.frame);
        view.nextFrame();
    };
    for (let play = 0; play < plays; play++) {
        player.jump(0);
        paint();
        for (let step = 0; step < player.last; step++) {
            moves.beat = 200;
            view.store.tell({ step: step + 1 });
            paint();
            window.most = Math.max(window.most ?? 0, moves.motion.tracks.length);
        }
        await new Promise((done) => setTimeout(done));
    }
    player.jump(null);
    paint();
}"""

FOLDED = """(pressed) => new Promise((done) => {
    document.querySelector(pressed).dispatchEvent(new MouseEvent("click", { bubbles: true }));
    requestAnimationFrame(() => requestAnimationFrame(() => done(
        document.querySelectorAll("svg.gradviz [opacity]").length,
    )));
})"""


def twice(x, y, z):
    s = x + y
    return s * z + s * s


def shared(x, y):
    """What x hands on is 12 and then 36: 12 by one gate, 24 by the other."""
    z = x + y
    return 12 * z + z * 24


@pytest.fixture
def show(browser):
    """Show a view on a page of its own, on which things move."""
    pages = []

    def show_(view, **options):
        page = browser.new_page(**{"reduced_motion": "no-preference", **options})
        pages.append(page)
        page.set_content(page_of(view))
        page.locator("svg.gradviz[aria-label]").wait_for()
        return page

    yield show_
    for page in pages:
        page.close()


@pytest.mark.long
def test_a_gradient_is_seen_to_add_up(show):
    graph = gv.trace(shared, x=1.0, y=2.0)
    z = next(node for node in graph.nodes if node.name == "z")
    first, second = (edge.index for edge in graph.edges if edge.source is z)
    backward = [("backward", second), ("backward", first)]
    view = gv.View(graph)
    steps = [tuple(step) for step in view.structure["steps"]]
    last = max(map(steps.index, backward))
    view.step = last - 1
    page = show(view)
    card = page.locator(f"#n{z.index}")
    before = float(card.get_attribute("data-adjoint"))
    seen = page.evaluate(
        """async (id) => {
            const seen = [];
            const note = () => seen.push([
                document.querySelector(id).dataset.adjoint,
                Array.from(document.querySelectorAll(".gv-chip"), (chip) => chip.textContent),
                document.querySelectorAll(".gv-motion > g > *").length,
            ]);
            document.querySelector(".gv-forward").click();
            await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
            note();
            await new Promise((done) => setTimeout(done, 1500));
            note();
            return seen;
        }""",
        f"#n{z.index}",
    )
    (at_first, chips, moving), at_last = seen
    flow = 36 - before
    assert sorted([before, flow]) == [12, 24]
    assert float(at_first) == 36
    assert chips == ["1", f"1 · {flow:g}", f"{flow:g}", f"{before:g} + {flow:g}"]
    assert moving > 4
    assert at_last == ["36", [], 0]


@pytest.mark.long
@pytest.mark.parametrize("wrt", [None, "x"])
def test_playing_goes_through_all_and_leaves_nothing(show, wrt):
    page = show(gv.View(gv.trace(twice, x=1.0, y=2.0, z=4.0), wrt=wrt))
    page.get_by_label("speed").select_option("2")
    page.locator(".gv-play").click()
    page.wait_for_function(f"{MOVING} > 3")
    page.locator(".gv-count", has_text=re.compile("step 13 of 13")).wait_for()
    soon(page, lambda: expect(page.locator(".gv-motion > g > *")).to_have_count(0))
    assert page.locator("svg.gradviz [opacity], svg.gradviz [stroke-dashoffset]").count() == 0


@pytest.mark.long
def test_who_wants_nothing_to_move_sees_the_steps_alone(show):
    page = show(gv.View(gv.trace(twice, x=1.0, y=2.0, z=4.0), step=0), reduced_motion="reduce")
    for step in range(1, 8):
        page.locator(".gv-forward").click()
        page.locator(".gv-count", has_text=f"step {step} of").wait_for()
        assert page.evaluate(MOVING) == page.locator(".gv-motion").count() == 0


@pytest.mark.long
def test_a_block_folds_and_unfolds(browser, tmp_path):
    figure = gv.draw(gv.trace(circuit, INPUTS))
    figure.save(tmp_path / "circuit.html")
    page = browser.new_page(reduced_motion="no-preference")
    page.goto((tmp_path / "circuit.html").as_uri())
    names = "Array.from(document.querySelectorAll('.gv-node'), (g) => g.getBoundingClientRect().x)"
    before = page.evaluate(names)
    for pressed in (".gv-block > text", ".gv-node[data-block] .gv-head"):
        assert page.evaluate(FOLDED, pressed) > 3
        left = page.locator(".gv-motion > g > *, svg.gradviz [opacity]")
        soon(page, lambda left=left: expect(left).to_have_count(0))
    assert page.evaluate(names) == before
    page.close()


@pytest.mark.long
@pytest.mark.parametrize("plays", [10, 1000])
def test_plays_leave_nothing_behind(launch, plays):
    browser = launch("--js-flags=--no-opt --no-sparkplug --no-maglev")
    page = browser.new_page(reduced_motion="no-preference")
    html = page_of(gv.View(gv.trace(lambda x, y: x * y + x, x=1.0, y=2.0)))
    # the view is not the page's to see: it is caught as it is made
    page.set_content(html.replace("const view = new View(", "const view = window.view = new View("))
    page.wait_for_function("window.view")
    if plays > 100:  # most of the time would go into layout
        page.evaluate("document.body.hidden = true")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def left():
        session.send("HeapProfiler.collectGarbage")
        metrics = {
            metric["name"]: metric["value"]
            for metric in session.send("Performance.getMetrics")["metrics"]
        }
        return page.evaluate(MOVING), metrics["Nodes"], metrics["JSEventListeners"]

    page.evaluate(PLAYS, [5])
    assert page.evaluate("window.most") > 4
    moving, nodes, listeners = min(left() for _ in range(5))
    assert moving == 0
    page.evaluate(PLAYS, [plays])

    def check_left():  # a collection may leave a few for the next one
        assert left() == (0, nodes, listeners)

    soon(page, check_left)
    browser.close()


@pytest.mark.long
def test_a_wrong_order_in_a_saved_page(browser, tmp_path):
    graph = gv.trace(twice, x=1.0, y=2.0, z=4.0)
    gv.draw(graph).save(tmp_path / "twice.html")
    page = browser.new_page()
    page.goto((tmp_path / "twice.html").as_uri())
    page.get_by_role("button", name="choose the order").click()
    s, times, squared, f = (node.index for node in graph.operations)
    for gate in (f, times, s):
        page.locator(f"#n{gate}").click()
    words = page.locator(".gv-words")
    expect(words).to_have_text(
        "Too early: s handed on 4 and should have handed on 10. "
        "Not counted yet: what comes back from × (3·3 = 9)."
    )
    expect(page.locator(".gv-marks")).to_have_text("handed on 4, not 10")
    missing = [edge.index for edge in graph.edges if edge.target.index == squared]
    for edge in missing:
        expect(page.locator(f"#e{edge}")).to_have_class(re.compile("gv-missing"))
    page.locator(f"#n{squared}").press("Enter")
    expect(words).to_contain_text("∂twice/∂x is 4, not 10; ∂twice/∂y is 4, not 10")
    page.get_by_role("button", name="start over").click()
    for gate in (f, squared, times, s):
        page.locator(f"#n{gate}").press(" ")
    expect(words).to_have_text("All gates have gone back, and every gradient is right.")
    grads = page.locator("#n0, #n1, #n2").evaluate_all("(all) => all.map((g) => g.dataset.adjoint)")
    assert [*map(float, grads)] == [*graph.example.grads.values()]
    page.close()
