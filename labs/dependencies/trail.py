"""Trails: where a log line, a context variable and a middleware still know the request that they belong to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Generator
from contextvars import ContextVar
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware.base import RequestResponseEndpoint
from starlette.types import ASGIApp, Message, Receive, Scope, Send

router = APIRouter(tags=["trails"])
log = logging.getLogger("parcel")


# Log lines: each place says something.


def speak_in_def() -> None:
    """Log from a `def` dependency."""
    log.info("a def dependency")


async def speak_in_async() -> None:
    """Log from an `async def` dependency."""
    log.info("an async def dependency")


async def speak_in_task() -> None:
    """Log from a task."""
    log.info("a task")


@router.get("/trail/def/{parcel}", dependencies=[Depends(speak_in_def), Depends(speak_in_async)])
def trail_def(parcel: int) -> None:
    """Log from a `def` route and its dependencies."""
    log.info("a def route, parcel %s", parcel)


@router.get("/trail/async/{parcel}")
async def trail_async(parcel: int) -> None:
    """Log from an `async def` route, a task and two kinds of threads."""
    log.info("an async def route, parcel %s", parcel)
    await asyncio.create_task(speak_in_task())
    await run_in_threadpool(log.info, "run_in_threadpool")
    await asyncio.get_running_loop().run_in_executor(None, log.info, "run_in_executor")  # nobody copies the context


# A context variable that a dependency sets.

customer: ContextVar[str] = ContextVar("customer", default="nobody")
Name = Annotated[str, Header(alias="x-customer")]


def note_in_def(name: Name) -> None:
    """Note the customer, in a `def` dependency."""
    customer.set(name)  # in the thread's copy of the context, which ends with this call


async def note_in_async(name: Name) -> None:
    """Note the customer, in an `async def` dependency."""
    customer.set(name)


@router.get("/customer/def", dependencies=[Depends(note_in_def)])
async def customer_from_def() -> str:
    """Say which customer a `def` dependency has noted."""
    return customer.get()


@router.get("/customer/async", dependencies=[Depends(note_in_async)])
def customer_from_async() -> str:
    """Say which customer an `async def` dependency has noted, from a worker thread."""
    return customer.get()


# The matrix: who sees what was set where?

PLACES = ("async def", "async def with yield", "def", "def with yield", "route")
set_in = {place: ContextVar(place, default=False) for place in PLACES}


async def mark_in_async() -> None:
    """Set a variable in an `async def` dependency."""
    set_in["async def"].set(True)


async def mark_in_async_yield() -> AsyncGenerator[None]:
    """Set a variable in an `async def` dependency with `yield`."""
    set_in["async def with yield"].set(True)
    yield


def mark_in_def() -> None:
    """Set a variable in a `def` dependency."""
    set_in["def"].set(True)


def mark_in_def_yield() -> Generator[None]:
    """Set a variable in a `def` dependency with `yield`."""
    set_in["def with yield"].set(True)
    yield


marking = [Depends(mark) for mark in (mark_in_async, mark_in_async_yield, mark_in_def, mark_in_def_yield)]


def seen() -> list[str]:
    """Say where the variables were set that are set for whoever asks."""
    return [place for place, variable in set_in.items() if variable.get()]


@router.get("/context/async", dependencies=marking)
async def context_async() -> list[str]:
    """Say what an `async def` route sees, itself included."""
    set_in["route"].set(True)
    return seen()


@router.get("/context/def", dependencies=marking)
def context_def() -> list[str]:
    """Say what a `def` route sees, itself included."""
    set_in["route"].set(True)
    return seen()


class Onlooker:
    """Says in a header what can be seen of the variables from above, when the answer begins."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, and look."""

        async def look_and_send(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["path"].startswith("/context/"):
                MutableHeaders(scope=message)["x-seen-above"] = ", ".join(seen())
            await send(message)

        await self.app(scope, receive, look_and_send)


async def pass_on(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Do nothing: an `@app.middleware("http")` in its shortest form."""
    return await call_next(request)


# A client that goes away.


@router.get("/watch")
async def watch(request: Request) -> None:
    """Look for a second whether the client is still there."""
    for _ in range(20):
        if await request.is_disconnected():
            log.info("the client has gone")
            return
        await asyncio.sleep(0.05)
    log.info("a second later, the client seems to be there")
