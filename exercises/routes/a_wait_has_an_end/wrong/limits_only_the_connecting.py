"""Believes that every number in `Timeout` ends the whole wait.

Says: such as the connecting
"""

import os

import httpx
from fastapi import FastAPI, HTTPException

# wrong: check_the_customer_is_told
carriers = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=httpx.Timeout(None, connect=0.5))
app = FastAPI()


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> dict[str, float]:
    try:
        answer = await carriers.get("/carriers/swift/quote", params={"parcel": parcel})
    except httpx.TimeoutException as fault:
        raise HTTPException(504, "The carrier does not answer.") from fault
    return {"price": answer.json()["price"]}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
