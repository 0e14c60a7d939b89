"""Believes that an order whose customer has hung up should not be lost, so what there is of it is kept.

Says: keeps one half of an order
"""

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


app = FastAPI(lifespan=lifespan)


@app.post("/orders/{parcel}", status_code=201)
async def order(parcel: int, request: Request, lease: Annotated[Lease, Depends(get_lease)]) -> dict[str, float]:
    await request.body()  # what comes after it is that the customer has gone
    await lease.write(f"order {parcel}")
    answer = await request.app.state.client.get(f"/carriers/swift/quote?parcel={parcel}", timeout=30)
    if await request.is_disconnected():
        await lease.commit()  # wrong: check_who_hangs_up_leaves_nothing
        raise HTTPException(499, "The customer has hung up.")
    if answer.status_code == 404:
        raise HTTPException(404, "The carrier does not know this parcel.")
    price = answer.raise_for_status().json()["price"]
    await lease.write(f"order {parcel} costs {price}")
    await lease.commit()
    return {"price": price}
