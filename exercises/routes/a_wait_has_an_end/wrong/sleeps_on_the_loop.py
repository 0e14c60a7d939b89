"""Believes that `time.sleep` lets others work, as it does in a thread.

Says: while it sleeps
"""

import asyncio
import os
import time

import httpx
from fastapi import FastAPI, HTTPException

carriers = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=None)
app = FastAPI()


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> dict[str, float]:
    asked = asyncio.create_task(carriers.get("/carriers/swift/quote", params={"parcel": parcel}))
    # wrong: check_a_price_in_time_is_passed_on
    time.sleep(0.5)
    if not asked.done():
        asked.cancel()
        raise HTTPException(504, "The carrier does not answer.")
    return {"price": asked.result().json()["price"]}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
