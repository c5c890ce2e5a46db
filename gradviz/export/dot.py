"""A run as DOT, for any Graphviz: values, gradients and local derivatives as labels."""

import graphviz

from gradviz.graph import Block, Graph, Node, Run
from gradviz.numerals import numeral
from gradviz.scene.folding.blocks import blocks_of
from gradviz.scene.text import clean

COLOURS = {
    "value": "#0b5f8a",
    "adjoint": "#b0400a",
    "line": "#8393a4",
    "input": "#fff1cc",
    "card": "#ffffff",
}


def digraph(run: Run) -> graphviz.Digraph:
    """The annotated graph. Names are data: they are escaped, and identifiers are n0, n1, …"""
    graph = run.graph
    dot = graphviz.Digraph(
        "gradviz",
        graph_attr={
            "rankdir": "LR",
            "nodesep": "0.3",
            "ranksep": "0.5",
            "fontname": "Helvetica",
            "label": "value above, gradient below",
            "fontsize": "10",
        },
        node_attr={
            "shape": "box",
            "style": "rounded,filled",
            "fillcolor": COLOURS["card"],
            "color": COLOURS["line"],
            "fontname": "Helvetica",
            "fontsize": "11",
        },
        edge_attr={
            "fontname": "Helvetica",
            "fontsize": "9",
            "color": COLOURS["line"],
            "fontcolor": COLOURS["adjoint"],
        },
    )
    _fill(dot, None, graph, run, blocks_of(graph))
    for edge in graph.edges:
        label = f"∂ {numeral(run.locals[edge], 3)}\n◂ {numeral(run.flows[edge], 3)}"
        marked = {"headlabel": f" {edge.mark} "} if edge.mark else {}
        dot.edge(f"n{edge.source.index}", f"n{edge.target.index}", label=_plain(label), **marked)
    return dot


def _fill(
    dot: graphviz.Digraph, around: Block | None, graph: Graph, run: Run, blocks: list[Block]
) -> None:
    for node in graph.nodes:
        if node.block is around:
            dot.node(f"n{node.index}", _label(node, run), **_looks(node, graph))
    for number, block in enumerate(blocks):
        if block.parent is around:
            cluster = graphviz.Digraph(f"cluster_{number}")
            cluster.attr(
                label=_plain(block.name),
                style="dashed,rounded",
                color=COLOURS["line"],
                labeljust="l",
                fontname="Helvetica",
            )
            _fill(cluster, block, graph, run, blocks)
            dot.subgraph(cluster)


def _label(node: Node, run: Run) -> str:
    head = " ".join(part for part in (node.label if node.name else "", node.sign) if part)
    return _plain(f"{head}\n{numeral(run.primals[node])}\n{numeral(run.adjoints[node])}")


def _looks(node: Node, graph: Graph) -> dict[str, str]:
    return ({"fillcolor": COLOURS["input"]} if node.operation is None else {}) | (
        {"penwidth": "2", "color": "#1b2733"} if node is graph.output else {}
    )


def _plain(text: str) -> str:
    """`text` as the label that shows exactly it: no escapes of DOT, no HTML."""
    return graphviz.nohtml(
        clean(text).replace("&", "&amp;").replace("\\", "\\\\").replace("\n", "\\n")
    )
