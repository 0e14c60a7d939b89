"""Believes that a short wait on the event loop is a short wait: it is one for everybody.

Says: the event loop's only thread
"""

import os
import time
from collections.abc import Callable
from typing import TypeVar

import httpx
import redis
from fastapi import FastAPI
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

T = TypeVar("T")
CARRIERS = os.environ["CARRIERS_URL"]
store = redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=0.5, retry=Retry(NoBackoff(), 0))
app = FastAPI()
rests_until = float("-inf")


async def attempt(question: Callable[[], T]) -> T | None:
    global rests_until
    if time.monotonic() < rests_until:
        return None
    try:
        return question()
    except RedisError:
        rests_until = time.monotonic() + 2
        return None


async def ask_rate(zone: int) -> float:
    async with httpx.AsyncClient(base_url=CARRIERS, timeout=60) as client:
        answer = await client.get("/carriers/swift/quote", params={"parcel": zone})
        return answer.raise_for_status().json()["price"]


def read(kept: bytes | None) -> float | None:
    try:
        return None if kept is None else float(kept)
    except ValueError:
        return None


@app.get("/rates/{zone}")
async def read_rate(zone: int) -> dict[str, float]:
    price = read(await attempt(lambda: store.get(f"rate:{zone}")))
    if price is None:
        price = await ask_rate(zone)
        await attempt(lambda: store.set(f"rate:{zone}", price, ex=60))  # wrong: check_a_silent_store_holds_nobody
    return {"price": price}
