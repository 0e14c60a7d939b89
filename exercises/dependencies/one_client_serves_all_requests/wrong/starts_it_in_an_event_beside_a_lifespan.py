"""Believes that `on_event` and a lifespan go together: with a lifespan, what `on_event` has is never run.

Says: has no attribute 'carriers'
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI, Request


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    yield
    await app.state.carriers.aclose()


async def get_carriers(request: Request) -> httpx.AsyncClient:
    return request.app.state.carriers  # wrong: check_both_routes_answer


Carriers = Annotated[httpx.AsyncClient, Depends(get_carriers)]
app = FastAPI(lifespan=lifespan)


@app.on_event("startup")
async def start() -> None:
    app.state.carriers = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30)


@app.get("/quotes/{parcel}")
async def quote(parcel: int, carriers: Carriers) -> dict[str, float]:
    return {"price": (await carriers.get(f"/carriers/swift/quote?parcel={parcel}")).json()["price"]}


@app.get("/tracks/{parcel}")
async def track(parcel: int, carriers: Carriers) -> dict:
    return (await carriers.get(f"/carriers/turtle/tracks/{parcel}")).json()
