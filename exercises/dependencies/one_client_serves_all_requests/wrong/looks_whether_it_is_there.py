"""Believes that a singleton is made once: those who look for it at the same moment find none, and each makes one.

Says: finds none
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI


class Client:
    made: httpx.AsyncClient | None = None

    @classmethod
    def get(cls) -> httpx.AsyncClient:
        if cls.made is None:  # wrong: check_the_first_five_share_one_client
            cls.made = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30)
        return cls.made


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    yield
    if Client.made is not None:
        await Client.made.aclose()
        Client.made = None


Carriers = Annotated[httpx.AsyncClient, Depends(Client.get)]
app = FastAPI(lifespan=lifespan)


@app.get("/quotes/{parcel}")
async def quote(parcel: int, carriers: Carriers) -> dict[str, float]:
    return {"price": (await carriers.get(f"/carriers/swift/quote?parcel={parcel}")).json()["price"]}


@app.get("/tracks/{parcel}")
async def track(parcel: int, carriers: Carriers) -> dict:
    return (await carriers.get(f"/carriers/turtle/tracks/{parcel}")).json()
