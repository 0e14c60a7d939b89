"""Believes that a `TestClient` starts the app: it does so where it is entered, with `with`.

Says: the app was not started
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
def parcel() -> TestClient:
    return TestClient(app)


def test_price_has_our_share(parcel: TestClient) -> None:
    # wrong: check_what_is_right_passes
    assert parcel.get("/quotes/7").json() == {"price": 10.0}
