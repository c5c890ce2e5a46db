"""The maintainer's command that writes what stands in Python and in JavaScript alike: ``python
tests/store_vectors.py``.

For each rule that both follow there is one table of cases in ``tests/vectors``: what Python makes
of them. pytest holds Python to it, node the page (``tests/web/units``). The rows of the table of
derivatives are written into the page's own module."""

import base64
import json
import math
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

import gradviz as gv
from gradviz import exercises, web, words
from gradviz.autodiff.programs import kernels
from gradviz.exercises.practice.hints import LINE
from gradviz.exercises.practice.typed import Unread, agrees, read, read_all
from gradviz.export import svg
from gradviz.figure.page.packing import packed, packed_inputs
from gradviz.figure.page.structure import inputs, structure
from gradviz.figure.page.told import Living, sliders_about
from gradviz.graph import Run
from gradviz.live.plots import limit
from gradviz.live.sliders import tracks
from gradviz.numerals import numeral
from gradviz.scene import cards, heat
from gradviz.scene.numbers import flow_width, magnitude, on_edge, shown
from gradviz.scene.words import steps as sweeps
from gradviz.scene.words import titles
from gradviz.scene.words.explain import step
from gradviz.scene.words.formula import State
from gradviz.scene.words.forward import words_of
from gradviz.scene.words.statistics import statistics

sys.path.insert(0, str(Path(__file__).parent / "helpers"))
from typing_people import NOT_READ, RIGHT_OR_NOT, drawn

FOLDER = Path(__file__).parent / "vectors"
TABLE = web.FOLDER / "numbers" / "table.js"
NUMBERS = [
    0.19661193324148185, -8.0, 0.0, -0.0, 1.0, 0.00099999, 0.000999999, 0.00099995, 2.0625, 2.5,
    999999.7, 999999.4, 123456.0, 1234567.0, 1.5e-7, -1.5e-7, 1e21, 1e22, 1.25e300, 5e-324, 0.1,
    1 / 3, -2 / 3, 1e-3, 9.9995, 9.99949, 99999.95, 0.5, 1e6, 1e5, math.pi, math.inf, -math.inf,
    math.nan,
]  # fmt: skip
ARRAYS = [
    np.zeros(0), np.array([1.0, -2.5]), np.array([0.1, 0.2, 0.3, 0.4]), np.arange(-2.0, 3.0),
    np.array([[1.0, -2.0, 3.0], [0.0, 0.5, -0.5]]), np.zeros((2, 3)), np.array([[[7.0]]]),
    np.array([[np.nan, np.inf, -np.inf, 2.0, -1.0, -0.0]]), np.full((3, 1), -np.inf),
    np.arange(-60.0, 60.0).reshape(2, 3, 20), np.sin(np.arange(34.0 * 49)).round(3).reshape(34, 49),
    np.arange(700.0).reshape(700, 1) - 350, np.array([[1e300, -1e-300], [0.5e300, 5e-324]]),
]  # fmt: skip


def sent(number: Any) -> Any:
    """A number, or an array, as strict JSON."""
    if isinstance(number, np.ndarray):
        elements = [sent(each) for each in number.ravel().tolist()]
        return {"shape": list(number.shape), "elements": elements}
    if isinstance(number, float):
        if not math.isfinite(number):
            return repr(number)
        return "-0" if number == 0 and math.copysign(1, number) < 0 else number
    return number


def numerals() -> Iterator[dict[str, Any]]:
    for number in NUMBERS:
        for digits in (1, 3, 4, 6):
            yield {"number": sent(number), "digits": digits, "text": numeral(number, digits)}
    for array in ARRAYS[:6]:
        yield {"number": sent(array), "digits": 4, "text": numeral(array)}
    yield {"number": None, "digits": 4, "text": numeral(None)}


def heat_maps() -> Iterator[dict[str, Any]]:
    for array in ARRAYS:
        case = {
            "array": sent(array),
            "isMapped": heat.is_mapped(array),
            "magnitude": sent(magnitude(array)),
            "onEdge": on_edge(array),
        }
        if heat.is_mapped(array):
            cells, (rows, columns, cell) = heat.grid(array), heat.size(array.shape)
            case |= {
                "size": [rows, columns, cell],
                "cells": [sent(each) for each in cells.ravel().tolist()],
                "scale": heat.scale(cells),
                "picture": svg.cells(heat.shades(cells), cell),
                "statistics": [str(about := statistics(array)), about.is_loud],
            }
        yield {**case, "value": shown(array), "gradient": shown(array, shape=False)}


