"""Believes that a lifespan and the events of old can stand side by side.

Says: wherever they stand
"""

import asyncio
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
under_way: set[asyncio.Task[None]] = set()


async def book(order: int) -> None:
    quote = (await app.state.client.get("/carriers/swift/quote", params={"parcel": order})).json()
    kept = await app.state.client.post(f"/ledger/orders/{order}", params={"price": quote["price"]})
    kept.raise_for_status()


@app.post("/orders/{order}", status_code=202)
async def accept(order: int) -> dict[str, int]:
    task = asyncio.create_task(book(order))
    under_way.add(task)
    task.add_done_callback(under_way.discard)
    return {"order": order}


@app.on_event("shutdown")  # wrong: check_what_waits_for_its_carrier_is_booked
async def finish() -> None:
    await asyncio.gather(*under_way, return_exceptions=True)
