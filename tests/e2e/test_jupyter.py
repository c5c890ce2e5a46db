"""The lessons and the live view in JupyterLab and Notebook 7, in a real browser."""

import re
import shutil
from pathlib import Path

import ipywidgets as widgets
import nbformat
import numpy as np
import pytest
from browser import PATIENCE, Opened, only_chromium, soon
from circuit import INPUTS, circuit
from lesson_code import PATHS, code, needed, played, result
from playwright.sync_api import expect
from reading import PLACES, READ, check_against_python, check_run, check_theme

import gradviz as gv
from gradviz.course.lessons import trust

ROOT = Path(__file__).parent.parent.parent
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
# of each lesson: outputs with sliders, races, and views; races, plots, films, quizzes among them
LIVE = [
    (1, 0, 1), (2, 0, 3), (2, 0, 5), (5, 0, 7), (2, 0, 3), (1, 1, 3), (1, 0, 6), (3, 0, 5),
    (1, 0, 2), (0, 0, 3),
]  # fmt: skip


def opened(notebook, path):
    """The cells of a lesson that was opened as it is stored: every figure shows, but what is to be
    guessed first.
    """
    cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    outputs = notebook.outputs()
    assert len(outputs) == len(cells)
    for cell, output in zip(cells, outputs):
        if covered(cell):
            assert (output["pictures"], output["text"]) == ([], "")
            continue
        pictures = sum(
            not {"image/svg+xml", "image/png"}.isdisjoint(data)
            or "<img" in data.get("text/html", "")
            for data in (stored.get("data", {}) for stored in cell.outputs)
        )
        assert len(output["pictures"]) == pictures
        assert all(
            picture["natural"] > 30 and picture["width"] > 30 for picture in output["pictures"]
        )
        assert "Error" not in output["text"]
    return cells


def covered(cell):
    return cell.metadata.get("jupyter", {}).get("outputs_hidden", False)


@pytest.fixture(scope="session")
def lessons(jupyter):
    """The lessons, copied to the server's folder."""
    shutil.copytree(PATHS[0].parent, jupyter.folder / "lessons")
    return [jupyter.folder / "lessons" / path.name for path in PATHS]


@pytest.fixture(scope="module")
def lab(jupyter, browser, lessons):
    """JupyterLab, on a page in which one lesson after another is opened."""
    notebook = Opened(browser, jupyter.address, f"lessons/{lessons[0].name}")
    yield notebook
    notebook.close()


@only_chromium
@pytest.mark.parametrize(
    "lesson",
    [
        pytest.param(lesson, marks=[pytest.mark.short] * (lesson == 0))
        for lesson in range(len(PATHS))
    ],
)
def test_in_lab(lab, lessons, lesson, monkeypatch):
    check_lesson(lab, lessons, lesson, monkeypatch, waits=(0, 3, 7) if lesson else (0,))


@pytest.mark.long
@pytest.mark.parametrize("browser", ["firefox"], indirect=True)
@pytest.mark.parametrize("lesson", [3, 6])  # single numbers, and arrays
def test_in_lab_in_firefox(lab, lessons, lesson, monkeypatch):
    check_lesson(lab, lessons, lesson, monkeypatch, waits=(0,))


def check_lesson(lab, lessons, lesson, monkeypatch, waits):
    """Untrusted, it shows its stored figures; run, its live figures, with the numbers that they
    have without a page, which are those of the text, and keep, so many seconds later too; and their
    sliders moved, what Python works out there.
    """
    lab.open(f"lessons/{lessons[lesson].name}")
    cells = opened(lab, lessons[lesson])
    assert not lab.trusted
    lab.run_all()
    assert lab.errors() == []
    monkeypatch.chdir(PATHS[0].parent)
    made = played(lesson)
    for wait in waits:
        lab.page.wait_for_timeout(1000 * wait)
        for count, cell in enumerate(cells, 1):
            if isinstance(made[cell.id], gv.Explorer | gv.View | gv.plot.LivePlot):
                soon(lab.page, check_stands, lab, count, made[cell.id])
    live = 0
    for count, cell in enumerate(cells, 1):
        if covered(cell):  # whoever runs it sees what came of it
            expect(lab.cell(count).locator(".jp-OutputArea-output").first).to_be_visible()
        sliders = lab.cell(count).locator(".widget-slider .noUi-handle")
        if sliders.count():
            live += 1
            for place in range(min(2, sliders.count())):
                sliders.nth(place).focus()
                for _ in range(3):
                    lab.page.keyboard.press("ArrowLeft")
            follow(lab, count, result(lesson, cell.id))
    assert (
        live,
        lab.page.locator(".gv-race").count(),
        lab.page.locator(".gradviz-view").count(),
    ) == LIVE[lesson]


