import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    app.state.queue = asyncio.Queue()
    worker = asyncio.create_task(work_off(app.state.queue))
    yield
    worker.cancel()


app = FastAPI(lifespan=lifespan)

outside = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=60)


async def charge(order: int) -> None:
    quote = (await outside.get("/carriers/swift/quote", params={"parcel": order})).json()
    await outside.post(f"/ledger/orders/{order}", params={"price": quote["price"]})


async def send_invoice(order: int) -> None:
    (await outside.post(f"/mail/invoices/{order}")).raise_for_status()


async def call_courier(order: int) -> None:
    (await outside.post(f"/couriers/orders/{order}")).raise_for_status()


async def report(work: str, order: int) -> None:
    await outside.post("/failures", params={"work": work, "order": order})


async def work_off(queue: asyncio.Queue[tuple[Callable[[int], Awaitable[None]], int]]) -> None:
    while True:
        work, order = await queue.get()
        try:
            await work(order)
        except Exception:  # noqa: BLE001
            await report(work.__name__, order)


@app.post("/orders/{order}", status_code=202)
async def accept(order: int) -> dict[str, int]:
    for work in (charge, send_invoice, call_courier):
        app.state.queue.put_nowait((work, order))
    return {"order": order}
