"""Believes that whoever stops waiting for a thread stops the thread, too.

Says: goes on
"""

import asyncio
import os

import requests
from fastapi import FastAPI, HTTPException

CARRIERS = os.environ["CARRIERS_URL"]
app = FastAPI()


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> dict[str, float]:
    url = f"{CARRIERS}/carriers/swift/quote?parcel={parcel}"
    try:
        # wrong: check_no_question_is_left_at_the_carrier
        answer = await asyncio.wait_for(asyncio.to_thread(requests.get, url, timeout=30), timeout=0.5)
    except TimeoutError:
        raise HTTPException(504, "The carrier does not answer.") from None
    return {"price": answer.json()["price"]}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
