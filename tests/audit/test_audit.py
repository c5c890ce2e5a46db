"""The machine check: what it passes, what it finds, and that nothing in a file can upset it."""

import json
import os
import random
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from contextlib import suppress
from functools import cache, partial
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from autodiff.primitives.test_arrays import CASES
from autodiff.test_random_programs import NUMPY, compiled, hunts, programs, tries
from circuit import INPUTS, circuit
from export.test_draw import GOLDEN, NASTY
from gallery import FIGURES
from lengths import short
from scene.test_fold import nested
from test_linear import lines

import gradviz as gv
from gradviz.audit import NO_DOCUMENT, NoFigure, audit
from gradviz.audit.recomputed import agree
from gradviz.autodiff.tracing import scalars
from gradviz.course import lessons
from gradviz.scene.folding import overview

SVG = "{http://www.w3.org/2000/svg}"


def bare(svg):
    """A figure without its document, of which only the pieces are looked at."""
    return re.sub("<metadata>[^<]*</metadata>\n", "", svg)


def passes(figure, notes=()):
    for svg, unseen in (
        (figure.svg, "" if figure.document else NO_DOCUMENT),
        (bare(figure.svg), NO_DOCUMENT),
    ):
        report = audit(svg)
        assert report.failures == ()
        assert [str(note) for note in report.notes] == list(notes)
        assert report.unseen == unseen


# ── what it passes ──


def test_the_golden_figure():
    assert str(audit(GOLDEN.read_text(encoding="utf-8"))) == "13 nodes, 12 edges: all of it agrees"


@pytest.mark.parametrize("collapse", short(1, [False, True]))
def test_the_circuit_at_every_step(collapse):
    figure = gv.draw(gv.trace(circuit, INPUTS), collapse=collapse)
    passes(figure)
    for step in range(len(figure.graph.operations) + len(figure.graph.edges) + 2):
        passes(figure.at(step))


def named_throughout(name, step=None):
    """A figure whose input, block and gate have this name."""

    def gate(x):
        return 2 * x

    gate.__name__ = name
    double = gv.primitive(gate)
    double.derivative(lambda x, out: 2.0)
    inside = gv.block(name=name)(lambda t: double(t) * t)
    figure = gv.draw(gv.trace(lambda *xs: inside(xs[0]) + 1, {name: 2.0}))
    return figure if step is None else figure.at(step)


@pytest.mark.parametrize("step", [None, 2, -2])
@pytest.mark.parametrize("characters", ["q", "\u200bq", "学"])
def test_a_long_name_takes_no_line_for_each_of_its_characters(characters, step):
    short, long = (named_throughout(characters * times, step).svg for times in (10, 4000))
    few, many = (lines(partial(audit, svg)) for svg in (short, long))
    assert many < 1.2 * few
    assert audit(long).failures == ()


@pytest.mark.parametrize("collapse", [["pair"], ["outer"], True, []], ids=str)
def test_blocks(collapse):
    figure = gv.draw(gv.trace(nested, x=0.5, y=0.7), collapse=collapse)
    for at in (figure, figure.at(0), figure.at(4), figure.at(-3), figure.at(-1)):
        passes(at)


@pytest.mark.parametrize("case", short(45, CASES))
def test_arrays(case):
    function, *arguments = CASES[case]
    graph = gv.trace(
        lambda *operands: np.sum(function(*operands) ** 2),
        {f"x{place}": argument for place, argument in enumerate(arguments)},
    )
    passes(gv.draw(graph))


@gv.block
def layer(w, x, b):
    return np.tanh(w @ x + b)


def layered(w, x, b):
    return np.sum(layer(w, x, b) ** 2)


