"""Believes that a failed look says nothing about whether something can be kept.

Says: is asked for nothing
"""

import asyncio
import os
import time

import httpx
import redis.asyncio as redis
from fastapi import FastAPI
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

CARRIERS = os.environ["CARRIERS_URL"]
store = redis.Redis.from_pool(
    redis.BlockingConnectionPool.from_url(
        os.environ["REDIS_URL"],
        max_connections=5,
        timeout=0.4,
        socket_timeout=0.4,
        socket_connect_timeout=0.4,
        retry=Retry(NoBackoff(), 0),
    )
)
app = FastAPI()
rests = {"look": 0.0, "keep": 0.0}


async def ask_rate(zone: int) -> float:
    async with httpx.AsyncClient(base_url=CARRIERS, timeout=60) as client:
        answer = await client.get("/carriers/swift/quote", params={"parcel": zone})
        return answer.raise_for_status().json()["price"]


async def attempt(question, kind="look"):
    if time.monotonic() < rests[kind]:  # wrong: check_after_a_failure_nobody_asks_the_store
        return None
    try:
        async with asyncio.timeout(0.4):
            return await question()
    except redis.ResponseError:
        return None
    except (redis.RedisError, OSError):
        rests[kind] = time.monotonic() + 2
        return None


def parse(kept):
    try:
        return float(kept)
    except (TypeError, ValueError):
        return None


@app.get("/rates/{zone}")
async def read_rate(zone: int) -> dict[str, float]:
    price = parse(await attempt(lambda: store.get(f"rate:{zone}")))
    if price is None:
        price = await ask_rate(zone)
        await attempt(lambda: store.set(f"rate:{zone}", price, ex=60), "keep")
    return {"price": price}
