"""Believes that a bucket of ten that is refilled in a minute admits ten in a minute: it admits up to twenty.

Says: were admitted already
"""

import redis.asyncio as redis

LIMIT, WINDOW = 10, 60


TAKE = """
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = math.min(10, (kept[1] or 10) + (ARGV[1] - (kept[2] or ARGV[1])) / 6)
local wait = 0
if tokens >= 1 then tokens = tokens - 1 else wait = (1 - tokens) * 6 end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', ARGV[1])
redis.call('EXPIRE', KEYS[1], 60)
return tostring(wait)
"""


async def admit(store: redis.Redis, customer: str, now: float) -> float:
    # wrong: check_the_eleventh_waits_for_the_first_to_leave
    return float(await store.eval(TAKE, 1, f"bucket:{customer}", repr(now)))
