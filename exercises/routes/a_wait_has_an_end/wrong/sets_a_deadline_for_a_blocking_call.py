"""Believes that a deadline ends whatever stands under it, a blocking call as well.

Says: the event loop
"""

import asyncio
import os

import requests
from fastapi import FastAPI, HTTPException

CARRIERS = os.environ["CARRIERS_URL"]
app = FastAPI()


async def ask(parcel: int) -> dict:
    # wrong: check_health_answers_while_the_carrier_is_stuck
    return requests.get(f"{CARRIERS}/carriers/swift/quote?parcel={parcel}", timeout=30).json()


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> dict[str, float]:
    try:
        answer = await asyncio.wait_for(ask(parcel), timeout=0.5)
    except TimeoutError:
        raise HTTPException(504, "The carrier does not answer.") from None
    return {"price": answer["price"]}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
