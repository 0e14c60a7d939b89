"""Has a mock in place of the carrier, and a class of tests."""

import unittest
from unittest.mock import AsyncMock, patch

import quotes
from fastapi.testclient import TestClient


class QuotesTest(unittest.TestCase):
    def setUp(self) -> None:
        self.carrier = AsyncMock(quotes.Carrier)
        self.carrier.price.return_value = 8.0
        overrides = {quotes.get_carrier: lambda: self.carrier}
        self.enterContext(patch.dict(quotes.app.dependency_overrides, overrides))
        self.addCleanup(self.check_client)
        self.parcel = self.enterContext(TestClient(quotes.app))

    def check_client(self) -> None:
        assert quotes.app.state.client.is_closed

    def test_price(self) -> None:
        assert self.parcel.get("/quotes/7").json() == {"price": 10.0}
        self.carrier.price.assert_awaited_once_with(7)

    def test_unknown_parcel(self) -> None:
        self.carrier.price.side_effect = LookupError
        assert self.parcel.get("/quotes/7").status_code == 404
        assert self.parcel.get("/given").json() == {"quotes": 0}

    def test_late_carrier(self) -> None:
        self.carrier.price.side_effect = TimeoutError
        assert self.parcel.get("/quotes/7").status_code == 504

    def test_zero_at_the_start(self) -> None:
        assert self.parcel.get("/given").json() == {"quotes": 0}
