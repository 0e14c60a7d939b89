import json

import redis.asyncio as redis

LIMIT, WINDOW = 10, 60


async def admit(store: redis.Redis, customer: str, now: float) -> float:
    key = f"admitted:{customer}"
    async with store.lock(f"lock:{customer}", timeout=300, sleep=0.01):
        times = [each for each in json.loads(await store.get(key) or "[]") if each > now - WINDOW]
        if len(times) >= LIMIT:
            return min(times) + WINDOW - now
        await store.set(key, json.dumps([*times, now]), ex=WINDOW)
        return 0.0
