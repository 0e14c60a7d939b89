"""One outside world, which counts connections, and one lab for all that is tested of lesson 03."""

import pytest

from tests.labs.serving import served
from unblocked.outside import Outside


class Counting(Outside):
    """An outside world that knows through how many connections it was asked."""

    def __init__(self, **options):
        self.connections = set()
        super().__init__(**options)

    async def _answer(self, asked):
        self.connections.add(asked.client)
        return await super()._answer(asked)

    def forget(self):
        super().forget()
        self.connections.clear()


@pytest.fixture(scope="package")
def outside():
    with Counting(latency=0) as world:
        yield world


@pytest.fixture(scope="package")
def lab(outside):
    with served("dependencies", outside) as lab:
        yield lab
