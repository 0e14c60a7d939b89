"""Has one client for each of the two carriers, which may have other limits and deadlines."""

import os
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
from fastapi import FastAPI, Request

CARRIERS = os.environ["CARRIERS_URL"]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with AsyncExitStack() as stack:
        for carrier in ("swift", "turtle"):
            client = httpx.AsyncClient(base_url=f"{CARRIERS}/carriers/{carrier}", timeout=30)
            setattr(app.state, carrier, await stack.enter_async_context(client))
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/quotes/{parcel}")
async def quote(parcel: int, request: Request) -> dict[str, float]:
    return {"price": (await request.app.state.swift.get("/quote", params={"parcel": parcel})).json()["price"]}


@app.get("/tracks/{parcel}")
async def track(parcel: int, request: Request) -> dict:
    return (await request.app.state.turtle.get(f"/tracks/{parcel}")).json()
