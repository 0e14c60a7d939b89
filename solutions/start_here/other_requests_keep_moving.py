"""`def` instead of `async def`: FastAPI runs the route in a worker thread, and the event loop stays free."""

import os

import requests
from fastapi import FastAPI

CARRIERS = os.environ["CARRIERS_URL"]
app = FastAPI()


@app.get("/quotes/{parcel}")
def quote(parcel: int) -> dict[str, float]:
    answer = requests.get(f"{CARRIERS}/carriers/swift/quote?parcel={parcel}", timeout=30)
    return {"price": answer.json()["price"]}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
