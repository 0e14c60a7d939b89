"""Believes that what cannot fail is best, and takes the store out: every customer asks the carrier.

Says: no longer kept
"""

import os

import httpx
from fastapi import FastAPI

CARRIERS = os.environ["CARRIERS_URL"]
app = FastAPI()


async def ask_rate(zone: int) -> float:
    async with httpx.AsyncClient(base_url=CARRIERS, timeout=60) as client:
        answer = await client.get("/carriers/swift/quote", params={"parcel": zone})
        return answer.raise_for_status().json()["price"]


@app.get("/rates/{zone}")
async def read_rate(zone: int) -> dict[str, float]:
    return {"price": await ask_rate(zone)}  # wrong: check_rates_are_kept_for_a_minute
