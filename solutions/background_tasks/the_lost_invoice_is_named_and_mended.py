"""A response with a `background` of its own replaces the tasks of the request: the courier joins them instead."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
from fastapi import BackgroundTasks, FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.background import BackgroundTask

GUILTY = "/express/{order}"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=60) as app.state.client:
        yield


app = FastAPI(lifespan=lifespan)
under_way: set[asyncio.Task[None]] = set()


async def send_invoice(order: int, note: str = "") -> None:
    (await app.state.client.post(f"/mail/invoices/{order}", params={"note": note})).raise_for_status()


async def call_courier(order: int) -> None:
    (await app.state.client.post(f"/couriers/orders/{order}")).raise_for_status()


async def tell_depot(order: int) -> None:
    try:
        (await app.state.client.post(f"/depots/orders/{order}")).raise_for_status()
    except httpx.HTTPError:
        print(f"the depot does not know of order {order}")


def accepted(order: int, then: BackgroundTask | None = None) -> JSONResponse:
    return JSONResponse({"order": order}, status_code=202, background=then)


@app.post("/letters/{order}")
async def letter(order: int, tasks: BackgroundTasks) -> JSONResponse:
    tasks.add_task(send_invoice, order)
    return accepted(order)


@app.post("/parcels/{order}")
async def parcel(order: int, tasks: BackgroundTasks) -> JSONResponse:
    tasks.add_task(tell_depot, order)
    tasks.add_task(send_invoice, order)
    return accepted(order, tasks)


@app.post("/express/{order}")
async def express(order: int, tasks: BackgroundTasks, when: str = "tomorrow") -> JSONResponse:
    tasks.add_task(send_invoice, order)
    if when == "tonight":
        tasks.add_task(call_courier, order)  # in the request's own list, after the invoice, which it cannot spoil there
    return accepted(order)


@app.post("/pallets/{order}")
async def pallet(order: int) -> JSONResponse:
    task = asyncio.create_task(send_invoice(order))
    under_way.add(task)
    task.add_done_callback(under_way.discard)
    return accepted(order)


@app.post("/returns/{order}")
async def returned(order: int, request: Request) -> JSONResponse:
    reason = (await request.body()).decode()
    return accepted(order, BackgroundTask(send_invoice, order, reason))
