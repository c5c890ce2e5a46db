"""Programs of arrays that a page performs: what they give is what Python's own run gives."""

import json
import math
import re
import warnings

import numpy as np
import pytest
from autodiff.primitives.test_arrays import CASES
from autodiff.primitives.test_printers import EXACT, NASTY, SHARE, apart, document, in_a_page
from lengths import short
from lesson_code import NOTEBOOKS, PATHS, code, result

import gradviz as gv
from gradviz.autodiff.primitives import table as primitives
from gradviz.autodiff.programs.instructions import Instructions
from gradviz.autodiff.programs.targets import in_a_page as page_program
from gradviz.scene.folding import overview

FOR_PYTHON = [
    "inv", "solve", "solve matrix", "det", "slogdet", "cholesky", "eigenvalues", "eigenvectors",
]  # fmt: skip


def flat(number):
    """A number, or an array as a page has it."""
    return np.ravel(number).tolist() if np.ndim(number) else number


def wanted(run):
    """All that a figure is sent of a run."""
    return [flat(number) for number in (*run.numbers, *run.flows.values())]


def answers(asked):
    """What a page makes of graphs at inputs; of some, also the JavaScript that people get."""
    programs = [[document(graph), [*map(flat, inputs.values())], 0] for graph, inputs in asked]
    texts = [[graph.code("javascript"), programs[n][1], 0] for n, (graph, _) in enumerate(asked)]
    said = in_a_page([*programs, *texts[::SHARE]])
    return said[: len(asked)], dict(zip(range(0, len(asked), SHARE), said[len(asked) :]))


def largest(numbers):
    """The largest finite magnitude."""
    sizes = np.abs(np.concatenate([np.ravel(number) for number in numbers if number is not None]))
    return np.max(sizes, initial=0.0, where=np.isfinite(sizes))


def close(shown, right, near, scale=0.0):
    """Whether numbers are as near as they should be: to `near`, or 1e-12 of what they sum up."""
    if right is None or shown is None:
        return right is shown
    atol = 1e-12 * max(scale, largest([right])) + near
    return np.allclose(shown, right, rtol=1e-12, atol=atol, equal_nan=True)


def sorts(graph):
    """Whether it decides by an order: a page can't say which of equal numbers come first."""
    return any(guard.plain.function is np.argsort for _, guard in graph.guards)


def compare(asked, blurs=None):
    """That a page gives what Python's runs give; `blurs` say how near two right answers are. How
    often it gave something.
    """
    told, in_words = answers(asked)
    for n, (graph, inputs) in enumerate(asked):
        run = graph.run(inputs)
        if told[n] is None or run.retraced:
            assert told[n] is None and (run.retraced or sorts(graph)), graph.code()
            assert in_words.get(n) is None
            continue
        start = len(graph.nodes) + len(graph.edges)
        near = blurs[n] if blurs else [0.0] * len(told[n][0])
        right_ones = wanted(run)
        scales = [largest(right_ones[:start])] * start  # of what sums may be made of
        scales += [scale := largest(right_ones[start:])] * (len(right_ones) - start)
        for shown, right, *bounds in zip(told[n][0], right_ones, near, scales, strict=True):
            assert close(shown, right, *bounds), (shown, right, graph.code())
        if n in in_words:
            for shown, right, blur in zip(
                in_words[n][0],
                [flat(run.value), *map(flat, run.grads.values())],
                [near[graph.output.index], *near[start : start + len(graph.inputs)]],
                strict=True,
            ):
                assert close(shown, right, blur, scale), (shown, right, graph.code("javascript"))
    return sum(answer is not None for answer in told)


def of_cases():
    random = np.random.default_rng(0)
    for name, (function, *arguments) in CASES.items():
        if name in FOR_PYTHON:
            continue

        def scalar(*operands, function=function):
            result = function(*operands)
            return np.sum(result * result * 0.5 + np.sin(result))

        inputs = {f"x{position}": argument for position, argument in enumerate(arguments)}
        graph = gv.trace(lambda *operands, f=scalar: f(*operands), inputs)
        yield graph, inputs
        yield (
            graph,
            {
                name: x + 1e-3 * random.normal(size=np.shape(x)) if np.ndim(x) else x + 1e-3
                for name, x in inputs.items()
            },
        )


