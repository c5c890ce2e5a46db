"""One table for every target: what JavaScript makes of a row is what Python does."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from lengths import short
from node import in_node

import gradviz as gv
from gradviz import web
from gradviz.autodiff.primitives import table as primitives
from gradviz.autodiff.primitives.elementwise import Elementwise
from gradviz.autodiff.primitives.printers.javascript import HELPERS, JAVASCRIPT
from gradviz.autodiff.primitives.printers.printer import Unspelled
from gradviz.autodiff.primitives.printers.python import PYTHON
from gradviz.autodiff.primitives.symbols import Symbol
from gradviz.autodiff.programs import kernels
from gradviz.autodiff.programs.targets import in_a_page as page_program

MODULE, _ = web.joined(web.FOLDER / "numbers" / "program.js")


def is_spelled(row):
    try:
        return bool(JAVASCRIPT.row(row))
    except Unspelled:
        return False


ELEMENTWISE = [row for row in vars(primitives).values() if isinstance(row, Elementwise)]
ROWS = [*filter(is_spelled, ELEMENTWISE)]
ORDINARY = [0.25, -1.3, 2.0, 3.7, -0.1, 12.5, 1.0]
NASTY = [
    0.0, -0.0, -1.0, 0.5, -0.5, 2.5, -2.5, 1e308, -1e308, 5e-324, -5e-324, 2.3e-308, 1e16, 710.0,
    -745.2, math.inf, -math.inf, math.nan,
]  # fmt: skip
BY_MATH = {"exp", "log", "sin", "cos", "tan", "sqrt", "pow", "hypot"}
ULPS = 4


def settings(row):
    if row.arity == 1:
        return [(x,) for x in ORDINARY + NASTY]
    if row is primitives.rounded:
        halves = [2.675, 0.125, 0.375, 1e21, 123456.5, 250.0, 350.0, 1e15 + 0.5, 5e-5]
        return [(x, float(y)) for x in ORDINARY + NASTY + halves for y in (0, 1, 2, 4, 12, -1, -2)]
    return [(x, y) for x in ORDINARY + NASTY for y in ORDINARY + NASTY]


def of_arithmetic(text):
    """Whether a text in Python calls no function of the math library that rounds as it likes."""
    for exact in ["copysign", "floor", "ceil", "trunc", "fabs", "sqrt", "fmod", "inf", "nan"]:
        text = text.replace(f"math.{exact}", "")
    return "math." not in text


def apart(one, other):
    """How many units in the last place are between two numbers."""
    if one != one and other != other:
        return 0
    if one == other:
        return 0 if math.copysign(1, one) == math.copysign(1, other) else math.inf
    if not (math.isfinite(one) and math.isfinite(other)):
        return math.inf
    return abs(one - other) / math.ulp(max(abs(one), abs(other)))


@pytest.mark.parametrize("row", short(20, ROWS[::-1]))
def test_a_row_in_javascript(row):
    """Its value, and its local derivatives, at ordinary and nasty operands."""
    names = ["x", "y"][: row.arity]
    symbols = [*map(Symbol.named, names)]
    rules = [row.derivative_by(p, symbols, Symbol.named("z")) for p in range(row.arity)]
    texts = [JAVASCRIPT.row(row)[0], *map(JAVASCRIPT.text, rules)]
    exact = [of_arithmetic(row.code), *(of_arithmetic(PYTHON.text(rule)) for rule in rules)]
    given = []
    for operands in settings(row):
        value = row.number(*operands)
        given.append([*operands, value])
    functions = ", ".join(f"({', '.join([*names, 'z'])}) => {text}" for text in texts)
    shown = in_node(
        f"(all) => {{ {''.join(HELPERS.values())} const all_of = [{functions}]; "
        "return all.map((given) => all_of.map((each) => Number(each(...given)))); }",
        given,
    )
    for (*operands, value), numbers in zip(given, shown, strict=True):
        wanted = [value, *(row.local(p, operands, value) for p in range(row.arity))]
        for number, right, is_exact in zip(numbers, wanted, exact, strict=True):
            assert apart(number, right) <= (0 if is_exact else ULPS), (operands, numbers, wanted)


def test_what_javascript_has_no_word_for_it_says():
    missing = [row.name for row in ELEMENTWISE if row not in ROWS]
    assert missing == ["erf", "erfc", "ndtr", "gamma", "gammaln", "digamma", "polygamma"]
    for row in (primitives.erf, primitives.gammaln, primitives.digamma):
        graph = gv.trace(lambda x, row=row: row(x), x=1.5)
        assert page_program(graph) is None
        with pytest.raises(NotImplementedError, match=r"in javascript, which has no \w+ here"):
            graph.code("javascript")


def test_the_page_has_the_rows_of_the_table():
    stored = (web.FOLDER / "numbers" / "table.js").read_text(encoding="utf-8")
    assert stored == kernels.javascript(), "run tests/store_vectors.py"


# ── whole programs ──

RUN = (Path(__file__).parents[2] / "web" / "programs.js").read_text(encoding="utf-8")
SHARE = 5  # of so many programs, one is tried as source too


def in_a_page(programs):
    """What a page's programs make of inputs: see web/programs.js."""
    return in_node(RUN, [MODULE, programs])


