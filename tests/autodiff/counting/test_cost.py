"""What a gradient costs: the documents' figures, counted while the sweeps work."""

import threading
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from circuit import INPUTS, circuit
from lengths import short

import gradviz as gv
from gradviz.autodiff.counting import cost as costs
from gradviz.autodiff.granularity import gradient_cost
from gradviz.autodiff.modes import forward, reverse
from gradviz.autodiff.primitives import operation
from gradviz.autodiff.programs import interpreter
from gradviz.live.plots import costs as plots
from gradviz.live.plots.costs import slope


def fused(w0, x0, w1, x1, w2):
    return gv.sigmoid(w0 * x0 + w1 * x1 + w2)


def doubled(x):
    for _ in range(20):
        x = x + x
    return x


FIGURES = {  # n, p, n + p, n × p, reverse sweep, forward mode, bumping, paths
    "gates": (circuit, INPUTS, (8, 5, 13, 40, 12, 33, 41, 5)),
    "sigmoid fused": (fused, INPUTS, (5, 5, 10, 25, 9, 18, 23, 5)),
    "doubled": (doubled, {"x": 1.0}, (20, 1, 21, 20, 40, 40, 40, 2**20)),
}


@cache
def counted(name):
    function, inputs, _ = FIGURES[name]
    return gv.trace(function, inputs).cost()


@pytest.mark.parametrize("name", short(2, FIGURES))
def test_the_documents_figures(name):
    cost, expected = counted(name), FIGURES[name][2]
    graph = cost.graph
    assert (
        cost.n,
        cost.p,
        cost.n_plus_p,
        cost.n_times_p,
        cost.reverse,
        cost.forward,
        cost.bumping,
        cost.paths,
    ) == expected
    assert cost.edges == len(graph.edges) == cost.reverse
    assert cost.ways["reverse"].written == cost.n_plus_p
    assert cost.ways["forward_all"].written == cost.n_times_p
    assert cost.ways["forward_all"].local_derivatives == cost.edges * cost.p
    for way in cost.ways.values():
        np.testing.assert_allclose(
            way.gradient,
            list(graph.example.grads.values()),
            rtol=1e-4 if way.name == "bumping" else 1e-12,
        )


@pytest.mark.long
def test_what_is_said_where_n_plus_p_does_not_win():
    cost = counted("doubled")
    assert (
        "n × p = 20 is less than n + p = 21: with 1 input one forward sweep writes less than the "
        "reverse sweep" in str(cost)
    )
    assert "1,048,576 paths" in str(cost)
    assert "n + p = 13 is less than n × p = 40" in str(counted("gates"))
    assert "<td style='text-align: right'>12</td>" in counted("gates")._repr_html_()


def test_counters_move_only_because_sweeps_work(monkeypatch):
    walk = reverse._walk

    def skipping(adjoints, entries, leaves, release):
        """A sweep that leaves out the first operand of the first operation."""
        first = next(index for index, entry in enumerate(entries) if entry[2] is not None)
        code, _, by_a, b, by_b, z = entries[first]
        entries = [*entries[:first], (code, b, by_b, None, by_a, z), *entries[first + 1 :]]
        return walk(adjoints, entries, leaves, release)

    graph = gv.trace(circuit, INPUTS)
    monkeypatch.setattr(reverse, "_walk", skipping)
    assert graph.cost().reverse == 11
    monkeypatch.undo()
    assert graph.cost().reverse == 12


def test_a_tangent_sweep_that_skips_an_operation_changes_its_count(monkeypatch):
    moved = forward._moved
    monkeypatch.setattr(
        forward,
        "_moved",
        lambda of, *arguments: 0.0 if of.name == "exp" else moved(of, *arguments),
    )
    assert gv.trace(circuit, INPUTS).cost().forward == 33 - 5


def test_a_ledger_replaces_no_function():
    before = [vars(room).copy() for room in (reverse, forward, interpreter, operation.Operation)]
    with gv.Ledger(), gv.Ledger():
        after = [vars(room).copy() for room in (reverse, forward, interpreter, operation.Operation)]
    assert after == before


