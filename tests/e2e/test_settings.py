"""Whatever a person or a program sets stands, to the last bit, in card, slider, kernel and picture,
until somebody moves it: in JupyterLab, however it is set, and also while the kernel is busy.
"""

import random

import nbformat
import pytest
from browser import APP, PATIENCE, Opened, only_chromium, soon
from playwright.sync_api import expect
from reading import READ

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
INPUTS = ("w", "x", "y")
CELLS = [
    (
        "import os, time, anywidget, ipywidgets, gradviz as gv\n"
        "class Models(anywidget.AnyWidget):  # lets the test see the models of the page\n"
        "    _esm = 'export default { render({ model }) { window.models = model.widget_manager } }'"
        "\nModels()"
    ),
    (
        "e = gv.explore(lambda w, x, y: w * x - y / 3, w=0.5, x=(-1, 1), y=(0, 10, 0.25))\n"
        "e.update(w=-3.14159, x=0.3)\n"
        "e"
    ),
    "e",
]


class Settings:
    """A live figure that is seen twice, its sliders, and the kernel behind them."""

    def __init__(self, notebook, seed):
        self.notebook, self.page = notebook, notebook.page
        self.random = random.Random(seed)
        self.views = [notebook.cell(count) for count in (2, 3)]
        for view in self.views:
            view.locator(".gradviz-view svg.gradviz").wait_for(timeout=1000 * PATIENCE)
            expect(view.locator(".noUi-handle")).to_have_count(len(INPUTS))
        self.sliders = notebook.ask("{name: s.model_id for name, s in e.sliders.items()}")
        self.wanted = {}  # to what inputs were set last, if that is known to the last bit

    def run(self, code, wait):
        """Let the kernel run this, and wait until it has, or else only when it comes to it."""
        self.page.evaluate(
            f"""async ([code, wait]) => {{
                const {{ kernel }} = {APP}.shell.currentWidget.sessionContext.session;
                const {{ done }} = kernel.requestExecute({{ code }});
                if (wait) await done;
            }}""",
            [code, wait],
        )

    def number(self):
        """Some number, on a slider's step or between two, within its ends or outside."""
        return self.random.choice(
            [
                lambda: self.random.uniform(-1, 1),
                lambda: round(self.random.uniform(-10, 10), 2),
                lambda: self.random.gauss(0, 1) * 10.0 ** self.random.randint(-6, 4),
                lambda: float(self.random.randint(-3, 3)) or 1.0,
            ]
        )()

    # the ways to set an input: they return to what it was set, if that is known

    def typed(self, view, name):
        value = self.random.choice([self.number, self.number, lambda: float("inf")])()
        view.locator(f"#n{INPUTS.index(name)}").press("Enter")
        editor = view.locator(".gv-editor")
        editor.fill(self.random.choice(["∞", "1e400", "inf"]) if value > 1e300 else repr(value))
        editor.press("Enter")
        return value

    def dragged(self, view, name):
        box = view.locator(f"#n{INPUTS.index(name)} .gv-card").bounding_box()
        self._drag(box["x"] + 30, box["y"] + 35)

    def stepped(self, view, name):
        card = view.locator(f"#n{INPUTS.index(name)}")
        for key in self.random.choices(["ArrowUp", "ArrowDown", "PageUp"], k=2):
            card.press(key)

    def slid(self, view, name):
        handle = view.locator(".noUi-handle").nth(INPUTS.index(name))
        for key in self.random.choices(["ArrowLeft", "ArrowRight"], k=2):
            handle.press(key)

    def pulled(self, view, name):
        box = view.locator(".noUi-handle").nth(INPUTS.index(name)).bounding_box()
        self._drag(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def looked_at(self, view, name):
        """The number beside a slider, which is rounded, is entered and left."""
        readout = view.locator(".widget-readout").nth(INPUTS.index(name))
        readout.focus()
        readout.blur()
        return self.wanted.get(name)

    def updated(self, view, name):
        value = self.number()
        self.run(f"e.update({name}={value!r})", wait=not self.is_busy)
        return value

    def _drag(self, x, y):
        ways = self.random.choices(range(-30, 31), k=2)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        for way in ways:
            self.page.mouse.move(x + way, y)
        self.page.mouse.up()

    def set(self, is_busy):
        """Set some input in some way."""
        self.is_busy = is_busy
        way = self.random.choice(
            [
                self.typed,
                self.dragged,
                self.stepped,
                self.slid,
                self.pulled,
                self.looked_at,
                self.updated,
            ]
        )
        view, name = self.random.choice(self.views), self.random.choice(INPUTS)
        view.scroll_into_view_if_needed()
        self.wanted[name] = way(view, name)
        return way.__name__, self.views.index(view), name, self.wanted[name]

    def check(self):
        """Kernel, sliders, and the cards and all other numbers of both views are the same."""
        inputs, sliders, numbers = self.notebook.ask(
            "[e.view.inputs, {name: s.value for name, s in e.sliders.items()}, "
            "[[*map(repr, part.values())] for part in "
            "(e.run.primals, e.run.adjoints, e.run.locals, e.run.flows)]]"
        )
        finite = {name: value for name, value in inputs.items() if abs(value) < float("inf")}
        assert {name: sliders[name] for name in finite} == finite
        in_page = """async (sliders) => {
            const model = async ([name, id]) => [name, (await models.get_model(id)).get("value")];
            return Object.fromEntries(await Promise.all(Object.entries(sliders).map(model)));
        }"""
        stand = self.page.evaluate(in_page, {name: self.sliders[name] for name in finite})
        assert stand == finite
        for view in self.views:
            seen = view.locator("svg.gradviz").evaluate(READ)
            shown = [
                [float(one[part]) for one in seen[kind]]
                for kind, part in (
                    ("nodes", "value"),
                    ("nodes", "adjoint"),
                    ("edges", "local"),
                    ("edges", "flow"),
                )
            ]
            assert [[*map(repr, part)] for part in shown] == numbers
        for name, value in self.wanted.items():
            assert value is None or inputs[name] == value, name


def opened(jupyter, browser, name, sources, told="perCommTarget"):
    """A notebook that was run; `told` is how JupyterLab tells its kernel of hands."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), jupyter.folder / name)
    notebook = Opened(browser, jupyter.address, name)
    kernel = f"{APP}.shell.currentWidget.sessionContext.session.kernel"
    notebook.page.evaluate(f"(told) => {{ {kernel}.commsOverSubshells = told; }}", told)
    notebook.run_all()
    notebook.page.locator(".gradviz-view svg.gradviz").first.wait_for(timeout=1000 * PATIENCE)
    yield notebook
    notebook.close()


# JupyterLab tells the kernel of hands beside a cell that runs; other hosts, after it
@pytest.fixture(
    scope="module",
    params=["perCommTarget", "disabled"],
    ids=["beside cells", "after cells"],
)
def notebook(jupyter, browser, request):
    yield from opened(jupyter, browser, "settings.ipynb", CELLS, request.param)


def test_what_was_set_before_it_was_seen(notebook):
    settings = Settings(notebook, 0)
    settings.wanted = {"w": -3.14159, "x": 0.3, "y": 5.0}
    settings.check()


@pytest.mark.parametrize("browser", ["firefox"], indirect=True)
def test_some_settings_in_any_order_and_way(notebook, jupyter):
    set_at_random(notebook, jupyter, 20)


@only_chromium
def test_300_settings_in_any_order_and_way(notebook, jupyter):
    set_at_random(notebook, jupyter, 300)


def set_at_random(notebook, jupyter, count):
    """Set inputs so often, and compare again and again what shows them."""
    settings = Settings(notebook, count)
    enough = jupyter.folder / "enough"
    soon(notebook.page, settings.check)  # two views have been made, of what was set before
    done = 0
    while done < count:
        is_busy = settings.random.random() < 0.3
        if is_busy:
            enough.unlink(missing_ok=True)
            settings.run("while not os.path.exists('enough'): time.sleep(0.01)", wait=False)
        block = [settings.set(is_busy) for _ in range(settings.random.randint(1, 8))]
        enough.touch()
        for way, _, name, _ in block:
            # a cell perhaps runs after what was set by hand later
            if is_busy and way == "updated":
                settings.wanted.pop(name, None)
        done += len(block)
        try:
            soon(notebook.page, settings.check)
        except AssertionError as error:
            error.add_note(f"after {[is_busy, *block]}")
            raise


OWN = """
at = gv.plot.tangent(lambda x: x**2, at=(-2.0, 2.0))
both = ipywidgets.FloatSlider(0.5, min=0, max=1, step=0.1)
own = gv.explore(lambda p, q, r, s, t, u: p * q + r * s + t * u, dict(
    p=both, q=both, r=ipywidgets.FloatLogSlider(1.0, min=-1, max=1), s=ipywidgets.FloatText(1.0),
    t=ipywidgets.BoundedFloatText(0.5, min=0, max=1), u=ipywidgets.IntSlider(1, min=0, max=3)))
ipywidgets.VBox([own, at])
"""


@pytest.fixture(scope="module")
def own(jupyter, browser):
    """A figure with its user's own widgets, one of them for two inputs, and a live plot."""
    yield from opened(jupyter, browser, "own.ipynb", (CELLS[0], OWN))


def stands(notebook, expected):
    """The kernel, its widgets, and those of the page are at these values, but for whole numbers."""
    values, widgets = notebook.ask(
        "[{**own.view.inputs, **at.values}, "
        "{n: [w.model_id, w.value] for n, w in {**own.sliders, **at.sliders}.items()}]"
    )
    assert values == expected
    for name, (model, value) in widgets.items():
        assert value == (expected[name] if name != "u" else 1)
        assert value == notebook.page.evaluate(
            "async (id) => (await models.get_model(id)).get('value')", model
        )


def test_users_own_widgets_stand_where_they_are_put(own):
    values = {"p": 0.123, "q": 0.123, "r": 37.77, "s": 1 / 3, "t": 5.5, "u": 2.5, "at": 1 / 7}
    own.ask("[own.update(p=0.123, r=37.77, s=1/3, t=5.5, u=2.5).value, at.update(at=1/7)]")
    soon(own.page, stands, own, values)
    own.page.locator(".widget-readout").nth(2).focus()
    own.page.locator("#n1").press("Enter")  # of q, which has the slider of p
    own.page.locator(".gv-editor").fill("7.7777")
    own.page.locator(".gv-editor").press("Enter")
    values |= {"p": 7.7777, "q": 7.7777}
    soon(own.page, stands, own, values)
    own.page.wait_for_timeout(1000)  # nothing comes later
    stands(own, values)
    assert [
        float(card.get_attribute("data-value")) for card in own.page.locator("g.gv-input").all()
    ] == [values[name] for name in "pqrstu"]


def test_a_slider_tells_where_it_is_while_it_is_dragged(own):
    own.ask("[own.update(p=0.5, r=2.0).value, at.update(at=0.0)]")

    def check_has_moved(name, before):
        assert own.ask("{**own.view.inputs, **at.values}")[name] > before

    for name, before, place in (("p", 0.5, 0), ("r", 2.0, 2), ("at", 0.0, 4)):
        handle = own.page.locator(".noUi-handle").nth(place)
        handle.hover()
        own.page.mouse.down()
        box = handle.bounding_box()
        own.page.mouse.move(box["x"] + box["width"] / 2 + 25, box["y"] + box["height"] / 2)
        soon(own.page, check_has_moved, name, before)
        own.page.mouse.up()
