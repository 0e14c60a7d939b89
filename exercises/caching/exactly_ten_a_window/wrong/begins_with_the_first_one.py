"""Believes that a window begins with whoever comes first, and that the next one begins when it is over.

Says: who came just before are forgotten
"""

import redis.asyncio as redis

LIMIT, WINDOW = 10, 60


COUNT = """
local begin = redis.call('HGET', KEYS[1], 'begin')
if not begin or ARGV[1] - begin >= 60 then
    redis.call('HSET', KEYS[1], 'begin', ARGV[1], 'count', 0)
    redis.call('EXPIRE', KEYS[1], 60)
    begin = ARGV[1]
end
if redis.call('HGET', KEYS[1], 'count') + 0 >= 10 then
    return tostring(begin + 60 - ARGV[1])
end
redis.call('HINCRBY', KEYS[1], 'count', 1)
return '0'
"""


async def admit(store: redis.Redis, customer: str, now: float) -> float:
    # wrong: check_any_sixty_seconds_have_ten
    return float(await store.eval(COUNT, 1, f"admitted:{customer}", repr(now)))
