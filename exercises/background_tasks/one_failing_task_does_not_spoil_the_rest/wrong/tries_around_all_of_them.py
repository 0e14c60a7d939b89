"""Believes that an `except` goes on where the exception was raised.

Says: a `try` of its own
"""

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
    for_report = "charge"
    try:
        await charge(order)
        for_report = "send_invoice"
        await send_invoice(order)
        for_report = "call_courier"
        await call_courier(order)
    # wrong: check_the_others_are_done_when_one_fails
    except Exception:  # noqa: BLE001
        await report(for_report, order)


@app.post("/orders/{order}", status_code=202)
async def accept(order: int, tasks: BackgroundTasks) -> dict[str, int]:
    tasks.add_task(follow_up, order)
    return {"order": order}
