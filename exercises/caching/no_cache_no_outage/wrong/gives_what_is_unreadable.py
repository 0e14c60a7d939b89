"""Believes that what is JSON is a rate: it may be anything.

Says: another release
"""

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx
import redis.asyncio as redis
from fastapi import FastAPI
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

T = TypeVar("T")
CARRIERS = os.environ["CARRIERS_URL"]
# The next one waits for a connection; nobody tries again.
pool = redis.BlockingConnectionPool.from_url(os.environ["REDIS_URL"], max_connections=5, retry=Retry(NoBackoff(), 0))
store = redis.Redis.from_pool(pool)
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


def read(kept: bytes | None) -> Any:
    try:
        return None if kept is None else json.loads(kept)["price"]
    except (ValueError, TypeError):
        return None


@app.get("/rates/{zone}")
async def read_rate(zone: int) -> dict[str, Any]:
    price = read(await attempt(lambda: store.get(f"rate:{zone}")))
    if price is None:
        price = await ask_rate(zone)
        await attempt(lambda: store.set(f"rate:{zone}", json.dumps({"price": price}), ex=60))
    return {"price": price}  # wrong: check_what_cannot_be_read_is_a_miss
