"""The live figure as an instrument, in JupyterLab: steps, reasons, blocks, hands on the numbers,
code beside the graph.
"""

import json
import math
from dataclasses import dataclass

import nbformat
import numpy as np
import pytest
from browser import APP, PATIENCE, Opened, soon
from circuit import INPUTS, circuit
from lengths import short
from lesson_code import code, needed, result
from playwright.sync_api import Locator, expect
from reading import PLACES, READ

import gradviz as gv
from gradviz import web
from gradviz.autodiff.primitives import table as primitives
from gradviz.autodiff.primitives.elementwise import Elementwise
from gradviz.autodiff.programs.targets import in_a_page as page_program
from gradviz.numerals import numeral

MODULE, _ = web.joined(web.FOLDER / "numbers" / "program.js")  # of programs, in a page
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
DEFINITIONS = """
import gradviz as gv, numpy as np, ipywidgets, json, os, time

@gv.block
def sigmoid(t):
    n = -t
    e = np.exp(n)
    return 1 / (1 + e)

@gv.block
def neuron(w, x, b):
    s = w * x + b
    return sigmoid(s)

def nested(w, x, b):
    h = neuron(w, x, b)
    y = neuron(h, x, b)
    return h * y

@gv.primitive
def cube(x): return x**3
cube.derivative(lambda x, out: -3 * x * x)

def planted(x, y):
    z = x * y
    c = cube(z)
    return c * z + y
"""


def ledger(run):
    """What is known after each step of both sweeps, done here once more: lists by node and by edge,
    None where nothing is known yet.
    """
    graph = run.graph
    values = [run.primals[node] if node.operation is None else None for node in graph.nodes]
    locals_, flows, adjoints = (
        [None] * len(graph.edges),
        [None] * len(graph.edges),
        [None] * len(graph.nodes),
    )
    known = [[*values], [*locals_], [*adjoints], [*flows]]
    yield [list(part) for part in known]
    for node in graph.nodes:
        if node.operation is None:
            continue
        operands = [
            known[0][operand.index] if hasattr(operand, "index") else operand
            for operand in node.operands
        ]
        known[0][node.index] = node.operation.number(*operands)
        for edge in graph.edges:
            if edge.target is node:
                known[1][edge.index] = run.locals[edge]
        yield [list(part) for part in known]
    for node in graph.nodes:
        if not any(edge.source is node for edge in graph.edges):
            known[2][node.index] = 1.0 if node is graph.output else 0.0
    yield [list(part) for part in known]
    for node in reversed(graph.nodes):
        for edge in graph.edges:
            if edge.target is node:
                flow = known[3][edge.index] = known[2][node.index] * known[1][edge.index]
                before = known[2][edge.source.index]
                known[2][edge.source.index] = flow if before is None else before + flow
                yield [list(part) for part in known]


def assert_shows(svg, known):
    """Every number that a picture shows, and holds in full, is the one that is known; a dot where
    none is.
    """
    values, locals_, adjoints, flows = known
    seen = svg.evaluate(READ)
    assert [node["shown"] for node in seen["nodes"]] == [
        [numeral(value), numeral(adjoint)] for value, adjoint in zip(values, adjoints)
    ]
    assert seen["labels"] == [
        [f"∂ {numeral(local, 3)}", f"◂ {numeral(flow, 3)}"] for local, flow in zip(locals_, flows)
    ]
    for kind, part, numbers in (
        ("nodes", "value", values),
        ("nodes", "adjoint", adjoints),
        ("edges", "local", locals_),
        ("edges", "flow", flows),
    ):
        assert [float(one[part]) if one[part] else None for one in seen[kind]] == numbers


def press_until(page, key, reached, most=40):
    """Press a key until the focus has reached what is asked for."""
    for _ in range(most):
        if page.evaluate(f"() => !!document.activeElement?.closest({json.dumps(reached)})"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} did not lead to {reached}")


def frames(page, count=3):
    """Let a few frames pass."""
    page.evaluate(
        "(count) => new Promise((done) => { const next = () => (count-- > 0 ? "
        "requestAnimationFrame(next) : done()); next(); })",
        count,
    )


