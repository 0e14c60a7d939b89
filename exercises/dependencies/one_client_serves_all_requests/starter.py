import os
from collections.abc import AsyncGenerator
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI

app = FastAPI()


async def get_carriers() -> AsyncGenerator[httpx.AsyncClient]:
    # TODO: Give every request the same client, from the start of the app to its end.
    async with httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30) as carriers:
        yield carriers


@app.get("/quotes/{parcel}")
async def quote(parcel: int, carriers: Annotated[httpx.AsyncClient, Depends(get_carriers)]):
    return {"price": (await carriers.get(f"/carriers/swift/quote?parcel={parcel}")).json()["price"]}


@app.get("/tracks/{parcel}")
async def track(parcel: int, carriers: Annotated[httpx.AsyncClient, Depends(get_carriers)]):
    return (await carriers.get(f"/carriers/turtle/tracks/{parcel}")).json()
