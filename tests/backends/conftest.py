"""A Valkey that tests look at, and one that stands for somebody else's server."""

import pytest
import redis

from unblocked.backends.valkey import Valkey


@pytest.fixture(scope="package")
def valkey():
    with Valkey() as server:
        yield server


@pytest.fixture
def client(valkey):
    """A client of it; nothing is in it before and after."""
    with redis.Redis.from_url(valkey.url, decode_responses=True) as made:
        made.flushall()
        yield made
        made.flushall()
