"""The tests here visit notebook servers with a real browser."""

from browser import chromium, jupyter, launch, open_notebook  # noqa: F401
