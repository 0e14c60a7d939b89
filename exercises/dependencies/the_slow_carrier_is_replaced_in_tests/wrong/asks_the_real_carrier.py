"""Believes that a test against the real thing is the best test.

Says: costs money
"""

from fastapi.testclient import TestClient
from quotes import app


def test_quotes_are_given_and_counted() -> None:
    with TestClient(app) as parcel:
        assert parcel.get("/quotes/7").json()["price"] == 18.6  # wrong: check_no_real_carrier_is_asked
        assert parcel.get("/given").json() == {"quotes": 1}
    assert app.state.client.is_closed
