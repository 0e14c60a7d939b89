"""Believes that the id of a request is its service's own affair.

Says: from service to service
"""

import logging
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from uuid import uuid4

import httpx
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request, Response

from labs.parcel_sdk import draw_label

request_id: ContextVar[str] = ContextVar("request_id", default="-")


make_record = logging.getLogRecordFactory()


def make_record_with_id(*args: object, **options: object) -> logging.LogRecord:
    record = make_record(*args, **options)
    record.request_id = request_id.get()
    return record


logging.setLogRecordFactory(make_record_with_id)
logging.basicConfig(level=logging.INFO, format="%(levelname)s [%(request_id)s] %(message)s")
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


app = FastAPI(lifespan=lifespan)


@app.middleware("http")
async def identify(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    given = uuid4().hex  # wrong: check_the_answer_carries_the_id
    request_id.set(given)
    answer = await call_next(request)
    answer.headers["X-Request-ID"] = given
    return answer


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
