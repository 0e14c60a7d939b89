"""Parcel's quotes, labels and plans: each fault of the lesson, and beside it what mends it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from typing import Annotated, TypeVar

import anyio.to_thread
import httpx
import requests
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from labs.parcel_sdk import draw_label, plan_boxes
from labs.routes import probes
from labs.routes.computing import Place, seal
from labs.routes.settings import quote_url, settings

T = TypeVar("T")
DEADLINE = 0.25
"""Seconds that a customer is kept waiting at most, where there is a deadline."""


class Quote(BaseModel):
    """What a carrier takes for a parcel."""

    carrier: str
    parcel: int
    price: float


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """Make once what lives as long as the app."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = settings.tokens
    asyncio.get_running_loop().set_debug(settings.asyncio_debug)
    with ProcessPoolExecutor(max_workers=2) as planners:
        async with httpx.AsyncClient(timeout=30) as carriers, probes.running() as lag:
            app.state.planners, app.state.carriers, app.state.lag = planners, carriers, lag
            yield


async def get_carriers(request: Request) -> httpx.AsyncClient:
    """Give the client that the lifespan made."""
    client: httpx.AsyncClient = request.app.state.carriers
    return client


async def get_planners(request: Request) -> ProcessPoolExecutor:
    """Give the processes that the lifespan owns."""
    planners: ProcessPoolExecutor = request.app.state.planners
    return planners


Carriers = Annotated[httpx.AsyncClient, Depends(get_carriers)]
Planners = Annotated[ProcessPoolExecutor, Depends(get_planners)]
app = FastAPI(title="Parcel", lifespan=lifespan)


@app.get("/health")
async def health() -> dict[str, bool]:
    """Say that the service is alive."""
    return {"ok": True}


# Quotes: who waits for the carrier, and where?


@app.get("/quotes/blocking/{parcel}")
async def quote_blocking(parcel: int) -> Quote:
    """Ask a carrier, and keep the event loop's only thread meanwhile."""
    answer = requests.get(quote_url(parcel), timeout=30)
    return Quote.model_validate(answer.json())


@app.get("/quotes/def/{parcel}")
def quote_def(parcel: int) -> Quote:
    """Ask a carrier from a worker thread: FastAPI runs a `def` route in one."""
    answer = requests.get(quote_url(parcel), timeout=30)
    return Quote.model_validate(answer.json())


@app.get("/quotes/to_thread/{parcel}")
async def quote_to_thread(parcel: int) -> Quote:
    """Ask a carrier from a thread of the event loop's own executor, which is another pool."""
    answer = await asyncio.to_thread(requests.get, quote_url(parcel), timeout=30)
    return Quote.model_validate(answer.json())


@app.get("/quotes/awaiting/{parcel}")
async def quote_awaiting(parcel: int, carriers: Carriers) -> Quote:
    """Ask a carrier, and give the thread back until it answers."""
    answer = await carriers.get(quote_url(parcel))
    return Quote.model_validate(answer.json())


@app.get("/quotes/deadline/{parcel}")
async def quote_deadline(parcel: int, carriers: Carriers) -> Quote:
    """Ask a carrier, and give up after a quarter of a second: the question ends, too."""
    try:
        async with asyncio.timeout(DEADLINE):
            answer = await carriers.get(quote_url(parcel))
    except TimeoutError:
        raise HTTPException(504, "The carrier does not answer.") from None
    return Quote.model_validate(answer.json())


# Threads: which pool runs what?


def name_thread() -> str:
    """Say which thread this runs in."""
    return threading.current_thread().name


@app.get("/where")
async def where(dependency: Annotated[str, Depends(name_thread)]) -> dict[str, str]:
    """Say which thread runs what."""
    return {
        "async def route": name_thread(),
        "def dependency": dependency,
        "run_in_threadpool": await run_in_threadpool(name_thread),
        "asyncio.to_thread": await asyncio.to_thread(name_thread),
    }


# Waybills: one thing to await, one that blocks.


@app.get("/waybills/blocking/{parcel}")
async def waybill_blocking(parcel: int, carriers: Carriers) -> dict[str, str]:
    """Await the carrier's price, and then draw the label on the event loop."""
    quote = Quote.model_validate((await carriers.get(quote_url(parcel))).json())
    return {"price": f"{quote.price} €", "label": draw_label(parcel)}