def test_by_keyboard_alone_from_the_first_step_to_the_last_and_back(jupyter, open_notebook):
    cells = [nbformat.v4.new_code_cell(source) for source in (*needed(3, "live"), code(3)["live"])]
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), jupyter.folder / "steps.ipynb"
    )
    notebook = open_notebook(jupyter.address, "steps.ipynb")
    notebook.run_all()
    page = notebook.page
    view = page.locator(".gradviz-view").first
    svg = view.locator("svg.gradviz")
    svg.wait_for(timeout=1000 * PATIENCE)
    svg.scroll_into_view_if_needed()
    run = result(3, "live").run
    moments = list(ledger(run))
    assert len(moments) == 8 + 1 + 12 + 1

    page.locator(".widget-slider .noUi-handle").last.focus()
    press_until(page, "Tab", ".gv-scrub")
    places = svg.evaluate(PLACES)
    page.keyboard.press("Home")
    for step, moment in enumerate(moments):
        expect(view.locator(".gv-count")).to_have_text(f"step {step} of 21")
        soon(page, assert_shows, svg, moment)
        assert svg.locator("g.gv-node.gv-lit, g.gv-edge.gv-lit").count() == (step > 0)
        assert (
            view.locator(".gv-step .gv-spoken").text_content() == gv.draw(run).at(step).scene.event
        )
        assert svg.evaluate(PLACES) == places
        page.keyboard.press("ArrowRight")
    for moment in reversed(moments):
        soon(page, assert_shows, svg, moment)
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("End")
    press_until(page, "Shift+Tab", ".gv-play")
    page.keyboard.press("Enter")  # plays from the first step
    page.wait_for_function(
        "(view) => view.querySelector('.gv-count').textContent.split(' ')[1] >= 3",
        arg=view.element_handle(),
        timeout=1000 * PATIENCE,
    )
    page.keyboard.press("Enter")
    frames(page)
    now = int(view.locator(".gv-count").text_content().split()[1])
    soon(page, assert_shows, svg, moments[now])


@dataclass
class Instrument:
    """A live figure in a notebook, and the kernel behind it."""

    notebook: Opened
    view: Locator

    @property
    def page(self):
        return self.notebook.page

    @property
    def svg(self):
        return self.view.locator("svg.gradviz")

    def ask(self, expression):
        return self.notebook.ask(expression)

    def tells(self, expression, expected):
        """The kernel comes to hold what is expected."""

        def check():
            assert self.ask(expression) == expected

        soon(self.page, check)

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def check_shows(self, run):
        """The picture comes to show the numbers of a run in the kernel."""
        known = self.ask(
            f"[[*{run}.primals.values()], [*{run}.locals.values()], "
            f"[*{run}.adjoints.values()], [*{run}.flows.values()]]"
        )
        soon(self.page, assert_shows, self.svg, known)

    def check_explains(self, expression):
        """The panel comes to say what the kernel does."""

        def check():
            spoken = self.view.locator(".gv-why .gv-spoken").all_text_contents()
            assert spoken == self.ask(expression).split("\n")
            assert self.view.locator(".gv-why .gv-formula").count() == len(spoken)

        soon(self.page, check)


