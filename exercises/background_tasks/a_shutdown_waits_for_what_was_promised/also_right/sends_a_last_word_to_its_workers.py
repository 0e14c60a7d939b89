import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=60) as app.state.client:
        app.state.orders = asyncio.Queue()
        async with asyncio.TaskGroup() as group:
            for _ in range(3):
                group.create_task(work_off(app.state.orders))
            yield
            for _ in range(3):
                app.state.orders.put_nowait(None)


app = FastAPI(lifespan=lifespan)


async def book(order: int) -> None:
    quote = (await app.state.client.get("/carriers/swift/quote", params={"parcel": order})).json()
    kept = await app.state.client.post(f"/ledger/orders/{order}", params={"price": quote["price"]})
    kept.raise_for_status()


async def work_off(orders: asyncio.Queue[int | None]) -> None:
    while (order := await orders.get()) is not None:
        try:
            await book(order)
        except Exception as error:  # noqa: BLE001
            print(f"order {order} is not booked: {error!r}")


@app.post("/orders/{order}", status_code=202)
async def accept(order: int) -> dict[str, int]:
    app.state.orders.put_nowait(order)
    return {"order": order}
