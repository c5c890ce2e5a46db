"""Operations whose numbers are only recorded, without any library that recorded them."""

import json
import re

import numpy as np
import pytest

import gradviz as gv
from gradviz.audit import audit
from gradviz.document.told import Told
from gradviz.graph import Block, External, Graph, Node, Untold, is_from_elsewhere


def made(rows=2, label="layer", stops=()):
    """The sum of w·x in a box, as another library may have worked it out."""
    box = Block("layer")
    x, w = Node(0, "x", name="x"), Node(1, "w", name="w", block=box)
    written = ("scale(", 0, ", by=", 1, ")")
    h = Node(2, label, External("scale", "scale", written, stops), (x, w), None, None, box)
    f = Node(3, "f", External("sum", "sum", ("sum(", 0, ")"), ()), (h,))
    values = np.arange(3.0 * rows).reshape(rows, 3)
    ones = np.ones((rows, 3))
    back = 0.0 * ones if 0 in stops else 2.0 * ones
    primals = (values, 2.0, 2.0 * values, float(2 * values.sum()))
    adjoints = (back, float(values.sum()), ones, 1.0)
    return Graph(
        "model",
        (x, w, h, f),
        f,
        order=(x, w, h, f),
        example_numbers=(*primals, None, None, None, *adjoints),
        runner=Told("it is of a model from elsewhere", False, Graph.from_dict),
        example_flows=(back, float(values.sum()), ones),
    )


def test_it_is_drawn_explained_and_stepped():
    figure = gv.draw(made())
    assert str(figure).splitlines()[-2].split() == ["layer", "scale(x,", "by=w)", "2×3", "2×3"]
    assert figure.explain("w") == "∂f/∂w = ∂f/∂layer · ∂layer/∂w = 15"
    assert "flow" in figure.at(-1).svg
    assert [node.sign for node in figure.graph.operations] == ["scale", "sum"]


def test_its_document_makes_the_same_graph_and_is_right():
    graph = made()
    text = json.dumps(graph.to_dict(), allow_nan=False)
    again = Graph.from_dict(json.loads(text))
    assert str(again) == str(graph)
    assert [*again.example.flows.values()][1] == 15.0
    report = audit(text)
    assert not report.failures
    assert any("a model from elsewhere" in remark for remark in report.remarks)
    assert not audit(gv.draw(graph).svg).failures


@pytest.mark.parametrize(
    ("kind", "place", "value"), [("flows", 1, 16.0), ("adjoints", 1, 14.0), ("primals", 1, 3.0)]
)
def test_numbers_that_do_not_hold_together_are_found(kind, place, value):
    document = made().to_dict()
    document["derived"][kind][place] = value
    assert audit(json.dumps(document)).failures


def test_large_arrays_are_summarised():
    document = made(1000).to_dict()
    assert "summary" in document["derived"]["primals"][2]
    assert len(json.dumps(document)) < 100_000
    report = audit(json.dumps(document))
    assert not report.failures


def test_a_closed_box_hides_its_parameter():
    closed = gv.draw(made(), collapse=["layer"])
    assert [node.label for node in closed.graph.nodes] == ["x", "layer", "f"]
    (flow, _) = closed.run.flows.values()
    assert np.array_equal(flow, 2.0 * np.ones((2, 3)))
    assert not audit(closed.svg).failures


def test_a_picture_tells_where_nothing_flows_and_the_ends_of_long_names():
    graph = made(label="network.encoder.attention.projection", stops=(0,))
    pieces = re.sub("<metadata>.*</metadata>", "", gv.draw(graph).svg)  # without its document
    assert ">projec" in pieces and "no gradient is asked for along here" in pieces
    assert not audit(pieces).failures
    wrong = pieces.replace(">projec", ">protec")
    assert [each.at for each in audit(wrong).failures] == [graph.nodes[2].label]


def test_what_can_not_be_worked_out_says_so():
    graph = made()
    assert is_from_elsewhere(graph)
    with pytest.raises(Untold, match="elsewhere"):
        graph.nodes[2].gate.number(1.0, 2.0)
    for asked in (graph.run, graph.code, graph.cost):
        with pytest.raises(TypeError, match="no numbers but those of its document"):
            asked()


def test_a_document_with_places_that_are_not_there_is_refused():
    document = made().to_dict()
    document["believed"]["nodes"][2]["operation"]["written"] = ["scale(", 7, ")"]
    with pytest.raises(ValueError, match="has only 2 operands"):
        Graph.from_dict(document)


def test_a_box_of_many_shows_what_it_makes():
    figure = gv.draw(made(), detail="boxes")
    labels = [node.label for node in figure.graph.nodes]
    assert labels == ["x", "layer", "f"]
    assert np.array_equal(figure.run.primals["layer"], made().example.primals["layer"])
    inside = figure.inside("layer")
    assert [node.label for node in inside.graph.nodes] == ["x", "w", "layer", "f"]


def test_a_page_holds_each_state_of_its_boxes(tmp_path):
    page = gv.draw(made()).save(tmp_path / "model.html").read_text(encoding="utf-8")
    state = json.loads(page.split('id="gradviz-state"')[1].split(">", 1)[1].split("</script>")[0])
    assert [drawing["closed"] for drawing in state["drawings"]] == [[], [0]]
    assert state["numbers"] and state["drawings"][1]["numbers"]
