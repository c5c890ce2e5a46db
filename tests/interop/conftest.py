"""PyTorch, on one thread, and the models that are tried."""

import pytest
from needs import needed


@pytest.fixture(scope="module")
def torch():
    found = needed("torch", "PyTorch is not installed: no model of it was traced")
    threads = found.get_num_threads()
    found.set_num_threads(1)
    yield found
    found.set_num_threads(threads)


@pytest.fixture
def case(torch):
    from torch_models import case

    return case
