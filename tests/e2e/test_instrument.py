"""The live figure as an instrument, in JupyterLab: steps, reasons, blocks, hands on the numbers,
code beside the graph.
"""

import json

import nbformat
import numpy as np
import pytest
from circuit import INPUTS, circuit
from lesson_code import code, needed, result
from reading import PLACES, READ

import gradviz as gv
from gradviz.numerals import numeral

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
DEFINITIONS = """
import gradviz as gv, numpy as np, ipywidgets, json, time

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
    svg.wait_for(timeout=60_000)
    svg.scroll_into_view_if_needed()
    run = result(3, "live").run
    moments = list(ledger(run))
    assert len(moments) == 8 + 1 + 12 + 1

    page.locator(".widget-slider .noUi-handle").last.focus()
    press_until(page, "Tab", ".gv-scrub")
    places = svg.evaluate(PLACES)
    page.keyboard.press("Home")
    for step, moment in enumerate(moments):
        frames(page)
        assert view.locator(".gv-count").text_content() == f"step {step} of 21"
        assert_shows(svg, moment)
        assert svg.locator("g.gv-node.gv-lit, g.gv-edge.gv-lit").count() == (step > 0)
        assert (
            view.locator(".gv-step .gv-spoken").text_content()
            == gv.draw(run).at(step).highlights.caption
        )
        assert svg.evaluate(PLACES) == places
        page.keyboard.press("ArrowRight")
    for moment in reversed(moments):
        frames(page)
        assert_shows(svg, moment)
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("End")
    press_until(page, "Shift+Tab", ".gv-play")
    page.keyboard.press("Enter")  # plays from the first step
    page.wait_for_function(
        "(view) => view.querySelector('.gv-count').textContent === 'step 3 of 21'",
        arg=view.element_handle(),
        timeout=20_000,
    )
    page.keyboard.press("Enter")
    frames(page)
    assert_shows(svg, moments[int(view.locator(".gv-count").text_content().split()[1])])


@pytest.fixture
def instrument(jupyter, open_notebook):
    """A notebook with these cells, run; and a way to ask its kernel."""

    def open_(name, *cells):
        made = [nbformat.v4.new_code_cell(cell) for cell in (DEFINITIONS, *cells)]
        nbformat.write(
            nbformat.v4.new_notebook(cells=made, metadata=KERNEL), jupyter.folder / f"{name}.ipynb"
        )
        notebook = open_notebook(jupyter.address, f"{name}.ipynb")
        notebook.run_all()
        page = notebook.page
        page.wait_for_function(
            f"() => document.querySelectorAll('.gradviz-view svg.gradviz').length === {len(cells)}",
            timeout=60_000,
        )

        return page, page.locator(".gradviz-view").all(), notebook.ask

    return open_


def test_reasons_blocks_hands_code_steps_and_forecasts(instrument):
    page, (view, wrong, linked, busy), ask = instrument(
        "instrument",
        "nest = gv.explore(nested, w=0.5, x=2.0, b=-1.0)\nnest",
        "plant = gv.explore(planted, x=1.5, y=2.0)\nplant",
        (
            "linked = gv.explore(nested, w=0.5, x=2.0, b=-1.0, step=7, collapse=['neuron'], "
            "code=True)\nlinked"
        ),
        "busy = gv.explore(nested, w=0.5, x=2.0, b=-1.0)\nbusy",
    )
    svg = view.locator("svg.gradviz")

    # why: selected by mouse and by keyboard, in the words of fig.explain
    svg.locator("#n0 .gv-adjoint").click()
    assert ask("nest.view.selected") == "n0"
    frames(page)
    spoken = view.locator(".gv-why .gv-spoken").all_text_contents()
    assert spoken == ask("gv.draw(nest.run).explain('w', detail='full')").split("\n")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert ask("nest.view.selected") == "n3"
    spoken = view.locator(".gv-why .gv-spoken").all_text_contents()
    assert spoken == ask(
        "gv.draw(nest.run).explain(nest.run.graph.nodes[3].label, detail='full')"
    ).split("\n")
    assert view.locator(".gv-why .gv-formula").count() == len(spoken)
    page.keyboard.press("ArrowLeft")
    assert ask("nest.view.selected")[0] == "e"
    page.keyboard.press("Escape")
    assert ask("nest.view.selected") == ""
    assert view.locator(".gv-why").is_hidden()
    svg.locator(".gv-label .gv-back").nth(4).click()
    assert ask("nest.view.selected") == "e4"
    page.keyboard.press("Escape")

    # hands: an input is typed, stepped and dragged on its card, and its slider follows
    handle = svg.locator("#n1")
    handle.click()
    page.keyboard.press("ArrowUp")
    assert ask("nest.run.inputs['x']") == ask("nest.sliders['x'].value") == pytest.approx(2.05)
    page.keyboard.press("3")
    page.keyboard.type(".5")
    page.keyboard.press("Enter")
    assert ask("[nest.run.inputs['x'], nest.sliders['x'].value]") == [3.5, 3.5]
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    assert ask("nest.run.inputs['x']") == pytest.approx(3.45)
    page.keyboard.press("Enter")
    page.keyboard.type("abc")
    page.keyboard.press("Enter")
    assert view.locator(".gv-editor").get_attribute("aria-invalid") == "true"
    page.keyboard.press("Escape")
    assert ask("nest.run.inputs['x']") == pytest.approx(3.45)
    box = handle.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 35)
    page.mouse.down()
    for way in range(0, 42, 2):
        page.mouse.move(box["x"] + 30 + way, box["y"] + 35)
    page.mouse.up()
    assert ask("nest.run.inputs['x']") == pytest.approx(3.45 + 20 * 0.05)
    page.keyboard.press("Escape")

    # blocks: closed and opened in place, by mouse and by keyboard; what is left keeps its gradient
    gradients = ask("nest.run.grads")
    values = dict(
        zip(ask("[n.label for n in nest.run.graph.nodes]"), ask("list(nest.run.adjoints.values())"))
    )
    assert svg.locator("g.gv-block").count() == 4
    svg.locator("g.gv-block > text", has_text="neuron").first.click()
    page.wait_for_timeout(300)
    assert svg.locator(".gv-closed").count() == 1
    svg.locator("g.gv-block > text", has_text="neuron").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert svg.locator(".gv-closed").count() == 2
    assert svg.locator("g.gv-block").count() == 0
    assert ask("nest.run.grads") == pytest.approx(gradients, rel=1e-12)
    for label, adjoint in zip(
        ask("[n.label for n in nest.run.graph.nodes]"), ask("list(nest.run.adjoints.values())")
    ):
        assert adjoint == pytest.approx(values[label], rel=1e-12)
    assert_shows(
        svg,
        ask(
            "[[*nest.run.primals.values()], [*nest.run.locals.values()], "
            "[*nest.run.adjoints.values()], [*nest.run.flows.values()]]"
        ),
    )
    page.keyboard.press("Enter")  # the focus has stayed on the block, which is a card now
    page.wait_for_timeout(300)
    assert svg.locator(".gv-closed").count() == 1
    assert svg.locator("g.gv-block").count() == 2

    # code: a line and its node point at each other; each line has its number, hidden ones too
    view.locator(".gv-opener").click()
    page.wait_for_timeout(300)
    lines = view.locator("[aria-label='your function'] .gv-line")
    line = lines.filter(has_text="h = neuron(w, x, b)")
    assert line.count() == 1
    lines.filter(has_text="s = w * x + b").hover()
    assert svg.locator(".gv-pointed").count() > 0
    svg.locator("#n0 .gv-adjoint").hover()
    assert view.locator(".gv-line.gv-pointed").count() > 0
    program = view.locator("[aria-label='the generated program'] .gv-line")
    shown = {
        text.split(" = ")[0].strip(): number
        for text, number in program.evaluate_all(
            "(lines) => lines.map((line) => Array.from(line.children, (part) => part.textContent))"
        )
    }
    for label, value in ask(
        "{n.label: v for n, v in gv.trace(nested, nest.run.inputs).example.primals.items()}"
    ).items():
        if label in shown:
            assert shown[label] == numeral(value)
    assert (
        sum(
            label in shown
            for label in ask("[n.label for n in gv.trace(nested, nest.run.inputs).nodes]")
        )
        >= 10
    )

    # a derivative planted wrong lights exactly that gate
    lit = wrong.locator(".gv-wrong")
    assert lit.count() == 1
    assert lit.get_attribute("data-operation") == "cube"
    assert lit.locator(".gv-badge").is_visible()
    lit.locator(".gv-value").click()
    page.wait_for_timeout(300)
    assert "but the derivative says −27" in wrong.locator(".gv-disagrees .gv-spoken").text_content()
    ask("plant.update(x=0.0).value")
    assert wrong.locator(".gv-wrong").count() == 0  # at 0 both are 0
    ask("plant.update(x=2.0).value")
    assert wrong.locator(".gv-wrong").count() == 1

    check_that_a_step_is_stored_and_linked_to(page, linked, ask)
    check_that_the_figure_follows_while_the_kernel_is_busy(page, busy, ask)


def check_that_a_step_is_stored_and_linked_to(page, view, ask):
    svg = view.locator("svg.gradviz")
    assert view.locator(".gv-count").text_content() == "step 7 of 12"
    assert view.locator(".gv-listing").count() == 2
    moments = ask("[[*r.primals.values()] for r in [gv.draw(linked.run).at(7).shown]][0]")
    assert [node["shown"][0] for node in svg.evaluate(READ)["nodes"]] == [
        numeral(value) for value in moments
    ]
    view.locator(".gv-forward").click()
    assert ask("linked.view.step") == 8
    ask("setattr(linked.view, 'step', None) or 1")
    frames(page)
    assert view.locator(".gv-count").text_content() == "all 12 steps"


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


@pytest.mark.parametrize("number", range(len(FUNCTIONS)))
def test_a_forecast_is_what_python_answers(chromium, number):
    graph = gv.trace(FUNCTIONS[number], INPUTS)
    program, run = graph.evaluator.javascript(graph), graph.run(w0=1.3, x0=-0.4)
    assert program is not None
    page = chromium.new_page()
    forecast = page.evaluate(
        "([program, inputs]) => new Function('inputs', program)(inputs).map(String)",
        [program, list(run.inputs.values())],
    )
    page.close()
    numbers = [float(number.replace("Infinity", "inf")) for number in forecast]
    places = graph.run(w0=1.3, x0=0.4, w1=0.1, x1=0.5).places
    assert [numbers[place] for place in places] == pytest.approx(
        list(run.numbers), rel=1e-13, abs=1e-13, nan_ok=True
    )


def test_what_has_no_forecast():
    def branching(x):
        return x if x > 0 else -x

    for function, inputs in (
        (branching, {"x": 1.0}),
        (lambda x: np.sum(x * 2), {"x": [1.0, 2.0]}),
        (gv.primitive(lambda x: x * x).derivative(lambda x, out: 2 * x), {"x": 1.0}),
        (lambda x: np.floor(x) * x, {"x": 1.5}),
    ):
        graph = gv.trace(function, inputs)
        assert graph.evaluator.javascript(graph) is None
    graph = gv.trace(
        lambda *xs: xs[0] * xs[1] + xs[2], {"const": 1.0, "alert(1)": 2.0, "损失": 3.0}
    )
    assert "alert" not in graph.evaluator.javascript(graph)


def check_that_the_figure_follows_while_the_kernel_is_busy(page, view, ask):
    svg = view.locator("svg.gradviz")
    handles = page.locator(".widget-slider .noUi-handle")
    handles.nth(handles.count() - 3).focus()  # of the last explorer's w
    page.evaluate(
        """() => {
            const app = window.jupyterapp || window.jupyterlab;
            app.shell.currentWidget.sessionContext.session.kernel.requestExecute({ code: "time.sleep(1.5)" });
        }"""
    )
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)
    forecast = svg.evaluate(READ)
    assert float(forecast["nodes"][0]["value"]) == pytest.approx(0.51)
    page.wait_for_timeout(2500)
    answer = svg.evaluate(READ)
    assert float(answer["nodes"][0]["value"]) == ask("busy.run.inputs['w']") == pytest.approx(0.51)
    assert [node["shown"] for node in forecast["nodes"]] == [
        node["shown"] for node in answer["nodes"]
    ]
    assert forecast["labels"] == answer["labels"]
    assert_shows(
        svg,
        ask(
            "[[*busy.run.primals.values()], [*busy.run.locals.values()], "
            "[*busy.run.adjoints.values()], [*busy.run.flows.values()]]"
        ),
    )
