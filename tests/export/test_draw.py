"""Figures: their numbers, their text, their safety, and the same places on every machine."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from circuit import INPUTS, circuit

import gradviz as gv
from gradviz.numerals import numeral
from gradviz.scene import engine

GOLDEN = Path(__file__).parents[1] / "golden" / "circuit.svg"
SVG = "{http://www.w3.org/2000/svg}"
NASTY = [
    "<script>alert(1)</script>",
    'a"b\n->c',
    "x);import os#",
    "损失",
    "&amp;",
    "]]>",
    "\\N\\G",
    "a" * 300,
    "\x00\x07",
    "<b>b</b>",
    "\u202eabc",
]


def elements(svg, kind):
    return [g for g in ET.fromstring(svg).iter(f"{SVG}g") if kind in (g.get("class") or "").split()]


def test_the_picture_holds_every_number_in_full():
    run = gv.trace(circuit, INPUTS).example
    svg = gv.draw(run).svg
    nodes, edges = elements(svg, "gv-node"), elements(svg, "gv-edge")
    assert [float(g.get("data-value")) for g in nodes] == list(run.primals.values())
    assert [float(g.get("data-adjoint")) for g in nodes] == list(run.adjoints.values())
    assert [float(g.get("data-local")) for g in edges] == list(run.locals.values())
    assert [float(g.get("data-flow")) for g in edges] == list(run.flows.values())
    for node, g in zip(run.graph.nodes, nodes):
        texts = {text.get("class"): text.text for text in g.iter(f"{SVG}text")}
        assert texts["gv-value"] == numeral(run.primals[node])
        assert texts["gv-adjoint"] == numeral(run.adjoints[node])


def test_a_nodes_adjoint_is_the_sum_of_what_flows_back():
    svg = gv.draw(gv.trace(lambda x, y: (x * y + x) ** 2 / (x - y), x=1.5, y=-0.7)).svg
    nodes = {int(g.get("id")[1:]): float(g.get("data-adjoint")) for g in elements(svg, "gv-node")}
    back = dict.fromkeys(nodes, 0.0)
    for g in elements(svg, "gv-edge"):
        flow = nodes[int(g.get("data-to"))] * float(g.get("data-local"))
        assert flow == float(g.get("data-flow"))
        back[int(g.get("data-from"))] += flow
    *others, output = nodes
    assert nodes[output] == 1.0
    assert [back[node] for node in others] == pytest.approx(
        [nodes[node] for node in others], rel=1e-14
    )


def test_the_golden_figure():
    figure = gv.draw(gv.trace(circuit, INPUTS))
    if not GOLDEN.exists():
        figure.save(GOLDEN)
    from comparison import agree

    assert agree(figure.svg, GOLDEN.read_text(encoding="utf-8")), (
        "the circuit's figure has changed: if it should, delete the golden file and run again"
    )


def test_the_layout_does_not_depend_on_the_numbers():
    graph = gv.trace(circuit, INPUTS)
    numberless = re.compile(
        r'data-(value|adjoint|local|flow)="[^"]*"|>[^<]*<|stroke-width="[^"]*"'
        r'| (font-size="[^"]*" textLength="\d+" lengthAdjust="spacingAndGlyphs")'
        r'|class="gv-gap"[^>]*'
    )
    first, second = (
        numberless.sub("", gv.draw(graph.run(w0=w0)).svg) for w0 in (2.0, -1.234567e-9)
    )
    assert first == second


def test_before_backward_a_dot_and_not_a_zero():
    x = gv.Variable(3.0, name="x")
    y = x * x + 1
    figure = gv.draw(y)
    assert [g.get("data-adjoint") for g in elements(figure.svg, "gv-node")] == ["", "", ""]
    assert re.findall(r'class="gv-adjoint"[^>]*>([^<]*)<', figure.svg)[:3] == ["•"] * 3
    assert "0" not in [row.split()[-1] for row in str(figure).splitlines()[4:]]
    y.backward()
    assert [float(g.get("data-adjoint")) for g in elements(gv.draw(y).svg, "gv-node")] == [
        6.0,
        1.0,
        1.0,
    ]
    assert figure.svg != gv.draw(y).svg


def test_a_figure_shows_the_backward_of_its_own_output():
    x = gv.Variable(2.0, name="x")
    shared = x * x
    first, second = shared + 1, shared * 5
    first.backward()
    second.backward()
    assert gv.draw(first).run.adjoints["x"] == 4.0
    assert gv.draw(second).run.adjoints["x"] == 20.0


@pytest.mark.parametrize("name", NASTY)
def test_names_are_data_everywhere(name):
    @gv.block(name=name)
    def inside(t):
        return np.exp(t) - t

    figure = gv.draw(gv.trace(lambda *xs: inside(xs[0]) * xs[0], {name: 0.5}))
    tree = ET.fromstring(figure.svg)
    assert {element.tag.removeprefix(SVG) for element in tree.iter()} <= {
        "svg",
        "title",
        "desc",
        "metadata",
        "style",
        "rect",
        "g",
        "path",
        "text",
        "tspan",
    }
    assert not any(
        attribute.startswith("on") or "href" in attribute
        for element in tree.iter()
        for attribute in element.attrib
    )
    assert "<script" not in figure.svg + figure.html
    assert all(re.fullmatch(r"[ne]\d+", g.get("id")) for g in tree.iter(f"{SVG}g") if g.get("id"))
    places = engine.graphviz(figure.dot.source)  # the DOT for users, through Graphviz itself
    drawn = len(places["objects"]) + len(places["edges"])
    assert drawn == len(figure.graph.nodes) + len(figure.graph.edges) + 1


def test_names_are_shown_as_they_are():
    figure = gv.draw(gv.trace(lambda *xs: xs[0] * 2, {"<i>&": 1.0}))
    shown = ["".join(text.itertext()) for text in ET.fromstring(figure.svg).iter(f"{SVG}text")]
    assert "<i>&" in shown
    titles = [title.text for title in ET.fromstring(figure.svg).iter(f"{SVG}title")]
    assert any("<i>&" in title for title in titles)


def test_long_names_are_cut_and_whole_in_the_title():
    name = "a_very_long_name_for_a_learning_rate"
    figure = gv.draw(gv.trace(lambda *xs: xs[0] * 2, {name: 1.0}))
    shown = "".join(text for text in ET.fromstring(figure.svg).itertext())
    assert "…" in shown
    assert name in shown
    assert layout_widths(figure)[0] <= 132


def layout_widths(figure):
    return [box.width for box in figure.layout.cards]


def test_cards_do_not_overlap_and_lie_inside():
    def busy(x, y):
        a = x * y
        b = np.exp(a) - x / y
        return (b**2 + x) / a + np.maximum(x, 0) - x**y

    for graph in (
        gv.trace(busy, x=1.5, y=2.0),
        gv.trace(circuit, INPUTS),
        gv.trace(lambda x: x, x=1.0),
    ):
        places = gv.draw(graph).layout
        for i, a in enumerate(places.cards):
            assert a.x >= -1
            assert a.y >= -1
            assert a.x + a.width <= places.width + 1
            assert a.y + a.height <= places.height + 1
            for b in places.cards[:i]:
                assert (
                    a.x + a.width <= b.x + 0.5
                    or b.x + b.width <= a.x + 0.5
                    or a.y + a.height <= b.y + 0.5
                    or b.y + b.height <= a.y + 0.5
                )


def test_blocks_lie_around_their_gates():
    figure = gv.draw(gv.trace(circuit, INPUTS))
    ((block, box),) = figure.layout.blocks
    assert block.name == "sigmoid"
    for node in figure.graph.nodes:
        x, y = figure.layout.cards[node.index].centre
        assert (node.block is block) == (
            box.x < x < box.x + box.width and box.y < y < box.y + box.height
        )


def test_dot_says_all():
    source = gv.draw(gv.trace(circuit, INPUTS)).dot.source
    for part in ("w0\\n2\\n−0.1966", "∂ 0.368\\n◂ −0.197", "sigmoid", "t +\\n1\\n0.1966"):
        assert part in source


def doubled(function):
    return lambda x: function(x) * 2


def test_nan_and_infinity_are_drawn():
    for function, at in (
        (np.log, -1.0),
        (lambda x: 1 / x, 0.0),
        (np.exp, 1000.0),
        (lambda x: x**0.5, -1.0),
    ):
        svg = gv.draw(gv.trace(doubled(function), x=at)).svg
        assert ET.fromstring(svg) is not None
        assert "nan" in svg or "∞" in svg


def test_what_notebooks_show():
    figure = gv.draw(gv.trace(circuit, INPUTS))
    bundle = figure._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "image/svg+xml"}
    assert bundle["text/html"].startswith('<img src="data:image/svg+xml;base64,')
    assert repr(figure) == "<Figure circuit = 0.7311 at w0 = 2, x0 = −1, w1 = −3, x1 = −2, w2 = −3>"


def test_what_cannot_be_drawn():
    with pytest.raises(TypeError, match=r"gv\.trace\(f, x=1\.0\) makes a graph"):
        gv.draw(lambda x: x)
    with pytest.raises(TypeError, match="draw takes a Graph, a Run or a Variable, not the int 3"):
        gv.draw(3)


def test_explanations():
    figure = gv.draw(gv.trace(circuit, INPUTS))
    assert figure.explain("t") == "∂circuit/∂t = ∂circuit/∂v9 · ∂v9/∂t = (−0.1966) · (−1) = 0.1966"
    assert figure.explain("circuit") == "∂circuit/∂circuit = 1"
    assert gv.draw(gv.trace(lambda x, y: x * 2, x=1.0, y=1.0)).explain("y") == "∂f/∂y = 0"
    with pytest.raises(KeyError, match="no node is called 'q'; there are w0, x0"):
        figure.explain("q")
