"""Believes that a dependency of the whole app runs once for the app: it runs for every request.

Says: a client of its own
"""

import os
from collections.abc import AsyncGenerator
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI


async def get_carriers() -> AsyncGenerator[httpx.AsyncClient]:
    # wrong: check_requests_share_a_connection
    async with httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30) as carriers:
        yield carriers


Carriers = Annotated[httpx.AsyncClient, Depends(get_carriers)]
app = FastAPI(dependencies=[Depends(get_carriers)])


@app.get("/quotes/{parcel}")
async def quote(parcel: int, carriers: Carriers) -> dict[str, float]:
    return {"price": (await carriers.get(f"/carriers/swift/quote?parcel={parcel}")).json()["price"]}


@app.get("/tracks/{parcel}")
async def track(parcel: int, carriers: Carriers) -> dict:
    return (await carriers.get(f"/carriers/turtle/tracks/{parcel}")).json()
