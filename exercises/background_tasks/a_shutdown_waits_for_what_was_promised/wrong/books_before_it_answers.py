"""Believes that what is done before the answer cannot be lost. It can, and the customer waits.

Says: that is no promise
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=60) as app.state.client:
        yield


app = FastAPI(lifespan=lifespan)


async def book(order: int) -> None:
    quote = (await app.state.client.get("/carriers/swift/quote", params={"parcel": order})).json()
    kept = await app.state.client.post(f"/ledger/orders/{order}", params={"price": quote["price"]})
    kept.raise_for_status()


@app.post("/orders/{order}", status_code=202)
async def accept(order: int) -> dict[str, int]:
    await book(order)  # wrong: check_the_customer_is_answered_first
    return {"order": order}
