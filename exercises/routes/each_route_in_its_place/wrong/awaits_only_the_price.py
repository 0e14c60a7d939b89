"""Believes that an `async def` which awaits its slow call once is done: the quick call after it may block.

Says: the event loop
"""

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
    price = await carriers.get(f"/carriers/swift/quote?parcel={parcel}")
    # wrong: check_health_answers_while_a_shipment_s_label_is_drawn
    return price.json() | {"label": draw_label(parcel)}
