"""Believes that what is noted too much does no harm when it is taken back at once.

Says: until that is undone
"""

import uuid

import redis.asyncio as redis

LIMIT, WINDOW = 10, 60


async def admit(store: redis.Redis, customer: str, now: float) -> float:
    key, me = f"admitted:{customer}", uuid.uuid4().hex
    async with store.pipeline(transaction=True) as pipe:
        pipe.zremrangebyscore(key, "-inf", now - WINDOW)
        pipe.zadd(key, {me: now})  # wrong: check_who_is_to_be_refused_takes_no_place
        pipe.zcard(key)
        pipe.zrange(key, 0, 0, withscores=True)
        pipe.expire(key, 100)
        _, _, count, [(_, oldest)], _ = await pipe.execute()
    if count <= LIMIT:
        return 0.0
    await store.zrem(key, me)
    return oldest + WINDOW - now
