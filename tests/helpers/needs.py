"""What a test needs and a machine may not have: without it the test skips, and says so loudly; on
CI, where .ci/run installs it, the test fails.
"""

import importlib
import os
from types import ModuleType

import pytest


def missing(what: str) -> None:
    """End the test for want of something."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(what)


def needed(module: str, otherwise: str) -> ModuleType:
    """The module, or the end of the test, which says what was not tried for want of it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        missing(otherwise)
