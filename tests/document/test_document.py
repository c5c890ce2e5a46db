"""A graph as a document: what is written is read again; all else is refused in a sentence."""

import contextlib
import copy
import json
import math

import fastjsonschema
import jsonschema
import numpy as np
import pytest
from autodiff.primitives.test_printers import ELEMENTWISE, is_spelled, random_programs
from gallery import FIGURES
from hypothesis import given
from hypothesis import strategies as st
from lengths import short
from lesson_code import NOTEBOOKS, played

import gradviz as gv
from gradviz.audit import audit
from gradviz.document import reading
from gradviz.document.codec import decoded, encoded
from gradviz.figure import from_document

LARGE = [
    "hundred-nodes", "two-hundred-nodes", "image-network", "five-thousand-loose", "inside-a-layer",
    "inside-a-unit",
]  # fmt: skip
ROWS = [*filter(is_spelled, ELEMENTWISE)]


def through(what, **options):
    """A document as it arrives somewhere else."""
    return json.loads(json.dumps(what.to_dict(**options), allow_nan=False))


def same(one, other):
    """Whether numbers are the same to the bit."""
    if one is None or other is None:
        return one is other
    x, y = np.asarray(one), np.asarray(other)
    return (
        (x.dtype, x.shape) == (y.dtype, y.shape)
        and np.array_equal(x, y, equal_nan=x.dtype.kind == "f")
        and (x.dtype.kind != "f" or not np.any((np.signbit(x) != np.signbit(y)) & (x == x)))
    )


def is_the_same(graph, whole=True):
    """Whether a graph comes again out of its document: numbers, pictures, words and all."""
    document = through(graph)
    jsonschema.validate(document, SCHEMA)
    again = gv.Graph.from_dict(document)
    assert str(again) == str(graph)
    assert all(map(same, again.example.numbers, graph.example.numbers))
    assert through(again) == document
    figure, other = gv.draw(graph, detail="full"), gv.draw(again, detail="full")
    other.wrong = [again.nodes[node.index] for node in figure.wrong]  # which takes the gates
    assert other.svg == figure.svg
    assert audit(other.svg).failures == audit(figure.svg).failures
    steps = len(graph.operations) + 2
    if not figure.wrong:
        assert other.at(steps).svg == figure.at(steps).svg
    label = graph.nodes[0].label
    assert other.explain(label) == figure.explain(label)
    if not graph.runner.can_run:
        return again
    if not any(node.is_handwritten for node in graph.nodes):
        inputs = {
            name: value * 1.01 + 0.001 if np.ndim(value) else float(value) * 1.01 + 0.001
            for name, value in graph.example.inputs.items()
        }
        try:
            run = graph.run(inputs)
        except TypeError:
            return again
        if run.retraced is None:
            there = again.run(inputs)
            assert all(map(same, there.numbers, run.numbers))
            assert again.code() == graph.code()
        else:
            with pytest.raises(TypeError, match="its function is not at hand"):
                again.run(inputs)
    return again


SCHEMA = json.loads(
    reading.Path(reading.__file__).with_name("schema.json").read_text(encoding="utf-8")
)


SMALL = [name for name in FIGURES if name not in LARGE]


@pytest.mark.parametrize("name", short(len(SMALL), [*SMALL, *LARGE]))
def test_the_gallery(name):
    figure = FIGURES[name]()
    graph = figure.graph.whole
    if len(graph.nodes) > 1000:
        document = through(figure.graph)
        again = gv.Graph.from_dict(document)
        assert str(again) == str(figure.graph)
        assert (again.origin.path, again.origin.names) == (
            figure.graph.origin.path,
            figure.graph.origin.names,
        )
        return
    is_the_same(graph)
    document = json.loads(json.dumps(figure.document, allow_nan=False))
    assert from_document(document).svg == figure.svg


@pytest.mark.parametrize(("seed", "count"), short(1, [(0, 10), *((n, 50) for n in range(1, 7))]))
def test_random_programs(seed, count):
    for graph, _ in random_programs(ROWS, count, seed):
        is_the_same(graph)


# those of lesson 9 are PyTorch's: tests/interop
@pytest.mark.parametrize("lesson", short(2, range(9)))
def test_every_figure_of_every_lesson(lesson, monkeypatch):
    monkeypatch.chdir(NOTEBOOKS)
    shown = [value for value in played(lesson).values() if value is not None]
    figures = [value for value in shown if isinstance(value, gv.Figure)]
    graphs = [figure.graph for figure in figures]
    graphs += [view.run.graph for view in shown if isinstance(view, gv.View)]
    for figure in figures:
        if figure.document is not None:
            assert from_document(json.loads(json.dumps(figure.document))).svg == figure.svg
    for graph in dict.fromkeys(graph.whole for graph in graphs):
        if len(graph.nodes) < 300:
            is_the_same(graph)


@gv.block
def gate(a, b):
    return np.sin(a) * b + np.maximum(a, b)


