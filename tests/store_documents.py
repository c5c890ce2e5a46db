"""The maintainer's command that stores files of the version of documents that is written now, and
the numbers in them: ``python tests/store_documents.py``.

They are read for ever, by Python (``tests/document/test_versions.py``) and by the page
(``tests/web/units/versions.test.js``). So the files of a version are stored once, when it is
released, and never again: this command writes no folder that is there."""

import gzip
import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from store_vectors import sent

import gradviz as gv
from gradviz.document.writing import FORMAT
from gradviz.graph import Graph, Run
from gradviz.scene.data import MOST

VERSIONS = Path(__file__).parent / "document"
LIVE = ".live.html.gz"  # a page has the whole script


@gv.block
def sigmoid(t):
    return 1 / (1 + np.exp(-t))


@gv.block
def neuron(w, x, b):
    return sigmoid(w * x + b)


def circuit(w0, x0, w1, x1, w2):
    t = w0 * x0 + w1 * x1 + w2
    return sigmoid(t)


def blocks(w, x, b):
    h = neuron(w, x, b)
    return neuron(w, h, b) * h


def branch(学习率, x):
    if x > 学习率:
        return x * x / 学习率
    return np.log(x) - 学习率


def arrays(w, v, k):
    h = np.tanh(w @ v * k)
    return np.sum(h**2) + np.max(v) * h[0]


def summary(w, k):
    return np.mean(np.exp(-k * w))


def own(x, y):
    def cube(x):
        return x**3

    cube = gv.primitive(cube)
    cube.derivative(lambda x, out: 3 * x**2)
    return cube(x) * y + x


W = np.array([[0.5, -1.0, 0.25], [2.0, 0.0, -0.75]])
# of each figure: its function and inputs, how it is drawn, and single numbers that are moved then
FIGURES: dict[str, tuple[Callable[..., Any], dict[str, Any], dict[str, Any], list[dict]]] = {
    "circuit": (
        circuit,
        {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0},
        {},
        [{"w0": 0.5}, {"x1": 1e-3, "w2": 700.0}, {"w1": -0.0, "x0": 1e300}],
    ),
    "blocks": (
        blocks,
        {"w": 1.5, "x": -0.5, "b": 0.25},
        {"collapse": ["sigmoid"]},
        [{"w": -4.0}, {"b": 800.0}],
    ),
    "branch": (branch, {"学习率": 0.5, "x": 2.0}, {}, [{"学习率": -0.0}, {"x": 0.25}, {"x": 0.0}]),
    "arrays": (arrays, {"w": W, "v": [1.0, -2.0, 0.5], "k": 0.5}, {}, [{"k": -1.25}, {"k": 0.0}]),
    "summary": (summary, {"w": np.linspace(-2.0, 2.0, 600), "k": 0.5}, {}, [{"k": 2.0}]),
    "own": (own, {"x": 1.5, "y": -2.0}, {}, [{"x": 3.0}, {"y": 1.0}]),
}


def numbers(run: Run, document: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a run, but for large arrays; and whether the document's graph can be run there."""
    inputs, primals, adjoints = (
        [sent(each) if np.size(each) <= MOST else None for each in part.values()]
        for part in (run.inputs, run.primals, run.adjoints)
    )
    try:
        Graph.from_dict(document).run(run.inputs)
        is_run = True
    except TypeError:  # its function is not at hand, or an array's numbers
        is_run = False
    return {
        "inputs": dict(zip(run.inputs, inputs)),
        "primals": primals,
        "adjoints": adjoints,
        "by_document": is_run,
    }


def store(folder: Path) -> None:
    """Write the files of all figures."""
    expected = {}
    for name, (function, inputs, drawn, moves) in FIGURES.items():
        figure = gv.draw(gv.trace(function, inputs), **drawn)
        document = figure.graph.to_dict(MOST if name == "summary" else None)
        text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        figure.save(folder / f"{name}.svg")
        figure.save(folder / f"{name}.still.html", live=False)
        with tempfile.TemporaryDirectory() as other:
            page = figure.save(Path(other, "page.html")).read_bytes()
        (folder / f"{name}{LIVE}").write_bytes(gzip.compress(page, mtime=0))
        graph = figure.graph
        runs = [graph.example, *(graph.run({**graph.example.inputs, **move}) for move in moves)]
        expected[name] = [numbers(run, document) for run in runs]
    lines = (f'"{name}": {json.dumps(runs, ensure_ascii=False)}' for name, runs in expected.items())
    (folder / "expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main() -> None:
    """Store the files of this version, if there are none."""
    folder = VERSIONS / f"version-{FORMAT.rpartition('/')[2]}"
    if folder.exists():
        raise SystemExit(f"{folder.name} is stored, and stays as it is")
    folder.mkdir()
    store(folder)


if __name__ == "__main__":
    main()
