"""Takes only ids of a reasonable kind, and sets a class of middleware around the app."""

import logging
import os
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from uuid import uuid4

import httpx
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request, Response
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint

from labs.parcel_sdk import draw_label

request_id: ContextVar[str] = ContextVar("request_id", default="-")


def add_id(record: logging.LogRecord) -> bool:
    record.request_id = request_id.get()
    return True


handler = logging.StreamHandler()
handler.addFilter(add_id)
logging.basicConfig(level=logging.INFO, format="%(request_id)s %(levelname)s %(name)s: %(message)s", handlers=[handler])
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


class Identified(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        given = request.headers.get("x-request-id", "")
        if not re.fullmatch(r"[\w-]{1,64}", given):
            given = str(uuid4())
        token = request_id.set(given)
        try:
            answer = await call_next(request)
        finally:
            request_id.reset(token)
        answer.headers["X-Request-ID"] = given
        return answer


app = FastAPI(lifespan=lifespan)
app.add_middleware(Identified)


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
