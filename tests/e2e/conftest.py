"""The tests here visit notebook servers with a real browser."""

import pytest
from browser import browser, jupyter, launch, open_notebook, playwright  # noqa: F401


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """A notebook server takes its time: of what visits one, only what is marked so is short."""
    for item in items:
        if "jupyter" in getattr(item, "fixturenames", ()) and not item.get_closest_marker("short"):
            item.add_marker("long")
