"""Believes that no two come at the same moment: what has the same name is kept once.

Says: the same moment
"""

import redis.asyncio as redis

LIMIT, WINDOW = 10, 60

ADMIT = """
local key, member, now, limit, window = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
local count = redis.call('ZCARD', key)
if count < limit then
    redis.call('ZADD', key, now, member)
    redis.call('PEXPIRE', key, window)
    return 0
end
local first = redis.call('ZRANGE', key, count - limit, count - limit, 'WITHSCORES')
return tonumber(first[2]) + window - now  -- whole milliseconds: what a script gives is cut off at the point
"""


async def admit(store: redis.Redis, customer: str, now: float) -> float:
    times = (round(now * 1000), LIMIT, WINDOW * 1000)
    # wrong: check_each_one_counts_at_the_same_moment
    return await store.eval(ADMIT, 1, f"admitted:{customer}", times[0], *times) / 1000
