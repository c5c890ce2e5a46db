"""Live plots in saved pages, from a file, without Python and without a network: at every place of
every slider what moves is where Python puts it, and what is said is what Python says.
"""

import math

import numpy as np
import pytest
from alone import opening
from axe_playwright_python.sync_playwright import Axe
from browser import only_chromium, soon
from lengths import short
from playwright.sync_api import expect

import gradviz as gv
from gradviz.live.sliders import tracks

SEEN = """() => {
    const svg = document.querySelector(".gv-plot > svg");
    const marks = {};
    for (const mark of svg.querySelectorAll("[data-mark]")) {
        marks[mark.dataset.mark] = {
            at: mark.dataset.at ?? mark.textContent,
            line: mark.querySelector("svg path")?.getAttribute("d"),
            dots: mark.querySelector(":scope > path")?.getAttribute("d"),
        };
    }
    const said = (kind) => document.querySelector(kind).textContent;
    return {
        marks,
        text: svg.getAttribute("aria-label"),
        title: said(".gv-plot-title"),
        message: said(".gv-message"),
        readout: Array.from(document.querySelectorAll(".gv-readout"), ({ value }) => value),
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
        seen.push(({SEEN})());
    }}
    return seen;
}}"""


@gv.primitive
def soft(t):
    return math.log1p(math.exp(t))


soft.derivative(lambda t, out: 1 / (1 + math.exp(-t)))


def cubic(x):
    return x * x * x - 2 * x


def decided(x):
    """A function that decides."""
    return x * x if x > 1 else np.sin(x)


PLOTTED = {
    "tangent": lambda: gv.plot.tangent(np.sin, at=(-6, 6)),
    "secants": lambda: gv.plot.secants(cubic, at=(-2, 2), h=(0.01, 2.0)),
    "error": lambda: gv.plot.difference_error(cubic, at=(-2, 2)),
    "descent": lambda: gv.plot.descent(lambda x: x**4, start=(-2, 2), rate=(0.001, 0.05)),
    "layers": lambda: gv.plot.layers(
        lambda scale: {"a": [[scale**3], [scale]], "b": [[scale], [1.0]]}, scale=(0.1, 1.0)
    ),
    "decisions": lambda: gv.plot.tangent(decided, at=(-3, 3)),
    "own gate": lambda: gv.plot.secants(soft, at=(-3, 3), h=1.0),
}
FEW = 20  # places of a slider that the README's command tries


@pytest.fixture
def visit(browser, tmp_path):
    """Open a saved page. Whatever it asks for beside itself, or complains of, is a failure."""
    with opening(browser, viewport={"width": 1000, "height": 700}) as opened:

        def visit_(saved, **options):
            page = opened(saved.save(tmp_path / "plot.html").as_uri(), **options)
            page.locator(".gv-plot [data-mark]").first.wait_for(state="attached")
            return page

        yield visit_


def check(seen, plot):
    """What is seen is what Python shows, and stands where matplotlib would put it."""
    shown = plot.subject.shown(*plot._there)
    assert seen["text"].split() == shown.text.split()
    assert (seen["title"], seen["message"]) == (shown.title, "")
    frame = plot._drawing.given["frames"][0]
    for mark in plot.subject.marks:
        at, there = seen["marks"][mark.name], shown.marks[mark.name]
        if mark.kind == "words":
            assert at["at"] == there
            continue
        numbers = [float(each) for each in at["at"].split()]
        # of the errors themselves the last digits are rounding, and that of the math library
        np.testing.assert_allclose(numbers, np.ravel(there), rtol=1e-9, atol=1e-12)
        if mark.kind == "line":
            check_line(at["line"], frame, there)
            continue
        spots = [spot(frame, point) for point in there]
        dots = [each.split() for each in (at["dots"] or "").replace("h0", "").split("M")[1:]]
        kept = [each for each in spots if is_within(frame, each)]
        if mark.size and mark.marker == "o":
            np.testing.assert_allclose(np.array(dots, float).reshape(-1, 2), kept or [], atol=2e-3)
        if mark.kept:
            assert len(kept) == sum(np.isfinite(each).all() for each in there)


def check_line(way, frame, there):
    """A line goes through its point with its slope."""
    if not np.isfinite(there).all():
        assert way == ""
        return
    (x, y), slope = spot(frame, there[:2]), there[2] * frame["y"]["scale"] / frame["x"]["scale"]
    ends = np.array([each.split() for each in way.removeprefix("M").split("L")], float)
    for right, down in ends:
        across = abs((down - y) - slope * (right - x)) / math.hypot(1, slope)
        assert across < 2e-3


def spot(frame, point):
    with np.errstate(all="ignore"):
        return [
            (np.log10(number) if axis["is_log"] else number) * axis["scale"] + axis["start"]
            for number, axis in zip(point, (frame["x"], frame["y"]))
        ]


def is_within(frame, point):
    left, top, width, height = frame["box"]
    x, y = point
    return left - 0.01 < x < left + width + 0.01 and top - 0.01 < y < top + height + 0.01


