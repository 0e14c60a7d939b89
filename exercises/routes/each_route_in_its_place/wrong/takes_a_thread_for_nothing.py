"""Believes that a plain `def` is lighter than `async def`, so that a route with nothing to await should be one.

Says: needs a worker thread
"""

import os

import httpx
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from labs.parcel_sdk import draw_label

carriers = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30)
app = FastAPI()


@app.get("/health")
def health() -> dict:  # wrong: check_health_answers_while_forty_labels_are_drawn
    return {"ok": True}


@app.get("/labels/{parcel}")
def label(parcel: int) -> dict:
    return {"label": draw_label(parcel)}


@app.get("/shipments/{parcel}")
async def shipment(parcel: int) -> dict:
    price = await carriers.get(f"/carriers/swift/quote?parcel={parcel}")
    return price.json() | {"label": await run_in_threadpool(draw_label, parcel)}
