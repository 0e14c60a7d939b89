"""Believes that every library's timeout is a `TimeoutError`: httpx has exceptions of its own.

Says: raised an exception
"""

import os

import httpx
from fastapi import FastAPI, HTTPException

carriers = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=0.5)
app = FastAPI()


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> dict[str, float]:
    try:
        # wrong: check_the_customer_is_told
        answer = await carriers.get("/carriers/swift/quote", params={"parcel": parcel})
    except TimeoutError:
        raise HTTPException(504, "The carrier does not answer.") from None
    return {"price": answer.json()["price"]}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
