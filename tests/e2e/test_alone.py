"""Saved pages, from a file, without Python and without a network: every number at every place of
every slider is Python's, and whatever answers in a notebook answers here.
"""

import math

import numpy as np
import pytest
from alone import near, opening
from axe_playwright_python.sync_playwright import Axe
from browser import only_chromium, soon
from circuit import INPUTS, circuit
from gallery import SMALL_LAYER, nested
from lengths import short
from playwright.sync_api import expect

import gradviz as gv
from gradviz.figure.page.spans import places
from gradviz.scene.numbers import shown

READ = """() => {
    const svg = document.querySelector(".gv-stage svg.gradviz");
    const texts = (group, kinds) => kinds.map((kind) => group.querySelector(kind).textContent);
    const all = (kind) => Array.from(svg.querySelectorAll(`g.${kind}`));
    return {
        full: all("gv-node").map((g) => [g.dataset.value, g.dataset.adjoint]),
        edges: all("gv-edge").map((g) => [g.dataset.local, g.dataset.flow]),
        cards: all("gv-node").map((g) => texts(g, [".gv-value", ".gv-adjoint"])),
        labels: all("gv-label").map((g) => texts(g, [".gv-local", ".gv-back"])),
    };
}"""
MOVE = f"""async ([slider, places]) => {{
    const track = document.querySelectorAll(".gv-track-of-input")[slider];
    const seen = [];
    for (const place of places) {{
        track.value = place;
        track.dispatchEvent(new Event("input", {{ bubbles: true }}));
        for (let frame = 0; frame < 2; frame++)
            await new Promise((done) => requestAnimationFrame(done));
        seen.push([track.getAttribute("aria-valuetext"), ({READ})()]);
    }}
    return seen;
}}"""
SPOTS = np.linspace(-1.0, 2.0, 30)


def curve(a, b):
    """A function with an array inside."""
    z = np.tanh(a * SPOTS + b)
    return np.mean(z * z) + z[3]


def layered(k, w, x, b):
    """A function of arrays and of one number."""
    h = np.tanh(w @ x * k + b)
    return np.sum(h**2)


def decided(x, y):
    """A function that decides, twice."""
    z = x * y if x > y else x + y * y
    return z * 2 if z > 1 else -z


@gv.primitive
def soft(t):
    return math.log1p(math.exp(t))


soft.derivative(lambda t, out: 1 / (1 + math.exp(-t)))


def with_own_gate(x, y):
    return soft(x) * y


EXPLORED = {
    "circuit": lambda: gv.explore(circuit, INPUTS),
    "array inside": lambda: gv.explore(curve, a=(-2, 2), b=0.5),
    "arrays": lambda: gv.explore(layered, k=1.0, **SMALL_LAYER),
    "blocks": lambda: gv.explore(nested, w0=1.0, w1=-2.0, x=0.5, b=0.1, collapse=["sigmoid"]),
    "decisions": lambda: gv.explore(decided, x=(-2, 2), y=(-1, 3)),
    "own gate": lambda: gv.explore(with_own_gate, x=(-3, 3), y=2.0),
}


@pytest.fixture
def visit(browser, tmp_path):
    """Open a saved page. Whatever it asks for beside itself, or complains of, is a failure."""
    with opening(browser, viewport={"width": 1280, "height": 1400}) as opened:

        def visit_(saved, name="x.html", **options):
            page = opened(saved.save(tmp_path / name).as_uri(), **options)
            page.locator(".gv-stage svg.gradviz, .gv-runner .gv-mini").first.wait_for()
            return page

        yield visit_


def check(seen, run):
    """What is seen of a run is what gradviz paints of it."""
    scene = gv.draw(run).scene
    assert seen["cards"] == [
        [shown(value), shown(adjoint, shape=False)]
        for value, adjoint in zip(run.primals.values(), run.adjoints.values())
    ]
    roles = [{text.role: text.words for text in label.texts} for label in scene.labels]
    assert seen["labels"] == [[of.get("local", ""), of.get("back", "")] for of in roles]
    pairs = [(card.value.full, card.adjoint.full) for card in scene.cards]
    for (value, adjoint), (one, other) in zip(seen["full"], pairs, strict=True):
        assert near(value, one) and near(adjoint, other)


def check_moves(page, explorer):
    """Each slider is moved through its places, the others staying where they are."""
    view = explorer.view
    for count, (name, span) in enumerate(view._spans.items()):
        all_places = places(span)
        here = explorer.run.inputs
        moved = page.evaluate(MOVE, [count, [*range(len(all_places))]])
        for place, (text, seen) in zip(all_places, moved, strict=True):
            explorer.update(**{**here, name: place})
            assert text == gv.numerals.numeral(place)
            check(seen, explorer.run)
        back = min(range(len(all_places)), key=lambda at: abs(all_places[at] - here[name]))
        page.evaluate(MOVE, [count, [back]])
        explorer.update(**{**here, name: all_places[back]})