def widths() -> Iterator[dict[str, Any]]:
    """Of what flows back; and whether a text is condensed to its room."""
    for flow in (0.0, -0.0, 0.25, -0.25, 1.0, 3.0, -3.0, 12.0, 1e300, math.inf, math.nan, None):
        for largest in (1.0, 3.0, 1e9):
            yield {"flow": sent(flow), "largest": largest, "width": flow_width(flow, largest)}
    for text in ("", "1", "−0.1966", "∂ 0.1966", "◂ −1.23e−10", "[1, 2, 3, 4]", "2×3 ±0.333, nan"):
        for room in (42, 50, 119):
            fitted = cards.fitted(text, "value", 0, 0, room)
            yield {"text": text, "room": room, "condensed": fitted.room is not None}


def spoken() -> Iterator[dict[str, Any]]:
    """Texts with places, by the plural rules of each language."""
    forms = ("zero", "one", "two", "few", "many", "other")
    counted = {form: f"{{n}} {form}" for form in forms}
    texts = {
        "page.plain": "{a} of {b}, {a}",
        "page.counted": counted,
        "page.ranked": {"ordinal": counted},
    }
    for language in sorted(words.PLURALS):
        words.add(f"{language}-tried", texts, language)
        with words.speaking(f"{language}-tried"):
            for n in (*range(26), 100, 101, 102, 103, 111, 112, 113, 1000000):
                for text_id in ("page.counted", "page.ranked"):
                    said = words.say(text_id, n=n)
                    yield {"language": language, "id": text_id, "places": {"n": n}, "text": said}
            for places in ({"a": "x", "b": 2}, {"a": "{b}", "b": "$& \\1"}):
                said = words.say("page.plain", **places)
                yield {"language": language, "id": "page.plain", "places": places, "text": said}
    yield {"texts": texts}


# as text, or lines of this file would be in what is said
SQUARED = "def squared(t):\n    s = t * t\n    return s + t"
FUNCTIONS: list[tuple[str, dict[str, Any], list[dict[str, Any]]]] = [
    ("lambda x: +x", {"x": 2.0}, [{"x": -3.0}]),
    ("lambda x, y: (x * y + 2 * x) / y - y * y", {"x": 3.0, "y": -2.0}, [{"x": 0.5, "y": 0.0}]),
    ("lambda x, y: np.maximum(x, y) * 0.0 + abs(x)", {"x": 1.0, "y": 2.0}, [{"x": -4.0}]),
    ("lambda x: x * x if x > 0 else -x", {"x": 2.0}, [{"x": 5.0}]),
    ("lambda a: squared(a) * squared(a * 0.5)", {"a": 1.5}, [{"a": -2.0}]),
    ("lambda x: (x - 1.0) / (x - 1.0) + x", {"x": 2.0}, [{"x": 1.0}, {"x": math.inf}]),
    (
        "lambda w, x: np.sum(w * x) + w[0, 0]",
        {"w": np.arange(12.0).reshape(3, 4) - 5, "x": 2.0},
        [{"w": np.full((3, 4), -1.5), "x": 0.0}],
    ),
    ("lambda w: np.sum(w * w)", {"w": np.arange(1700.0).reshape(34, 50)}, []),
    ("lambda v: np.sum(v * v) - v[1]", {"v": [1.0, -2.0]}, [{"v": [0.5, math.inf]}]),
]


def function(text: str) -> Any:
    """A function that has no lines in a file."""
    names: dict[str, Any] = {"np": np}
    exec(SQUARED, names)
    names["squared"] = gv.block(names["squared"])
    return eval(text, names)


def runs() -> Iterator[dict[str, Any]]:
    """Graphs as they are sent; and runs: what is sent of them, shown and said at each step."""
    for text, example, others in FUNCTIONS:
        graph = gv.trace(function(text), example)
        run = graph.run(example)
        places = run.places
        graph_sent = json.loads(json.dumps(structure(run, places, {}, gv.draw(run).live_svg)))
        del graph_sent["svg"]
        shown_runs = []
        for values in (example, *others):
            run = graph.run({**example, **values})
            if run.graph is not graph:
                raise ValueError(f"{values}: another graph")
            shown_runs.append(
                {
                    "numbers": base64.b64encode(packed(run, places)).decode(),
                    "arrays": base64.b64encode(packed_inputs(run, inputs(graph))).decode(),
                    "inputs": [sent(run.primals[node]) for node in graph.inputs],
                    "summary": titles.summary(run),
                    "steps": [said(run, at) for at in range(sweeps.last(graph) + 1)],
                    "all": said(run, None),
                }
            )
        yield {"function": text, "structure": graph_sent, "runs": shown_runs}


