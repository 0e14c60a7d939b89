"""One outside world and one lab for all that is tested of lesson 07."""

from itertools import count

import pytest
import redis

from tests.labs.caching.doing import CALM
from tests.labs.serving import served
from unblocked.backends.valkey import Valkey
from unblocked.outside import Outside

zones = count(1)


@pytest.fixture(scope="package")
def outside():
    with Outside(latency=0) as world:
        yield world


@pytest.fixture(scope="package")
def lab(outside):
    with served("caching", outside) as lab:
        yield lab


@pytest.fixture
def parcel(lab):
    return lab(**CALM)


@pytest.fixture
def zone():
    """Give a zone that no other test asks for."""
    return next(zones)


@pytest.fixture(scope="package")
def valkey():
    """Give a server beside the lab's, which may be killed."""
    with Valkey() as server:
        yield server


@pytest.fixture
def kept(parcel):
    """Look into the lab's store."""
    with redis.Redis.from_url(parcel.parts["broker"].url, decode_responses=True) as client:
        yield client