@pytest.mark.long
def test_each_function():
    compare([*of_cases()])


@pytest.mark.parametrize("case", FOR_PYTHON)
def test_what_needs_python(case):
    function, *arguments = CASES[case]
    graph = gv.trace(
        lambda *xs: np.sum(function(*xs)), {f"x{n}": x for n, x in enumerate(arguments)}
    )
    assert page_program(graph) is None
    with pytest.raises(NotImplementedError, match="can't be written in javascript, which has no"):
        graph.code("javascript")


@gv.block
def layer(w, x, b):
    s = np.tanh(w @ x + b)
    return s * gv.softmax(s), np.maximum(s, b)


@gv.block
def gate(x, y):
    return np.maximum(x * y, x) + y * y


@pytest.mark.parametrize("collapse", short(1, [True, ["layer"], ["gate"]]))
def test_closed_blocks(collapse):
    def network(w, x, b):
        h, s = layer(w, x, b)
        h, _ = layer(w @ w, h, s)
        return np.sum(gate(gate(h, s), b)) + x[0] * b[-1] + np.sum(layer(w, s, h)[1])

    random = np.random.default_rng(2)
    shapes = {"w": (3, 3), "x": (3,), "b": (3,)}
    inputs = {name: random.normal(size=shape) for name, shape in shapes.items()}
    graph = gv.draw(gv.trace(network, inputs), collapse=collapse).run.graph
    for at in (inputs, {name: x + 1e-3 for name, x in inputs.items()}):
        [(numbers, _)] = in_a_page([[document(graph), [*map(flat, at.values())], 0]])
        for shown, right in zip(numbers, wanted(graph.run(at)), strict=True):
            assert close(shown, right, 1e-14)


def test_decisions():
    def f(x, y):
        order = np.argsort(x, axis=0)
        chosen = x[order[:, 0]] * np.argmax(y) + np.argmin(x, axis=1).sum()
        kept = np.where(y >= 0.5, y, 2.0 * y)
        return np.sum(chosen) + np.sum(kept) * (y[0] if np.isfinite(y[1]) else 3.0) * x.value[0, 0]

    x, y = np.array([[1.0, 5.0], [3.0, 2.0]]), np.array([0.1, 0.9, 0.4])
    graph = gv.trace(f, x=x, y=y)
    moves = [
        (x, y), (x, y + 0.01), (x, np.roll(y, 1)), (x, [0.1, math.inf, 0.4]),
        (x, [0.1, 0.9, math.nan]), (x[::-1], y), (x + 0.1, y), (x + np.diag([0, 3]), y),
        (x - [[0.0], [2.0]], y),
    ]  # fmt: skip
    told = in_a_page([[document(graph), [*map(flat, at)], 0] for at in moves])
    with np.errstate(invalid="ignore"):
        runs = [graph.run(x=at[0], y=np.asarray(at[1])) for at in moves]
    holds = [run.retraced is None for run in runs]
    assert holds == [True, True, *[False] * 7]
    assert [answer is not None for answer in told] == holds
    assert told[1][0][graph.output.index] == pytest.approx(runs[1].value, rel=1e-14)


def test_names_are_data():
    names = ["each", "zeros", "const", "alert(1)", "</script>", "x\u2028y", "损失", "f", "t1"]
    same = gv.primitive(lambda v: v).derivative(lambda v, out: 1.0)
    same.name = "add"
    inputs = {name: np.arange(3.0) + n for n, name in enumerate(names)}
    graph = gv.trace(lambda *xs: np.sum(sum(xs) * xs[0] @ xs[1]), inputs)
    compare([(graph, inputs)])
    words = re.findall(r'"([^"]*)"', json.dumps(document(graph), ensure_ascii=False))
    assert set(words).isdisjoint(set(names) - {"each"})
    graph = gv.trace(lambda x: np.sum(same(x)), x=np.ones(2))
    assert page_program(graph) is None


