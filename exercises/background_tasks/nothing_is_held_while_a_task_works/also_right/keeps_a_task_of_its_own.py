import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI

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


async def book(order: int) -> None:
    quote = (await app.state.client.get("/carriers/swift/quote", params={"parcel": order}, timeout=60)).json()
    async with app.state.pool.acquire(f"price of order {order}") as lease:
        await lease.write(f"order {order}: {quote['price']}")
        await lease.commit()


under_way: set[asyncio.Task[None]] = set()


@app.post("/orders/{order}", status_code=202)
async def accept(order: int, lease: Annotated[Lease, Depends(get_lease, scope="function")]) -> dict[str, int]:
    await lease.write(f"order {order}: accepted")
    await lease.commit()
    task = asyncio.create_task(book(order))
    under_way.add(task)
    task.add_done_callback(under_way.discard)
    return {"order": order}
