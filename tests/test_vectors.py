"""What stands in Python and in JavaScript alike: Python is held to the tables of cases here, the
page in node (``tests/web/units``).
"""

import pytest
from store_vectors import FOLDER, VECTORS, vector


@pytest.mark.parametrize("name", VECTORS)
def test_python_says_what_is_stored(name):
    stored = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert vector(name) == stored, "if it should say something else: python tests/store_vectors.py"


def test_every_table_is_held_to():
    assert {path.stem for path in FOLDER.iterdir()} == {*VECTORS}
