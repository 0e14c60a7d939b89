"""Believes that the code under `asyncio.timeout` gets the `TimeoutError`: there it is a cancellation still.

Says: raised an exception
"""

import asyncio
import os

import httpx
from fastapi import FastAPI, HTTPException

carriers = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=None)
app = FastAPI()


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> dict[str, float]:
    async with asyncio.timeout(0.5):  # wrong: check_the_customer_is_told
        try:
            answer = await carriers.get("/carriers/swift/quote", params={"parcel": parcel})
        except TimeoutError:
            raise HTTPException(504, "The carrier does not answer.") from None
    return {"price": answer.json()["price"]}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