def check_stands(notebook, count, made):
    """A live figure or plot in the page, its sliders, and the kernel have the numbers of the same
    one here, which no page has seen.
    """
    check_shows(notebook.cell(count), made)
    if isinstance(made, gv.plot.LivePlot):
        inputs, sliders = made.values, made.sliders
        assert notebook.ask(f"[Out[{count}].values, Out[{count}].text]") == [inputs, made.text]
    else:
        primals = f"[*map(repr, Out[{count}].run.primals.values())]"
        assert notebook.ask(primals) == [*map(repr, made.run.primals.values())]
        inputs = getattr(made, "view", made).inputs
        sliders = getattr(made, "sliders", {})
    if sliders:
        stands = f"{{name: slider.value for name, slider in Out[{count}].sliders.items()}}"
        assert notebook.ask(stands) == {name: inputs[name] for name in sliders}
    handles = notebook.cell(count).locator(".widget-slider .noUi-handle").all()
    for handle, (name, slider) in zip(handles, sliders.items(), strict=True):
        at = float(handle.get_attribute("aria-valuetext"))
        at = at if isinstance(slider, widgets.FloatSlider) else slider.base**at
        assert at == pytest.approx(inputs[name], abs=slider.step)


def check_shows(output, made):
    """A live figure or plot in the page shows what this one does."""
    if isinstance(made, gv.plot.LivePlot):
        shown = output.locator(".gv-plot > svg").get_attribute("aria-label")
        assert shown.split() == made.text.split()
        return
    view = getattr(made, "view", made)
    run = view.figure.drawn  # with tangents, in forward mode
    seen = output.locator("svg.gradviz").evaluate(READ)
    steps = view.step is not None
    for node, value, adjoint in zip(
        seen["nodes"], run.primals.values(), run.adjoints.values(), strict=True
    ):
        assert isinstance(value, np.ndarray) or float(node["value"]) == value
        assert isinstance(adjoint, np.ndarray) or steps or float(node["adjoint"]) == adjoint
    if not steps and not run.graph.has_arrays:
        check_run(seen, run)


def follow(notebook, count, made):
    """A live figure or plot in the page shows what the same one does here, when it is put where its
    sliders stand there.
    """
    is_figure = isinstance(made, gv.Explorer)
    now = f"Out[{count}]." + ("view.inputs" if is_figure else "values")
    before = made.view.inputs if is_figure else made.values
    before = {name: value for name, value in before.items() if isinstance(value, float)}

    def check():
        values = notebook.ask(
            f"{{name: value for name, value in {now}.items() if isinstance(value, float)}}"
        )
        assert values != before
        made.update(**values)
        check_shows(notebook.cell(count), made)

    soon(notebook.page, check)


@pytest.mark.parametrize("lesson", [6])
def test_trusted_in_notebook_7(jupyter, open_notebook, lessons, lesson, monkeypatch):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(jupyter.home / "data"))
    stored = nbformat.read(lessons[lesson], 4)
    stored.cells.append(
        nbformat.v4.new_markdown_cell("trusted")
    )  # trust is by content: other copies are not to have it
    copy = lessons[lesson].with_name(f"trusted-{lesson}.ipynb")
    nbformat.write(stored, copy)
    trust([copy])
    notebook = open_notebook(jupyter.address, f"lessons/{copy.name}", "notebook")
    opened(notebook, copy)
    assert notebook.trusted


