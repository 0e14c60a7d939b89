"""Believes that an answer with status 200 is a right answer.

Says: compares a price
"""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from quotes import app, get_carrier


class FakeCarrier:
    def __init__(self) -> None:
        self.asked: list[int] = []
        self.fault: Exception | None = None

    async def price(self, parcel: int) -> float:
        self.asked.append(parcel)
        if self.fault:
            raise self.fault
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


def test_quote_is_given(parcel: TestClient) -> None:
    assert parcel.get("/quotes/7").status_code == 200  # wrong: check_a_missing_share_is_found


def test_carrier_is_asked_once_for_this_parcel(parcel: TestClient, carrier: FakeCarrier) -> None:
    parcel.get("/quotes/8")
    assert carrier.asked == [8]


@pytest.mark.parametrize(("fault", "status"), [(LookupError(), 404), (TimeoutError(), 504)])
def test_refusals(parcel: TestClient, carrier: FakeCarrier, fault: Exception, status: int) -> None:
    carrier.fault = fault
    assert parcel.get("/quotes/7").status_code == status
    assert parcel.get("/given").json() == {"quotes": 0}


def test_count_begins_with_each_start() -> None:
    for _ in range(2):
        with TestClient(app) as parcel:
            parcel.get("/quotes/7")
            assert parcel.get("/given").json() == {"quotes": 1}


def test_client_is_closed_at_the_end() -> None:
    with TestClient(app):
        assert not app.state.client.is_closed
    assert app.state.client.is_closed
