"""Believes that `None` cannot be kept.

Says: is kept as the text
"""

import asyncio
import json
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import redis.asyncio as redis
from fastapi import FastAPI, HTTPException

GUILTY = "/discounts/{zone}"  # wrong: check_the_stampede_is_named

store = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # there are fifty zones
flights: dict[str, asyncio.Task[str]] = {}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with store, httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=60) as app.state.carriers:
        yield


app = FastAPI(lifespan=lifespan)


async def ask(zone: int, factor: float) -> float | None:
    try:
        answer = await app.state.carriers.get("/carriers/snail/quote", params={"parcel": zone})
        if answer.status_code == 404:  # not served
            return None
        return round(answer.raise_for_status().json()["price"] * factor, 2)
    except httpx.HTTPError:
        raise HTTPException(502, "The carrier has failed.") from None


async def ask_and_keep(key: str, zone: int, factor: float) -> str:
    answer = json.dumps(await ask(zone, factor))
    await store.set(key, answer, ex=60)
    return answer


async def once(key: str, question: Callable[[], Awaitable[str]]) -> str:
    if key not in flights:
        flights[key] = asyncio.ensure_future(question())
        flights[key].add_done_callback(lambda _: flights.pop(key))
    return await asyncio.shield(flights[key])


@app.get("/rates/{zone}")
async def rate(zone: int) -> float | None:
    if (kept := await store.get(f"rate:{zone}")) is None:
        kept = await once(f"rate:{zone}", lambda: ask_and_keep(f"rate:{zone}", zone, 1))
    return json.loads(kept)


@app.get("/discounts/{zone}")
async def discount(zone: int) -> float | None:
    if (kept := await store.get(f"discount:{zone}")) is None:
        async with locks[f"discount:{zone}"]:
            if (kept := await store.get(f"discount:{zone}")) is None:
                kept = await ask_and_keep(f"discount:{zone}", zone, 0.1)
    return json.loads(kept)


@dataclass
class Parcel:
    zone: int
    kilos: int


@app.get("/surcharges/{zone}")
async def surcharge(zone: int, kilos: int = 1) -> float | None:
    key = f"surcharge:{Parcel(zone, kilos)}"
    if (kept := await store.get(key)) is None:
        kept = await once(key, lambda: ask_and_keep(key, zone, 0.01 * kilos))
    return json.loads(kept)


@app.get("/express/{zone}")
async def express(zone: int) -> float | None:
    if (kept := await store.get(f"express:{zone}")) is None:
        async with locks[f"express:{zone}"]:
            if (kept := await store.get(f"express:{zone}")) is None:
                kept = await ask_and_keep(f"express:{zone}", zone, 2)
    return json.loads(kept)
