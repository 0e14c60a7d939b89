"""Believes that a task that was started must be handed to the framework, too, or nobody runs it.

Says: booked once
"""

import asyncio
import logging
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
from fastapi import BackgroundTasks, FastAPI

under_way: set[asyncio.Task[None]] = set()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=60) as app.state.client:
        yield
        if under_way:  # no more are added: the server has answered its last request before it comes here
            await asyncio.wait(under_way)


app = FastAPI(lifespan=lifespan)


async def book(order: int) -> None:
    quote = (await app.state.client.get("/carriers/swift/quote", params={"parcel": order})).json()
    kept = await app.state.client.post(f"/ledger/orders/{order}", params={"price": quote["price"]})
    kept.raise_for_status()


def ended(task: asyncio.Task[None]) -> None:
    under_way.discard(task)
    if not task.cancelled() and (error := task.exception()):
        logging.error("%s is not booked", task.get_name(), exc_info=error)


@app.post("/orders/{order}", status_code=202)
async def accept(order: int, tasks: BackgroundTasks) -> dict[str, int]:
    task = asyncio.create_task(book(order), name=f"order {order}")
    under_way.add(task)
    task.add_done_callback(ended)
    tasks.add_task(book, order)  # wrong: check_an_order_is_booked
    return {"order": order}
