"""Believes that a call inside a coroutine of its own no longer blocks.

Says: the event loop
"""

import os

import requests
from fastapi import FastAPI

CARRIERS = os.environ["CARRIERS_URL"]
app = FastAPI()


async def ask(parcel: int) -> float:
    # wrong: check_health_answers_while_a_quote_is_fetched
    answer = requests.get(f"{CARRIERS}/carriers/swift/quote?parcel={parcel}", timeout=30)
    return answer.json()["price"]


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> dict[str, float]:
    return {"price": await ask(parcel)}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
