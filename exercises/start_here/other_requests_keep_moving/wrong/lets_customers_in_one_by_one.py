"""Believes that a thread is enough, and protects the client with a lock that lets one customer in.

Says: one by one
"""

import asyncio
import os

import requests
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

CARRIERS = os.environ["CARRIERS_URL"]
app = FastAPI()
client = asyncio.Lock()


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> dict[str, float]:
    async with client:  # wrong: check_five_customers_are_served_together
        answer = await run_in_threadpool(requests.get, f"{CARRIERS}/carriers/swift/quote?parcel={parcel}", timeout=30)
    return {"price": answer.json()["price"]}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
