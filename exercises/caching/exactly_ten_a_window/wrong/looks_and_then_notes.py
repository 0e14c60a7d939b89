"""Believes that one question follows the other: others come between the look and the note.

Says: between the look and the note
"""

from uuid import uuid4

import redis.asyncio as redis

LIMIT, WINDOW = 10, 60


async def admit(store: redis.Redis, customer: str, now: float) -> float:
    key = f"admitted:{customer}"
    await store.zremrangebyscore(key, "-inf", now - WINDOW)
    if await store.zcard(key) >= LIMIT:
        [(_, first)] = await store.zrange(key, 0, 0, withscores=True)
        return first + WINDOW - now
    await store.zadd(key, {uuid4().hex: now})  # wrong: check_two_workers_admit_ten_together
    await store.expire(key, WINDOW)
    return 0.0
