"""Believes that the end of the app closes what the app has opened.

Says: Nobody has closed the client
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI, Request


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    # wrong: check_no_connection_outlives_the_app
    app.state.carriers = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30)
    yield


def get_carriers(request: Request) -> httpx.AsyncClient:
    return request.app.state.carriers


Carriers = Annotated[httpx.AsyncClient, Depends(get_carriers)]
app = FastAPI(lifespan=lifespan)


@app.get("/quotes/{parcel}")
async def quote(parcel: int, carriers: Carriers) -> dict[str, float]:
    return {"price": (await carriers.get(f"/carriers/swift/quote?parcel={parcel}")).json()["price"]}


@app.get("/tracks/{parcel}")
async def track(parcel: int, carriers: Carriers) -> dict:
    return (await carriers.get(f"/carriers/turtle/tracks/{parcel}")).json()
