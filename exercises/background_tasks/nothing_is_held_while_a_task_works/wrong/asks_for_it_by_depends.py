"""Believes that `Depends` works wherever a function is called later.

Says: What `Depends` says
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
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


async def book(order: int, lease: Annotated[Lease, Depends(get_lease)]) -> None:
    quote = (await app.state.client.get("/carriers/swift/quote", params={"parcel": order}, timeout=60)).json()
    await lease.write(f"order {order}: {quote['price']}")
    await lease.commit()


@app.post("/orders/{order}", status_code=202)
async def accept(
    order: int, lease: Annotated[Lease, Depends(get_lease, scope="function")], tasks: BackgroundTasks
) -> dict[str, int]:
    await lease.write(f"order {order}: accepted")
    await lease.commit()
    tasks.add_task(book, order)  # wrong: check_an_order_is_accepted_and_booked
    return {"order": order}