def test_a_ledger_is_closed_by_an_error():
    with pytest.raises(ZeroDivisionError), gv.Ledger():
        raise ZeroDivisionError
    with gv.Ledger() as outer:
        with pytest.raises(ZeroDivisionError), gv.Ledger():
            raise ZeroDivisionError
        gv.Variable(1.0) * 2.0
    assert outer.operations == 1


def test_a_ledger_does_not_count_what_another_thread_does():
    graph = gv.trace(circuit, INPUTS)

    def move_a_slider():
        graph.run(w0=1.0)
        gv.grad(lambda x: x * x)(1.0)

    with gv.Ledger() as ledger:
        thread = threading.Thread(target=move_a_slider)
        thread.start()
        thread.join()
    assert str(ledger) == str(gv.Ledger())


def test_a_sweep_over_many_settings_is_counted_setting_by_setting():
    graph = gv.trace(circuit, INPUTS)
    with gv.Ledger() as ledger:
        runs = graph.sweep(w0=[1.0, 2.0, 3.0])
    assert (ledger.operations, ledger.local_derivatives, ledger.adjoints) == (3 * 8, 3 * 12, 3 * 13)
    np.testing.assert_allclose(runs.grads["w0"], graph.sweep(w0=[1.0, 2.0, 3.0]).grads["w0"])


def test_a_graph_of_opened_arrays_is_counted():
    whole = gv.trace(lambda w, x: np.sum(w @ x), w=[[1.0, 2.0], [3.0, 4.0]], x=[1.0, -1.0])
    graph = gv.draw(whole, expand=["f"]).graph
    with gv.Ledger() as ledger:
        graph.run(x=[2.0, 2.0])
    assert ledger.operations == len(graph.operations)
    assert ledger.local_derivatives == len(graph.edges)


def test_a_ledger_counts_whatever_runs_inside_it():
    x = gv.Variable(2.0)
    with gv.Ledger() as outer:
        y = x * x + 1.0
        with gv.Ledger() as inner:
            y.backward()
        z = np.exp(x)
    assert (inner.operations, inner.local_derivatives, inner.adjoints) == (0, 3, 3)
    assert (outer.operations, outer.local_derivatives) == (3, 3)
    assert z.value == np.exp(2.0)
    assert "local derivatives" in str(outer)


def test_a_ledger_counts_arrays_in_flops():
    w, x = np.ones((30, 40)), np.ones(40)
    with gv.Ledger() as ledger:
        gv.grad(lambda w: np.sum(np.tanh(w @ x)))(w)
    assert ledger.operations == 3
    assert ledger.flops == 2 * 30 * 40 + 30 + 29
    assert ledger.derivative_flops >= 2 * 30 * 40 + 30
    graph = gv.trace(lambda w: np.sum(np.tanh(w @ x)), w=w)
    with gv.Ledger() as replayed:
        run = graph.run(w=2 * w)
    assert replayed.operations == 3
    assert run.value == pytest.approx(30.0)
    with pytest.raises(TypeError, match="is counted by a Ledger"):
        graph.cost()


def test_a_ledger_changes_no_result():
    inputs = {**INPUTS, "w0": 0.3}
    plain = gv.trace(circuit, INPUTS).run(inputs)
    with gv.Ledger():
        counted = gv.trace(circuit, INPUTS).run(inputs)
        gradient = gv.grad(circuit)(*inputs.values())
        second = gv.grad(gv.grad(np.tanh))(0.5)
    assert counted.numbers == pytest.approx(plain.numbers, rel=1e-14)
    assert all(type(number) is float for number in counted.numbers)
    assert gradient == pytest.approx(plain.grads["w0"], rel=1e-14)
    assert second == gv.grad(gv.grad(np.tanh))(0.5)


def test_ledgers_in_threads():
    counts = []

    def work():
        with gv.Ledger() as ledger:
            gv.grad(lambda x: x * x)(1.0)
        counts.append(ledger.operations)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [1] * 8