def document(graph):
    """The page's program, as it arrives there."""
    return json.loads(json.dumps(page_program(graph).document(), allow_nan=False))


EXACT = [row for row in ROWS if of_arithmetic(row.code)]


def random_programs(rows, count, seed, most=14):
    """Graphs of random rows, each with a setting, which may be nasty."""
    random = np.random.default_rng(seed)

    def number():
        return float(
            random.choice(ORDINARY + NASTY) if random.random() < 0.15 else random.normal(0, 2)
        )

    for _ in range(count):
        steps = [
            (rows[random.integers(len(rows))], *random.integers(60, size=2), random.random())
            for _ in range(random.integers(1, most))
        ]
        constants = [number() for _ in steps]

        def function(x, y, steps=steps, constants=constants):
            values = [x, y]
            for (row, i, j, share), constant in zip(steps, constants):
                u, v = values[-1 - i % len(values)], values[-1 - j % len(values)]
                if row is primitives.rounded:
                    v = float(round(share * 10))
                elif share < 0.3:
                    v = constant
                values.append(row(u) if row.arity == 1 else row(u, v))
                if share > 0.9 and not values[-1] > 0.3:
                    values.append(values[-1] * 0.5)
            return values[-1] + x * y

        with np.errstate(all="ignore"):
            graph = gv.trace(lambda x, y: function(x, y), x=number(), y=number())
            yield graph, {"x": number(), "y": number()}


def compared(rows, count, seed, samples):
    """Of each graph: Python's numbers, JavaScript's, and how far those go with noise. Of some, the
    value and the gradients also by the source that people get.
    """
    graphs, settings, programs = [], [], []
    for graph, inputs in random_programs(rows, count, seed):
        program, places = document(graph), graph.run(graph.example.inputs).places
        if places is not None:  # what fails in Python's own arithmetic at once has no program there
            graphs.append((graph, places))
            settings.append(inputs)
            programs.append([program, [*inputs.values()], samples])
    assert len(graphs) > 0.6 * count
    sources = [
        [graph.code("javascript"), *program[1:]]
        for (graph, _), program in zip(graphs[::SHARE], programs[::SHARE])
    ]
    answers = in_a_page([*programs, *sources])
    said = answers[len(programs) :]
    del answers[len(programs) :]
    assert sum(answer is not None for answer in answers) > 0.4 * count
    for (graph, places), inputs, answer in zip(graphs, settings, answers, strict=True):
        run = graph.run(inputs)
        if answer is None:
            assert run.retraced or samples
        else:
            assert not run.retraced
            numbers, spread = answer
            yield (
                graph,
                list(run.numbers),
                [numbers[p] for p in places],
                [spread[p] for p in places],
            )
    for (graph, _), inputs, answer in zip(graphs[::SHARE], settings[::SHARE], said, strict=True):
        run = graph.run(inputs)
        if answer is None:
            assert run.retraced or samples
        else:
            yield graph, [run.value, *run.grads.values()], *answer


@pytest.mark.parametrize("seed", short(2, range(10)))
def test_programs_of_arithmetic_have_the_same_bits(seed):
    for graph, wanted, shown, _ in compared(EXACT, 100, seed, 0):
        assert [*map(apart, shown, wanted)] == [0] * len(wanted), graph.code()


@pytest.mark.parametrize("seed", short(2, range(10)))
def test_programs_of_all_rows_are_as_near_as_their_functions(seed):
    for graph, wanted, shown, spread in compared(ROWS, 100, seed, 20):
        for one, other, away in zip(shown, wanted, spread, strict=True):
            near = apart(one, other) <= ULPS or abs(one - other) <= 4 * away
            assert near or not math.isfinite(away), (one, other, away, graph.code())


@gv.block
def gate(a, b):
    s = np.sin(a) * b
    return np.maximum(s, a * b) + gv.sigmoid(a)


