"""Believes that a handler for exceptions lets the tasks go on.

Says: No handler
"""

import os

import httpx
from fastapi import BackgroundTasks, FastAPI, Request
from fastapi.responses import JSONResponse

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


@app.exception_handler(Exception)
async def failed(request: Request, _: Exception) -> JSONResponse:
    await report("send_invoice", int(request.path_params["order"]))
    return JSONResponse({"detail": "failed"}, 500)


@app.post("/orders/{order}", status_code=202)
async def accept(order: int, tasks: BackgroundTasks) -> dict[str, int]:
    # wrong: check_the_others_are_done_when_one_fails
    for work in (charge, send_invoice, call_courier):
        tasks.add_task(work, order)
    return {"order": order}
