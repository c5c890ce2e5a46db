"""Large graphs: few boxes, each of which opens; every number in them is one of the whole graph."""

import numpy as np
import pytest
from gallery import WEIGHTS, loose_network, network, weights_of

import gradviz as gv
from gradviz.scene.folding.boxes import MOST_BOXES
from gradviz.scene.folding.overview import level


def chain(x):
    for _ in range(2500):
        x = np.sin(x) * 1.1
    return x


def short_chain(x):
    for _ in range(300):
        x = np.sin(x) * 1.1
    return x


SMALL = (12, 14, 10, 1)


def small_network(*weights):
    return network(*weights, sizes=SMALL)


def small_loose_network(*weights):
    return loose_network(*weights, sizes=SMALL)


COUNT = len(WEIGHTS)
LARGE_GRAPHS = {
    "chain": (chain, {"x": 1.0}),
    "network": (network, WEIGHTS),
    "loose": (loose_network, WEIGHTS),
}
SMALL_GRAPHS = {
    "chain": (short_chain, {"x": 1.0}),
    "network": (small_network, weights_of(SMALL)),
    "loose": (small_loose_network, weights_of(SMALL)),
}


@pytest.mark.long
@pytest.mark.parametrize("name", LARGE_GRAPHS)
def test_five_thousand_operations_open_as_few_boxes(name):
    graph = gv.trace(*LARGE_GRAPHS[name])
    assert 4500 <= len(graph.operations) <= 5500
    figure = gv.draw(graph)
    assert len(figure.svg) < 400_000
    assert len(figure.graph.nodes) <= MOST_BOXES
    assert sum(len(box.nodes) for box in figure.graph.origin.parts) == len(graph.nodes)


@pytest.fixture(scope="module", params=SMALL_GRAPHS)
def graph(request):
    return gv.trace(*SMALL_GRAPHS[request.param])


def levels_of(graph, path=()):
    """This level and all below it."""
    excerpt = level(graph, path)
    yield excerpt
    for box in excerpt.origin.boxes.values():
        yield from levels_of(graph, [*path, box])


@pytest.fixture(scope="module")
def levels(graph):
    return list(levels_of(graph))


def test_every_level_is_small_and_true(graph, levels):
    run = graph.run({name: value * 1.01 for name, value in graph.example.inputs.items()})
    seen, excerpts = set(), 0
    for excerpt in levels:
        excerpts += 1
        shown = excerpt.shown(run)
        assert (shown.value, shown.adjoints[shown.graph.output]) == (run.value, 1.0)
        for node, numbers in (
            (node, (shown.primals[node], shown.adjoints[node])) for node in excerpt.nodes
        ):
            assert np.shape(numbers[0]) == np.shape(numbers[1]), node
        if excerpt.origin.boxes:
            assert len(excerpt.nodes) <= MOST_BOXES + 2
            for box, node in zip(excerpt.origin.parts, excerpt.nodes):
                expected = (
                    [run.primals[inside] for inside in box.nodes],
                    [run.adjoints[inside] for inside in box.nodes],
                )
                if node is excerpt.output:
                    expected = [run.value], [1.0]
                assert np.atleast_1d(shown.primals[node]).tolist() == expected[0]
                assert np.atleast_1d(shown.adjoints[node]).tolist() == expected[1]
        else:
            seen.update(node.index for node in excerpt.origin.originals)
            for edge in excerpt.edges:
                assert shown.flows[edge] == pytest.approx(
                    shown.adjoints[edge.target] * shown.locals[edge], rel=1e-12
                )
            for node in excerpt.nodes:
                leaving = [shown.flows[edge] for edge in excerpt.edges if edge.source is node]
                if leaving:
                    terms = max(map(abs, leaving))
                    assert shown.adjoints[node] == pytest.approx(
                        sum(leaving), rel=1e-9, abs=1e-13 * terms
                    )
    assert seen.issuperset(node.index for node in graph.operations if node is not graph.output)
    assert excerpts < 300


def test_boxes_never_go_in_circles(levels):
    for excerpt in levels:
        for edge in excerpt.edges:
            assert edge.source.index < edge.target.index
            assert edge.source in excerpt.nodes


def test_blocks_are_boxes():
    figure = gv.draw(gv.trace(network, WEIGHTS))
    assert [node.label for node in figure.graph.nodes] == [
        f"w0 … w{COUNT - 1}",
        "dense",
        "dense₂",
        "dense₃",
        "network",
    ]
    inside = figure.inside("dense")
    assert [node.label for node in inside.graph.nodes][:3] == ["before", "unit", "unit₂"]
    gates = inside.inside("unit₂")
    assert gates.graph.origin.is_excerpt and not gates.graph.origin.boxes
    assert str(gates).count("tanh") == 1
    assert gates.explain("network") == "∂network/∂network = 1"
    with pytest.raises(KeyError, match="'before' is no box that can be opened; there are unit"):
        inside.inside("before")


