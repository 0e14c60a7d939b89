"""Believes that the route that must be answered is the one to change.

Says: the event loop
"""

import os

import requests
from fastapi import FastAPI

CARRIERS = os.environ["CARRIERS_URL"]
app = FastAPI()


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> dict[str, float]:
    # wrong: check_health_answers_while_a_quote_is_fetched
    answer = requests.get(f"{CARRIERS}/carriers/swift/quote?parcel={parcel}", timeout=30)
    return {"price": answer.json()["price"]}


@app.get("/health")
def health() -> dict[str, bool]:
    return {"ok": True}
