"""What a race tells its lanes: which gradient is known after how many evaluations."""

import pytest
from circuit import INPUTS, circuit

import gradviz as gv


def shared(x, y):
    return x * y * x + x


RACES = {
    "circuit": (circuit, INPUTS),
    "shared": (shared, {"x": 2.0, "y": 3.0}),
    "one input": (lambda x: x * x, {"x": 3.0}),
    "an input alone": (lambda x: x, {"x": 3.0}),
}


def ways(name):
    function, inputs = RACES[name]
    graph = gv.trace(function, inputs)
    return graph, {way["way"]: way for way in gv.Race(graph).ways}


@pytest.mark.parametrize("name", RACES)
def test_all_gradients_are_known_in_the_end(name):
    graph, all_ways = ways(name)
    for way in all_ways.values():
        assert sorted(node for _, node in way["gradients"]) == [n.index for n in graph.inputs]
        assert [after for after, _ in way["gradients"]][-1:] == [len(way["events"])]


@pytest.mark.parametrize("name", RACES)
def test_a_reverse_sweep_knows_a_gradient_once_it_went_along_all_its_wires(name):
    graph, all_ways = ways(name)
    way = all_ways["reverse"]
    for after, node in way["gradients"]:
        wires = {f"e{edge.index}" for edge in graph.edges if edge.source.index == node}
        assert wires <= {*way["events"][:after]}
        assert not wires or not wires <= {*way["events"][: after - 1]}


@pytest.mark.parametrize("name", RACES)
def test_the_others_know_one_gradient_after_another(name):
    graph, all_ways = ways(name)
    cost = graph.cost()
    assert len(all_ways["forward"]["events"]) == cost.n + cost.forward
    for way in (all_ways["forward"], all_ways["bumping"]):
        asked = [node for _, node in way["gradients"]]
        assert asked == [node.index for node in graph.inputs]
        start = way["once"]
        for after, _ in way["gradients"]:
            sweep = way["events"][start:after]
            assert len({*sweep}) == len(sweep)  # none of it twice
            start = after


def test_the_lesson_says_the_same():
    _, all_ways = ways("circuit")
    counts = {name: len(way["events"]) for name, way in all_ways.items()}
    assert counts == {"reverse": 20, "forward": 41, "bumping": 41}
    known = {
        name: sum(after <= 20 for after, _ in way["gradients"]) for name, way in all_ways.items()
    }
    assert known == {"reverse": 5, "forward": 1, "bumping": 1}
