"""Has a class for orders, which has its lease from the same dependency."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI, HTTPException, Request

from labs.pool import Lease, Pool


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with (
        Pool(size=2) as app.state.pool,
        httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"]) as app.state.client,
    ):
        yield


async def get_lease(request: Request) -> AsyncGenerator[Lease]:
    async with request.app.state.pool.acquire(request.url.path) as lease:
        yield lease


class Orders:
    def __init__(self, request: Request, lease: Annotated[Lease, Depends(get_lease)]) -> None:
        self.client: httpx.AsyncClient = request.app.state.client
        self.lease = lease

    async def place(self, parcel: int) -> float:
        await self.lease.write(f"order {parcel}")
        price = await self.price(parcel)
        await self.lease.write(f"order {parcel} costs {price}")
        await self.lease.commit()
        return price

    async def price(self, parcel: int) -> float:
        answer = await self.client.get(f"/carriers/swift/quote?parcel={parcel}", timeout=30)
        if answer.status_code == 404:
            raise HTTPException(404, "The carrier does not know this parcel.")
        return answer.raise_for_status().json()["price"]


app = FastAPI(lifespan=lifespan)


@app.post("/orders/{parcel}", status_code=201)
async def order(parcel: int, orders: Annotated[Orders, Depends()]) -> dict[str, float]:
    return {"price": await orders.place(parcel)}
