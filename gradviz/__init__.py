"""See backpropagation: computational graphs whose values and gradients move under your hand."""

__version__ = "0.1.0"

from gradviz.autodiff.operators import grad, value_and_grad
from gradviz.autodiff.trace import block, trace
from gradviz.autodiff.variable import Variable
from gradviz.draw.figure import Figure, draw