@pytest.mark.parametrize("dtype", [float, np.float32])
def test_arrays_in_blocks_and_steps(dtype):
    rng = np.random.default_rng(0)
    graph = gv.trace(
        layered,
        w=rng.normal(size=(5, 12)).astype(dtype),
        x=rng.normal(size=12).astype(dtype),
        b=rng.normal(size=5).astype(dtype),
    )
    for figure in (gv.draw(graph), gv.draw(graph, collapse=True)):
        for step in (0, 2, -2, -1):
            passes(figure.at(step))
        passes(figure)


def test_sums_of_summarised_arrays_at_every_step():
    """Of a sum that is not whole yet a document holds too little; the numbers are checked."""
    x = np.random.default_rng(0).normal(size=(30, 20))
    figure = gv.draw(gv.trace(lambda x: np.sum(x * np.tanh(x) + x.T.T), x=x))
    every = [figure.at(step) for step in range(len(figure.graph.operations) + 10)]
    assert 2 <= [each.document for each in every].count(None) <= 6  # x is used three times
    for each in every:
        assert audit(each.svg).failures == ()


@pytest.mark.parametrize("name", short(6, NASTY))
def test_names(name):
    @gv.block(name=name)
    def inside(t):
        return np.exp(t) - t

    graph = gv.trace(lambda *xs: inside(xs[0]) * xs[0], {name: 0.5})
    for collapse in (False, True):
        passes(gv.draw(graph, collapse=collapse))
        passes(gv.draw(graph, collapse=collapse).at(1))


@pytest.mark.parametrize(
    ("function", "at"),
    [
        (np.log, -1.0),
        (lambda x: 1 / x, 0.0),
        (np.exp, 1000.0),
        (lambda x: x**0.5, -1.0),
        (lambda x: x * np.inf, 0.0),
    ],
)
def test_nan_and_infinity(function, at):
    passes(gv.draw(gv.trace(lambda x: function(x) * 2 + x, x=at)))
    passes(gv.draw(gv.trace(lambda x: np.sum(function(x) * 2 + x), x=[at, 1.5, 2.0, 3.0, 4.0])))


def test_branches_and_what_is_traced_anew():
    graph = gv.trace(lambda x, y: np.maximum(x, y) * (x if x > y else y * y), x=2.0, y=1.0)
    passes(gv.draw(graph))
    passes(gv.draw(graph.run(y=3.0)))


def test_what_was_recorded():
    x = gv.Variable(3.0, name="x")
    y = x * x + 1
    passes(gv.draw(y))
    y.backward()
    passes(gv.draw(y))
    passes(gv.draw(y).at(-2))


def test_odd_graphs():
    for function, inputs in (
        (lambda x: x, {"x": 1.0}),
        (lambda x: 3.0, {"x": 1.0}),
        (lambda x, y: x * 2, {"x": 1.0, "y": [1.0, 2.0]}),
        (lambda x, y: x + np.sum(y), {"x": 1.0, "y": np.zeros((0, 3))}),
        (
            lambda x: x[None, 1:, ..., ::-1][:, [0, 1, 1]].sum(),
            {"x": np.arange(12.0).reshape(3, 4)},
        ),
    ):
        passes(gv.draw(gv.trace(function, inputs)))
    passes(
        gv.draw(
            gv.trace(lambda x, y: np.exp(x * y) + x, x=1.0, y=2.0).sweep(x=[1.0, 2.0, 3.0], y=0.5)
        )
    )


def test_opened_arrays():
    graph = gv.trace(lambda w, x: np.sum(np.tanh(w @ x)), w=[[1.0, 2.0], [3.0, 4.0]], x=[0.1, -0.2])
    for node in graph.operations:
        passes(gv.draw(scalars.opened(graph, [node.label])))


@pytest.mark.long
def test_what_stands_for_many_operations():
    graph = gv.trace(lambda x: sum(np.sin(x * k) for k in range(150)), x=1.0)
    for path in ([], [1], [2]):
        figure = gv.draw(overview.level(graph, path).shown(graph.example))
        assert str(audit(figure.svg)).endswith("edges: all of it agrees")
        report = audit(bare(figure.svg))
        assert report.failures == ()
        assert {note.where for note in report.notes} <= {
            "the boxes",
            graph.output.label,
        } and report.notes