def test_the_slider_of_w0_moves_every_number_and_nothing_else_in_notebook_7(jupyter, open_notebook):
    cells = [nbformat.v4.new_code_cell(source) for source in (*needed(3, "live"), code(3)["live"])]
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), jupyter.folder / "slider.ipynb"
    )
    notebook = open_notebook(jupyter.address, "slider.ipynb", "notebook")
    notebook.run_all()
    page = notebook.page
    svg = page.locator(".gradviz-view svg.gradviz").first
    svg.wait_for(timeout=1000 * PATIENCE)
    svg.scroll_into_view_if_needed()
    assert check_against_python(svg, circuit, INPUTS) == INPUTS
    slider = page.locator(".widget-slider", has=page.locator("label", has_text="w0")).first
    slider.scroll_into_view_if_needed()
    handle = slider.locator(".noUi-handle")
    places = svg.evaluate(PLACES)

    def drag(*ways):
        handle.hover()  # waits until the page has come to rest
        box = handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.down()
        for way in ways:
            page.mouse.move(x + way, y)
        page.mouse.up()
        page.wait_for_function(
            """([svg, handle]) => Number(svg.querySelector("g.gv-node").dataset.value)
                === Number(handle.getAttribute("aria-valuetext") ?? NaN)""",
            arg=[svg.element_handle(), handle.element_handle()],
            timeout=1000 * PATIENCE,
        )

    drag(5, 10, 20)
    at = soon(page, check_against_python, svg, circuit, INPUTS)
    assert at["w0"] > 2.0
    assert {**at, "w0": 2.0} == INPUTS
    assert svg.evaluate(PLACES) == places
    drag(*(((-1) ** move) * (move % 37) for move in range(200)), -45)
    at = soon(page, check_against_python, svg, circuit, INPUTS)
    assert at["w0"] < 2.0
    assert svg.evaluate(PLACES) == places
    for theme, is_light in (("JupyterLab Dark", "false"), ("JupyterLab Light", "true")):
        page.evaluate(
            "() => (window.jupyterapp || "
            f"window.jupyterlab).commands.execute('apputils:change-theme', {{ theme: '{theme}' }})"
        )
        page.locator(f"body[data-jp-theme-light={is_light}]").wait_for(state="attached")
        view, scheme = page.locator(".gradviz-view").first, theme.split()[1].lower()
        soon(page, check_theme, view, scheme)


NASTY = ["<script>alert(1)</script>", 'a"b\n->c', "x);import os#", "损失"]
CELLS = [
    "import numpy as np, gradviz as gv",
    (
        "branch = gv.explore(lambda x: x if x > 0 else 0.1 * x, x=(-5, 5))\n"
        "branch.update(x=3.0)\n"
        "branch"
    ),
    (
        f"nasty = {NASTY!r}\n"
        "def f(*xs): return xs[0] * xs[1] + xs[2] / xs[3]\n"
        "names = gv.explore(f, dict.fromkeys(nasty, 1.0))\n"
        "names"
    ),
    "poles = gv.explore(lambda x: np.log(x) + 1 / x + np.exp(x) + x**0.5, x=(-1, 1000))\npoles",
    (
        "def failing(x):\n"
        "    if x < 0: raise ValueError('<b>no</b>')\n"
        "    return np.sqrt(x)\n"
        "fails = gv.explore(failing, x=(-4, 4))\n"
        "fails"
    ),
]


