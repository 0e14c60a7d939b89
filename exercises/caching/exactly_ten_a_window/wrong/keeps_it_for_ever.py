"""Believes that Valkey forgets who stays away.

Says: takes memory for ever
"""

from uuid import uuid4

import redis.asyncio as redis

LIMIT, WINDOW = 10, 60

ADMIT = """
local key, member, now, limit, window = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
local count = redis.call('ZCARD', key)
if count < limit then
    redis.call('ZADD', key, now, member)  -- only who is admitted
    return 0
end
local first = redis.call('ZRANGE', key, count - limit, count - limit, 'WITHSCORES')
return tonumber(first[2]) + window - now  -- whole milliseconds: what a script gives is cut off at the point
"""


async def admit(store: redis.Redis, customer: str, now: float) -> float:
    times = (round(now * 1000), LIMIT, WINDOW * 1000)
    # wrong: check_nothing_is_kept_for_longer_than_it_counts
    return await store.eval(ADMIT, 1, f"admitted:{customer}", uuid4().hex, *times) / 1000