def test_what_can_only_be_taken_as_it_stands():
    @gv.primitive
    def cube(t):
        return t**3

    cube.derivative(lambda t, out: 3 * t * t)
    graph = gv.trace(lambda x: gv.block(lambda t: cube(t) + t, name="odd")(x) * cube(x), x=2.0)
    assert (
        str(audit(gv.draw(graph).svg).remarks)
        == "['taken as they stand: v1, v3 (a primitive written by hand)']"
    )
    for figure in (gv.draw(graph), gv.draw(graph, collapse=True), gv.draw(graph).at(2)):
        assert audit(figure.svg).failures == ()
    large = gv.trace(lambda w, x: np.sum(np.tanh(w @ x)), w=np.ones((30, 20)), x=np.ones(20))
    report = audit(gv.draw(large).svg)
    assert (report.failures, [*dict.fromkeys(note.where for note in report.notes)]) == (
        (),
        ["w", "v2", "w → v2", "x → v2"],
    )


def test_the_lessons():
    """The pictures that are stored, as far as they were drawn by this version."""
    for name in lessons.lessons():
        for cell in json.loads((lessons.lessons_folder() / name).read_text(encoding="utf-8"))[
            "cells"
        ]:
            for output in cell.get("outputs", ()):
                svg = "".join(output.get("data", {}).get("image/svg+xml", ""))
                if "gradviz" in svg:
                    report = audit(svg)
                    assert report.failures == (), f"{name}: {report}"


@pytest.mark.parametrize(("kind", "examples", "portion"), hunts(1, 400))
def test_random_figures(kind, examples, portion):
    @tries(examples, portion)
    @hypothesis.given(programs(kind), hypothesis.strategies.integers(0, 1000))
    def check(program, step):
        function, inputs = (
            compiled(program.text, NUMPY),
            {f"v{place}": value for place, value in enumerate(program.inputs)},
        )
        with np.errstate(all="ignore"):
            graph = gv.trace(function, inputs)
            figure = gv.draw(graph, collapse=step % 3 == 0)
            variables = [gv.Variable(value, name=name) for name, value in inputs.items()]
            output = function(*variables)
            output.backward()
        passes(figure)
        passes(figure.at(step % (len(figure.graph.operations) + len(figure.graph.edges) + 2)))
        passes(gv.draw(output))

    check()


# ── what it finds ──


@cache
def figures():
    x, y = gv.Variable(0.4, name="x"), gv.Variable([1.5, -2.25], name="y")
    recorded = np.sum(np.sin(y * x) / (1 + x * x))
    recorded.backward()
    rng = np.random.default_rng(1)
    layers = gv.trace(
        layered, w=rng.normal(size=(3, 4)), x=rng.normal(size=4), b=rng.normal(size=3)
    )
    whole = gv.draw(gv.trace(circuit, INPUTS))
    softmax = gv.trace(
        lambda z, t: -np.sum(t * np.log(gv.softmax(z))), z=rng.normal(size=5), t=np.eye(5)[2]
    )
    parts = [
        whole,
        whole.at(7),
        whole.at(17),
        gv.draw(whole.graph, collapse=True),
        gv.draw(layers),
        gv.draw(layers, collapse=True),
        gv.draw(layers).at(-2),
    ]
    parts += [
        gv.draw(gv.trace(nested, x=0.5, y=0.7), collapse=names)
        for names in (["pair"], ["outer"], [])
    ]
    parts += [
        gv.draw(recorded),
        gv.draw(softmax),
        gv.draw(gv.trace(lambda x: x / (x - 1) + np.log(x), x=1.0)),
        gv.draw(gv.trace(lambda x: x**2 * 1e-7 - 3e9, x=12.5)),
    ]
    return [bare(part.svg) for part in parts]


