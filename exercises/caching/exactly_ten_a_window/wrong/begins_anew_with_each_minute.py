"""Believes that ten in each minute of the clock are ten in any minute.

Says: who came just before are forgotten
"""

import redis.asyncio as redis

LIMIT, WINDOW = 10, 60


async def admit(store: redis.Redis, customer: str, now: float) -> float:
    key = f"admitted:{customer}:{now // WINDOW}"
    async with store.pipeline() as pipe:
        pipe.incr(key)
        pipe.expire(key, 2 * WINDOW)
        count, _ = await pipe.execute()
    return 0.0 if count <= LIMIT else WINDOW - now % WINDOW  # wrong: check_any_sixty_seconds_have_ten
