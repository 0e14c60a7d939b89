"""Believes that who finds no lease free had better come again later than wait.

Says: not turned away
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
    if request.app.state.pool.out >= 2:
        raise HTTPException(503, "Come again later.")  # wrong: check_a_crowd_finds_two_leases_in_turn
    async with request.app.state.pool.acquire(request.url.path) as lease:
        yield lease


app = FastAPI(lifespan=lifespan)


@app.post("/orders/{parcel}", status_code=201)
async def order(parcel: int, request: Request, lease: Annotated[Lease, Depends(get_lease)]) -> dict[str, float]:
    await lease.write(f"order {parcel}")
    answer = await request.app.state.client.get(f"/carriers/swift/quote?parcel={parcel}", timeout=30)
    if answer.status_code == 404:
        raise HTTPException(404, "The carrier does not know this parcel.")
    price = answer.raise_for_status().json()["price"]
    await lease.write(f"order {parcel} costs {price}")
    await lease.commit()
    return {"price": price}
