"""Believes that a coroutine must be *run*, and that `nest_asyncio` makes that possible anywhere.

Says: nest_asyncio
"""

import asyncio
import os

import httpx
import nest_asyncio
from fastapi import FastAPI

nest_asyncio.apply()
CARRIERS = os.environ["CARRIERS_URL"]
app = FastAPI()


async def fetch(parcel):
    async with httpx.AsyncClient(timeout=30) as client:
        return await client.get(f"{CARRIERS}/carriers/swift/quote?parcel={parcel}")


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> dict[str, float]:
    loop = asyncio.get_event_loop()
    # wrong: check_five_customers_are_served_together
    answer = loop.run_until_complete(fetch(parcel))
    return {"price": answer.json()["price"]}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
