"""Owns four threads for the printer, fewer than FastAPI has."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

import httpx
from fastapi import FastAPI

from labs.parcel_sdk import draw_label

carriers = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30)
printers = ThreadPoolExecutor(max_workers=4)
app = FastAPI()


async def draw(parcel: int) -> str:
    return await asyncio.wrap_future(printers.submit(draw_label, parcel))


@app.get("/health")
async def health() -> dict:
    return {"ok": True}


@app.get("/labels/{parcel}")
async def label(parcel: int) -> dict:
    return {"label": await draw(parcel)}


@app.get("/shipments/{parcel}")
async def shipment(parcel: int) -> dict:
    quote = (await carriers.get(f"/carriers/swift/quote?parcel={parcel}")).json()
    return quote | {"label": await draw(parcel)}
