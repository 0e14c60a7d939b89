import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from labs.pool import Pool


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    carriers = os.environ["CARRIERS_URL"]
    async with (
        Pool(size=5) as app.state.pool,
        httpx.AsyncClient(base_url=carriers) as app.state.client,
        asyncio.TaskGroup() as app.state.group,
    ):
        yield


app = FastAPI(lifespan=lifespan)


async def book(order: int) -> None:
    quote = (await app.state.client.get("/carriers/swift/quote", params={"parcel": order}, timeout=60)).json()
    async with app.state.pool.acquire(f"price of order {order}") as lease:
        await lease.write(f"order {order}: {quote['price']}")
        await lease.commit()


@app.post("/orders/{order}", status_code=202)
async def accept(order: int) -> dict[str, int]:
    async with app.state.pool.acquire(f"order {order}") as lease:
        await lease.write(f"order {order}: accepted")
        await lease.commit()
    app.state.group.create_task(book(order))
    return {"order": order}
