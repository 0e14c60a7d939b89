"""Believes that a route looks for its dependency in the module: `Depends` holds what was there when it was made.

Says: holds the function itself
"""

import pytest
import quotes
from fastapi.testclient import TestClient


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
def carrier(monkeypatch: pytest.MonkeyPatch) -> FakeCarrier:
    fake = FakeCarrier()
    monkeypatch.setattr(quotes, "get_carrier", lambda: fake)  # wrong: check_no_real_carrier_is_asked
    return fake


def test_quote_has_a_price() -> None:
    with TestClient(quotes.app) as parcel:
        assert parcel.get("/quotes/7").json()["price"] > 0
