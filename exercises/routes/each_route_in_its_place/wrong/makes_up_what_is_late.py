"""Believes that an answer without its price is better than one that has to wait.

Says: must wait until its carrier has answered
"""

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
def label(parcel: int) -> dict:
    return {"label": draw_label(parcel)}


@app.get("/shipments/{parcel}")
async def shipment(parcel: int) -> dict:
    quote = {"carrier": "swift", "parcel": str(parcel)}
    try:
        async with asyncio.timeout(0.2):
            quote = (await carriers.get(f"/carriers/swift/quote?parcel={parcel}")).json()
    # wrong: check_fifty_shipments_wait_for_their_price_together
    except TimeoutError:
        pass
    return quote | {"label": await asyncio.to_thread(draw_label, parcel)}
