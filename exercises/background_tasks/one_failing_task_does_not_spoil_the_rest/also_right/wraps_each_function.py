import functools
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


def alone(work: Callable[[int], Awaitable[None]]) -> Callable[[int], Awaitable[None]]:
    @functools.wraps(work)
    async def wrapped(order: int) -> None:
        try:
            await work(order)
        except Exception as error:  # noqa: BLE001
            print(f"{work.__name__} of order {order}: {error!r}")
            await report(work.__name__, order)

    return wrapped


@app.post("/orders/{order}", status_code=202)
async def accept(order: int, tasks: BackgroundTasks) -> dict[str, int]:
    for work in (charge, send_invoice, call_courier):
        tasks.add_task(alone(work), order)
    return {"order": order}
