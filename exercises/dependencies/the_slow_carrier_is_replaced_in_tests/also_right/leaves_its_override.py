"""Overrides once for the whole file, with a carrier that knows what to do by the number of the parcel."""

import pytest
from fastapi.testclient import TestClient
from quotes import app, get_carrier

ASKED: list[int] = []
FAULTS = {404: LookupError(), 504: TimeoutError()}


class FakeCarrier:
    async def price(self, parcel: int) -> float:
        ASKED.append(parcel)
        if parcel in FAULTS:
            raise FAULTS[parcel]
        return parcel / 10


app.dependency_overrides[get_carrier] = FakeCarrier


@pytest.mark.parametrize("parcel", [32, 48])
def test_quote_and_count_since_the_start(parcel: int) -> None:
    ASKED[:] = []
    with TestClient(app) as client:
        assert client.get(f"/quotes/{parcel}").json() == {"price": parcel / 8}
        assert parcel in ASKED
        assert len(ASKED) == 1
        for refused in FAULTS:
            assert client.get(f"/quotes/{refused}").status_code == refused
        assert client.get("/given").json() == {"quotes": 1}
    assert app.state.client.is_closed
