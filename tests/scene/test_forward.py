"""Forward mode: tangents against gv.jvp, and all that is drawn and said of them."""

import math
import re

import numpy as np
import pytest
from autodiff.test_random_programs import NUMPY, ROWS, Program, bits, compiled
from circuit import GRADIENTS, INPUTS, circuit
from lengths import short
from node import in_node
from scene.test_fold import nested
from scene.test_steps import shared

import gradviz as gv
from gradviz.audit import audit
from gradviz.export.sheets import style_sheet
from gradviz.scene.folding import fold
from gradviz.scene.words import steps


def product(x, y):
    a = x * y
    return np.sin(a) + x


GRAPH = gv.trace(product, x=1.5, y=2.0)
COSINE = math.cos(3.0)


def random_programs(count):
    random = np.random.default_rng(21)
    rows = ROWS["scalars"]
    for seed in range(count):
        taken = [
            (rows[random.integers(len(rows))], *random.integers(0, 60, 3).tolist())
            for _ in range(random.integers(1, 15))
        ]
        shapes = [()] * int(random.integers(2, 5))
        yield Program("scalars", seed, shapes, taken, tuple(random.integers(0, 60, 2).tolist()))


@pytest.mark.parametrize("count", short(1, [40, 340]))
def test_random_programs_to_the_bit(count):
    of_arrays = 0
    for number, program in enumerate(random_programs(count)):
        f, inputs = compiled(program.text, NUMPY), [*map(float, program.inputs)]
        names = [f"v{place}" for place in range(len(inputs))]
        with np.errstate(all="ignore"):
            run = gv.trace(f, dict(zip(names, inputs))).example
        if run.graph.has_arrays:
            of_arrays += 1
            continue
        directions = [{name: float(name == moving) for name in names} for moving in names]
        directions.append({name: float(tangent) for name, tangent in zip(names, program.tangents)})
        for wrt in directions:
            with np.errstate(all="ignore"):
                value, tangent = gv.jvp(f, tuple(inputs), tuple(wrt.values()))
            wanted, found = bits([value, tangent]), run.forward(wrt)
            assert bits([found.value, found.tangents[run.graph.output]]) == wanted
            alone = {name: seed for name, seed in wrt.items() if seed}
            found = run.forward(alone).tangents[run.graph.output]
            assert found == tangent  # where all is finite, what stands still adds nothing
        if number % 4 == 0:  # as text
            for along in (wrt, {names[0]: 1.0}):
                written = compiled(run.graph.code(mode="forward", wrt=along), {})(*inputs)
                assert written == (value, run.forward(along).tangents[run.graph.output])
        if number % 20 == 0:
            figure = gv.draw(run, mode="forward", wrt=wrt, detail="full")
            for drawn in (figure, figure.at(number % steps.last(run.graph))):
                assert audit(drawn.svg).failures == ()
    assert of_arrays <= count / 4


def test_the_output_moves_as_the_gradients_say():
    run = gv.trace(circuit, INPUTS).example
    for name, gradient in GRADIENTS.items():
        tangents = run.forward(name).tangents
        assert tangents["circuit"] == pytest.approx(gradient, abs=5e-8)
        assert tangents[name] == 1.0
    along = run.forward({"w0": 1.0, "x1": -2.0}).tangents["circuit"]
    assert along == pytest.approx(run.grads["w0"] - 2 * run.grads["x1"], rel=1e-12)
    assert run.forward("w0").grads == run.grads


def test_what_stands_still_hears_of_no_infinity():
    graph = gv.trace(lambda x, y: x * 2.0 + np.sqrt(y), x=1.0, y=4.0)
    run = graph.run(y=0.0)  # where the root is infinitely steep
    assert run.forward("x").tangents["f"] == gv.jvp(lambda x: x * 2.0, (1.0,), (1.0,))[1] == 2.0
    assert run.forward("y").tangents["f"] == math.inf
    with_choice = gv.trace(lambda x, y: np.maximum(x, np.sqrt(y)), x=1.0, y=0.25).run(y=0.0)
    assert with_choice.forward("y").tangents["f"] == 0.0


def test_a_closed_block_carries_what_its_gates_do():
    graph = gv.trace(nested, x=0.7, y=1.3)
    run = graph.example
    closed = fold.folded(run, [node.block.path[0] for node in graph.nodes if node.block][:1])
    assert len(closed.graph.nodes) < len(graph.nodes)
    for node in closed.graph.nodes:
        wanted = run.forward("x").tangents[node.label]
        assert closed.forward("x").tangents[node] == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize(
    ("wrt", "error", "words"),
    [
        ("z", TypeError, "no input 'z' that could move; its inputs are x, y"),
        ({}, TypeError, "forward mode starts at an input"),
        (3.0, TypeError, "forward mode starts at an input"),
        ({"x": math.inf}, ValueError, "a finite number"),
        ({"x": "fast"}, TypeError, "the tangent of 'x'"),
    ],
)
def test_what_cannot_move(wrt, error, words):
    with pytest.raises(error, match=re.escape(words)):
        gv.draw(GRAPH, mode="forward", wrt=wrt)


