"""Automatic differentiation, in rooms each of which imports those before it: tape, table,
numpy_functions, modes, counting, programs, tracing.
"""
