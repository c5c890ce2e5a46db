"""The live view on a page without a kernel: light and dark, for every eye and every reader; and it
leaves nothing behind.
"""

import base64
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import only_chromium, soon
from circuit import INPUTS, circuit, sigmoid
from page import page_of
from playwright.sync_api import expect

import gradviz as gv

pytestmark = pytest.mark.long

CLEAR, WHITE, BLACK, EDITOR = (
    "rgba(0, 0, 0, 0)",
    "rgb(255, 255, 255)",
    "rgb(17, 17, 17)",
    "rgb(1, 2, 3)",
)
LOOKS = """() => {
    const style = (which) => getComputedStyle(document.querySelector(which));
    const cards = [".gradviz-view", "body > svg.gradviz"].map((which) => (
        style(`${which} .gv-node:not(.gv-lit) .gv-card`).fill
    ));
    const papers = [".gradviz-view", ".gradviz-explorer"].map((which) => (
        style(which).backgroundColor
    ));
    return [...cards, style(".label").color, ...papers];
}"""
DISPLAY = """async (times) => {
    for (let time = 0; time < times; time++) {
        const end = display();
        if (time % 10 === 0) {
            model.set("step", time % 6);
            document.querySelector("#n0").focus();
            document.activeElement.dispatchEvent(
                new KeyboardEvent("keydown", { key: "Enter", bubbles: true }),
            );
            document.querySelector(".gv-play").click();
            document.querySelector("#n1").dispatchEvent(
                new PointerEvent("pointerover", { bubbles: true }),
            );
            await new Promise((done) => requestAnimationFrame(done));
        }
        end();
    }
}"""
CONTRAST = """() => {
    const known = new Map();
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const channels = (colour) => { // of anything that CSS calls a colour
        if (!known.has(colour)) {
            canvas.clearRect(0, 0, 1, 1);
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
            const { data } = canvas.getImageData(0, 0, 1, 1);
            known.set(colour, Array.from(data, (channel) => channel / 255));
        }
        return known.get(colour);
    };
    const luminance = (colour) => {
        const [red, green, blue] = channels(colour).map((channel) => (
            channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
        ));
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const contrast = (...colours) => {
        const [dark, light] = colours.map(luminance).sort((one, other) => one - other);
        return (light + 0.05) / (dark + 0.05);
    };
    const isSVG = (element) => element instanceof SVGElement;
    const isText = (element) => ["text", "tspan"].includes(element.tagName);
    const surface = (element) => {
        if (!isSVG(element)) return getComputedStyle(element).backgroundColor;
        const isFilled = element instanceof SVGGeometryElement && !isText(element);
        return isFilled ? getComputedStyle(element).fill : "none";
    };
    const isSeen = (element) => (
        element.checkVisibility({ opacityProperty: true }) &&
        !element.closest(".gv-spoken, title, desc, :disabled")
    );
    const faint = [];
    const all = "svg.gradviz text, svg.gradviz tspan, .gradviz-view *";
    for (const element of document.querySelectorAll(all)) {
        const words = Array.from(element.childNodes).find((node) => (
            node.nodeType === Node.TEXT_NODE && node.nodeValue.trim()
        ));
        if ((!words && !element.matches("input[type=text]")) || !isSeen(element)) continue;
        const range = document.createRange();
        range.selectNodeContents(element);
        const box = (words ? range : element).getBoundingClientRect();
        const style = getComputedStyle(element);
        const beneath = document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        if (!beneath.some((other) => element.contains(other))) continue; // scrolled out of sight
        const paper = [...beneath, document.documentElement].map(surface).find((colour) => (
            colour !== "none" && channels(colour)[3] === 1
        )) ?? "Canvas";
        const hasEdge = isSVG(element) && style.stroke !== "none"; // around a label
        const papers = hasEdge ? [paper, style.stroke] : [paper];
        for (const under of papers) {
            const found = contrast(isSVG(element) ? style.fill : style.color, under);
            if (found < 4.5) faint.push([found.toFixed(2), element.outerHTML.slice(0, 90), under]);
        }
    }
    return faint;
}"""


@gv.primitive
def cube(x):
    return x**3


cube.derivative(lambda x, out: -3 * x * x)


def planted(w0, x0, w1, x1, w2):
    return cube(w0 * x0) + sigmoid(circuit(w0, x0, w1, x1, w2))


def view_of(function=planted, inputs=INPUTS, **traits):
    """A view, with its code, and with these traits set."""
    view = gv.View(gv.trace(function, inputs), code=True)
    for name, value in traits.items():
        setattr(view, name, value)
    return view


