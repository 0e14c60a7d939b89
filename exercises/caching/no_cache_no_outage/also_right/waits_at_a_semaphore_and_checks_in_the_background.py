import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import redis.asyncio as redis
from fastapi import FastAPI, Request
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError


class Store:
    def __init__(self, url: str) -> None:
        self.client = redis.Redis.from_url(url, max_connections=5, retry=Retry(NoBackoff(), 0), decode_responses=True)
        self.places = asyncio.Semaphore(5)
        self.back: asyncio.Task[None] | None = None

    async def ask(self, *words: Any) -> Any:
        if self.back is not None and not self.back.done():
            return None
        try:
            return await asyncio.wait_for(self._ask(*words), 0.4)
        except UnicodeDecodeError:
            return None
        except (RedisError, OSError):
            self.back = asyncio.create_task(self._come_back())
            return None

    async def _ask(self, *words: Any) -> Any:
        async with self.places:
            return await self.client.execute_command(*words)

    async def _come_back(self) -> None:
        while True:
            await asyncio.sleep(2)
            with suppress(RedisError, OSError):
                if await asyncio.wait_for(self.client.ping(), 0.4):
                    return


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.store = Store(os.environ["REDIS_URL"])
    async with httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=60) as app.state.carriers:
        yield
    await app.state.store.client.aclose()


app = FastAPI(lifespan=lifespan)


@app.get("/rates/{zone}")
async def read_rate(zone: int, request: Request) -> dict[str, float]:
    state = request.app.state
    with suppress(ValueError, TypeError, KeyError):
        return {"price": float(json.loads(await state.store.ask("GET", f"rate:{zone}"))["price"])}
    answer = await state.carriers.get("/carriers/swift/quote", params={"parcel": zone})
    price = answer.raise_for_status().json()["price"]
    await state.store.ask("SET", f"rate:{zone}", json.dumps({"price": price}), "EX", 60)
    return {"price": price}
