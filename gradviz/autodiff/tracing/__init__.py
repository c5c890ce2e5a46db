"""From a function to a graph that runs."""
