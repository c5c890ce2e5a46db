"""The documents' circuit, and their figures for it (row A4.1)."""

import numpy as np

import gradviz as gv

INPUTS = {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}
FORWARD = [-2.0, 6.0, 4.0, 1.0, -1.0, 0.37, 1.37, 0.73]  # gate by gate, as printed there
BACKWARD = [1.00, -0.53, -0.53, -0.20, 0.20, 0.20, 0.20, 0.20]  # from the output back
GRADIENTS = {"w0": -0.1966119, "x0": 0.3932239, "w1": -0.3932239, "x1": -0.5898358, "w2": 0.1966119}


@gv.block
def sigmoid(t):
    return 1 / (1 + np.exp(-t))


def circuit(w0, x0, w1, x1, w2):
    t = w0 * x0 + w1 * x1 + w2
    return sigmoid(t)
