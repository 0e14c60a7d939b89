"""Believes that each question has to be noted: who asks again and again is never let in.

Says: starves
"""

from uuid import uuid4

import redis.asyncio as redis

LIMIT, WINDOW = 10, 60


async def admit(store: redis.Redis, customer: str, now: float) -> float:
    key = f"admitted:{customer}"
    async with store.pipeline() as pipe:
        pipe.zremrangebyscore(key, "-inf", now - WINDOW)
        pipe.zadd(key, {uuid4().hex: now})  # wrong: check_who_is_refused_does_not_count
        pipe.zcard(key)
        pipe.zrange(key, 0, 0, withscores=True)
        pipe.expire(key, WINDOW)
        _, _, count, [(_, first)], _ = await pipe.execute()
    return 0.0 if count <= LIMIT else first + WINDOW - now
