"""Statistics of an array in a saved page: where one asks for its card, in Python's words."""

import numpy as np
import pytest
from alone import opening
from browser import only_chromium
from needs import needed
from playwright.sync_api import expect

import gradviz as gv
from gradviz.scene.words.statistics import lines


@pytest.fixture
def visit(browser, tmp_path):
    with opening(browser, viewport={"width": 1280, "height": 1400}) as opened:

        def visit_(saved):
            page = opened(saved.save(tmp_path / "x.html").as_uri())
            page.locator(".gv-stage svg.gradviz").first.wait_for()
            return page

        yield visit_


def told(page, label):
    """What the explanation says of a card under `statistics`."""
    page.locator(f'.gv-node[data-name="{label}"], .gv-node[data-label="{label}"]').first.click()
    rows = page.locator(".gv-why .gv-row", has_text="statistics")
    expect(rows.first).to_be_visible()
    texts = [text.removeprefix("statistics") for text in rows.all_text_contents()]
    return [text[: len(text) // 2] for text in texts]  # once spoken, once as MathML


@pytest.mark.long
@only_chromium
def test_a_page_works_them_out_by_itself(visit):
    def f(k, x):
        h = np.log(x * k)
        return np.sum(h * h)

    with np.errstate(all="ignore"):
        explorer = gv.explore(f, k=(0, 4), x=np.array([[1.0, 2.0, 0.0], [0.5, 3.0, 1.0]]))
        page = visit(explorer)
        for label in ("x", "h"):
            expected = lines(explorer.run, explorer.run.graph.by_label[label])
            assert told(page, label) == [text for text, _ in expected]
        expect(page.locator(".gv-why .gv-disagrees", has_text="⚠").first).to_be_visible()
        page.get_by_label("k, as a number").fill("1")
        page.get_by_label("k, as a number").press("Enter")
        explorer.update(k=1.0)
        expected = lines(explorer.run, explorer.run.graph.by_label["h"])
        assert told(page, "h") == [text for text, _ in expected]


@pytest.mark.long
def test_a_page_of_a_model_holds_them(visit):
    torch = needed("torch", "PyTorch is not installed: no page of a model of it was opened")
    model = torch.nn.Sequential(torch.nn.Linear(6, 40), torch.nn.ReLU(), torch.nn.Linear(40, 30))
    graph = gv.trace_torch(model, torch.randn(50, 6))
    figure = gv.draw(graph)
    page = visit(figure)
    for node in figure.graph.nodes:
        if expected := lines(figure.run, node):
            assert told(page, node.label) == [text for text, _ in expected]
