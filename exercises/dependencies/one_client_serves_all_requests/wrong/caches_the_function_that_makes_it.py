"""Believes that `lru_cache` calls a function once: it is called by all who come before the first call has returned.

Says: finds none
"""

import os
from functools import lru_cache
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI


@lru_cache
def get_carriers() -> httpx.AsyncClient:
    # wrong: check_the_first_five_share_one_client
    return httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30)


Carriers = Annotated[httpx.AsyncClient, Depends(get_carriers)]
app = FastAPI()


@app.get("/quotes/{parcel}")
async def quote(parcel: int, carriers: Carriers) -> dict[str, float]:
    return {"price": (await carriers.get(f"/carriers/swift/quote?parcel={parcel}")).json()["price"]}


@app.get("/tracks/{parcel}")
async def track(parcel: int, carriers: Carriers) -> dict:
    return (await carriers.get(f"/carriers/turtle/tracks/{parcel}")).json()