@pytest.mark.long
@pytest.mark.parametrize("name", EXPLORED)
def test_moves_give_what_python_gives(visit, name):
    explorer = EXPLORED[name]()
    check_moves(visit(explorer), explorer)


# What else answers


def test_steps_reasons_hands_and_code(visit):
    explorer = gv.explore(circuit, INPUTS)
    page = visit(explorer)
    page.locator(".gv-button").first.click()  # to the first step
    expect(page.locator(".gv-count")).to_have_text("step 0 of 21")
    expect(page.locator(".gv-words")).to_contain_text("given")
    page.locator("#n0").click()
    page.keyboard.press("End")
    reasons = page.locator(".gv-why")
    expect(reasons).to_contain_text("without calculus")
    nudge = gv.draw(explorer.run).explain("w0", detail="full").rpartition("\n")[2]
    expect(reasons.locator(".gv-ghost")).to_contain_text(nudge.partition(" = ")[2])
    page.locator("#n0").press("ArrowUp")
    explorer.update(w0=2.05)
    soon(page, lambda: check(page.evaluate(READ), explorer.run))
    expect(page.locator(".gv-readout").first).to_have_value("2.05")
    page.locator("#n0").press("Enter")
    page.locator(".gv-editor").fill("0.5")
    page.locator(".gv-editor").press("Enter")
    explorer.update(w0=0.5)
    soon(page, lambda: check(page.evaluate(READ), explorer.run))
    page.locator(".gv-opener").click()
    expect(page.locator(".gv-code")).to_contain_text("def circuit(w0, x0, w1, x1, w2):")
    expect(page.locator(".gv-notice")).to_have_text("")


@pytest.mark.long
def test_every_nudge_is_pythons(visit):
    for function, inputs in ((circuit, INPUTS), (curve, {"a": 0.7, "b": 0.5})):
        figure = gv.draw(gv.trace(function, inputs))
        page = visit(figure, f"{function.__name__}.html")
        for node in figure.graph.nodes[:-1]:
            if node.label == "v7":  # an element, which has no place of its own in the program
                continue
            page.evaluate("(id) => document.getElementById(id).focus()", f"n{node.index}")
            lines = figure.explain(node.label, detail="full").splitlines()
            said = next(line for line in lines if line.startswith("nudging "))
            shown = page.locator(".gv-ghost").filter(has_text="nudging")
            expect(shown).to_contain_text(said.rpartition(" = ")[2])
            expect(page.locator(".gv-disagrees")).to_have_count(0)


@pytest.mark.long
def test_numbers_are_typed_beside_the_track(visit):
    explorer = gv.explore(circuit, INPUTS)
    page = visit(explorer)
    number = page.locator(".gv-readout").nth(1)
    number.fill("-17.25")
    number.press("Enter")
    explorer.update(x0=-17.25)
    soon(page, lambda: check(page.evaluate(READ), explorer.run))
    number.press("ArrowUp")
    explorer.update(x0=-17.23)
    soon(page, lambda: check(page.evaluate(READ), explorer.run))
    number.fill("nonsense")
    number.press("Enter")
    expect(number).to_have_value("-17.23")
    number.fill("inf")
    page.locator("h1").click()
    expect(number).to_have_value("∞")
    track = page.locator(".gv-track-of-input").nth(1)
    track.press("ArrowLeft")
    explorer.update(x0=0.98)
    soon(page, lambda: check(page.evaluate(READ), explorer.run))


@pytest.mark.long
def test_blocks_open_and_close(visit):
    explorer = gv.explore(nested, w0=1.0, w1=-2.0, x=0.5, b=0.1)
    page = visit(explorer)
    assert not page.locator(".gv-fixed").count()
    for block in (1, 0, 2, 0, 2, 1, 3, 2):  # the first and the third hold the others
        page.evaluate(
            """(block) => document.querySelector(
                `.gv-block[data-block="${block}"] > text, .gv-node[data-block="${block}"] .gv-head`
            ).dispatchEvent(new MouseEvent("click", { bubbles: true }))""",
            block,
        )
        closed = {*explorer.view.closed} ^ {block}
        explorer.view.closed = sorted(closed)
        soon(page, lambda: check(page.evaluate(READ), explorer.run))
        page.locator(".gv-readout").nth(2).press("ArrowUp")
        explorer.update(x=float(page.locator(".gv-readout").nth(2).input_value()))
        soon(page, lambda: check(page.evaluate(READ), explorer.run))


def many_blocks(x):
    for _ in range(6):
        x = nested(x, x, x, 0.1)
    return x


@pytest.mark.long
def test_what_is_not_held_is_greyed_and_said(visit):
    page = visit(gv.draw(gv.trace(many_blocks, x=0.5), collapse=True))
    assert not page.locator(".gv-fixed").count()
    page.locator(".gv-node[data-block] .gv-head").last.dispatch_event("click")
    soon(page, lambda: expect(page.locator(".gv-fixed")).not_to_have_count(0, timeout=100))
    blocks = page.locator(".gv-block").count()
    page.locator(".gv-fixed .gv-head").first.dispatch_event("click")
    expect(page.locator(".gv-message")).to_contain_text("open the notebook")
    assert page.locator(".gv-block").count() == blocks


