import asyncio
import os

import requests
from fastapi import FastAPI

CARRIERS = os.environ["CARRIERS_URL"]
app = FastAPI()


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> dict[str, float]:
    answer = await asyncio.to_thread(requests.get, f"{CARRIERS}/carriers/swift/quote?parcel={parcel}", timeout=30)
    return {"price": answer.json()["price"]}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
