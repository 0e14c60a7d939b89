"""Believes that a function made in a loop keeps the loop's variable as it was. The tasks run when the loop is over.

Says: done twice
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


@app.post("/orders/{order}", status_code=202)
async def accept(order: int, tasks: BackgroundTasks) -> dict[str, int]:
    for work in (charge, send_invoice, call_courier):

        async def by_itself() -> None:
            try:
                # wrong: check_all_work_is_done_once
                await work(order)  # noqa: B023
            except Exception:  # noqa: BLE001
                await report(work.__name__, order)  # noqa: B023

        tasks.add_task(by_itself)
    return {"order": order}
