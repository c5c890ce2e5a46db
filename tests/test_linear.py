"""Nothing grows faster than what it is done on: counted in lines of Python that are executed, which
no load of the machine changes."""

import sys

import numpy as np
import pytest
from growth import WORK, stacked

import gradviz as gv

pytestmark = pytest.mark.long
SMALL, TIMES = 200, 8
MORE = 1.3  # times as many lines as in proportion, at most


def lines(work):
    """How many lines are executed while it is done; each turn of a comprehension is one."""
    count = 0

    def counted(frame, event, argument):
        nonlocal count
        count += event == "line"
        return counted

    before = sys.gettrace()
    sys.settrace(counted)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("title", WORK)
def test_eight_times_as_much_takes_eight_times_as_many_lines(title):
    works = [WORK[title](size) for size in (SMALL, SMALL * TIMES)]
    for work in works:
        work()  # what is done only once is done
    small, large = map(lines, works)
    assert large <= MORE * TIMES * small


def test_many_operands():
    count = 9_000
    inputs = {f"x{i}": float(i) for i in range(count)}
    variables = [gv.Variable(value) for value in inputs.values()]
    np.sum(np.stack(variables) ** 2).backward()
    assert [variable.grad for variable in variables] == [2.0 * value for value in inputs.values()]

    graph = gv.trace(lambda **xs: np.sum(np.stack([*xs.values()]) ** 2), inputs)
    run = graph.run(x7=0.5)
    assert run.value == pytest.approx(sum(value**2 for value in inputs.values()) - 49 + 0.25)
    assert run.grads == {**{name: 2.0 * value for name, value in inputs.items()}, "x7": 1.0}


def test_many_arrays_put_together():
    variables = [gv.Variable([float(i), 1.0]) for i in range(9_000)]
    weights = np.arange(18_000.0)
    np.sum(np.concatenate(variables) * weights).backward()
    assert [variable.grad.tolist() for variable in variables] == weights.reshape(-1, 2).tolist()


@pytest.mark.parametrize("axis", [0, 1, -1, None])
def test_what_is_handed_back_to_some_of_many_operands(axis):
    weights = np.arange(18.0)

    def f(x, y):
        whole = np.concatenate([x, np.ones((2, 3)), y], axis=axis)
        return np.sum(whole * weights.reshape(whole.shape))

    x, y = np.full((2, 3), 0.5), np.full((2, 3), -1.0)
    run = gv.trace(f, x=x, y=y).run(x=y, y=x)
    for name, place in (("x", 0), ("y", 2)):
        there = np.split(weights.reshape({1: (2, 9), -1: (2, 9)}.get(axis, (6, 3))), 3, axis or 0)
        np.testing.assert_array_equal(run.grads[name], there[place])


def test_a_value_put_together_with_itself_hands_back_to_each_place():
    graph = gv.trace(lambda x: np.sum(np.stack([x] * 50) * np.arange(50.0)), x=2.0)
    assert graph.run(x=3.0).grads == {"x": 49 * 50 / 2}
    assert list(graph.run(x=3.0).flows.values())[:50] == [*map(float, range(50))]


def test_one_of_many_losses():
    x, inputs = gv.Variable(2.0), [gv.Variable(float(i)) for i in range(2_000)]
    losses = [x * each + each for each in inputs]
    for loss, each in zip(losses, inputs):
        loss.backward()
        assert (x.grad, each.grad) == (each.value, 3.0)
    long = inputs[0]
    for loss in losses:
        long = long + loss * loss  # reaches all of the page, and the pages before
    long.backward()
    assert inputs[7].grad == pytest.approx(2 * 3.0 * 21.0)
    assert losses[7].grad == pytest.approx(2 * 21.0)
    losses[7].backward()
    assert (losses[7].grad, losses[8].grad) == (1.0, pytest.approx(2 * 24.0))


def test_losses_of_arrays_on_one_page():
    x = gv.Variable([1.0, 2.0])
    losses = [np.sum(x * float(i)) for i in range(500)]
    for i in (499, 3, 250):
        losses[i].backward()
        assert x.grad.tolist() == [i, i]


def test_names_that_are_not_there():
    run = gv.trace(lambda x: x**2, x=1.0).run()
    assert run.primals["f"] == run.adjoints["f"] == 1.0
    for numbers in (run.primals, run.adjoints):
        with pytest.raises(KeyError, match="no node is called 'q'; there are x, f"):
            numbers["q"]
    with pytest.raises(KeyError, match="no node is called 'x'"):
        run.locals["x"]


def test_a_table_has_room_for_others_beside_a_long_operation():
    assert max(map(len, str(stacked(500)).split("\n"))) < 300


# ── what is read is the reader's to read ──


def layer(w, b):
    return np.sum(np.tanh(w * b) ** 2) + np.sum(w[0]) + np.sum(w * np.array([1.0, 2.0, 3.0]))


ARRAYS = {"w": np.array([0.5, -1.0, 0.25]), "b": np.array([1.0, 2.0, 3.0])}


def written_into(numbers):
    """How many arrays there are among them, none of which can be written into."""
    arrays = [number for number in numbers if isinstance(number, np.ndarray)]
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 7.0
    return len(arrays)


