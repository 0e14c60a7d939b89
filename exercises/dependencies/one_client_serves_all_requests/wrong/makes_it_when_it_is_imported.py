"""Believes that a module is imported for every start of its app.

Says: closed for good
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI

client = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    async with client:  # wrong: check_the_app_starts_again
        yield


async def get_carriers() -> httpx.AsyncClient:
    return client


Carriers = Annotated[httpx.AsyncClient, Depends(get_carriers)]
app = FastAPI(lifespan=lifespan)


@app.get("/quotes/{parcel}")
async def quote(parcel: int, carriers: Carriers) -> dict[str, float]:
    return {"price": (await carriers.get(f"/carriers/swift/quote?parcel={parcel}")).json()["price"]}


@app.get("/tracks/{parcel}")
async def track(parcel: int, carriers: Carriers) -> dict:
    return (await carriers.get(f"/carriers/turtle/tracks/{parcel}")).json()
