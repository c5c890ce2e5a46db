"""In Chinese, no English sentence is left in figures, tables, costs and code; and long texts break
where Chinese ones may.
"""

import re

import numpy as np
import pytest
from chinese import english_in, seen
from circuit import INPUTS, circuit
from gallery import FIGURES
from lengths import short

import gradviz as gv
from gradviz import words
from gradviz.audit import audit
from gradviz.export.html import page
from gradviz.scene.text import cut, width
from gradviz.scene.words.listing import listing


@pytest.fixture(autouse=True)
def in_chinese():
    with words.speaking("zh"):
        yield


@pytest.fixture(
    params=short(
        6, ["tiny", "circuit-closed", "wrong-gate", "extremes", "arrays", "eager", "inside-a-unit"]
    )
)
def figure(request):
    return FIGURES[request.param]()


def test_the_test_knows_english():
    assert english_in("值：the way back begins, x") == {"the way back begins"}
    assert english_in("sin cos，exp(x) = 3 · x, pip install anywidget") == set()


def test_figures(figure):
    for there in (figure, figure.at(1), figure.at(-2)):
        said = [seen(there.svg), seen(page(there.scene)), str(there), seen(there.html)]
        assert english_in(*said, *there.dot.source.split('"')) == set()
    assert "梯度" in seen(figure.svg)
    assert 'lang="zh"' in figure.svg


def test_reasons_and_code(figure):
    graph = figure.graph
    for node in graph.nodes[:12]:
        assert english_in(figure.explain(node.label, detail="full")) == set()
    for edge in graph.edges[:12]:
        said = figure.explain(edge.source.label, edge.target.label, detail="full")
        assert english_in(said) == set()
    assert english_in(*listing(graph)["notes"]) == set()


def test_forward_mode():
    graph = gv.trace(lambda x, y: np.exp(x * y) + x, x=1.0, y=2.0)
    for wrt in ("x", {"x": 1.0, "y": -2.0}):
        figure = gv.draw(graph, mode="forward", wrt=wrt)
        for there in (figure, figure.at(2), figure.at(-1)):
            assert english_in(seen(there.svg), seen(page(there.scene)), str(there)) == set()
        assert "切向量" in seen(figure.svg)
    assert "dx = 1，dy = −2" in seen(figure.svg)


@pytest.mark.parametrize("target", ["python", "javascript"])
def test_remarks_in_code(target):
    code = gv.trace(circuit, INPUTS).code(target)
    remarks = re.findall(r"(?:#|//) (.*)", code)
    assert remarks and english_in(*remarks) == set()


def test_costs_stand_in_columns():
    cost = gv.trace(circuit, INPUTS).cost()
    assert english_in(cost, seen(cost._repr_html_())) == set()
    with gv.Ledger() as ledger:
        gv.trace(circuit, INPUTS)
    assert english_in(ledger) == set()
    lines = [line.encode("gb18030") for line in str(cost).splitlines()[3:]]  # of two bytes a sign
    assert len({len(line) for line in lines if b"\xa9\xa4" not in line}) == 1
    table = str(gv.trace(lambda x: x * x, x=3.0)).splitlines()
    assert table[0] == "名称  运算  值  梯度"
    assert table[2] == "x     输入   3     6"


def test_a_picture_agrees_wherever_it_is_checked(figure):
    with words.speaking("en"):
        assert str(audit(figure.svg)).endswith("agrees")


def test_chinese_names_fit_their_cards():
    assert width("总价") == pytest.approx(2 * 1.02 * 12)
    assert cut("用来求和的一个很长的名字", 60) == "用来求和…"
    assert width(cut("用来求和的一个很长的名字", 60)) <= 60
    figure = gv.draw(gv.trace(lambda 单价, 数量: 单价 * 数量, 单价=2.0, 数量=3.0))
    assert {"单价", "数量"} <= {*re.findall(">([^<>]+)<", figure.svg)}
