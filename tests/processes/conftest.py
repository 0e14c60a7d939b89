"""A keeper of processes that is a test's own."""

import pytest

from unblocked.processes import Keeper


@pytest.fixture
def kept():
    made = Keeper()
    yield made
    made.close()
