"""Believes that no lock is needed on one thread: at the `await` between looking and keeping, the next one looks.

Says: finds none
"""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI, Request


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    app.state.carriers = None
    yield
    if app.state.carriers is not None:
        await app.state.carriers.aclose()


async def make_client() -> httpx.AsyncClient:
    return await asyncio.to_thread(httpx.AsyncClient, base_url=os.environ["CARRIERS_URL"], timeout=30)


async def get_carriers(request: Request) -> httpx.AsyncClient:
    if request.app.state.carriers is None:
        request.app.state.carriers = await make_client()  # wrong: check_the_first_five_share_one_client
    return request.app.state.carriers


Carriers = Annotated[httpx.AsyncClient, Depends(get_carriers)]
app = FastAPI(lifespan=lifespan)


@app.get("/quotes/{parcel}")
async def quote(parcel: int, carriers: Carriers) -> dict[str, float]:
    return {"price": (await carriers.get(f"/carriers/swift/quote?parcel={parcel}")).json()["price"]}


@app.get("/tracks/{parcel}")
async def track(parcel: int, carriers: Carriers) -> dict:
    return (await carriers.get(f"/carriers/turtle/tracks/{parcel}")).json()