def said(run: Run, at: int | None) -> dict[str, Any]:
    """What is shown and said after a step of the sweeps; after all of them, of each part, too."""
    state = run if at is None else sweeps.at(run, at)
    tell, filled, graph, wrt = words_of(run), State(state), run.graph, getattr(run, "wrt", None)
    shown_now = {
        "values": [shown(number) for number in state.primals.values()],
        "gradients": [shown(number, shape=False) for number in state.adjoints.values()],
        "locals": [on_edge(number) for number in state.locals.values()],
        "flows": [on_edge(number) for number in state.flows.values()],
    }
    if at is not None:
        return {**shown_now, "words": filled.text(step(tell, sweeps.steps(graph, wrt)[at]))}
    return {
        **shown_now,
        "nodes": [filled.text(titles.node_title(tell, node), 6) for node in graph.nodes],
        "edges": [filled.text(titles.edge_title(tell, edge), 6) for edge in graph.edges],
    }


def forwards() -> Iterator[dict[str, Any]]:
    """The same in forward mode, of graphs of single numbers, whose runs stand in `runs`."""
    for text, example, others in FUNCTIONS:
        graph = gv.trace(function(text), example)
        if graph.has_arrays:
            continue
        along = [*({name: 1.0} for name in example), dict.fromkeys(example, -2.0)]
        for wrt in along[: None if len(example) > 1 else 2]:
            shown_runs = []
            for values in (example, *others):
                run = graph.run({**example, **values}).forward(wrt)
                shown_runs.append(
                    {
                        "tangents": [sent(number) for number in run.tangents.values()],
                        "summary": titles.summary(run),
                        "steps": [said(run, at) for at in range(sweeps.last(graph) + 1)],
                        "all": said(run, None),
                    }
                )
            yield {"function": text, "wrt": wrt, "runs": shown_runs}


def figures() -> Iterator[dict[str, Any]]:
    """All that live figures send when they are shown."""
    nested = gv.trace(function("lambda x, y: squared(squared(x) * y) - x / y"), x=1.5, y=-2.0)
    array = np.arange(800.0).reshape(20, 40) - 300
    arrays = gv.trace(function("lambda w, v: np.sum(w * 2.0) + v[0]"), w=array, v=[1.0, -1.0])
    views = {"nested": gv.View(nested, code=True), "arrays": gv.View(arrays)}
    views["nested"].closed = [1]
    for name, view in {**views, "race": gv.Race(nested)}.items():
        state = {each: getattr(view, each) for each in view.keys if each[0] != "_"}
        for each in ("layout", "tooltip", "tabbable", "words"):
            del state[each]
        for each, value in state.items():
            if isinstance(value, bytes):
                state[each] = base64.b64encode(value).decode()
        yield {"name": name, "state": state}


def pages() -> Iterator[dict[str, Any]]:
    """What pages alone are told; and what the cards say where a slider is moved."""
    cube = gv.primitive(function("lambda t: t**3"))
    cube.derivative(lambda t, out: 3 * t * t)
    array = np.arange(6.0) - 2
    inputs = {
        "decided": (function("lambda x, y: squared(x * y) + x if x > y else x - y"), (2.0, 1.0)),
        "array": (lambda x, y: np.sum(np.tanh(x * array) * y), (0.5, 2.0)),
        "own": (lambda x, y: cube(x) * y, (1.0, 2.0)),
    }
    for name, (of, (x, y)) in inputs.items():
        graph = gv.trace(of, dict(zip("xy", (x, y))))
        told = gv.draw(graph).told(Living())
        del told["words"]
        moves = []
        for at, track in enumerate(sliders_about(graph.example)):
            for place in (0, 50, 100, 150):
                value = track.places[place]
                run = graph.run({**graph.example.inputs, track.inputs[0]: value})
                cards = [numeral(run.primals[node]) for node in run.graph.nodes]
                moves.append({"slider": at, "place": place, "value": value, "cards": cards})
        yield {"name": name, "told": told, "moves": moves}
    x = gv.Variable(2.0, name="x")
    (y := x * x).backward()
    told = gv.draw(y).told(Living())
    del told["words"]
    yield {"name": "still", "told": told, "moves": []}


