"""Believes that `def` is the safe choice for every route that blocks somewhere: there is a thread for each request.

Says: keeps a worker thread
"""

import os

import requests
from fastapi import FastAPI

from labs.parcel_sdk import draw_label

CARRIERS = os.environ["CARRIERS_URL"]
app = FastAPI()


@app.get("/health")
async def health() -> dict:
    return {"ok": True}


@app.get("/labels/{parcel}")
def label(parcel: int) -> dict:
    return {"label": draw_label(parcel)}


@app.get("/shipments/{parcel}")
def shipment(parcel: int) -> dict:
    # wrong: check_fifty_shipments_wait_for_their_price_together
    price = requests.get(f"{CARRIERS}/carriers/swift/quote?parcel={parcel}", timeout=30)
    return price.json() | {"label": draw_label(parcel)}
