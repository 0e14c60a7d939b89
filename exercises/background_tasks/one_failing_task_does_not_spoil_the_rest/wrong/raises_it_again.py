"""Believes that an exception must be raised again, or it is swallowed.

Says: leaves the loop that runs them all
"""

import os
from collections.abc import Awaitable, Callable

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


async def by_itself(work: Callable[[int], Awaitable[None]], order: int) -> None:
    try:
        await work(order)
    except Exception:
        await report(work.__name__, order)
        # wrong: check_the_others_are_done_when_one_fails
        raise


@app.post("/orders/{order}", status_code=202)
async def accept(order: int, tasks: BackgroundTasks) -> dict[str, int]:
    for work in (charge, send_invoice, call_courier):
        tasks.add_task(by_itself, work, order)
    return {"order": order}
