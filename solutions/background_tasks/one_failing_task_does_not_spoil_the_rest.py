"""A task's exception ends all tasks after it and reaches nobody, so each one catches its own and reports it."""

import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
from fastapi import BackgroundTasks, FastAPI

Work = Callable[[int], Awaitable[None]]
outside = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=60)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    async with outside:
        yield


app = FastAPI(lifespan=lifespan)


async def charge(order: int) -> None:
    quote = (await outside.get("/carriers/swift/quote", params={"parcel": order})).json()
    await outside.post(f"/ledger/orders/{order}", params={"price": quote["price"]})


async def send_invoice(order: int) -> None:
    (await outside.post(f"/mail/invoices/{order}")).raise_for_status()


async def call_courier(order: int) -> None:
    (await outside.post(f"/couriers/orders/{order}")).raise_for_status()


async def report(work: str, order: int) -> None:
    await outside.post("/failures", params={"work": work, "order": order})


async def by_itself(work: Work, order: int) -> None:
    try:
        await work(order)
    except Exception:  # noqa: BLE001  # there is no caller any more who could tell one failure from another
        await report(work.__name__, order)


@app.post("/orders/{order}", status_code=202)
async def accept(order: int, tasks: BackgroundTasks) -> dict[str, int]:
    for work in (charge, send_invoice, call_courier):
        tasks.add_task(by_itself, work, order)
    return {"order": order}
