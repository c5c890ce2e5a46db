"""The tests here visit notebook servers with a real browser."""

from browser import browser, jupyter, launch, open_notebook, playwright  # noqa: F401
