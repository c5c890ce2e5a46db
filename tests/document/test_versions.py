"""Files of every version that was released are read for ever: their graphs run, draw and check."""

import gzip
import html
import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import store_documents
from store_documents import LIVE, VERSIONS

import gradviz as gv
from gradviz.audit import RIGHT, audit
from gradviz.course.lessons import main
from gradviz.figure import documents as documents_

STORED = sorted(VERSIONS.glob("version-*/*.json"))
FIGURES = [path.with_suffix("") for path in STORED if path.name != "expected.json"]
FILES = [f"{path}{ending}" for path in FIGURES for ending in (".json", ".svg", ".still.html", LIVE)]
MET = [f"{path.parent.name}/{path.name}" for path in FIGURES]
SPECIAL = {"nan": np.nan, "inf": np.inf, "-inf": -np.inf, "-0": -0.0}
anew = pytest.mark.parametrize("path", FIGURES, ids=MET)


def text_of(path):
    """What a file says, as its reader has it."""
    opened = gzip.open if str(path).endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8") as file:
        return file.read()


def documents(path):
    """The document in each file of a figure."""
    yield json.loads(text_of(f"{path}.json"))
    held = ET.fromstring(text_of(f"{path}.svg")).findtext("{*}metadata")
    yield json.loads(held)
    held = re.search("<metadata>(.*?)</metadata>", text_of(f"{path}.still.html"), re.DOTALL)
    yield json.loads(html.unescape(held[1]))
    live = text_of(f"{path}{LIVE}")
    yield json.loads(re.search('id="gradviz-document">(.*?)</script>', live, re.DOTALL)[1])


def expected(path):
    """The runs of a figure as they were stored."""
    return json.loads(text_of(path.with_name("expected.json")))[path.name]


def received(number):
    if isinstance(number, dict):
        return np.array([*map(received, number["elements"])], float).reshape(number["shape"])
    return SPECIAL.get(number, number)


def is_as_stored(numbers, stored, tolerance=0.0):
    """Whether numbers are those stored; large arrays were not."""
    assert len(numbers) == len(stored)
    for number, other in zip(numbers, map(received, stored)):
        if other is not None:
            np.testing.assert_allclose(number, other, rtol=tolerance, atol=0.0)


@anew
def test_a_graph_is_read_and_holds_its_numbers(path):
    first = expected(path)[0]
    for document in documents(path):
        run = gv.Graph.from_dict(document).example
        is_as_stored([*run.primals.values()], first["primals"])
        is_as_stored([*run.adjoints.values()], first["adjoints"])


@anew
def test_a_graph_runs_and_is_drawn(path):
    graph = gv.Graph.from_dict(next(documents(path)))
    for run in expected(path):
        inputs = {name: received(value) for name, value in run["inputs"].items()}
        inputs = {name: value for name, value in inputs.items() if value is not None}
        if not run["by_document"]:
            with pytest.raises(TypeError, match=r"not at hand|has no numbers but those"):
                graph.run(inputs)
            continue
        there = graph.run(inputs)
        is_as_stored([*there.primals.values()], run["primals"], 1e-12)
        is_as_stored([*there.adjoints.values()], run["adjoints"], 1e-12)
        cards = gv.draw(there).scene.cards
        drawn = [(json_of(card.value.full), json_of(card.adjoint.full)) for card in cards]
        is_as_stored([value for value, _ in drawn], run["primals"], 1e-12)
        is_as_stored([adjoint for _, adjoint in drawn], run["adjoints"], 1e-12)


def json_of(full):
    return np.array(json.loads(full)) if full.startswith("[") else float(full)


@anew
def test_a_figure_is_drawn_from_each_of_its_files(path):
    for document in [*documents(path)][1:]:
        again = gv.figure.from_document(document)
        assert audit(again.svg).failures == ()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.rpartition("document/")[2])
def test_a_file_is_checked(file):
    """If a change of the painting accuses one: gradviz.export.svg.PAINTER is to be raised."""
    report = audit(text_of(file))
    assert report.failures == ()
    assert report.verdict in ("all of it agrees", "all numbers are right", RIGHT)


@pytest.mark.parametrize("ending", [".svg", ".still.html", LIVE])
def test_of_another_painters_file_the_numbers_are_checked(monkeypatch, ending):
    monkeypatch.setattr(documents_, "PAINTER", 1_000_000)
    text = text_of(f"{FIGURES[0].with_name('circuit')}{ending}")
    assert audit(text).verdict == RIGHT
    wrong = text.replace("0.39322386648296376", "0.39329386648276376")
    assert wrong != text
    assert "its adjoint is held as" in str(audit(wrong))


def test_the_command_checks_them(tmp_path, capsys):
    path = tmp_path / "circuit.html"
    path.write_text(text_of(f"{FIGURES[0].with_name('circuit')}{LIVE}"), encoding="utf-8")
    others = [file for file in FILES if not file.endswith(LIVE)]
    assert main(["check", str(path), *others]) == 0
    assert len(capsys.readouterr().out.splitlines()) >= len(others) + 1


def test_what_is_stored_is_never_stored_again(tmp_path, monkeypatch):
    monkeypatch.setattr(store_documents, "VERSIONS", tmp_path)
    monkeypatch.setattr(store_documents, "FIGURES", {"own": store_documents.FIGURES["own"]})
    store_documents.main()
    files = {path.name: path.read_bytes() for path in tmp_path.glob("version-1/*")}
    assert {*files} == {"expected.json", "own.json", "own.svg", "own.still.html", f"own{LIVE}"}
    with pytest.raises(SystemExit, match="version-1 is stored"):
        store_documents.main()
