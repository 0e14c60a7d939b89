"""Believes that a task is as good as done when it is added.

Says: the ledger does not know of it
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
from fastapi import BackgroundTasks, FastAPI

from labs.pool import Pool


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    carriers = os.environ["CARRIERS_URL"]
    async with Pool(size=5) as app.state.pool, httpx.AsyncClient(base_url=carriers) as app.state.client:
        yield


app = FastAPI(lifespan=lifespan)


async def note(entry: str) -> None:
    async with app.state.pool.acquire(entry) as lease:
        await lease.write(entry)
        await lease.commit()


async def book(order: int) -> None:
    await note(f"order {order}: accepted")
    quote = (await app.state.client.get("/carriers/swift/quote", params={"parcel": order}, timeout=60)).json()
    await note(f"order {order}: {quote['price']}")


@app.post("/orders/{order}", status_code=202)
async def accept(order: int, tasks: BackgroundTasks) -> dict[str, int]:
    tasks.add_task(book, order)  # wrong: check_the_acceptance_is_kept_before_the_answer
    return {"order": order}
