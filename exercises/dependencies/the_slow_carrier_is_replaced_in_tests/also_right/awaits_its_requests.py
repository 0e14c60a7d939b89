"""Awaits its requests without a server, and runs the lifespan itself: `ASGITransport` does not."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import pytest
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


@asynccontextmanager
async def started(carrier: FakeCarrier) -> AsyncGenerator[httpx.AsyncClient]:
    app.dependency_overrides[get_carrier] = lambda: carrier
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        yield client
    app.dependency_overrides.clear()


async def test_quote() -> None:
    carrier = FakeCarrier()
    async with started(carrier) as parcel:
        assert (await parcel.get("/quotes/7")).json() == {"price": 10.0}
    assert carrier.asked == [7]
    assert app.state.client.is_closed


@pytest.mark.parametrize(("fault", "status"), [(LookupError(), 404), (TimeoutError(), 504)])
async def test_refusals(fault: Exception, status: int) -> None:
    carrier = FakeCarrier()
    carrier.fault = fault
    async with started(carrier) as parcel:
        assert (await parcel.get("/quotes/7")).status_code == status
        assert (await parcel.get("/given")).json() == {"quotes": 0}


async def test_count_begins_anew() -> None:
    for _ in range(2):
        async with started(FakeCarrier()) as parcel:
            await parcel.get("/quotes/7")
            assert (await parcel.get("/given")).json() == {"quotes": 1}
