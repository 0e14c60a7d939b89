"""Believes that others are served when nobody waits for long.

Says: gave up
"""

import os

import httpx
from fastapi import FastAPI

CARRIERS = os.environ["CARRIERS_URL"]
app = FastAPI()


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> dict[str, float]:
    try:
        # wrong: check_five_customers_are_served_together
        async with httpx.AsyncClient(timeout=0.2) as client:
            answer = await client.get(f"{CARRIERS}/carriers/swift/quote?parcel={parcel}")
        return {"price": answer.json()["price"]}
    except httpx.TimeoutException:
        return {"price": 0.0}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