@pytest.fixture
def show(browser):
    """Show a view on a page of its own."""
    pages = []

    def show_(view, dark=False, **options):
        page = browser.new_page(viewport={"width": 1400, "height": 2400}, **options)
        pages.append(page)
        page.set_content(page_of(view, dark))
        page.locator(
            "svg.gradviz[aria-label]"
        ).wait_for()  # the last that is written when all is said
        return page

    yield show_
    for page in pages:
        page.close()


def check_axe(page):
    """axe-core finds nothing to be mended."""
    found = Axe().run(page, context=".gradviz-view").response["violations"]
    assert [
        (violation["id"], [node["html"] for node in violation["nodes"]]) for violation in found
    ] == []


def edit(page):
    page.locator("#n0").press("Enter")
    page.locator(".gv-editor").wait_for()


def hover(page):
    page.locator(".gv-line[tabindex]").nth(3).hover()


def set_to(name, value):
    """Let Python, as it were, set what the page shows."""
    return lambda page: page.evaluate(
        "([name, value]) => new Promise((done) => { model.set(name, value); "
        "requestAnimationFrame(done); })",
        [name, value],
    )


SCENES = {  # a view, and what is then done with it
    "closed, with an error": lambda: (
        view_of(closed=[0], step=12, selected="e4"),
        hover,
        set_to("message", "ValueError: <b>no</b>"),
    ),
    "steps and an editor": lambda: (
        view_of(selected="n0"),
        *(set_to("step", step) for step in range(0, 38, 6)),
        edit,
    ),
    "a map": lambda: (
        view_of(
            lambda x: np.mean(np.tanh(x * np.linspace(-1, 1, 60).reshape(5, 12))),
            {"x": 0.5},
            selected="n1",
        ),
        set_to("step", 4),
    ),
}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(
    "scene",
    SCENES,
)
def test_everybody_can_read_it(show, scene, dark):
    view, *acts = SCENES[scene]()
    page = show(view, dark)
    assert page.evaluate(CONTRAST) == []
    for act in acts:
        act(page)
        assert page.evaluate(CONTRAST) == []
    for width in (1400, 400):
        page.set_viewport_size({"width": width, "height": 2400})
        soon(page, check_axe, page)


def looks(scheme, paper):
    """What LOOKS finds: the colours of cards, live and static, and of a slider's label, and on what
    the view and the sliders stand.
    """
    card, ink = {
        "light": ("rgb(255, 255, 255)", "rgb(27, 39, 51)"),
        "dark": ("rgb(27, 33, 40)", "rgb(230, 237, 243)"),
    }[scheme]
    return [card, card, ink, paper, paper]


@pytest.fixture
def hosted(show):
    """Show a view as it stands in a notebook, below sliders, and a static figure with it, on a page
    that says nothing of itself.
    """

    def hosted_(view, **options):
        page = show(view, **options)
        page.evaluate(
            """(figure) => {
                document.documentElement.removeAttribute("data-theme");
                const root = document.documentElement, main = document.querySelector("main");
                root.style.setProperty("--vscode-editor-background", "rgb(1, 2, 3)");
                main.classList.add("gradviz-explorer");
                main.insertAdjacentHTML("afterbegin", '<b class="label">w0</b>');
                main.firstChild.style.color = "var(--jp-widgets-label-color)";
                document.body.insertAdjacentHTML("beforeend", figure);
            }""",
            view.figure.svg,
        )
        return page

    return hosted_


HOSTS = [  # what a host says of its page and where, how that is, and on what the view stands there
    ("body", "data-jp-theme-light", "true", "light", CLEAR),
    ("body", "data-jp-theme-light", "false", "dark", CLEAR),
    ("body", "data-vscode-theme-kind", "vscode-light", "light", EDITOR),
    ("body", "data-vscode-theme-kind", "vscode-dark", "dark", EDITOR),
    ("body", "data-vscode-theme-kind", "vscode-high-contrast", "dark", EDITOR),
    ("body", "data-vscode-theme-kind", "vscode-high-contrast-light", "light", EDITOR),
    ("html", "theme", "light", "light", CLEAR),
    ("html", "theme", "dark", "dark", CLEAR),
    ("body", "data-theme", "light", "light", CLEAR),
    ("body", "data-theme", "dark", "dark", CLEAR),
]