def check_moves(page, plot, most=None):
    for count, track in enumerate(tracks(plot.sliders)):
        here = plot.values
        places = range(0, len(track.places), max(1, len(track.places) // (most or 200)))
        moved = page.evaluate(MOVE, [count, [*places]])
        for place, seen in zip(places, moved, strict=True):
            plot.update(**{**here, track.name: track.places[place]})
            assert seen["readout"][count] == gv.numerals.numeral(track.places[place])
            check(seen, plot)
        back = np.abs(np.array(track.places) - here[track.name]).argmin()
        page.evaluate(MOVE, [count, [int(back)]])
        plot.update(**{**here, track.name: track.places[back]})


@pytest.mark.parametrize("name", short(1, PLOTTED))
def test_moves_show_what_python_shows(visit, name):
    plot = PLOTTED[name]()
    given = plot._drawing.given
    check_moves(visit(plot), plot, FEW)
    assert plot._drawing.given is given  # no other axes


@pytest.mark.long
@pytest.mark.parametrize("name", PLOTTED)
def test_every_place(visit, name):
    plot = PLOTTED[name]()
    check_moves(visit(plot), plot)


@pytest.mark.long
def test_the_page_is_strict(tmp_path):
    page = PLOTTED["tangent"]().save(tmp_path / "plot.html").read_text(encoding="utf-8")
    (policy,) = [each for each in page.splitlines() if "Content-Security-Policy" in each]
    assert "default-src 'none'" in policy and "script-src 'sha256-" in policy
    assert "unsafe-eval" not in policy and "http:" not in policy.replace("http-equiv", "")


@only_chromium
@pytest.mark.parametrize("scheme", short(0, ["light", "dark"]))
def test_nothing_is_to_be_mended(visit, scheme):
    def check_axe(page):
        found = Axe().run(page).response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []

    for name in PLOTTED:
        soon(None, check_axe, visit(PLOTTED[name](), color_scheme=scheme))


@only_chromium
@pytest.mark.long
def test_on_a_phone(visit):
    plot = PLOTTED["secants"]()
    page = visit(plot, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect(page.locator(".gv-plot > svg")).to_have_attribute("viewBox", "0 0 266.4 442.8")
    size = """() => document.querySelector(".gv-plot > svg text").getBoundingClientRect().height"""
    assert page.evaluate(size) > 12  # pixels: it is not shrunk
    small = """() => Array.from(document.querySelectorAll("input, button"), (each) => (
        each.getBoundingClientRect().height
    )).filter((height) => height > 0 && height < 44)"""
    assert page.evaluate(small) == []


@only_chromium
@pytest.mark.long
def test_without_scripts_it_is_the_still_page(browser, tmp_path):
    page = browser.new_page(java_script_enabled=False)
    page.goto(PLOTTED["error"]().save(tmp_path / "plot.html").as_uri())
    expect(page.locator("figure svg")).to_be_visible()
    expect(page.locator("pre")).to_contain_text("quotient")
    expect(page.get_by_text("still figure")).to_be_visible()
    page.close()


@pytest.mark.long
@only_chromium
def test_points_are_dragged_along_the_curve_and_by_keys(visit):
    plot = PLOTTED["secants"]()
    page = visit(plot, reduced_motion="no-preference")
    grips = page.locator(".gv-grip")
    expect(grips).to_have_count(2)
    at = page.get_by_role("slider", name="at, on the curve")
    box = at.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    frame = plot._drawing.given["frames"][0]
    pixels = page.locator(".gv-plot > svg").bounding_box()["width"] / frame["size"][0]
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + pixels * frame["x"]["scale"], middle[1] + 90, steps=5)
    page.mouse.up()
    expect(page.locator(".gv-readout").first).to_have_value("1")  # from 0
    page.keyboard.press("ArrowRight")
    page.keyboard.press("PageDown")
    expect(page.locator(".gv-readout").first).to_have_value("0.82")  # of two hundred places
    plot.update(at=0.82, h=2.0)
    expect(page.locator(".gv-plot-title")).to_have_text(plot.text)
    page.get_by_role("button", name="let h shrink").click()
    expect(page.locator(".gv-readout").nth(1)).to_have_value("0.01")
    plot.update(h=0.01)
    expect(page.locator(".gv-plot-title")).to_have_text(plot.text)
    lens = page.locator(".gv-lens")
    slope = gv.jvp(cubic, (0.82,), (1.0,))[1]
    up = (cubic(0.83) - cubic(0.82)) * frame["y"]["scale"]
    apart = math.hypot(0.01 * frame["x"]["scale"], up)
    zoom = 1.15 * frame["lens"][2] / apart
    assert float(lens.get_attribute("data-zoom")) == pytest.approx(zoom)
    assert plot.text.endswith(f"= {gv.numerals.numeral(slope + 3 * 0.82 * 0.01 + 1e-4, 6)}")