TYPED = [
    "9", " 9.0 ", "9.004", "9.04", "-9", "−9", "4", "1/4", "-1/4", "0.25", ".25", "25e-2", "2**-2",
    "0.5**2", "0.5 ^ 2", "-0.5**2", "1/2**2", "1/0", "0**-1", "10**400", "1e999", "1/2/2", "--1",
    "10, 25", "(10, 25)", "(10,25.0001)", "10, -25", "25, 10", "10", "(10)", "1, 2, 3", "10,",
    "nine", "inf", "nan", "0x10", "1_000", "0", "0.004", "0.006", "1e-10", "{guess}", "$&", "9<b>",
]  # fmt: skip


def replies() -> Iterator[dict[str, Any]]:
    """What is said to answers that are typed."""
    hints = {"told": lambda said: f"You said {said}; not {said}?", "plain": lambda said: "Add."}
    for numbers in (9.0, -0.25, 0.0, np.array([10.0, 25.0])):
        for name, hint in hints.items():
            answer = exercises.Answer(numbers, 0.005 if np.array_equal(numbers, 0.0) else 1e-9)
            told = exercises._told(answer, hint)
            del told["words"]
            said = [[text, exercises._reply(text, answer, hint)] for text in TYPED]
            yield {"name": f"{numbers}, {name}", "told": told, "replies": said}
    for id, answer in exercises._answers().items():
        if answer.is_typed:
            of = f"exercise.{id}"
            told = exercises._told(answer, hints["plain"], of)
            del told["words"]
            wrong = [
                ", ".join(map(repr, np.ravel(each).tolist())) for each in answer.mistakes.values()
            ]
            said = [[text, exercises._reply(text, answer, hints["plain"], of)] for text in wrong]
            yield {"name": of, "told": told, "replies": said}


AXIS = {"is_log": False, "scale": 8.0, "start": 50.0}
LOG = {"is_log": True, "scale": -5.0, "start": 50.0}
FRAME = {"svg": "<path d='M0 0'/>", "size": [100, 100], "box": [10, 10, 80, 80]}


def in_the_lens(plot: gv.plot.LivePlot) -> list[Any] | None:
    """What a lens shows in such a frame, from its middle and downward; None where there is
    nothing.
    """
    values, (value, slope, moved, quotient, *near) = plot._there
    heights = [each - value for each in near]
    found = limit.lens((8.0, 8.0), values["h"], slope, quotient, moved - value, heights)
    if found is None:
        return None
    downward = lambda points: [[x, -y] for x, y in points]  # noqa: E731
    return [found.zoom, downward(found.ends), downward(found.curve), [-s for s in found.slopes]]