@pytest.mark.long
def test_a_long_program_walks():
    def long(x, y):
        for _ in range(2500):
            x = np.tanh(x * y + 0.1) - 0.3 * y
        return x

    graph = gv.trace(long, x=0.5, y=1.25)
    assert len(graph.operations) > 10_000
    program = Instructions(graph)
    [(numbers, _)] = in_a_page([[program.document(), [0.4, 1.2], 0]])
    run = graph.run(x=0.4, y=1.2)
    assert numbers[graph.output.index] == pytest.approx(run.value, rel=1e-9)
    assert len(program.memory.code) < 5 * len(graph.operations)


def test_what_is_sent_is_small():
    x = np.random.default_rng(0).normal(size=(50, 20))
    graph = gv.trace(lambda w: np.sum(np.tanh(x @ w)[::2].T[1:] * w[0, 0]), w=np.ones((20, 4)))
    sent = len(json.dumps(document(graph)))
    assert sent < 4 / 3 * x.nbytes + 2000  # the constant, and hardly more


# ── lessons ──

WITHOUT = {(4, "coarsest-figure"), (9, "open")}  # a gate of one's own, and PyTorch's
LIVE = [
    (lesson, cell)
    for lesson in range(len(PATHS))
    for cell, source in code(lesson).items()
    if "gv.explore(" in source and (lesson, cell) not in WITHOUT
]


@pytest.mark.parametrize(("lesson", "cell"), short(5, LIVE))
def test_every_live_figure_of_the_lessons_has_a_program(lesson, cell, monkeypatch):
    monkeypatch.chdir(NOTEBOOKS)
    explorer = result(lesson, cell)
    structure, graph = explorer.view.structure, explorer.run.graph
    name = min(graph.example.inputs, key=lambda name: np.ndim(graph.example.inputs[name]))
    inputs = {**explorer.run.inputs, name: 1.01 * explorer.run.inputs[name]}
    program = json.loads(json.dumps(structure["program"], allow_nan=False))
    [(numbers, _)] = in_a_page([[program, [*map(flat, inputs.values())], 0]])
    run, places = graph.run(inputs), structure["places"]
    shown = numbers if graph.has_arrays else [numbers[place] for place in places]
    right = wanted(run) if graph.has_arrays else [*run.numbers]
    for one, other in zip(shown, right, strict=True):
        assert close(one, other, 0.0, largest(right))


# ── element by element ──

PAIRS = [
    (np.array(NASTY)[:, None], np.array(NASTY)),
    (np.array(NASTY), np.array(NASTY)),
    (np.array(NASTY), 2.5),
    (-0.5, np.array(NASTY)),
    (np.array(NASTY), np.array([3.7])),
    (np.array([[0.25]]), np.array(NASTY)),
    (np.zeros((0, 3)), np.ones(3)),
    (np.zeros((2, 1, 3)), np.ones((4, 1))),
]
# which of two zeros NumPy takes, depends on the machine
CHOICES = {
    primitives.maximum,
    primitives.minimum,
    primitives.fmax,
    primitives.fmin,
    primitives.share,
}


def exactly(shown, right, row):
    """Whether numbers are the same to the bit."""
    pairs = zip(np.ravel(shown).tolist(), np.ravel(right).tolist(), strict=True)
    return all(apart(one, other) == 0 or (row in CHOICES and one == other) for one, other in pairs)


@pytest.mark.parametrize("row", short(12, EXACT))
def test_arithmetic_has_the_same_bits(row):
    """Values and local derivatives, where arrays are broadcast, at nasty operands."""
    asked = []
    for x, y in PAIRS:
        x = x if row.arity == 2 or np.ndim(x) else np.array(NASTY)
        y = 2.0 if row is primitives.rounded else y
        inputs = {"x": x, "y": y}
        with np.errstate(all="ignore"):
            asked.append((gv.trace(lambda x, y: np.sum(row(*(x, y)[: row.arity])), inputs), inputs))
    told, _ = answers(asked)
    for (graph, inputs), (numbers, _) in zip(asked, told):
        right, nodes = wanted(graph.run(inputs)), len(graph.nodes)
        for part in (slice(nodes - 1), slice(nodes, nodes + row.arity)):
            for one, other in zip(numbers[part], right[part], strict=True):
                assert exactly(one, other, row), (one, other)


# ── random programs ──

