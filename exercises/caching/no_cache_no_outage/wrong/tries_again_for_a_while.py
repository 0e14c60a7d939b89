"""Believes that an outage is over in a moment, so that it is worth to try again; the customers wait meanwhile.

Says: longer than a second in all
"""

import os
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx
import redis.asyncio as redis
from fastapi import FastAPI
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError

T = TypeVar("T")
CARRIERS = os.environ["CARRIERS_URL"]
pool = redis.BlockingConnectionPool.from_url(
    os.environ["REDIS_URL"], max_connections=5, retry=Retry(ExponentialBackoff(base=1, cap=4), 3)
)
store = redis.Redis.from_pool(pool)
app = FastAPI()
rests_until = float("-inf")


async def attempt(question: Callable[[], Awaitable[T]]) -> T | None:
    global rests_until
    if time.monotonic() < rests_until:
        return None
    try:
        return await question()  # wrong: check_a_dead_store_harms_nobody
    except (RedisError, OSError):  # `TimeoutError` is an `OSError`
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
        await attempt(lambda: store.set(f"rate:{zone}", price, ex=60))
    return {"price": price}
