"""Both sweeps of a graph as straight-line code."""
