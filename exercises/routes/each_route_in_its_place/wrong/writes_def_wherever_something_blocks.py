"""Believes that a route with a blocking call must be a `def` route, and that its other calls stay as they are.

Says: raised an exception
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
def shipment(parcel: int) -> dict:
    price = carriers.get(f"/carriers/swift/quote?parcel={parcel}").json()  # wrong: check_every_route_answers
    return price | {"label": draw_label(parcel)}
