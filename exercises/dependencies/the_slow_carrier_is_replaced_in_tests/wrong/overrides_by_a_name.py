"""Believes that a dependency is found by its name.

Says: holds the function itself
"""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from quotes import app


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
    app.dependency_overrides["get_carrier"] = lambda: fake
    yield fake
    app.dependency_overrides.clear()


@pytest.fixture
def parcel() -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


def test_price_has_our_share(parcel: TestClient) -> None:
    # wrong: check_what_is_right_passes
    assert parcel.get("/quotes/7").json() == {"price": 10.0}
