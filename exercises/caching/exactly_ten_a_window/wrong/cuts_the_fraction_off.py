"""Believes that a script gives the number that it computes: Valkey makes a whole number of it.

Says: cut off at the point
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
    redis.call('EXPIRE', key, window)
    return 0
end
local first = redis.call('ZRANGE', key, count - limit, count - limit, 'WITHSCORES')
return tonumber(first[2]) + window - now
"""


async def admit(store: redis.Redis, customer: str, now: float) -> float:
    # wrong: check_the_eleventh_waits_for_the_first_to_leave
    return await store.eval(ADMIT, 1, f"admitted:{customer}", uuid4().hex, now, LIMIT, WINDOW)
