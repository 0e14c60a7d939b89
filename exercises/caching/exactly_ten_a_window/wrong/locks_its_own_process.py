"""Believes that a lock keeps everybody out: another process has another lock.

Says: between the look and the note
"""

import asyncio
from uuid import uuid4

import redis.asyncio as redis

LIMIT, WINDOW = 10, 60


lock = asyncio.Lock()


async def admit(store: redis.Redis, customer: str, now: float) -> float:
    key = f"admitted:{customer}"
    async with lock:
        await store.zremrangebyscore(key, "-inf", now - WINDOW)
        if await store.zcard(key) >= LIMIT:
            [(_, first)] = await store.zrange(key, 0, 0, withscores=True)
            return first + WINDOW - now
        await store.zadd(key, {uuid4().hex: now})  # wrong: check_two_workers_admit_ten_together
        await store.expire(key, WINDOW)
        return 0.0