def test_what_a_graph_can_do_it_can_do_again():
    def f(w, x, b):
        h = gate(w @ x, b)
        return np.sum(h * h) if h[0] > 0 else np.sum(h)

    graph = gv.trace(f, w=[[1.0, 2.0], [0.5, -1.0]], x=[1.0, 0.5], b=[0.1, 0.2])
    again = is_the_same(graph)
    assert [str(guard.broken) for _, guard in again.guards] == [
        str(guard.broken) for _, guard in graph.guards
    ]
    for options in ({"collapse": True}, {"expand": ["h"]}, {"detail": "boxes"}):
        figure, other = gv.draw(graph, **options), gv.draw(again, **options)
        assert other.svg == figure.svg
        shown = gv.Graph.from_dict(through(figure.graph))
        assert str(shown) == str(figure.graph)
        assert shown.origin.note == figure.graph.origin.note
        run = figure.graph.run(x=[0.7, 0.5])
        assert all(map(same, shown.run(x=[0.7, 0.5]).numbers, run.numbers))
    assert again.sweep(b=[[0.1, 0.2], [0.3, 0.4]]).value.tolist() == pytest.approx(
        graph.sweep(b=[[0.1, 0.2], [0.3, 0.4]]).value.tolist()
    )


def test_another_run_of_a_graph():
    graph = gv.trace(lambda x, y: gate(x, y) * y, x=1.0, y=2.0)
    closed = gv.draw(graph.run(x=3.0), collapse=True).run
    again = gv.Graph.from_dict(through(closed))
    assert all(map(same, again.example.numbers, closed.numbers))
    assert again.whole.example.inputs == {"x": 3.0, "y": 2.0}


def test_decisions_of_every_kind():
    def f(x, v):
        order = np.argsort(v)
        if np.isnan(x) or np.any(v > 3) or x.value > 10 or np.argmax(v) == 7:
            return x
        return x * np.median(v) + v[int(order[0])] + np.sum(np.where(np.isfinite(v), v, 0.0))

    graph = gv.trace(f, x=1.0, v=[3.0, 1.0, 2.0])
    again = is_the_same(graph)
    assert len(again.guards) == len(graph.guards) > 4
    assert same(again.run(v=[2.9, 1.1, 2.0]).grads["v"], graph.run(v=[2.9, 1.1, 2.0]).grads["v"])
    with pytest.raises(TypeError, match="its function is not at hand"):
        again.run(v=[1.0, 3.0, 2.0])


def test_gates_of_ones_own_and_eager_work_have_their_numbers():
    own = gv.primitive(lambda t: t * t).derivative(lambda t, out: 2 * t)
    graph = gv.trace(lambda x: own(x) + 1, x=3.0)
    again = gv.Graph.from_dict(through(graph))
    assert again.example.grads == {"x": 6.0}
    with pytest.raises(TypeError, match="no numbers but those of its document: f is a primitive"):
        again.run(x=2.0)
    x = gv.Variable(3.0, name="x")
    y = x * x + 1
    y.backward()
    graph = gv.draw(y).graph
    again = gv.Graph.from_dict(through(graph))
    assert again.example.grads == {"x": 6.0}
    with pytest.raises(TypeError, match="it was recorded in eager work"):
        again.run(x=2.0)


def test_large_arrays_are_summarised():
    w = np.linspace(-1, 1, 5000).reshape(50, 100)
    w[3, 4] = math.inf
    graph = gv.trace(lambda w: np.sum(np.tanh(w)), w=w)
    document = through(graph, most=4096)
    summary = document["believed"]["inputs"][0]["summary"]
    assert summary["not_finite"] == pytest.approx(1 / 5000)
    assert (summary["least"], summary["greatest"], summary["magnitude"]) == (-1.0, 1.0, "Infinity")
    assert len(json.dumps(document)) < 60_000
    again = gv.Graph.from_dict(document)
    assert again.example.value == graph.example.value
    with pytest.raises(TypeError, match="an array of it is summarised"):
        again.run(w=w)
    assert through(again, most=4096) == document


# ── values ──

NUMBERS = st.floats() | st.integers() | st.booleans() | st.none() | st.text()
PARTS = st.recursive(
    NUMBERS | st.builds(slice, st.none() | st.integers(), st.none() | st.integers()) | st.just(...),
    lambda parts: st.lists(parts, max_size=3) | st.tuples(parts, parts),
    max_leaves=8,
)


@given(PARTS)
def test_what_is_encoded_is_decoded(value):
    told = json.loads(json.dumps(encoded(value), allow_nan=False))
    again = decoded(told)
    assert repr(again) == repr(value)


