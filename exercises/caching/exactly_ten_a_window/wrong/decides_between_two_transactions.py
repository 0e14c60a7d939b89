"""Believes that two transactions are as good as one: what the first has seen may not be true in the second.

Says: between the look and the note
"""

from uuid import uuid4

import redis.asyncio as redis

LIMIT, WINDOW = 10, 60


async def admit(store: redis.Redis, customer: str, now: float) -> float:
    key = f"admitted:{customer}"
    async with store.pipeline(transaction=True) as pipe:
        pipe.zremrangebyscore(key, "-inf", now - WINDOW)
        pipe.zrange(key, 0, -1, withscores=True)
        _, times = await pipe.execute()
    if len(times) >= LIMIT:
        return times[0][1] + WINDOW - now
    async with store.pipeline(transaction=True) as pipe:
        pipe.zadd(key, {uuid4().hex: now})
        pipe.expire(key, WINDOW)
        await pipe.execute()  # wrong: check_two_workers_admit_ten_together
    return 0.0
