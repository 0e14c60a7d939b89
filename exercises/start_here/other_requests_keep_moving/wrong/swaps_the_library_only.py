"""Believes that httpx is asynchronous, whichever of its two clients is used.

Says: the event loop
"""

import os

import httpx
from fastapi import FastAPI

CARRIERS = os.environ["CARRIERS_URL"]
app = FastAPI()


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> dict[str, float]:
    # wrong: check_health_answers_while_a_quote_is_fetched
    answer = httpx.get(f"{CARRIERS}/carriers/swift/quote?parcel={parcel}", timeout=30)
    return {"price": answer.json()["price"]}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