def test_branches_poles_failures_and_names(jupyter, open_notebook):
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), jupyter.folder / "odd.ipynb"
    )
    notebook = open_notebook(jupyter.address, "odd.ipynb")
    page = notebook.page
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    notebook.run_all()
    page.wait_for_function(
        "() => document.querySelectorAll('.gradviz-view svg.gradviz').length === 4",
        timeout=1000 * PATIENCE,
    )
    branch, names, poles, fails = page.locator(".gradviz-view").all()

    def run(code):
        page.evaluate(
            """async (code) => {
                const { shell } = window.jupyterapp || window.jupyterlab;
                const { kernel } = shell.currentWidget.sessionContext.session;
                await kernel.requestExecute({ code }).done;
            }""",
            code,
        )

    def check_shown(view, part, numbers):
        nodes = view.locator("svg.gradviz").evaluate(READ)["nodes"]
        assert [node[part] for node in nodes] == numbers

    expect(branch.locator("g.gv-node")).to_have_count(1)
    run("branch.update(x=-2.0)")
    soon(page, check_shown, branch, "value", ["-2", "-0.2"])
    run("branch.update(x=4.0)")
    expect(branch.locator("g.gv-node")).to_have_count(1)

    titles = names.locator("g.gv-input > title").all_text_contents()
    assert [title.split(" = ")[0] for title in titles] == [
        name.replace("\n", " ") for name in NASTY
    ]
    assert page.locator(".gradviz-view script").count() == 0
    assert "<script>alert(1)</script>" in page.locator(".widget-label").all_text_contents()
    assert not dialogs

    for at, shown in ((-1.0, "nan"), (0.0, "nan"), (1000.0, "∞")):
        run(f"poles.update(x={at})")
        numbers = poles.locator(".gv-value, .gv-adjoint")
        expect(numbers.filter(has_text=re.compile(rf"^{shown}$"))).not_to_have_count(0)
    run("poles.update(x=1.0)")
    expect(poles.locator("svg.gradviz")).not_to_contain_text("nan")

    run("fails.update(x=-1.0)")
    expect(fails.locator(".gv-message")).to_have_text("ValueError: <b>no</b>")
    expect(fails.locator("g.gv-node")).to_have_count(2)
    run("fails.update(x=4.0)")
    expect(fails.locator(".gv-message")).to_have_text("")
    soon(page, check_shown, fails, "value", ["4", "2"])


IMPORTED = 'import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })))'
ALL = """(svg) => Array.from(svg.querySelectorAll("g.gv-node, g.gv-edge, g.gv-label"), (g) => [
    g.dataset.value, g.dataset.adjoint, g.dataset.local, g.dataset.flow,
    g.querySelector("title")?.textContent,
    ...Array.from(g.querySelectorAll("text"), (text) => text.textContent),
    ...Array.from(g.querySelectorAll(".gv-flow"), (path) => path.getAttribute("stroke-width")),
])"""


def test_a_live_figure_of_arrays_shows_what_the_static_one_does(browser):
    def f(w, b):
        hidden = np.tanh(w * np.array([[0.5, -1.0, 2.0], [1.0, 0.0, 3.0]]) + b)
        return np.mean(hidden @ np.array([1.0, 2.0, -1.0]))

    view = gv.View(gv.trace(f, w=1.0, b=np.zeros(3)))
    view.update(w=-0.7, b=[0.1, -0.2, 0.30001])
    page = browser.new_page()
    page.evaluate(
        f"""async ([source, words, structure, ...sent]) => {{
            const {{ default: view }} = await {IMPORTED};
            const [numbers, cells] = sent.map(
                (bytes) => new DataView(new Uint8Array(bytes).buffer));
            const state = {{
                words, structure, numbers, cells, message: "", step: null, selected: "",
                nudges: {{}}, wrong: [], closed: [], code: null, code_open: false, painted: true,
            }};
            const model = {{ get: (name) => state[name], on() {{}}, off() {{}} }};
            view.render({{ model, el: document.body }});
        }}""",
        [gv.View._esm, view.words, view.structure, list(view.numbers), list(view.cells)],
    )
    drawn = [  # the page knows only the maps of arrays
        ["" if part and part.startswith("[[") else part for part in row]
        for row in page.evaluate(
            f"(svg) => ({ALL})(new DOMParser().parseFromString(svg, 'image/svg+xml'))",
            view.figure.svg,
        )
    ]

    def check_shown():
        shown = page.evaluate(f"() => ({ALL})(document.querySelector('svg.gradviz'))")
        assert as_numbers(shown) == as_numbers(drawn)

    soon(page, check_shown)
    page.close()
    assert any("2×3" in part for row in drawn for part in row if part)


def as_numbers(rows):
    """Texts in which a whole number has no .0."""
    return [
        [part and part.replace(".0,", ",").replace(".0]", "]").removesuffix(".0") for part in row]
        for row in rows
    ]
