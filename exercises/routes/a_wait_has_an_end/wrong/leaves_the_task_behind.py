"""Believes that `asyncio.wait` cancels what is not done when its time is up.

Says: goes on
"""

import asyncio
import os

import httpx
from fastapi import FastAPI, HTTPException

carriers = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=None)
app = FastAPI()


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> dict[str, float]:
    question = asyncio.create_task(carriers.get("/carriers/swift/quote", params={"parcel": parcel}))
    done, _ = await asyncio.wait([question], timeout=0.5)
    if not done:
        raise HTTPException(504, "The carrier does not answer.")  # wrong: check_no_question_is_left_at_the_carrier
    return {"price": question.result().json()["price"]}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