@pytest.mark.parametrize(("preference", "paper"), [("dark", BLACK), ("light", WHITE)])
def test_hosts_say_whether_it_is_dark_else_the_browser_does(hosted, preference, paper):
    page = hosted(view_of(), color_scheme=preference)
    assert page.evaluate(LOOKS) == looks(preference, paper)
    assert page.evaluate(CONTRAST) == []
    for element, attribute, said, scheme, paper in HOSTS:
        page.evaluate(
            "([element, attribute, said]) => "
            "document.querySelector(element).setAttribute(attribute, said)",
            [element, attribute, said],
        )
        assert page.evaluate(LOOKS) == looks(scheme, paper), said
        page.evaluate(
            "([element, attribute]) => document.querySelector(element).removeAttribute(attribute)",
            [element, attribute],
        )


@only_chromium  # Firefox can't be told to print
def test_paper_is_light(hosted):
    page = hosted(view_of(step=20, selected="n7"), color_scheme="dark")
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    page.emulate_media(media="print")
    assert page.evaluate(LOOKS) == looks("light", WHITE)
    assert page.evaluate(CONTRAST) == []  # of luminance, so it holds in grey too
    assert not page.locator(".gradviz-view button, .gv-scrub, .label").filter(visible=True).count()


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_colours_of_the_system(hosted, scheme):
    page = hosted(view_of(step=20, selected="n7"), color_scheme=scheme, forced_colors="active")
    assert page.evaluate(CONTRAST) == []


def test_the_page_hands_nothing_back_along_a_structural_zero(show):
    graph = gv.trace(lambda x: np.floor(np.sqrt(x)) + np.sqrt(gv.relu(x - 1.0)) + x, x=4.0)
    view = gv.View(graph)
    page = show(view)
    view.update(x=0.0)
    sent = base64.b64encode(view.numbers).decode()
    page.evaluate(
        "(sent) => model.set('numbers', new DataView("
        "Uint8Array.from(atob(sent), (byte) => byte.charCodeAt(0)).buffer))",
        sent,
    )
    shown = "Array.from(document.querySelectorAll('main g.gv-edge'), (g) => g.dataset.flow)"

    def nothing_goes_back():
        assert [*map(float, page.evaluate(shown))] == [*view.run.flows.values()]

    soon(page, nothing_goes_back)
    assert view.run.grads == {"x": 1.0}


def test_nothing_moves_but_the_steps(show):
    page = show(view_of(step=3), reduced_motion="reduce")
    page.locator(".gv-play").click()
    page.locator(".gv-count", has_text=re.compile(r"step ([5-9]|\d\d)|all")).wait_for()
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.evaluate(
        "Array.from(document.querySelectorAll('.gradviz-view, .gradviz-view *')).every((element) "
        "=> getComputedStyle(element).scrollBehavior === 'auto')"
    )


def test_the_code_panel_says_why_lines_are_missing(browser):
    space = {}
    exec(compile("def f(x):\n    return x * x", "/nowhere/<b>gone.py", "exec"), space)
    page = browser.new_page()
    page.set_content(page_of(gv.View(gv.trace(space["f"], x=2.0), code=True)))
    panel = page.get_by_label("code", exact=True)
    expect(panel).to_contain_text("are called v2, v3, …: <b>gone.py cannot be read.")
    expect(panel.locator("b")).to_have_count(0)
    expect(panel.get_by_label("the generated program")).to_have_count(1)
    page.close()


@pytest.mark.parametrize("displays", [20, 1000])
def test_displays_leave_nothing_behind(launch, displays):
    browser = launch(
        "--js-flags=--no-opt --no-sparkplug --no-maglev"
    )  # or the heap grows with the code that is compiled for speed
    view = gv.explore(lambda x, y: x * y + x, x=1.0, y=2.0, step=3, code=True).view
    view.selected = "n0"
    page = browser.new_page()
    page.set_content(page_of(view))
    page.wait_for_function("() => window.dispose && listening() > 10")
    page.evaluate("dispose(); delete window.dispose")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def left_after(displays):
        page.evaluate(DISPLAY, displays)
        session.send("HeapProfiler.collectGarbage")
        metrics = {
            metric["name"]: metric["value"]
            for metric in session.send("Performance.getMetrics")["metrics"]
        }
        return (
            page.evaluate("listening()"),
            metrics["Nodes"],
            metrics["JSEventListeners"],
            metrics["JSHeapUsedSize"],
        )

    listening, nodes, listeners, heap = left_after(100)
    assert listening == 0
    assert nodes < 100
    assert left_after(displays) == (0, nodes, listeners, pytest.approx(heap, rel=0.02))
    browser.close()
