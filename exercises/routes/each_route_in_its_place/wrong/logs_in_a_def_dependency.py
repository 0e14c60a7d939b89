"""Believes that a dependency runs where its route runs, so that `async def` on the route is enough.

Says: `def` dependency
"""

import asyncio
import os

import httpx
from fastapi import Depends, FastAPI

from labs.parcel_sdk import draw_label

carriers = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30)


def log() -> None:
    print("asked")


# wrong: check_health_answers_while_forty_labels_are_drawn
app = FastAPI(dependencies=[Depends(log)])


@app.get("/health")
async def health() -> dict:
    return {"ok": True}


@app.get("/labels/{parcel}")
def label(parcel: int) -> dict:
    return {"label": draw_label(parcel)}


@app.get("/shipments/{parcel}")
async def shipment(parcel: int) -> dict:
    quote = (await carriers.get(f"/carriers/swift/quote?parcel={parcel}")).json()
    return quote | {"label": await asyncio.to_thread(draw_label, parcel)}