def test_modes():
    with pytest.raises(ValueError, match='"reverse" or "forward"'):
        gv.draw(GRAPH, mode="sideways")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match='give mode="forward"'):
        gv.draw(GRAPH, wrt="x")
    assert gv.draw(GRAPH, mode="forward").wrt == {"x": 1.0}  # the first input
    arrays = gv.trace(lambda v: np.sum(v * v), v=np.ones(3))
    with pytest.raises(NotImplementedError, match=r"there are arrays.*gv\.jvp works out"):
        gv.draw(arrays, mode="forward", wrt="v")


# ── what is said ──


def test_explanations():
    figure = gv.draw(GRAPH, mode="forward", wrt="x")
    assert figure.explain("x") == "∂x/∂x = 1"
    assert figure.explain("y") == "∂y/∂x = 0"
    assert figure.explain("a") == "∂a/∂x = y · ∂x/∂x + x · ∂y/∂x = 2 · 1 + 1.5 · 0 = 2"
    assert figure.explain("x", "a") == "∂a/∂x += y · ∂x/∂x = 2 · 1 = 2"
    along = gv.draw(GRAPH, mode="forward", wrt={"x": 1.0, "y": -1.0})
    assert along.explain("a") == "da = y · dx + x · dy = 2 · 1 + 1.5 · (−1) = 0.5"
    assert along.explain("a", detail="full").split("\n")[-1] == along.explain("a")
    assert str(along).startswith("forward from dx = 1, dy = −1: product = 1.641 at x = 1.5, y = 2")


def test_the_text_twin():
    assert str(gv.draw(GRAPH, mode="forward", wrt="y")).split("\n")[2:] == [
        "name     operation   value  tangent",
        "───────────────────────────────────",
        "x        input         1.5        0",
        "y        input           2        1",
        "a        x·y             3      1.5",
        "v3       sin(a)     0.1411   −1.485",
        "product  v3 + x      1.641   −1.485",
    ]


def test_one_walk_carries_values_and_tangents():
    graph = gv.trace(shared, x=2.0)
    taken = steps.steps(graph, {"x": 1.0})
    assert len(taken) == steps.last(graph) + 1
    assert [step.kind for step in taken] == [
        *("start", "seed", "forward", "onward", "forward", "onward", "forward", "onward", "onward")
    ]
    run = graph.example.forward("x")
    at = [steps.at(run, number) for number in range(len(taken))]
    assert [one.adjoints["x"] for one in at[:2]] == [None, 1.0]
    # u = x², v = 3x: what arrives at their product adds up to 24, then 36
    assert [one.adjoints["shared"] for one in at[-3:]] == [None, 24.0, 36.0]
    assert at[-1].numbers == run.numbers
    figure = gv.draw(graph, mode="forward", wrt="x")
    assert figure.at(-1).progress.endswith("= 4 · 3 = 12, so far 36")
    assert figure.at(1).progress == (
        "step 1 of 8: ∂x/∂x = 1: the tangents set out together with the values"
    )


# ── what is drawn ──


def test_tangents_stand_where_adjoints_do():
    reverse, forward = gv.draw(GRAPH), gv.draw(GRAPH, mode="forward", wrt="x")
    assert "data-adjoint" not in forward.svg and "data-flow" not in forward.svg
    assert "data-tangent" not in reverse.svg
    assert 'class="gv-tangents"' not in reverse.svg
    places = re.compile(r' (?:x|y|d|transform|width|height)="[^"]*"')
    drawn = [places.findall(each.svg.split("</style>")[1]) for each in (reverse, forward)]
    card = [[one for one in each if "transform" in one] for each in drawn]
    assert card[0] == card[1]  # nothing has moved
    scene = forward.scene
    assert [card.adjoint.short for card in scene.cards] == ["1", "0", "2", "−1.98", "−0.98"]
    assert scene.wires[0].flow.full == "2.0"
    assert ("tangent", "tangent: what x does to it") in scene.legend.entries
    assert "▸ 2" in forward.dot.source and "#0a7b59" in forward.dot.source


def luminance(colour):
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return np.array([c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels])


# Machado, Oliveira and Fernandes 2009, at full severity
EYES = {
    "usual": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}