class Site:
    """A place with digits: an attribute of an element or its text; `where` is the node or edge that
    it is of.
    """

    def __init__(self, element, attribute, where, matters=lambda before, after: True):
        self.element, self.attribute, self.where, self.matters = element, attribute, where, matters

    @property
    def words(self):
        return self.element.text if self.attribute is None else self.element.get(self.attribute)

    def write(self, words):
        if self.attribute is None:
            self.element.text = words
        else:
            self.element.set(self.attribute, words)


def differs(before, after):
    """Whether a derived number is another one now, or none."""
    try:
        before, after = (
            np.array(json.loads(words)) if words[0] == "[" else float(words)
            for words in (before, after)
        )
    except ValueError:  # a number of an array begins with a zero
        return True
    return not np.allclose(before, after, rtol=1e-9, atol=0.0, equal_nan=True)


def sites(root):
    """Where a digit may be altered, so that the figure is wrong."""
    classes = {element: (element.get("class") or "").split() for element in root.iter()}
    nodes = [g for g in root.iter(f"{SVG}g") if "gv-node" in classes[g]]
    edges = [g for g in root.iter(f"{SVG}g") if "gv-edge" in classes[g]]
    labels = [g.get("data-name") or g.get("data-label") for g in nodes]
    between = [
        f"{labels[int(g.get('data-from'))]} → {labels[int(g.get('data-to'))]}" for g in edges
    ]
    for g, label in zip(nodes, labels):
        yield Site(g, "data-adjoint", label, differs)
        if g.get("data-operation"):
            yield Site(g, "data-value", label, differs)
    for g, name in zip(edges, between):
        yield Site(g, "data-local", name, differs)
        yield Site(g, "data-flow", name, differs)
        yield from (Site(path, "stroke-width", name) for path in g if classes[path] == ["gv-flow"])
    groups = [(g, label) for g, label in zip(nodes, labels)] + [
        (g, name) for g, name in zip(edges, between)
    ]
    groups += [
        (g, between[int(g.get("data-edge"))])
        for g in root.iter(f"{SVG}g")
        if "gv-label" in classes[g]
    ]
    for g, name in groups:
        yield from (
            Site(element, None, name)
            for element in g.iter()
            if element.tag in (f"{SVG}text", f"{SVG}tspan", f"{SVG}title")
        )
        yield from (
            Site(path, "d", name)
            for cells in g.iter(f"{SVG}g")
            if classes[cells] == ["gv-cells"]
            for path in cells
        )
    yield from (Site(root.find(f"{SVG}{tag}"), None, None) for tag in ("title", "desc"))
    yield from (
        Site(element, None, None)
        for element in root.iter(f"{SVG}text")
        if classes[element] == ["gv-caption"]
    )
    yield from (
        Site(element, None, None)
        for element in root.iter(f"{SVG}tspan")
        if "gv-adjoint" in classes[element]
    )


@pytest.mark.parametrize("tamperings", short(1, [30, 2000]))
def test_a_single_digit(tamperings):
    """Each alteration of a digit that matters is found, and said of the right node."""
    chance, trees = random.Random(4), [ET.fromstring(svg) for svg in figures()]
    places = [
        [site for site in sites(tree) if re.search("[0-9]", site.words or "")] for tree in trees
    ]
    tried = matter = 0
    while tried < tamperings:
        which = chance.randrange(len(trees))
        site = chance.choice(places[which])
        before = site.words
        at = chance.choice([found.start() for found in re.finditer("[0-9]", before)])
        after = (
            before[:at]
            + chance.choice([digit for digit in "0123456789" if digit != before[at]])
            + before[at + 1 :]
        )
        tried += 1
        if site.matters(before, after):
            matter += 1
            site.write(after)
            report = audit(ET.tostring(trees[which], encoding="unicode"))
            site.write(before)
            found = {finding.where for finding in report.failures}
            assert found, (
                f"figure {which}, {site.where}, {site.attribute}: {before!r} became {after!r}"
            )
            assert site.where is None or site.where in found, (
                f"{site.where}: {before!r} became {after!r}: {report}"
            )
    assert matter > 0.5 * tried


