"""A context variable that is set before anything else of a request runs is there in all that runs for it.

A pure ASGI middleware sets it in the request's own task: routes, dependencies and background tasks run there, or in
threads that get a copy of its context. A filter at the *handler* sees the records of every logger. And the middleware
sees the headers of every answer that the app makes, a 404 too.
"""

import logging
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from uuid import uuid4

import httpx
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from labs.parcel_sdk import draw_label

request_id: ContextVar[str] = ContextVar("request_id", default="-")


def add_id(record: logging.LogRecord) -> bool:
    record.request_id = request_id.get()
    return True


handler = logging.StreamHandler()
handler.addFilter(add_id)
logging.basicConfig(level=logging.INFO, format="%(levelname)s [%(request_id)s] %(message)s", handlers=[handler])
log = logging.getLogger("parcel")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30) as app.state.carriers:
        log.info("Parcel is open")
        yield


async def find_customer(parcel: int) -> None:
    log.info("parcel %s: customer found", parcel)


def check_credit(parcel: int) -> None:
    logging.getLogger("parcel.billing").info("parcel %s: credit checked", parcel)


async def archive(parcel: int) -> None:
    log.info("parcel %s: archived", parcel)


def notify(parcel: int) -> None:
    log.info("parcel %s: customer notified", parcel)


class WithId:
    """Gives each request an id, and tells it in the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id.set(Headers(scope=scope).get("x-request-id") or uuid4().hex)

        async def send_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-ID"] = request_id.get()
            await send(message)

        await self.app(scope, receive, send_id)


app = FastAPI(lifespan=lifespan)
app.add_middleware(WithId)


@app.get("/quotes/{parcel}", dependencies=[Depends(find_customer), Depends(check_credit)])
async def quote(parcel: int, request: Request, tasks: BackgroundTasks) -> dict[str, float]:
    log.info("parcel %s: price asked", parcel)
    answer = await request.app.state.carriers.get(f"/carriers/swift/quote?parcel={parcel}")
    if answer.status_code == 404:
        raise HTTPException(404, "The carrier does not know this parcel.")
    log.info("parcel %s: price given", parcel)
    tasks.add_task(archive, parcel)
    tasks.add_task(notify, parcel)
    return {"price": answer.json()["price"]}


@app.get("/labels/{parcel}", dependencies=[Depends(find_customer), Depends(check_credit)])
def label(parcel: int, tasks: BackgroundTasks) -> dict[str, str]:
    log.info("parcel %s: label asked", parcel)
    drawn = draw_label(parcel)
    log.info("parcel %s: label drawn", parcel)
    tasks.add_task(archive, parcel)
    tasks.add_task(notify, parcel)
    return {"label": drawn}
