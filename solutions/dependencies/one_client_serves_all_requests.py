"""What every request needs lives as long as the app: the lifespan makes it and closes it, a dependency hands it on.

`async with` around the `yield` closes the client also when the app ends with an error. And every start makes a client
of its own, so that nothing of one event loop is used on the next.
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI, Request


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30) as app.state.carriers:
        yield


async def get_carriers(request: Request) -> httpx.AsyncClient:
    return request.app.state.carriers


Carriers = Annotated[httpx.AsyncClient, Depends(get_carriers)]
app = FastAPI(lifespan=lifespan)


@app.get("/quotes/{parcel}")
async def quote(parcel: int, carriers: Carriers) -> dict[str, float]:
    return {"price": (await carriers.get(f"/carriers/swift/quote?parcel={parcel}")).json()["price"]}


@app.get("/tracks/{parcel}")
async def track(parcel: int, carriers: Carriers) -> dict:
    return (await carriers.get(f"/carriers/turtle/tracks/{parcel}")).json()
