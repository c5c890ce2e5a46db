"""How nbval compares lessons: strictly, but for numbers that another machine's libm rounds
otherwise; and it skips nothing, but for
a lesson whose library is not installed, which it says.
"""

import os

import hypothesis
import ipywidgets as widgets
import pytest
from comparison import forgive_rounding
from hypothesis.internal.conjecture.providers import Constants, HypothesisProvider
from nbval.plugin import IPyNbCell, NbCellError
from needs import needed

_compare_outputs, _runtest = IPyNbCell.compare_outputs, IPyNbCell.runtest


@pytest.fixture(scope="module", autouse=True)
def no_widgets_are_left():
    """What a module's tests showed hears no more of the tests after it."""
    yield
    widgets.Widget.close_all()


def compare_outputs(self, test, ref, skip_compare=None):
    return _compare_outputs(self, forgive_rounding(test, ref), ref, skip_compare)


NEEDED = {"09-a-real-model": "torch"}  # without which a lesson is not run


def runtest(self):
    library = NEEDED.get(self.parent.path.stem)
    if library:
        needed(library, f"{library} is not installed: {self.parent.path.name} was not run")
    if self.cell.execution_count is None and self.cell.source.strip():
        raise NbCellError(
            self.cell_num,
            "This cell was stored without being executed: run tests/store_lessons.py",
            self.cell.source,
        )
    _runtest(self)


IPyNbCell.compare_outputs, IPyNbCell.runtest = compare_outputs, runtest


def pytest_collection_modifyitems(items):
    """The long part runs lessons in another language, and those that need a library."""
    for item in items:
        is_lesson = item.path.suffix == ".ipynb"
        if is_lesson and (item.path.parent.name != "notebooks" or item.path.stem in NEEDED):
            item.add_marker("long")


# they need PyTorch, or JAX
collect_ignore = ["helpers/in_torch.py", "helpers/torch_models.py", "helpers/jax_models.py"]

hypothesis.settings.register_profile("here", deadline=None)  # nothing depends on a machine's load
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
# the hunt for new failures is not what a change should fail of
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")
if os.environ.get("CI"):  # nor of the constants of whatever modules happen to be imported
    HypothesisProvider._local_constants = Constants()
