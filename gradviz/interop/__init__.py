"""Models of other libraries as graphs. None of these is imported unless the user did."""