@given(st.binary(max_size=64), st.sampled_from(["float64", "float32", "int64", "bool"]))
def test_arrays_are_the_same_to_the_bit(content, dtype):
    size = np.dtype(dtype).itemsize
    array = np.frombuffer(content[: len(content) // size * size], np.uint8)
    array = (array % 2 if dtype == "bool" else array).view(dtype)
    assert same(decoded(json.loads(json.dumps(encoded(array), allow_nan=False))), array)


# ── what is no document ──


def changed(path, value):
    def change(document):
        *way, last = path
        for step in way:
            document = document[step]
        if value is KeyError:
            del document[last]
        else:
            document[last] = value

    return change


B, D = "believed", "derived"
HOSTILE = {
    "no format": (changed(["format"], KeyError), "it names no format"),
    "newer": (changed(["format"], "gradviz-graph/2"), "of the format 'gradviz-graph/2'"),
    "foreign": (changed(["format"], "vega-lite"), "of the format 'vega-lite'"),
    "no views": (changed(["views"], KeyError), "the document is not as it should be"),
    "no nodes": (changed([B, "nodes"], []), "must contain at least 1 items|rule minItems"),
    "a node that is none": (changed([B, "nodes", 0], 7), "nodes"),
    "a number as a label": (changed([B, "nodes", 0, "label"], 7), "label"),
    "a hole": (changed([B, "nodes", 2, "operands"], [0, 9]), "needs node 9"),
    "itself": (changed([B, "nodes", 2, "operands"], [2, 0]), "needs node 2"),
    "negative": (changed([B, "nodes", 2, "operands"], [-1, 0]), "operands"),
    "three operands": (changed([B, "nodes", 2, "operands"], [0, 1, 1]), "does not take 3"),
    "unknown": (changed([B, "nodes", 2, "operation"], {"primitive": "os.system"}), "no primitive"),
    "unknown params": (
        changed([B, "nodes", 3, "operation", "params"], {"axis": 0, "out": 1}),
        "no such parameters",
    ),
    "one label twice": (changed([B, "nodes", 1, "label"], "x"), "one label"),
    "an index twice": (changed([B, "nodes", 1, "index"], 0), "in no order"),
    "no input": (changed([B, "inputs"], [1.0]), "begin with its inputs"),
    "fewer numbers": (changed([D, "locals"], [1.0]), "as many numbers"),
    "a text as a number": (changed([D, "primals", 0], "one"), "primals"),
    "an output that is not there": (changed([B, "output"], 99), "node 99"),
    "another block": (changed([B, "nodes", 2, "block"], 3), "does not hold together"),
    "a giant": (
        changed([B, "inputs", 1], {"shape": [10**9, 10**9], "dtype": "float64", "data": []}),
        "has 0 elements",
    ),
    "an object": (
        changed([B, "inputs", 1], {"shape": [1], "dtype": "object", "data": [1]}), "is no number",
    ),
    "a long number": (changed([D, "primals", 0], 10**400), "does not hold together"),
    "a decision": (changed([B, "guards", 0, "decision"], "eval"), "no decision is called 'eval'"),
    "a part that is not there": (changed(["views"], [{"part": [99]}]), "no box 99"),
    "a view of no kind": (changed(["views"], [{"shell": "ls"}]), "views"),
    "a node to open": (changed(["views"], [{"opened": ["x"]}]), "can't be opened"),
}  # fmt: skip


@pytest.fixture(scope="module")
def document():
    def f(x, v):
        y = x * v
        return np.sum(y, axis=0) if x > 0 else x

    return through(gv.trace(f, x=1.0, v=[1.0, 2.0]))


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_documents(document, kind):
    change, said = HOSTILE[kind]
    document = copy.deepcopy(document)
    change(document)
    with pytest.raises(ValueError, match=said) as error:
        gv.Graph.from_dict(document)
    assert isinstance(error.value, reading.BadDocument)
    assert len(str(error.value)) < 500 and "\n" not in str(error.value)


@pytest.mark.parametrize("nothing", [None, [], 7, "x", {}, {"format": 1}])
def test_what_is_none(nothing):
    with pytest.raises(reading.BadDocument, match="no document of a gradviz graph"):
        gv.Graph.from_dict(nothing)


def _places(document, path=()):
    yield path
    items = (
        document.items() if isinstance(document, dict)
        else enumerate(document) if isinstance(document, list)
        else ()
    )  # fmt: skip
    for key, part in items:
        yield from _places(part, (*path, key))


JUNK = [None, -1, 10**30, 0.5, "NaN", "x" * 1000, [], {}, [[]], {"constant": 1.0}, True, KeyError]


@pytest.mark.parametrize("seed", short(1, range(8)))
def test_junk_anywhere(document, seed):
    """Whatever stands anywhere: a graph, or a sentence."""
    random = np.random.default_rng(seed)
    places = [place for place in _places(document) if place]
    for _ in range(500):
        other = copy.deepcopy(document)
        changed(places[random.integers(len(places))], JUNK[random.integers(len(JUNK))])(other)
        with contextlib.suppress(reading.BadDocument):
            str(gv.Graph.from_dict(other))


def test_the_schema_is_one():
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert fastjsonschema.compile(SCHEMA)
