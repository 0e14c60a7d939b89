"""An override replaces what a route depends on; the route does not notice, and no name has to be patched.

The key is the very function that stands in `Depends`. The override is taken back after each test, for `app` is the same
object in all of them. `with TestClient(app)` runs the lifespan: start before the block, end after it.
"""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from quotes import app, get_carrier


class FakeCarrier:
    """A carrier that answers at once, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.fault: Exception | None = None

    async def price(self, parcel: int) -> float:
        """Give a price that is different for each parcel, or fail."""
        self.asked.append(parcel)
        if self.fault:
            raise self.fault
        return parcel + 1.0


@pytest.fixture(autouse=True)
def carrier() -> Iterator[FakeCarrier]:
    """Put a fake in the place of the real carrier, for every test."""
    fake = FakeCarrier()
    app.dependency_overrides[get_carrier] = lambda: fake
    yield fake
    app.dependency_overrides.clear()


@pytest.fixture
def parcel() -> Iterator[TestClient]:
    """Start the app, and end it after the test."""
    with TestClient(app) as client:
        yield client


def test_price_has_our_share(parcel: TestClient) -> None:
    assert parcel.get("/quotes/7").json() == {"price": 10.0}


def test_carrier_is_asked_once_for_this_parcel(parcel: TestClient, carrier: FakeCarrier) -> None:
    parcel.get("/quotes/8")
    assert carrier.asked == [8]


@pytest.mark.parametrize(("fault", "status"), [(LookupError(), 404), (TimeoutError(), 504)])
def test_refusals(parcel: TestClient, carrier: FakeCarrier, fault: Exception, status: int) -> None:
    carrier.fault = fault
    assert parcel.get("/quotes/7").status_code == status
    assert parcel.get("/given").json() == {"quotes": 0}


@pytest.mark.parametrize("start", ["first", "second"])
def test_count_begins_with_each_start(parcel: TestClient, start: str) -> None:
    parcel.get("/quotes/7")
    assert parcel.get("/given").json() == {"quotes": 1}, start


def test_client_is_closed_at_the_end() -> None:
    with TestClient(app):
        assert not app.state.client.is_closed
    assert app.state.client.is_closed
