"""Plots with matplotlib: what a derivative is, where it leads, what it costs, and what a network
learns.

>>> import gradviz as gv
>>> gv.plot.tangent(lambda x: x**2, at=3.0)
f(3) = 9, slope 6: rising
"""

from gradviz.live.plots.costs import cheap_gradient, cost, granularity
from gradviz.live.plots.derivatives import difference_error, secants, tangent
from gradviz.live.plots.descent import descent
from gradviz.live.plots.moving import LivePlot
from gradviz.live.plots.networks import images, layers
from gradviz.live.plots.plot import Plot
from gradviz.live.plots.training import Training, training

__all__ = [
    "LivePlot",
    "Plot",
    "Training",
    "cheap_gradient",
    "cost",
    "descent",
    "difference_error",
    "granularity",
    "images",
    "layers",
    "secants",
    "tangent",
    "training",
]
