"""NumPy's and SciPy's functions of Variables that are made of rows of the table, by family."""