@app.get("/waybills/threaded/{parcel}")
async def waybill_threaded(parcel: int, carriers: Carriers) -> dict[str, str]:
    """Await the carrier's price, and then await a thread that draws the label."""
    quote = Quote.model_validate((await carriers.get(quote_url(parcel))).json())
    return {"price": f"{quote.price} €", "label": await run_in_threadpool(draw_label, parcel)}


# Plans and seals: one piece of work, three places to do it.


async def compute(place: Place, work: Callable[[int], T], parcel: int, planners: ProcessPoolExecutor) -> T:
    """Do the work in the place that is asked for."""
    if place is Place.inline:
        return work(parcel)  # keeps the event loop's only thread
    if place is Place.threads:
        return await run_in_threadpool(work, parcel)  # shares the interpreter with the event loop
    return await asyncio.get_running_loop().run_in_executor(planners, work, parcel)


@app.get("/plans/{place}/{parcel}")
async def plan(place: Place, parcel: int, planners: Planners) -> dict[str, int]:
    """Plan a parcel's boxes: pure Python."""
    return {"boxes": await compute(place, plan_boxes, parcel, planners)}


@app.get("/seals/{place}/{parcel}")
async def sealed(place: Place, parcel: int, planners: Planners) -> dict[str, str]:
    """Compute a parcel's seal: C that releases the interpreter's lock."""
    return {"seal": await compute(place, seal, parcel, planners)}


# Labels: an SDK that blocks.


@app.get("/labels/def/{parcel}")
def label_def(parcel: int) -> dict[str, str]:
    """Draw a label with one of the tokens that all `def` routes share."""
    return {"label": draw_label(parcel)}


printer = anyio.CapacityLimiter(4)


@app.get("/labels/lane/{parcel}")
async def label_lane(parcel: int) -> dict[str, str]:
    """Draw a label with one of four tokens that only labels use."""
    return {"label": await anyio.to_thread.run_sync(draw_label, parcel, limiter=printer)}


@app.get("/labels/deadline/{parcel}")
async def label_deadline(parcel: int) -> dict[str, str]:
    """Wait a quarter of a second for a label; the thread that draws it goes on after that."""
    try:
        async with asyncio.timeout(DEADLINE):
            drawn = await asyncio.to_thread(draw_label, parcel)
    except TimeoutError:  # arrives outside the block; inside, it is a cancellation still
        raise HTTPException(504, "The printer does not answer.") from None
    return {"label": drawn}


@app.get("/addresses/{parcel}")
def address(parcel: int) -> dict[str, str]:
    """Give a parcel's address: a `def` route that needs a thread for a moment."""
    return {"address": f"{parcel} Harbour Road"}


# Settings of a customer: three trivial dependencies, twice.


def read_currency(currency: Annotated[str, Header()] = "EUR") -> str:
    """Give the currency that a customer wants."""
    return currency


def read_unit(unit: Annotated[str, Header()] = "kg") -> str:
    """Give the unit of weight that a customer wants."""
    return unit


def read_language(language: Annotated[str, Header()] = "en") -> str:
    """Give the language that a customer wants."""
    return language


async def await_currency(currency: Annotated[str, Header()] = "EUR") -> str:
    """Give the currency that a customer wants, on the event loop."""
    return currency


async def await_unit(unit: Annotated[str, Header()] = "kg") -> str:
    """Give the unit of weight that a customer wants, on the event loop."""
    return unit


async def await_language(language: Annotated[str, Header()] = "en") -> str:
    """Give the language that a customer wants, on the event loop."""
    return language


@app.get("/settings/def")
async def settings_def(
    currency: Annotated[str, Depends(read_currency)],
    unit: Annotated[str, Depends(read_unit)],
    language: Annotated[str, Depends(read_language)],
) -> list[str]:
    """Give a customer's settings, each read in a worker thread."""
    return [currency, unit, language]


@app.get("/settings/async")
async def settings_async(
    currency: Annotated[str, Depends(await_currency)],
    unit: Annotated[str, Depends(await_unit)],
    language: Annotated[str, Depends(await_language)],
) -> list[str]:
    """Give a customer's settings, all read on the event loop."""
    return [currency, unit, language]


# Lag: how late the event loop is.


@app.get("/lag")
async def lag(request: Request) -> dict[str, list[str]]:
    """Give the last lags that two probes have seen."""
    seen: probes.Lag = request.app.state.lag
    return {
        "by timetable": [f"{late * 1000:.0f} ms" for late in seen.by_timetable],
        "by sleep": [f"{late * 1000:.0f} ms" for late in seen.by_sleep],
    }
