"""Believes that who is refused may come again after a whole window: there is room before.

Says: the first of them leaves
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
    redis.call('PEXPIRE', key, window)
    return 0
end
return window
"""


async def admit(store: redis.Redis, customer: str, now: float) -> float:
    times = (round(now * 1000), LIMIT, WINDOW * 1000)
    # wrong: check_the_eleventh_waits_for_the_first_to_leave
    return await store.eval(ADMIT, 1, f"admitted:{customer}", uuid4().hex, *times) / 1000