def test_what_it_says():
    svg = figures()[0]
    for old, new, said in (
        (
            'data-value="0.7310585786300049"',
            'data-value="0.7311585786300049"',
            "circuit: its value is held as 0.7312, and its inputs give 0.7311",
        ),
        (
            'data-operation="exp"',
            'data-operation="exp2"',
            "v10: its value is held as 0.3679, and its inputs give 0.5",
        ),
        (
            'data-flow="0.39322386648296376"',
            'data-flow="0.40322386648296376"',
            "x0 → v5: its flow is held as 0.4032, and adjoint times local derivative is 0.3932",
        ),
        (
            "circuit = 0.7311 at",
            "circuit = 0.7312 at",
            "the figure: its title is shown as 'circuit = 0.7312 at",
        ),
    ):
        assert svg.count(old) == 1
        assert said in str(audit(svg.replace(old, new)))


def test_a_wrong_number_is_said_once():
    for old, new in (
        ('data-value="6.0"', 'data-value="6.1"'),
        ('data-local="-3.0"', 'data-local="-3.1"'),
    ):
        assert len(audit(figures()[0].replace(old, new)).failures) == 1


# ── what is no figure, and what is a bad one ──

JUNK = [
    "",
    "nan",
    "1e999",
    "-1",
    "99999",
    "9" * 5000,
    "[1, [2]]",
    "[" * 5000,
    '{"in": -1}',
    "null",
    "∂",
    "[null, null]",
    '[{"gate": 0}]',
]
JUNK += [
    '"a"',
    "0.5",
    "[NaN, {}]",
    '{"axis": 99}',
    '{"index": {"tuple": [{"ellipsis": true}]}}',
    '[{"array": [1, 2], "shape": [-1], "dtype": "O"}]',
    "x" * 5000,
    "[1e400, 12345678901234567890123]",
]


def test_malformed_files():
    """Whatever is in a file, it is read, or it is refused."""
    chance = random.Random(5)
    for attempt in range(150):
        svg = chance.choice(figures())
        if attempt % 5 == 0:
            svg = svg[: chance.randrange(len(svg))]
        else:
            root = ET.fromstring(svg)
            elements = [element for element in root.iter() if element.attrib]
            for _ in range(chance.randrange(1, 4)):
                element = chance.choice(elements)
                name = chance.choice([*element.attrib])
                action = chance.randrange(4)
                if action == 0:
                    del element.attrib[name]
                elif action == 1:
                    element.set(name, chance.choice(JUNK))
                elif action == 2:
                    parts = [*element]
                    chance.shuffle(parts)
                    element[:] = parts[chance.randrange(2) :]
                else:
                    other = chance.choice(elements)
                    element.set(name, other.get(chance.choice([*other.attrib]), ""))
                elements = [element for element in elements if element.attrib]
            svg = ET.tostring(root, encoding="unicode")
        with suppress(NoFigure):
            str(audit(svg))


@pytest.mark.parametrize("junk", short(2, JUNK), ids=lambda junk: junk[:20])
def test_junk_in_every_attribute(junk):
    for svg in (figures()[0], figures()[5]):
        for name in set(re.findall(r" (data-[a-z-]+)=", svg)):
            root = ET.fromstring(svg)
            element = next(element for element in root.iter() if name in element.attrib)
            if element.get(name) != junk:
                element.set(name, junk)
                audit(ET.tostring(root, encoding="unicode"))


