"""Believes that the line which gives back is reached in any case.

Says: behind a line that raised
"""

import os
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated

import httpx
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


opened: dict[int, AsyncExitStack] = {}


async def acquire(order: int) -> Lease:
    opened[order] = AsyncExitStack()
    return await opened[order].enter_async_context(app.state.pool.acquire(f"price of order {order}"))


async def give_back(order: int) -> None:
    await opened.pop(order).aclose()


async def book(order: int) -> None:
    quote = (await app.state.client.get("/carriers/swift/quote", params={"parcel": order}, timeout=60)).json()
    lease = await acquire(order)
    await lease.write(f"order {order}: {quote['price']}")
    await lease.commit()  # wrong: check_no_lease_is_missing_when_the_ledger_has_refused
    await give_back(order)


@app.post("/orders/{order}", status_code=202)
async def accept(
    order: int, lease: Annotated[Lease, Depends(get_lease, scope="function")], tasks: BackgroundTasks
) -> dict[str, int]:
    await lease.write(f"order {order}: accepted")
    await lease.commit()
    tasks.add_task(book, order)
    return {"order": order}
