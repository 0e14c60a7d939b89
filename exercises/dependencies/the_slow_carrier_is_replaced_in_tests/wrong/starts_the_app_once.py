"""Believes that a module is as new in each test as in the first.

Says: starts the app a second time
"""

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


def test_the_whole_day_of_an_app() -> None:
    carrier = FakeCarrier()
    app.dependency_overrides[get_carrier] = lambda: carrier
    with TestClient(app) as parcel:
        assert parcel.get("/quotes/7").json() == {"price": 10.0}
        assert carrier.asked == [7]
        carrier.fault = LookupError()
        assert parcel.get("/quotes/7").status_code == 404
        carrier.fault = TimeoutError()
        assert parcel.get("/quotes/7").status_code == 504
        assert parcel.get("/given").json() == {"quotes": 1}  # wrong: check_a_count_that_goes_on_is_found
    assert app.state.client.is_closed
    app.dependency_overrides.clear()
