"""Parcel's web process: what it hands to a queue, and what becomes of that, each fault beside what mends it."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterable
from typing import Any, Literal

import httpx
from celery import chord
from celery.result import AsyncResult
from fastapi import BackgroundTasks, FastAPI, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from fastapi.sse import EventSourceResponse
from pydantic import BaseModel, Field

from labs.celery_queue import mailings
from labs.celery_queue.mailings import Progress
from labs.celery_queue.sending import NoBroker, hand_over, sender
from labs.celery_queue.settings import settings
from labs.celery_queue.tasks import draw_label, join_labels, queue, send_invoice

app = FastAPI(title="Parcel")


@app.get("/health")
async def health() -> dict[str, bool]:
    """Say that the service is alive."""
    return {"ok": True}


@app.post("/scans/{parcel}")
async def scan(parcel: int) -> dict[str, int]:
    """Note that a parcel has passed a scanner: answered at once."""
    return {"parcel": parcel}


@app.exception_handler(NoBroker)
async def put_off(_: Request, __: NoBroker) -> JSONResponse:
    """Say that Parcel knows of no work, and when to come again."""
    return JSONResponse({"detail": "Parcel takes no work now."}, status_code=503, headers={"Retry-After": "5"})


# Invoices: who sends the letters when the process dies?


async def send_letters(parcel: int) -> None:
    """Send the three letters of an invoice."""
    async with httpx.AsyncClient(base_url=settings.carriers_url, timeout=30) as mail:
        for to in ("customer", "accounts", "archive"):
            await mail.post(f"/mail/{to}/{parcel}")


@app.post("/invoices/background/{parcel}", status_code=202)
async def invoice_background(parcel: int, tasks: BackgroundTasks) -> dict[str, int]:
    """Answer, and then send the letters in this process."""
    tasks.add_task(send_letters, parcel)
    return {"invoice": parcel}


@app.post("/invoices/queued/{parcel}", status_code=202)
async def invoice_queued(parcel: int) -> dict[str, str]:
    """Hand the letters to the queue: on the event loop."""
    return {"task": send_invoice.delay(parcel).id}


@app.post("/invoices/guarded/{parcel}", status_code=202)
async def invoice_guarded(parcel: int) -> dict[str, str]:
    """Hand the letters to the queue: in a thread, and not for long."""
    return {"task": await run_in_threadpool(hand_over, "send_invoice", parcel)}


# Tasks, as the queue knows them.


@app.get("/tasks/{task}")
def read_task(task: str) -> dict[str, Any]:
    """Say what the queue says of a task."""
    found = AsyncResult(task, app=sender)
    return {"state": found.state, "result": found.result if found.successful() else None}


# Mailings: many letters, and how far they are.


class Mailing(BaseModel):
    """What is to be sent."""

    letters: int = Field(ge=0, le=1000)


@app.post("/mailings", status_code=202)
def begin_mailing(mailing: Mailing) -> dict[str, str]:
    """Hand a mailing to the queue, and remember it."""
    task = hand_over("send_mailing", mailing.letters)
    mailings.remember(task)
    return {"mailing": task}


@app.get("/mailings/{mailing}")
def read_mailing(mailing: str) -> Progress:
    """Say how far a mailing is, or answer 404."""
    if not mailings.known(mailing):
        raise HTTPException(404, "There is no such mailing.")
    return mailings.progress(mailing)


@app.get("/mailings/{mailing}/events", response_class=EventSourceResponse)
async def follow_mailing(mailing: str) -> AsyncIterable[Progress]:
    """Say how far a mailing is, now and after every change, until it is over."""
    told = None
    while told is None or not told.over:
        now = await run_in_threadpool(mailings.progress, mailing)
        if now != told:
            yield now
        told = now
        await asyncio.sleep(0.05)


# Charges: how often, when a worker dies or the bank does not answer?


@app.post("/charges/{kind}/{order}", status_code=202)
def charge(kind: Literal["early", "late", "once", "again"], order: int) -> dict[str, str]:
    """Hand a charge to the queue."""
    return {"task": hand_over(f"charge_{kind}", order)}


# Prices: async code in a worker.


@app.post("/prices/{kind}/{parcel}", status_code=202)
def ask_price(kind: Literal["awaited", "shared", "own", "kept"], parcel: int) -> dict[str, str]:
    """Hand the question for a price to the queue."""
    return {"task": hand_over(f"price_{kind}", parcel)}


# Labels: many at once, and one sheet of them.


@app.post("/sheets/{labels}", status_code=202)
def begin_sheet(labels: int) -> dict[str, str]:
    """Have labels drawn by whoever is free, and joined by whoever is last."""
    sheet = chord([draw_label.s(parcel) for parcel in range(1, labels + 1)], join_labels.s())
    return {"sheet": sheet.apply_async().id}


@app.get("/sheets/{sheet}")
def read_sheet(sheet: str) -> Response:
    """Give a sheet, or say that it is not there yet."""
    found = AsyncResult(sheet, app=queue)
    if not found.successful():
        return JSONResponse({"state": found.state}, status_code=202)
    return Response(b64decode(found.result), media_type="image/png")


# Slow and quick work: one queue, or two.


@app.post("/tours/{tour}", status_code=202)
def begin_tour(tour: int) -> dict[str, str]:
    """Hand slow work to the queue."""
    return {"task": hand_over("plan_tour", tour)}


@app.post("/confirmations/{parcel}", status_code=202)
def begin_confirmation(parcel: int, to: Literal["celery", "quick"] = "celery") -> dict[str, str]:
    """Hand quick work to a queue: to that of all, or to one of its own."""
    return {"task": hand_over("confirm", parcel, queue=to)}
