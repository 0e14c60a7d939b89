"""Believes that a background task gives the route its result later.

Says: return its price
"""

import os

import requests
from fastapi import BackgroundTasks, FastAPI

CARRIERS = os.environ["CARRIERS_URL"]
app = FastAPI()
prices: dict[int, float] = {}


def ask(parcel: int) -> None:
    answer = requests.get(f"{CARRIERS}/carriers/swift/quote?parcel={parcel}", timeout=30)
    prices[parcel] = answer.json()["price"]


@app.get("/quotes/{parcel}")
async def quote(parcel: int, background: BackgroundTasks) -> dict[str, float | None]:
    background.add_task(ask, parcel)
    return {"price": prices.get(parcel)}  # wrong: check_a_customer_gets_the_price


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
