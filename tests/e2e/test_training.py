"""Films of trainings in a real browser: saved pages without a kernel, and JupyterLab, where they
grow while the kernel works.
"""

import nbformat
import numpy as np
import pytest
from alone import opening
from axe_playwright_python.sync_playwright import Axe
from browser import APP, only_chromium, soon
from playwright.sync_api import expect

import gradviz as gv

pytestmark = pytest.mark.long

SEEN = """(at) => {
    const scrub = document.querySelector(".gv-scrub");
    scrub.value = at;
    scrub.dispatchEvent(new Event("input"));
    const { epoch, loss, gradients, right } = document.querySelector(".gv-training").dataset;
    const copy = document.createElement("canvas");
    const context = copy.getContext("2d", { willReadFrequently: true });
    context.drawImage(document.querySelector(".gv-film-weights canvas"), 0, 0);
    const { data } = context.getImageData(0, 0, 2, 2);
    const pixels = [0, 1, 2, 3].map((cell) => Array.from(data.slice(4 * cell, 4 * cell + 4)));
    const verdicts = document.querySelectorAll(".gv-film-verdict");
    return {
        epoch: Number(epoch), loss: Number(loss), right: Number(right), pixels,
        gradients: gradients.split(" ").map(Number),
        verdicts: Array.from(verdicts, ({ textContent }) => textContent),
    };
}"""
EPOCHS = 10


def film():
    """A film of logistic regression by hand: four pixels, two classes."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 4))
    labels = (x @ [2.0, -1.0, 0.5, 0.0] > 0).astype(float)
    recorded, w = gv.plot.training(x[:20].reshape(-1, 2, 2), labels, epochs=EPOCHS), np.zeros(4)
    for _ in range(EPOCHS + 1):
        p = 1 / (1 + np.exp(-x @ w))
        loss = -np.mean(np.log(np.where(labels == 1, p, 1 - p)))
        gradient = x.T @ (p - labels) / 60
        recorded.add(
            loss,
            weights=w.reshape(1, 2, 2),
            verdicts=(p > 0.5).astype(float),
            gradients={"w": gradient, "miss": p - labels},
        )
        w = w - gradient
    return recorded


@pytest.fixture
def visit(browser, tmp_path):
    with opening(browser, viewport={"width": 1400, "height": 900}) as opened:
        path = film().save(tmp_path / "film.html")

        def visit_(**options):
            page = opened(path.as_uri(), **options)
            expect(page.locator(".gv-training[data-loss]")).to_be_visible()
            return page

        yield visit_


def test_each_epoch_is_shown_as_it_was_recorded(visit):
    page, recorded = visit(), film()
    most = max(frame["most"] for frame in recorded.told()["numbers"])
    for at, frame in enumerate(recorded.frames):
        seen = page.evaluate(SEEN, at)
        assert (seen["epoch"], seen["loss"]) == (frame.epoch, frame.loss)
        assert seen["gradients"] == [*frame.gradients.values()]
        assert seen["right"] == frame.right(recorded._record.answers)
        for verdict, told in zip(seen["verdicts"], frame.verdicts):
            assert verdict.startswith(told)
        for (red, green, blue, alpha), weight in zip(seen["pixels"], frame.weights.ravel()):
            assert alpha / 255 == pytest.approx(min(1, abs(weight) / most), abs=0.02)
            if alpha > 30:  # green is positive, and purple negative
                assert (green > red and green > blue) == (weight > 0)


@only_chromium
def test_it_plays_and_is_stopped_by_a_hand(visit):
    page = visit(reduced_motion="no-preference")
    page.get_by_role("button", name="play").click()
    expect(page.locator(".gv-training")).not_to_have_attribute("data-epoch", str(EPOCHS))
    expect(page.locator(".gv-training")).to_have_attribute("data-epoch", str(EPOCHS))
    page.get_by_role("button", name="play").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="pause")).to_be_visible()
    page.get_by_role("slider", name="epoch").focus()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    expect(page.get_by_role("button", name="play")).to_be_visible()
    expect(page.locator(".gv-training")).to_have_attribute("data-epoch", "0")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".gv-training")).to_have_attribute("data-epoch", "1")
    box = page.locator(".gv-epochs-loss").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 2, box["y"] + 50)
    expect(page.locator(".gv-training")).to_have_attribute("data-epoch", str(EPOCHS))


@only_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits(visit, scheme):
    for width, height in ((1400, 900), (390, 844)):
        page = visit(color_scheme=scheme, viewport={"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.locator(".gv-training").bounding_box()["height"] < height - 130
        report = Axe().run(page)
        assert report.response["violations"] == [], report.generate_report()
        page.locator(".gv-count").evaluate(
            "(count) => { count.textContent = 'epoch '.repeat(12); }"
        )
        assert page.evaluate("document.documentElement.scrollWidth") == width


@only_chromium
def test_whoever_wants_nothing_to_move_goes_step_by_step(visit):
    page = visit(reduced_motion="reduce")
    expect(page.get_by_role("button", name="play")).to_have_count(0)
    page.get_by_role("button", name="one epoch back").click()
    expect(page.locator(".gv-training")).to_have_attribute("data-epoch", str(EPOCHS - 1))


@only_chromium
def test_lines_of_layers_are_told_apart(visit):
    """In one chart no two look alike, and a name has the colour of its line."""
    page = visit()
    style = "(all) => all.map((each) => getComputedStyle(each)[NAME])"
    look = lambda kind, name: page.locator(f".gv-epochs-gradients .{kind}").evaluate_all(  # noqa: E731
        style.replace("NAME", repr(name))
    )
    strokes = look("gv-epoch-line", "stroke")
    assert len(strokes) > 1 and len({*strokes}) == len(strokes)
    assert len({*look("gv-epoch-line", "strokeDasharray")}) == len(strokes)
    assert look("gv-epoch-name", "fill") == look("gv-epoch-dot", "fill") == strokes


CELL = """import time
import gradviz as gv
film = gv.plot.training(epochs=3)
for epoch in range(4):
    film.add(1 / 2**epoch, weights=[[[1.0 + epoch, -1.0]]], gradients={"w": 0.5})
    time.sleep(3)
film"""
RUN = f"""() => {{
    {APP}.commands.execute("notebook:run-all-cells");
}}"""


@only_chromium
def test_it_grows_while_the_kernel_works(jupyter, open_notebook):
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    cells = [nbformat.v4.new_code_cell(CELL), nbformat.v4.new_code_cell("film")]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    nbformat.write(notebook, jupyter.folder / "film.ipynb")
    lab = open_notebook(jupyter.address, "film.ipynb")
    lab.page.evaluate(RUN)
    first = lab.cell(1).locator(".gv-training")
    expect(first).to_have_attribute("data-epoch", "1")
    assert int(first.locator(".gv-scrub").get_attribute("max")) < 3  # the rest is yet to come
    expect(lab.cell(2).locator(".gv-training")).to_have_attribute("data-loss", "0.125")
    expect(first).to_have_attribute("data-epoch", "3")
    expect(first).to_have_count(1)  # though it stands at the end of the cell as well
    expect(lab.cell(1).locator(".jp-OutputArea-output")).to_have_count(1)
    assert lab.errors() == []
    soon(lab.page, is_old, lab)


def is_old(lab):
    """It was played, and will not begin by itself again."""
    assert lab.ask("film.is_new") is False