@pytest.mark.parametrize("inputs", [(1.5, -0.5), (0.0, 0.0), (-math.inf, 2.0), (math.nan, 1.0)])
def test_closed_blocks(inputs):
    graph = gv.draw(
        gv.trace(lambda x, y: gate(x, gate(y, x)) * gate(y, x) + x, x=1.0, y=2.0), collapse=True
    ).run.graph
    graph.run(graph.example.inputs)
    places, run = graph.run(graph.example.inputs).places, graph.run(x=inputs[0], y=inputs[1])
    [(numbers, _)] = in_a_page([[document(graph), [*inputs], 0]])
    assert [numbers[place] for place in places] == pytest.approx(
        list(run.numbers), rel=1e-14, nan_ok=True
    )


def test_decisions():
    graph = gv.trace(lambda x: x * x if x > 0 else -x, x=2.0)
    program = document(graph)
    there, elsewhere = in_a_page([[program, [3.0], 0], [program, [-3.0], 0]])
    assert elsewhere is None
    assert [there[0][place] for place in graph.run(x=3.0).places] == list(graph.run(x=3.0).numbers)


def test_code_for_people():
    graph = gv.trace(lambda x, y: gv.softplus(x) * y, x=1.0, y=2.0)
    value, gradients = in_node(
        f"(given) => {{ {graph.code('javascript')} const [value, of] = {graph.name}(...given); "
        "return [value, Object.entries(of).map(([name, each]) => [name, each])]; }",
        [0.5, -1.5],
    )
    run = graph.run(x=0.5, y=-1.5)
    assert value == pytest.approx(run.value, rel=1e-15)
    assert dict(gradients) == pytest.approx(run.grads, rel=1e-15)
    with pytest.raises(NotImplementedError, match="has no numbers of 32 bits"):
        gv.trace(lambda v: np.sum(v), v=np.float32([1.0, 2.0])).code("javascript")
    own = gv.primitive(lambda t: t * t).derivative(lambda t, out: 2 * t)
    with pytest.raises(NotImplementedError, match="a gate of your own"):
        gv.trace(lambda x: own(x), x=1.0).code("javascript")
    with pytest.raises(ValueError, match="'python' or 'javascript', not 'cobol'"):
        graph.code("cobol")


NAMES = [
    "const",
    "alert(1)",
    "损失",
    "Math",
    "pow",
    "inputs",
    "x\u2028y",
    "</script>",
    "v2",
    "n",
    "ﬁ",
]


def test_names_are_data():
    graph = gv.trace(lambda *xs: sum(xs) * xs[0] ** xs[1], dict.fromkeys(NAMES, 1.25))
    program = document(graph)
    assert not set(NAMES) & set(re.findall(r'"([^"]*)"', json.dumps(program["code"])))
    [(numbers, _)] = in_a_page([[program, [2.0, *[0.5] * (len(NAMES) - 1)], 0]])
    run = graph.run(dict(zip(NAMES, [2.0, *[0.5] * (len(NAMES) - 1)])))
    shown = [numbers[place] for place in run.places]
    assert shown == pytest.approx(list(run.numbers), rel=1e-15)
    _, gradients = in_node(
        f"(given) => {{ {graph.code('javascript')} const [value, of] = {graph.name}(...given); "
        "return [value, Object.entries(of)]; }",
        [2.0, *[0.5] * (len(NAMES) - 1)],
    )
    assert dict(gradients) == pytest.approx(run.grads, rel=1e-15)


# ── a row that is added ──


def test_a_row_is_all_that_a_primitive_needs():
    swish = primitives.row(
        "swish", "swish(x)", lambda x: x * primitives.sigmoid(x),
        lambda x, z: primitives.sigmoid(x) * (1.0 + x - z),
    )  # fmt: skip
    graph = gv.trace(lambda x: swish(x) * 2, x=0.7)
    s = 1 / (1 + math.exp(-0.7))
    slope = s + 0.7 * s * (1 - s)
    assert graph.example.value == pytest.approx(1.4 * s, rel=1e-15)
    assert graph.run(x=0.7).grads["x"] == pytest.approx(2 * slope, rel=1e-15)
    second = 2 * s * (1 - s) + 0.7 * s * (1 - s) * (1 - 2 * s)
    assert gv.grad(gv.grad(swish))(0.7) == pytest.approx(second, rel=1e-14)
    assert gv.grad(lambda v: np.sum(swish(v)))(np.array([0.7, 0.7])) == pytest.approx([slope] * 2)
    assert graph.nodes[1].operation.sign((None,)) == "swish"
    assert "v1 = swish(x)" in gv.draw(graph).explain("v1", detail="full")
    [(numbers, _)] = in_a_page([[document(graph), [0.7], 0]])
    run = graph.run(x=0.7)
    assert [numbers[place] for place in run.places] == pytest.approx(list(run.numbers), rel=1e-15)
    assert graph.cost().n == 2
    namespace = {}
    exec(graph.code(), namespace)
    assert namespace[graph.name](0.7) == (run.value, run.grads)
    gv.check_grads(swish, 0.7)
