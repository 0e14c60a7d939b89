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


async def try_to_book(order: int) -> None:
    try:
        await book(order)
    except Exception as error:  # noqa: BLE001
        print(f"order {order} is not booked: {error!r}")


@app.post("/orders/{order}", status_code=202)
async def accept(order: int) -> dict[str, int]:
    app.state.group.create_task(try_to_book(order))
    return {"order": order}