ROWS_ON_ARRAYS = [
    np.add, np.subtract, np.multiply, np.divide, np.maximum, np.minimum, np.hypot, np.arctan2,
    np.tanh, np.sin, np.exp, np.abs, np.square, np.sign, np.floor, np.negative, gv.sigmoid,
    gv.softplus, gv.relu,
]  # fmt: skip
SHAPES = [(), (1,), (3,), (4,), (0,), (2, 3), (3, 1), (1, 4), (3, 3), (2, 3, 4), (2, 1, 3)]
TIES = [0.0, -0.0, 1.0, 1.0, 2.0, -2.0]
SPECIAL = [math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, 1.0]


def an_array(random, kind):
    """Numbers of some shape: ordinary ones, or such that some are equal, or special."""
    shape = SHAPES[random.integers(len(SHAPES))]
    array = random.normal(0, 1.5, size=shape)
    if kind == "ties":
        array = random.choice(TIES, size=shape)
    if kind == "special" and array.size:
        array = np.where(random.random(shape) < 0.15, random.choice(SPECIAL, size=shape), array)
    return array if shape else float(array)


def a_step(random):
    """A function of two values that makes another: it may not fit them."""
    n, m, share = random.integers(-3, 3), random.integers(0, 3), random.random()
    seed = random.integers(2**31)

    def axis_of(x):
        axes = [None, *range(-np.ndim(x), np.ndim(x))]
        return axes[(n + m) % len(axes)]

    def some_index(x):
        of_its_own = np.random.default_rng(seed)
        index = []
        for length in x.shape[: of_its_own.integers(x.ndim + 1)]:
            kinds = [
                slice(None), slice(1, None), slice(None, None, -1), slice(None, None, 2), None,
                Ellipsis if Ellipsis not in index else slice(None), slice(0, 0),
            ]  # fmt: skip
            kinds += [int(of_its_own.integers(-length, length))] * bool(length)
            index.append(kinds[of_its_own.integers(len(kinds))])
        return tuple(index)

    def fancy(x):
        return np.random.default_rng(seed).integers(-len(x), len(x), size=1 + 2 * m)

    steps = [
        lambda x, y: (
            ROWS_ON_ARRAYS[seed % len(ROWS_ON_ARRAYS)](x, y)
            if getattr(ROWS_ON_ARRAYS[seed % len(ROWS_ON_ARRAYS)], "nin", 1) == 2
            else ROWS_ON_ARRAYS[seed % len(ROWS_ON_ARRAYS)](x)
        ),
        lambda x, y: x * y + 0.5,
        lambda x, y: x - 2.0 * y,
        lambda x, y: [np.sum, np.mean, np.max, np.min, np.var, np.std, np.prod][seed % 7](
            x, axis=axis_of(x), keepdims=share < 0.3
        ),
        lambda x, y: np.cumsum(x, axis=axis_of(x)),
        lambda x, y: x @ y,
        lambda x, y: x @ np.transpose(x),
        lambda x, y: np.einsum("ij,kj->ik", x, y),
        lambda x, y: np.einsum("...i,...i->...", x, x),
        lambda x, y: np.reshape(x, (-1,) if share < 0.5 else (m + 1, -1)),
        lambda x, y: np.transpose(x),
        lambda x, y: np.broadcast_to(x, (2, *x.shape)),
        lambda x, y: x[some_index(x)],
        lambda x, y: x[fancy(x)],
        lambda x, y: x[x > 0],
        lambda x, y: np.concatenate([x, y, x], axis=axis_of(x)),
        lambda x, y: np.stack([x, y * 2.0 if share < 0.5 else x], axis=n),
        lambda x, y: np.where(x > 0.1, x, y),
        lambda x, y: np.flip(x, axis_of(x)),
        lambda x, y: np.roll(x, n, axis=axis_of(x)),
        lambda x, y: [np.triu, np.tril, np.diag][m](x, n),
        lambda x, y: np.repeat(x, m, axis=axis_of(x)),
        lambda x, y: np.tile(x, m + 1),
        lambda x, y: np.diagonal(x, n),
        lambda x, y: np.trace(x, n),
        lambda x, y: np.pad(x, m, mode=["constant", "edge", "wrap"][seed % 3]),
        lambda x, y: gv.softmax(x),
        lambda x, y: gv.logsumexp(x, axis=axis_of(x)),
        lambda x, y: np.linalg.norm(x, axis=axis_of(x)),
        lambda x, y: np.sort(x),
        lambda x, y: x[np.argmax(x)],
        lambda x, y: x * np.argmin(x),
        lambda x, y: x.astype(float),
        lambda x, y: (x if x.value.sum() > 0 else -x) if share < 0.1 else x - y,
    ]
    return steps[random.integers(len(steps))]