@pytest.mark.long
def test_a_live_overview_follows_and_opens():
    explorer = gv.explore(network, {**WEIGHTS, "w0": (-1, 1)})
    view = explorer.view
    assert len(view.structure["nodes"]) == 5
    explorer.sliders["w0"].value = 0.5
    expected = gv.trace(network, {**WEIGHTS, "w0": 0.5}).example
    assert view.whole.value == pytest.approx(expected.value, rel=1e-14)
    view.part = [1]
    assert view.structure["path"] == ["dense"]
    view.part = [1, 0]
    assert view.structure["path"] == ["dense", "unit"]
    explorer.sliders["w0"].value = 0.25
    expected = gv.trace(network, {**WEIGHTS, "w0": 0.25}).example
    assert view.run.adjoints["w0"] == pytest.approx(expected.grads["w0"], rel=1e-13)
    inputs = {
        node["label"]: node["input"]
        for node in view.structure["nodes"]
        if node["kind"].startswith("input")
    }
    assert inputs["w0"] is not None
    view.part = [99]
    assert view.structure["path"] == []
    view.part = []
    assert len(view.structure["nodes"]) == 5


@pytest.mark.long
def test_what_comes_in_from_elsewhere_cannot_be_moved():
    view = gv.View(gv.trace(chain, x=1.0))
    view.part = [3]
    view.part = [3, 2]
    (coming,) = (node for node in view.structure["nodes"] if node["kind"] == "input")
    assert coming["input"] is None


def middling(x, y):
    for _ in range(45):
        x = np.sin(x) * y + x
    return x


@gv.block
def twice(x):
    return np.sin(x) * 2.0 + x


@pytest.mark.long
def test_detail_goes_step_by_step():
    full = gv.draw(gv.trace(lambda x: np.sin(x) * x, x=1.0))
    assert full.labels
    cards = gv.draw(gv.trace(middling, x=1.0, y=0.5))
    assert len(cards.graph.nodes) == 137
    assert not cards.labels
    assert "gv-label" not in cards.svg.split("</style>")[1]
    assert gv.draw(cards.graph, detail="full").svg.count("gv-label") > 137

    def blocks(x):
        for _ in range(60):
            x = twice(x)
        return x

    folded = gv.draw(gv.trace(blocks, x=0.1))
    assert len(folded.graph.nodes) == 61
    assert folded.labels
    assert len(gv.draw(folded.run, expand=["twice"]).graph.nodes) == 181
    assert len(gv.draw(gv.trace(blocks, x=0.1), detail="boxes").graph.nodes) <= MOST_BOXES
    with pytest.raises(ValueError, match="detail is one of auto, full, cards, boxes, not 'x'"):
        gv.draw(folded.run, detail="x")


def test_a_long_chain_is_laid_out():
    figure = gv.draw(gv.trace(short_chain, x=1.0), detail="cards")
    assert len(figure.layout.cards) == 601


def test_an_excerpt_shows_a_run_of_the_whole():
    graph = gv.trace(short_chain, x=1.0)
    figure = gv.draw(graph, detail="boxes")
    for shown in (figure.graph, figure.inside(next(iter(figure.graph.origin.boxes))).graph):
        run, whole = shown.run(x=2.0), graph.run(x=2.0)
        assert (run.graph, run.value) == (shown, whole.value)
        assert shown.cost().n == len(graph.operations)
        assert shown.code() == graph.code()
        with pytest.raises(TypeError, match="an excerpt of short_chain: sweep the whole graph"):
            shown.sweep(x=[1.0, 2.0])
        runs = shown.whole.sweep(x=[1.0, 2.0])
        assert runs.value.tolist() == [graph.example.value, whole.value]


@pytest.mark.long
def test_an_excerpt_of_a_function_that_decides_otherwise():
    graph = gv.trace(lambda x: chain(x) if x > 0 else -x, x=1.0)
    run = gv.draw(graph).graph.run(x=-2.0)
    assert (run.value, run.retraced is not None) == (2.0, True)


def test_arrays_in_boxes():
    def deep(w):
        for _ in range(200):
            w = np.tanh(w * 1.1)
        return np.sum(w)

    figure = gv.draw(gv.trace(deep, w=np.linspace(-1, 1, 6).reshape(2, 3)))
    assert figure.graph.origin.boxes
    box = figure.graph.nodes[2]
    assert figure.run.primals[box].ndim == 1
    assert np.isfinite(figure.run.adjoints[box]).all()


def test_steps_through_boxes():
    figure = gv.draw(gv.trace(chain, x=1.0))
    middle = figure.at(len(figure.graph.operations) + 2)
    assert str(middle).count("•") > 0
    assert figure.at(-1).shown.adjoints[figure.graph.nodes[0]] == figure.run.grads["x"]
