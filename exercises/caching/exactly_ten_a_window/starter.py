import redis.asyncio as redis

LIMIT, WINDOW = 10, 60


async def admit(store: redis.Redis, customer: str, now: float) -> float:
    # TODO: Admit ten in any window, and count nobody else.
    key = f"admitted:{customer}"
    async with store.pipeline() as pipe:
        pipe.zremrangebyscore(key, 0, now - WINDOW)
        pipe.zadd(key, {str(now): now})
        pipe.zcard(key)
        *_, count = await pipe.execute()
    return 0.0 if count <= LIMIT else float(WINDOW)