@pytest.fixture(scope="module")
def instruments(jupyter, browser):
    """A notebook with four live figures."""
    cells = [
        DEFINITIONS,
        "nest = gv.explore(nested, w=0.5, x=2.0, b=-1.0)\nnest",
        "plant = gv.explore(planted, x=1.5, y=2.0)\nplant",
        (
            "linked = gv.explore(nested, w=0.5, x=2.0, b=-1.0, step=7, collapse=['neuron'], "
            "code=True)\nlinked"
        ),
        "busy = gv.explore(nested, w=0.5, x=2.0, b=-1.0)\nbusy",
    ]
    made = [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(
        nbformat.v4.new_notebook(cells=made, metadata=KERNEL), jupyter.folder / "instrument.ipynb"
    )
    notebook = Opened(browser, jupyter.address, "instrument.ipynb")
    notebook.run_all()
    views = notebook.page.locator(".gradviz-view")
    expect(views.locator("svg.gradviz")).to_have_count(4)
    yield dict(
        zip(
            ("nest", "plant", "linked", "busy"),
            (Instrument(notebook, view) for view in views.all()),
            strict=True,
        )
    )
    notebook.close()


def test_reasons_are_those_of_explain(instruments):
    nest = instruments["nest"]
    nest.svg.locator("#n0 .gv-adjoint").click()
    nest.tells("nest.view.selected", "n0")
    nest.check_explains("gv.draw(nest.run).explain('w', detail='full')")
    nest.press("ArrowRight", "ArrowRight")
    nest.tells("nest.view.selected", "n3")
    nest.check_explains("gv.draw(nest.run).explain(nest.run.graph.nodes[3].label, detail='full')")
    nest.press("ArrowLeft")
    nest.tells("nest.view.selected[0]", "e")
    nest.press("Escape")
    nest.tells("nest.view.selected", "")
    expect(nest.view.locator(".gv-why")).to_be_hidden()
    nest.svg.locator(".gv-label .gv-back").nth(4).click()
    nest.tells("nest.view.selected", "e4")
    nest.press("Escape")


def test_hands_on_the_number_of_a_card(instruments):
    """It is typed, stepped and dragged, and its slider follows."""
    nest = instruments["nest"]
    x = "round(nest.run.inputs['x'], 9)"
    card = nest.svg.locator("#n1")
    card.click()
    nest.press("ArrowUp")
    nest.tells(f"[{x}, round(nest.sliders['x'].value, 9)]", [2.05, 2.05])
    nest.press("3")
    nest.page.keyboard.type(".5")
    nest.press("Enter")
    nest.tells("[nest.run.inputs['x'], nest.sliders['x'].value]", [3.5, 3.5])
    nest.press("Enter", "ArrowDown", "Escape")
    nest.tells(x, 3.45)
    nest.press("Enter")
    nest.page.keyboard.type("abc")
    nest.press("Enter")
    expect(nest.view.locator(".gv-editor")).to_have_attribute("aria-invalid", "true")
    nest.press("Escape")
    nest.tells(x, 3.45)
    box = card.bounding_box()
    nest.page.mouse.move(box["x"] + 30, box["y"] + 35)
    nest.page.mouse.down()
    for way in range(0, 42, 2):
        nest.page.mouse.move(box["x"] + 30 + way, box["y"] + 35)
    nest.page.mouse.up()
    nest.tells(x, 3.45 + 20 * 0.05)
    nest.press("Escape")


def test_blocks_close_and_open_in_place(instruments):
    """By mouse and by keyboard; and what is left keeps its gradient."""
    nest = instruments["nest"]
    adjoints = "dict(zip([n.label for n in nest.run.graph.nodes], nest.run.adjoints.values()))"
    gradients, before = nest.ask("nest.run.grads"), nest.ask(adjoints)
    blocks, closed = nest.svg.locator("g.gv-block"), nest.svg.locator(".gv-closed")
    neurons = nest.svg.locator("g.gv-block > text", has_text="neuron")
    expect(blocks).to_have_count(4)
    neurons.first.click()
    expect(closed).to_have_count(1)
    neurons.first.focus()
    nest.press("Enter")
    expect(closed).to_have_count(2)
    expect(blocks).to_have_count(0)
    assert nest.ask("nest.run.grads") == pytest.approx(gradients, rel=1e-12)
    for label, adjoint in nest.ask(adjoints).items():
        assert adjoint == pytest.approx(before[label], rel=1e-12)
    nest.check_shows("nest.run")
    nest.press("Enter")  # the focus has stayed on the block, which is a card now
    expect(closed).to_have_count(1)
    expect(blocks).to_have_count(2)


def test_code_and_figure_point_at_each_other(instruments):
    """And each line of the program has its number, those of closed blocks too."""
    nest = instruments["nest"]
    nest.view.locator(".gv-opener").click()
    lines = nest.view.locator("[aria-label='your function'] .gv-line")
    expect(lines.filter(has_text="h = neuron(w, x, b)")).to_have_count(1)
    lines.filter(has_text="s = w * x + b").hover()
    expect(nest.svg.locator(".gv-pointed")).not_to_have_count(0)
    nest.svg.locator("#n0 .gv-adjoint").hover()
    expect(nest.view.locator(".gv-line.gv-pointed")).not_to_have_count(0)
    known = nest.ask(
        "{n.label: v for n, v in gv.trace(nested, nest.run.inputs).example.primals.items()}"
    )

    def check():
        program = nest.view.locator("[aria-label='the generated program'] .gv-line")
        shown = program.evaluate_all(
            "(lines) => lines.map((line) => Array.from(line.children, (part) => part.textContent))"
        )
        numbers = {text.split(" = ")[0].strip(): number for text, number in shown}
        common = known.keys() & numbers.keys()
        assert len(common) >= 10
        assert {label: numbers[label] for label in common} == {
            label: numeral(known[label]) for label in common
        }

    soon(nest.page, check)


def test_a_derivative_planted_wrong_lights_that_gate(instruments):
    plant = instruments["plant"]
    lit = plant.view.locator(".gv-wrong")
    expect(lit).to_have_count(1)
    expect(lit).to_have_attribute("data-operation", "cube")
    expect(lit.locator(".gv-badge")).to_be_visible()
    lit.locator(".gv-value").click()
    expect(plant.view.locator(".gv-disagrees .gv-spoken")).to_contain_text(
        "but the derivative says −27"
    )
    plant.ask("plant.update(x=0.0).value")
    expect(lit).to_have_count(0)  # at 0 both are 0
    plant.ask("plant.update(x=2.0).value")
    expect(lit).to_have_count(1)


def test_a_step_is_stored_and_linked_to(instruments):
    linked = instruments["linked"]
    count = linked.view.locator(".gv-count")
    expect(count).to_have_text("step 7 of 12")
    expect(linked.view.locator(".gv-listing")).to_have_count(2)
    moments = linked.ask("[*gv.draw(linked.run).at(7).shown.primals.values()]")
    assert [node["shown"][0] for node in linked.svg.evaluate(READ)["nodes"]] == [
        numeral(value) for value in moments
    ]
    linked.view.locator(".gv-forward").click()
    linked.tells("linked.view.step", 8)
    linked.ask("setattr(linked.view, 'step', None) or 1")
    expect(count).to_have_text("all 12 steps")


def test_the_figure_follows_while_the_kernel_is_busy(instruments, jupyter):
    busy, enough = instruments["busy"], jupyter.folder / "enough"
    enough.unlink(missing_ok=True)
    busy.page.locator(".widget-slider .noUi-handle").nth(-3).focus()  # of the last explorer's w
    busy.page.evaluate(
        f"""() => {{
            const {{ kernel }} = {APP}.shell.currentWidget.sessionContext.session;
            const code = "while not os.path.exists('enough'): time.sleep(0.01)";
            kernel.requestExecute({{ code }});
        }}"""
    )
    busy.press("ArrowRight")
    moved = busy.page.locator(".gradviz-view").last.locator("#n0 .gv-value")
    expect(moved).to_have_text(numeral(0.51))
    forecast = soon(busy.page, settled_numbers, busy)
    enough.touch()
    busy.tells("round(busy.run.inputs['w'], 9)", 0.51)
    busy.check_shows("busy.run")
    answer = busy.svg.evaluate(READ)
    for part in ("nodes", "labels"):
        assert [one["shown"] if part == "nodes" else one for one in forecast[part]] == [
            one["shown"] if part == "nodes" else one for one in answer[part]
        ]


def settled_numbers(instrument):
    """What a picture shows, once it is whole."""
    before, frame = instrument.svg.evaluate(READ), frames(instrument.page)
    after = instrument.svg.evaluate(READ)
    assert frame is None
    assert before == after
    return after


FUNCTIONS = [
    circuit,
    lambda w0, x0, w1, x1, w2: (
        np.tanh(w0 * x0) ** 3 / (1 + np.exp(-w1)) + np.sqrt(x1 * x1 + 1) - np.log(w2 * w2 + 0.5)
    ),
    lambda w0, x0, w1, x1, w2: (
        np.sin(w0) * np.cos(x0)
        + np.arctan2(w1, x1)
        - w2
        + np.log1p(w0 * w0)
        + np.expm1(x0)
        + np.arctan(x1) * np.sinh(w2)
    ),
    lambda w0, x0, w1, x1, w2: 1 / (w0 - 2) + np.log(x0) + np.exp(1000 * w1 * w1),
]


@pytest.mark.parametrize("number", short(1, range(len(FUNCTIONS))))
def test_a_forecast_is_what_python_answers(browser, number):
    graph = gv.trace(FUNCTIONS[number], INPUTS)
    program, run = page_program(graph), graph.run(w0=1.3, x0=-0.4)
    page = browser.new_page()
    forecast = page.evaluate(
        f"([program, given]) => {{ {MODULE}; return [...prepared(program)(given)].map(String); }}",
        [program.document(), list(run.inputs.values())],
    )
    page.close()
    numbers = [float(number.replace("Infinity", "inf")) for number in forecast]
    places = graph.run(w0=1.3, x0=0.4, w1=0.1, x1=0.5).places
    assert [numbers[place] for place in places] == pytest.approx(
        list(run.numbers), rel=1e-13, abs=1e-13, nan_ok=True
    )


SPECIAL = [0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 2.0, -0.5, 1e308, -5e-324, 710.0]


@pytest.mark.long
def test_a_forecast_where_numbers_are_special(browser):
    """Every row of the table, with a constant on either side, at the edges of IEEE's rules."""
    rows = [row for row in vars(primitives).values() if isinstance(row, Elementwise)]
    rows = [
        row for row in rows if row is not primitives.polygamma
    ]  # of which there are none below 0
    functions = [(row, row) for row in rows if row.arity == 1] + [
        (row, function)
        for row in rows
        if row.arity == 2 and row is not primitives.rounded
        for c in SPECIAL
        for function in (lambda x, row=row, c=c: row(x, c), lambda x, row=row, c=c: row(c, x))
    ]
    asked, awaited = [], []
    for row, function in functions:
        graph = gv.trace(lambda x, function=function: function(x), x=0.25)
        if (program := page_program(graph)) is None:
            continue
        places = next(filter(None, (graph.run(x=x).places for x in (0.25, 1.5))), None)
        if places is not None:
            asked.append(program.document())
            awaited += [(row.name, x, list(graph.run(x=x).numbers), places) for x in SPECIAL]
    page = browser.new_page()
    answers = page.evaluate(
        f"""([programs, inputs]) => {{
            {MODULE};
            return programs.map(prepared).flatMap((work) => inputs.map((x) => [...work([x])]));
        }}""",
        [asked, SPECIAL],
    )
    page.close()
    assert len(answers) > 1000
    for answer, (name, x, numbers, places) in zip(answers, awaited, strict=True):
        shown = [answer[place] for place in places]
        assert shown == pytest.approx(numbers, rel=1e-14, abs=0, nan_ok=True), (name, x)
        signs = [
            [math.copysign(1, each) for each in side if each == 0] for side in (shown, numbers)
        ]
        assert signs[0] == signs[1], (name, x)


def test_what_has_no_forecast():
    for function, inputs in (
        (lambda x: np.sum(np.linalg.inv(x)), {"x": [[1.0, 2.0], [3.0, 4.0]]}),
        (lambda x: np.sum(x * 2), {"x": np.float32([1.0, 2.0])}),
        (gv.primitive(lambda x: x * x).derivative(lambda x, out: 2 * x), {"x": 1.0}),
        (lambda x: x if np.signbit(x) else x * x, {"x": 1.0}),
    ):
        graph = gv.trace(function, inputs)
        assert page_program(graph) is None
