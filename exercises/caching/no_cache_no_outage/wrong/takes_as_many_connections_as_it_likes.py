"""Believes that a larger pool is a remedy: the store's connections are shared by all processes.

Says: five connections
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx
import redis.asyncio as redis
from fastapi import FastAPI
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

T = TypeVar("T")
CARRIERS = os.environ["CARRIERS_URL"]
# wrong: check_fifty_at_once_share_five_connections
store = redis.Redis.from_url(os.environ["REDIS_URL"], max_connections=100, retry=Retry(NoBackoff(), 0))
app = FastAPI()
rests_until = float("-inf")


async def attempt(question: Callable[[], Awaitable[T]]) -> T | None:
    global rests_until
    if time.monotonic() < rests_until:
        return None
    try:
        async with asyncio.timeout(0.5):  # whatever takes the time: a connection, connecting, or the answer
            return await question()
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
