"""What a live picture in the browser shows, read by JavaScript."""

import gradviz as gv
from gradviz.numerals import numeral

READ = """(svg) => ({
    nodes: Array.from(svg.querySelectorAll("g.gv-node"), (g) => ({
        value: g.dataset.value, adjoint: g.dataset.adjoint ?? g.dataset.tangent,
        shown: [".gv-value", ":is(.gv-adjoint, .gv-tangent)"].map(
            (kind) => g.querySelector(kind).textContent),
    })),
    edges: Array.from(svg.querySelectorAll("g.gv-edge"), (g) => ({
        local: g.dataset.local, flow: g.dataset.flow ?? g.dataset.push,
    })),
    labels: Array.from(svg.querySelectorAll("g.gv-label"), (g) => (
        [".gv-local", ":is(.gv-back, .gv-push)"].map(
            (kind) => g.querySelector(kind).textContent)
    )),
})"""
PLACES = """(svg) => {
    const parts = svg.querySelectorAll("g.gv-node > .gv-card, g.gv-edge > .gv-wire");
    return Array.from(parts, (part) => {
        const { x, y, width, height } = part.getBBox(), { a, b, c, d, e, f } = part.getCTM();
        return [x, y, width, height, a, b, c, d, e, f];
    });
}"""


def check_against_python(svg, function, inputs):
    """Every number in a live picture is the one that Python computes at the inputs it shows; which
    are returned.
    """
    seen = svg.evaluate(READ)
    at = {name: float(node["value"]) for name, node in zip(inputs, seen["nodes"])}
    check_run(seen, gv.trace(function, at).example)
    return at


def check_run(seen, run):
    """Every number that was read in a live picture of numbers is that of a run, which has tangents
    where the picture is one of forward mode.
    """
    sign = "▸" if run.second == "tangent" else "◂"
    assert [float(node["value"]) for node in seen["nodes"]] == list(run.primals.values())
    assert [float(node["adjoint"]) for node in seen["nodes"]] == list(run.adjoints.values())
    assert [float(edge["local"]) for edge in seen["edges"]] == list(run.locals.values())
    assert [float(edge["flow"]) for edge in seen["edges"]] == list(run.flows.values())
    assert [node["shown"] for node in seen["nodes"]] == [
        [numeral(v), numeral(a)] for v, a in zip(run.primals.values(), run.adjoints.values())
    ]
    assert seen["labels"] == [
        [f"∂ {numeral(d, 3)}", f"{sign} {numeral(f, 3)}"]
        for d, f in zip(run.locals.values(), run.flows.values())
    ]


def check_theme(view, scheme):
    """A view has the colours of the page around it, and stands on that page."""
    styles = """(view) => [
        getComputedStyle(view.querySelector(".gv-card")).fill,
        getComputedStyle(view).backgroundColor,
    ]"""
    assert view.evaluate(styles) == [
        {"light": "rgb(255, 255, 255)", "dark": "rgb(27, 33, 40)"}[scheme],
        "rgba(0, 0, 0, 0)",
    ]