@pytest.mark.parametrize("folded", [False, True])
def test_no_readers_writing_changes_a_run(folded):
    graph = gv.trace(gv.block(layer), ARRAYS)
    if folded:
        graph = gv.draw(graph, collapse=True).graph
    before = graph.run(b=ARRAYS["b"] + 1)
    value, grads = before.value, {name: grad.copy() for name, grad in before.grads.items()}
    for run in (graph.example, graph.run(), before):
        assert written_into(run.inputs.values()) == written_into(run.grads.values()) == 2
        every = (run.primals, run.adjoints, run.locals, run.flows)
        assert all(written_into(numbers.values()) for numbers in every[: 2 if folded else 4])
        written_into(run.numbers)
        run.inputs["w"], run.grads["w"] = 1.0, 2.0  # a dict of one's own
    constants = [operand for node in graph.operations for operand in node.operands]
    assert written_into(constants) == (not folded)
    after = graph.run(b=ARRAYS["b"] + 1)
    assert after.value == value
    for name, grad in after.grads.items():
        np.testing.assert_array_equal(grad, grads[name])
    assert graph.run().value == graph.example.value == layer(**ARRAYS)


def test_no_readers_writing_changes_a_sweep():
    graph = gv.trace(lambda x, y: x**2 * y, x=1.0, y=2.0)
    runs = graph.sweep(x=[1.0, 2.0])
    numbers = (runs.value, *runs.inputs.values(), *runs.grads.values(), *runs.flows.values())
    assert written_into(numbers) == len(numbers)


def test_arrays_that_are_given_stay_the_givers():
    graph, w = gv.trace(layer, ARRAYS), np.ones(3)
    run = graph.run(w=w)
    value = run.value
    w[:] = 5.0
    assert (run.value, run.inputs["w"].tolist()) == (value, [1.0] * 3)
    constant = np.array([1.0, 2.0])
    graph = gv.trace(lambda x: np.sum(x * constant), x=np.ones(2))
    constant[:] = 0.0
    assert graph.run().grads["x"].tolist() == [1.0, 2.0]


# ── graphs that do not run by themselves say what to do ──


def eager():
    x = gv.Variable(2.0, name="x")
    y = np.sin(x) * x
    y.backward()
    return gv.draw(y).graph


@gv.block
def inner(x):
    return np.sin(x) * x


def outer(x):
    for _ in range(60):
        x = inner(x) + 0.1
    return x


def longer(x):
    for _ in range(300):
        x = inner(x) + 0.1
    return x


def closed_inside():
    figure = gv.draw(gv.trace(longer, x=0.5))
    return figure.inside(figure.graph.operations[0].label).graph


def sheet():
    return gv.trace(lambda x: np.sum(np.tanh(x) * 2), x=[0.5, 1.0])


KINDS = {
    "traced": lambda: gv.trace(outer, x=0.5),
    "eager": eager,
    "eager, array": lambda: gv.draw(np.sum(np.tanh(gv.Variable([1.0, 2.0])))).graph,
    "folded": lambda: gv.draw(gv.trace(outer, x=0.5), collapse=True, detail="cards").graph,
    "overview": lambda: gv.draw(gv.trace(outer, x=0.5), detail="boxes").graph,
    "excerpt": lambda: next(
        gv.draw(gv.trace(outer, x=0.5), detail="boxes").inside(node.label).graph
        for node in gv.draw(gv.trace(outer, x=0.5), detail="boxes").graph.operations[:1]
    ),
    "excerpt, blocks closed": closed_inside,
    "opened": lambda: gv.draw(sheet(), expand=[sheet().operations[0].label]).graph,
}
ASKED = {
    "run": lambda graph: graph.run(),
    "run, an input": lambda graph: graph.run({graph.input_names[0]: 1.0}),
    "run, other shape": lambda graph: graph.run({graph.input_names[0]: np.ones(5)}),
    "sweep": lambda graph: graph.sweep(
        {graph.input_names[0]: np.ones((3, *np.shape(graph.example.primals[graph.inputs[0]])))}
    ),
    "code": lambda graph: graph.code(),
    "cost": lambda graph: graph.cost(),
    "print": lambda graph: f"{graph} {graph!r} {graph.example!r} {graph.example}",
    "numbers": lambda graph: [
        repr(numbers)
        for numbers in (
            graph.example.primals, graph.example.locals, graph.example.adjoints,
            graph.example.flows, graph.example.inputs, graph.example.grads, graph.example.value,
        )
    ],
    "edges": lambda graph: [(edge.mark, edge.local_expression, repr(edge)) for edge in graph.edges],
    "bumped": lambda graph: graph.example.bumped(graph.inputs[0], 0.1),
    "draw": lambda graph: gv.draw(graph).svg,
}  # fmt: skip


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("kind", KINDS)
def test_every_graph_answers_or_says_in_a_sentence_what_to_do(kind, asked):
    graph = KINDS[kind]()
    try:
        ASKED[asked](graph)
    except (TypeError, ValueError) as error:
        sentence = str(error)
        assert any(
            word in sentence
            for word in (
                "use gv.trace",
                "the whole graph",
                "sweep the graph",
                "with gv.Ledger",
                "return its sum or mean",
            )
        ), sentence


def test_a_recorded_graph_says_what_runs():
    for ask in ("run", "run, an input", "sweep", "cost"):
        with pytest.raises(TypeError, match=r"use gv\.trace\(f, \.\.\.\) for a graph that runs"):
            ASKED[ask](eager())
