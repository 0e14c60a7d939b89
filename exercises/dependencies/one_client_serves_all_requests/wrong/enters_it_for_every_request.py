"""Believes that `async with` is good style around every use of a client: its end closes it for all who come later.

Says: Cannot reopen a client
"""

import os
from collections.abc import AsyncGenerator
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI

client = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30)


async def get_carriers() -> AsyncGenerator[httpx.AsyncClient]:
    # wrong: check_both_routes_answer
    async with client:
        yield client


Carriers = Annotated[httpx.AsyncClient, Depends(get_carriers)]
app = FastAPI()


@app.get("/quotes/{parcel}")
async def quote(parcel: int, carriers: Carriers) -> dict[str, float]:
    return {"price": (await carriers.get(f"/carriers/swift/quote?parcel={parcel}")).json()["price"]}


@app.get("/tracks/{parcel}")
async def track(parcel: int, carriers: Carriers) -> dict:
    return (await carriers.get(f"/carriers/turtle/tracks/{parcel}")).json()