def figure_of(operation, params, value="1.0"):
    """A figure with one operation, by hand."""
    return (
        "<svg xmlns='http://www.w3.org/2000/svg' class='gradviz'>"
        "<g class='gv-edge' id='e0' data-from='0' data-to='1' data-argument='0' data-local='' "
        "data-flow='1.0'/>"
        "<g class='gv-node' id='n0' data-name='x' data-value='[1.0, 2.0]' "
        "data-adjoint='[1.0, 2.0]'/>"
        f"<g class='gv-node gv-output' id='n1' data-name='f' data-operation='{operation}' "
        f"data-constants='[null]' data-params='{params}' data-value='{value}' "
        "data-adjoint='1.0'/></svg>"
    )


@pytest.mark.parametrize(
    ("operation", "params", "said"),
    [
        ("__import__", "{}", "'__import__' is no operation"),
        ("tile", '{"reps": 10000000000}', "too large to be worked out"),
        ("broadcast_to", '{"shape": {"tuple": [99999, 99999, 2]}}', "too large to be worked out"),
        ("pad", '{"pad_width": 1000000000}', "too large to be worked out"),
        ("diag", '{"k": 1000000}', "too large to be worked out"),
        (
            "repeat",
            '{"repeats": {"array": [1000000000, 1000000000], "shape": [2], "dtype": "int64"}}',
            "too large to be worked out",
        ),
        ("sum", '{"nonsense": 1}', "unexpected keyword"),
        ("sum", '{"axis": 7}', "axis 7 is out of bounds"),
        ("sum", '{"axis": {"dtype": "object"}}', "is no constant and no parameter"),
        ("sum", '{"axis": {"unknown": "Thing"}}', "is no constant and no parameter"),
        ("sum", "[]", "f: its value is held as 1, and its inputs give 3"),
        ("matmul", "{}", "matmul does not take 1 operands"),
    ],
)
def test_hostile_operations(operation, params, said):
    report = audit(figure_of(operation, params))
    assert said in "\n".join(map(str, (*report.failures, *report.notes)))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "data-from='0'",
            "data-from='1'",
            "edge 0: what it holds makes no sense: it leads from node 1 to node 1, of 2",
        ),
        (
            "data-to='1'",
            "data-to='7'",
            "edge 0: what it holds makes no sense: it leads from node 0 to node 7, of 2",
        ),
        ("data-argument='0'", "data-argument='3'", "f: it does not hold 0"),
        (" data-flow='1.0'", "", "x → f: it does not hold 'flow'"),
        ("data-name='f'", "", "node 1: it does not hold 'label'"),
        ("gv-output", "", "the figure: it has 0 outputs"),
        (
            "data-value='3.0'",
            "data-value='one'",
            "f: what it holds makes no sense: could not convert string to float: 'one'",
        ),
        (
            "data-adjoint='[1.0, 2.0]'",
            "data-adjoint='[1.0]'",
            "x: what it holds makes no sense: its value has the shape (2,), and its adjoint (1,)",
        ),
        (
            "data-flow='1.0'",
            "data-flow='[1.0, 3.0]'",
            "x → f: its flow is held as 3 at [1], and adjoint times local derivative is 1 at [1]",
        ),
        ("id='n1'", "id='n3'", "f: what it holds makes no sense: it is node 1, and not n3"),
    ],
)
def test_what_is_said_of_bad_figures(old, new, said):
    svg = figure_of("sum", "{}", value="3.0")
    assert old in svg
    assert said in str(audit(svg.replace(old, new))).split("\n")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no XML"),
        ("<svg", "no XML"),
        ("\ud800", "no XML"),
        ("<svg xmlns='http://www.w3.org/2000/svg'/>", "no figure of gradviz"),
        ("<svg class='gradviz'/>", "no figure of gradviz"),
        (
            "<!DOCTYPE svg [<!ENTITY a 'aaaaaaaa'>]>"
            "<svg xmlns='http://www.w3.org/2000/svg' class='gradviz'>&a;</svg>",
            "document type",
        ),
    ],
)
def test_what_is_no_figure(text, why):
    with pytest.raises(NoFigure, match=why):
        audit(text)


