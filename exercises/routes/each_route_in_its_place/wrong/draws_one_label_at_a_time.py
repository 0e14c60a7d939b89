"""Believes that what blocks must be locked, so that it is called once at a time.

Says: waits for the one before
"""

import asyncio
import os

import httpx
from fastapi import FastAPI

from labs.parcel_sdk import draw_label

carriers = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30)
app = FastAPI()
printer = asyncio.Lock()


@app.get("/health")
async def health() -> dict:
    return {"ok": True}


async def draw(parcel: int) -> str:
    # wrong: check_health_answers_while_forty_labels_are_drawn
    async with printer:
        return await asyncio.to_thread(draw_label, parcel)


@app.get("/labels/{parcel}")
async def label(parcel: int) -> dict:
    return {"label": await draw(parcel)}


@app.get("/shipments/{parcel}")
async def shipment(parcel: int) -> dict:
    quote = (await carriers.get(f"/carriers/swift/quote?parcel={parcel}")).json()
    return quote | {"label": await draw(parcel)}
