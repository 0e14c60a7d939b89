"""One outside world and one lab for all that is tested of lesson 04."""

import pytest

from tests.labs.serving import served
from unblocked.outside import Outside


@pytest.fixture(scope="package")
def outside():
    with Outside(latency=0) as world:
        yield world


@pytest.fixture(scope="package")
def lab(outside):
    with served("background_tasks", outside) as lab:
        yield lab
