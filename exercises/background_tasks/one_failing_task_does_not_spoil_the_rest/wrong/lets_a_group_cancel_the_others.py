"""Believes that the tasks of a group are independent of each other.

Says: A task group does that
"""

import asyncio
import os

import httpx
from fastapi import BackgroundTasks, FastAPI

app = FastAPI()
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


async def follow_up(order: int) -> None:
    work = {}
    try:
        async with asyncio.TaskGroup() as group:
            for each in (charge, send_invoice, call_courier):
                work[each.__name__] = group.create_task(each(order))  # wrong: check_the_others_are_done_when_one_fails
    except* Exception:  # noqa: BLE001
        for name, task in work.items():
            if not task.cancelled() and task.exception():
                await report(name, order)


@app.post("/orders/{order}", status_code=202)
async def accept(order: int, tasks: BackgroundTasks) -> dict[str, int]:
    tasks.add_task(follow_up, order)
    return {"order": order}
