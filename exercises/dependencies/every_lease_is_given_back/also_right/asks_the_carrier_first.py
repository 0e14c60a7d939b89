"""Knows the price before it asks for a lease, and keeps that for a moment only."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, HTTPException, Request

from labs.pool import Pool


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with (
        Pool(size=2) as app.state.pool,
        httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"]) as app.state.client,
    ):
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/orders/{parcel}", status_code=201)
async def order(parcel: int, request: Request) -> dict[str, float]:
    answer = await request.app.state.client.get(f"/carriers/swift/quote?parcel={parcel}", timeout=30)
    if answer.status_code == 404:
        raise HTTPException(404, "The carrier does not know this parcel.")
    price = answer.raise_for_status().json()["price"]
    async with request.app.state.pool.acquire(f"order {parcel}") as lease:
        await lease.write(f"order {parcel}")
        await lease.write(f"order {parcel} costs {price}")
        await lease.commit()
    return {"price": price}
