"""Believes that `lru_cache` keeps the price; it keeps a coroutine, which can be awaited once.

Says: raised an exception
"""

import os
from functools import lru_cache

import httpx
from fastapi import FastAPI

CARRIERS = os.environ["CARRIERS_URL"]
app = FastAPI()


@lru_cache
async def fetch(parcel: int) -> float:
    async with httpx.AsyncClient(timeout=30) as client:
        answer = await client.get(f"{CARRIERS}/carriers/swift/quote?parcel={parcel}")
    return answer.json()["price"]


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> dict[str, float]:
    # wrong: check_a_customer_gets_the_price
    return {"price": await fetch(parcel)}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