@pytest.mark.long
def test_a_branch_that_is_not_held_is_said(visit):
    view = gv.explore(decided, x=(-2, 2), y=(-1, 3)).view
    view.hands = {"x": (view.hands or {})["x"]}  # where y leads is not tried
    page = visit(view)
    page.locator("#n1").press("Enter")
    page.locator(".gv-editor").fill("-30")
    page.locator(".gv-editor").press("Enter")
    expect(page.locator(".gv-message")).to_contain_text("another branch")
    expect(page.locator(".gv-stage")).to_have_class("gv-stage gv-old")
    page.locator(".gv-track-of-input").press("Home")
    page.locator("#n1").press("Enter")
    page.locator(".gv-editor").fill("1")
    page.locator(".gv-editor").press("Enter")
    expect(page.locator(".gv-message")).to_have_text("")
    expect(page.locator(".gv-stage")).to_have_class("gv-stage")


@pytest.mark.long
def test_where_the_page_can_not_work_it_out_one_slider_moves(visit):
    explorer = EXPLORED["own gate"]()
    page = visit(explorer)
    expect(page.locator(".gv-alone-note")).to_contain_text("holds them along each slider")
    page.locator(".gv-track-of-input").nth(0).press("End")
    expect(page.locator(".gv-readout").nth(0)).to_have_value("3")
    page.locator(".gv-track-of-input").nth(1).press("End")
    expect(page.locator(".gv-readout").nth(0)).to_have_value("0")
    explorer.update(x=0.0, y=6.0)
    soon(page, lambda: check(page.evaluate(READ), explorer.run))


@pytest.mark.long
def test_a_figure_of_what_was_computed_stands_still(visit):
    x = gv.Variable(2.0, name="x")
    y = x * x
    y.backward()
    page = visit(gv.draw(y))
    expect(page.locator(".gv-alone-note")).to_contain_text("where Python runs")
    expect(page.locator(".gv-ranges")).to_be_hidden()
    page.locator("#n0").press("ArrowUp")
    expect(page.locator(".gv-message")).to_contain_text("where Python runs")
    check(page.evaluate(READ), y._run_())


@pytest.mark.long
def test_single_elements(visit):
    figure = gv.draw(gv.trace(curve, a=0.7, b=0.5))
    page = visit(figure)
    label = figure.graph.nodes[3].label
    page.evaluate("document.getElementById('n3').focus()")
    index = page.locator(".gv-index")
    for asked in ("17", "-2", "99", "1, 1"):
        index.fill("")
        index.press_sequentially(asked)  # Firefox tells of a change only if a hand made it
        index.press("Enter")
        for line in figure.explain(f"{label}[{asked}]").split("\n"):
            expect(page.locator(".gv-lines")).to_contain_text(line.rpartition(" = ")[2])


@pytest.mark.long
def test_a_race(visit):
    page = visit(gv.race(circuit, INPUTS))
    for _ in range(30):
        page.locator(".gv-button").nth(2).click()
    finished = page.locator(".gv-runner.gv-finished")
    soon(page, lambda: expect(finished).to_have_count(1, timeout=100))
    expect(page.locator(".gv-spoken")).to_have_text("")


# For every eye, ear and hand


def check_axe(page):
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


@only_chromium
@pytest.mark.parametrize("scheme", short(0, ["light", "dark"]))
def test_nothing_is_to_be_mended(visit, scheme):
    for name in ("circuit", "own gate"):
        page = visit(EXPLORED[name](), f"{name}.html", color_scheme=scheme)
        page.locator("#n0").focus()
        soon(page, check_axe, page)
    soon(page, check_axe, visit(gv.race(circuit, INPUTS), "race.html", color_scheme=scheme))


@pytest.mark.long
@only_chromium
def test_on_a_phone(visit):
    page = visit(
        gv.explore(circuit, INPUTS),
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    small = """() => Array.from(document.querySelectorAll("input, button"), (each) => (
        [each.className, each.getBoundingClientRect().height]
    )).filter(([, height]) => height > 0 && height < 44)"""
    assert page.evaluate(small) == []
    before = page.locator(".gv-readout").first.input_value()
    box = page.locator(".gv-track-of-input").first.bounding_box()
    page.touchscreen.tap(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2)
    expect(page.locator(".gv-readout").first).not_to_have_value(before)


@only_chromium
def test_without_scripts_it_is_the_still_page(browser, tmp_path):
    explorer = gv.explore(circuit, INPUTS)
    page = browser.new_page(java_script_enabled=False)
    page.goto(explorer.save(tmp_path / "x.html").as_uri())
    expect(page.locator("figure svg")).to_be_visible()
    expect(page.locator("table")).to_be_visible()
    expect(page.get_by_text("still figure")).to_be_visible()
    page.close()
