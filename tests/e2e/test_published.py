"""Published pages in real browsers: from a disk, and from a static server below a path, with no
Python running and nothing but themselves to load. Whatever moves in a notebook moves there.
"""

import gzip
import json
import subprocess
import sys
from contextlib import chdir

import nbformat
import numpy as np
import pytest
from alone import near, opening, served
from axe_playwright_python.sync_playwright import Axe
from browser import environment, only_chromium, soon
from lesson_code import NOTEBOOKS, PATHS, played
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from needs import needed
from playwright.sync_api import expect

import gradviz as gv
from gradviz.figure.page.spans import places
from gradviz.live.plots.moving import LivePlot
from gradviz.live.sliders import tracks
from gradviz.scene.data import of_node
from gradviz.words import say

pytestmark = pytest.mark.long

LIVE = {
    0: {"figure": "Explorer"},
    1: {"before": "Quiz", "secants": "LivePlot", "sign": "LivePlot"},
    2: {
        "before": "Quiz", "second-practice": "Quiz", "exercise-2": "Quiz",
        "figure": "Figure", "cut": "Figure", "live": "Explorer", "second-figure": "Figure",
        "twice": "Explorer", "backward-figure": "Figure", "any": "Figure",
    },
    3: {
        "before": "Quiz", "exercise-1": "Quiz",
        "steps": "Explorer", "figure": "Figure", "shared": "Explorer",
        "live": "Explorer", "learner": "Explorer", "rate": "LivePlot",
    },
    4: {
        "before": "Quiz", "coarse-figure": "Figure", "live": "Explorer",
        "coarsest-figure": "Explorer", "wrong": "Figure",
    },
    5: {"before": "Quiz", "tangents": "Explorer", "race": "Race"},
    6: {
        "before": "Quiz", "mean": "Explorer", "neuron": "Explorer", "graph": "View",
        "run": "Training", "relu": "Quiz",
    },
    7: {
        "before": "Quiz", "derivative": "LivePlot", "graph": "Figure", "back": "Explorer",
        "order": "Explorer", "unseen": "Quiz",
    },
    8: {"before": "Quiz", "figure": "Explorer"},
    9: {"before": "Quiz", "open": "Explorer", "fault-view": "View"},
}  # fmt: skip
# what a lesson needs, or its page has the figures as they were stored
NEEDED = {9: "torch"}
KINDS = gv.Explorer, gv.View, gv.Race, gv.Figure, gv.Quiz, LivePlot, gv.plot.Training

MOVE = """async (figure, [slider, places]) => {
    figure.scrollIntoView({ block: "center" }); // what is out of sight is painted later
    const track = figure.querySelectorAll(".gv-track-of-input")[slider];
    const seen = [];
    for (const place of places) {
        track.value = place;
        track.dispatchEvent(new Event("input", { bubbles: true }));
        for (let frame = 0; frame < 2; frame++)
            await new Promise((done) => requestAnimationFrame(done));
        const cards = figure.querySelectorAll(".gv-stage g.gv-node");
        seen.push({
            at: track.getAttribute("aria-valuetext"),
            cards: Array.from(cards, ({ dataset: { value, adjoint, tangent } }) => (
                [value, adjoint ?? tangent])),
            plot: figure.querySelector(".gv-plot > svg")?.getAttribute("aria-label"),
        });
    }
    return seen;
}"""


