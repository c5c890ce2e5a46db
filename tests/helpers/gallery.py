"""The package's own set of figures, of every kind and size: for screenshots, and for the machine
check.
"""

from collections.abc import Callable

import numpy as np
from circuit import INPUTS, circuit

import gradviz as gv

RNG = np.random.default_rng(7)


def tiny(x, y):
    z = x + y
    return z**2


@gv.block
def sigmoid(t):
    return 1 / (1 + np.exp(-t))


@gv.block
def neuron(w, x, b):
    return sigmoid(w * x + b)


def nested(w0, w1, x, b):
    h = neuron(w0, x, b)
    return neuron(w1, h, b) * h


@gv.primitive
def cube(x):
    return x**3


cube.derivative(lambda x, out: 2 * x**2)  # wrong: it shows


def with_a_wrong_gate(x, y):
    return cube(x) * y + y


def extremes(x, y):
    return np.log(x) * y + 1 / (y - y) + np.exp(y * 400)


def layer(w, x, b):
    z = w @ x + b
    h = np.tanh(z)
    return np.mean(h**2)


LAYER = {"w": RNG.normal(size=(3, 5)), "x": RNG.normal(size=5), "b": np.array([0.1, -0.2, 0.3])}
SMALL_LAYER = {"w": RNG.normal(size=(2, 3)), "x": RNG.normal(size=3), "b": np.array([0.1, -0.2])}


def hundred_nodes(x, y):
    for _ in range(33):
        x = np.sin(x) * y
        y = y + 0.1 * x if _ % 2 else y * 0.97
    return x * y


def two_hundred_nodes(x, y):
    for _ in range(66):
        x = np.sin(x) * y + x
    return x


@gv.block
def unit(weights, inputs):
    total = weights[0]
    for weight, value in zip(weights[1:], inputs):
        total = total + weight * value
    return np.tanh(total)


@gv.block
def dense(weights, size, inputs):
    return [unit([next(weights) for _ in range(len(inputs) + 1)], inputs) for _ in range(size)]


LARGE = (20, 40, 36, 1)  # units in each layer: about 5,000 operations


def network(*weights, sizes=LARGE):
    """In blocks."""
    weights, values = iter(weights), [0.5, -0.3, 0.8, 0.1]
    for size in sizes:
        values = dense(weights, size, values)
    return values[0]


def loose_network(*weights, sizes=LARGE):
    """The same without blocks."""
    weights, values = iter(weights), [0.5, -0.3, 0.8, 0.1]
    for size in sizes:
        values = [
            np.tanh(sum((next(weights) * value for value in values), next(weights)))
            for _ in range(size)
        ]
    return values[0]


def weights_of(sizes):
    count = sum(size * (before + 1) for before, size in zip((4, *sizes), sizes))
    return {
        f"w{number}": float(value) / 3
        for number, value in enumerate(np.random.default_rng(0).normal(size=count))
    }


WEIGHTS = weights_of(LARGE)

LABELS = RNG.integers(0, 10, 32)
ROWS, COLUMNS = np.mgrid[:28, :28]
IMAGES = np.stack(
    [
        np.exp(
            -((ROWS - 8 - 1.2 * digit) ** 2 + (COLUMNS - 14 - 5 * np.cos(digit)) ** 2) / 18
        ).ravel()
        for digit in LABELS
    ]
)
IMAGE_NETWORK = {
    "x": IMAGES,
    "w1": RNG.normal(size=(784, 128)) / 28,
    "b1": np.zeros(128),
    "w2": RNG.normal(size=(128, 10)) / 11,
    "b2": np.zeros(10),
    "gain": 1.0,
}


def image_network(x, w1, b1, w2, b2, gain):
    """784-128-10, on a batch of images."""
    h = np.maximum(x @ (w1 * gain) + b1, 0)
    z = h @ w2 + b2
    p = z - gv.logsumexp(z, axis=1, keepdims=True)
    return -np.mean(p[np.arange(len(LABELS)), LABELS])


def names(*values):
    return values[0] * values[1] + np.exp(values[2]) / values[3]


NASTY = ["<script>alert(1)</script>", 'a"b\n->c', "x);import os#", "损失函数的学习率参数"]

FIGURES: dict[str, Callable[[], gv.Figure]] = {
    "tiny": lambda: gv.draw(gv.trace(tiny, x=1.0, y=2.0)),
    "circuit": lambda: gv.draw(gv.trace(circuit, INPUTS)),
    "circuit-closed": lambda: gv.draw(gv.trace(circuit, INPUTS), collapse=True),
    "circuit-step": lambda: gv.draw(gv.trace(circuit, INPUTS)).at(16),
    "nested": lambda: gv.draw(gv.trace(nested, w0=1.5, w1=-0.5, x=0.8, b=0.2)),
    "nested-half-closed": lambda: gv.draw(
        gv.trace(nested, w0=1.5, w1=-0.5, x=0.8, b=0.2), collapse=["sigmoid"]
    ),
    "wrong-gate": lambda: gv.draw(gv.trace(with_a_wrong_gate, x=2.0, y=3.0)),
    "extremes": lambda: gv.draw(gv.trace(extremes, x=-1.0, y=2.0)),
    "names": lambda: gv.draw(gv.trace(names, dict.fromkeys(NASTY, 1.5))),
    "arrays": lambda: gv.draw(gv.trace(layer, LAYER)),
    "array-opened": lambda: gv.draw(gv.trace(layer, SMALL_LAYER), expand=["h"]),
    "image-network": lambda: gv.draw(gv.trace(image_network, IMAGE_NETWORK)),
    "hundred-nodes": lambda: gv.draw(gv.trace(hundred_nodes, x=0.7, y=1.2)),
    "two-hundred-nodes": lambda: gv.draw(gv.trace(two_hundred_nodes, x=0.5, y=0.3)),
    "five-thousand": lambda: gv.draw(gv.trace(network, WEIGHTS)),
    "five-thousand-loose": lambda: gv.draw(gv.trace(loose_network, WEIGHTS)),
    "inside-a-layer": lambda: gv.draw(gv.trace(network, WEIGHTS)).inside("dense"),
    "inside-a-unit": lambda: gv.draw(gv.trace(network, WEIGHTS)).inside("dense").inside("unit"),
    "eager": lambda: gv.draw(gv.Variable(3.0, name="x") ** 2 + 1),
}
