"""What is short or awaited stays on the loop; what blocks gets a thread, the whole route (`def`) or that one call."""

import os

import httpx
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

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
    price = (await carriers.get(f"/carriers/swift/quote?parcel={parcel}")).json()
    return price | {"label": await run_in_threadpool(draw_label, parcel)}