def publish(home, *arguments):
    """As one does it in a terminal: what it says."""
    command = [sys.executable, "-m", "gradviz.course.lessons", "publish", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=home, env=environment(home), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """The lessons, published: below a path, as a repository's Pages are."""
    home = tmp_path_factory.mktemp("hosted")
    publish(home, "--to", home / "some" / "where")
    return home


@pytest.fixture
def visit(browser):
    """Open pages. Whatever they ask for from elsewhere, or complain of, is a failure."""
    usual = {"viewport": {"width": 1280, "height": 1000}}
    with opening(browser, beside=True, **usual) as opened:

        def visit_(address, **options):
            page = opened(address, **options)
            page.wait_for_load_state()
            return page

        yield visit_


@pytest.fixture(params=["file", "http"])
def hosted(request, course):
    """Where the course is opened."""
    if request.param == "file":
        yield (course / "some" / "where").as_uri()
    else:
        with served(course) as address:
            yield f"{address}/some/where"


def check_moves(figure, explorer, count):
    """Each slider is moved to so many places; the numbers are Python's."""
    spans, first = explorer.view._spans, explorer.view.inputs
    # numbers that are held along each slider: the others go back to where they stood
    is_held = figure.get_by_text(say("page.alone.held")).count() > 0
    for slider, (name, span) in enumerate(spans.items()):  # wherever they were
        if not is_held:
            figure.evaluate(MOVE, [slider, [60]])
            explorer.update(**{name: places(span)[60]})
    for slider, (name, span) in enumerate(spans.items()):
        all_places = places(span)
        tried = [*np.linspace(0, len(all_places) - 1, count).astype(int).tolist(), 70]
        for place, seen in zip(tried, figure.evaluate(MOVE, [slider, tried])):
            explorer.update(**{**(first if is_held else {}), name: all_places[place]})
            assert seen["at"] == gv.numerals.numeral(all_places[place])
            run = explorer.view.figure.drawn  # with tangents, in forward mode
            for node, (value, other) in zip(run.graph.nodes, seen["cards"], strict=True):
                held = of_node(node, run.primals[node], run.adjoints[node], run.second)
                assert near(value, held["value"])
                assert near(other, held[run.second])


def check_plot(figure, plot, count):
    """Each slider is moved to so many places; the plot says what Python's says."""
    expect(figure.locator(".gv-plot > svg")).to_be_visible()
    for slider, track in enumerate(tracks(plot.sliders)):
        tried = np.linspace(0, len(track.places) - 1, count).astype(int).tolist()
        for at, seen in zip(tried, figure.evaluate(MOVE, [slider, tried])):
            plot.update(**{track.name: track.places[at]})
            assert seen["plot"] == plot.text


def check_film(figure, film):
    """At each epoch the page shows what was recorded."""
    for at, (frame, told) in enumerate(zip(film.frames, film.told()["numbers"])):
        figure.evaluate(
            """(figure, at) => {
                const scrub = figure.querySelector(".gv-scrub");
                scrub.value = at;
                scrub.dispatchEvent(new Event("input"));
            }""",
            at,
        )
        shown = figure.locator(".gv-training")
        expect(shown).to_have_attribute("data-right", str(told["right"]))
        assert float(shown.get_attribute("data-loss")) == frame.loss


def check_quiz(place, quiz):
    """The first blank is told that it is wrong, and takes what is right."""
    view = place.locator(".gv-practice")
    blank, key = next(iter(quiz._judge.keys.items()))
    field, said = view.get_by_label(blank.said(quiz.run), exact=True), view.locator("[role=status]")
    for answer, told in (("12345", "Not yet."), (", ".join(map(repr, key.right)), "Right.")):
        field.fill(answer)
        field.press("Enter")
        expect(said).to_contain_text(told)


def live_cells(number):
    """The cells of a lesson that show something live, by their ids; and what."""
    with chdir(NOTEBOOKS):
        given = played(number)
    found = {cell: shown for cell, shown in given.items() if isinstance(shown, KINDS)}
    assert found.pop("eager", None) is None or number == 2  # its gradients are not known yet
    return found


@pytest.mark.parametrize("number", range(10))
def test_all_that_is_live_in_a_lesson_lives_in_its_page(visit, hosted, number):
    if number in NEEDED:
        needed(NEEDED[number], f"{NEEDED[number]} is not installed: lesson {number} is still")
    page = visit(f"{hosted}/{PATHS[number].stem}.html")
    for guess in page.get_by_text("Show what comes out", exact=True).all():
        expect(guess.locator("xpath=..").locator(":scope > :last-child")).to_be_hidden()
        guess.click()
    live, moves = live_cells(number), 200 if hosted.startswith("file") else 5
    assert {cell: type(given).__name__ for cell, given in live.items()} == LIVE[number]
    for cell, given in live.items():
        place = page.locator(f'[id="cell-id={cell}"] .figure')
        if isinstance(given, LivePlot):
            check_plot(place, given, moves)
            continue
        if isinstance(given, gv.plot.Training):
            check_film(place, given)
            continue
        if isinstance(given, gv.Quiz):
            check_quiz(place, given)
            continue
        expect(place.locator("svg.gradviz, .gv-mini").first).to_be_visible()
        expect(place.locator(".still")).to_have_count(0)
        if isinstance(given, gv.Race):
            for _ in range(3):
                place.locator(".gv-button").nth(2).click()
            expect(place.locator(".gv-visited").first).to_be_visible()
        else:
            place.locator(".gv-button").first.click()
            expect(place.locator(".gv-count")).to_contain_text("step 0 of")
            place.get_by_role("button", name="show all").click()
            expect(place.locator(".gv-count")).to_contain_text("all")
        if isinstance(given, gv.Explorer):
            check_moves(place, given, moves)
    assert page.evaluate("document.querySelectorAll('.still').length") == 0
    asked = len(page.locator(".gv-question").all())
    assert asked == {2: 2, 3: 2, 7: 6}.get(number, 3)


def test_questions_are_answered_in_the_page(visit, hosted):
    page = visit(f"{hosted}/05-n-plus-p.html")
    first, _, code = page.locator(".gv-question").all()
    first.locator("input").fill("10, 24")
    first.locator("input").press("Enter")
    expect(first.get_by_role("status")).to_contain_text("What do n and p stand for here?")
    first.locator("input").fill("(10, 25)")
    first.get_by_role("button").click()
    expect(first.get_by_role("status")).to_have_text("Right.")
    expect(code).to_contain_text("open the notebook")


def test_one_finds_ones_way(visit, hosted):
    page = visit(f"{hosted}/index.html")
    assert len(page.locator("main li").all()) == 10
    page.get_by_role("link", name="7 · Summary").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("7 · Summary")
    page.get_by_role("link", name="A rate of change").first.click()
    expect(page).to_have_url(f"{hosted}/01-derivatives.html#cell-id=limit")
    expect(page.locator("[id='cell-id=limit']")).to_be_in_viewport()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 · Computational graphs")
    page.get_by_role("link", name="Before this").click()
    page.get_by_role("link", name="See backpropagation").click()
    expect(page).to_have_url(f"{hosted}/index.html")


@only_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_to_be_mended(visit, course, scheme):
    for path in sorted((course / "some" / "where").glob("*.html")):
        page = visit(path.as_uri(), color_scheme=scheme)
        soon(page, check_axe, page)
        page.close()


def check_axe(page):
    # it would read the style sheet once more, which the policy forbids
    found = Axe().run(page, options={"preload": False}).response["violations"]
    assert [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found] == []


@only_chromium
def test_on_a_phone(visit, course):
    for path in sorted((course / "some" / "where").glob("*.html")):
        page = visit(path.as_uri(), viewport={"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") == 390, path.name
        page.close()


@only_chromium
def test_no_script_but_its_own_is_run(browser, tmp_path):
    attack = (
        "from IPython.display import HTML\n"
        'HTML(\'<img src=x onerror="document.title=1"><script>document.title=2</script>'
        '<a href="javascript:document.title=3">press</a><iframe src="own.html"></iframe>\')'
    )
    words = "## Words\n\n<script>document.title=4</script><script src='own.js'></script>"
    cells = [new_markdown_cell(words), new_code_cell(attack)]
    nbformat.write(new_notebook(cells=cells), tmp_path / "mine.ipynb")
    publish(tmp_path, "mine.ipynb", "--to", "pages")
    (tmp_path / "pages" / "own.js").write_text("document.title = 5")
    (tmp_path / "pages" / "own.html").write_text("<script>parent.document.title = 6</script>")
    with served(tmp_path) as address:
        for base in ((tmp_path / "pages").as_uri(), f"{address}/pages"):
            page = browser.new_page()
            page.goto(f"{base}/mine.html")
            page.get_by_role("link", name="press").click()
            page.wait_for_timeout(300)
            assert page.title() == "Words · Notebooks"
            page.close()


TEACHERS = [
    new_markdown_cell(
        "# 学习率与损失\n\nWhat does one step against the gradient change?\n\n"
        "The loss is $L(w) = \\frac{1}{n} \\sum_{i=1}^{n} (w x_i - y_i)^2$, and\n\n"
        "$$\\begin{aligned} w &\\leftarrow w - \\eta \\frac{\\partial L}{\\partial w} \\\\ "
        "\\text{损失} &= 0 \\end{aligned}$$"
    ),
    new_code_cell("import numpy as np\nimport matplotlib.pyplot as plt\nimport gradviz as gv"),
    new_markdown_cell("## 分支 · A branch\n\n| name | means |\n|---|---|\n| 权重 | weight |"),
    new_code_cell(
        "@gv.block\ndef 激活(t):\n    return t if t > 0 else 0.1 * t\n\n"
        "def 损失(权重, 偏置):\n    误差 = 激活(权重 * 2.0 + 偏置) - 1.0\n    return 误差**2\n\n"
        "gv.explore(损失, 权重=(-2, 2), 偏置=0.5)"
    ),
    new_markdown_cell("## An array"),
    new_code_cell(
        "x = np.linspace(-1, 1, 12)\n\ndef fit(a, b):\n"
        "    return np.mean((np.tanh(a * x + b) - x) ** 2)\n\ngv.explore(fit, a=1.0, b=0.0)"
    ),
    new_markdown_cell("## A plot"),
    new_code_cell("plt.plot(x, np.tanh(x));", id="plot"),
    new_code_cell("{'权重': 2, '偏置': 0.5}"),
    new_code_cell(
        'from gradviz.exercises import check\nguess = None\ncheck(guess, 6, "d(x²)/dx at 3")',
        id="asked",
    ),
]


@pytest.fixture(scope="session")
def teachers(tmp_path_factory):
    """A teacher's notebook, published as a newcomer does it."""
    home = tmp_path_factory.mktemp("teacher")
    nbformat.write(new_notebook(cells=TEACHERS), home / "第一课.ipynb")
    said = publish(home, "第一课.ipynb", "--to", "my pages", "--title", "微积分")
    assert said.stderr == "1 of 1  第一课.ipynb\n"
    return home / "my pages"


def 激活(t):
    return t if t > 0 else 0.1 * t


def 损失(权重, 偏置):
    误差 = gv.block(激活)(权重 * 2.0 + 偏置) - 1.0
    return 误差**2


def test_a_teachers_own_notebook(visit, teachers):
    page = visit((teachers / "index.html").as_uri())
    expect(page.get_by_role("heading", level=1)).to_have_text("微积分")
    page.get_by_role("link", name="学习率与损失").click()
    assert len(page.locator("math").all()) >= 2
    assert page.locator("mtable").count() == 1
    explorer = gv.explore(损失, 权重=(-2, 2), 偏置=0.5)
    figure = page.locator(f'[id="cell-id={TEACHERS[3].id}"] .figure')
    check_moves(figure, explorer, 20)
    figure.locator(".gv-block > text").first.dispatch_event("click")
    expect(figure.locator(".gv-closed").first).to_be_visible()
    x = np.linspace(-1, 1, 12)
    fitted = gv.explore(lambda a, b: np.mean((np.tanh(a * x + b) - x) ** 2), a=1.0, b=0.0)
    check_moves(page.locator(f'[id="cell-id={TEACHERS[5].id}"] .figure'), fitted, 20)
    picture = page.locator('[id="cell-id=plot"] img')
    assert picture.evaluate("(picture) => picture.naturalWidth") > 100
    asked = page.locator('[id="cell-id=asked"] .gv-question')
    asked.locator("input").fill("5")
    asked.get_by_role("button").click()
    expect(asked.get_by_role("status")).to_have_text("Not yet. d(x²)/dx at 3")


@only_chromium
def test_a_teachers_own_notebook_is_for_everyone(visit, teachers):
    for scheme in ("light", "dark"):
        page = visit((teachers / "第一课.html").as_uri(), color_scheme=scheme)
        soon(page, check_axe, page)
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_weights(course, record_property):
    """What one downloads: the README's figures."""
    sizes = {}
    for path in sorted((course / "some" / "where").iterdir()):
        sizes[path.name] = len(gzip.compress(path.read_bytes()))
    record_property("gzip", json.dumps(sizes))
    shared = sizes["gradviz.js"] + sizes["gradviz.css"]
    assert shared < 75_000  # of all kinds of figures, once for all pages
    assert max(size for name, size in sizes.items() if name.endswith(".html")) + shared < 500_000
