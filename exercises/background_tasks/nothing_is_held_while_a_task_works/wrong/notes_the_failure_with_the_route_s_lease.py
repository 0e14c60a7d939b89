"""Believes that a lease which was given back can still be used for a line in the ledger.

Says: taken again, without an error
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


async def book(order: int, accepted: Lease) -> None:
    try:
        quote = (await app.state.client.get("/carriers/swift/quote", params={"parcel": order}, timeout=60)).json()
    except httpx.HTTPError:
        # wrong: check_no_lease_is_missing_when_the_carrier_has_failed
        await accepted.write(f"order {order}: no price")
        await accepted.commit()
        return
    async with app.state.pool.acquire(f"price of order {order}") as lease:
        await lease.write(f"order {order}: {quote['price']}")
        await lease.commit()


OwnLease = Annotated[Lease, Depends(get_lease, scope="function")]


@app.post("/orders/{order}", status_code=202)
async def accept(order: int, lease: OwnLease, tasks: BackgroundTasks) -> dict[str, int]:
    await lease.write(f"order {order}: accepted")
    await lease.commit()
    tasks.add_task(book, order, lease)
    return {"order": order}
