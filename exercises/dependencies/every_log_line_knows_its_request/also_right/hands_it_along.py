"""Has no context variable: the request is handed to everybody who writes a line."""

import logging
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request, Response

from labs.parcel_sdk import draw_label

logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
log = logging.getLogger("parcel")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30) as app.state.carriers:
        log.info("Parcel is open")
        yield


async def find_customer(parcel: int, request: Request) -> None:
    log.info("[%s] parcel %s: customer found", request.state.id, parcel)


def check_credit(parcel: int, request: Request) -> None:
    logging.getLogger("parcel.billing").info("[%s] parcel %s: credit checked", request.state.id, parcel)


async def archive(parcel: int, request: Request) -> None:
    log.info("[%s] parcel %s: archived", request.state.id, parcel)


def notify(parcel: int, request: Request) -> None:
    log.info("[%s] parcel %s: customer notified", request.state.id, parcel)


app = FastAPI(lifespan=lifespan)


@app.middleware("http")
async def identify(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    request.state.id = request.headers.get("x-request-id") or uuid4().hex
    answer = await call_next(request)
    answer.headers["X-Request-ID"] = request.state.id
    return answer


@app.get("/quotes/{parcel}", dependencies=[Depends(find_customer), Depends(check_credit)])
async def quote(parcel: int, request: Request, tasks: BackgroundTasks) -> dict[str, float]:
    log.info("[%s] parcel %s: price asked", request.state.id, parcel)
    answer = await request.app.state.carriers.get(f"/carriers/swift/quote?parcel={parcel}")
    if answer.status_code == 404:
        raise HTTPException(404, "The carrier does not know this parcel.")
    log.info("[%s] parcel %s: price given", request.state.id, parcel)
    tasks.add_task(archive, parcel, request)
    tasks.add_task(notify, parcel, request)
    return {"price": answer.json()["price"]}


@app.get("/labels/{parcel}", dependencies=[Depends(find_customer), Depends(check_credit)])
def label(parcel: int, request: Request, tasks: BackgroundTasks) -> dict[str, str]:
    log.info("[%s] parcel %s: label asked", request.state.id, parcel)
    drawn = draw_label(parcel)
    log.info("[%s] parcel %s: label drawn", request.state.id, parcel)
    tasks.add_task(archive, parcel, request)
    tasks.add_task(notify, parcel, request)
    return {"label": drawn}