@pytest.mark.parametrize("family", ["chains", "trees", "layers"])
def test_many_inputs_at_once_are_counted_as_one_by_one(family, monkeypatch):
    graph = gv.trace(*plots.FAMILIES[family](64))
    one_by_one = graph.cost()
    monkeypatch.setattr(costs, "LARGE", 0)
    monkeypatch.setattr(costs, "AT_ONCE", 10)
    at_once = graph.cost()
    for name in ("reverse", "forward", "forward_all", "bumping"):
        a, b = one_by_one.ways[name], at_once.ways[name]
        assert (a.operations, a.local_derivatives, a.written) == (
            b.operations,
            b.local_derivatives,
            b.written,
        )
        np.testing.assert_allclose(a.gradient, b.gradient, rtol=1e-5)


@pytest.mark.parametrize(
    "sizes", [(100, 1000), pytest.param((1000, 10_000), marks=pytest.mark.long)], ids=str
)
def test_chains_grow_as_n_plus_p_and_as_n_times_p(sizes):
    graphs = [gv.trace(*plots.chains(size)) for size in sizes]
    counts = [
        (
            costs._reverse(graph).local_derivatives,
            costs._forward(graph).local_derivatives,
            costs._bumping(graph).operations,
        )
        for graph in graphs
    ]
    for (before, after), (fewer, more) in zip(pairwise(graphs), pairwise(counts)):
        assert len(before.operations) == len(before.inputs)
        along = len(before.operations), len(after.operations)
        assert [slope(along, pair) for pair in zip(fewer, more)] == [
            pytest.approx(1, rel=0.02),
            pytest.approx(2, rel=0.02),
            pytest.approx(2, rel=0.02),
        ]


def test_trees_are_the_exception():
    small, large = (gv.trace(*plots.trees(size)).cost() for size in (128, 1024))
    assert 1 < slope((small.n, large.n), (small.bumping, large.bumping)) < 1.3


@gv.primitive
def sigma(t):
    return 1 / (1 + np.exp(-t))


sigma.derivative(lambda t, out: out * (1 - out))


@gv.primitive
def whole(w0, x0, w1, x1, w2):
    return 1 / (1 + np.exp(-(w0 * x0 + w1 * x1 + w2)))


def all_five(adjoint, out, w0, x0, w1, x1, w2):
    of_sum = adjoint * out * (1 - out)
    return of_sum * x0, of_sum * w0, of_sum * x1, of_sum * w1, of_sum


whole.vjp_by(all_five)


def test_four_granularities():
    functions = {
        "gates": circuit,
        "sigmoid by hand": lambda w0, x0, w1, x1, w2: sigma(w0 * x0 + w1 * x1 + w2),
        "one primitive": lambda *inputs: whole(*inputs),
    }
    table = gv.compare_granularity(functions, **INPUTS)
    assert [grain.name for grain in table] == [*functions, "gates, compiled"]
    assert [grain.nodes for grain in table] == [8, 5, 1, 8]
    assert [grain.local_derivatives for grain in table] == [12, 9, 5, 12]
    assert [grain.lines_by_hand for grain in table] == [0, 1, 2, 0]
    for grain in table:
        assert grain.value == pytest.approx(table[0].value, rel=1e-12)
        np.testing.assert_allclose(
            list(grain.gradient.values()), list(table[0].gradient.values()), rtol=1e-12
        )
        assert grain.microseconds > 0
    assert str(table).splitlines()[0].split() == [
        "granularity",
        "nodes",
        "local",
        "derivatives",
        "µs",
        "lines",
        "of",
        "derivative",
        "by",
        "hand",
    ]
    figure = plots.granularity(table).figure
    assert [text.get_text() for text in figure.axes[0].texts] == ["8", "5", "1", "8"]
    with pytest.raises(ValueError, match="'other' is another function: its derivative by t"):
        gv.compare_granularity({"sine": lambda t: np.sin(t), "other": lambda t: np.cos(t)}, t=1.0)


@pytest.mark.parametrize(("outputs", "inputs"), [(1, 5), (5, 1), (3, 3)])
def test_reverse_against_forward_counted(outputs, inputs):
    mixing = np.arange(1.0, outputs * inputs + 1).reshape(outputs, inputs)

    def component(row):
        return lambda *x: sum(np.sin(a * b) for a, b in zip(mixing[row].tolist(), x))

    at = tuple(0.1 * (1 + place) for place in range(inputs))
    with gv.Ledger() as by_rows:
        rows = [gv.grad(component(row), tuple(range(inputs)))(*at) for row in range(outputs)]
    with gv.Ledger() as by_columns:
        columns = [
            [
                gv.jvp(component(row), at, tuple(float(other == place) for other in range(inputs)))[
                    1
                ]
                for row in range(outputs)
            ]
            for place in range(inputs)
        ]
    np.testing.assert_allclose(rows, np.transpose(columns), rtol=1e-13)
    evaluated = by_rows.operations, by_columns.operations
    assert evaluated[0] * inputs == evaluated[1]