def test_agreement():
    assert agree(np.array([1.0, np.nan, np.inf]), np.array([1.0 + 1e-13, np.nan, np.inf]))
    assert not agree(np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-8]))
    assert not agree(1.0, np.ones(2))
    assert not agree(np.inf, 1e300) and not agree(np.nan, 1.0) and not agree(np.inf, -np.inf)
    assert agree(np.float32([1.0]), np.float32([1.0000001]))


# ── the command ──


def test_the_command(tmp_path, capsys):
    good, bad, other = (tmp_path / name for name in ("good.svg", "bad.svg", "other.svg"))
    good.write_text(figures()[0], encoding="utf-8")
    bad.write_text(figures()[0].replace("circuit = 0.7311", "circuit = 0.7312"), encoding="utf-8")
    other.write_text("<svg/>", encoding="utf-8")
    assert lessons.main(["check", str(good)]) == 0
    assert capsys.readouterr().out == (
        f"{good}: 13 nodes, 12 edges: all of it agrees\n{good}: {NO_DOCUMENT}\n"
    )
    assert lessons.main(["check", str(good), str(bad)]) == 1
    assert f"{bad}: the figure: its title is shown as" in capsys.readouterr().out
    for path, why in (
        (other, "it is no figure of gradviz"),
        (tmp_path / "none.svg", "No such file"),
        (tmp_path, "directory"),
    ):
        assert lessons.main(["check", str(path), str(good)]) == 2
        said = capsys.readouterr()
        assert f"gradviz: {path}: " in said.err and why in said.err
        assert "all of it agrees" in said.out
    (tmp_path / "bytes.svg").write_bytes(b"\xff\xfe\x00")
    assert lessons.main(["check", str(tmp_path / "bytes.svg")]) == 2


def test_the_command_with_files_of_every_kind(tmp_path, capsys):
    figure = gv.draw(gv.trace(circuit, INPUTS))
    picture, page = (figure.save(tmp_path / f"figure.{ending}") for ending in ("svg", "html"))
    graph = tmp_path / "graph.json"
    graph.write_text(json.dumps(figure.graph.to_dict()), encoding="utf-8")
    assert lessons.main(["check", str(picture), str(page), str(graph)]) == 0
    assert capsys.readouterr().out == (
        f"{picture}: 13 nodes, 12 edges: all of it agrees\n"
        f"{page}: 13 nodes, 12 edges: all of it agrees\n"
        f"{graph}: 13 nodes, 12 edges: all numbers are right\n"
    )
    for path in (picture, page):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("</svg>", '<rect width="9"/></svg>', 1), encoding="utf-8")
    graph.write_text(graph.read_text(encoding="utf-8").replace("-0.5344", "-0.6344"), "utf-8")
    assert lessons.main(["check", str(picture), str(page), str(graph)]) == 1
    said = capsys.readouterr().out.splitlines()
    lies = "the figure: it has an element that gradviz does not paint there, rect width='9'"
    assert said[:2] == [f"{picture}: {lies}", f"{page}: {lies}"]
    assert "is held as −0.6344" in said[2]


def test_the_command_for_itself(tmp_path):
    path = tmp_path / "circuit.svg"
    gv.draw(gv.trace(lambda x: gv.block(np.tanh, name="ﬁt∂")(x) ** 2, x=0.3), collapse=True).save(
        path
    )
    env = {
        **os.environ,
        "PYTHONPATH": str(Path(gv.__file__).parent.parent),
        "PYTHONIOENCODING": "ascii",
    }
    done = subprocess.run(
        [sys.executable, "-m", "gradviz.course.lessons", "check", str(path)],
        capture_output=True,
        text=True,
        env=env,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", short(10, FIGURES))
def test_the_packages_own_set(name):
    report = audit(FIGURES[name]().svg)
    assert report.failures == ()
