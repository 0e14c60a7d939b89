"""Believes that a second try does no harm, since each try has its deadline.

Says: the sum of it
"""

import asyncio
import os

import httpx
from fastapi import FastAPI, HTTPException

carriers = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=None)
app = FastAPI()


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> dict[str, float]:
    # wrong: check_the_deadline_is_half_a_second
    for _attempt in range(2):
        try:
            async with asyncio.timeout(0.5):
                answer = await carriers.get("/carriers/swift/quote", params={"parcel": parcel})
            return {"price": answer.json()["price"]}
        except TimeoutError:
            pass
    raise HTTPException(504, "The carrier does not answer.")


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
