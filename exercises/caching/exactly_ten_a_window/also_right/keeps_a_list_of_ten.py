import redis.asyncio as redis

ADMIT = """
local tenth = redis.call('LINDEX', KEYS[1], 9)
if tenth and tenth + 60 > ARGV[1] + 0 then
    return tostring(tenth + 60 - ARGV[1])
end
redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], 0, 9)
redis.call('EXPIRE', KEYS[1], 61)
return '0'
"""


async def admit(store: redis.Redis, customer: str, now: float) -> float:
    return float(await store.eval(ADMIT, 1, f"last:{{{customer}}}", repr(now)))
