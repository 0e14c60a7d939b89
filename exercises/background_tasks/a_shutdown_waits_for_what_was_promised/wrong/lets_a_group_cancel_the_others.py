"""Believes that the tasks of a group are independent of each other.

Says: One failure has ended the wait
"""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with (
        httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=60) as app.state.client,
        asyncio.TaskGroup() as group,
    ):
        app.state.group = group
        yield


app = FastAPI(lifespan=lifespan)


async def book(order: int) -> None:
    quote = (await app.state.client.get("/carriers/swift/quote", params={"parcel": order})).json()
    kept = await app.state.client.post(f"/ledger/orders/{order}", params={"price": quote["price"]})
    kept.raise_for_status()


@app.post("/orders/{order}", status_code=202)
async def accept(order: int) -> dict[str, int]:
    app.state.group.create_task(book(order))  # wrong: check_one_that_fails_costs_no_other
    return {"order": order}
