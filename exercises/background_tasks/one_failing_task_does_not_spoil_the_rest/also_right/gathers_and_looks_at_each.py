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


WORK = (charge, send_invoice, call_courier)


async def follow_up(order: int) -> None:
    results = await asyncio.gather(*(work(order) for work in WORK), return_exceptions=True)
    for work, result in zip(WORK, results, strict=True):
        if isinstance(result, Exception):
            await report(work.__name__, order)


@app.post("/orders/{order}", status_code=202)
async def accept(order: int, tasks: BackgroundTasks) -> dict[str, int]:
    tasks.add_task(follow_up, order)
    return {"order": order}
