"""Believes that a limit which is too low only has to be raised.

Says: keeps a worker thread
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio.to_thread
import httpx
from fastapi import FastAPI

from labs.parcel_sdk import draw_label

carriers = httpx.Client(base_url=os.environ["CARRIERS_URL"], timeout=30)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = 1000
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/health")
async def health() -> dict:
    return {"ok": True}


@app.get("/labels/{parcel}")
def label(parcel: int) -> dict:
    return {"label": draw_label(parcel)}


@app.get("/shipments/{parcel}")
def shipment(parcel: int) -> dict:
    # wrong: check_fifty_shipments_wait_for_their_price_together
    quote = carriers.get(f"/carriers/swift/quote?parcel={parcel}").json()
    return quote | {"label": draw_label(parcel)}
