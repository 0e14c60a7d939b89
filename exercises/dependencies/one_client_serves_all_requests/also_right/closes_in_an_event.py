import os
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI, Request

app = FastAPI()


@app.on_event("startup")
async def start() -> None:
    app.state.carriers = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30)


@app.on_event("shutdown")
async def stop() -> None:
    await app.state.carriers.aclose()


async def get_carriers(request: Request) -> httpx.AsyncClient:
    return request.app.state.carriers


Carriers = Annotated[httpx.AsyncClient, Depends(get_carriers)]


@app.get("/quotes/{parcel}")
async def quote(parcel: int, carriers: Carriers) -> dict[str, float]:
    return {"price": (await carriers.get(f"/carriers/swift/quote?parcel={parcel}")).json()["price"]}


@app.get("/tracks/{parcel}")
async def track(parcel: int, carriers: Carriers) -> dict:
    return (await carriers.get(f"/carriers/turtle/tracks/{parcel}")).json()
