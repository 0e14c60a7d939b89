"""One outside world and one lab for all that is tested of lesson 05."""

import pytest
import redis

from tests.labs.serving import served
from unblocked.outside import Outside


@pytest.fixture(scope="package")
def outside():
    with Outside(latency=0) as world:
        yield world


@pytest.fixture(scope="package")
def lab(outside):
    with served("celery_queue", outside) as lab:
        yield lab


@pytest.fixture
def parcel(lab):
    """Serve the lab; all of it runs before, and after."""
    parcel = lab()
    yield parcel
    for part in ("broker", "worker", "web"):
        if not (parcel if part == "web" else parcel.parts[part]).running:
            parcel.again(part)


@pytest.fixture
def broker(parcel):
    """Give a client of its broker."""
    with redis.Redis.from_url(parcel.parts["broker"].url) as client:
        yield client
