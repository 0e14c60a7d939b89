"""Believes that only the carrier can be slow: what the house itself does is over in a second.

Says: gives up after 1 s
"""

import asyncio
import logging
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

under_way: set[asyncio.Task[None]] = set()
asking: set[asyncio.Task[float]] = set()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=60) as app.state.client:
        yield
        if asking:
            await asyncio.wait(asking)
        if under_way:
            await asyncio.wait(under_way, timeout=1)  # wrong: check_what_is_half_done_is_booked


app = FastAPI(lifespan=lifespan)


async def ask(order: int) -> float:
    return (await app.state.client.get("/carriers/swift/quote", params={"parcel": order})).json()["price"]


async def book(order: int) -> None:
    question = asyncio.create_task(ask(order))
    asking.add(question)
    question.add_done_callback(asking.discard)
    kept = await app.state.client.post(f"/ledger/orders/{order}", params={"price": await question})
    kept.raise_for_status()


def ended(task: asyncio.Task[None]) -> None:
    under_way.discard(task)
    if not task.cancelled() and (error := task.exception()):
        logging.error("%s is not booked", task.get_name(), exc_info=error)


@app.post("/orders/{order}", status_code=202)
async def accept(order: int) -> dict[str, int]:
    task = asyncio.create_task(book(order), name=f"order {order}")
    under_way.add(task)
    task.add_done_callback(ended)
    return {"order": order}
