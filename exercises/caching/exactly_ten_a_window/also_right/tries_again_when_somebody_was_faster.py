from uuid import uuid4

import redis.asyncio as redis

LIMIT, WINDOW = 10, 60


async def admit(store: redis.Redis, customer: str, now: float) -> float:
    key = f"admitted:{customer}"
    async with store.pipeline() as pipe:
        while True:
            try:
                await pipe.watch(key)  # whoever changes it from now on makes `execute` fail
                times = [score for _, score in await pipe.zrange(key, 0, -1, withscores=True) if score > now - WINDOW]
                if len(times) >= LIMIT:
                    return times[-LIMIT] + WINDOW - now
                pipe.multi()
                pipe.zremrangebyscore(key, "-inf", now - WINDOW)
                pipe.zadd(key, {uuid4().hex: now})
                pipe.expire(key, WINDOW)
                await pipe.execute()
            except redis.WatchError:
                continue
            return 0.0
