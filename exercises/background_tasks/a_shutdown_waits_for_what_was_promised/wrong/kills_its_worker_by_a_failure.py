"""Believes that a worker goes on after an order that failed.

Says: Nobody works on it any more
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
        app.state.orders = asyncio.Queue()
        worker = asyncio.create_task(work_off(app.state.orders))
        yield
        await app.state.orders.join()
        worker.cancel()


app = FastAPI(lifespan=lifespan)


async def book(order: int) -> None:
    quote = (await app.state.client.get("/carriers/swift/quote", params={"parcel": order})).json()
    kept = await app.state.client.post(f"/ledger/orders/{order}", params={"price": quote["price"]})
    kept.raise_for_status()


async def work_off(orders: asyncio.Queue[int]) -> None:
    while True:
        order = await orders.get()
        await book(order)  # wrong: check_one_that_fails_costs_no_other
        orders.task_done()


@app.post("/orders/{order}", status_code=202)
async def accept(order: int) -> dict[str, int]:
    app.state.orders.put_nowait(order)
    return {"order": order}
