"""Reverse and forward mode, and the functions of functions that are made of them."""
