import asyncio
import os
import time

import httpx
import redis.asyncio as redis
from fastapi import FastAPI
from pydantic import BaseModel, ValidationError
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

app = FastAPI()
store = redis.Redis.from_url(os.environ["REDIS_URL"], max_connections=1, retry=Retry(NoBackoff(), 0))
one_at_a_time = asyncio.Lock()
failed_at = float("-inf")


class Rate(BaseModel):
    price: float


async def look(zone: int) -> bytes | None:
    async with one_at_a_time:
        kept: bytes | None = await store.hget(f"rate:{zone}", "v2")
        return kept


async def keep(zone: int, rate: Rate) -> None:
    async with one_at_a_time, store.pipeline() as pipe:
        pipe.hset(f"rate:{zone}", "v2", rate.model_dump_json())
        pipe.expire(f"rate:{zone}", 60)
        await pipe.execute()


@app.get("/rates/{zone}")
async def read_rate(zone: int) -> Rate:
    global failed_at
    usable = time.monotonic() - failed_at >= 2
    try:
        if usable and (kept := await asyncio.wait_for(look(zone), 0.3)):
            return Rate.model_validate_json(kept)
    except ValidationError:
        pass
    except (RedisError, TimeoutError):
        failed_at, usable = time.monotonic(), False
    async with httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=60) as client:
        answer = await client.get("/carriers/swift/quote", params={"parcel": zone})
    rate = Rate.model_validate(answer.raise_for_status().json())
    if time.monotonic() - failed_at >= 2:
        try:
            await asyncio.wait_for(keep(zone, rate), 0.3)
        except (RedisError, TimeoutError):
            failed_at = time.monotonic()
    return rate
