import os

import httpx
from fastapi import FastAPI

from labs.parcel_sdk import draw_label

carriers = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30)
app = FastAPI()  # TODO: Choose for each route where its work is done: on the event loop or in a worker thread.


@app.get("/health")
def health() -> dict:
    return {"ok": True}


@app.get("/labels/{parcel}")
async def label(parcel: int) -> dict:
    return {"label": draw_label(parcel)}


@app.get("/shipments/{parcel}")
async def shipment(parcel: int) -> dict:
    return (await carriers.get(f"/carriers/swift/quote?parcel={parcel}")).json() | {"label": draw_label(parcel)}
