"""What the two source documents teach, row by row: the cell that shows it, and the figures that
stand in that cell or its output.
"""

import re
from functools import cache

import nbformat
import pytest
from lesson_code import PATHS

ROWS = {  # row: (lesson, cell, figures) …
    "B1.1": [
        (1, "square", ["(9, 16)"]),
        (1, "quotients", ["1: 7.0", "0.1: 6.1", "0.01: 6.01", "0.001: 6.001"]),
        (1, "limit", [r"\lim_{h \to 0}"]),
        (1, "whole-step", ["a whole step mixes in the rates further on"]),
        (1, "secants", ["h = 1: (16 − 9) / 1 = 7"]),
    ],
    "B1.2": [
        (1, "three-slopes", ["(6.0, -2.0, 0.0)"]),
        (1, "sign", ["slope 0: flat"]),
        (1, "flat", ["slope 0"]),
        (1, "flat-after", ["maybe"]),
    ],
    "B1.3": [
        (1, "polynomial", ["x**2 + 2*x + 1", "(16.0, 8.0)"]),
        (1, "variable", ["(16.0, 8.0)"]),
        (1, "pytorch", ["requires_grad=True", "y.backward()", "x.grad", "16.0 8.0"]),
    ],
    "A2.1": [
        (2, "table", [
            "x     input          1",
            "y     input          2",
            "z     x + y          3",
            "f     z²             9",
        ]),
        (2, "reading", ["directed graph", "**computational graph**"]),
        (2, "cut", ["x     input          1         0"]),
        (2, "cut-run", ["16.0"]),
        (2, "cut-why", ["only what is part of the graph"]),
    ],
    "A2.2": [
        (2, "locals", ["<Edge x → z>: 1", "<Edge y → z>: 1", "<Edge z → f>: 6"]),
        (2, "explain", ["∂f/∂z · ∂z/∂x = 6 · 1 = 6"]),
        (2, "figure", ["x     input          1         6", "y     input          2         6"]),
    ],
    "B2.1": [
        (2, "second-text", ["(x1 + x2) · x3", "x2 ──┘             ├─ (×) ── y"]),
        (2, "second-figure", [
            "s     x1 + x2        3         4",
            "y     s·x3          12         1",
        ]),
    ],
    "A3.1": [
        (2, "any", ["y₃    v8/2       1.414         1", "x     input          2    0.3536"]),
        (2, "remember", ["however complicated, can be drawn"]),
        (3, "figure", ["circuit  1/d"]),
    ],
    "A3.2": [
        (3, "gate", ["(a) its output and (b) the **local gradient**"]),
        (3, "last-gate", ["(0.7310585786300049, -0.534446645388523)"]),
    ],
    "A3.3": [
        (3, "backward-text", [
            "**a gate multiplies the gradient that is handed back to it by its local gradients",
        ]),
    ],
    "A4.1": [
        (3, "circuit-text", [r"\frac{1}{1 + e^{-(w_0 x_0 + w_1 x_1 + w_2)}}"]),
        (3, "trace", ["w0=2.0, x0=-1.0, w1=-3.0, x1=-2.0, w2=-3.0"]),
        (3, "forward", [
            "'p': -2.0",
            "'q': 6.0",
            "'s': 4.0",
            "'t': 1.0",
            "'n': -1.0",
            "'e': 0.37",
            "'d': 1.37",
            "'circuit': 0.73",
        ]),
        (3, "backward", ["1.    , -0.5344, -0.5344, -0.1966,  0.1966"]),
        (3, "predict", ["1.00, −0.53, −0.53, −0.20, 0.20"]),
        (3, "figure", ["−0.1966", "0.3932", "−0.3932", "−0.5898", "0.1966"]),
        (3, "grads", ["-0.1966119", "0.3932239", "-0.3932239", "-0.5898358", "0.1966119"]),
    ],
    "A1.1": [
        (3, "learner", ["loss = 0.282"]),
        (3, "learn", ["[0.1539, 0.0067, 0.0]"]),
        (3, "learned", ["0.2"]),
        (3, "stuck-after", ["decided by what flows back"]),
    ],
    "B2.2": [
        (3, "order", ["∂circuit/∂w0 = ∂circuit/∂p · ∂p/∂w0", "∂circuit/∂n = ∂circuit/∂e · ∂e/∂n"]),
        (3, "order-after", ["those of its *users*, the gates downstream"]),
    ],
    "B2.3": [
        (3, "shared-text", ["*cadj*"]),
        (3, "shared-explain", ["6 · 4 + 4 · 3 = 36"]),
        (3, "second-backward", ["(36.0, 36.0)"]),
        (3, "second-backward-after", ["PyTorch", "goes on adding up"]),
    ],
    "A5.1": [
        (4, "repeat", ["[1.0, -0.5344, -0.5344, -0.1966, 0.1966]"]),
        (4, "repeat-text", ["has to be **kept**"]),
        (4, "box-text", [r"(1 - \sigma(t)) \cdot \sigma(t)"]),
        (4, "by-hand", ["(0.2689, 0.7311, 0.1966)"]),
        (4, "by-hand-after", ["prints 0.1 here", "0.1966"]),
    ],
    "A5.2": [
        (4, "coarsest", ["-0.1966119", "0.39322386", "-0.39322386", "-0.58983579", "0.1966119"]),
    ],
    "A5.3": [
        (4, "table", [
            "'gates': (8, 12, 0)",
            "'sigmoid by hand': (5, 9, 1)",
            "'one gate': (1, 5, 2)",
        ]),
        (4, "measured", ["µs"]),
        (4, "arrays", ["µs"]),
        (4, "arrays-after", ["Frameworks sit in between"]),
    ],
    "B4.1": [
        (5, "cost", [
            "n = 8 operations, p = 5 inputs, 12 edges",
            "n + p = 13 is less than n × p = 40",
            "8                 12       13",
            "8                 33       33",
            "40",
        ]),
        (5, "race", ["reverse sweep 20, forward mode 41, bumping 41"]),
        (5, "reuse-text", ["worked out once and used by everybody upstream"]),
        (5, "chains", ["1,999", "501,499", "1.00", "1.99"]),
        (5, "verdict", ["n × p = 20 is less than n + p = 21"]),
    ],
    "B4.2": [(5, "timed", ["slope"]), (5, "cheap", ["operations  time"])],
    "B5.1": [
        (6, "network", ["x @ w + b", "np.tanh"]),
        (6, "graph", ["w1", "64×16", "batch_loss"]),
        (6, "run", ["482 of 497"]),
        (6, "trained", ["97% right"]),
    ],
    "B5.2": [
        (6, "mean", [
            "x     input      [1, 2, 3]  [0.6667, 0.6667, 0.6667]",
            "y     2·x        [2, 4, 6]",
            "z     mean(y)            4",
        ]),
        (6, "mean-gradient", ["[0.6667, 0.6667, 0.6667]"]),
    ],
    "B6": [
        (7, "table", [
            "how sensitive",
            "structure",
            "from the output's error backwards",
            "a framework",
            "once",
        ]),
        (7, "derivative-number", ["6.0"]),
        (7, "graph", ["f = 9"]),
        (7, "back", ["loss = 0.282"]),
        (7, "automatic", ["def f(x, y)"]),
        (7, "cost", ["n + p = 13"]),
    ],
}  # fmt: skip
DOCUMENTS = [  # in the order of their teaching
    "B1.1", "B1.2", "B1.3", "A2.1", "A2.2", "B2.1", "A3.1", "A3.2", "A3.3", "A4.1", "A1.1",
    "B2.2", "B2.3", "A5.1", "A5.2", "A5.3", "B4.1", "B4.2", "B5.1", "B5.2", "B6",
]  # fmt: skip


@cache
def cells(lesson):
    return {cell.id: cell for cell in nbformat.read(PATHS[lesson], 4).cells}


def shown(cell):
    """What stands in a cell and its outputs, as text."""
    texts = [cell.source]
    for output in cell.get("outputs", []):
        texts += [
            output.get("text", ""),
            *(text for kind, text in output.get("data", {}).items() if kind.startswith("text/")),
        ]
    return "\n".join(texts)


def test_every_row_has_its_place_in_the_order_of_the_documents():
    assert list(ROWS) == DOCUMENTS
    lessons = [places[0][0] for places in ROWS.values()]
    assert lessons == sorted(lessons)


@pytest.mark.parametrize("row", ROWS)
def test_the_cell_shows_the_rows_figures(row):
    for lesson, cell, figures in ROWS[row]:
        text = shown(cells(lesson)[cell])
        missing = [
            figure for figure in figures if not re.search(rf"(?<![\d.]){re.escape(figure)}", text)
        ]
        assert not missing, f"lesson {lesson}, cell {cell}"