@pytest.mark.parametrize("inputs", short(3, [1, 10, 100, 1000]))
def test_the_gradient_is_cheap(inputs):
    cost = gradient_cost(
        gv.trace(
            lambda *x: sum(np.sin(a) * b for a, b in zip(x, (*x[1:], x[0]))),
            {f"x{place}": 0.5 for place in range(inputs)},
        ),
        rounds=1,
    )
    assert cost.inputs == inputs
    assert 2 <= cost.in_operations <= 5


@pytest.mark.parametrize("name", ["gates", "sigmoid fused"])
def test_the_race_takes_the_steps_that_are_counted(name):
    function, inputs, (n, _, _, _, reverse_, forward_, bumping_, _) = FIGURES[name]
    race = gv.race(function, inputs)
    assert [(way["operations"], way["locals"]) for way in race.ways] == [
        (n, reverse_),
        (n, forward_),
        (bumping_, 0),
    ]


def test_what_cannot_be_raced():
    with pytest.raises(ValueError, match="single numbers with at most 60 nodes; f has"):
        gv.race(lambda x: np.sum(x), x=[1.0, 2.0])
    with pytest.raises(
        ValueError, match="cost plots are of chains, trees, layers, doublings, not of 'rings'"
    ):
        gv.plot.cost("rings")


@pytest.mark.parametrize("sizes", [(8,), (8, 8), (20, 10), (0, 3), (-1, 2)], ids=str)
def test_sizes_that_do_not_grow(sizes):
    with pytest.raises(ValueError, match="each larger than the one before, and at least 2 of them"):
        gv.plot.cost("trees", sizes)
    if len(sizes) > 1:
        with pytest.raises(ValueError, match="each larger than the one before"):
            gv.plot.cheap_gradient(sizes)


@pytest.mark.parametrize("sizes", [8, (3.5, 4), "ab"], ids=str)
def test_sizes_that_are_no_whole_numbers(sizes):
    with pytest.raises(TypeError, match=r"sizes are whole numbers, such as \(10, 100\), not "):
        gv.plot.cost("trees", sizes)
    with pytest.raises(TypeError, match="sizes are whole numbers"):
        gv.plot.cheap_gradient(sizes)


def test_sizes_of_the_same_graph():
    with pytest.raises(ValueError, match="layers of the sizes 1 and 2 are the same graph"):
        gv.plot.cost("layers", (1, 2), timed=False)


def test_sizes_as_an_array():
    assert gv.plot.cost("trees", np.array([4, 8]), timed=False).text.splitlines()[1].split() == [
        "4", "4", "7", "12", "16"
    ]  # fmt: skip


@pytest.mark.parametrize("family", plots.FAMILIES)
def test_cost_plots(family):
    figure = gv.plot.cost(family, sizes=(4, 9, 16), timed=family == "chains").figure
    labels = [text.get_text() for text in figure.axes[0].texts]
    assert {label.split(",")[0] for label in labels} == {
        "reverse sweep",
        "forward mode",
        "bumping",
        *(["path by path"] if family == "doublings" else []),
    }


@pytest.mark.parametrize("sines", [0, 1, 10])
def test_forward_and_reverse_evaluate_the_same_local_derivatives_of_arrays(sines):
    def f(x):
        x = np.sum(x)
        for _ in range(sines):
            x = np.sin(x)
        return x * np.ones(3)

    at = np.full(3, 0.1)
    with gv.Ledger() as forward_:
        gv.jvp(f, (at,), (np.ones(3),))
    _, back = gv.vjp(f, at)
    with gv.Ledger() as backward:
        back(np.ones(3))
    assert forward_.local_derivatives == backward.local_derivatives == sines + 2
    assert (forward_.tangents, backward.adjoints) == (sines + 2, sines + 3)