def plots() -> Iterator[dict[str, Any]]:
    """What pages alone are told of live plots, but for what matplotlib draws; and what is shown
    where a slider is moved.
    """
    cubic, decided, own = map(
        function,
        ("lambda x: x * x * x - x", "lambda x: x * x if x > 0 else -x", "lambda x: abs(x)"),
    )
    own = gv.primitive(own)
    own.derivative(lambda x, out: 1.0 if x > 0 else -1.0)
    sizes = {"a": lambda w: [[w, -w], [w * w]], "b": lambda w: [[1.0, w]]}
    made = {
        "tangent": gv.plot.tangent(cubic, at=(-6, 2)),
        "branches": gv.plot.tangent(decided, at=(-2, 2)),
        "secants": gv.plot.secants(cubic, at=(0, 4), h=(-1, 1)),
        "error": gv.plot.difference_error(cubic, at=(-2, 2), steps=[1.0, 0.5, 0.125]),
        "descent": gv.plot.descent(cubic, start=(-2, 2), rate=(0.0, 8.0), steps=7),
        "short descent": gv.plot.descent(cubic, start=(-2, 2), steps=3),
        "own": gv.plot.secants(own, at=(-1, 1), h=0.5),
        "layers": gv.plot.layers(lambda w: {name: of(w) for name, of in sizes.items()}, w=(-1, 1)),
    }
    for name, plot in made.items():
        told = plot._told()
        del told["words"]
        is_log = told["given"]["kind"] in ("error", "layers")
        frame = {**FRAME, "x": AXIS, "y": LOG if is_log else {**AXIS, "scale": -8.0}}
        is_limit = told["given"]["kind"] == "secants"
        frame |= {"lens": [150, 50, limit.RADIUS]} if is_limit else {}
        told["given"] |= {"frames": [frame, {**frame, "size": [60, 100]}]}
        moves, here = [], plot.values
        for slider, track in enumerate(tracks(plot.sliders)):
            last = len(track.places) - 1
            tried = {0, last // 4, last // 2, 3 * last // 4, last}
            if told["held"]:
                rows = told["held"][slider]
                told["held"][slider] = [row if at in tried else [] for at, row in enumerate(rows)]
            for place in sorted(tried):
                plot.update(**{**here, track.name: track.places[place]})
                shown = plot.subject.shown(*plot._there)
                marks = {
                    mark: at if isinstance(at, str) else [*map(sent, np.ravel(at).tolist())]
                    for mark, at in shown.marks.items()
                }
                moves.append(
                    {"slider": slider, "place": place, "text": shown.text, "title": shown.title}
                    | {"marks": marks}
                    | ({"lens": in_the_lens(plot)} if is_limit else {})
                )
            plot.update(**here)
        yield {"name": name, "told": told, "moves": moves}


SEVERAL = [
    "(10, 25)", "10 ,25", "1,5; 2", "[1/2, −3]", "1", "1, 2, 3", "1,", "", "one, two", "1 000, 2",
    "(1), (2)", "（1，2）", "1;2;", "[1, 2)", "1/0, 2",
]  # fmt: skip


def typed() -> Iterator[dict[str, Any]]:
    """Numbers as people type them: what is read, and whether it is the number that is asked for."""
    asked = [*RIGHT_OR_NOT, *((text, 1.0, False) for text, _ in NOT_READ), *islice(drawn(700), 900)]
    for text, right, _ in asked:
        number = read(text)
        told = number.why if isinstance(number, Unread) else [sent(number.number), number.unit]
        yield {"text": text, "read": told, "right": sent(right), "agrees": agrees(number, right)}
    for text in SEVERAL:
        numbers = read_all(text, 2)
        told = (
            numbers.why if isinstance(numbers, Unread) else [sent(each.number) for each in numbers]
        )
        yield {"text": text, "several": told}


def practices() -> Iterator[dict[str, Any]]:
    """What a page alone is told of quizzes, and what becomes of what a person does there."""
    quizzes = [gv.practice(level=level, random_state=3) for level in range(1, 7)]
    quizzes.append(gv.practice(function("lambda x: x * x * 2"), x=3.0))
    for quiz in quizzes:
        told = quiz.told()["quizzes"][0]
        acts = []
        for at, (blank, key) in enumerate(quiz._judge.keys.items()):
            numbers = [[701.0], [702.0], [-each for each in key.right], key.right, key.right]
            wrong = [each.numbers for each in key.wrong]
            texts = ["", "six", "1,000", "1, 2", *map(_listed, [*wrong, *numbers])]
            tried = [("answer", text) for text in texts]
            hints = [("hint", "")] * (4 if at % 2 else 1)
            for what, text in (
                [*tried[:-2], *hints, *tried[-2:]] if at % 3 else [*hints, ("show", "")]
            ):
                quiz.act(at, what, text)
                state = quiz.states()[at]
                said = quiz._judge.replies[blank].says.replace(LINE, quiz._judge.line(blank))
                acts.append({"act": ["", at, what, text], "state": state, "said": said})
        told["result"] = quiz.result.to_dict()
        yield {"told": told, "acts": acts}


def _listed(numbers: Sequence[float]) -> str:
    return ", ".join(map(repr, numbers))


VECTORS = {
    "practice": practices,
    "typed": typed,
    "replies": replies,
    "plots": plots,
    "pages": pages,
    "figures": figures,
    "numerals": numerals,
    "heat": heat_maps,
    "widths": widths,
    "words": spoken,
    "runs": runs,
    "forward": forwards,
}


def vector(name: str) -> str:
    """A table of cases as it is stored: a line for each."""
    lines = (json.dumps(case, ensure_ascii=False, allow_nan=False) for case in VECTORS[name]())
    return "[\n" + ",\n".join(lines) + "\n]\n"


def main() -> None:
    """Write all tables of cases, and the page's rows."""
    for name in VECTORS:
        (FOLDER / f"{name}.json").write_text(vector(name), encoding="utf-8")
    TABLE.write_text(kernels.javascript(), encoding="utf-8")


if __name__ == "__main__":
    main()
