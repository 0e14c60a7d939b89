"""Lends to every request in a middleware: the block is around all of it, the sending of the answer too."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI, HTTPException, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from labs.pool import Lease, Pool


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with (
        Pool(size=2) as app.state.pool,
        httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"]) as app.state.client,
    ):
        yield


class Lending:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        async with scope["app"].state.pool.acquire(scope["path"]) as lease:
            scope["state"]["lease"] = lease
            await self.app(scope, receive, send)


async def get_lease(request: Request) -> Lease:
    return request.state.lease


app = FastAPI(lifespan=lifespan)
app.add_middleware(Lending)


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
