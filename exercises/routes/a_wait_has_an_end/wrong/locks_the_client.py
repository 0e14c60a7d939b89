"""Believes that a client which all requests share must be locked.

Says: until the one before has given up
"""

import asyncio
import os

import httpx
from fastapi import FastAPI, HTTPException

carriers = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=None)
app = FastAPI()

lock = asyncio.Lock()


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> dict[str, float]:
    # wrong: check_each_customer_has_a_wait_of_their_own
    async with lock:
        try:
            async with asyncio.timeout(0.5):
                answer = await carriers.get("/carriers/swift/quote", params={"parcel": parcel})
        except TimeoutError:
            raise HTTPException(504, "The carrier does not answer.") from None
    return {"price": answer.json()["price"]}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
