"""Believes that a fake that always has a price is enough: what goes wrong goes wrong by itself.

Says: does not know the parcel
"""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from quotes import app, get_carrier


class FakeCarrier:
    def __init__(self) -> None:
        self.asked: list[int] = []

    async def price(self, parcel: int) -> float:
        self.asked.append(parcel)
        return parcel + 1.0


@pytest.fixture(autouse=True)
def carrier() -> Iterator[FakeCarrier]:
    fake = FakeCarrier()
    app.dependency_overrides[get_carrier] = lambda: fake
    yield fake
    app.dependency_overrides.clear()


@pytest.fixture
def parcel() -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


def test_price_has_our_share(parcel: TestClient) -> None:
    assert parcel.get("/quotes/7").json() == {"price": 10.0}


def test_carrier_is_asked_once_for_this_parcel(parcel: TestClient, carrier: FakeCarrier) -> None:
    parcel.get("/quotes/8")
    assert carrier.asked == [8]


def test_count_begins_with_each_start() -> None:
    for _ in range(2):
        with TestClient(app) as parcel:
            parcel.get("/quotes/7")
            assert parcel.get("/given").json() == {"quotes": 1}


def test_client_is_closed_at_the_end() -> None:
    with TestClient(app):
        assert not app.state.client.is_closed
    assert app.state.client.is_closed


# wrong: check_a_price_for_an_unknown_parcel_is_found
