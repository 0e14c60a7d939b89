"""Believes that a question ends when the client is closed, and forgets who else uses it.

Says: must not harm the next
"""

import asyncio
import os

import httpx
from fastapi import FastAPI, HTTPException

carriers = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=None)
app = FastAPI()


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> dict[str, float]:
    try:
        async with asyncio.timeout(0.5):
            # wrong: check_each_customer_has_a_wait_of_their_own
            answer = await carriers.get("/carriers/swift/quote", params={"parcel": parcel})
    except TimeoutError:
        await carriers.aclose()
        raise HTTPException(504, "The carrier does not answer.") from None
    return {"price": answer.json()["price"]}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
