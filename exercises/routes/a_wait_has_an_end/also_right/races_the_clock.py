"""Races the question against a clock, and cancels the loser."""

import asyncio
import os

import httpx
from fastapi import FastAPI, HTTPException

carriers = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=None)
app = FastAPI()


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> dict[str, float]:
    asked = asyncio.create_task(carriers.get("/carriers/swift/quote", params={"parcel": parcel}))
    clock = asyncio.create_task(asyncio.sleep(0.5))
    await asyncio.wait({asked, clock}, return_when=asyncio.FIRST_COMPLETED)
    clock.cancel()
    if asked.done():
        return {"price": asked.result().json()["price"]}
    asked.cancel()
    raise HTTPException(504, "The carrier does not answer.")


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