def lab(linear):
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.cbrt(np.array(to_xyz) @ np.clip(linear, 1e-3, 1) / [0.9505, 1.0, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_three_colours_are_told_apart(theme, eyes):
    sheet = style_sheet("figure", theme)
    colours = {
        kind: re.search(rf"\.gv-{kind} {{ fill: (#\w+)", sheet)[1]
        for kind in ("value", "adjoint", "tangent", "card", "paper")
    }
    grounds = [colours.pop(kind) for kind in ("card", "paper")]
    for colour in colours.values():
        for ground in grounds:
            low, high = sorted(
                luminance(each) @ [0.2126, 0.7152, 0.0722] for each in (colour, ground)
            )
            assert (high + 0.05) / (low + 0.05) >= 4.5
    seen = {kind: lab(EYES[eyes] @ luminance(colour)) for kind, colour in colours.items()}
    for other in ("value", "adjoint"):
        assert np.linalg.norm(seen["tangent"] - seen[other]) > 20


# ── what is written, and checked ──


def test_code_in_both_languages():
    for wrt in ("x", "y", {"x": 0.5, "y": -2.0}):
        wanted = GRAPH.example.forward(wrt)
        numbers = [wanted.value, wanted.tangents["product"]]
        python = compiled(f"{GRAPH.code(mode='forward', wrt=wrt)}\nf = product", {})
        assert [*python(1.5, 2.0)] == numbers
        text = GRAPH.code("javascript", mode="forward", wrt=wrt)
        found = in_node(f"([x, y]) => {{ {text}; return product(x, y); }}", [1.5, 2.0])
        assert found == pytest.approx(numbers, rel=1e-15)
    code = GRAPH.code(mode="forward", wrt="y")
    assert "tan_x" not in code  # what stands still is left out
    assert "tan_a = tan_y * x" in code
    assert "∂product/∂y" in code
    still = gv.trace(lambda x, y: x * 1.0, x=1.0, y=1.0)
    assert still.code(mode="forward", wrt="y").rstrip().endswith("0.0")


def bare(svg):
    return re.sub("<metadata>[^<]*</metadata>\n", "", svg)


@pytest.mark.parametrize("wrt", ["x", {"x": 1.0, "y": -2.0}])
def test_the_check_passes_every_step(wrt):
    figure = gv.draw(GRAPH, mode="forward", wrt=wrt)
    for step in (None, *range(steps.last(GRAPH) + 1)):
        drawn = figure if step is None else figure.at(step)
        for svg in (drawn.svg, bare(drawn.svg)):
            assert audit(svg).failures == (), step


@pytest.mark.parametrize("strip", [str, bare], ids=["with its document", "without"])
@pytest.mark.parametrize(
    ("found", "planted", "where"),
    [
        ('data-tangent="2.0"', 'data-tangent="2.5"', "a: "),
        ('data-push="2.0"', 'data-push="2.5"', "x → a: "),
        ("▸ −1.98<", "▸ −1.97<", "a → v3: "),
        (">−0.98<", ">−0.99<", "product: "),
        ("tangent: what x does", "tangent: what y does", "the figure: "),
    ],
)
def test_a_changed_tangent_is_found(strip, found, planted, where):
    svg = strip(gv.draw(GRAPH, mode="forward", wrt="x").svg)
    assert found in svg
    said = str(audit(svg.replace(found, planted)))
    assert any(line.startswith(where) for line in said.split("\n")), said


def test_a_changed_tangent_of_a_document_is_found():
    svg = gv.draw(GRAPH, mode="forward", wrt="x").svg
    planted = svg.replace('"tangents":[1.0,0.0,2.0,', '"tangents":[1.0,0.0,2.5,')
    assert "a: its tangent is held as 2.5, and what arrives adds up to 2" in str(audit(planted))
    planted = svg.replace('"wrt":{"x":1.0}', '"wrt":{"y":1.0}')
    assert "x: its tangent is held as 1, and what arrives adds up to 0" in str(audit(planted))


def test_a_page_is_checked_too(tmp_path):
    path = gv.draw(GRAPH, mode="forward", wrt="x").save(tmp_path / "f.html")
    text = path.read_text(encoding="utf-8")
    assert audit(text).failures == ()
    planted = text.replace('"wrt":{"x":1.0},"wrong"', '"wrt":{"y":1.0},"wrong"')
    assert "its script is told other wrt than its document has" in str(audit(planted))


# ── live ──


def test_a_view_turns_and_its_figure_with_it():
    explorer = gv.explore(product, x=1.5, y=2.0, mode="forward", wrt="y", code=True)
    view = explorer.view
    assert view.wrt == {"y": 1.0}
    assert view.structure["forward"]["names"] == ["x", "y"]
    assert "product = 1.641" in str(view.figure) and "tangent" in str(view.figure)
    assert [*view.code["forward"]] == ["y"]
    tangents = [line for line in view.code["forward"]["y"] if "tan_a" in line["text"]]
    assert tangents[0]["shows"] == [["tangent", GRAPH.by_label["a"].index]]
    view.wrt = {"x": 1.0}
    assert [*view.code["forward"]] == ["x"]
    assert view.figure.wrt == {"x": 1.0}
    view.wrt = None
    assert "gradient" in str(view.figure) and view.code["forward"] == {}
    view.wrt = {"q": 1.0}  # from a page of before
    assert view.figure.wrt is None


def test_an_argument_called_wrt_stays_one():
    explorer = gv.explore(lambda wrt, mode: wrt * mode, wrt=2.0, mode=3.0)
    assert explorer.run.grads == {"wrt": 3.0, "mode": 2.0}