def random_program(random, kind):
    """A function of three values, made of random steps, of which those that do not fit are left
    out.
    """
    steps = [(a_step(random), *random.integers(40, size=2)) for _ in range(random.integers(2, 12))]

    def function(x, y, z):
        values = [x, y, z]
        for step, i, j in steps:
            u, v = values[-1 - i % min(4, len(values))], values[-1 - j % len(values)]
            try:
                value = step(u, v)
            except (TypeError, ValueError, IndexError, AttributeError):
                continue
            if np.size(value) <= 200:
                values.append(value)
        return sum(np.sum(value) * (0.3 + n) for n, value in enumerate(values[-4:]))

    return lambda x, y, z: function(x, y, z), {name: an_array(random, kind) for name in "xyz"}


def near(graph, inputs, random):
    """How far the numbers of a run go where inputs are moved by some units in the last place: so
    near to each other are two right answers. Infinite where they go elsewhere.
    """
    right, away = wanted(graph.run(inputs)), None
    for _ in range(4):
        moved = {
            name: x * (1 + 1e-14 * random.normal(size=np.shape(x))) for name, x in inputs.items()
        }
        moved = {name: x if np.ndim(x) else float(x) for name, x in moved.items()}
        run = graph.run(moved)
        if run.retraced:
            return [math.inf] * len(right)
        apart_here = [0.0 if a is None else distance(a, b) for a, b in zip(right, wanted(run))]
        away = apart_here if away is None else [*map(max, away, apart_here)]
    return [10 * each for each in away]


def distance(one, other):
    one, other = np.atleast_1d(one), np.atleast_1d(other)
    if not np.array_equal(np.isfinite(one), np.isfinite(other)):
        return math.inf
    here = np.isfinite(one)
    return float(np.max(np.abs(one[here] - other[here]), initial=0.0))


@pytest.mark.parametrize("seed", short(1, range(10)))
def test_random_programs(seed):
    random = np.random.default_rng(seed)
    asked, blurs = [], []
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of means of nothing
        for count in range(30):
            function, inputs = random_program(random, ["plain", "ties", "special"][count % 3])
            graph = gv.trace(function, inputs)
            if count % 2:  # elsewhere
                inputs = {
                    name: x + 0.05 * random.normal(size=np.shape(x)) for name, x in inputs.items()
                }
                inputs = {name: x if np.ndim(x) else float(x) for name, x in inputs.items()}
            asked.append((graph, inputs))
            blurs.append(near(graph, inputs, random) if not graph.run(inputs).retraced else None)
        assert compare(asked, blurs) > 20


# ── a large graph, of which a part is shown ──


def deep(**xs):
    values = [*xs.values()]
    for n in range(150):
        values.append(
            [np.tanh, lambda v: v * values[-5], lambda v: v - values[-3]][n % 3](values[-1])
        )
    return values[-1] + np.maximum(values[9], values[30])


@pytest.mark.parametrize("path", [(), (7,), (9,), (0,)])
def test_a_part_of_a_large_graph(path):
    inputs = {f"x{n}": 0.1 * n for n in range(9)}
    graph = gv.trace(deep, inputs)
    excerpt = overview.level(graph, path)
    moved = {**inputs, "x1": 0.7}
    run, shown = excerpt.shown(graph.run(moved)), excerpt.origin.inputs
    assert all(
        place is None or run.numbers[place] == value for place, value in zip(shown, moved.values())
    )
    [(numbers, _)] = in_a_page([[document(excerpt), [*moved.values()], 0]])
    for one, other in zip(numbers, wanted(run), strict=True):
        assert close(one, other, 1e-15)
