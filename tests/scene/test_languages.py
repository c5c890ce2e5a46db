"""Figures, tables and costs in a made-up language: every word that a person reads is said by the
catalogue, and none of another language stays.
"""

import re
from html import unescape

import numpy as np
import pytest
from circuit import INPUTS, circuit
from gallery import FIGURES, cube
from lengths import short
from turned import runs_of_letters, speaking_turned, words_of

import gradviz as gv
from gradviz import words
from gradviz.audit import NO_DOCUMENT, audit
from gradviz.export.html import page
from gradviz.figure import from_document
from gradviz.scene.words.listing import listing


def decided(x, y):
    z = np.maximum(x, y)
    return z * 2 if z > 1 else z * x


def unused(x, y):
    return np.sum(x) * np.floor(y[0]) + np.linalg.det(x @ x)


MORE = {
    "decided": lambda: gv.draw(gv.trace(decided, x=1.0, y=2.0)),
    "idle": lambda: gv.draw(gv.trace(unused, x=np.eye(2), y=np.array([1.0, 2.0]))),
    "boxes": lambda: gv.draw(gv.trace(decided, x=1.0, y=2.0), detail="boxes"),
    "nothing": lambda: gv.draw(gv.trace(lambda x: 2.0, x=1.0)),
    "identity": lambda: gv.draw(gv.trace(lambda x: x, x=1.0)),
}
LARGE = "inside-a-layer", "inside-a-unit"
MADE = {
    **{
        name: FIGURES[name]
        for name in (
            "tiny", "circuit-closed", "nested-half-closed", "wrong-gate", "extremes", "arrays",
            "array-opened", "eager",
        )
    },
    **MORE,
    **{name: FIGURES[name] for name in LARGE},
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def made_up():
    with speaking_turned():
        yield


@pytest.fixture(scope="module", params=short(len(MADE) - len(LARGE), MADE))
def figure(request):
    return MADE[request.param]()


def names_in(graph):
    """The words that are not said: names, operations, formulas and lines of the user's code, of a
    graph and of those that it shows.
    """
    if graph.origin.is_excerpt:  # of which boxes may have names that are said
        return names_in(graph.origin.base)
    found = {"nan"} | runs_of_letters(graph.name)
    for node in graph.nodes:
        found |= runs_of_letters(node.label, node.source.text if node.source else "")
        found |= runs_of_letters(*(block.name for block in (node.block.path if node.block else ())))
        if node.operation is not None:
            found |= runs_of_letters(node.sign, node.expression)
    for edge in graph.edges:
        found |= runs_of_letters(edge.local_expression)
    return found if graph.origin.base is None else found | names_in(graph.origin.base)


def check(text, names=frozenset()):
    """Every word is one of these names, or of the catalogue of the language that is set."""
    known = set().union(*map(words_of, words.catalogue(words.language()).texts.values()))
    strange = runs_of_letters(text) - known - names
    cut = {run for run in strange if f"{run}…" in text and any(n.startswith(run) for n in names)}
    assert strange == cut
    return text


def seen(markup):
    """What is seen or read aloud of an SVG text or a page, without what only machines read."""
    text = re.sub(r"<(style|metadata)\b.*?</\1>", "", markup, flags=re.DOTALL)
    aloud = re.findall(r'\b(?:aria-label|alt)="([^"]*)"', text)
    return unescape("\n".join([re.sub(r"<[^>]*>", "\n", text), *aloud]))


def test_pictures_and_tables(figure):
    names = names_in(figure.graph)
    assert "tneidarg" in check(seen(figure.svg), names)
    assert "tneidarg sti dna eulav yrevE" in check(seen(page(figure.scene)), names)
    check(str(figure), names)
    check(repr(figure).removeprefix("<Figure"), names)
    check(str(figure.graph), names)
    check(str(figure.run), names)
    labels = re.findall(r'label="((?:[^"\\]|\\.)*)"', figure.dot.source)
    assert "evoba eulav" in check("\n".join(labels).replace("\\n", "\n"), names)
    check(seen(figure.html), names)


def test_steps(figure):
    names = names_in(figure.graph)
    for step in (0, 1, -2, -1):
        there = figure.at(step)
        assert "pets" in check(there.progress, names)
        check("\n".join([seen(there.svg), seen(page(there.scene)), str(there)]), names)


def test_reasons(figure):
    names = names_in(figure.graph)
    for node in figure.graph.nodes[:20]:
        check(figure.explain(node.label, detail="full"), names)
    for edge in figure.graph.edges[:20]:
        of = edge.source.label, edge.target.label
        check(figure.explain(*of, detail="full"), names)
    notes = listing(figure.graph)["notes"]
    check("\n".join(notes), names)


def test_the_check_paints_in_the_language_of_a_picture(figure):
    for there in (figure, figure.at(-1)):
        for text in (there.svg, page(there.scene)):
            assert 'lang="turned"' in text
            with words.speaking("en"):
                report = audit(text)
            assert str(report).endswith("agrees"), report
            assert report.unseen in ("", NO_DOCUMENT)


def test_what_a_picture_says_in_another_language_is_wrong(figure):
    title = re.search("<title>(.*?)</title>", figure.svg)[1]
    with words.speaking("en"):
        in_english = re.search("<title>(.*?)</title>", figure.svg)[1]
    if title != in_english:
        text = figure.svg.replace(f"<title>{title}<", f"<title>{in_english}<", 1)
        assert "the figure: its title" in str(audit(text))


def test_a_wrong_gate_on_arrays():
    figure = gv.draw(gv.trace(lambda x: np.sum(cube(x)), x=np.array([1.0, 2.0])))
    assert "syas evitavired eht tub" in check(figure.explain("v1", detail="full"), {"cube"})


def test_a_line_without_its_text():
    space = {}
    exec(compile("def f(x):\n    return x * x", "gone.py", "exec"), space)
    figure = gv.draw(gv.trace(space["f"], x=2.0))
    assert "2 enil" in check(seen(figure.svg))
    assert str(audit(figure.svg)).endswith("agrees")
    assert str(figure.graph.output.source) == "line 2"  # what errors say


def test_nothing_is_kept_of_another_language(figure):
    def all_of_it():
        there = figure.at(-1)
        return [
            figure.svg, figure.dot.source, str(figure), repr(figure), there.svg, str(there),
            [node.label for node in figure.graph.nodes], page(there.scene),
        ]  # fmt: skip

    before = all_of_it()
    with words.speaking("en"):
        english = all_of_it()
        names = names_in(figure.graph)
        check("\n".join([seen(figure.svg), str(figure)]), names)
        assert not any(one == other for one, other in zip(before[:3], english))
    assert all_of_it() == before


def test_parts_of_a_graph_are_named_anew():
    figure = MADE["inside-a-unit"]()
    with words.speaking("en"):
        assert figure.graph.nodes[-1].label == figure.run.graph.output.label
        in_english = [node.label for node in figure.graph.nodes]
        assert figure.explain(in_english[0])
        again = from_document(figure.document) if figure.document else figure
        assert [node.label for node in again.graph.nodes] == in_english


@pytest.mark.parametrize("name", ["tiny", "inside-a-unit"])
def test_of_an_unknown_language_the_picture_is_not_compared(name):
    text = MADE[name]().svg.replace("turned", "unheard")
    report = audit(text.replace("tneidarg", "gradient"))
    assert str(report).endswith("numbers right; picture not compared")
    assert "a language that is not known here" in report.unseen
    wrong = (
        text.replace("&quot;primals&quot;:[1.0", "&quot;primals&quot;:[2.0")
        .replace('"primals":[1.0', '"primals":[2.0')
        .replace(' data-value="0', ' data-value="5')
    )
    assert audit(wrong).failures


def test_a_document_tells_its_language():
    graph = gv.trace(decided, x=1.0, y=2.0)
    document = graph.to_dict()
    assert document["language"] == "turned"
    with words.speaking("en"):
        assert "language" not in graph.to_dict()
        assert str(gv.Graph.from_dict(document)) == str(graph)


def test_costs():
    for function, inputs in (
        (decided, {"x": 1.0, "y": 2.0}),
        (circuit, INPUTS),
        (lambda x: x + x, {"x": 1.0}),
        (lambda x: x + x + x, {"x": 1.0}),
        (lambda x, y: x * y, {"x": 1.0, "y": 1.0}),
    ):
        graph = gv.trace(function, inputs)
        cost = graph.cost()
        assert "snoitarepo" in check(str(cost), {graph.name})
        check(seen(cost._repr_html_()), {graph.name})
    with gv.Ledger() as ledger:
        gv.grad(lambda x: x * x)(1.0)
    assert "spolf" in check(str(ledger))


def test_granularities():
    table = gv.compare_granularity({"gates": lambda t: 1 / (1 + np.exp(-t))}, t=1.0)
    assert "delipmoc ,gates" in check(str(table), {"gates"})
    with words.speaking("en"):
        assert table[1].name == "gates, compiled"


@pytest.mark.parametrize("name", ["<timed exec>", "<string>", "gone.py", __file__])
def test_why_lines_are_not_here(name):
    space = {}
    exec(compile("def f(x):\n    return x * x", name, "exec"), space)
    (note,) = listing(gv.trace(space["f"], x=2.0))["notes"]
    assert "nwohs" in check(note, runs_of_letters(name.rpartition("/")[2], "time", "importlib"))
    with words.speaking("en"):
        assert (
            "Not all lines of your code can be shown"
            in (listing(gv.trace(space["f"], x=2.0))["notes"][0])
        )


@pytest.mark.parametrize(
    ("function", "at", "target"),
    [
        (decided, (1.0, 2.0), "python"),
        (decided, (1.0, 2.0), "javascript"),
        (lambda x, y: np.sum(x + y), (np.ones(2), np.ones(2)), "javascript"),
        (lambda x, y: cube(x) * y + x, (1.0, 2.0), "python"),
    ],
)
def test_remarks_in_code(function, at, target):
    graph = gv.trace(function, dict(zip("xy", at)))
    code = graph.code(target)
    remark = re.compile(r"(?://|#) (.*)")
    remarks = "\n".join(remark.findall(code))
    names = runs_of_letters(remark.sub("", code)) | {"adj"}
    assert "drawkcab" in check(remarks, names) and "si" in remarks


def test_an_element_that_is_not_there():
    figure = MADE["arrays"]()
    assert "tnemele on" in check(figure.explain("w[9, 9]"), names_in(figure.graph))
    assert "rebmun" in check(
        figure.explain(f"{figure.graph.output.label}[1]"), names_in(figure.graph)
    )


def test_operands_in_their_order():
    assert gv.trace(lambda x, y: np.arctan2(x, y), x=1.0, y=2.0).edges[1].mark == "dn2"
