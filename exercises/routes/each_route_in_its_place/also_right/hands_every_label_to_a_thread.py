import asyncio
import os

import httpx
from fastapi import FastAPI

from labs.parcel_sdk import draw_label

carriers = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30)
app = FastAPI()


@app.get("/health")
async def health() -> dict:
    return {"ok": True}


@app.get("/labels/{parcel}")
async def label(parcel: int) -> dict:
    return {"label": await asyncio.to_thread(draw_label, parcel)}


@app.get("/shipments/{parcel}")
async def shipment(parcel: int) -> dict:
    price, drawn = await asyncio.gather(
        carriers.get(f"/carriers/swift/quote?parcel={parcel}"),
        asyncio.to_thread(draw_label, parcel),
    )
    return price.json() | {"label": drawn}
