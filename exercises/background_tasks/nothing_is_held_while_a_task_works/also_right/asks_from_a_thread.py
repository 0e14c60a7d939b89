import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import anyio.from_thread
import httpx
import requests
from fastapi import BackgroundTasks, Depends, FastAPI

from labs.pool import Lease, Pool


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    carriers = os.environ["CARRIERS_URL"]
    async with Pool(size=5) as app.state.pool, httpx.AsyncClient(base_url=carriers) as app.state.client:
        yield


app = FastAPI(lifespan=lifespan)


async def get_lease(order: int) -> AsyncGenerator[Lease]:
    async with app.state.pool.acquire(f"order {order}") as lease:
        yield lease


async def note(order: int, price: float) -> None:
    async with app.state.pool.acquire(f"price of order {order}") as lease:
        await lease.write(f"order {order}: {price}")
        await lease.commit()


def book(order: int) -> None:
    quote = requests.get(f"{os.environ['CARRIERS_URL']}/carriers/swift/quote?parcel={order}", timeout=60).json()
    anyio.from_thread.run(note, order, quote["price"])


@app.post("/orders/{order}", status_code=202)
async def accept(
    order: int, lease: Annotated[Lease, Depends(get_lease, scope="function")], tasks: BackgroundTasks
) -> dict[str, int]:
    await lease.write(f"order {order}: accepted")
    await lease.commit()
    tasks.add_task(book, order)
    return {"order": order}
