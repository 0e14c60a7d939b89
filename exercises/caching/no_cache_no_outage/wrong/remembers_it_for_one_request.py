"""Believes that a dependency is there for all: it is made anew for each request.

Says: finds out for itself
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import httpx
import redis.asyncio as redis
from fastapi import Depends, FastAPI
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

T = TypeVar("T")
CARRIERS = os.environ["CARRIERS_URL"]
# The next one waits for a connection; nobody tries again.
pool = redis.BlockingConnectionPool.from_url(os.environ["REDIS_URL"], max_connections=5, retry=Retry(NoBackoff(), 0))
store = redis.Redis.from_pool(pool)
app = FastAPI()


class Guard:
    def __init__(self) -> None:
        self.rests_until = float("-inf")

    async def attempt(self, question: Callable[[], Awaitable[T]]) -> T | None:
        if time.monotonic() < self.rests_until:
            return None
        try:
            async with asyncio.timeout(0.5):
                return await question()  # wrong: check_after_a_failure_nobody_asks_the_store
        except (RedisError, OSError):
            self.rests_until = time.monotonic() + 2
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
async def read_rate(zone: int, guard: Annotated[Guard, Depends(Guard)]) -> dict[str, float]:
    price = read(await guard.attempt(lambda: store.get(f"rate:{zone}")))
    if price is None:
        price = await ask_rate(zone)
        await guard.attempt(lambda: store.set(f"rate:{zone}", price, ex=60))
    return {"price": price}
